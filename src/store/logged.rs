//! Hits of bots, as the writer stores them: each once, however often its line is read. What a real bot saw becomes spells,
//! outages and hourly fetches with the bot as their observer, by the same way as our own observations; beside that, hits
//! are counted by the hour and by how well the claim to be a bot is founded.
//!
//! Which hits were taken in is kept as a key of 8 bytes each, in the same transaction as what follows from them. So an
//! import that was killed goes on where it was, a rotated file is known again, and a line that was uploaded, imported and
//! followed counts once.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::QueryBuilder;
use sqlx::sqlite::SqliteConnection;

use super::docket::{Docket, whole_millis};
use super::log_positions::{LogPosition, put_position};
use super::urls::KnownUrl;
use super::writer::{Record, by_docket};
use super::{Store, StoreError, batch, millis};
use crate::domain::observation::{Observation, Observer, SiteId, UrlId};
use crate::domain::outcome::Outcome;
use crate::domain::page_url::{PageUrl, Section};

/// How many rows one statement takes.
const ROWS_A_STATEMENT: usize = 500;

/// How many keys one row holds; a fuller one is left, and another begun.
const KEYS_A_ROW: usize = 512;

/// How many hours of keys are kept in memory: hits come nearly in order.
const HOURS_HELD: usize = 3;

/// Hits of one site, in the order of their instants, that are stored together.
#[derive(Debug, Clone)]
pub struct LogBatch {
    /// The site.
    pub site: SiteId,
    /// The hits.
    pub hits: Vec<LoggedHit>,
    /// How far the log was read that they come from; `None`: it is not followed.
    pub position: Option<LogPosition>,
}

/// One hit.
#[derive(Debug, Clone)]
pub struct LoggedHit {
    /// What tells it from every other hit of its hour.
    pub key: u64,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Which bot it says it is.
    pub bot: &'static str,
    /// How well the claim is founded.
    pub verification: &'static str,
    /// What it got; `None`: unknown.
    pub outcome: Option<Outcome>,
    /// How long it took.
    pub elapsed: Duration,
    /// What it shows of which URL, when it is taken to be the bot's.
    pub saw: Option<(PageUrl, Observation)>,
}

/// What became of hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Those that were not known.
    pub new: u64,
    /// Those that were.
    pub known: u64,
}

impl Taken {
    /// Adds what became of other hits.
    pub fn add(&mut self, other: Self) {
        self.new += other.new;
        self.known += other.known;
    }
}

/// What is in memory of the hits of a site that were taken in, as long as nobody else takes in others.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    version: Option<i64>,
    hours: BTreeMap<i64, HashSet<u64>>,
}

/// Stores a batch in a transaction.
pub(super) async fn store(
    store: &Store,
    ledger: &mut Ledger,
    dockets: &mut HashMap<(SiteId, Observer), Docket>,
    batch: &LogBatch,
) -> Result<Taken, StoreError> {
    let mut transaction = store.db.writer.begin_with("begin immediate").await?;
    let version = version(&mut transaction, batch.site).await?;
    if ledger.version != Some(version) {
        *ledger = Ledger { version: Some(version), hours: BTreeMap::new() };
        dockets.retain(|(site, observer), _| *site != batch.site || *observer == Observer::gatecrawl());
    }
    let new = new_hits(&mut transaction, ledger, batch).await?;
    if !new.is_empty() {
        add_to_hours(&mut transaction, batch.site, &new).await?;
        judge(&mut transaction, dockets, batch.site, &new).await?;
        ledger.version = Some(grow(&mut transaction, batch.site).await?);
    }
    if let Some(position) = &batch.position {
        put_position(&mut transaction, batch.site, position).await?;
    }
    transaction.commit().await?;
    ledger.forget_all_but_newest();
    Ok(Taken { new: new.len() as u64, known: (batch.hits.len() - new.len()) as u64 })
}

impl Ledger {
    fn forget_all_but_newest(&mut self) {
        while self.hours.len() > HOURS_HELD {
            self.hours.pop_first();
        }
    }
}

async fn version(db: &mut SqliteConnection, site: SiteId) -> Result<i64, StoreError> {
    let version: Option<i64> = sqlx::query_scalar("select version from logged_site where site_id = $1")
        .bind(site.0)
        .fetch_optional(db)
        .await?;
    Ok(version.unwrap_or_default())
}

async fn grow(db: &mut SqliteConnection, site: SiteId) -> Result<i64, StoreError> {
    let version = sqlx::query_scalar(
        "insert into logged_site (site_id, version) values ($1, 1)
         on conflict (site_id) do update set version = logged_site.version + 1 returning version",
    )
    .bind(site.0)
    .fetch_one(db)
    .await?;
    Ok(version)
}

fn hour_of(at: DateTime<Utc>) -> i64 {
    millis(at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at))
}

/// The hits that were not taken in before; from now on they are.
async fn new_hits<'a>(
    db: &mut SqliteConnection,
    ledger: &mut Ledger,
    batch: &'a LogBatch,
) -> Result<Vec<&'a LoggedHit>, StoreError> {
    let mut new = Vec::new();
    let mut keys: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for hit in &batch.hits {
        let hour = hour_of(hit.at);
        let known = match ledger.hours.entry(hour) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(read_keys(db, batch.site, hour).await?),
        };
        if known.insert(hit.key) {
            keys.entry(hour).or_default().push(hit.key);
            new.push(hit);
        }
    }
    for (hour, keys) in keys {
        put_keys(db, batch.site, hour, &keys).await?;
    }
    Ok(new)
}

async fn read_keys(db: &mut SqliteConnection, site: SiteId, hour: i64) -> Result<HashSet<u64>, StoreError> {
    let parts: Vec<Vec<u8>> =
        sqlx::query_scalar("select keys from logged_hits where site_id = $1 and hour = $2")
            .bind(site.0)
            .bind(hour)
            .fetch_all(db)
            .await?;
    let key = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
    Ok(parts.iter().flat_map(|part| part.chunks_exact(8)).filter_map(key).collect())
}

/// Adds keys to the newest row of their hour, while it has room.
async fn put_keys(
    db: &mut SqliteConnection,
    site: SiteId,
    hour: i64,
    keys: &[u64],
) -> Result<(), StoreError> {
    let newest: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "select part, keys from logged_hits where site_id = $1 and hour = $2 order by part desc limit 1",
    )
    .bind(site.0)
    .bind(hour)
    .fetch_optional(&mut *db)
    .await?;
    let (mut part, mut bytes) = newest.unwrap_or((1, Vec::new()));
    if bytes.len() >= KEYS_A_ROW * 8 {
        (part, bytes) = (part + 1, Vec::new());
    }
    bytes.extend(keys.iter().flat_map(|key| key.to_le_bytes()));
    sqlx::query(
        "insert into logged_hits (site_id, hour, part, keys) values ($1, $2, $3, $4)
         on conflict (site_id, hour, part) do update set keys = excluded.keys",
    )
    .bind(site.0)
    .bind(hour)
    .bind(part)
    .bind(bytes)
    .execute(db)
    .await?;
    Ok(())
}

async fn add_to_hours(
    db: &mut SqliteConnection,
    site: SiteId,
    hits: &[&LoggedHit],
) -> Result<(), StoreError> {
    let mut sums: BTreeMap<(i64, &str, &str, String), (i64, i64)> = BTreeMap::new();
    for hit in hits {
        let outcome = hit.outcome.map_or_else(|| "unknown".to_owned(), |outcome| outcome.to_string());
        let sum = sums.entry((hour_of(hit.at), hit.bot, hit.verification, outcome)).or_default();
        sum.0 += 1;
        sum.1 += whole_millis(hit.elapsed);
    }
    let sums: Vec<_> = sums.into_iter().collect();
    for chunk in sums.chunks(ROWS_A_STATEMENT) {
        let mut statement = QueryBuilder::new(
            "insert into bot_hour (site_id, hour, bot, verification, outcome, hits, elapsed_ms) ",
        );
        statement.push_values(chunk, |mut values, ((hour, bot, verification, outcome), (hits, elapsed))| {
            values.push_bind(site.0).push_bind(*hour).push_bind((*bot).to_owned());
            values.push_bind((*verification).to_owned()).push_bind(outcome.clone());
            values.push_bind(*hits).push_bind(*elapsed);
        });
        statement.push(
            " on conflict (site_id, hour, bot, verification, outcome) do update set hits = bot_hour.hits + excluded.hits,
                 elapsed_ms = bot_hour.elapsed_ms + excluded.elapsed_ms",
        );
        statement.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Judges what was seen, each bot by itself.
async fn judge(
    db: &mut SqliteConnection,
    dockets: &mut HashMap<(SiteId, Observer), Docket>,
    site: SiteId,
    hits: &[&LoggedHit],
) -> Result<(), StoreError> {
    let urls = put_urls(db, site, hits).await?;
    let records: Vec<Record> = hits.iter().filter_map(|hit| record(site, &urls, hit)).collect();
    for (key, of_bot) in by_docket(records) {
        let Some(now) = of_bot.iter().map(|record| record.observation.at).max() else { continue };
        if !dockets.contains_key(&key) {
            let docket = Docket::load(db, site, &key.1, now).await?;
            dockets.insert(key.clone(), docket);
        }
        if let Some(docket) = dockets.get_mut(&key) {
            batch::store(db, docket, &of_bot).await?;
            // Nobody is told: an old log would raise alarms of last month.
            docket.store_changes(db, now).await?;
        }
    }
    Ok(())
}

fn record(site: SiteId, urls: &HashMap<String, UrlId>, hit: &LoggedHit) -> Option<Record> {
    let (url, observation) = hit.saw.as_ref()?;
    let known = KnownUrl {
        id: *urls.get(url.path_and_query())?,
        section: Section::of_path(url.path()),
        url: url.clone(),
        depth: 0,
        newest: None,
        version: None,
        nofollow: false,
    };
    let elapsed = hit.elapsed;
    Some(Record { observer: Observer::named(hit.bot), elapsed, ..Record::of(site, &known, *observation) })
}

/// Adds the URLs that are not known as ones that only a log has shown; returns the rows of all.
async fn put_urls(
    db: &mut SqliteConnection,
    site: SiteId,
    hits: &[&LoggedHit],
) -> Result<HashMap<String, UrlId>, StoreError> {
    let first: BTreeMap<&str, (&PageUrl, DateTime<Utc>)> = hits
        .iter()
        .rev()
        .filter_map(|hit| hit.saw.as_ref().map(|(url, _)| (url.path_and_query(), (url, hit.at))))
        .collect();
    let all: Vec<_> = first.into_iter().collect();
    let mut rows = HashMap::with_capacity(all.len());
    for chunk in all.chunks(ROWS_A_STATEMENT) {
        let mut statement =
            QueryBuilder::new("insert into url (site_id, path, section, depth, found_at, nofollow, of_log) ");
        statement.push_values(chunk, |mut values, (path, (url, at))| {
            values.push_bind(site.0).push_bind((*path).to_owned());
            values.push_bind(url.section().as_str().to_owned());
            values.push_bind(0).push_bind(millis(*at)).push_bind(0).push_bind(1);
        });
        statement.push(" on conflict (site_id, path) do nothing");
        statement.build().execute(&mut *db).await?;
        let mut select = QueryBuilder::new("select path, id from url where site_id = ");
        select.push_bind(site.0).push(" and path in (");
        let mut list = select.separated(", ");
        for (path, _) in chunk {
            list.push_bind((*path).to_owned());
        }
        select.push(")");
        let found: Vec<(String, i64)> = select.build_query_as().fetch_all(&mut *db).await?;
        rows.extend(found.into_iter().map(|(path, id)| (path, UrlId(id))));
    }
    Ok(rows)
}
