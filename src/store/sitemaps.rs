//! The sitemaps of each site: what the newest look at each came to, and which are worth another look.

use sqlx::FromRow;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::observation::SiteId;
use crate::domain::page_url::PageUrl;
use crate::domain::sitemap_state::{Fault, SitemapState};

/// A sitemap of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSitemap {
    /// Its address; it may be on another host.
    pub url: PageUrl,
    /// The sitemap index that names it; `None`: robots.txt does, or nobody.
    pub listed_by: Option<PageUrl>,
    /// What is known of it.
    pub state: SitemapState,
}

#[derive(Debug, FromRow)]
struct SitemapRow {
    id: i64,
    url: String,
    listed_by: Option<String>,
    outcome: String,
    fault: Option<String>,
    detail: Option<String>,
    failing_since: Option<i64>,
    looked_at: i64,
    good_at: Option<i64>,
    urls: i64,
}

impl TryFrom<SitemapRow> for StoredSitemap {
    type Error = StoreError;

    fn try_from(row: SitemapRow) -> Result<Self, StoreError> {
        let bad = |why: String| corrupt("sitemap", row.id, why);
        let address = |text: &String| PageUrl::parse(text).map_err(|error| bad(error.to_string()));
        let fault = |word: &String| Fault::of_word(word).ok_or_else(|| bad(format!("fault {word}")));
        Ok(Self {
            url: address(&row.url)?,
            listed_by: row.listed_by.as_ref().map(address).transpose()?,
            state: SitemapState {
                outcome: row.outcome.parse().map_err(|error| corrupt("sitemap", row.id, error))?,
                fault: row.fault.as_ref().map(fault).transpose()?,
                failing_since: row.failing_since.map(instant),
                looked_at: instant(row.looked_at),
                good_at: row.good_at.map(instant),
                urls: row.urls.cast_unsigned(),
                detail: row.detail,
            },
        })
    }
}

impl Store {
    /// The sitemaps of a site: those that fail first, the longest failing before the others.
    pub async fn sitemaps(&self, site: SiteId) -> Result<Vec<StoredSitemap>, StoreError> {
        let rows: Vec<SitemapRow> = sqlx::query_as(
            "select * from sitemap where site_id = $1
             order by case when failing_since is null then 1 else 0 end, failing_since, url",
        )
        .bind(site.0)
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(StoredSitemap::try_from).collect()
    }

    /// Sitemaps that failed when they were last read, and whose address has answered since.
    pub async fn recovered_sitemaps(&self, site: SiteId) -> Result<Vec<StoredSitemap>, StoreError> {
        let rows: Vec<SitemapRow> = sqlx::query_as(
            "select m.* from sitemap m join site s on s.id = m.site_id
             where m.site_id = $1 and m.fault = 'failed' and exists (
                 select 1 from url u join spell p on p.url_id = u.id
                 where u.site_id = m.site_id and u.path = substr(m.url, length(s.origin) + 1)
                   and m.url = s.origin || u.path and p.observer = 'gatecrawl'
                   and p.class <> 'failing' and p.last_seen > m.looked_at)
             order by m.url",
        )
        .bind(site.0)
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(StoredSitemap::try_from).collect()
    }

    /// What is known of one sitemap; `None`: it was never looked at.
    pub async fn sitemap(&self, site: SiteId, url: &PageUrl) -> Result<Option<StoredSitemap>, StoreError> {
        let row: Option<SitemapRow> = sqlx::query_as("select * from sitemap where site_id = $1 and url = $2")
            .bind(site.0)
            .bind(url.as_str())
            .fetch_optional(&self.db.reader)
            .await?;
        row.map(StoredSitemap::try_from).transpose()
    }

    /// Keeps what is known of a sitemap.
    pub async fn put_sitemap(&self, site: SiteId, sitemap: &StoredSitemap) -> Result<(), StoreError> {
        let state = &sitemap.state;
        sqlx::query(
            "insert into sitemap (site_id, url, listed_by, outcome, fault, detail, failing_since, looked_at,
                 good_at, urls)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (site_id, url) do update set listed_by = excluded.listed_by, outcome = excluded.outcome,
                 fault = excluded.fault, detail = excluded.detail, failing_since = excluded.failing_since,
                 looked_at = excluded.looked_at, good_at = excluded.good_at, urls = excluded.urls",
        )
        .bind(site.0)
        .bind(sitemap.url.as_str())
        .bind(sitemap.listed_by.as_ref().map(PageUrl::as_str))
        .bind(state.outcome.to_string())
        .bind(state.fault.map(Fault::word))
        .bind(&state.detail)
        .bind(state.failing_since.map(millis))
        .bind(millis(state.looked_at))
        .bind(state.good_at.map(millis))
        .bind(state.urls.cast_signed())
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Forgets a sitemap that nobody names any more.
    pub async fn forget_sitemap(&self, site: SiteId, url: &PageUrl) -> Result<(), StoreError> {
        sqlx::query("delete from sitemap where site_id = $1 and url = $2")
            .bind(site.0)
            .bind(url.as_str())
            .execute(&self.db.writer)
            .await?;
        Ok(())
    }
}
