//! What pages tell of sites, read at once: for one site or for all, in as many statements for two hundred as for one. It
//! reads only.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, FromRow, SqlitePool};

use super::crawls::CrawlRow;
use super::outages::{OutageRow, StoredOutage};
use super::robots_copies::{CopyRow, RobotsCopy};
use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::bounds::Bounds;
use crate::domain::crawl::Crawl;
use crate::domain::looked::Looked;
use crate::domain::observation::SiteId;
use crate::domain::verdict::Case;

/// What is known of a site.
#[derive(Debug, Clone, Default)]
pub struct SiteFacts {
    /// Its known URLs.
    pub urls: u64,
    /// Those of them that fail now.
    pub failing: u64,
    /// Its outages, newest first.
    pub outages: Vec<TracedOutage>,
    /// Those that were over long before.
    pub past: Vec<PastOutage>,
    /// Its crawl that waits or runs.
    pub crawl: Option<Crawl>,
    /// When something of it was fetched.
    pub looked: Looked,
    /// What is kept of its robots.txt, but for the text itself.
    pub robots: Option<RobotsCopy>,
}

/// An outage with the path of its first URL, where that is what its headline names.
#[derive(Debug, Clone)]
pub struct TracedOutage {
    /// The outage.
    pub stored: StoredOutage,
    /// The path of its first member; `None`: its scope is not single URLs.
    pub first_path: Option<String>,
}

/// An outage that was over long ago: what its verdict rests on, and how many URLs failed in it.
#[derive(Debug, Clone)]
pub struct PastOutage {
    /// What its verdict rests on.
    pub case: Case,
    /// Distinct URLs that failed in it.
    pub urls: u64,
}

/// How far back is read.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Outages that go on or failed last since then, and the hours since then.
    pub since: DateTime<Utc>,
    /// Of these, all that is known of those that go on or failed last since then; the others are read as past ones.
    pub whole_since: DateTime<Utc>,
}

#[derive(FromRow)]
struct TracedRow {
    #[sqlx(flatten)]
    outage: OutageRow,
    first_path: Option<String>,
}

/// Statements begin with the sites that are meant, so that each is found by the index of the other table.
const SITES: &str = "with meant(id) as (select s.id from site s where $1 is null)
     , one(id) as (select s.id from site s where s.id = $1)
     , sites(id) as (select id from meant union all select id from one)";

impl Store {
    /// What is known of a site; `None`: of all.
    pub async fn site_facts(
        &self,
        of: Option<SiteId>,
        reach: Reach,
    ) -> Result<HashMap<SiteId, SiteFacts>, StoreError> {
        let db = &self.db.reader;
        let mut facts: HashMap<SiteId, SiteFacts> = HashMap::new();
        for (site, urls) in
            counts(db, of, "select s.id, t.urls from sites s join site_tally t on t.site_id = s.id").await?
        {
            facts.entry(site).or_default().urls = urls;
        }
        for (site, failing) in counts(db, of, FAILING).await? {
            facts.entry(site).or_default().failing = failing;
        }
        for crawl in crawls(db, of).await? {
            facts.entry(crawl.site).or_default().crawl.get_or_insert(crawl);
        }
        for (site, copy) in copies(db, of).await? {
            facts.entry(site).or_default().robots = Some(copy);
        }
        for (site, looked) in looked(db, of, reach.since).await? {
            facts.entry(site).or_default().looked = looked;
        }
        for (site, past) in past(db, of, reach).await? {
            facts.entry(site).or_default().past = past;
        }
        for traced in outages(db, of, reach.whole_since).await? {
            facts.entry(traced.stored.site).or_default().outages.push(traced);
        }
        Ok(facts)
    }

    /// The hours since then in which something of a site was fetched.
    pub async fn looked(&self, site: SiteId, since: DateTime<Utc>) -> Result<Looked, StoreError> {
        let found = looked(&self.db.reader, Some(site), since).await?;
        Ok(found.into_iter().next().map(|(_, looked)| looked).unwrap_or_default())
    }
}

const FAILING: &str = "select s.id, (select count(distinct e.url_id) from episode e
         where e.site_id = s.id and e.observer = 'gatecrawl' and e.healthy_after is null and e.went_on = 0)
     from sites s";

async fn counts(db: &SqlitePool, of: Option<SiteId>, sql: &str) -> Result<Vec<(SiteId, u64)>, StoreError> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(format!("{SITES} {sql}")))
        .bind(of.map(|site| site.0))
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|(site, count)| (SiteId(site), count.cast_unsigned())).collect())
}

async fn crawls(db: &SqlitePool, of: Option<SiteId>) -> Result<Vec<Crawl>, StoreError> {
    let rows: Vec<CrawlRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{SITES} select c.* from sites s join crawl c on c.site_id = s.id
         where c.state in ('waiting', 'running') order by c.id"
    )))
    .bind(of.map(|site| site.0))
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Crawl::try_from).collect()
}

async fn copies(db: &SqlitePool, of: Option<SiteId>) -> Result<Vec<(SiteId, RobotsCopy)>, StoreError> {
    let rows: Vec<CopyRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{SITES} select r.site_id, r.fetched_at, r.outcome, r.failing_since, r.good_at, null as good_body
         from sites s join robots_copy r on r.site_id = s.id"
    )))
    .bind(of.map(|site| site.0))
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|row| Ok((SiteId(row.site_id), row.try_into()?))).collect()
}

/// One row a site: a row a day would be eighteen thousand for two hundred sites.
async fn looked(
    db: &SqlitePool,
    of: Option<SiteId>,
    since: DateTime<Utc>,
) -> Result<Vec<(SiteId, Looked)>, StoreError> {
    const DAY_MS: i64 = 86_400_000;
    let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "{SITES} select s.id, group_concat(d.day || ':' || d.hours)
         from sites s join looked_day d on d.site_id = s.id and d.day >= $2 group by s.id"
    )))
    .bind(of.map(|site| site.0))
    .bind(millis(since).div_euclid(DAY_MS))
    .fetch_all(db)
    .await?;
    let day = |text: &str| -> Option<(i64, u32)> {
        let (day, hours) = text.split_once(':')?;
        Some((day.parse().ok()?, hours.parse().ok()?))
    };
    Ok(rows
        .into_iter()
        .map(|(site, days)| (SiteId(site), Looked::of_days(days.split(',').filter_map(day))))
        .collect())
}

/// One row a site, with all of its past outages: as rows they would be thousands.
async fn past(
    db: &SqlitePool,
    of: Option<SiteId>,
    reach: Reach,
) -> Result<Vec<(SiteId, Vec<PastOutage>)>, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
        "{SITES} select s.id, group_concat(o.first_failing || ',' || o.last_failing || ',' || coalesce(o.healthy_before, '')
                    || ',' || coalesce(o.healthy_after, '') || ',' || o.unknown_ms || ',' || o.confirmed || ',' || o.alternating
                    || ',' || o.solid_ms || ',' || o.url_count, ';')
         from sites s join outage o on o.site_id = s.id and o.observer = 'gatecrawl'
             and o.last_failing >= $2 and o.last_failing < $3
         where o.ongoing = 0 group by s.id"
    )))
    .bind(of.map(|site| site.0))
    .bind(millis(reach.since))
    .bind(millis(reach.whole_since))
    .fetch_all(db)
    .await?;
    let unpacked = |(site, packed): (i64, String)| {
        let all: Option<Vec<PastOutage>> = packed.split(';').map(unpack).collect();
        Ok((SiteId(site), all.ok_or_else(|| corrupt("outage of site", site, "its numbers cannot be read"))?))
    };
    rows.into_iter().map(unpacked).collect()
}

fn unpack(packed: &str) -> Option<PastOutage> {
    let mut fields = packed.split(',').map(|field| field.parse::<i64>().ok());
    let mut next = || fields.next();
    let (first, last) = (next()??, next()??);
    let (before, after) = (next()?, next()?);
    let (unknown, confirmed, alternating, solid, urls) = (next()??, next()??, next()??, next()??, next()??);
    Some(PastOutage {
        case: Case {
            bounds: Bounds {
                healthy_before: before.map(instant),
                first_failing: instant(first),
                last_failing: instant(last),
                healthy_after: after.map(instant),
                unknown: TimeDelta::milliseconds(unknown),
            },
            ongoing: false,
            confirmed: confirmed != 0,
            alternating: alternating != 0,
            solid: TimeDelta::milliseconds(solid),
        },
        urls: urls.cast_unsigned(),
    })
}

async fn outages(
    db: &SqlitePool,
    of: Option<SiteId>,
    since: DateTime<Utc>,
) -> Result<Vec<TracedOutage>, StoreError> {
    let rows: Vec<TracedRow> = sqlx::query_as(AssertSqlSafe(format!(
        "{SITES}, recent(id) as (
             select o.id from sites s join outage o on o.site_id = s.id and o.observer = 'gatecrawl' and o.last_failing >= $2
             union
             select o.id from sites s join outage o on o.site_id = s.id and o.observer = 'gatecrawl' and o.ongoing = 1)
         select o.*, case when o.scope = 'url' then
                    (select u.path from episode e join url u on u.id = e.url_id where e.outage_id = o.id
                     order by e.first_failing, u.path, e.id limit 1) end first_path
         from recent r join outage o on o.id = r.id order by o.first_failing desc, o.id desc"
    )))
    .bind(of.map(|site| site.0))
    .bind(millis(since))
    .fetch_all(db)
    .await?;
    let traced =
        |row: TracedRow| Ok(TracedOutage { stored: row.outage.try_into()?, first_path: row.first_path });
    rows.into_iter().map(traced).collect()
}
