//! A crawl: one run over a site, scheduled or started by hand, and what it may do differently from the site's settings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::observation::{CrawlId, SiteId};
use super::outcome::Outcome;
use super::span::Span;

/// One run over a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Crawl {
    /// Its row.
    pub id: CrawlId,
    /// The site.
    pub site: SiteId,
    /// Who asked for it.
    pub kind: CrawlKind,
    /// How far it is.
    pub state: CrawlState,
    /// What it does differently.
    pub options: CrawlOptions,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it began; it may have been interrupted since.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Distinct URLs that it observed; counted when it ends.
    pub urls: u64,
    /// Fetches that it made.
    pub fetches: u64,
    /// Distinct URLs that failed at their last fetch; counted when it ends.
    pub failing: u64,
    /// Bytes of bodies over the wire.
    pub bytes: u64,
    /// Fetches by outcome.
    pub by_outcome: BTreeMap<Outcome, u64>,
    /// What a reader of its result must know.
    pub note: Option<String>,
    /// When it is tried again, while it waits for its site; `None`: it does not wait.
    pub resume_at: Option<DateTime<Utc>>,
    /// How often it had to wait.
    pub pauses: u32,
    /// What a person asked of it while it was not over.
    pub intervention: Option<Intervention>,
}

/// What a person asks of a crawl that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intervention {
    /// To end, with what it has.
    Stop,
    /// To rest until it is told to go on.
    Pause,
}

/// Who asked for a crawl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrawlKind {
    /// The site's schedule.
    Scheduled,
    /// A person.
    Manual,
}

/// How far a crawl is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrawlState {
    /// Asked for, not begun.
    Waiting,
    /// Begun; it goes on after an interruption.
    Running,
    /// It came to its end.
    Finished,
    /// It was ended before its end.
    Stopped,
}

/// What one crawl does differently from its site's settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CrawlOptions {
    /// Take in so many URLs at most.
    pub max_urls: Option<u64>,
    /// Follow links so many steps from the start page.
    pub max_depth: Option<u32>,
    /// Take in only paths that match one of these; empty: all.
    pub include: Vec<String>,
    /// Leave out paths that match one of these.
    pub exclude: Vec<String>,
    /// Crawl what sitemaps list, and follow no links.
    pub sitemap_only: bool,
    /// Crawl these addresses, and follow no links; empty: as usual.
    pub list: Vec<String>,
    /// Requests a second; 0: no limit.
    pub rate: Option<f64>,
    /// Requests at a time.
    pub concurrency: Option<u32>,
    /// Wait for the confirming re-check of what failed.
    pub confirm: bool,
    /// Wait so long for a site that has gone down to come back; `None`: as long as the schedule allows.
    pub wait: Option<Span>,
}

/// The kinds and their words.
const KINDS: [(CrawlKind, &str); 2] = [(CrawlKind::Scheduled, "scheduled"), (CrawlKind::Manual, "manual")];

/// The states and their words.
const STATES: [(CrawlState, &str); 4] = [
    (CrawlState::Waiting, "waiting"),
    (CrawlState::Running, "running"),
    (CrawlState::Finished, "finished"),
    (CrawlState::Stopped, "stopped"),
];

/// The interventions and their words.
const INTERVENTIONS: [(Intervention, &str); 2] =
    [(Intervention::Stop, "stop"), (Intervention::Pause, "pause")];

impl Intervention {
    /// `stop` or `pause`.
    pub fn word(self) -> &'static str {
        INTERVENTIONS.iter().find(|(intervention, _)| *intervention == self).map_or("", |(_, word)| word)
    }

    /// The intervention with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        INTERVENTIONS.iter().find(|(_, w)| *w == word).map(|(intervention, _)| *intervention)
    }
}

impl Crawl {
    /// It waits or runs.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.state, CrawlState::Waiting | CrawlState::Running)
    }

    /// URLs that it has fetched so far, and how many of them failed, as far as its fetches tell; not more than are known.
    pub fn looked_at(&self, known: u64) -> (u64, u64) {
        let failing =
            self.by_outcome.iter().filter(|(outcome, _)| outcome.is_failing()).map(|(_, n)| n).sum();
        (self.fetches.min(known), std::cmp::min(failing, known))
    }

    /// A person has paused it.
    pub fn is_held(&self) -> bool {
        self.is_unfinished() && self.intervention == Some(Intervention::Pause)
    }
}

impl CrawlKind {
    /// `scheduled` or `manual`.
    pub fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The kind with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        KINDS.iter().find(|(_, w)| *w == word).map(|(kind, _)| *kind)
    }
}

impl CrawlState {
    /// `waiting`, `running`, `finished` or `stopped`.
    pub fn word(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    /// The state with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        STATES.iter().find(|(_, w)| *w == word).map(|(state, _)| *state)
    }
}

impl CrawlOptions {
    /// Whether it fetches the same URLs as the other one does; how fast does not count.
    pub fn selects_as(&self, other: &Self) -> bool {
        let selection = |options: &Self| {
            let Self { max_urls, max_depth, sitemap_only, .. } = *options;
            (max_urls, max_depth, sitemap_only)
        };
        selection(self) == selection(other)
            && (&self.include, &self.exclude, &self.list) == (&other.include, &other.exclude, &other.list)
    }
}

impl Default for CrawlOptions {
    fn default() -> Self {
        Self {
            max_urls: None,
            max_depth: None,
            include: Vec::new(),
            exclude: Vec::new(),
            sitemap_only: false,
            list: Vec::new(),
            rate: None,
            concurrency: None,
            confirm: true,
            wait: None,
        }
    }
}
