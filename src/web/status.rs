//! What the store knows of one site, judged at one instant: what the overview and the site's page are made of.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::Error;
use super::state::AppState;
use crate::chart::tone::Tone;
use crate::crawl::progress::Progress;
use crate::domain::crawl::{Crawl, CrawlState};
use crate::domain::deploy::BeganWith;
use crate::domain::extent::Extent;
use crate::domain::looked::Looked;
use crate::domain::observation::OutageId;
use crate::domain::outage::{Outage, Scope};
use crate::domain::robots_ladder::{Authority, Failure, standing};
use crate::domain::site::Site;
use crate::domain::verdict::{Judgement, State, Verdict, judge};
use crate::report::deploys;
use crate::report::habit::{self, Habit, Occurrence};
use crate::report::history::Stretch;
use crate::report::summary;
use crate::report::wording::headline::Facts;
use crate::report::wording::robots;
use crate::store::outages::StoredOutage;
use crate::store::robots_copies::RobotsCopy;
use crate::store::site_facts::{PastOutage, Reach, SiteFacts, TracedOutage};

/// How many days back pages look.
pub(crate) const DAYS: u32 = 90;

/// How far back sentences look.
const WEEK: TimeDelta = TimeDelta::days(7);

/// A site at one instant.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) site: Site,
    pub(crate) now: DateTime<Utc>,
    /// Outages of the last [`DAYS`], newest first.
    pub(crate) outages: Vec<Judged>,
    /// Those of them that were over long ago, where only their times matter.
    pub(crate) past: Vec<Past>,
    pub(crate) known_urls: u64,
    pub(crate) failing_urls: u64,
    /// The crawl that waits or runs.
    pub(crate) crawl: Option<Crawl>,
    /// URLs that it has looked at so far, and how many of them failed.
    pub(crate) crawled: (u64, u64),
    /// How far the run over it is that is under way in this process.
    pub(crate) live: Option<Progress>,
    /// Hours in which something was fetched.
    pub(crate) looked: Looked,
    /// What is kept of its robots.txt.
    pub(crate) robots: Option<RobotsCopy>,
    /// The deploy that its worst outage began with.
    pub(crate) began_with: Option<BeganWith>,
    /// Its places that fail again and again.
    pub(crate) habits: Vec<Habit>,
}

/// An outage with what it means now.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) id: OutageId,
    pub(crate) outage: Outage,
    pub(crate) extent: Extent,
    pub(crate) judgement: Judgement,
    /// How many of its URLs can be in the index; asked only of those that go on and may cost it.
    pub(crate) indexable_urls: Option<u64>,
    /// The path of its first member, where its scope is single URLs.
    pub(crate) path: String,
}

/// An outage that was over long ago.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) verdict: Verdict,
    stretch: Stretch,
}

impl Past {
    fn judged(past: &PastOutage, site: &Site, now: DateTime<Utc>) -> Self {
        let verdict = judge(&past.case, now, &site.settings.policy).verdict;
        let bounds = &past.case.bounds;
        let stretch =
            Stretch { first: bounds.first_failing, last: bounds.last_failing, verdict, urls: past.urls };
        Self { verdict, stretch }
    }
}

impl Status {
    /// One site, with the first path of each of its outages.
    pub(crate) async fn of(app: &AppState, site: Site) -> Result<Self, Error> {
        let since = app.now() - TimeDelta::days(i64::from(DAYS));
        let reach = Reach { since, whole_since: since };
        let facts = app.store.site_facts(Some(site.id), reach).await?.remove(&site.id);
        Self::told(app, site, facts.unwrap_or_default()).await
    }

    /// All sites, with the first paths that sentences about them name.
    pub(crate) async fn of_all(app: &AppState) -> Result<Vec<Self>, Error> {
        let sites = app.store.sites().await?;
        // What is older than all of these is counted and drawn, and not told.
        let told = |site: &Site| {
            let policy = &site.settings.policy;
            policy.intermittent_within.delta().max(policy.recovering_for.delta()).max(WEEK)
        };
        let reach = Reach {
            since: app.now() - TimeDelta::days(i64::from(DAYS)),
            whole_since: app.now() - sites.iter().map(told).max().unwrap_or(WEEK),
        };
        let mut facts = app.store.site_facts(None, reach).await?;
        let mut all = Vec::with_capacity(sites.len());
        for site in sites {
            let of_site = facts.remove(&site.id).unwrap_or_default();
            all.push(Self::told(app, site, of_site).await?);
        }
        Ok(all)
    }

    async fn told(app: &AppState, site: Site, facts: SiteFacts) -> Result<Self, Error> {
        let now = app.now();
        let SiteFacts { urls, failing, outages: stored_outages, past, crawl, looked, robots } = facts;
        let past = past.iter().map(|past| Past::judged(past, &site, now)).collect();
        let mut outages = Vec::with_capacity(stored_outages.len());
        for TracedOutage { stored, first_path } in stored_outages {
            outages.push(traced(app, &site, stored, first_path).await?);
        }
        let occurrences: Vec<_> = outages.iter().map(Judged::occurrence).collect();
        let habits = habit::habits(&occurrences, &looked, now, &site.settings);
        let mut status = Self {
            crawled: crawl.as_ref().map_or((0, 0), |crawl| crawl.looked_at(urls)),
            live: app.board.of(site.id),
            known_urls: urls,
            failing_urls: failing,
            began_with: None,
            site,
            now,
            outages,
            past,
            crawl,
            looked,
            robots,
            habits,
        };
        if let Some(told) = status.worst().or_else(|| status.recovering()) {
            let bounds = told.outage.bounds;
            status.began_with = deploys::began_with(&app.store, &status.site, &bounds).await?;
        }
        Ok(status)
    }

    /// Something has been fetched.
    pub(crate) fn is_seen(&self) -> bool {
        !self.looked.is_empty() || !self.outages.is_empty() || !self.past.is_empty()
    }

    /// The outage that matters most of those that go on; a single failed fetch does not count. A robots.txt that fails
    /// alone, and so stops all crawling of the host, matters more than any verdict.
    pub(crate) fn worst(&self) -> Option<&Judged> {
        let stops = |o: &Judged| self.is_crawling_stopped() && o.is_robots();
        self.going_on().max_by_key(|o| (stops(o), o.judgement.verdict, o.outage.url_count))
    }

    fn going_on(&self) -> impl Iterator<Item = &Judged> {
        self.outages.iter().filter(|o| o.is_ongoing() && o.judgement.verdict != Verdict::Transient)
    }

    /// How its robots.txt fails; `None`: it does not.
    pub(crate) fn robots_failure(&self) -> Option<Failure> {
        let is_down = self.going_on().any(|o| o.outage.scope == Scope::Site);
        self.robots.as_ref()?.failure(!is_down)
    }

    /// Google crawls nothing of the host, because its robots.txt fails.
    pub(crate) fn is_crawling_stopped(&self) -> bool {
        let standing = self.robots_failure().and_then(|f| standing(Authority::Google, &f, self.now));
        standing.is_some_and(|standing| standing.step.phase.stops_crawling())
    }

    /// The newest costly outage that is over, but not behind us.
    pub(crate) fn recovering(&self) -> Option<&Judged> {
        self.outages.iter().find(|o| o.is_costly() && o.judgement.state == State::Recovering)
    }

    /// Brief outages that ended in the last 7 days, but for those that come again and again.
    pub(crate) fn brief_this_week(&self) -> u64 {
        let since = self.now - TimeDelta::days(7);
        let of_week = |o: &&Judged| {
            o.judgement.verdict == Verdict::Brief
                && !o.is_ongoing()
                && o.outage.bounds.last_failing >= since
                && !self.habits.iter().any(|habit| habit.outages.contains(&o.id))
        };
        self.outages.iter().filter(of_week).count() as u64
    }

    /// Whole days since something last failed; `None`: nothing did in the last [`DAYS`].
    pub(crate) fn quiet_days(&self) -> Option<i64> {
        let last = self.outages.iter().map(|o| o.outage.bounds.last_failing);
        let last = last.chain(self.past.iter().map(|past| past.stretch.last));
        last.max().map(|last| (self.now - last).num_days().max(0))
    }

    /// The state that the site's mark shows.
    pub(crate) fn tone(&self) -> Tone {
        let habit = (!self.habits.is_empty()).then_some(Verdict::Intermittent);
        match self.going_on().map(|o| o.judgement.verdict).chain(habit).max() {
            Some(worst) => Tone::Failing(worst),
            None if self.is_seen() => Tone::Healthy,
            None => Tone::Unknown,
        }
    }

    /// What is not crawled at all, then worst first, then what is not known yet, then what is well.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let rank = match self.tone() {
            Tone::Failing(verdict) => (0, Some(Reverse(verdict))),
            Tone::Unknown => (1, None),
            Tone::Healthy => (2, None),
        };
        (Reverse(self.is_crawling_stopped()), rank, Reverse(self.failing_urls), self.site.origin.clone())
    }

    /// What the charts draw.
    pub(crate) fn stretches(&self) -> Vec<Stretch> {
        let stretch = |o: &Judged| Stretch {
            first: o.outage.bounds.first_failing,
            last: if o.is_ongoing() { self.now } else { o.outage.bounds.last_failing },
            verdict: o.judgement.verdict,
            urls: o.outage.url_count,
        };
        self.outages.iter().map(stretch).chain(self.past.iter().map(|past| past.stretch)).collect()
    }

    /// The facts of one of its outages.
    pub(crate) fn facts<'a>(&'a self, judged: &'a Judged) -> Facts<'a> {
        judged.facts(&self.site, self.now)
    }

    /// A crawl waits or runs, or is due.
    pub(crate) fn is_busy(&self) -> bool {
        let is_due = !self.site.paused && self.site.next_crawl_at.is_some_and(|at| at <= self.now);
        self.crawl.is_some() || is_due
    }

    /// The crawl has begun.
    pub(crate) fn is_crawling(&self) -> bool {
        self.crawl.as_ref().is_some_and(|crawl| crawl.state == CrawlState::Running)
    }

    /// When the crawl is tried again, if it waits for its site to come back.
    pub(crate) fn waits_until(&self) -> Option<DateTime<Utc>> {
        self.crawl.as_ref().and_then(|crawl| crawl.resume_at).filter(|at| *at > self.now)
    }
}

/// An outage of a site, judged now.
pub(crate) async fn judged(app: &AppState, site: &Site, stored: StoredOutage) -> Result<Judged, Error> {
    let first = match stored.outage.scope {
        Scope::Url => app.store.members(stored.id, 0, 1).await?.into_iter().next(),
        Scope::Site | Scope::Section(_) => None,
    };
    let path = first.map(|member| member.url.path_and_query().to_owned());
    traced(app, site, stored, path).await
}

async fn traced(
    app: &AppState,
    site: &Site,
    stored: StoredOutage,
    first_path: Option<String>,
) -> Result<Judged, Error> {
    let StoredOutage { id, outage, extent, .. } = stored;
    let path = first_path.unwrap_or_else(|| "/".to_owned());
    let judgement = outage.judge(app.now(), &site.settings.policy);
    let may_cost_the_index = judgement.state == State::Ongoing && judgement.verdict.is_costly();
    let indexable_urls = if may_cost_the_index { Some(app.store.indexable_members(id).await?) } else { None };
    Ok(Judged { id, outage, extent, judgement, indexable_urls, path })
}

impl Judged {
    fn occurrence(&self) -> Occurrence<'_> {
        Occurrence { id: self.id, outage: &self.outage, path: &self.path }
    }

    /// What is told of it.
    pub(crate) fn facts<'a>(&'a self, site: &'a Site, now: DateTime<Utc>) -> Facts<'a> {
        let facts = summary::facts(site, &self.outage, &self.extent, &self.path, now);
        Facts { indexable_urls: self.indexable_urls, ..facts }
    }

    pub(crate) fn is_ongoing(&self) -> bool {
        self.judgement.state == State::Ongoing
    }

    /// It is robots.txt that fails, and nothing else.
    pub(crate) fn is_robots(&self) -> bool {
        self.outage.scope == Scope::Url && self.outage.url_count == 1 && self.path == robots::PATH
    }

    pub(crate) fn is_costly(&self) -> bool {
        self.judgement.verdict.is_costly()
    }

    pub(crate) fn tone(&self) -> Tone {
        Tone::Failing(self.judgement.verdict)
    }

    pub(crate) fn href(&self) -> String {
        format!("/outages/{}", self.id)
    }
}

#[cfg(test)]
mod tests;
