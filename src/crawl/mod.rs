//! Runs over sites: a crawl, and the probes between crawls. It asks `discover` and `store` what to fetch, lets `fetch`
//! bring it, and hands each observation to the store's writer; `domain` judges.
//!
//! A [`Crawler`] works on one site at a time for whoever holds that site's lease, so that crawl, re-checks and sentinels
//! share one pace. It does not know when a site is due: that is `jobs`.

pub mod board;
mod compare;
mod entry;
pub mod frontier;
mod manners;
pub mod politeness;
pub mod preview;
pub mod progress;
mod run;
mod sitemaps;
mod url_set;
mod visit;
pub mod watch;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};
use thiserror::Error;
use tokio::sync::watch as channel;
use tokio_util::sync::CancellationToken;

use self::entry::Entry;
use self::frontier::{Frontier, Limits};
use self::manners::Manners;
pub use self::manners::Pause;
use self::politeness::pace::Pace;
use self::progress::{Phase, Progress};
use self::run::Run;
pub use self::run::StartPage;
use self::visit::{Purpose, Task};
use self::watch::Chooser;
use crate::clock::Clock;
use crate::discover::robots::Robots;
use crate::domain::crawl::{Crawl, CrawlOptions, CrawlState};
use crate::domain::observation::CrawlId;
use crate::domain::page_url::BadUrl;
use crate::domain::site::Site;
use crate::fetch::{Fetch, NotFetched, Offline, Refused};
use crate::store::urls::{KnownUrl, Unseen};
use crate::store::writer::{WriteFailed, Writer};
use crate::store::{Store, StoreError};

/// What a run needs; cheap to clone.
#[derive(Clone)]
pub struct Crawler {
    /// Where what was seen is kept.
    pub store: Store,
    /// Through which it gets there.
    pub writer: Writer,
    /// Who fetches.
    pub fetch: Arc<dyn Fetch>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// What a run has to say when it is over, beside what it stored.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    /// What a reader of its result must know.
    pub notes: Vec<String>,
    /// What the start page came to; `None`: it was not fetched.
    pub start_page: Option<StartPage>,
    /// The site is not to be asked now; a later run goes on.
    pub pause: Option<Pause>,
}

/// Why a run ended before its end.
#[derive(Debug, Error)]
pub enum CrawlError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Observations could not be stored.
    #[error(transparent)]
    Write(#[from] WriteFailed),
    /// We do not ask this address.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Our own connection went down: of the rest of the site nothing is known.
    #[error(transparent)]
    Offline(#[from] Offline),
    /// An address of the site cannot be formed.
    #[error(transparent)]
    Url(#[from] BadUrl),
    /// Following redirects gave nothing at all.
    #[error("no request could be made")]
    NoAnswer,
    /// Only what sitemaps list was to be crawled.
    #[error(
        "the sitemaps of this site list no page ({0}): name a sitemap in robots.txt, or crawl without --sitemap-only"
    )]
    NothingListed(String),
    /// A visit's task died.
    #[error("a fetch ended by itself ({0}); this is a fault of Gatecrawl, please report it")]
    Died(String),
}

impl From<NotFetched> for CrawlError {
    fn from(not: NotFetched) -> Self {
        match not {
            NotFetched::Refused(refused) => Self::Refused(refused),
            NotFetched::Offline(offline) => Self::Offline(offline),
        }
    }
}

impl Crawler {
    /// Makes a crawl, or goes on with one that was interrupted or paused. When `stop` is cancelled it stops soon, and the
    /// crawl stays unfinished; so it does when our own connection goes down, and when the site is not to be asked now.
    pub async fn crawl(
        &self,
        site: &Site,
        crawl: &Crawl,
        stop: &CancellationToken,
        progress: channel::Sender<Progress>,
    ) -> Result<Ended, CrawlError> {
        let begun = crawl.started_at.unwrap_or_else(|| self.clock.now());
        self.store.start_crawl(crawl.id, begun).await?;
        tracing::info!(site.origin = %site.origin, crawl.id = %crawl.id, "crawl began");
        let mut ended = match self.knock(site, Some(crawl.id)).await? {
            Entry::Open(robots) => {
                let rules = robots.clone();
                let run = self.run_of(site, crawl, begun, robots, stop, progress.clone());
                let ended = self.crawl_pages(run, crawl).await?;
                self.note_disallowed(site, &rules).await?;
                ended
            }
            Entry::Unreachable { outcome, last_good } => {
                let rules = last_good.unwrap_or_else(Robots::allow_all);
                let why = format!(
                    "robots.txt is unreachable ({outcome}): the site was not crawled; its start page, sentinels and a sample of its URLs were probed"
                );
                let run = self.run_of(site, crawl, begun, rules, stop, progress.clone());
                self.probe_instead(run, crawl, why).await?
            }
        };
        self.writer.flush(site.id).await?;
        if crawl.pauses > 0 {
            let times = if crawl.pauses == 1 { "once".to_owned() } else { format!("{} times", crawl.pauses) };
            ended.notes.insert(0, format!("the crawl waited {times} for the site to come back"));
        }
        match &ended.pause {
            _ if stop.is_cancelled() => {}
            Some(pause) => self.pause(site, crawl.id, pause, &ended.notes).await?,
            None => self.finish(site, crawl.id, &ended.notes).await?,
        }
        let phase = if ended.pause.is_some() { Phase::Paused } else { Phase::Done };
        progress.send_modify(|progress| progress.phase = phase);
        Ok(ended)
    }

    /// Looks again at what is due, and at the sentinels if it is their turn.
    pub async fn probe(
        &self,
        site: &Site,
        sentinels: bool,
        stop: &CancellationToken,
    ) -> Result<(), CrawlError> {
        let rules = self.rules(site).await?;
        let chosen = if sentinels { self.chosen(site, &rules, false).await? } else { Vec::new() };
        let due = self.store.due_rechecks(site, self.clock.now(), MOST_RECHECKS).await?;
        let rechecked: HashSet<_> = due.iter().map(|known| known.id).collect();
        let (progress, _) = channel::channel(Progress::default());
        let mut run = self.run(site, &CrawlOptions::default(), rules, stop, progress);
        run.frontier.close();
        run.probes.extend(due.into_iter().map(|known| Task { known, purpose: Purpose::Recheck }));
        let others = chosen.into_iter().filter(|known| !rechecked.contains(&known.id));
        run.probes.extend(others.map(|known| Task { known, purpose: Purpose::Sentinel }));
        run.probe_all().await?;
        self.writer.flush(site.id).await?;
        if run.manners.has_recovered() {
            self.store.hurry_crawl(site.id, self.clock.now()).await?;
        }
        if run.manners.puts_off_rechecks() {
            self.store.put_off_rechecks(site, self.clock.now()).await?;
        }
        self.look_again_at_sitemaps(site, &run.manners.pace).await?;
        Ok(self.writer.flush(site.id).await?)
    }

    async fn crawl_pages(&self, mut run: Run<'_>, crawl: &Crawl) -> Result<Ended, CrawlError> {
        if crawl.pauses > 0 {
            self.try_again(&mut run).await?;
            if run.manners.is_paused() {
                return Ok(run.ended());
            }
        }
        self.take_note_of_known(&mut run, crawl).await?;
        let options = &crawl.options;
        if options.list.is_empty() && !self.has_read_sitemaps(&run, crawl).await? {
            let listed = run.read_sitemaps().await?;
            if options.sitemap_only && listed == 0 {
                let none = Some(run.notes.join("; ")).filter(|notes| !notes.is_empty());
                return Err(CrawlError::NothingListed(none.unwrap_or_else(|| "none was found".to_owned())));
            }
        }
        if options.list.is_empty() && !options.sitemap_only {
            run.offer(vec![run.site.start_url.clone()], 0).await?;
        }
        let listed = options.list.iter().filter_map(|text| run.site.start_url.join(text).ok()).collect();
        run.offer(listed, 0).await?;
        run.fetch_all().await?;
        if options.confirm {
            run.confirm().await?;
        }
        if run.site.settings.compare_with_googlebot && !run.stop.is_cancelled() && !run.manners.is_paused() {
            run.compare_with_googlebot().await?;
        }
        Ok(run.ended())
    }

    /// Whether a crawl that has paused read the sitemaps before. One of nothing but their URLs must know which these are.
    async fn has_read_sitemaps(&self, run: &Run<'_>, crawl: &Crawl) -> Result<bool, CrawlError> {
        if crawl.pauses == 0 || crawl.options.sitemap_only {
            return Ok(false);
        }
        let sitemaps = self.store.sitemaps(run.site.id).await?;
        Ok(sitemaps.iter().any(|sitemap| sitemap.state.looked_at >= run.unseen.since))
    }

    /// Probes the site, to see whether a paused crawl can go on.
    async fn try_again(&self, run: &mut Run<'_>) -> Result<(), CrawlError> {
        let mut probes = self.chosen(run.site, run.frontier.robots(), false).await?;
        let failing = self.store.failing_sample(run.site, FAILING_SAMPLE).await?;
        let chosen: HashSet<_> = probes.iter().map(|known| known.id).collect();
        probes.extend(failing.into_iter().filter(|known| !chosen.contains(&known.id)));
        run.probes.extend(probes.into_iter().map(|known| Task { known, purpose: Purpose::Sentinel }));
        run.phase(Phase::Paused);
        run.probe_all().await?;
        run.manners.judge_probes(self.clock.now());
        Ok(())
    }

    /// Tells the frontier which URLs are known, so that it takes in only others. Files for crawlers are outside its limit.
    async fn take_note_of_known(&self, run: &mut Run<'_>, crawl: &Crawl) -> Result<(), CrawlError> {
        let mut files: HashSet<String> =
            HashSet::from([entry::ROBOTS_PATH.to_owned(), sitemaps::USUAL_PATH.to_owned()]);
        for sitemap in self.store.sitemaps(run.site.id).await? {
            files.insert(sitemap.url.path_and_query().to_owned());
        }
        self.store
            .each_path(run.site, |path| {
                if !files.contains(path) {
                    run.frontier.is_known(path);
                }
            })
            .await?;
        run.frontier.was_queued(crawl.fetches.saturating_sub(files.len() as u64));
        Ok(())
    }

    /// Probes a site that cannot be crawled. The crawl is tried again later; from then on the re-checks and the sentinels
    /// measure what goes on, and no more is asked.
    async fn probe_instead(&self, mut run: Run<'_>, crawl: &Crawl, why: String) -> Result<Ended, CrawlError> {
        run.frontier.close();
        if crawl.pauses == 0 {
            let probes = self.chosen(run.site, run.frontier.robots(), true).await?;
            run.probes.extend(probes.into_iter().map(|known| Task { known, purpose: Purpose::Crawl }));
            run.fetch_all().await?;
            if crawl.options.confirm {
                run.confirm().await?;
            }
        }
        run.manners.pause_for_robots(self.clock.now(), why);
        Ok(run.ended())
    }

    /// The start page and the sentinels; with `sample`, a sample of the other URLs too. What the rules forbid is left out.
    async fn chosen(&self, site: &Site, rules: &Robots, sample: bool) -> Result<Vec<KnownUrl>, CrawlError> {
        let mut chosen = self.store.sentinels(site).await?;
        if chosen.is_empty() {
            chosen = self.choose_sentinels(site).await?;
        }
        if chosen.is_empty() {
            chosen = self.store.add_urls(site, &[(site.start_url.clone(), 0)], self.clock.now()).await?;
        }
        if sample {
            let ids: HashSet<_> = chosen.iter().map(|known| known.id).collect();
            let others = self.store.url_sample(site, SAMPLE + watch::MOST_SENTINELS).await?;
            let others = others.into_iter().filter(|known| watch::is_page(known) && !ids.contains(&known.id));
            chosen.extend(others.take(SAMPLE));
        }
        chosen.retain(|known| rules.allows(frontier::ROBOTS_TOKEN, known.url.path_and_query()));
        Ok(chosen)
    }

    /// Chooses the URLs that are probed between crawls, from all that are known.
    async fn choose_sentinels(&self, site: &Site) -> Result<Vec<KnownUrl>, CrawlError> {
        let mut chooser = Chooser::new(site.start_url.clone(), self.clock.now());
        self.store.each_known(site, |known| chooser.consider(known)).await?;
        let chosen = chooser.finish();
        self.store.put_sentinels(site, &chosen.iter().map(|known| known.id).collect::<Vec<_>>()).await?;
        Ok(chosen)
    }

    fn run<'a>(
        &'a self,
        site: &'a Site,
        options: &CrawlOptions,
        robots: Robots,
        stop: &CancellationToken,
        progress: channel::Sender<Progress>,
    ) -> Run<'a> {
        let rate = options.rate.unwrap_or(site.settings.rate);
        let pace = Pace::new(rate, robots.crawl_delay(frontier::ROBOTS_TOKEN));
        let manners = Manners::new(pace, site.settings.policy.clone());
        let only_wanted = options.sitemap_only || !options.list.is_empty();
        let frontier =
            Frontier::new(Limits::new(site, options), robots, only_wanted, self.clock.now().year());
        let mut run = Run::new(self, site, manners, frontier, stop.clone(), progress);
        if let Some(concurrency) = options.concurrency {
            run.concurrency = usize::try_from(concurrency).unwrap_or(1);
        }
        run
    }

    fn run_of<'a>(
        &'a self,
        site: &'a Site,
        crawl: &Crawl,
        begun: DateTime<Utc>,
        robots: Robots,
        stop: &CancellationToken,
        progress: channel::Sender<Progress>,
    ) -> Run<'a> {
        let mut run = self.run(site, &crawl.options, robots, stop, progress);
        run.crawl = Some(crawl.id);
        let scope = run.scope.follow.then_some(run.scope.hash);
        run.unseen = Unseen { since: begun, has_paused: crawl.pauses > 0, scope };
        run.manners.goes_on_with(crawl);
        run
    }

    /// Notes which of the known URLs Googlebot may not fetch: those that failed at their first look among them.
    async fn note_disallowed(&self, site: &Site, rules: &Robots) -> Result<(), CrawlError> {
        Ok(self.store.set_disallowed(site, |path| rules.allows(GOOGLEBOT, path)).await?)
    }

    /// Notes that a crawl waits for its site. The sentinels go on meanwhile.
    async fn pause(
        &self,
        site: &Site,
        id: CrawlId,
        pause: &Pause,
        notes: &[String],
    ) -> Result<(), CrawlError> {
        self.store.pause_crawl(id, pause.until, pause.may_hurry, &notes.join("\n")).await?;
        self.choose_sentinels(site).await?;
        let next_probe = self.clock.now() + site.settings.policy.sentinel_every.delta();
        Ok(self.store.set_next_probe(site.id, Some(next_probe)).await?)
    }

    async fn finish(&self, site: &Site, id: CrawlId, notes: &[String]) -> Result<(), CrawlError> {
        let note = Some(notes.join("\n")).filter(|note| !note.is_empty());
        self.store.finish_crawl(id, CrawlState::Finished, self.clock.now(), note.as_deref()).await?;
        self.choose_sentinels(site).await?;
        let next_probe = self.clock.now() + site.settings.policy.sentinel_every.delta();
        self.store.set_next_probe(site.id, Some(next_probe)).await?;
        if let Some(crawl) = self.store.crawl(id).await? {
            tracing::info!(
                site.origin = %site.origin, crawl.id = %id, crawl.urls = crawl.urls, crawl.fetches = crawl.fetches,
                crawl.failing = crawl.failing, "crawl finished"
            );
        }
        Ok(())
    }
}

/// The token by which robots.txt files address the crawler that fills Google's index.
const GOOGLEBOT: &str = "Googlebot";

/// How many re-checks one round between crawls makes at most: so many are in vain when a site seems to recover and does
/// not.
const MOST_RECHECKS: u32 = 60;

/// So many known URLs are probed when robots.txt cannot be had: enough to tell the whole site from a part of it.
const SAMPLE: usize = 10;

/// How many failing URLs tell, with the sentinels, whether a paused crawl can go on.
const FAILING_SAMPLE: u32 = 10;
