//! The robots.txt of each site: what the newest try came to, and the last good copy.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::observation::SiteId;
use crate::domain::outcome::Outcome;
use crate::domain::robots_ladder::Failure;

/// What is kept of a robots.txt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotsCopy {
    /// When it was last asked for.
    pub fetched_at: DateTime<Utc>,
    /// What came then.
    pub outcome: Outcome,
    /// Since when it cannot be had; `None`: it can.
    pub failing_since: Option<DateTime<Utc>>,
    /// When the good copy was fetched.
    pub good_at: Option<DateTime<Utc>>,
    /// The good copy; empty when the site has no robots.txt.
    pub good_body: Option<Vec<u8>>,
}

impl RobotsCopy {
    /// How it fails, of a site that is generally available or is not; `None`: it does not.
    pub fn failure(&self, site_is_up: bool) -> Option<Failure> {
        let (outcome, has_copy) = (self.outcome, self.good_at.is_some());
        self.failing_since.map(|since| Failure { since, outcome, has_copy, site_is_up })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct CopyRow {
    pub(super) site_id: i64,
    fetched_at: i64,
    outcome: String,
    failing_since: Option<i64>,
    good_at: Option<i64>,
    good_body: Option<Vec<u8>>,
}

impl TryFrom<CopyRow> for RobotsCopy {
    type Error = StoreError;

    fn try_from(row: CopyRow) -> Result<Self, StoreError> {
        Ok(Self {
            fetched_at: instant(row.fetched_at),
            outcome: row.outcome.parse().map_err(|error| corrupt("robots_copy", row.site_id, error))?,
            failing_since: row.failing_since.map(instant),
            good_at: row.good_at.map(instant),
            good_body: row.good_body,
        })
    }
}

impl Store {
    /// What is kept of a site's robots.txt; `None`: it was never asked for.
    pub async fn robots_copy(&self, site: SiteId) -> Result<Option<RobotsCopy>, StoreError> {
        let row: Option<CopyRow> = sqlx::query_as("select * from robots_copy where site_id = $1")
            .bind(site.0)
            .fetch_optional(&self.db.reader)
            .await?;
        row.map(RobotsCopy::try_from).transpose()
    }

    /// The sites whose robots.txt cannot be had.
    pub async fn failing_robots(&self) -> Result<Vec<(SiteId, RobotsCopy)>, StoreError> {
        let rows: Vec<CopyRow> =
            sqlx::query_as("select * from robots_copy where failing_since is not null order by site_id")
                .fetch_all(&self.db.reader)
                .await?;
        rows.into_iter().map(|row| Ok((SiteId(row.site_id), row.try_into()?))).collect()
    }

    /// Keeps a site's robots.txt.
    pub async fn put_robots_copy(&self, site: SiteId, copy: &RobotsCopy) -> Result<(), StoreError> {
        sqlx::query(
            "insert into robots_copy (site_id, fetched_at, outcome, failing_since, good_at, good_body)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (site_id) do update set fetched_at = excluded.fetched_at, outcome = excluded.outcome,
                 failing_since = excluded.failing_since, good_at = excluded.good_at, good_body = excluded.good_body",
        )
        .bind(site.0)
        .bind(millis(copy.fetched_at))
        .bind(copy.outcome.to_string())
        .bind(copy.failing_since.map(millis))
        .bind(copy.good_at.map(millis))
        .bind(&copy.good_body)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }
}
