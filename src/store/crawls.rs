//! Crawls: asked for, begun, ended. Their counters are kept by the writer, together with the observations they count.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions, CrawlState, Intervention};
use crate::domain::observation::{CrawlId, SiteId};
use crate::domain::outcome::Outcome;

#[derive(Debug, FromRow)]
pub(super) struct CrawlRow {
    id: i64,
    site_id: i64,
    kind: String,
    state: String,
    options: String,
    requested_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    urls: i64,
    fetches: i64,
    failing: i64,
    bytes: i64,
    by_outcome: String,
    note: Option<String>,
    resume_at: Option<i64>,
    pauses: i64,
    intervention: Option<String>,
}

impl TryFrom<CrawlRow> for Crawl {
    type Error = StoreError;

    fn try_from(row: CrawlRow) -> Result<Self, StoreError> {
        let bad = |why: String| corrupt("crawl", row.id, why);
        let by_outcome: BTreeMap<Outcome, u64> =
            serde_json::from_str(&row.by_outcome).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            id: CrawlId(row.id),
            site: SiteId(row.site_id),
            kind: CrawlKind::of_word(&row.kind).ok_or_else(|| bad(format!("kind {}", row.kind)))?,
            state: CrawlState::of_word(&row.state).ok_or_else(|| bad(format!("state {}", row.state)))?,
            options: serde_json::from_str(&row.options).map_err(|error| bad(error.to_string()))?,
            requested_at: instant(row.requested_at),
            started_at: row.started_at.map(instant),
            finished_at: row.finished_at.map(instant),
            urls: row.urls.cast_unsigned(),
            fetches: row.fetches.cast_unsigned(),
            failing: row.failing.cast_unsigned(),
            bytes: row.bytes.cast_unsigned(),
            by_outcome,
            note: row.note,
            resume_at: row.resume_at.map(instant),
            pauses: u32::try_from(row.pauses).unwrap_or(u32::MAX),
            intervention: row.intervention.as_deref().and_then(Intervention::of_word),
        })
    }
}

impl Store {
    /// Asks for a crawl. When one of the site is unfinished, that one is meant; it waits no longer, neither
    /// for its site nor for a person.
    pub async fn request_crawl(
        &self,
        site: SiteId,
        kind: CrawlKind,
        options: &CrawlOptions,
        now: DateTime<Utc>,
    ) -> Result<Crawl, StoreError> {
        if let Some(unfinished) = self.unfinished_crawl(site).await? {
            sqlx::query("update crawl set resume_at = null, intervention = null where id = $1")
                .bind(unfinished.id.0)
                .execute(&self.db.writer)
                .await?;
            return Ok(Crawl { resume_at: None, intervention: None, ..unfinished });
        }
        let options = serde_json::to_string(options).map_err(|error| corrupt("crawl", 0, error))?;
        let rows: Vec<CrawlRow> = sqlx::query_as(
            "insert into crawl (site_id, kind, state, options, requested_at) values ($1, $2, 'waiting', $3, $4)
             returning *",
        )
        .bind(site.0)
        .bind(kind.word())
        .bind(options)
        .bind(millis(now))
        .fetch_all(&self.db.writer)
        .await?;
        super::sole(rows).ok_or_else(|| corrupt("crawl", 0, "it vanished as it was added"))?.try_into()
    }

    /// The crawl of a site that waits or runs.
    pub async fn unfinished_crawl(&self, site: SiteId) -> Result<Option<Crawl>, StoreError> {
        let row: Option<CrawlRow> = sqlx::query_as(
            "select * from crawl where site_id = $1 and state in ('waiting', 'running') order by id limit 1",
        )
        .bind(site.0)
        .fetch_optional(&self.db.reader)
        .await?;
        row.map(Crawl::try_from).transpose()
    }

    /// Notes what a person asks of a crawl; `None`: to go on, and at once. Whoever makes it looks for this. `false`: the
    /// crawl is over, or there is none.
    pub async fn intervene(
        &self,
        id: CrawlId,
        intervention: Option<Intervention>,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update crawl set intervention = $1, resume_at = case when $1 is null then null else resume_at end
             where id = $2 and state in ('waiting', 'running')",
        )
        .bind(intervention.map(Intervention::word))
        .bind(id.0)
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether a run over this site is to end soon: a person has stopped or paused its crawl, or paused the site. A crawl by
    /// hand goes on while its site is paused: who started it wants it.
    pub async fn is_interrupted(&self, site: SiteId) -> Result<bool, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "select count(*) from crawl c join site s on s.id = c.site_id
             where c.site_id = $1 and c.state in ('waiting', 'running')
               and (c.intervention is not null or s.paused = 1 and c.kind = 'scheduled')",
        )
        .bind(site.0)
        .fetch_one(&self.db.reader)
        .await?;
        Ok(count > 0)
    }

    /// Notes that a crawl has begun; one that goes on keeps its first begin.
    pub async fn start_crawl(&self, id: CrawlId, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "update crawl set state = 'running', started_at = coalesce(started_at, $1), resume_at = null where id = $2",
        )
        .bind(millis(now))
        .bind(id.0)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Notes that a crawl waits for its site until it is tried again; `may_hurry`: or until what failed is well again.
    pub async fn pause_crawl(
        &self,
        id: CrawlId,
        until: DateTime<Utc>,
        may_hurry: bool,
        note: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update crawl set resume_at = $1, may_hurry = $2, pauses = pauses + 1, note = $3 where id = $4",
        )
        .bind(millis(until))
        .bind(i64::from(may_hurry))
        .bind(note)
        .bind(id.0)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Lets a crawl of this site that waits be tried at once, if it may.
    pub async fn hurry_crawl(&self, site: SiteId, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "update crawl set resume_at = $1 where site_id = $2 and state = 'running' and may_hurry = 1 and resume_at > $1",
        )
        .bind(millis(now))
        .bind(site.0)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Notes that a crawl has ended, and counts its URLs.
    pub async fn finish_crawl(
        &self,
        id: CrawlId,
        state: CrawlState,
        now: DateTime<Utc>,
        note: Option<&str>,
    ) -> Result<(), StoreError> {
        let (urls, failing) = self.count_crawled(id).await?;
        sqlx::query(
            "update crawl set state = $1, finished_at = $2, note = $3, urls = $4, failing = $5, resume_at = null,
                 intervention = null
             where id = $6",
        )
        .bind(state.word())
        .bind(millis(now))
        .bind(note)
        .bind(urls.cast_signed())
        .bind(failing.cast_signed())
        .bind(id.0)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Distinct URLs that were observed since a crawl began, and how many of them fail.
    pub async fn count_crawled(&self, id: CrawlId) -> Result<(u64, u64), StoreError> {
        let (urls, failing): (i64, i64) = sqlx::query_as(
            "select count(*), coalesce(sum(case when s.class = 'failing' then 1 else 0 end), 0)
             from crawl c join url u on u.site_id = c.site_id
             join spell s on s.id = (select n.id from spell n where n.url_id = u.id and n.observer = 'gatecrawl'
                                     order by n.first_seen desc, n.id desc limit 1)
             where c.id = $1 and s.last_seen >= c.started_at",
        )
        .bind(id.0)
        .fetch_one(&self.db.reader)
        .await?;
        Ok((urls.cast_unsigned(), failing.cast_unsigned()))
    }

    /// The crawl with this id.
    pub async fn crawl(&self, id: CrawlId) -> Result<Option<Crawl>, StoreError> {
        let row: Option<CrawlRow> = sqlx::query_as("select * from crawl where id = $1")
            .bind(id.0)
            .fetch_optional(&self.db.reader)
            .await?;
        row.map(Crawl::try_from).transpose()
    }

    /// The newest crawls of a site.
    pub async fn crawls(&self, site: SiteId, limit: u32) -> Result<Vec<Crawl>, StoreError> {
        let rows: Vec<CrawlRow> = sqlx::query_as(
            "select * from crawl where site_id = $1 order by requested_at desc, id desc limit $2",
        )
        .bind(site.0)
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(Crawl::try_from).collect()
    }
}
