//! One run over one site: the dispatcher. It alone owns the counts and the frontier; visits only fetch and report.
//!
//! A run fetches what waits in its frontier and looks again at what failed, both at the site's pace. What a visit found
//! is stored before the visit itself: a run that is killed in between fetches the page again, and loses no link.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::entry::ROBOTS_PATH;
use super::frontier::Frontier;
use super::politeness::Pace;
use super::progress::{Phase, Progress};
use super::visit::{Purpose, Task, Visit, record, visit};
use super::{CrawlError, Crawler, Ended};
use crate::domain::observation::{CrawlId, UrlId};
use crate::domain::outcome::{NetworkError, Outcome};
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;
use crate::domain::span::Span;
use crate::fetch::{NotFetched, Refused};
use crate::store::urls::KnownUrl;

/// How often a run asks the store which re-checks are due.
const RECHECK_POLL: Duration = Duration::from_millis(500);

/// How many re-checks are taken up at a time.
const RECHECK_BATCH: u32 = 50;

/// A run waits for the confirming re-check only if the policy's first one comes this soon.
const LONGEST_CONFIRMATION: Span = Span::minutes(1);

/// What a fetch from a host comes to whose name has no address.
const UNKNOWN_HOST: Outcome = Outcome::Network(NetworkError::Dns);

/// How many of the newest fetches tell whether the site has gone down.
const BREAKER_WINDOW: usize = 20;

/// How many of them must have failed. The rest of the crawl is then left alone: it would only add load and errors.
const BREAKER_FAILURES: usize = 18;

/// What the start page of a site came to.
#[derive(Debug, Clone)]
pub struct StartPage {
    /// The outcome of its fetch.
    pub outcome: Outcome,
    /// Its media type.
    pub content_type: Option<String>,
    /// It is a healthy web page.
    pub is_html: bool,
    /// Where it redirects to.
    pub redirect: Option<PageUrl>,
}

/// A run in progress.
pub(super) struct Run<'a> {
    pub(super) crawler: &'a Crawler,
    pub(super) site: &'a Site,
    pub(super) crawl: Option<CrawlId>,
    pub(super) pace: Arc<Pace>,
    pub(super) concurrency: usize,
    pub(super) frontier: Frontier,
    pub(super) probes: VecDeque<Task>,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) stop: CancellationToken,
    pub(super) notes: Vec<String>,
    visits: JoinSet<Result<Visit, NotFetched>>,
    in_flight: HashSet<UrlId>,
    unconfirmed: HashSet<UrlId>,
    newest: VecDeque<bool>,
    /// What the start page came to, once it was fetched.
    pub(super) start_page: Option<StartPage>,
    /// How often each URL on a chain of redirects was redirected before.
    hops: std::collections::HashMap<UrlId, usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        crawler: &'a Crawler,
        site: &'a Site,
        crawl: Option<CrawlId>,
        pace: Arc<Pace>,
        frontier: Frontier,
        stop: CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> Self {
        Self {
            crawler,
            site,
            crawl,
            pace,
            concurrency: usize::try_from(site.settings.concurrency).unwrap_or(1),
            frontier,
            probes: VecDeque::new(),
            progress,
            stop,
            notes: Vec::new(),
            visits: JoinSet::new(),
            in_flight: HashSet::new(),
            unconfirmed: HashSet::new(),
            newest: VecDeque::new(),
            start_page: None,
            hops: std::collections::HashMap::new(),
        }
    }

    /// What it has to say in the end.
    pub(super) fn ended(self) -> Ended {
        Ended { notes: self.notes, start_page: self.start_page }
    }

    /// Fetches everything that waits, and what turns up meanwhile.
    pub(super) async fn fetch_all(&mut self) -> Result<(), CrawlError> {
        let mut polls = interval(RECHECK_POLL);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.phase(Phase::Crawling);
        loop {
            self.dispatch();
            if self.visits.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(done) = self.visits.join_next() => self.take_in(done).await?,
                _ = polls.tick() => self.take_up_rechecks().await?,
            }
        }
    }

    /// Waits for the first re-check of what failed in this run, and makes it.
    pub(super) async fn confirm(&mut self) -> Result<(), CrawlError> {
        let wait = self.site.settings.policy.recheck_wait(0);
        // A name that has no address will have none in half a minute.
        let is_unknown_host = self.start_page.as_ref().is_some_and(|page| page.outcome == UNKNOWN_HOST);
        if self.unconfirmed.is_empty() || wait > LONGEST_CONFIRMATION || is_unknown_host {
            return Ok(());
        }
        self.phase(Phase::Confirming);
        let until = Instant::now() + wait.duration() * 2 + Duration::from_secs(5);
        let mut polls = interval(RECHECK_POLL);
        while !self.unconfirmed.is_empty() && Instant::now() < until && !self.stop.is_cancelled() {
            tokio::select! {
                _ = polls.tick() => self.take_up_rechecks().await?,
                () = self.stop.cancelled() => {}
            }
            self.dispatch();
            while let Some(done) = self.visits.join_next().await {
                self.take_in(done).await?;
                self.dispatch();
            }
        }
        Ok(())
    }

    /// Makes the probes that wait, and no more.
    pub(super) async fn probe_all(&mut self) -> Result<(), CrawlError> {
        self.dispatch();
        while let Some(done) = self.visits.join_next().await {
            self.take_in(done).await?;
            self.dispatch();
        }
        Ok(())
    }

    /// Adds URLs to the store and to the frontier, those that it admits.
    pub(super) async fn offer(
        &mut self,
        found: Vec<PageUrl>,
        depth: u32,
    ) -> Result<Vec<KnownUrl>, CrawlError> {
        let new: Vec<(PageUrl, u32)> =
            found.into_iter().filter(|url| self.frontier.admit(url, depth)).map(|url| (url, depth)).collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.crawler.store.add_urls(self.site, &new, self.crawler.clock.now()).await?;
        for url in &known {
            self.frontier.push(url.clone());
        }
        Ok(known)
    }

    /// Adds a URL to the frontier that is known and was admitted.
    pub(super) fn queue(&mut self, known: KnownUrl) {
        self.frontier.push(known);
    }

    /// Looks again at what is due.
    async fn take_up_rechecks(&mut self) -> Result<(), CrawlError> {
        // What was just fetched must be stored, or it would still count as due.
        self.crawler.writer.flush().await?;
        let due = self.crawler.store.due_rechecks(self.site, self.crawler.clock.now(), RECHECK_BATCH).await?;
        let waiting: HashSet<UrlId> = self.probes.iter().map(|task| task.known.id).collect();
        for known in due {
            if !self.in_flight.contains(&known.id) && !waiting.contains(&known.id) {
                self.probes.push_back(Task { known, purpose: Purpose::Recheck });
            }
        }
        Ok(())
    }

    fn dispatch(&mut self) {
        while self.visits.len() < self.concurrency && !self.stop.is_cancelled() {
            let from_frontier = |frontier: &mut Frontier| {
                frontier.next().map(|known| Task { known, purpose: Purpose::Crawl })
            };
            let Some(task) = self.probes.pop_front().or_else(|| from_frontier(&mut self.frontier)) else {
                break;
            };
            self.in_flight.insert(task.known.id);
            self.visits.spawn(visit(Arc::clone(&self.crawler.fetch), Arc::clone(&self.pace), task));
        }
    }

    async fn take_in(
        &mut self,
        done: Result<Result<Visit, NotFetched>, tokio::task::JoinError>,
    ) -> Result<(), CrawlError> {
        let visit = match done {
            Ok(Ok(visit)) => visit,
            Ok(Err(NotFetched::Refused(refused))) => return self.note_refusal(&refused),
            // What is still under way is fetched again when the run goes on.
            Ok(Err(NotFetched::Offline(offline))) => return Err(offline.into()),
            Err(died) => return Err(CrawlError::Died(died.to_string())),
        };
        self.in_flight.remove(&visit.task.known.id);
        self.look_at_start_page(&visit);
        self.take_in_links(&visit).await?;
        if visit.task.known.url.path_and_query() == ROBOTS_PATH {
            self.crawler.read_answer(self.site, &visit.fetched).await?;
        }
        let crawl = self.crawl.filter(|_| visit.task.purpose == Purpose::Crawl);
        self.crawler.writer.record(record(self.site.id, &visit.task.known, &visit.fetched, crawl)).await?;
        self.count(&visit);
        Ok(())
    }

    fn look_at_start_page(&mut self, visit: &Visit) {
        if visit.task.known.url != self.site.start_url || self.start_page.is_some() {
            return;
        }
        self.start_page = Some(StartPage {
            outcome: visit.fetched.outcome,
            content_type: visit.fetched.header("content-type").map(str::to_owned),
            is_html: visit.is_html,
            redirect: visit.fetched.redirect.clone(),
        });
    }

    async fn take_in_links(&mut self, visit: &Visit) -> Result<(), CrawlError> {
        let known = &visit.task.known;
        if let Some(facts) = &visit.facts {
            self.crawler.store.set_url_facts(known.id, facts).await?;
        }
        if !self.frontier.follows() {
            return Ok(());
        }
        if let Some(target) = &visit.fetched.redirect {
            return self.take_in_redirect(known, target).await;
        }
        self.offer(visit.links.clone(), known.depth + 1).await.map(drop)
    }

    /// A redirect is no step away from the start page, but only so many in a row are followed.
    async fn take_in_redirect(&mut self, from: &KnownUrl, to: &PageUrl) -> Result<(), CrawlError> {
        let hops = self.hops.get(&from.id).copied().unwrap_or_default() + 1;
        if hops > crate::fetch::redirects::PAGE_HOPS {
            return Ok(());
        }
        for known in self.offer(vec![to.clone()], from.depth).await? {
            self.hops.insert(known.id, hops);
        }
        Ok(())
    }

    fn count(&mut self, visit: &Visit) {
        let is_failing = visit.fetched.outcome.is_failing();
        let was_failing = visit.task.known.newest.is_some_and(|spell| spell.outcome.is_failing());
        match visit.task.purpose {
            Purpose::Crawl if is_failing && !was_failing => {
                self.unconfirmed.insert(visit.task.known.id);
            }
            Purpose::Crawl => {}
            Purpose::Recheck | Purpose::Sentinel => {
                self.unconfirmed.remove(&visit.task.known.id);
            }
        }
        self.newest.push_back(is_failing);
        if self.newest.len() > BREAKER_WINDOW {
            self.newest.pop_front();
        }
        self.break_off_if_down();
        let waiting = self.frontier.len() as u64;
        self.progress.send_modify(|progress| {
            progress.fetched += 1;
            progress.failing += u64::from(is_failing);
            progress.waiting = waiting;
        });
    }

    fn break_off_if_down(&mut self) {
        let failures = self.newest.iter().filter(|is_failing| **is_failing).count();
        if failures < BREAKER_FAILURES || self.frontier.len() == 0 {
            return;
        }
        let left = self.frontier.clear();
        let note = format!(
            "{failures} of the last {} fetches failed: the crawl stopped and left {left} URLs alone, so as not to make it worse",
            self.newest.len()
        );
        tracing::warn!(site.origin = %self.site.origin, "{note}");
        self.notes.push(note);
    }

    fn note_refusal(&mut self, refused: &Refused) -> Result<(), CrawlError> {
        // The first refusal is told; a site whose name has a private address would fill the page with them.
        if self.progress.borrow().fetched == 0 {
            return Err(CrawlError::Refused(refused.clone()));
        }
        let note = refused.to_string();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        Ok(())
    }

    fn phase(&self, phase: Phase) {
        self.progress.send_modify(|progress| progress.phase = phase);
    }
}
