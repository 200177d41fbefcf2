//! Runs over sites: a crawl, and the probes between crawls. It asks `discover` and `store` what to fetch, lets `fetch`
//! bring it, and hands each observation to the store's writer; `domain` judges.
//!
//! A [`Crawler`] works on one site at a time for whoever holds that site's lease, so that crawl, re-checks and sentinels
//! share one pace. It does not know when a site is due: that is `jobs`.

mod entry;
pub mod frontier;
pub mod politeness;
pub mod progress;
mod run;
mod sitemaps;
mod visit;
pub mod watch;

use std::collections::HashSet;
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::watch as channel;
use tokio_util::sync::CancellationToken;

use self::entry::Entry;
use self::frontier::{Frontier, Limits};
use self::politeness::Pace;
use self::progress::{Phase, Progress};
use self::run::Run;
pub use self::run::StartPage;
use self::sitemaps::Listed;
use self::visit::{Purpose, Task};
use crate::clock::Clock;
use crate::discover::robots::Robots;
use crate::domain::crawl::{Crawl, CrawlOptions, CrawlState};
use crate::domain::observation::CrawlId;
use crate::domain::page_url::BadUrl;
use crate::domain::site::Site;
use crate::fetch::{Fetch, NotFetched, Offline, Refused};
use crate::store::urls::KnownUrl;
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
    /// Makes a crawl, or goes on with one that was interrupted. When `stop` is cancelled it stops soon, and the crawl
    /// stays unfinished; so it does when our own connection goes down.
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
        let work = async {
            match self.knock(site, Some(crawl.id)).await? {
                Entry::Open(robots) => {
                    let rules = robots.clone();
                    let ended = self.crawl_pages(site, crawl, begun, robots, stop, progress.clone()).await?;
                    self.note_disallowed(site, &rules).await?;
                    Ok(ended)
                }
                Entry::Unreachable { outcome, last_good } => {
                    let rules = last_good.unwrap_or_else(Robots::allow_all);
                    let note = format!(
                        "robots.txt is unreachable ({outcome}): the site was not crawled; its start page, sentinels and a sample of its URLs were probed"
                    );
                    let probes = self.chosen(site, &rules, true).await?;
                    let run = self.run(site, Some(crawl.id), &crawl.options, rules, stop, progress.clone());
                    self.probe_for(run, probes, crawl.options.confirm, note).await
                }
            }
        };
        let ended = work.await?;
        self.writer.flush().await?;
        if !stop.is_cancelled() {
            self.finish(site, crawl.id, &ended.notes).await?;
        }
        progress.send_modify(|progress| progress.phase = Phase::Done);
        Ok(ended)
    }

    /// Looks again at what is due, and at the sentinels if it is their turn.
    pub async fn probe(
        &self,
        site: &Site,
        sentinels: bool,
        stop: &CancellationToken,
    ) -> Result<(), CrawlError> {
        let rules = self.known_rules(site).await?.unwrap_or_else(Robots::allow_all);
        let chosen = if sentinels { self.chosen(site, &rules, false).await? } else { Vec::new() };
        let due = self.store.due_rechecks(site, self.clock.now(), MOST_RECHECKS).await?;
        let rechecked: HashSet<_> = due.iter().map(|known| known.id).collect();
        let (progress, _) = channel::channel(Progress::default());
        let mut run = self.run(site, None, &CrawlOptions::default(), rules, stop, progress);
        run.frontier.stop_following();
        run.probes.extend(due.into_iter().map(|known| Task { known, purpose: Purpose::Recheck }));
        let others = chosen.into_iter().filter(|known| !rechecked.contains(&known.id));
        run.probes.extend(others.map(|known| Task { known, purpose: Purpose::Sentinel }));
        run.probe_all().await?;
        self.writer.flush().await?;
        self.look_again_at_sitemaps(site, &run.pace).await?;
        Ok(self.writer.flush().await?)
    }

    async fn crawl_pages(
        &self,
        site: &Site,
        crawl: &Crawl,
        begun: chrono::DateTime<chrono::Utc>,
        robots: Robots,
        stop: &CancellationToken,
        progress: channel::Sender<Progress>,
    ) -> Result<Ended, CrawlError> {
        let named = robots.sitemaps().to_vec();
        let mut run = self.run(site, Some(crawl.id), &crawl.options, robots, stop, progress);
        let mut listed = Listed::default();
        if crawl.options.list.is_empty() {
            listed = self.read_sitemaps(site, &named, &run.pace, Some(crawl.id)).await?;
        }
        if crawl.options.sitemap_only && listed.urls.is_empty() {
            let none = "none was found".to_owned();
            return Err(CrawlError::NothingListed(
                Some(listed.notes.join("; ")).filter(|notes| !notes.is_empty()).unwrap_or(none),
            ));
        }
        // What was fetched until here must be stored, or it would count as not seen yet.
        self.writer.flush().await?;
        self.fill(&mut run, crawl, begun).await?;
        run.notes.extend(listed.notes);
        run.offer(listed.urls, 1).await?;
        run.fetch_all().await?;
        if crawl.options.confirm {
            run.confirm().await?;
        }
        run.notes.extend(run.frontier.note());
        Ok(run.ended())
    }

    /// Puts into the frontier what is known and was not seen since the crawl began.
    async fn fill(
        &self,
        run: &mut Run<'_>,
        crawl: &Crawl,
        begun: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), CrawlError> {
        let (options, site) = (&crawl.options, run.site);
        if !options.list.is_empty() {
            let listed = options.list.iter().filter_map(|text| site.start_url.join(text).ok()).collect();
            return run.offer(listed, 0).await.map(drop);
        }
        let known = self.store.known_urls(site).await?;
        let is_seen = |known: &KnownUrl| known.newest.is_some_and(|spell| spell.last_seen >= begun);
        for seen in known.iter().filter(|known| is_seen(known)) {
            match crawl.started_at {
                Some(_) => run.frontier.was_taken_in(&seen.url),
                None => run.frontier.was_fetched(&seen.url),
            }
        }
        if !options.sitemap_only {
            run.offer(vec![site.start_url.clone()], 0).await?;
            for known in known.into_iter().filter(|known| !is_seen(known)) {
                if run.frontier.admit(&known.url, known.depth) {
                    run.queue(known);
                }
            }
        }
        Ok(())
    }

    async fn probe_for(
        &self,
        mut run: Run<'_>,
        probes: Vec<KnownUrl>,
        confirm: bool,
        note: String,
    ) -> Result<Ended, CrawlError> {
        tracing::warn!(site.origin = %run.site.origin, "{note}");
        run.notes.push(note);
        run.frontier.stop_following();
        run.probes.extend(probes.into_iter().map(|known| Task { known, purpose: Purpose::Crawl }));
        run.fetch_all().await?;
        if confirm {
            run.confirm().await?;
        }
        Ok(run.ended())
    }

    /// The start page and the sentinels; with `sample`, a sample of the other URLs too. What the rules forbid is left out.
    async fn chosen(&self, site: &Site, rules: &Robots, sample: bool) -> Result<Vec<KnownUrl>, CrawlError> {
        let start = self.store.add_urls(site, &[(site.start_url.clone(), 0)], self.clock.now()).await?;
        let known = self.store.known_urls(site).await?;
        let mut chosen = watch::sentinels(&known, &site.start_url);
        if chosen.is_empty() {
            chosen = start;
        }
        if sample {
            chosen.extend(watch::sample(&known, &chosen));
        }
        chosen.retain(|known| rules.allows(frontier::ROBOTS_TOKEN, known.url.path_and_query()));
        Ok(chosen)
    }

    fn run<'a>(
        &'a self,
        site: &'a Site,
        crawl: Option<CrawlId>,
        options: &CrawlOptions,
        robots: Robots,
        stop: &CancellationToken,
        progress: channel::Sender<Progress>,
    ) -> Run<'a> {
        let rate = options.rate.unwrap_or(site.settings.rate);
        let pace = Arc::new(Pace::new(rate, robots.crawl_delay(frontier::ROBOTS_TOKEN)));
        let frontier = Frontier::new(Limits::new(site, options), robots);
        let mut run = Run::new(self, site, crawl, pace, frontier, stop.clone(), progress);
        if let Some(concurrency) = options.concurrency {
            run.concurrency = usize::try_from(concurrency).unwrap_or(1);
        }
        run
    }

    /// Notes which of the known URLs Googlebot may not fetch: those that failed at their first look among them.
    async fn note_disallowed(&self, site: &Site, rules: &Robots) -> Result<(), CrawlError> {
        Ok(self.store.set_disallowed(site, |path| rules.allows(GOOGLEBOT, path)).await?)
    }

    async fn finish(&self, site: &Site, id: CrawlId, notes: &[String]) -> Result<(), CrawlError> {
        let note = Some(notes.join("\n")).filter(|note| !note.is_empty());
        self.store.finish_crawl(id, CrawlState::Finished, self.clock.now(), note.as_deref()).await?;
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

/// How many re-checks one round between crawls makes at most.
const MOST_RECHECKS: u32 = 200;
