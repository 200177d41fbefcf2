//! Who may look: accounts, their sessions, and the one-time link by which the first account is made. Tokens are stored as
//! hashes only; hashing is done above. There is always an admin: the last one can neither go nor be made less.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Sqlite, Transaction};

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::role::Role;
use crate::domain::span::Span;

/// How much time passes at least between two notes of a session's use: not each page costs a write.
const TOUCH_AFTER: Span = Span::minutes(1);

/// Somebody who may log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its row.
    pub id: i64,
    /// The name to log in with.
    pub name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
}

/// An account as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedAccount {
    /// The account.
    pub account: Account,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last used one of its sessions; `None`: it has none.
    pub used_at: Option<DateTime<Utc>>,
}

/// Somebody who is logged in somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Of the token in its cookie.
    pub token_hash: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: DateTime<Utc>,
}

/// What became of a change to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was made.
    Done,
    /// There is no such account.
    NoAccount,
    /// It is the only admin: nobody could change anything afterwards.
    LastAdmin,
}

#[derive(FromRow)]
struct AccountRow {
    id: i64,
    name: String,
    password_hash: String,
    role: String,
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        let role = row.role.parse().map_err(|why| corrupt("account", row.id, why))?;
        Ok(Self { id: row.id, name: row.name, password_hash: row.password_hash, role })
    }
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
        role: Role,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into account (name, password_hash, role, created_at) values ($1, $2, $3, $4)
             on conflict (name) do nothing",
        )
        .bind(name)
        .bind(password_hash)
        .bind(role.word())
        .bind(millis(now))
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The account with this name.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> =
            sqlx::query_as("select id, name, password_hash, role from account where name = $1")
                .bind(name)
                .fetch_optional(&self.db.reader)
                .await?;
        row.map(Account::try_from).transpose()
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
        let row: AccountRow = sqlx::query_as(
            "insert into account (name, password_hash, role, created_at) values ($1, $2, 'admin', $3)
             returning id, name, password_hash, role",
        )
        .bind(name)
        .bind(password_hash)
        .bind(millis(now))
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        row.try_into().map(Some)
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
        let row: Option<AccountRow> = sqlx::query_as(
            "select a.id, a.name, a.password_hash, a.role from session s join account a on a.id = s.account_id
             where s.token_hash = $1 and s.used_at > $2 and s.created_at > $3",
        )
        .bind(token_hash)
        .bind(millis(now - idle.delta()))
        .bind(millis(now - absolute.delta()))
        .fetch_optional(&self.db.reader)
        .await?;
        // Nobody is logged out because the disk is full: that can be read on the pages.
        if row.is_some() && self.standstill().is_none() {
            self.touch_session(token_hash, now).await?;
        }
        row.map(Account::try_from).transpose()
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

    /// All accounts, by name.
    pub async fn accounts(&self) -> Result<Vec<ListedAccount>, StoreError> {
        let rows: Vec<(i64, String, String, String, i64, Option<i64>)> = sqlx::query_as(
            "select a.id, a.name, a.password_hash, a.role, a.created_at,
                    (select max(s.used_at) from session s where s.account_id = a.id)
             from account a order by a.name",
        )
        .fetch_all(&self.db.reader)
        .await?;
        let listed = |(id, name, password_hash, role, created_at, used_at)| {
            let account = AccountRow { id, name, password_hash, role }.try_into()?;
            Ok(ListedAccount {
                account,
                created_at: instant(created_at),
                used_at: Option::map(used_at, instant),
            })
        };
        rows.into_iter().map(listed).collect()
    }

    /// Gives an account another role.
    pub async fn set_role(&self, name: &str, role: Role) -> Result<Changed, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        if role != Role::Admin && is_last_admin(&mut transaction, name).await? {
            return Ok(Changed::LastAdmin);
        }
        let done = sqlx::query("update account set role = $1 where name = $2")
            .bind(role.word())
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(if done.rows_affected() == 1 { Changed::Done } else { Changed::NoAccount })
    }

    /// Removes an account, and ends its sessions.
    pub async fn remove_account(&self, name: &str) -> Result<Changed, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        if is_last_admin(&mut transaction, name).await? {
            return Ok(Changed::LastAdmin);
        }
        let done =
            sqlx::query("delete from account where name = $1").bind(name).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(if done.rows_affected() == 1 { Changed::Done } else { Changed::NoAccount })
    }

    /// The sessions of an account that have not expired, the one used last first.
    pub async fn sessions(
        &self,
        account: i64,
        now: DateTime<Utc>,
        idle: Span,
        absolute: Span,
    ) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select token_hash, created_at, used_at from session
             where account_id = $1 and used_at > $2 and created_at > $3 order by used_at desc, created_at desc",
        )
        .bind(account)
        .bind(millis(now - idle.delta()))
        .bind(millis(now - absolute.delta()))
        .fetch_all(&self.db.reader)
        .await?;
        let session = |(token_hash, created_at, used_at)| Session {
            token_hash,
            created_at: instant(created_at),
            used_at: instant(used_at),
        };
        Ok(rows.into_iter().map(session).collect())
    }

    /// Changes the password of who uses this session, and ends all other sessions of the account.
    pub async fn change_password(
        &self,
        account: i64,
        password_hash: &str,
        session: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        sqlx::query("update account set password_hash = $1 where id = $2")
            .bind(password_hash)
            .bind(account)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from session where account_id = $1 and token_hash <> $2")
            .bind(account)
            .bind(session)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Ends all sessions of an account but this one; `None`: all.
    pub async fn end_sessions(&self, account: i64, but: Option<&str>) -> Result<(), StoreError> {
        sqlx::query("delete from session where account_id = $1 and ($2 is null or token_hash <> $2)")
            .bind(account)
            .bind(but)
            .execute(&self.db.writer)
            .await?;
        Ok(())
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

/// Whether this account is an admin, and there is no other.
async fn is_last_admin(transaction: &mut Transaction<'_, Sqlite>, name: &str) -> Result<bool, StoreError> {
    let admins: Vec<String> = sqlx::query_scalar("select name from account where role = 'admin' limit 2")
        .fetch_all(&mut **transaction)
        .await?;
    Ok(admins == [name])
}
