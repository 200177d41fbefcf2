//! How far each log that is followed was read. Written by the writer, in the transaction of the hits that were read up to
//! there.

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError, instant, millis};
use crate::domain::observation::SiteId;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPosition {
    /// The file's path, as it was named.
    pub path: String,
    /// Which file it was: a digest of its first bytes, because a name passes from file to file.
    pub identity: String,
    /// How many bytes the digest is of.
    pub length: u64,
    /// Where the next line begins.
    pub position: u64,
    /// When it was read up to there.
    pub read_at: DateTime<Utc>,
}

pub(super) async fn put_position(
    db: &mut SqliteConnection,
    site: SiteId,
    position: &LogPosition,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into log_position (site_id, path, identity, length, position, read_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (site_id, path) do update set identity = excluded.identity, length = excluded.length,
             position = excluded.position, read_at = excluded.read_at",
    )
    .bind(site.0)
    .bind(&position.path)
    .bind(&position.identity)
    .bind(position.length.cast_signed())
    .bind(position.position.cast_signed())
    .bind(millis(position.read_at))
    .execute(db)
    .await?;
    Ok(())
}

impl Store {
    /// How far the logs of a site were read, by their paths.
    pub async fn log_positions(&self, site: SiteId) -> Result<Vec<LogPosition>, StoreError> {
        let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
            "select path, identity, length, position, read_at from log_position where site_id = $1 order by path",
        )
        .bind(site.0)
        .fetch_all(&self.db.reader)
        .await?;
        let read = |(path, identity, length, position, read_at): (_, _, i64, i64, _)| LogPosition {
            path,
            identity,
            length: length.cast_unsigned(),
            position: position.cast_unsigned(),
            read_at: instant(read_at),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
