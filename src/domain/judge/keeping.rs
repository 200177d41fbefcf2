//! What outlives a restart: the outages that may still change, with their parts, and the pulses. Whoever stores them
//! gets them out after each change and puts them in again before the first look; in between nothing is lost, so that a
//! judge that was stopped goes on as if it never had.

use chrono::TimeDelta;

use super::event::Event;
use super::event::common::Common;
use super::event::tally::Tally;
use super::{EpisodeKey, OutageKey, Part, Pulse, ROLLING_RECOVERY, Resumed, SiteJudge};
use crate::domain::episode::Episode;
use crate::domain::observation::UrlId;
use crate::domain::page_url::Section;

/// Where a pulse is taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The whole site.
    Site,
    /// One of its sections.
    Section(Section),
    /// One of its URLs.
    Url(UrlId),
}

/// A part as it was stored.
#[derive(Debug, Clone)]
pub struct KeptPart {
    /// Whose it is.
    pub url: UrlId,
    /// The section of that URL.
    pub section: Section,
    /// What was seen.
    pub episode: Episode,
    /// See [`Part::went_on`].
    pub went_on: bool,
    /// See [`Part::resumed`].
    pub resumed: Option<Resumed>,
}

/// An outage as it was stored, to go on with.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its parts, ended ones too.
    pub parts: Vec<KeptPart>,
    /// How its places answer, if several URLs share it.
    pub common: Option<Common>,
    /// The silence within it.
    pub unknown: TimeDelta,
}

impl SiteJudge {
    /// Takes up an outage that may still change; the keys are those of its parts, in their order. Outages come in the
    /// order in which they were opened. `None`: it has no parts.
    pub fn restore(&mut self, kept: Kept) -> Option<(OutageKey, Vec<EpisodeKey>)> {
        let outage = OutageKey(self.next_key());
        let mut keys = Vec::with_capacity(kept.parts.len());
        for part in kept.parts {
            let key = EpisodeKey(self.next_key());
            let part = Part {
                url: part.url,
                section: part.section,
                outage,
                episode: part.episode,
                went_on: part.went_on,
                resumed: part.resumed.map(Box::new),
            };
            if part.is_open() {
                self.open.insert(part.url, key);
            }
            self.parts.insert(key, part);
            keys.push(key);
        }
        let tally = Tally::anew(keys.iter().filter_map(|key| Some((*key, self.parts.get(key)?))))?;
        self.now = self.now.max(tally.last_failing);
        self.list(outage, &tally, kept.common.as_ref());
        let common = kept.common.map(Box::new);
        let event = Event { parts: keys.iter().copied().collect(), tally, unknown: kept.unknown, common };
        self.events.insert(outage, event);
        Some((outage, keys))
    }

    fn list(&mut self, outage: OutageKey, tally: &Tally, common: Option<&Common>) {
        match (common, tally.urls.keys().next()) {
            (None, Some(url)) => {
                self.lone.entry(*url).or_default().push(outage);
                self.recent.push(outage);
            }
            (Some(common), Some(url)) if common.is_of_one_url => {
                if common.over_since.is_none() {
                    self.flapping.insert(*url, outage);
                }
            }
            (Some(_), _) => self.share(outage),
            (None, None) => {}
        }
    }

    /// Takes up the pulse of a place.
    pub fn restore_pulse(&mut self, place: Place, pulse: Pulse) {
        match place {
            Place::Site => self.site = pulse,
            Place::Section(section) => drop(self.sections.insert(section, pulse)),
            Place::Url(url) => drop(self.urls.insert(url, pulse)),
        }
    }

    /// The pulse of a place; `None`: there is nothing to keep of it.
    pub fn pulse(&self, place: &Place) -> Option<&Pulse> {
        match place {
            Place::Site => Some(&self.site),
            Place::Section(section) => self.sections.get(section),
            Place::Url(url) => self.urls.get(url),
        }
    }

    /// How the places of an outage answer that several URLs share.
    pub fn common(&self, key: OutageKey) -> Option<&Common> {
        self.events.get(&key)?.common.as_deref()
    }

    /// Whether anything that is seen later can change this outage.
    pub fn is_watched(&self, key: OutageKey) -> bool {
        let Some(event) = self.events.get(&key) else { return false };
        let is_held = || {
            event.common.is_none()
                && (self.now <= event.tally.last_failing + ROLLING_RECOVERY
                    || event.parts.iter().filter_map(|key| self.parts.get(key)).any(|part| self.holds(part)))
        };
        let is_listed = || self.shared.contains(&key) || self.flapping.values().any(|of| *of == key);
        event.is_ongoing() || event.tally.open > 0 || is_held() || is_listed()
    }

    /// Whether a part may still turn out to be one of several.
    fn holds(&self, part: &Part) -> bool {
        let holds = |pulse: Option<&Pulse>| pulse.is_some_and(|pulse| pulse.holds(part.url));
        self.site.holds(part.url)
            || holds(self.sections.get(&part.section))
            || holds(self.urls.get(&part.url))
    }

    /// Lets go of outages that cannot change any more. Returns what it no longer knows.
    pub fn forget_done(&mut self) -> (Vec<OutageKey>, Vec<EpisodeKey>) {
        let done: Vec<_> = self.events.keys().filter(|key| !self.is_watched(**key)).copied().collect();
        let mut forgotten = Vec::new();
        for event in done.iter().filter_map(|key| self.events.remove(key)) {
            for url in event.tally.urls.keys() {
                if let Some(own) = self.lone.get_mut(url) {
                    own.retain(|key| !done.contains(key));
                }
            }
            forgotten.extend(event.parts);
        }
        self.lone.retain(|_, own| !own.is_empty());
        for part in &forgotten {
            self.parts.remove(part);
        }
        (done, forgotten)
    }
}
