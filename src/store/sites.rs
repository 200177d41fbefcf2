//! Sites: which there are, their settings, and when there is something to do for them.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use thiserror::Error;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::observation::SiteId;
use crate::domain::page_url::{Origin, PageUrl};
use crate::domain::schedule::Schedule;
use crate::domain::site::{Settings, Site};

/// A site to add.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// Where a crawl begins; its origin is the site.
    pub start_url: PageUrl,
    /// Its settings.
    pub settings: Settings,
}

/// Why a site was not added.
#[derive(Debug, Error)]
pub enum AddSiteError {
    /// It is there already.
    #[error("{} is known already", .0.origin)]
    Exists(Box<Site>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, FromRow)]
struct SiteRow {
    id: i64,
    start_url: String,
    settings: String,
    paused: i64,
    declared: i64,
    created_at: i64,
    next_crawl_at: Option<i64>,
}

impl TryFrom<SiteRow> for Site {
    type Error = StoreError;

    fn try_from(row: SiteRow) -> Result<Self, StoreError> {
        let start_url = PageUrl::parse(&row.start_url).map_err(|error| corrupt("site", row.id, error))?;
        Ok(Self {
            id: SiteId(row.id),
            origin: start_url.origin(),
            start_url,
            settings: serde_json::from_str(&row.settings).map_err(|error| corrupt("site", row.id, error))?,
            paused: row.paused != 0,
            declared: row.declared != 0,
            created_at: instant(row.created_at),
            next_crawl_at: row.next_crawl_at.map(instant),
        })
    }
}

impl Store {
    /// Adds a site; it is due for its first crawl at once, unless its schedule is `never`.
    pub async fn add_site(&self, new: &NewSite, now: DateTime<Utc>) -> Result<Site, AddSiteError> {
        let origin = new.start_url.origin();
        let due = (new.settings.schedule != Schedule::Never).then(|| millis(now));
        let added: Vec<i64> = sqlx::query_scalar(
            "insert into site (origin, start_url, settings, created_at, next_crawl_at) values ($1, $2, $3, $4, $5)
             on conflict (origin) do nothing returning id",
        )
        .bind(origin.as_str())
        .bind(new.start_url.as_str())
        .bind(json(&new.settings)?)
        .bind(millis(now))
        .bind(due)
        .fetch_all(&self.db.writer)
        .await
        .map_err(StoreError::from)?;
        let added = super::sole(added);
        let site = self.site_by_origin(&origin).await?;
        let site =
            site.ok_or_else(|| corrupt("site", added.unwrap_or_default(), "it vanished as it was added"))?;
        if added.is_some() { Ok(site) } else { Err(AddSiteError::Exists(Box::new(site))) }
    }

    /// The site with this id.
    pub async fn site(&self, id: SiteId) -> Result<Option<Site>, StoreError> {
        let row: Option<SiteRow> = sqlx::query_as("select * from site where id = $1")
            .bind(id.0)
            .fetch_optional(&self.db.reader)
            .await?;
        row.map(Site::try_from).transpose()
    }

    /// The site with this origin.
    pub async fn site_by_origin(&self, origin: &Origin) -> Result<Option<Site>, StoreError> {
        let row: Option<SiteRow> = sqlx::query_as("select * from site where origin = $1")
            .bind(origin.as_str())
            .fetch_optional(&self.db.reader)
            .await?;
        row.map(Site::try_from).transpose()
    }

    /// All sites, by origin.
    pub async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        let rows: Vec<SiteRow> =
            sqlx::query_as("select * from site order by origin").fetch_all(&self.db.reader).await?;
        rows.into_iter().map(Site::try_from).collect()
    }

    /// Some sites that are not paused, at most so many.
    pub async fn some_active_sites(&self, limit: u32) -> Result<Vec<Site>, StoreError> {
        let rows: Vec<SiteRow> = sqlx::query_as("select * from site where paused = 0 order by id limit $1")
            .bind(i64::from(limit))
            .fetch_all(&self.db.reader)
            .await?;
        rows.into_iter().map(Site::try_from).collect()
    }

    /// Stores what may change of a site: start page, settings, pause, next crawl, whether it is declared.
    pub async fn update_site(&self, site: &Site) -> Result<(), StoreError> {
        sqlx::query(
            "update site set start_url = $1, settings = $2, paused = $3, next_crawl_at = $4, declared = $6 where id = $5",
        )
        .bind(site.start_url.as_str())
        .bind(json(&site.settings)?)
        .bind(i64::from(site.paused))
        .bind(site.next_crawl_at.map(millis))
        .bind(site.id.0)
        .bind(i64::from(site.declared))
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Removes a site and all that was seen of it; `false`: it was not there.
    pub async fn remove_site(&self, id: SiteId) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from site where id = $1").bind(id.0).execute(&self.db.writer).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Sets when a site is crawled next.
    pub async fn set_next_crawl(&self, id: SiteId, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        sqlx::query("update site set next_crawl_at = $1 where id = $2")
            .bind(at.map(millis))
            .bind(id.0)
            .execute(&self.db.writer)
            .await?;
        Ok(())
    }

    /// Sets when the sentinels of a site are probed next.
    pub async fn set_next_probe(&self, id: SiteId, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        sqlx::query("update site set next_probe_at = $1 where id = $2")
            .bind(at.map(millis))
            .bind(id.0)
            .execute(&self.db.writer)
            .await?;
        Ok(())
    }

    /// When the sentinels of a site are probed next.
    pub async fn next_probe(&self, id: SiteId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<Option<i64>> = sqlx::query_scalar("select next_probe_at from site where id = $1")
            .bind(id.0)
            .fetch_optional(&self.db.reader)
            .await?;
        Ok(at.flatten().map(instant))
    }

    /// Sites for which there is something to do, and whose lease is free.
    pub async fn due_sites(&self, now: DateTime<Utc>) -> Result<Vec<SiteId>, StoreError> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "select s.id from site s
             where (s.lease_until is null or s.lease_until <= $1)
               and (exists (select 1 from crawl c where c.site_id = s.id and c.state in ('waiting', 'running')
                              and c.intervention = 'stop')
                    or s.paused = 0 and (s.next_crawl_at <= $1 or s.next_probe_at <= $1
                    or exists (select 1 from crawl c where c.site_id = s.id and c.state in ('waiting', 'running')
                                 and c.intervention is null and (c.resume_at is null or c.resume_at <= $1))
                    or exists (select 1 from episode e where e.site_id = s.id and e.recheck_at <= $1)))
             order by s.next_crawl_at, s.id",
        )
        .bind(millis(now))
        .fetch_all(&self.db.reader)
        .await?;
        Ok(ids.into_iter().map(SiteId).collect())
    }
}

fn json(settings: &Settings) -> Result<String, StoreError> {
    serde_json::to_string(settings).map_err(|error| corrupt("site", 0, error))
}
