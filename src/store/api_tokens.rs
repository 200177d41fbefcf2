//! Tokens by which programs ask the dashboard. Only their hashes are kept; hashing is done above.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::role::Role;
use crate::domain::span::Span;

/// How much time passes at least between two notes of a token's use: not each request costs a write.
const TOUCH_AFTER: Span = Span::minutes(1);

/// A token, but for the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops to work; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; `None`: never.
    pub used_at: Option<DateTime<Utc>>,
}

type Row = (String, String, i64, Option<i64>, Option<i64>);

fn token((name, role, created_at, expires_at, used_at): Row) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        role: role.parse().map_err(|why| corrupt("api_token", 0, why))?,
        name,
        created_at: instant(created_at),
        expires_at: expires_at.map(instant),
        used_at: used_at.map(instant),
    })
}

impl Store {
    /// Keeps a new token; `false`: the name is taken.
    pub async fn add_api_token(&self, token: &ApiToken, token_hash: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into api_token (name, token_hash, role, created_at, expires_at) values ($1, $2, $3, $4, $5)
             on conflict (name) do nothing",
        )
        .bind(&token.name)
        .bind(token_hash)
        .bind(token.role.word())
        .bind(millis(token.created_at))
        .bind(token.expires_at.map(millis))
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// All tokens, by name.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("select name, role, created_at, expires_at, used_at from api_token order by name")
                .fetch_all(&self.db.reader)
                .await?;
        rows.into_iter().map(token).collect()
    }

    /// The token with this hash that works now, and notes its use.
    pub async fn use_api_token(
        &self,
        token_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<ApiToken>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "select name, role, created_at, expires_at, used_at from api_token
             where token_hash = $1 and (expires_at is null or expires_at > $2)",
        )
        .bind(token_hash)
        .bind(millis(now))
        .fetch_optional(&self.db.reader)
        .await?;
        let Some(found) = row.map(token).transpose()? else { return Ok(None) };
        let is_noted = found.used_at.is_some_and(|at| at > now - TOUCH_AFTER.delta());
        if !is_noted && self.standstill().is_none() {
            sqlx::query("update api_token set used_at = $1 where token_hash = $2")
                .bind(millis(now))
                .bind(token_hash)
                .execute(&self.db.writer)
                .await?;
        }
        Ok(Some(found))
    }

    /// Takes a token back; `false`: there is none of this name.
    pub async fn revoke_api_token(&self, name: &str) -> Result<bool, StoreError> {
        let done =
            sqlx::query("delete from api_token where name = $1").bind(name).execute(&self.db.writer).await?;
        Ok(done.rows_affected() == 1)
    }
}
