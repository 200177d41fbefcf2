//! A patrol: all the work that is due for one site, done by whoever holds the site's lease.
//!
//! The decision that a reader would question: the leased thing is the site, not the single job. A crawl, re-checks and
//! sentinels of one site share one pace, so one holder must do them all; and a process that dies leaves a lease that
//! runs out, not a queue of half-done jobs.

mod by_hand;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::crawl::board::Board;
use crate::crawl::{CrawlError, Crawler, Ended};
use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions, CrawlState, Intervention};
use crate::domain::observation::SiteId;
use crate::domain::site::{PrivateAddresses, Site};
use crate::domain::span::Span;
use crate::fetch::Fetch;
use crate::fetch::egress::{Egress, Probe};
use crate::fetch::guard::PrivateAccess;
use crate::store::Store;
use crate::store::leases::Lease;
use crate::store::writer::Writer;

/// How long a lease lasts without being renewed: so long a site rests when its holder was killed.
const LEASE: Span = Span::seconds(15);

/// How many sites may be witnesses of our own connection; a few are asked at a time.
const MOST_NEIGHBOURS: u32 = 20;

/// How often a lease is renewed: two renewals may fail before it is lost.
const RENEWAL: Duration = Duration::from_secs(5);

/// A crawl that waits for its site is given up after so long: a day later, what it had seen is old.
const LONGEST_PAUSED: Span = Span::hours(24);

/// Makes the fetcher for a site, by the addresses that it may ask.
pub type FetchFor = Arc<dyn Fn(&Site) -> anyhow::Result<Arc<dyn Fetch>> + Send + Sync>;

/// What patrols need; cheap to clone.
#[derive(Clone)]
pub struct Patrols {
    /// Where what was seen is kept.
    pub store: Store,
    /// Through which it gets there.
    pub writer: Writer,
    /// Who fetches for a site.
    pub fetch_for: FetchFor,
    /// Whether our own connection works.
    pub egress: Arc<Egress>,
    /// Where runs are announced.
    pub board: Board,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Names this process in leases.
    pub owner: String,
}

/// How a patrol came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// Nothing more is due.
    Done,
    /// Our own connection is down; what was due is due still.
    Offline,
}

/// What one step of a patrol came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Something was done, and more may be due.
    Done,
    /// Nothing is due.
    Idle,
    /// Our own connection is down.
    Offline,
}

impl Patrols {
    /// Does what is due for a site. Does nothing when another process holds its lease.
    pub async fn patrol(&self, site: SiteId, stop: &CancellationToken) -> anyhow::Result<Back> {
        let Some(lease) = self.store.take_lease(site, &self.owner, self.clock.now(), LEASE).await? else {
            return Ok(Back::Done);
        };
        self.under(&lease, stop, |stop| async move {
            while !stop.is_cancelled() {
                match self.step(site, &stop).await? {
                    Step::Done => {}
                    Step::Idle => break,
                    Step::Offline => return Ok(Back::Offline),
                }
            }
            Ok(Back::Done)
        })
        .await
    }

    /// Works under a lease, which is renewed meanwhile and given back afterwards. When it is lost the work is stopped.
    async fn under<T, W, F>(&self, lease: &Lease, stop: &CancellationToken, work: W) -> anyhow::Result<T>
    where
        W: FnOnce(CancellationToken) -> F,
        F: Future<Output = anyhow::Result<T>>,
    {
        // What another process may have changed meanwhile is read anew.
        self.writer.forget(lease.site).await?;
        let own_stop = stop.child_token();
        // Side by side, not in turns: a renewal waits for the database, and the work may be what holds it.
        let result = tokio::select! {
            result = work(own_stop.clone()) => result,
            error = self.keep(lease, &own_stop) => Err(error),
        };
        self.writer.forget(lease.site).await?;
        self.store.release_lease(lease).await?;
        result
    }

    /// Renews a lease for ever; returns only when the store fails. When the lease is lost, the work is asked to stop.
    async fn keep(&self, lease: &Lease, stop: &CancellationToken) -> anyhow::Error {
        let mut renewals = tokio::time::interval(RENEWAL);
        loop {
            renewals.tick().await;
            match self.store.renew_lease(lease, self.clock.now(), LEASE).await {
                // What a person asks of another process is heard here; in this one the board tells it at once.
                Ok(true) => {
                    if self.store.is_interrupted(lease.site).await.unwrap_or(false) {
                        self.board.interrupt(lease.site);
                    }
                }
                Ok(false) => {
                    tracing::warn!(site.id = %lease.site, "another process has taken over this site");
                    stop.cancel();
                }
                Err(error) => return error.into(),
            }
        }
    }

    /// Does one thing that is due.
    async fn step(&self, id: SiteId, stop: &CancellationToken) -> anyhow::Result<Step> {
        let Some(site) = self.store.site(id).await? else { return Ok(Step::Idle) };
        if site.paused {
            self.heed_stop(&site).await?;
            return Ok(Step::Idle);
        }
        if let Some(crawl) = self.due_crawl(&site).await? {
            // Whoever ends this run leaves the patrol to its other work.
            let stop = stop.child_token();
            let progress = self.board.announce(id, stop.clone());
            let made = self.crawler(&site).await?.crawl(&site, &crawl, &stop, progress).await;
            self.note_egress(&made).await?;
            return self.settle(&site, &crawl, made).await;
        }
        self.probe(&site, stop).await
    }

    /// The crawl to make or to go on with.
    async fn due_crawl(&self, site: &Site) -> anyhow::Result<Option<Crawl>> {
        let now = self.clock.now();
        let next_is_due = site.next_crawl_at.is_some_and(|due| due <= now);
        self.heed_stop(site).await?;
        if let Some(unfinished) = self.store.unfinished_crawl(site.id).await? {
            let is_held = unfinished.is_held();
            if !is_held && unfinished.resume_at.is_none_or(|at| at <= now) {
                return Ok(Some(unfinished));
            }
            let is_too_old = unfinished.started_at.is_some_and(|began| now - began > LONGEST_PAUSED.delta());
            if !next_is_due && !is_too_old {
                return Ok(None);
            }
            let why = if is_held {
                "it was paused by hand, and not resumed before the next one: what it had not fetched was left alone"
            } else {
                "the site did not come back in time: what it had not fetched was left alone"
            };
            self.stop_crawl(&unfinished, why).await?;
        }
        if !next_is_due {
            return Ok(None);
        }
        let next = site.settings.schedule.next(now, site.settings.time_zone);
        self.store.set_next_crawl(site.id, next).await?;
        // The patrol looks again at what failed; the crawl need not wait for it.
        let options = CrawlOptions { confirm: false, ..CrawlOptions::default() };
        Ok(Some(self.store.request_crawl(site.id, CrawlKind::Scheduled, &options, now).await?))
    }

    /// Ends the crawl that a person has stopped.
    async fn heed_stop(&self, site: &Site) -> anyhow::Result<()> {
        let unfinished = self.store.unfinished_crawl(site.id).await?;
        match unfinished.filter(|crawl| crawl.intervention == Some(Intervention::Stop)) {
            Some(crawl) => {
                self.stop_crawl(&crawl, "it was stopped by hand; what it had fetched is kept").await
            }
            None => Ok(()),
        }
    }

    async fn probe(&self, site: &Site, stop: &CancellationToken) -> anyhow::Result<Step> {
        let now = self.clock.now();
        let probe_at = self.store.next_probe(site.id).await?;
        let sentinels_due = probe_at.is_some_and(|due| due <= now);
        let rechecks_due = self.store.next_recheck(site).await?.is_some_and(|due| due <= now);
        if !sentinels_due && !rechecks_due {
            return Ok(Step::Idle);
        }
        if sentinels_due {
            let next = now + site.settings.policy.sentinel_every.delta();
            self.store.set_next_probe(site.id, Some(next)).await?;
        }
        let made = self.crawler(site).await?.probe(site, sentinels_due, stop).await;
        self.note_egress(&made).await?;
        match made {
            Err(CrawlError::Offline(_)) => Ok(Step::Offline),
            made => Ok(made.map(|()| Step::Done)?),
        }
    }

    /// A crawl that could not be made is over; it must not be tried again at once, and for ever. One that we could not
    /// make because we are offline goes on later.
    async fn settle(
        &self,
        site: &Site,
        crawl: &Crawl,
        made: Result<Ended, CrawlError>,
    ) -> anyhow::Result<Step> {
        let Err(error) = made else { return Ok(Step::Done) };
        match error {
            CrawlError::Offline(_) => return Ok(Step::Offline),
            // It goes on where it was when something can be stored again.
            CrawlError::Write(_) => return Err(error.into()),
            CrawlError::Store(ref why) if why.trouble().is_some() => return Err(error.into()),
            _ => {}
        }
        tracing::error!(site.origin = %site.origin, crawl.id = %crawl.id, %error, "crawl failed");
        self.stop_crawl(crawl, &error.to_string()).await?;
        Ok(Step::Done)
    }

    /// Keeps for readers whether we could reach anything.
    async fn note_egress<T>(&self, made: &Result<T, CrawlError>) -> anyhow::Result<()> {
        if let Err(CrawlError::Offline(offline)) = made {
            tracing::error!("{offline}");
            self.store.begin_silence(offline.asked_at, &offline.why).await?;
        } else {
            self.store.end_silence(self.clock.now()).await?;
        }
        Ok(())
    }

    async fn stop_crawl(&self, crawl: &Crawl, why: &str) -> anyhow::Result<()> {
        let why = crawl.note.iter().map(String::as_str).chain([why]).collect::<Vec<_>>().join("\n");
        Ok(self.store.finish_crawl(crawl.id, CrawlState::Stopped, self.clock.now(), Some(&why)).await?)
    }

    async fn crawler(&self, site: &Site) -> anyhow::Result<Crawler> {
        let sites = self.store.some_active_sites(MOST_NEIGHBOURS).await?;
        let probe = |site: &Site| Probe::of_site(&site.start_url, private_access(site));
        self.egress.set_neighbours(sites.iter().map(probe).collect());
        Ok(Crawler {
            store: self.store.clone(),
            writer: self.writer.clone(),
            fetch: (self.fetch_for)(site)?,
            clock: Arc::clone(&self.clock),
        })
    }
}

/// Which private addresses a fetcher for this site may ask.
pub fn private_access(site: &Site) -> PrivateAccess {
    match site.settings.allow_private {
        PrivateAddresses::Refused => PrivateAccess::Refused,
        PrivateAddresses::OwnHost => PrivateAccess::Host(site.start_url.host().to_owned()),
        PrivateAddresses::Allowed => PrivateAccess::Allowed,
    }
}
