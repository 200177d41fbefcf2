//! A year of a large installation, written straight into the tables: what would take a year to observe.
//!
//! Site 1 has nearly a third of the URLs, site 2 half as many, and the rest share what is left. Site 1 has an outage of
//! 5,000 URLs that goes on for three days; 19 more sites have one that has just begun.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use gatecrawl::domain::page_url::PageUrl;
use gatecrawl::domain::site::Settings;
use gatecrawl::store::Store;
use gatecrawl::store::sites::NewSite;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

const SITES: i64 = 200;
const OUTAGES: i64 = 20_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Members of the outage that goes on for days.
const LARGE: i64 = 5_000;

/// What was written.
pub(crate) struct Filled {
    urls: i64,
    episodes: i64,
    pub(crate) large_outage: i64,
    pub(crate) small_outage: i64,
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{SITES} sites, {} URLs, {OUTAGES} outages of {} failures, a year of hours and crawls",
            self.urls, self.episodes
        )
    }
}

/// An outage to write.
struct Out {
    id: i64,
    site: i64,
    scope: &'static str,
    first: i64,
    last: i64,
    is_over: bool,
    members: i64,
    /// The first of its URLs.
    url: i64,
}

pub(crate) async fn fill(folder: &Path, urls: i64) -> Filled {
    let now = Utc::now();
    add_sites(folder, now).await;
    let mut db = open(folder).await;
    db.execute("pragma synchronous = off").await.unwrap();
    let ranges = add_urls(&mut db, urls, now.timestamp_millis()).await;
    add_hours_and_crawls(&mut db, now.timestamp_millis()).await;
    let filled = add_outages(&mut db, &ranges, now.timestamp_millis()).await;
    db.execute("analyze").await.unwrap();
    db.execute("pragma wal_checkpoint(truncate)").await.unwrap();
    db.close().await.unwrap();
    filled
}

/// Writes as a crawl would, five times a second, for ever.
pub(crate) async fn write_on(folder: PathBuf) {
    let mut db = open(&folder).await;
    loop {
        db.execute(
            "update spell set last_seen = last_seen + 1, fetches = fetches + 1 where id between 1 and 20",
        )
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("gatecrawl.db"))
        .busy_timeout(Duration::from_secs(30));
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn add_sites(folder: &Path, now: DateTime<Utc>) {
    let store = Store::open(folder).await.unwrap();
    for n in 1..=SITES {
        let start_url = PageUrl::parse(&format!("https://shop-{n}.example/")).unwrap();
        let new = NewSite { start_url, settings: Settings::default() };
        let site = store.add_site(&new, now - TimeDelta::days(365)).await.unwrap();
        // Nothing is due while it is measured.
        store.set_next_crawl(site.id, Some(now + TimeDelta::days(1))).await.unwrap();
    }
    store.close().await;
}

/// Returns the first URL of each site and how many it has.
async fn add_urls(db: &mut SqliteConnection, urls: i64, now: i64) -> Vec<(i64, i64)> {
    let rest = (urls - urls * 3 / 10 - urls * 15 / 100) / (SITES - 2);
    let mut ranges = Vec::new();
    let mut next = 1;
    for site in 1..=SITES {
        let count = match site {
            1 => urls * 3 / 10,
            2 => urls * 15 / 100,
            _ => rest,
        };
        sqlx::query(
            "with recursive n(i) as (select $2 union all select i + 1 from n where i < $2 + $3 - 1)
             insert into url (id, site_id, path, section, depth, found_at)
             select i, $1,
                    case i % 5 when 0 then '/blog/2026/' || i when 1 then '/help/' || i when 2 then '/search?q=' || i
                               else '/product/' || i end,
                    case i % 5 when 0 then '/blog/2026/*' when 1 then '/help/*' when 2 then '/search' else '/product/*' end,
                    1 + i % 6, $4 - (i % 300) * 86400000
             from n",
        )
        .bind(site)
        .bind(next)
        .bind(count)
        .bind(now)
        .execute(&mut *db)
        .await
        .unwrap();
        ranges.push((next, count));
        next += count;
    }
    sqlx::query(
        "insert into spell (url_id, observer, outcome, class, first_seen, last_seen, fetches)
         select id, 'gatecrawl', case when id % 97 = 0 then '404' else '200' end,
                case when id % 97 = 0 then 'gone' else 'healthy' end, found_at, $1, 300 from url",
    )
    .bind(now - HOUR)
    .execute(&mut *db)
    .await
    .unwrap();
    ranges
}

async fn add_hours_and_crawls(db: &mut SqliteConnection, now: i64) {
    let hour = now - now % HOUR;
    for outcome in ["200", "502"] {
        sqlx::query(
            "with recursive n(i) as (select 0 union all select i + 1 from n where i < 365 * 24)
             insert into rollup_hour (site_id, observer, hour, outcome, fetches, elapsed_ms, bytes)
             select s.id, 'gatecrawl', $1 - i * 3600000, $2, 40, 9000, 400000 from site s, n
             where $2 = '200' or (i + s.id) % 20 = 0",
        )
        .bind(hour)
        .bind(outcome)
        .execute(&mut *db)
        .await
        .unwrap();
    }
    sqlx::query(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 365)
         insert into crawl (site_id, kind, state, options, requested_at, started_at, finished_at, urls, fetches, failing, bytes, by_outcome)
         select s.id, 'scheduled', 'finished', '{}', $1 - i * 86400000, $1 - i * 86400000, $1 - i * 86400000 + 3600000,
                5000, 5100, i % 9, 60000000, '{\"200\": 5000, \"502\": 100}'
         from n, site s order by i desc, s.id",
    )
    .bind(now)
    .execute(&mut *db)
    .await
    .unwrap();
    sqlx::query(
        "insert into robots_copy (site_id, fetched_at, outcome, good_at, good_body) select id, $1, '200', $1, x'00' from site",
    )
    .bind(now - HOUR)
    .execute(&mut *db)
    .await
    .unwrap();
    sqlx::query(
        "insert into evidence (digest, seen_at, version, status, headers, body)
         values ('one', $1, 'HTTP/1.1', 502, '[[\"Server\",\"nginx/1.22.1\"]]', '<center><h1>502 Bad Gateway</h1></center>')",
    )
    .bind(now)
    .execute(&mut *db)
    .await
    .unwrap();
}

async fn add_outages(db: &mut SqliteConnection, ranges: &[(i64, i64)], now: i64) -> Filled {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut episodes = 0;
    let mut transaction = db.begin().await.unwrap();
    for id in 1..=OUTAGES {
        let out = outage(&mut rng, id, ranges, now);
        episodes += out.members;
        add_outage(&mut transaction, &out).await;
    }
    transaction.commit().await.unwrap();
    Filled {
        urls: ranges.iter().map(|(_, count)| count).sum(),
        episodes,
        large_outage: OUTAGES,
        small_outage: OUTAGES - 500,
    }
}

/// One in a hundred lasts for four days, five for thirty hours, the others up to an hour. The newest twenty go on.
fn outage(rng: &mut fastrand::Rng, id: i64, ranges: &[(i64, i64)], now: i64) -> Out {
    let goes_on = id > OUTAGES - 20;
    let site = if goes_on { OUTAGES - id + 1 } else { rng.i64(1..=SITES) };
    let (first_url, urls) = ranges[usize::try_from(site - 1).unwrap()];
    let (scope, members) = match rng.u8(0..10) {
        _ if id == OUTAGES => ("section", LARGE.min(urls)),
        0 => ("site", 50),
        1..=3 => ("section", 20),
        _ => ("url", 1),
    };
    let lasts = match rng.u8(0..100) {
        0 => 4 * DAY,
        1..=5 => 30 * HOUR,
        _ => rng.i64(2..60) * 60_000,
    };
    let first = match (id == OUTAGES, goes_on) {
        (true, _) => now - 3 * DAY,
        (_, true) => now - rng.i64(1..20) * HOUR,
        // The newest ones end before now, too.
        _ => now - 5 * DAY - (OUTAGES - id) * (360 * DAY / OUTAGES),
    };
    let last = if goes_on { now - 60_000 } else { first + lasts };
    let url = first_url + rng.i64(0..(urls - members).max(1));
    Out { id, site, scope, first, last, is_over: !goes_on, members, url }
}

async fn add_outage(db: &mut SqliteConnection, out: &Out) {
    let after = out.is_over.then_some(out.last + 60_000);
    sqlx::query(
        "insert into outage (id, site_id, observer, scope, section, healthy_before, first_failing, last_failing, healthy_after,
                             unknown_ms, ongoing, confirmed, url_count, outcomes, wasted_fetches, wasted_ms, watched, solid_ms)
         values ($1, $2, 'gatecrawl', $3, case when $3 = 'section' then '/product/*' end, $4 - 60000, $4, $5, $6, 0, $7, 1, $8,
                 '{\"502\": ' || $8 || '}', $8 * 3, $8 * 900, $7, 0)",
    )
    .bind(out.id)
    .bind(out.site)
    .bind(out.scope)
    .bind(out.first)
    .bind(out.last)
    .bind(after)
    .bind(i64::from(!out.is_over))
    .bind(out.members)
    .execute(&mut *db)
    .await
    .unwrap();
    sqlx::query(
        "with recursive n(i) as (select $3 union all select i + 1 from n where i < $3 + $7 - 1)
         insert into episode (site_id, url_id, observer, outage_id, healthy_before, first_failing, last_failing, healthy_after,
                              unknown_ms, outcomes, latest, wasted_ms, first_evidence, last_evidence, first_elapsed_ms, last_elapsed_ms)
         select $2, i, 'gatecrawl', $1, $4 - 60000, $4, $5, $6, 0, '{\"502\": 3}', '502', 900, 'one', 'one', 300, 300 from n",
    )
    .bind(out.id)
    .bind(out.site)
    .bind(out.url)
    .bind(out.first)
    .bind(out.last)
    .bind(after)
    .bind(out.members)
    .execute(&mut *db)
    .await
    .unwrap();
    sqlx::query(
        "with recursive n(i) as (select $1 union all select i + 1 from n where i < $1 + $2 - 1)
         insert into spell (url_id, observer, outcome, class, first_seen, last_seen, fetches)
         select i, 'gatecrawl', '502', 'failing', $3, $4, 3 from n",
    )
    .bind(out.url)
    .bind(out.members)
    .bind(out.first)
    .bind(out.last)
    .execute(&mut *db)
    .await
    .unwrap();
}
