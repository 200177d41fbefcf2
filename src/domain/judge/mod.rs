//! The judge of one site: takes its observations one by one, in the order of their instants, and keeps the outages that
//! follow from them. It is pure and incremental: an observation costs a look at its own URL, its section, and the few
//! outages that several URLs share at the moment, never a scan of the past.
//!
//! What is one outage? Failures with one root. The rules, each in its file:
//!
//! - A failure of one URL is an outage of that URL, until failures come so close together at one place (a section, the
//!   site, a URL that flaps) that strays cannot explain them: then they are one outage ([`pulse`], [`alarm`]).
//! - A URL that begins to fail joins a common outage when nothing shows that it was healthy after that began, and its
//!   section was not ([`event::Event::admits`]); if healthy and failing fetches alternate, each fetch is a lottery, and
//!   being healthy in between is no proof ([`lottery`]).
//! - Two outages that fail alike at one time are one, unless something shows that they began apart; one that spreads to
//!   other sections within minutes is one, too ([`kin`]).
//! - It is over when the healthy looks since its last failure are too many for chance ([`event::common`]). Whoever still
//!   fails an hour later has another root ([`ROLLING_RECOVERY`]).
//! - Its bounds are the intersection of what its parts and places show ([`event::bounds`]).
//!
//! The decision that a reader would question: nothing here is decided once and for all. A lone outage may turn out to be
//! the begin of a common one, and two runs of failures to be one partial outage; then parts move, and an outage may be
//! gone ([`Changes::gone`]). Waiting until all is clear would tell nobody of an outage while it lasts.
//!
//! It keeps no row ids: whoever stores its changes maps keys to rows.

mod alarm;
mod event;
mod keeping;
mod kin;
mod looks;
mod lottery;
mod moving;
mod pulse;
mod rooting;
mod scope;
mod silence;
mod uniting;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

use self::event::Event;
pub use self::event::common::Common;
pub use self::keeping::{Kept, KeptPart, Place};
use self::pulse::Glance;
pub use self::pulse::Pulse;
use super::episode::Episode;
use super::observation::{Observation, Observer, UrlId};
use super::outage::Outage;
use super::page_url::Section;
use super::span::Span;
use super::spell::Spell;

/// How long the recovery of one outage may roll over a site; a URL that fails later has another root. Our model: a
/// deploy or a cache refill that takes longer than an hour is rare.
pub const ROLLING_RECOVERY: TimeDelta = TimeDelta::hours(1);

/// Names a part within one judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpisodeKey(u64);

/// Names an outage within one judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutageKey(u64);

/// One observation with what is known of its URL.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// Whose observation it is.
    pub url: UrlId,
    /// The section of that URL.
    pub section: &'a Section,
    /// The newest spell of that URL before it.
    pub newest: Option<&'a Spell>,
    /// The observation.
    pub seen: Observation,
}

/// A run of failures of one URL, as far as it belongs to one outage. Most are whole episodes; one that began in an outage
/// and outlasted it has a part in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whose it is.
    pub url: UrlId,
    /// The section of that URL.
    pub section: Section,
    /// The outage that it belongs to.
    pub outage: OutageKey,
    /// What was seen.
    pub episode: Episode,
    /// The URL went on failing, by another root: nobody saw the end of this part.
    pub went_on: bool,
    /// It has failed again since its outage was over; which outage that belongs to is not clear yet.
    pub resumed: Option<Box<Resumed>>,
}

/// The two sides of a part that failed again after its outage was over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Resumed {
    /// The part as it was when its outage was over; `None`: the URL was not looked at before.
    pub firm: Option<Episode>,
    /// What was seen since.
    pub fresh: Episode,
}

/// What changed: outages first, because parts point to them.
#[derive(Debug)]
pub struct Changes {
    /// Outages as they are now.
    pub outages: Vec<(OutageKey, Outage)>,
    /// Parts as they are now.
    pub parts: Vec<(EpisodeKey, Part)>,
    /// Parts that were taken off another one, and stay behind: the one that goes on, the one that stays.
    pub left_behind: Vec<(EpisodeKey, EpisodeKey)>,
    /// Outages that turned out to be part of another.
    pub gone: Vec<OutageKey>,
    /// Places whose pulse changed by more than a healthy look at them.
    pub places: BTreeSet<Place>,
}

/// The state of one site as one observer sees it.
#[derive(Debug)]
pub struct SiteJudge {
    observer: Observer,
    max_gap: Span,
    parts: BTreeMap<EpisodeKey, Part>,
    /// The part that each failing URL is in.
    open: FxHashMap<UrlId, EpisodeKey>,
    events: BTreeMap<OutageKey, Event>,
    /// Outages that several URLs share, and that go on or were over a little while ago.
    shared: Vec<OutageKey>,
    /// URLs that flap for themselves.
    flapping: FxHashMap<UrlId, OutageKey>,
    /// The newest outages of each URL that failed alone.
    lone: FxHashMap<UrlId, Vec<OutageKey>>,
    /// Those of them that may yet turn out to be part of a lottery, in the order in which they were opened.
    recent: Vec<OutageKey>,
    site: Pulse,
    sections: FxHashMap<Section, Pulse>,
    urls: FxHashMap<UrlId, Pulse>,
    changed: Changed,
    /// The newest instant that was seen.
    now: DateTime<Utc>,
    keys: u64,
}

/// What is to be handed out by [`SiteJudge::take_changes`].
#[derive(Debug, Default)]
struct Changed {
    parts: BTreeSet<EpisodeKey>,
    events: BTreeSet<OutageKey>,
    left_behind: Vec<(EpisodeKey, EpisodeKey)>,
    gone: Vec<OutageKey>,
    places: BTreeSet<Place>,
}

impl Part {
    /// Whether its URL was failing when it was last looked at.
    pub fn is_open(&self) -> bool {
        self.episode.is_ongoing() && !self.went_on
    }
}

impl SiteJudge {
    /// A judge that has seen nothing; `newest_healthy` is the last healthy fetch of any URL of the site, if known.
    pub fn new(observer: Observer, max_gap: Span, newest_healthy: Option<DateTime<Utc>>) -> Self {
        let mut site = Pulse::default();
        if let Some(at) = newest_healthy {
            site.pass(Glance { at, url: None }, max_gap);
        }
        Self {
            observer,
            max_gap,
            parts: BTreeMap::new(),
            open: FxHashMap::default(),
            events: BTreeMap::new(),
            shared: Vec::new(),
            flapping: FxHashMap::default(),
            lone: FxHashMap::default(),
            recent: Vec::new(),
            site,
            sections: FxHashMap::default(),
            urls: FxHashMap::default(),
            changed: Changed::default(),
            now: DateTime::UNIX_EPOCH,
            keys: 0,
        }
    }

    /// Who observed.
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// The parts and outages that changed since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        let changed = std::mem::take(&mut self.changed);
        Changes {
            outages: changed.events.iter().filter_map(|key| Some((*key, self.outage(*key)?))).collect(),
            parts: changed
                .parts
                .iter()
                .filter_map(|key| Some((*key, self.parts.get(key)?.clone())))
                .collect(),
            left_behind: changed.left_behind,
            gone: changed.gone,
            places: changed.places,
        }
    }

    /// Every outage, in the order in which they were opened.
    pub fn outages(&self) -> impl Iterator<Item = (OutageKey, Outage)> {
        self.events.iter().map(|(key, event)| (*key, event.outage(&self.observer)))
    }

    /// The outage with this key; `None`: it is gone or forgotten.
    pub fn outage(&self, key: OutageKey) -> Option<Outage> {
        self.events.get(&key).map(|event| event.outage(&self.observer))
    }

    /// The parts of this outage.
    pub fn members_of(&self, key: OutageKey) -> impl Iterator<Item = (EpisodeKey, &Part)> {
        let keys = self.events.get(&key).into_iter().flat_map(|event| event.parts.iter());
        keys.filter_map(|part| Some((*part, self.parts.get(part)?)))
    }

    /// Whether some part of this outage has been seen healthy again.
    pub fn has_recovered_member(&self, key: OutageKey) -> bool {
        self.members_of(key).any(|(_, part)| !part.episode.is_ongoing())
    }

    /// The part in which this URL is now; `None`: it is not failing.
    pub fn open_episode_of(&self, url: UrlId) -> Option<EpisodeKey> {
        self.open.get(&url).copied()
    }

    /// How many URLs are failing.
    pub fn failing_urls(&self) -> usize {
        self.open.len()
    }

    fn next_key(&mut self) -> u64 {
        self.keys += 1;
        self.keys
    }
}

#[cfg(test)]
pub(crate) mod tests;
