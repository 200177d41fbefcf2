//! Fetches per hour and outcome, for charts of long spans; they are written by the writer.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::observation::SiteId;
use crate::domain::outcome::Outcome;

/// The fetches of one hour that had one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourRow {
    /// When the hour begins.
    pub hour: DateTime<Utc>,
    /// What came.
    pub outcome: Outcome,
    /// How often.
    pub fetches: u64,
    /// How long these fetches took together.
    pub elapsed: Duration,
    /// Their bytes over the wire.
    pub bytes: u64,
}

impl Store {
    /// Our own fetches of a site, by hour.
    pub async fn rollup(&self, site: SiteId, since: DateTime<Utc>) -> Result<Vec<HourRow>, StoreError> {
        let rows: Vec<(i64, String, i64, i64, i64)> = sqlx::query_as(
            "select hour, outcome, fetches, elapsed_ms, bytes from rollup_hour
             where site_id = $1 and observer = 'gatecrawl' and hour >= $2 order by hour, outcome",
        )
        .bind(site.0)
        .bind(millis(since))
        .fetch_all(&self.db.reader)
        .await?;
        let read = |(hour, outcome, fetches, elapsed, bytes): (i64, String, i64, i64, i64)| {
            Ok(HourRow {
                hour: instant(hour),
                outcome: outcome.parse().map_err(|error| corrupt("rollup_hour", hour, error))?,
                fetches: fetches.cast_unsigned(),
                elapsed: Duration::from_millis(elapsed.cast_unsigned()),
                bytes: bytes.cast_unsigned(),
            })
        };
        rows.into_iter().map(read).collect()
    }
}
