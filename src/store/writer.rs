//! The one writer of observations: takes them from a channel, and stores them in batches.
//!
//! A batch is one transaction: spells, episodes, outages, evidence, rollups and the counters of crawls change together
//! or not at all. So a process that is killed loses at most the batch that was not acknowledged by [`Writer::flush`],
//! and nothing is ever counted twice. It is not the judge; see [`super::docket`].

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;
use thiserror::Error;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::docket::{Docket, OutageChange};
use super::logged::{self, Ledger, LogBatch, Taken};
use super::urls::{KnownUrl, NewUrl, insert_urls};
use super::{Store, StoreError, batch, recording};
use crate::domain::evidence::Evidence;
use crate::domain::indexability::UrlFacts;
use crate::domain::observation::{CrawlId, Observation, Observer, SiteId, UrlId};
use crate::domain::page_url::Section;
use crate::domain::page_version::PageVersion;

/// How long a batch is gathered.
const BATCH_TIME: Duration = Duration::from_millis(250);

/// How many observations a batch has at most.
const BATCH_ROWS: usize = 500;

/// How many observations wait for the writer before those who bring more have to wait themselves.
const QUEUE: usize = 2 * BATCH_ROWS;

/// One observation with all that is stored of it.
#[derive(Debug, Clone)]
pub struct Record {
    /// Whose URL it is.
    pub site: SiteId,
    /// The URL.
    pub url: UrlId,
    /// Its section.
    pub section: Section,
    /// Who fetched.
    pub observer: Observer,
    /// What came, and when.
    pub observation: Observation,
    /// How long the fetch took, its body included.
    pub elapsed: Duration,
    /// Bytes of body over the wire.
    pub bytes: u64,
    /// The crawl that it belongs to; `None`: a re-check or a sentinel.
    pub crawl: Option<CrawlId>,
    /// What a failing fetch brought.
    pub evidence: Option<Evidence>,
    /// What a healthy one brought, unless it was read before.
    pub reading: Option<Reading>,
    /// Which URLs it led to that were not known. They are stored before
    /// the observation: a page that counts as seen has lost no link.
    pub found: Vec<NewUrl>,
    /// Until when the server asked not to be asked for this URL again.
    pub not_before: Option<DateTime<Utc>>,
    /// At which rate the site was asked; `None`: it does not matter.
    pub asked: Option<Asked>,
}

/// At which rate a site was asked when an observation was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// Requests a second.
    pub rate: f64,
    /// It was a slow look at a URL that had failed.
    pub is_control: bool,
}

impl Record {
    /// Our own observation of a URL, of which nothing else is known yet.
    pub fn of(site: SiteId, known: &KnownUrl, observation: Observation) -> Self {
        Self {
            site,
            url: known.id,
            section: known.section.clone(),
            observer: Observer::gatecrawl(),
            observation,
            elapsed: Duration::ZERO,
            bytes: 0,
            crawl: None,
            evidence: None,
            reading: None,
            found: Vec::new(),
            not_before: None,
            asked: None,
        }
    }
}

/// What was read of a healthy answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it says of its URL.
    pub facts: UrlFacts,
    /// Which version of it that was; `None`: it was not read for its links, and the version that was is still the last.
    pub version: Option<PageVersion>,
}

/// A hand that records observations; clones share one writer.
#[derive(Debug, Clone)]
pub struct Writer {
    store: Store,
    messages: mpsc::Sender<Message>,
    changes: broadcast::Sender<OutageChange>,
}

/// The writer itself: run it as a task. It ends when every [`Writer`] is gone.
#[derive(Debug)]
pub struct WriterTask {
    store: Store,
    messages: mpsc::Receiver<Message>,
    changes: broadcast::Sender<OutageChange>,
    dockets: HashMap<(SiteId, Observer), Docket>,
    ledgers: HashMap<SiteId, Ledger>,
    /// Sites of which something could not be stored, until it is said to whom it concerns.
    failed: HashMap<SiteId, WriteFailed>,
}

/// What one transaction stores.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<Record>,
    found: Vec<Find>,
}

/// What was gathered, and who waits for it.
#[derive(Debug)]
struct Gathered {
    batch: Batch,
    flushes: Vec<(SiteId, Answer<()>)>,
    logged: Option<(Box<LogBatch>, Answer<Taken>)>,
}

impl Batch {
    /// The instant of its newest observation; `None`: there is nothing in it.
    fn newest(&self) -> Option<DateTime<Utc>> {
        let newest = self.records.iter().map(|record| record.observation.at).max();
        newest.or(self.found.first().map(|(_, _, now)| *now))
    }

    /// The sites of which there is something in it.
    fn sites(&self) -> HashSet<SiteId> {
        let recorded = self.records.iter().map(|record| record.site);
        recorded.chain(self.found.iter().map(|(site, ..)| *site)).collect()
    }
}

/// URLs of a site that were found at an instant.
type Find = (SiteId, Vec<NewUrl>, DateTime<Utc>);

/// To whom it is said whether something was stored.
type Answer<T> = oneshot::Sender<Result<T, WriteFailed>>;

#[derive(Debug)]
enum Message {
    Record(Box<Record>),
    Found(Find),
    Flush(SiteId, Answer<()>),
    Logged(Box<LogBatch>, Answer<Taken>),
    Forget(SiteId),
}

/// Observations could not be stored; they will be fetched again.
#[derive(Debug, Clone, Error)]
#[error("observations could not be stored: {0}")]
pub struct WriteFailed(String);

impl Writer {
    /// A writer into this store, and the task that does its work.
    pub fn new(store: Store) -> (Self, WriterTask) {
        let (messages, receiver) = mpsc::channel(QUEUE);
        let (changes, _) = broadcast::channel(QUEUE);
        let writer = Self { store: store.clone(), messages, changes: changes.clone() };
        (
            writer,
            WriterTask {
                store,
                messages: receiver,
                changes,
                dockets: HashMap::new(),
                ledgers: HashMap::new(),
                failed: HashMap::new(),
            },
        )
    }

    /// Hands over one observation; waits while the writer is behind. While nothing can be stored it is refused at once, so that
    /// nobody goes on to fetch what is lost.
    pub async fn record(&self, record: Record) -> Result<(), WriteFailed> {
        self.may_record()?;
        self.send(Message::Record(Box::new(record))).await
    }

    /// Hands over URLs that were found elsewhere than on a page, at this instant.
    pub async fn found(
        &self,
        site: SiteId,
        urls: Vec<NewUrl>,
        now: DateTime<Utc>,
    ) -> Result<(), WriteFailed> {
        self.may_record()?;
        self.send(Message::Found((site, urls, now))).await
    }

    /// Hands over hits of bots, and waits until they are stored for good.
    pub async fn log(&self, batch: LogBatch) -> Result<Taken, WriteFailed> {
        let (sender, receiver) = oneshot::channel();
        self.send(Message::Logged(Box::new(batch), sender)).await?;
        receiver.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Waits until everything that was handed over before is stored for good; an error when something of this site was not.
    pub async fn flush(&self, site: SiteId) -> Result<(), WriteFailed> {
        let (sender, receiver) = oneshot::channel();
        self.send(Message::Flush(site, sender)).await?;
        receiver.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Lets go of what is in memory of a site, because its settings or its lease changed. What could not be stored of it before is
    /// none of the next one's business.
    pub async fn forget(&self, site: SiteId) -> Result<(), WriteFailed> {
        self.send(Message::Forget(site)).await
    }

    /// Waits until the writer would take an observation; an error when it takes none any more.
    pub async fn is_taking(&self) -> Result<(), WriteFailed> {
        self.messages.reserve().await.map(drop).map_err(|_| stopped())
    }

    /// Outages that open, change their verdict or end, from now on.
    pub fn changes(&self) -> broadcast::Receiver<OutageChange> {
        self.changes.subscribe()
    }

    fn may_record(&self) -> Result<(), WriteFailed> {
        self.store.standstill().map_or(Ok(()), |standstill| Err(WriteFailed(standstill.why)))
    }

    async fn send(&self, message: Message) -> Result<(), WriteFailed> {
        self.messages.send(message).await.map_err(|_| stopped())
    }
}

fn stopped() -> WriteFailed {
    WriteFailed("the writer has stopped".to_owned())
}

impl WriterTask {
    /// Stores batch after batch until every [`Writer`] is gone.
    pub async fn run(mut self) {
        while let Some(first) = self.messages.recv().await {
            let Gathered { batch, flushes, logged } = self.gather(first).await;
            let (newest, sites) = (batch.newest(), batch.sites());
            if let Err(error) = self.store_batch(batch).await {
                self.store.stop_recording(&error, newest.unwrap_or_default());
                self.dockets.clear();
                self.failed.extend(sites.into_iter().map(|site| (site, WriteFailed(error.to_string()))));
            }
            if let Some((batch, sender)) = logged {
                // Who no longer waits for the answer does not need it.
                let _ = sender.send(self.store_logged(&batch).await);
            }
            for (site, flush) in flushes {
                // Who no longer waits for the answer does not need it.
                let _ = flush.send(self.failed.remove(&site).map_or(Ok(()), Err));
            }
        }
    }

    /// Gathers a batch: until its time is over, it is full, or somebody waits for it.
    async fn gather(&mut self, first: Message) -> Gathered {
        let (mut batch, mut flushes, mut logged) = (Batch::default(), Vec::new(), None);
        let until = Instant::now() + BATCH_TIME;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Record(record) => batch.records.push(*record),
                Message::Found(find) => batch.found.push(find),
                Message::Flush(site, sender) => flushes.push((site, sender)),
                Message::Logged(hits, sender) => logged = Some((hits, sender)),
                Message::Forget(site) => {
                    self.dockets.retain(|(of, _), _| *of != site);
                    self.failed.remove(&site);
                }
            }
            if !flushes.is_empty() || logged.is_some() || batch.records.len() >= BATCH_ROWS {
                break;
            }
            next = timeout_at(until, self.messages.recv()).await.unwrap_or_default();
        }
        Gathered { batch, flushes, logged }
    }

    async fn store_batch(&mut self, batch: Batch) -> Result<(), StoreError> {
        let Some(now) = batch.newest() else { return Ok(()) };
        let Batch { mut records, found } = batch;
        records.sort_by_key(|record| record.observation.at);
        let mut transaction = self.store.db.writer.begin_with("begin immediate").await?;
        for (site, urls, now) in found {
            insert_urls(&mut transaction, site, &urls, now).await?;
        }
        let mut changes = Vec::new();
        for (key, of_site) in by_docket(records) {
            let docket = self.docket(&mut transaction, key, now).await?;
            batch::store(&mut transaction, docket, &of_site).await?;
            changes.extend(docket.store_changes(&mut transaction, now).await?);
        }
        recording::note_batch(&mut transaction, now).await?;
        transaction.commit().await?;
        for change in changes {
            self.announce(change);
        }
        Ok(())
    }

    /// Stores hits of bots in a transaction of their own.
    async fn store_logged(&mut self, batch: &LogBatch) -> Result<Taken, WriteFailed> {
        let ledger = self.ledgers.entry(batch.site).or_default();
        let stored = logged::store(&self.store, ledger, &mut self.dockets, batch).await;
        stored.map_err(|error| {
            // Hits of an old log do not tell what time it is; who waits for them is told.
            if let Some(position) = &batch.position {
                self.store.stop_recording(&error, position.read_at);
            }
            self.ledgers.remove(&batch.site);
            self.dockets.clear();
            WriteFailed(error.to_string())
        })
    }

    async fn docket(
        &mut self,
        db: &mut SqliteConnection,
        key: (SiteId, Observer),
        now: DateTime<Utc>,
    ) -> Result<&mut Docket, StoreError> {
        if !self.dockets.contains_key(&key) {
            let docket = Docket::load(db, key.0, &key.1, now).await?;
            self.dockets.insert(key.clone(), docket);
        }
        self.dockets
            .get_mut(&key)
            .ok_or_else(|| super::corrupt("site", key.0.0, "its cases could not be loaded"))
    }

    fn announce(&self, change: OutageChange) {
        tracing::info!(
            site.origin = %change.origin,
            outage.id = %change.id,
            outage.scope = %change.outage.scope,
            outage.verdict = %change.now.verdict,
            outage.state = change.now.state.word(),
            outage.urls = change.outage.url_count,
            "{}",
            if change.before.is_none() { "outage began" } else { "outage changed" },
        );
        // Nobody has to listen.
        let _ = self.changes.send(change);
    }
}

/// Records by the docket that they belong to; their order within each is kept.
pub(super) fn by_docket(records: Vec<Record>) -> Vec<((SiteId, Observer), Vec<Record>)> {
    let mut groups: Vec<((SiteId, Observer), Vec<Record>)> = Vec::new();
    for record in records {
        let key = (record.site, record.observer.clone());
        match groups.iter_mut().find(|(of, _)| *of == key) {
            Some((_, group)) => group.push(record),
            None => groups.push((key, vec![record])),
        }
    }
    groups
}
