//! Who may look: accounts, their sessions, and the one-time link by which the first account is made. Tokens are stored as
//! hashes only; hashing is done above.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, millis};
use crate::domain::span::Span;

/// How much time passes at least between two notes of a session's use: not each page costs a write.
const TOUCH_AFTER: Span = Span::minutes(1);

/// Somebody who may log in.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Account {
    /// Its row.
    pub id: i64,
    /// The name to log in with.
    pub name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
}

impl Store {
    /// Whether there is any account.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        let count: i64 =
            sqlx::query_scalar("select count(*) from account").fetch_one(&self.db.reader).await?;
        Ok(count > 0)
    }

    /// Adds an account; `false`: the name is taken.
    pub async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into account (name, password_hash, created_at) values ($1, $2, $3) on conflict (name) do nothing",
        )
        .bind(name)
        .bind(password_hash)
        .bind(millis(now))
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The account with this name.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let account = sqlx::query_as("select id, name, password_hash from account where name = $1")
            .bind(name)
            .fetch_optional(&self.db.reader)
            .await?;
        Ok(account)
    }

    /// Keeps the hash of a new one-time link; an earlier link is void.
    pub async fn put_setup_link(&self, token_hash: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        sqlx::query("delete from setup_link").execute(&mut *transaction).await?;
        sqlx::query("insert into setup_link (token_hash, created_at) values ($1, $2)")
            .bind(token_hash)
            .bind(millis(now))
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Whether this is the one-time link, and nobody has used it.
    pub async fn setup_link_is(&self, token_hash: &str) -> Result<bool, StoreError> {
        let found: Option<String> =
            sqlx::query_scalar("select token_hash from setup_link where token_hash = $1")
                .bind(token_hash)
                .fetch_optional(&self.db.reader)
                .await?;
        Ok(found.is_some())
    }

    /// Uses up the one-time link and makes the first account; `None`: the link is void, or there is an account.
    pub async fn use_setup_link(
        &self,
        token_hash: &str,
        name: &str,
        password_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let used = sqlx::query("delete from setup_link where token_hash = $1")
            .bind(token_hash)
            .execute(&mut *transaction)
            .await?;
        let accounts: i64 =
            sqlx::query_scalar("select count(*) from account").fetch_one(&mut *transaction).await?;
        if used.rows_affected() == 0 || accounts > 0 {
            return Ok(None);
        }
        let account = sqlx::query_as(
            "insert into account (name, password_hash, created_at) values ($1, $2, $3)
             returning id, name, password_hash",
        )
        .bind(name)
        .bind(password_hash)
        .bind(millis(now))
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(account))
    }

    /// Starts a session.
    pub async fn start_session(
        &self,
        token_hash: &str,
        account: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into session (token_hash, account_id, created_at, used_at) values ($1, $2, $3, $3)",
        )
        .bind(token_hash)
        .bind(account)
        .bind(millis(now))
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Whose session this is; `None`: nobody's, or it has expired.
    pub async fn session_account(
        &self,
        token_hash: &str,
        now: DateTime<Utc>,
        idle: Span,
        absolute: Span,
    ) -> Result<Option<Account>, StoreError> {
        let account = sqlx::query_as(
            "select a.id, a.name, a.password_hash from session s join account a on a.id = s.account_id
             where s.token_hash = $1 and s.used_at > $2 and s.created_at > $3",
        )
        .bind(token_hash)
        .bind(millis(now - idle.delta()))
        .bind(millis(now - absolute.delta()))
        .fetch_optional(&self.db.reader)
        .await?;
        if account.is_some() {
            self.touch_session(token_hash, now).await?;
        }
        Ok(account)
    }

    async fn touch_session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let is_fresh: Option<i64> =
            sqlx::query_scalar("select used_at from session where token_hash = $1 and used_at > $2")
                .bind(token_hash)
                .bind(millis(now - TOUCH_AFTER.delta()))
                .fetch_optional(&self.db.reader)
                .await?;
        if is_fresh.is_none() {
            sqlx::query("update session set used_at = $1 where token_hash = $2")
                .bind(millis(now))
                .bind(token_hash)
                .execute(&self.db.writer)
                .await?;
        }
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        sqlx::query("delete from session where token_hash = $1")
            .bind(token_hash)
            .execute(&self.db.writer)
            .await?;
        Ok(())
    }

    /// The names of all accounts, in order.
    pub async fn account_names(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar("select name from account order by name").fetch_all(&self.db.reader).await?)
    }

    /// Changes the password of an account, and ends all of its sessions; `false`: there is no such account.
    pub async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let id: Option<i64> =
            sqlx::query_scalar("update account set password_hash = $1 where name = $2 returning id")
                .bind(password_hash)
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(id) = id else { return Ok(false) };
        sqlx::query("delete from session where account_id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
