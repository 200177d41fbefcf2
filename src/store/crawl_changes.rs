//! Crawls side by side: a site's crawls as a list, the one before another, and what changed between two instants. It reads
//! only.
//!
//! What failed at an instant is read from episodes, not from the crawl: a URL that a re-check has seen to be well again
//! between two crawls is well, whatever the first of them saw.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::crawls::CrawlRow;
use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::crawl::Crawl;
use crate::domain::observation::{SiteId, UrlId};
use crate::domain::outcome::Outcome;

/// What changed on a site between two instants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// URLs that failed at the end, and not at the begin.
    pub began: Changed,
    /// URLs that failed at the begin, and not at the end.
    pub ended: Changed,
    /// How many failed at both.
    pub still: u64,
    /// How many URLs were found in between.
    pub found: u64,
}

/// URLs that changed in one way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// How many they are.
    pub count: u64,
    /// The first of them, by path.
    pub urls: Vec<ChangedUrl>,
}

/// A URL that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedUrl {
    /// Its row.
    pub id: UrlId,
    /// Its path and query.
    pub path: String,
    /// How it failed last.
    pub outcome: Outcome,
    /// Since when it failed.
    pub since: DateTime<Utc>,
}

#[derive(FromRow)]
struct ChangedRow {
    id: i64,
    path: String,
    latest: String,
    first_failing: i64,
}

/// Episodes that go on at `$3` and did not at `$2`.
const BEGAN: &str =
    "e.site_id = $1 and e.observer = 'gatecrawl' and e.first_failing > $2 and e.first_failing <= $3
     and (e.healthy_after is null or e.healthy_after > $3)";
/// Episodes that went on at `$2` and do not at `$3`.
const ENDED: &str = "e.site_id = $1 and e.observer = 'gatecrawl' and e.first_failing <= $2
     and e.healthy_after > $2 and e.healthy_after <= $3";
/// Episodes that went on at both.
const STILL: &str = "e.site_id = $1 and e.observer = 'gatecrawl' and e.first_failing <= $2
     and (e.healthy_after is null or e.healthy_after > $3)";

impl Store {
    /// The crawls of a site, newest first, from the one at `offset`.
    pub async fn crawls_from(&self, site: SiteId, offset: u64, limit: u64) -> Result<Vec<Crawl>, StoreError> {
        let rows: Vec<CrawlRow> = sqlx::query_as(
            "select * from crawl where site_id = $1 order by requested_at desc, id desc limit $2 offset $3",
        )
        .bind(site.0)
        .bind(limit.cast_signed())
        .bind(offset.cast_signed())
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(Crawl::try_from).collect()
    }

    /// How many crawls of a site are kept.
    pub async fn count_crawls(&self, site: SiteId) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("select count(*) from crawl where site_id = $1")
            .bind(site.0)
            .fetch_one(&self.db.reader)
            .await?;
        Ok(count.cast_unsigned())
    }

    /// The newest crawl of the same site before this one that came to its end.
    pub async fn crawl_before(&self, crawl: &Crawl) -> Result<Option<Crawl>, StoreError> {
        let row: Option<CrawlRow> = sqlx::query_as(
            "select * from crawl where site_id = $1 and state = 'finished' and id < $2 and requested_at <= $3
             order by requested_at desc, id desc limit 1",
        )
        .bind(crawl.site.0)
        .bind(crawl.id.0)
        .bind(millis(crawl.requested_at))
        .fetch_optional(&self.db.reader)
        .await?;
        row.map(Crawl::try_from).transpose()
    }

    /// What changed on a site after `from`, up to `to`; of each way so many URLs.
    pub async fn changes(
        &self,
        site: SiteId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        shown: u32,
    ) -> Result<Changes, StoreError> {
        let found: i64 = sqlx::query_scalar(
            "select count(*) from url where site_id = $1 and of_log = 0 and found_at > $2 and found_at <= $3",
        )
        .bind(site.0)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_one(&self.db.reader)
        .await?;
        Ok(Changes {
            began: self.changed(BEGAN, site, from, to, shown).await?,
            ended: self.changed(ENDED, site, from, to, shown).await?,
            still: self.count_changed(STILL, site, from, to).await?,
            found: found.cast_unsigned(),
        })
    }

    async fn changed(
        &self,
        which: &str,
        site: SiteId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        shown: u32,
    ) -> Result<Changed, StoreError> {
        let sql = format!(
            "select u.id, u.path, e.latest, e.first_failing from episode e join url u on u.id = e.url_id
             where {which} order by u.path limit $4"
        );
        let rows: Vec<ChangedRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(site.0)
            .bind(millis(from))
            .bind(millis(to))
            .bind(i64::from(shown))
            .fetch_all(&self.db.reader)
            .await?;
        Ok(Changed {
            count: self.count_changed(which, site, from, to).await?,
            urls: rows.into_iter().map(ChangedUrl::try_from).collect::<Result<_, _>>()?,
        })
    }

    async fn count_changed(
        &self,
        which: &str,
        site: SiteId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let sql = format!("select count(distinct e.url_id) from episode e where {which}");
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(site.0)
            .bind(millis(from))
            .bind(millis(to))
            .fetch_one(&self.db.reader)
            .await?;
        Ok(count.cast_unsigned())
    }
}

impl TryFrom<ChangedRow> for ChangedUrl {
    type Error = StoreError;

    fn try_from(row: ChangedRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: UrlId(row.id),
            path: row.path,
            outcome: row.latest.parse().map_err(|_| corrupt("episode of url", row.id, row.latest.clone()))?,
            since: instant(row.first_failing),
        })
    }
}
