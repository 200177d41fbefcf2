//! How an outage went: when its URLs began to fail and were well again, and which crawls met it. It reads only.

use chrono::{DateTime, Utc};

use super::crawls::CrawlRow;
use super::{Store, StoreError, instant, millis};
use crate::domain::crawl::Crawl;
use crate::domain::observation::{OutageId, SiteId};

/// How its URLs went, to the minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// When failures began, oldest first, with how many did.
    pub began: Vec<(DateTime<Utc>, u64)>,
    /// When failures were seen to be over, oldest first.
    pub ended: Vec<(DateTime<Utc>, u64)>,
}

impl Store {
    /// How the URLs of an outage went.
    pub async fn spread(&self, outage: OutageId) -> Result<Spread, StoreError> {
        let began = "select min(first_failing), count(*) from episode where outage_id = $1
                     group by first_failing / 60000 order by 1";
        let ended = "select min(healthy_after), count(*) from episode where outage_id = $1 and healthy_after is not null
                     group by healthy_after / 60000 order by 1";
        Ok(Spread { began: self.counted(began, outage).await?, ended: self.counted(ended, outage).await? })
    }

    async fn counted(
        &self,
        sql: &'static str,
        outage: OutageId,
    ) -> Result<Vec<(DateTime<Utc>, u64)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(sql).bind(outage.0).fetch_all(&self.db.reader).await?;
        Ok(rows.into_iter().map(|(at, n)| (instant(at), n.cast_unsigned())).collect())
    }

    /// The first crawls of a site that began between two instants.
    pub async fn crawls_between(
        &self,
        site: SiteId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Crawl>, StoreError> {
        let rows: Vec<CrawlRow> = sqlx::query_as(
            "select * from crawl where site_id = $1 and started_at >= $2 and started_at <= $3
             order by started_at, id limit $4",
        )
        .bind(site.0)
        .bind(millis(from))
        .bind(millis(to))
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(Crawl::try_from).collect()
    }
}
