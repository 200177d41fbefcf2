//! Outages that went on from one another: URLs that failed on after the rest had recovered belong to an outage of their
//! own, with a link to the one in which they began to fail.
//!
//! Two ways lead there, and readers need not tell them apart: a part of the first outage was left behind in it when its URL
//! went on failing (`went_on`), or the second began while the first lasted, and outlasted it.

use sqlx::FromRow;

use super::outages::StoredOutage;
use super::{Store, StoreError, millis};
use crate::domain::judge::ROLLING_RECOVERY;
use crate::domain::observation::OutageId;

/// Another outage of the same site, and how many URLs it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kin {
    /// Its row.
    pub id: OutageId,
    /// How many URLs failed in it.
    pub urls: u64,
    /// It has not been seen to be over.
    pub ongoing: bool,
}

#[derive(Debug, FromRow)]
struct KinRow {
    id: i64,
    url_count: i64,
    ongoing: i64,
}

impl From<KinRow> for Kin {
    fn from(row: KinRow) -> Self {
        Self { id: OutageId(row.id), urls: row.url_count.cast_unsigned(), ongoing: row.ongoing != 0 }
    }
}

impl Store {
    /// The outages in which URLs went on failing when this one was over, those with the most URLs first.
    pub async fn outlasting(&self, stored: &StoredOutage) -> Result<Vec<Kin>, StoreError> {
        let Some(end) = stored.outage.bounds.healthy_after else { return Ok(Vec::new()) };
        let rows: Vec<KinRow> = sqlx::query_as(
            "select o.id, o.url_count, o.ongoing from outage o
             where o.site_id = $1 and o.observer = $2 and o.id <> $3 and (o.ongoing = 1 or o.last_failing > $5)
               and (o.first_failing between $4 and $5 or exists (
                 select 1 from episode left_behind join episode later
                   on later.url_id = left_behind.url_id and later.outage_id = o.id
                 where left_behind.outage_id = $3 and left_behind.went_on = 1
                   and later.last_failing > left_behind.last_failing
                   and later.first_failing < $5 + $6))
             order by o.url_count desc, o.id",
        )
        .bind(stored.site.0)
        .bind(stored.outage.observer.as_str())
        .bind(stored.id.0)
        .bind(millis(stored.outage.bounds.first_failing))
        .bind(millis(end))
        .bind(ROLLING_RECOVERY.num_milliseconds())
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(Kin::from).collect())
    }

    /// The outages that were over while this one went on, and in which it began; the newest first.
    pub async fn outlasted(&self, stored: &StoredOutage) -> Result<Vec<Kin>, StoreError> {
        let rows: Vec<KinRow> = sqlx::query_as(
            "select o.id, o.url_count, o.ongoing from outage o
             where o.site_id = $1 and o.observer = $2 and o.id <> $3 and o.ongoing = 0
               and ($5 = 1 or $6 > o.healthy_after)
               and ($4 between o.first_failing and o.healthy_after or exists (
                 select 1 from episode left_behind join episode later
                   on later.url_id = left_behind.url_id and later.outage_id = $3
                 where left_behind.outage_id = o.id and left_behind.went_on = 1
                   and later.last_failing > left_behind.last_failing
                   and later.first_failing < o.healthy_after + $7))
             order by o.first_failing desc, o.id",
        )
        .bind(stored.site.0)
        .bind(stored.outage.observer.as_str())
        .bind(stored.id.0)
        .bind(millis(stored.outage.bounds.first_failing))
        .bind(i64::from(stored.outage.ongoing))
        .bind(millis(stored.outage.bounds.last_failing))
        .bind(ROLLING_RECOVERY.num_milliseconds())
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(Kin::from).collect())
    }
}
