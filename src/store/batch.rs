//! A batch of observations of one site as rows: spells, evidence, rollups and the counters of crawls. It runs inside the
//! writer's transaction.
//!
//! Rows go out many to a statement and in the order of their ids: a statement costs a hop to the driver's thread, and
//! random row order dirties a page for each row (measured: 25 times slower).

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder};

use super::docket::{Docket, Exhibit, whole_millis, words};
use super::indexability::put_readings;
use super::loads::add_to_loads;
use super::urls::insert_urls;
use super::writer::{Reading, Record};
use super::{StoreError, corrupt, instant, millis};
use crate::domain::evidence::Evidence;
use crate::domain::judge::Sighting;
use crate::domain::observation::{CrawlId, Observer, UrlId};
use crate::domain::outcome::Outcome;
use crate::domain::spell::{Folded, Spell};

/// How many rows a statement takes; SQLite allows 32,766 values in one.
const ROWS_A_STATEMENT: usize = 500;

/// The newest spells of the URLs of a batch, and the ones that it opens.
#[derive(Debug, Default)]
struct Spells {
    /// The newest one of each URL, with its row when it has one.
    newest: HashMap<UrlId, (Option<i64>, Spell)>,
    /// Rows that changed.
    extended: BTreeMap<i64, (UrlId, Spell)>,
    /// Spells that have no row yet and are followed by another one already.
    closed: Vec<(UrlId, Spell)>,
}

/// Stores a batch, in the order of its observations; what follows for outages stays in the docket's judge.
pub(super) async fn store(
    db: &mut SqliteConnection,
    docket: &mut Docket,
    records: &[Record],
) -> Result<(), StoreError> {
    put_finds(db, docket, records).await?;
    let urls: HashSet<UrlId> = records.iter().map(|record| record.url).collect();
    let mut spells =
        Spells { newest: newest_spells(db, &docket.observer, &urls).await?, ..Spells::default() };
    let mut failing = docket.count_failing();
    for record in records {
        let newest = spells.newest.get(&record.url).map(|(_, spell)| *spell);
        let sighting = Sighting {
            url: record.url,
            section: &record.section,
            newest: newest.as_ref(),
            seen: record.observation,
        };
        docket.look_at(record);
        spells.take(record.url, docket.judge.observe(&sighting));
        if let Some(evidence) = &record.evidence {
            let digest = put_evidence(db, evidence, record.observation.at).await?;
            let exhibit = Exhibit { digest: Some(digest), elapsed: Some(record.elapsed) };
            failing += 1;
            docket.file_failure(record, exhibit, failing);
        }
    }
    spells.store(db, &docket.observer).await?;
    let mut readings: BTreeMap<UrlId, &Reading> = BTreeMap::new();
    readings.extend(records.iter().filter_map(|record| Some((record.url, record.reading.as_ref()?))));
    put_readings(db, &readings.into_iter().collect::<Vec<_>>()).await?;
    add_to_rollups(db, docket, records).await?;
    add_to_loads(db, docket, records).await?;
    add_to_crawls(db, records).await
}

/// Stores what pages led to, what was found first first.
async fn put_finds(db: &mut SqliteConnection, docket: &Docket, records: &[Record]) -> Result<(), StoreError> {
    let Some(first) = records.first() else { return Ok(()) };
    let found = records.iter().flat_map(|record| &record.found);
    insert_urls(db, docket.site, found, first.observation.at).await
}

impl Spells {
    fn take(&mut self, url: UrlId, folded: Folded) {
        match folded {
            Folded::Stale => {}
            Folded::Extended(spell) => {
                let row = self.newest.get(&url).and_then(|(row, _)| *row);
                self.newest.insert(url, (row, spell));
                if let Some(row) = row {
                    self.extended.insert(row, (url, spell));
                }
            }
            Folded::Opened(spell) => {
                if let Some((None, before)) = self.newest.insert(url, (None, spell)) {
                    self.closed.push((url, before));
                }
            }
        }
    }

    async fn store(self, db: &mut SqliteConnection, observer: &Observer) -> Result<(), StoreError> {
        let opened = self.newest.into_iter().filter(|(_, (row, _))| row.is_none());
        let mut rows: Vec<(Option<i64>, UrlId, Spell)> =
            self.extended.into_iter().map(|(row, (url, spell))| (Some(row), url, spell)).collect();
        rows.extend(self.closed.into_iter().map(|(url, spell)| (None, url, spell)));
        let mut newest: Vec<_> = opened.map(|(url, (_, spell))| (None, url, spell)).collect();
        newest.sort_by_key(|(_, url, _)| *url);
        rows.extend(newest);
        for chunk in rows.chunks(ROWS_A_STATEMENT) {
            put_spells(db, observer, chunk).await?;
        }
        Ok(())
    }
}

#[derive(Debug, FromRow)]
struct SpellRow {
    id: i64,
    url_id: i64,
    outcome: String,
    first_seen: i64,
    last_seen: i64,
    fetches: i64,
}

async fn newest_spells(
    db: &mut SqliteConnection,
    observer: &Observer,
    urls: &HashSet<UrlId>,
) -> Result<HashMap<UrlId, (Option<i64>, Spell)>, StoreError> {
    let urls: Vec<&UrlId> = urls.iter().collect();
    let mut found = HashMap::with_capacity(urls.len());
    for chunk in urls.chunks(ROWS_A_STATEMENT) {
        let mut statement = QueryBuilder::new(
            "select s.id, s.url_id, s.outcome, s.first_seen, s.last_seen, s.fetches from spell s where s.observer = ",
        );
        statement.push_bind(observer.as_str()).push(" and s.url_id in (");
        let mut list = statement.separated(", ");
        for url in chunk {
            list.push_bind(url.0);
        }
        statement.push(")");
        let rows: Vec<SpellRow> = statement.build_query_as().fetch_all(&mut *db).await?;
        for row in rows {
            found.insert(UrlId(row.url_id), (Some(row.id), row.spell()?));
        }
    }
    Ok(found)
}

impl SpellRow {
    fn spell(&self) -> Result<Spell, StoreError> {
        Ok(Spell {
            outcome: self.outcome.parse().map_err(|error| corrupt("spell", self.id, error))?,
            first_seen: instant(self.first_seen),
            last_seen: instant(self.last_seen),
            fetches: self.fetches.cast_unsigned(),
        })
    }
}

async fn put_spells(
    db: &mut SqliteConnection,
    observer: &Observer,
    rows: &[(Option<i64>, UrlId, Spell)],
) -> Result<(), StoreError> {
    let mut statement = QueryBuilder::new(
        "insert into spell (id, url_id, observer, outcome, class, first_seen, last_seen, fetches) ",
    );
    statement.push_values(rows, |mut values, (row, url, spell)| {
        values.push_bind(*row).push_bind(url.0).push_bind(observer.as_str());
        values.push_bind(spell.outcome.to_string()).push_bind(spell.outcome.class().word());
        values.push_bind(millis(spell.first_seen)).push_bind(millis(spell.last_seen));
        values.push_bind(spell.fetches.cast_signed());
    });
    statement
        .push(" on conflict (id) do update set last_seen = excluded.last_seen, fetches = excluded.fetches");
    statement.build().execute(db).await?;
    Ok(())
}

/// Stores what a failing fetch brought, once; returns its digest.
async fn put_evidence(
    db: &mut SqliteConnection,
    evidence: &Evidence,
    at: DateTime<Utc>,
) -> Result<String, StoreError> {
    let digest = digest(evidence);
    sqlx::query(
        "insert into evidence (digest, seen_at, version, status, headers, body, detail, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (digest) do update set seen_at = excluded.seen_at",
    )
    .bind(&digest)
    .bind(millis(at))
    .bind(&evidence.version)
    .bind(evidence.status.map(i64::from))
    .bind(serde_json::to_string(&evidence.headers).unwrap_or_default())
    .bind(&evidence.body)
    .bind(&evidence.detail)
    .bind(&evidence.reason)
    .execute(db)
    .await?;
    Ok(digest)
}

/// Two answers with the same digest show a reader the same thing.
fn digest(evidence: &Evidence) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&bytes.len().to_le_bytes());
        hasher.update(bytes);
    };
    part(evidence.version.as_deref().unwrap_or_default().as_bytes());
    part(&evidence.status.unwrap_or_default().to_le_bytes());
    for (name, value) in evidence.steady_headers() {
        part(name.as_bytes());
        part(value.as_bytes());
    }
    part(&evidence.body);
    part(evidence.detail.as_deref().unwrap_or_default().as_bytes());
    part(evidence.reason.as_deref().unwrap_or_default().as_bytes());
    hasher.finalize().to_hex().to_string()
}

async fn add_to_rollups(
    db: &mut SqliteConnection,
    docket: &Docket,
    records: &[Record],
) -> Result<(), StoreError> {
    let mut hours: BTreeMap<(DateTime<Utc>, Outcome), (i64, i64, i64)> = BTreeMap::new();
    for record in records {
        let hour = record.observation.at.duration_trunc(TimeDelta::hours(1)).unwrap_or(record.observation.at);
        let sums = hours.entry((hour, record.observation.outcome)).or_default();
        sums.0 += 1;
        sums.1 += whole_millis(record.elapsed);
        sums.2 += record.bytes.cast_signed();
    }
    let mut statement = QueryBuilder::new(
        "insert into rollup_hour (site_id, observer, hour, outcome, fetches, elapsed_ms, bytes) ",
    );
    statement.push_values(&hours, |mut values, ((hour, outcome), (fetches, elapsed, bytes))| {
        values.push_bind(docket.site.0).push_bind(docket.observer.as_str()).push_bind(millis(*hour));
        values.push_bind(outcome.to_string()).push_bind(*fetches).push_bind(*elapsed).push_bind(*bytes);
    });
    statement.push(
        " on conflict (site_id, observer, hour, outcome) do update set fetches = rollup_hour.fetches + excluded.fetches,
             elapsed_ms = rollup_hour.elapsed_ms + excluded.elapsed_ms, bytes = rollup_hour.bytes + excluded.bytes",
    );
    statement.build().execute(db).await?;
    Ok(())
}

async fn add_to_crawls(db: &mut SqliteConnection, records: &[Record]) -> Result<(), StoreError> {
    let mut crawls: BTreeMap<CrawlId, Vec<&Record>> = BTreeMap::new();
    for record in records {
        if let Some(crawl) = record.crawl {
            crawls.entry(crawl).or_default().push(record);
        }
    }
    for (crawl, records) in crawls {
        add_to_crawl(db, crawl, &records).await?;
    }
    Ok(())
}

async fn add_to_crawl(
    db: &mut SqliteConnection,
    crawl: CrawlId,
    records: &[&Record],
) -> Result<(), StoreError> {
    let stored: String = sqlx::query_scalar("select by_outcome from crawl where id = $1")
        .bind(crawl.0)
        .fetch_one(&mut *db)
        .await?;
    let mut by_outcome: BTreeMap<Outcome, u64> =
        serde_json::from_str(&stored).map_err(|error| corrupt("crawl", crawl.0, error))?;
    for record in records {
        *by_outcome.entry(record.observation.outcome).or_default() += 1;
    }
    let bytes: u64 = records.iter().map(|record| record.bytes).sum();
    sqlx::query("update crawl set fetches = fetches + $1, bytes = bytes + $2, by_outcome = $3 where id = $4")
        .bind(i64::try_from(records.len()).unwrap_or(i64::MAX))
        .bind(bytes.cast_signed())
        .bind(words(&by_outcome))
        .bind(crawl.0)
        .execute(db)
        .await?;
    Ok(())
}
