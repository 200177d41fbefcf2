//! When our own connection was down. It is kept for readers, who would else wonder why nothing was looked at; the judgement
//! needs it not, because what was not recorded is unknown by itself.
//!
//! It belongs to the installation and to no site, and only one goes on at a time.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, instant, millis};
use crate::domain::egress::Silence;

#[derive(Debug, FromRow)]
struct SilenceRow {
    began_at: i64,
    ended_at: Option<i64>,
    why: String,
}

impl From<SilenceRow> for Silence {
    fn from(row: SilenceRow) -> Self {
        Self { began_at: instant(row.began_at), ended_at: row.ended_at.map(instant), why: row.why }
    }
}

impl Store {
    /// Notes that nothing can be reached; when that is known already, nothing changes.
    pub async fn begin_silence(&self, since: DateTime<Utc>, why: &str) -> Result<(), StoreError> {
        sqlx::query(
            "insert into silence (began_at, why)
             select $1, $2 where not exists (select 1 from silence where ended_at is null)",
        )
        .bind(millis(since))
        .bind(why)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Notes that something can be reached again.
    pub async fn end_silence(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("update silence set ended_at = case when began_at > $1 then began_at else $1 end where ended_at is null")
            .bind(millis(now))
            .execute(&self.db.writer)
            .await?;
        Ok(())
    }

    /// The silences that had not ended at `since`, the newest first.
    pub async fn silences(&self, since: DateTime<Utc>) -> Result<Vec<Silence>, StoreError> {
        let rows: Vec<SilenceRow> = sqlx::query_as(
            "select began_at, ended_at, why from silence where ended_at is null or ended_at > $1
             order by began_at desc, id desc",
        )
        .bind(millis(since))
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(Silence::from).collect())
    }
}
