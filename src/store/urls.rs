//! The URLs of a site: which are known, what was seen of each last, and which are to be looked at again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder};

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::observation::{SiteId, UrlId};
use crate::domain::outcome::Outcome;
use crate::domain::page_url::{PageUrl, Section};
use crate::domain::page_version::PageVersion;
use crate::domain::recheck;
use crate::domain::site::Site;
use crate::domain::spell::Spell;

/// How many rows one statement takes.
const ROWS_A_STATEMENT: usize = 500;

/// A URL that is known, and what was seen of it last.
#[derive(Debug, Clone)]
pub struct KnownUrl {
    /// Its row.
    pub id: UrlId,
    /// Its address.
    pub url: PageUrl,
    /// Its path template.
    pub section: Section,
    /// Links from the start page when it was found.
    pub depth: u32,
    /// The newest spell that we saw ourselves; `None`: never fetched.
    pub newest: Option<Spell>,
    /// The version that was read last.
    pub version: Option<PageVersion>,
    /// The link by which it was found asks search engines not to follow it.
    pub nofollow: bool,
}

/// A URL that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUrl {
    /// Its address.
    pub url: PageUrl,
    /// Links from the start page.
    pub depth: u32,
    /// The link that led to it asks search engines not to follow it. A hint to them, and a fact to us: we follow it.
    pub nofollow: bool,
}

/// What a crawl has still to fetch.
#[derive(Debug, Clone, Copy)]
pub struct Unseen {
    /// What was not seen since this instant, when the crawl began.
    pub since: DateTime<Utc>,
    /// The crawl has paused: what failed is to be fetched again, too, and what probes have found healthy meanwhile without
    /// reading its links.
    pub has_paused: bool,
    /// Hash of the rules under which links are taken in; `None`: they are not.
    pub scope: Option<u64>,
}

/// What is selected of a URL and its newest spell; the spell's columns are null together.
#[derive(Debug, FromRow)]
struct UrlRow {
    id: i64,
    path: String,
    section: String,
    depth: i64,
    outcome: Option<String>,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
    fetches: Option<i64>,
    etag: Option<String>,
    last_modified: Option<String>,
    body_hash: Option<i64>,
    read_scope: Option<i64>,
    nofollow: i64,
}

/// The columns of [`UrlRow`], from a URL `u` and our newest spell of it `s`.
macro_rules! select_urls {
    ($rest:literal) => {
        concat!(
            "select u.id, u.path, u.section, u.depth, s.outcome, s.first_seen, s.last_seen, s.fetches,
                 u.etag, u.last_modified, u.body_hash, u.read_scope, u.nofollow
             from url u left join spell s on s.id = (
                 select n.id from spell n where n.url_id = u.id and n.observer = 'gatecrawl'
                 order by n.first_seen desc, n.id desc limit 1) ",
            $rest
        )
    };
}

impl UrlRow {
    fn known(self, site: &Site) -> Result<KnownUrl, StoreError> {
        let bad = |why: String| corrupt("url", self.id, why);
        let newest = match (self.outcome, self.first_seen, self.last_seen, self.fetches) {
            (Some(outcome), Some(first), Some(last), Some(fetches)) => Some(Spell {
                outcome: outcome.parse::<Outcome>().map_err(|error| bad(error.to_string()))?,
                first_seen: instant(first),
                last_seen: instant(last),
                fetches: fetches.cast_unsigned(),
            }),
            _ => None,
        };
        Ok(KnownUrl {
            id: UrlId(self.id),
            url: site.origin.url(&self.path).map_err(|error| bad(error.to_string()))?,
            section: Section::stored(self.section),
            depth: u32::try_from(self.depth).unwrap_or_default(),
            newest,
            nofollow: self.nofollow != 0,
            version: self.body_hash.zip(self.read_scope).map(|(body_hash, scope)| PageVersion {
                etag: self.etag,
                last_modified: self.last_modified,
                body_hash: body_hash.cast_unsigned(),
                scope: scope.cast_unsigned(),
            }),
        })
    }
}

/// Adds the URLs that are not known yet.
pub(super) async fn insert_urls<'a>(
    db: &mut SqliteConnection,
    site: SiteId,
    found: impl IntoIterator<Item = &'a NewUrl>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let found: Vec<&NewUrl> = found.into_iter().collect();
    for chunk in found.chunks(ROWS_A_STATEMENT) {
        let mut statement =
            QueryBuilder::new("insert into url (site_id, path, section, depth, found_at, nofollow) ");
        statement.push_values(chunk, |mut values, NewUrl { url, depth, nofollow }| {
            values.push_bind(site.0).push_bind(url.path_and_query());
            values.push_bind(url.section().as_str().to_owned());
            values.push_bind(i64::from(*depth)).push_bind(millis(now)).push_bind(i64::from(*nofollow));
        });
        // What a log has shown before is found now.
        statement.push(
            " on conflict (site_id, path) do update set of_log = 0, depth = excluded.depth, found_at = excluded.found_at,
                 nofollow = excluded.nofollow where url.of_log = 1",
        );
        statement.build().execute(&mut *db).await?;
    }
    Ok(())
}

impl Store {
    /// Adds the URLs that are not known yet, and returns all of them as they are known, in the order given.
    pub async fn add_urls(
        &self,
        site: &Site,
        found: &[(PageUrl, u32)],
        now: DateTime<Utc>,
    ) -> Result<Vec<KnownUrl>, StoreError> {
        let mut known: HashMap<String, KnownUrl> = HashMap::with_capacity(found.len());
        for chunk in found.chunks(ROWS_A_STATEMENT) {
            let new: Vec<NewUrl> = chunk
                .iter()
                .map(|(url, depth)| NewUrl { url: url.clone(), depth: *depth, nofollow: false })
                .collect();
            insert_urls(&mut *self.db.writer.acquire().await?, site.id, &new, now).await?;
            let rows = self.urls_by_path(site, chunk).await?;
            known.extend(rows.into_iter().map(|url| (url.url.path_and_query().to_owned(), url)));
        }
        Ok(found.iter().filter_map(|(url, _)| known.get(url.path_and_query()).cloned()).collect())
    }

    async fn urls_by_path(&self, site: &Site, found: &[(PageUrl, u32)]) -> Result<Vec<KnownUrl>, StoreError> {
        let mut statement = QueryBuilder::new(select_urls!("where u.site_id = "));
        statement.push_bind(site.id.0).push(" and u.path in (");
        let mut list = statement.separated(", ");
        for (url, _) in found {
            list.push_bind(url.path_and_query());
        }
        statement.push(")");
        let rows: Vec<UrlRow> = statement.build_query_as().fetch_all(&self.db.reader).await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// All known URLs of a site, those nearest to the start page first.
    pub async fn known_urls(&self, site: &Site) -> Result<Vec<KnownUrl>, StoreError> {
        let rows: Vec<UrlRow> =
            sqlx::query_as(select_urls!("where u.site_id = $1 and u.of_log = 0 order by u.depth, u.path"))
                .bind(site.id.0)
                .fetch_all(&self.db.reader)
                .await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// Known URLs of a site that a crawl has still to fetch, in the order of their rows and behind the row `after`.
    pub async fn unseen_urls(
        &self,
        site: &Site,
        unseen: Unseen,
        after: UrlId,
        limit: u32,
    ) -> Result<Vec<KnownUrl>, StoreError> {
        let rows: Vec<UrlRow> = sqlx::query_as(select_urls!(
            "where u.site_id = $1 and u.id > $2 and u.of_log = 0
               and (s.last_seen is null or s.last_seen < $3
                    or ($4 = 1 and (s.class = 'failing'
                                    or (s.outcome = '200' and coalesce(u.read_scope, 0) <> coalesce($5, u.read_scope, 0)))))
             order by u.id limit $6"
        ))
        .bind(site.id.0)
        .bind(after.0)
        .bind(millis(unseen.since))
        .bind(i64::from(unseen.has_paused))
        .bind(unseen.scope.map(u64::cast_signed))
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// Shows path and query of each known URL of a site, one at a time: a site may have a million.
    pub async fn each_path(&self, site: &Site, mut see: impl FnMut(&str)) -> Result<(), StoreError> {
        let mut rows = sqlx::query_scalar::<_, String>(
            "select path from url where site_id = $1 and of_log = 0 order by id",
        )
        .bind(site.id.0)
        .fetch(&self.db.reader);
        while let Some(path) = rows.try_next().await? {
            see(&path);
        }
        Ok(())
    }

    /// Shows each known URL of a site, one at a time.
    pub async fn each_known(&self, site: &Site, mut see: impl FnMut(KnownUrl)) -> Result<(), StoreError> {
        let mut rows =
            sqlx::query_as::<_, UrlRow>(select_urls!("where u.site_id = $1 and u.of_log = 0 order by u.id"))
                .bind(site.id.0)
                .fetch(&self.db.reader);
        while let Some(row) = rows.try_next().await? {
            see(row.known(site)?);
        }
        Ok(())
    }

    /// The URLs of a site that are probed between crawls; none: they were not chosen yet.
    pub async fn sentinels(&self, site: &Site) -> Result<Vec<KnownUrl>, StoreError> {
        let rows: Vec<UrlRow> = sqlx::query_as(select_urls!(
            "join sentinel c on c.url_id = u.id where c.site_id = $1 order by u.depth, u.path"
        ))
        .bind(site.id.0)
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// Puts these in the place of the ones that were chosen before.
    pub async fn put_sentinels(&self, site: &Site, chosen: &[UrlId]) -> Result<(), StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        sqlx::query("delete from sentinel where site_id = $1")
            .bind(site.id.0)
            .execute(&mut *transaction)
            .await?;
        for url in chosen {
            sqlx::query("insert into sentinel (site_id, url_id) values ($1, $2)")
                .bind(site.id.0)
                .bind(url.0)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// A few known URLs of a site, from all over it; the same ones each time, as long as none is added.
    pub async fn url_sample(&self, site: &Site, limit: usize) -> Result<Vec<KnownUrl>, StoreError> {
        let rows: Vec<UrlRow> = sqlx::query_as(select_urls!(
            "where u.id in (select id from url where site_id = $1 and of_log = 0
                           order by id * 7919 % 10007, id limit $2)
             order by u.id"
        ))
        .bind(site.id.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// How many URLs of a site are known.
    pub async fn count_urls(&self, site: &Site) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("select urls from site_tally where site_id = $1")
            .bind(site.id.0)
            .fetch_one(&self.db.reader)
            .await?;
        Ok(count.cast_unsigned())
    }

    /// How many sections the known URLs of a site are in.
    pub async fn count_sections(&self, site: &Site) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("select count(distinct section) from url where site_id = $1 and of_log = 0")
                .bind(site.id.0)
                .fetch_one(&self.db.reader)
                .await?;
        Ok(count.cast_unsigned())
    }

    /// How many URLs of a site are failing now.
    pub async fn count_failing_urls(&self, site: &Site) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "select count(distinct url_id) from episode
             where site_id = $1 and observer = 'gatecrawl' and healthy_after is null and went_on = 0",
        )
        .bind(site.id.0)
        .fetch_one(&self.db.reader)
        .await?;
        Ok(count.cast_unsigned())
    }

    /// Failing URLs of a site that are due to be looked at again, the most overdue first.
    pub async fn due_rechecks(
        &self,
        site: &Site,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<KnownUrl>, StoreError> {
        let rows: Vec<UrlRow> = sqlx::query_as(select_urls!(
            "join episode e on e.url_id = u.id
             where e.site_id = $1 and e.observer = 'gatecrawl' and e.recheck_at <= $2
             order by e.recheck_at, e.id limit $3"
        ))
        .bind(site.id.0)
        .bind(millis(now))
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// A few failing URLs of a site, from all over them.
    pub async fn failing_sample(&self, site: &Site, limit: u32) -> Result<Vec<KnownUrl>, StoreError> {
        let rows: Vec<UrlRow> = sqlx::query_as(select_urls!(
            "join episode e on e.url_id = u.id
             where e.site_id = $1 and e.observer = 'gatecrawl' and e.healthy_after is null and e.went_on = 0
             order by e.id * 7919 % 10007, e.id limit $2"
        ))
        .bind(site.id.0)
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(|row| row.known(site)).collect()
    }

    /// Puts off the re-checks of a site that are due, because those just made were in vain: the URLs get their turns one
    /// after the other, as [`recheck::turn`] has it. Returns how many.
    pub async fn put_off_rechecks(&self, site: &Site, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let due: i64 = sqlx::query_scalar(
            "select count(*) from episode where site_id = $1 and observer = 'gatecrawl' and recheck_at <= $2",
        )
        .bind(site.id.0)
        .bind(millis(now))
        .fetch_one(&self.db.reader)
        .await?;
        let turn = recheck::turn(usize::try_from(due).unwrap_or(usize::MAX)).as_millis();
        sqlx::query(
            "update episode set recheck_at = $1 + $2 + (id * 7919 % $3) * $4 / $3
             where site_id = $5 and observer = 'gatecrawl' and recheck_at <= $1",
        )
        .bind(millis(now))
        .bind(i64::try_from(recheck::turn(1).as_millis()).unwrap_or_default())
        .bind(due.max(1))
        .bind(i64::try_from(turn).unwrap_or(i64::MAX))
        .bind(site.id.0)
        .execute(&self.db.writer)
        .await?;
        Ok(due.cast_unsigned())
    }

    /// When the next failing URL of a site is to be looked at again.
    pub async fn next_recheck(&self, site: &Site) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "select min(recheck_at) from episode
             where site_id = $1 and observer = 'gatecrawl' and recheck_at is not null",
        )
        .bind(site.id.0)
        .fetch_one(&self.db.reader)
        .await?;
        Ok(at.map(instant))
    }
}
