//! One run over one site: the dispatcher. It alone owns the counts and the frontier; visits only fetch and report.
//!
//! A run fetches what its frontier reads from the store and looks again at what failed, both at the site's pace. What a
//! visit found is stored together with the visit: a run that is killed in between fetches the page again, and loses no
//! link. When the site goes down the run pauses: it ends with its work unfinished, and a later run goes on with it.

mod look_ups;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use self::look_ups::LookedUp;
use super::entry::ROBOTS_PATH;
use super::frontier::{Found, Frontier};
use super::manners::Manners;
use super::progress::{Phase, Progress};
use super::visit::{Purpose, Scope, Task, Visit, record, visit};
use super::{CrawlError, Crawler, Ended};
use crate::discover::page::Link;
use crate::domain::observation::{CrawlId, UrlId};
use crate::domain::outcome::{NetworkError, Outcome};
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;
use crate::domain::span::Span;
use crate::fetch::{NotFetched, Refused};
use crate::store::urls::{NewUrl, Unseen};

/// How often a run asks the store which re-checks are due.
const RECHECK_POLL: Duration = Duration::from_millis(500);

/// A run waits for the confirming re-check only if the policy's first one comes this soon.
const LONGEST_CONFIRMATION: Span = Span::minutes(1);

/// When the site has gone down, so many of the URLs that failed are looked at again.
const CONFIRMED_OF_MANY: usize = 10;

/// What a fetch from a host comes to whose name has no address.
const UNKNOWN_HOST: Outcome = Outcome::Network(NetworkError::Dns);

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
    /// What is to be fetched.
    pub(super) unseen: Unseen,
    pub(super) manners: Manners,
    pub(super) concurrency: usize,
    pub(super) frontier: Frontier,
    pub(super) scope: Scope,
    pub(super) probes: VecDeque<Task>,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) stop: CancellationToken,
    pub(super) notes: Vec<String>,
    /// What the start page came to, once it was fetched.
    pub(super) start_page: Option<StartPage>,
    visits: JoinSet<Result<Visit, NotFetched>>,
    look_ups: JoinSet<Result<LookedUp, CrawlError>>,
    in_flight: HashSet<UrlId>,
    unconfirmed: HashSet<UrlId>,
    /// Nothing is looked at but what is unconfirmed.
    is_confirming: bool,
    rules_read_at: DateTime<Utc>,
    /// When the sentinels are due.
    sentinels_at: DateTime<Utc>,
    /// How many URLs were found so far.
    found: u64,
    /// How often the chain of redirects that leads to a path was redirected.
    hops: HashMap<String, usize>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        crawler: &'a Crawler,
        site: &'a Site,
        manners: Manners,
        frontier: Frontier,
        stop: CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> Self {
        Self {
            crawler,
            site,
            crawl: None,
            unseen: Unseen { since: crawler.clock.now(), has_paused: false, scope: None },
            manners,
            concurrency: usize::try_from(site.settings.concurrency).unwrap_or(1),
            scope: Scope { hash: frontier.scope(), follow: frontier.follows() },
            frontier,
            probes: VecDeque::new(),
            progress,
            stop,
            notes: Vec::new(),
            start_page: None,
            visits: JoinSet::new(),
            look_ups: JoinSet::new(),
            in_flight: HashSet::new(),
            unconfirmed: HashSet::new(),
            is_confirming: false,
            rules_read_at: crawler.clock.now(),
            sentinels_at: crawler.clock.now() + site.settings.policy.sentinel_every.delta(),
            found: 0,
            hops: HashMap::new(),
        }
    }

    /// What it has to say in the end.
    pub(super) fn ended(mut self) -> Ended {
        let pause = self.manners.pause(self.frontier.estimate());
        self.notes.extend(self.manners.notes());
        self.notes.extend(self.frontier.notes());
        self.notes.extend(pause.iter().map(|pause| pause.why.clone()));
        Ended { notes: self.notes, start_page: self.start_page, pause }
    }

    /// Fetches everything that waits, and what turns up meanwhile, unless the site goes down.
    pub(super) async fn fetch_all(&mut self) -> Result<(), CrawlError> {
        let mut polls = interval(RECHECK_POLL);
        polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.phase(Phase::Crawling);
        loop {
            self.read_on();
            self.dispatch();
            if self.visits.is_empty() && self.look_ups.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(done) = self.visits.join_next() => self.take_in(done).await?,
                Some(found) = self.look_ups.join_next() => self.take_up(found)?,
                _ = polls.tick() => {
                    self.look_for_rechecks();
                    self.look_for_sentinels();
                    self.keep_rules_fresh().await?;
                }
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
        if self.manners.is_paused() {
            // What all of them would show, a few show.
            let mut all: Vec<UrlId> = self.unconfirmed.drain().collect();
            all.sort_unstable();
            self.unconfirmed.extend(all.into_iter().take(CONFIRMED_OF_MANY));
        }
        self.is_confirming = true;
        self.phase(Phase::Confirming);
        let until = Instant::now() + wait.duration() * 2 + Duration::from_secs(5);
        let mut polls = interval(RECHECK_POLL);
        while !self.unconfirmed.is_empty() && Instant::now() < until && !self.stop.is_cancelled() {
            tokio::select! {
                Some(done) = self.visits.join_next() => self.take_in(done).await?,
                Some(found) = self.look_ups.join_next() => self.take_up(found)?,
                _ = polls.tick() => self.look_for_rechecks(),
                () = self.stop.cancelled() => {}
            }
            self.dispatch_probes();
        }
        self.is_confirming = false;
        self.finish_visits().await
    }

    /// Makes the probes that wait, and no more.
    pub(super) async fn probe_all(&mut self) -> Result<(), CrawlError> {
        self.dispatch_probes();
        while let Some(done) = self.visits.join_next().await {
            self.take_in(done).await?;
            self.dispatch_probes();
        }
        Ok(())
    }

    async fn finish_visits(&mut self) -> Result<(), CrawlError> {
        while let Some(done) = self.visits.join_next().await {
            self.take_in(done).await?;
        }
        Ok(())
    }

    /// Hands over URLs that were found elsewhere than on a page.
    pub(super) async fn offer(&mut self, urls: Vec<PageUrl>, depth: u32) -> Result<(), CrawlError> {
        for url in &urls {
            self.frontier.want(url);
        }
        let links = urls.into_iter().map(|url| Link { url, nofollow: false }).collect();
        let new = self.admitted(links, depth, Found::Listed);
        Ok(self.crawler.writer.found(self.site.id, new, self.crawler.clock.now()).await?)
    }

    fn admitted(&mut self, links: Vec<Link>, depth: u32, found: Found) -> Vec<NewUrl> {
        let admits = |Link { url, nofollow }: Link| {
            self.frontier.admit(&url, depth, found).then_some(NewUrl { url, depth, nofollow })
        };
        let new: Vec<NewUrl> = links.into_iter().filter_map(admits).collect();
        self.found += new.len() as u64;
        new
    }

    fn goes_on(&self) -> bool {
        !self.stop.is_cancelled() && !self.manners.is_paused()
    }

    fn dispatch(&mut self) {
        self.dispatch_probes();
        while self.visits.len() < self.concurrency && self.goes_on() {
            let Some(known) = self.frontier.next() else { break };
            if self.manners.lets_through(&known.section) && !self.in_flight.contains(&known.id) {
                self.send(Task { known, purpose: Purpose::Crawl });
            }
        }
    }

    fn dispatch_probes(&mut self) {
        while self.visits.len() < self.concurrency && !self.stop.is_cancelled() {
            let Some(task) = self.probes.pop_front() else { break };
            self.send(task);
        }
    }

    fn send(&mut self, task: Task) {
        self.in_flight.insert(task.known.id);
        let (fetch, pace) = (Arc::clone(&self.crawler.fetch), Arc::clone(&self.manners.pace));
        self.visits.spawn(visit(fetch, pace, task, self.scope));
    }

    async fn take_in(
        &mut self,
        done: Result<Result<Visit, NotFetched>, JoinError>,
    ) -> Result<(), CrawlError> {
        let mut visit = match done {
            Ok(Ok(visit)) => visit,
            Ok(Err(NotFetched::Refused(refused))) => return self.note_refusal(&refused),
            // What is still under way is fetched again when the run goes on.
            Ok(Err(NotFetched::Offline(offline))) => return Err(offline.into()),
            Err(died) => return Err(CrawlError::Died(died.to_string())),
        };
        self.in_flight.remove(&visit.task.known.id);
        self.look_at_start_page(&visit);
        let found = self.take_in_links(&mut visit);
        if visit.task.known.url.path_and_query() == ROBOTS_PATH {
            self.crawler.read_answer(self.site, &visit.fetched).await?;
        }
        let crawl = self.crawl.filter(|_| visit.task.purpose == Purpose::Crawl);
        let mut record = record(self.site.id, &visit.task.known, &visit.fetched, crawl);
        record.reading = visit.reading.take();
        record.not_before = visit.not_before;
        record.asked = visit.asked();
        record.found = found;
        self.crawler.writer.record(record).await?;
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

    /// Which URLs a visit leads to that are new.
    fn take_in_links(&mut self, visit: &mut Visit) -> Vec<NewUrl> {
        if !self.scope.follow {
            return Vec::new();
        }
        let depth = visit.task.known.depth;
        match visit.fetched.redirect.clone() {
            Some(target) => self.take_in_redirect(visit.task.known.url.path_and_query(), depth, target),
            None => self.admitted(std::mem::take(&mut visit.links), depth + 1, Found::Linked),
        }
    }

    /// A redirect is no step away from the start page, but only so many in a row are followed.
    fn take_in_redirect(&mut self, from: &str, depth: u32, to: PageUrl) -> Vec<NewUrl> {
        let hops = self.hops.get(from).copied().unwrap_or_default() + 1;
        if hops > crate::fetch::redirects::PAGE_HOPS {
            return Vec::new();
        }
        let found = self.admitted(vec![Link { url: to, nofollow: false }], depth, Found::Linked);
        self.hops.extend(found.iter().map(|new| (new.url.path_and_query().to_owned(), hops)));
        found
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
        let is_start = visit.task.known.url == self.site.start_url;
        let slowdown = self.manners.note(visit, is_start, self.crawler.clock.now());
        let waiting = self.frontier.estimate() + self.probes.len() as u64;
        self.progress.send_modify(|progress| {
            progress.fetched += 1;
            progress.failing += u64::from(is_failing);
            progress.waiting = waiting;
            progress.rate = visit.rate;
            progress.slowdown = slowdown;
        });
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

    pub(super) fn phase(&self, phase: Phase) {
        self.progress.send_modify(|progress| progress.phase = phase);
    }
}
