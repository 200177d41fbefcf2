//! The URLs of a site as lists: filtered, sorted, a page at a time, or as one long walk for an export.
//!
//! A page is found by its offset, so that it has a number and can be linked; the walk goes from row to row by the path, so
//! that a million URLs never lie in memory.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::sqlite::Sqlite;
use sqlx::{FromRow, QueryBuilder};

use super::{Store, StoreError, corrupt, instant};
use crate::domain::observation::{OutageId, UrlId};
use crate::domain::outcome::Outcome;
use crate::domain::site::Site;

/// Which URLs of a site are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrlFilter {
    /// A part of the path, whatever its case; empty: any.
    pub text: String,
    /// The path template; `None`: any.
    pub section: Option<String>,
    /// How they stand; `None`: any.
    pub standing: Option<UrlStanding>,
}

/// How a URL stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlStanding {
    /// It is failing.
    Failing,
    /// It answers 4xx.
    Gone,
    /// It asks not to be indexed, names another address as its own, or is disallowed for Googlebot.
    KeptOut,
    /// It was never fetched.
    Unseen,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UrlOrder {
    /// By their path.
    #[default]
    Path,
    /// The newest first.
    Found,
    /// By links from the start page.
    Depth,
}

/// A URL in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedUrl {
    /// Its row.
    pub id: UrlId,
    /// Path and query.
    pub path: String,
    /// Its path template.
    pub section: String,
    /// Links from the start page when it was found.
    pub depth: u64,
    /// When it was found.
    pub found_at: DateTime<Utc>,
    /// The newest answer, and since when it is the same; `None`: never fetched.
    pub newest: Option<(Outcome, DateTime<Utc>)>,
    /// It asks not to be indexed.
    pub noindex: bool,
    /// robots.txt keeps Googlebot out.
    pub disallowed: bool,
    /// The address that it names as its own.
    pub canonical: Option<String>,
}

#[derive(Debug, FromRow)]
struct ListedRow {
    id: i64,
    path: String,
    section: String,
    depth: i64,
    found_at: i64,
    outcome: Option<String>,
    first_seen: Option<i64>,
    noindex: i64,
    disallowed: i64,
    canonical: Option<String>,
}

impl TryFrom<ListedRow> for ListedUrl {
    type Error = StoreError;

    fn try_from(row: ListedRow) -> Result<Self, StoreError> {
        let read = |word: String| word.parse().map_err(|error| corrupt("url", row.id, error));
        let outcome: Option<Outcome> = row.outcome.map(read).transpose()?;
        Ok(Self {
            id: UrlId(row.id),
            path: row.path,
            section: row.section,
            depth: row.depth.cast_unsigned(),
            found_at: instant(row.found_at),
            newest: outcome.zip(row.first_seen.map(instant)),
            noindex: row.noindex != 0,
            disallowed: row.disallowed != 0,
            canonical: row.canonical,
        })
    }
}

/// What is selected of a URL `u` and our newest spell of it.
const LISTED: &str =
    "select u.id, u.path, u.section, u.depth, u.found_at, s.outcome, s.first_seen, u.noindex, u.disallowed,
         u.canonical
     from url u left join spell s on s.id = (
         select n.id from spell n where n.url_id = u.id and n.observer = 'gatecrawl'
         order by n.first_seen desc, n.id desc limit 1)";

impl Store {
    /// A page of the URLs that are wanted.
    pub async fn list_urls(
        &self,
        site: &Site,
        filter: &UrlFilter,
        order: UrlOrder,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<ListedUrl>, StoreError> {
        let mut query = QueryBuilder::new(LISTED);
        push_filter(&mut query, site, filter);
        query.push(match order {
            UrlOrder::Path => " order by u.path",
            UrlOrder::Found => " order by u.found_at desc, u.path",
            UrlOrder::Depth => " order by u.depth, u.path",
        });
        query.push(" limit ").push_bind(limit.cast_signed());
        query.push(" offset ").push_bind(offset.cast_signed());
        let rows: Vec<ListedRow> = query.build_query_as().fetch_all(&self.db.reader).await?;
        rows.into_iter().map(ListedUrl::try_from).collect()
    }

    /// The next URLs that are wanted, by their path, behind the path `after`.
    pub async fn walk_urls(
        &self,
        site: &Site,
        filter: &UrlFilter,
        after: &str,
        limit: u64,
    ) -> Result<Vec<ListedUrl>, StoreError> {
        let mut query = QueryBuilder::new(LISTED);
        push_filter(&mut query, site, filter);
        query.push(" and u.path > ").push_bind(after.to_owned());
        query.push(" order by u.path limit ").push_bind(limit.cast_signed());
        let rows: Vec<ListedRow> = query.build_query_as().fetch_all(&self.db.reader).await?;
        rows.into_iter().map(ListedUrl::try_from).collect()
    }

    /// The outages of a site in which a URL failed that has this in its path.
    pub async fn outages_of_urls(&self, site: &Site, text: &str) -> Result<HashSet<OutageId>, StoreError> {
        let mut query = QueryBuilder::new(
            "select distinct e.outage_id from episode e join url u on u.id = e.url_id where e.site_id = ",
        );
        query.push_bind(site.id.0);
        push_text(&mut query, text);
        let ids: Vec<i64> = query.build_query_scalar().fetch_all(&self.db.reader).await?;
        Ok(ids.into_iter().map(OutageId).collect())
    }

    /// How many URLs are wanted.
    pub async fn count_listed_urls(&self, site: &Site, filter: &UrlFilter) -> Result<u64, StoreError> {
        if *filter == UrlFilter::default() {
            return self.count_urls(site).await;
        }
        let mut query = QueryBuilder::new("select count(*) from url u");
        push_filter(&mut query, site, filter);
        let count: i64 = query.build_query_scalar().fetch_one(&self.db.reader).await?;
        Ok(count.cast_unsigned())
    }
}

/// The condition on a URL `u`.
fn push_filter(query: &mut QueryBuilder<Sqlite>, site: &Site, filter: &UrlFilter) {
    query.push(" where u.of_log = 0 and u.site_id = ").push_bind(site.id.0);
    push_text(query, &filter.text);
    if let Some(section) = &filter.section {
        query.push(" and u.section = ").push_bind(section.clone());
    }
    match filter.standing {
        None => {}
        Some(UrlStanding::Failing) => {
            query
                .push(" and u.id in (select e.url_id from episode e where e.site_id = ")
                .push_bind(site.id.0);
            query.push(" and e.observer = 'gatecrawl' and e.healthy_after is null and e.went_on = 0)");
        }
        Some(UrlStanding::Gone) => {
            query.push(
                " and u.id in (select n.url_id from spell n where n.class = 'gone' and n.observer = 'gatecrawl'
                     and not exists (select 1 from spell m where m.url_id = n.url_id and m.observer = 'gatecrawl'
                         and (m.first_seen > n.first_seen or m.first_seen = n.first_seen and m.id > n.id)))",
            );
        }
        Some(UrlStanding::KeptOut) => {
            query.push(" and (u.noindex = 1 or u.disallowed = 1 or u.canonical is not null)");
        }
        Some(UrlStanding::Unseen) => {
            query.push(
                " and not exists (select 1 from spell n where n.url_id = u.id and n.observer = 'gatecrawl')",
            );
        }
    }
}

/// The condition that the path of a URL `u` has this in it.
pub(super) fn push_text(query: &mut QueryBuilder<Sqlite>, text: &str) {
    if !text.is_empty() {
        query.push(" and lower(u.path) like ").push_bind(pattern(&text.to_lowercase())).push(" escape '\\'");
    }
}

/// A text as a pattern of `like` that finds it anywhere, and finds nothing else.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page_url::PageUrl;
    use crate::domain::site::Settings;
    use crate::store::sites::NewSite;

    #[test]
    fn what_is_typed_is_looked_for_as_it_is() {
        assert_eq!(pattern("a%b_c\\d"), "%a\\%b\\_c\\\\d%");
    }

    #[tokio::test]
    async fn a_list_is_filtered_sorted_and_cut_into_pages() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let now: DateTime<Utc> = "2026-11-23T03:00:00Z".parse().unwrap();
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let site = store.add_site(&NewSite { start_url, settings: Settings::default() }, now).await.unwrap();
        let paths = ["/product/b", "/product/a", "/about", "/100%25", "/1000"];
        let urls: Vec<_> = paths.iter().map(|path| (site.origin.url(path).unwrap(), 3)).collect();
        store.add_urls(&site, &urls, now).await.unwrap();
        let listed = async |text: &str, section: Option<&str>, standing| {
            let filter = UrlFilter { text: text.to_owned(), section: section.map(str::to_owned), standing };
            let urls = store.list_urls(&site, &filter, UrlOrder::Path, 0, 99).await.unwrap();
            assert_eq!(store.count_listed_urls(&site, &filter).await.unwrap(), urls.len() as u64);
            urls.into_iter().map(|url| url.path).collect::<Vec<_>>()
        };
        assert_eq!(listed("PRODUCT", None, None).await, ["/product/a", "/product/b"]);
        assert_eq!(listed("%", None, None).await, ["/100%25"]);
        assert_eq!(listed("", Some("/product/*"), None).await.len(), 2);
        assert_eq!(listed("", None, Some(UrlStanding::Failing)).await.len(), 0);
        assert_eq!(listed("about", None, Some(UrlStanding::Unseen)).await, ["/about"]);
        let second = store.list_urls(&site, &UrlFilter::default(), UrlOrder::Path, 2, 2).await.unwrap();
        assert_eq!(second.iter().map(|url| url.path.as_str()).collect::<Vec<_>>(), ["/about", "/product/a"]);
        let walked = store.walk_urls(&site, &UrlFilter::default(), "/about", 9).await.unwrap();
        assert_eq!(walked.first().unwrap().path, "/product/a");
    }
}
