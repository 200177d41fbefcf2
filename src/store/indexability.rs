//! What keeps URLs out of the index, as it is stored and as it is asked for. What counts is said by
//! [`crate::domain::indexability`]; the count below says the same in the store's own words, and a test holds them together.

use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder};

use super::writer::Reading;
use super::{Store, StoreError};
use crate::domain::indexability::{Standing, UrlFacts};
use crate::domain::observation::{OutageId, UrlId};
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;

/// How many rows one statement takes.
const ROWS_A_STATEMENT: usize = 500;

/// 1 when the last answer of a URL `u` before its episode `e` that was no server error was a 4xx, else 0.
macro_rules! was_gone {
    () => {
        "case when coalesce((select b.class from spell b
             where b.url_id = u.id and b.observer = e.observer and b.class <> 'failing'
               and b.first_seen < e.first_failing
             order by b.first_seen desc, b.id desc limit 1), '') = 'gone' then 1 else 0 end"
    };
}

/// 1 when a URL `u` of a site `s` is robots.txt or a sitemap, else 0.
macro_rules! is_file {
    () => {
        "case when u.path = '/robots.txt' or exists (
             select 1 from sitemap m where m.site_id = u.site_id and m.url = s.origin || u.path) then 1 else 0 end"
    };
}

/// The columns of [`StandingRow`], of an episode `e`, its URL `u` and its site `s`.
macro_rules! standing_columns {
    () => {
        concat!(
            "u.noindex, u.canonical, u.disallowed, ",
            $crate::store::indexability::was_gone!(),
            " as gone, ",
            $crate::store::indexability::is_file!(),
            " as is_file"
        )
    };
}

pub(super) use {is_file, standing_columns, was_gone};

/// What is stored of a member beside its episode.
#[derive(Debug, FromRow)]
pub(super) struct StandingRow {
    noindex: i64,
    canonical: Option<String>,
    disallowed: i64,
    gone: i64,
    is_file: i64,
}

impl StandingRow {
    pub(super) fn standing(&self) -> Standing {
        Standing {
            facts: UrlFacts {
                noindex: self.noindex != 0,
                canonical: self.canonical.as_deref().and_then(|text| PageUrl::parse(text).ok()),
            },
            disallowed: self.disallowed != 0,
            gone: self.gone != 0,
            is_file: self.is_file != 0,
        }
    }
}

/// Stores what was read of pages, in the order of their rows, where it is news.
pub(super) async fn put_readings(
    db: &mut SqliteConnection,
    readings: &[(UrlId, &Reading)],
) -> Result<(), StoreError> {
    for chunk in readings.chunks(ROWS_A_STATEMENT) {
        let mut statement = QueryBuilder::new(
            "with now (id, noindex, canonical, etag, last_modified, body_hash, read_scope) as (",
        );
        statement.push_values(chunk, |mut values, (id, Reading { facts, version })| {
            let version = version.as_ref();
            values.push_bind(id.0).push_bind(i64::from(facts.noindex));
            values.push_bind(facts.canonical.as_ref().map(PageUrl::as_str));
            values.push_bind(version.and_then(|v| v.etag.as_deref()));
            values.push_bind(version.and_then(|v| v.last_modified.as_deref()));
            values.push_bind(version.map(|v| v.body_hash.cast_signed()));
            values.push_bind(version.map(|v| v.scope.cast_signed()));
        });
        statement.push(
            ") update url set noindex = now.noindex, canonical = now.canonical,
                 etag = case when now.body_hash is null then url.etag else now.etag end,
                 last_modified = case when now.body_hash is null then url.last_modified else now.last_modified end,
                 body_hash = coalesce(now.body_hash, url.body_hash),
                 read_scope = coalesce(now.read_scope, url.read_scope)
             from now where url.id = now.id and (url.noindex <> now.noindex
                 or coalesce(url.canonical, '') <> coalesce(now.canonical, '')
                 or (now.body_hash is not null
                     and (coalesce(url.etag, '') <> coalesce(now.etag, '')
                         or coalesce(url.last_modified, '') <> coalesce(now.last_modified, '')
                         or coalesce(url.body_hash, 0) <> now.body_hash
                         or coalesce(url.read_scope, 0) <> coalesce(now.read_scope, 0))))",
        );
        statement.build().execute(&mut *db).await?;
    }
    Ok(())
}

impl Store {
    /// Stores what a page says of itself, if that is news.
    pub async fn set_url_facts(&self, id: UrlId, facts: &UrlFacts) -> Result<(), StoreError> {
        let reading = Reading { facts: facts.clone(), version: None };
        put_readings(&mut *self.db.writer.acquire().await?, &[(id, &reading)]).await
    }

    /// Notes for every known URL of a site whether robots.txt keeps Googlebot out: `allows` is asked path and query.
    pub async fn set_disallowed(&self, site: &Site, allows: impl Fn(&str) -> bool) -> Result<(), StoreError> {
        let (mut allowed, mut disallowed) = (Vec::new(), Vec::new());
        {
            let select = "select id, path, disallowed from url where site_id = $1 order by id";
            let mut rows =
                sqlx::query_as::<_, (i64, String, i64)>(select).bind(site.id.0).fetch(&self.db.reader);
            while let Some((id, path, stored)) = rows.try_next().await? {
                match (allows(&path), stored != 0) {
                    (true, true) => allowed.push(id),
                    (false, false) => disallowed.push(id),
                    (true, false) | (false, true) => {}
                }
            }
        }
        for (ids, value) in [(allowed, 0), (disallowed, 1)] {
            for chunk in ids.chunks(ROWS_A_STATEMENT) {
                let mut statement = QueryBuilder::new("update url set disallowed = ");
                statement.push_bind(value).push(" where id in (");
                let mut list = statement.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                statement.push(")");
                statement.build().execute(&self.db.writer).await?;
            }
        }
        Ok(())
    }

    /// How many URLs of an outage can be indexed, as [`Standing::bars`] has it.
    pub async fn indexable_members(&self, id: OutageId) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(concat!(
            "select count(distinct u.id) from episode e join url u on u.id = e.url_id join site s on s.id = u.site_id
             where e.outage_id = $1 and u.noindex = 0 and u.disallowed = 0
               and (u.canonical is null or u.canonical = s.origin || u.path) and ",
            was_gone!(),
            " = 0 and ",
            is_file!(),
            " = 0"
        ))
        .bind(id.0)
        .fetch_one(&self.db.reader)
        .await?;
        Ok(count.cast_unsigned())
    }
}
