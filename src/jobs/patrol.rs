//! A patrol: all the work that is due for one site, done by whoever holds the site's lease.
//!
//! The decision that a reader would question: the leased thing is the site, not the single job. A crawl, re-checks and
//! sentinels of one site share one pace, so one holder must do them all; and a process that dies leaves a lease that
//! runs out, not a queue of half-done jobs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::crawl::board::Board;
use crate::crawl::progress::{Phase, Progress};
use crate::crawl::{CrawlError, Crawler, Ended, Pause};
use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions, CrawlState};
use crate::domain::observation::{CrawlId, SiteId};
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

/// How often is looked for due work while a crawl by hand waits for its site.
const WATCH_POLL: Duration = Duration::from_millis(500);

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

    /// Makes one crawl now, for a person who waits for it, or waits for the one that another process is making of this
    /// site. `None`: another process works on it otherwise.
    pub async fn crawl_now(
        &self,
        site: &Site,
        options: &CrawlOptions,
        stop: &CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> anyhow::Result<Option<(Crawl, Ended)>> {
        let Some(lease) = self.wait_for_lease(site, stop).await? else {
            return self.attach(site, options, stop, &progress).await;
        };
        let made = self.under(&lease, stop, |stop| async move {
            self.drop_unfinished(site).await?;
            let crawl =
                self.store.request_crawl(site.id, CrawlKind::Manual, options, self.clock.now()).await?;
            let made = self.crawl_to_the_end(site, &crawl, &stop, progress).await;
            if let Err(error) = &made {
                self.stop_crawl(&crawl, &format!("{error:#}")).await?;
            } else if stop.is_cancelled() {
                self.stop_crawl(&crawl, "it was interrupted; what it had fetched is kept").await?;
            }
            let ended = made?;
            self.put_off_schedule(site, options).await?;
            let crawl = self.store.crawl(crawl.id).await?;
            Ok((crawl.context("the crawl is no longer there: was its site removed?")?, ended))
        });
        made.await.map(Some)
    }

    /// A whole crawl by hand stands for the scheduled one that would else follow at its heels.
    async fn put_off_schedule(&self, site: &Site, options: &CrawlOptions) -> anyhow::Result<()> {
        let next = site.settings.schedule.next(self.clock.now(), site.settings.time_zone);
        if options.selects_as(&CrawlOptions::default()) && next.is_some() {
            self.store.set_next_crawl(site.id, next).await?;
        }
        Ok(())
    }

    /// The lease of a site. Whoever only probes it gives it back soon.
    async fn wait_for_lease(&self, site: &Site, stop: &CancellationToken) -> anyhow::Result<Option<Lease>> {
        let deadline = self.clock.now() + LEASE.delta();
        loop {
            let now = self.clock.now();
            let lease = self.store.take_lease(site.id, &self.owner, now, LEASE).await?;
            let is_crawled = self.store.unfinished_crawl(site.id).await?.is_some();
            if lease.is_some() || is_crawled || now >= deadline || stop.is_cancelled() {
                return Ok(lease);
            }
            tokio::time::sleep(WATCH_POLL).await;
        }
    }

    /// Makes a crawl and goes on with it when it has paused, as long as its options allow to wait.
    async fn crawl_to_the_end(
        &self,
        site: &Site,
        crawl: &Crawl,
        stop: &CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> anyhow::Result<Ended> {
        let deadline = self.clock.now() + crawl.options.wait.unwrap_or(LONGEST_PAUSED).delta();
        let mut crawl = crawl.clone();
        let mut start_page = None;
        loop {
            let made = self.crawler(site).await?.crawl(site, &crawl, stop, progress.clone()).await;
            self.note_egress(&made).await?;
            let mut ended = made?;
            start_page = start_page.or(ended.start_page.take());
            let Some(pause) = ended.pause.clone().filter(|_| !stop.is_cancelled()) else {
                return Ok(Ended { start_page, ..ended });
            };
            if pause.until > deadline {
                ended.notes.push(left_alone(&pause));
                let notes = ended.notes.join("\n");
                self.store
                    .finish_crawl(crawl.id, CrawlState::Finished, self.clock.now(), Some(&notes))
                    .await?;
                progress.send_modify(|progress| progress.phase = Phase::Done);
                return Ok(Ended { start_page, ..ended });
            }
            crawl = self.keep_watch(site, crawl.id, stop).await?;
        }
    }

    /// Does what else is due for a site until its paused crawl is to be tried again; returns that crawl.
    async fn keep_watch(
        &self,
        site: &Site,
        crawl: CrawlId,
        stop: &CancellationToken,
    ) -> anyhow::Result<Crawl> {
        loop {
            let paused = self.store.crawl(crawl).await?.context("the crawl is no longer there")?;
            if stop.is_cancelled() || paused.resume_at.is_none_or(|at| at <= self.clock.now()) {
                return Ok(paused);
            }
            if self.probe(site, stop).await? != Step::Done {
                tokio::select! {
                    () = tokio::time::sleep(WATCH_POLL) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
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
                Ok(true) => {}
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
        let Some(site) = self.store.site(id).await?.filter(|site| !site.paused) else {
            return Ok(Step::Idle);
        };
        if let Some(crawl) = self.due_crawl(&site).await? {
            let progress = self.board.announce(id);
            let made = self.crawler(&site).await?.crawl(&site, &crawl, stop, progress).await;
            self.note_egress(&made).await?;
            return self.settle(&site, &crawl, made).await;
        }
        self.probe(&site, stop).await
    }

    /// The crawl to make or to go on with.
    async fn due_crawl(&self, site: &Site) -> anyhow::Result<Option<Crawl>> {
        let now = self.clock.now();
        let next_is_due = site.next_crawl_at.is_some_and(|due| due <= now);
        if let Some(unfinished) = self.store.unfinished_crawl(site.id).await? {
            if unfinished.resume_at.is_none_or(|at| at <= now) {
                return Ok(Some(unfinished));
            }
            let is_too_old = unfinished.started_at.is_some_and(|began| now - began > LONGEST_PAUSED.delta());
            if !next_is_due && !is_too_old {
                return Ok(None);
            }
            self.stop_crawl(
                &unfinished,
                "the site did not come back in time: what it had not fetched was left alone",
            )
            .await?;
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
        if let CrawlError::Offline(_) = error {
            return Ok(Step::Offline);
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

    /// A crawl with other options than the one that is asked for is not gone on with.
    async fn drop_unfinished(&self, site: &Site) -> anyhow::Result<()> {
        if let Some(crawl) = self.store.unfinished_crawl(site.id).await? {
            self.stop_crawl(&crawl, "another crawl was started by hand").await?;
        }
        Ok(())
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

fn left_alone(pause: &Pause) -> String {
    match pause.left {
        0 => "the site did not come back in time".to_owned(),
        left => format!("the site did not come back in time: about {left} URLs were left alone"),
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
