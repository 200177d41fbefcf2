//! The judge of one site: takes its observations one by one, in the order of their instants, and keeps the episodes and
//! outages that follow from them. It is pure and incremental: an observation costs a look at its own URL and at the
//! outages that are open, never a scan of the past.
//!
//! What is one outage? Episodes that can have begun at one instant and end together:
//!
//! - A failing URL joins an open outage when nothing shows that it was healthy after that outage began, when that outage
//!   is not ending already, and when its section is not otherwise healthy ([`event::Event::admits`]).
//! - A member that goes on failing long after half of the others have recovered has another root, and is moved to an
//!   outage of its own ([`ROLLING_RECOVERY`]).
//!
//! The decision that a reader would question: an outage is over only when every member has been seen healthy. A site
//! that comes back therefore shows "ongoing" until its members have been re-checked, but its end is bounded by the first
//! of them, so that the re-checks make nothing longer.
//!
//! It keeps no row ids: whoever stores its changes maps keys to rows.

mod event;
mod scope;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use self::event::Event;
use super::episode::{Episode, Extended};
use super::observation::{Observation, Observer, UrlId};
use super::outage::Outage;
use super::page_url::Section;
use super::span::Span;
use super::spell::{Folded, Spell};

/// How long the recovery of one outage may roll over a site; a member that fails later has another root. Our model: a
/// deploy or a cache refill that takes longer than an hour is rare.
pub const ROLLING_RECOVERY: TimeDelta = TimeDelta::hours(1);

/// Names an episode within one judge.
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

/// An episode with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Whose episode it is.
    pub url: UrlId,
    /// The section of that URL.
    pub section: Section,
    /// The outage that it belongs to.
    pub outage: OutageKey,
    /// What was seen.
    pub episode: Episode,
}

/// An open outage as it was stored, to go on with.
#[derive(Debug, Clone)]
pub struct Restored {
    /// Its members, ended ones too.
    pub members: Vec<(UrlId, Section, Episode)>,
    /// URLs that were seen healthy since it began, and when first.
    pub witnesses: Vec<(UrlId, Section, DateTime<Utc>)>,
    /// The last healthy fetch of any URL of the site before it began.
    pub site_healthy_before: Option<DateTime<Utc>>,
    /// The silence within it.
    pub unknown: TimeDelta,
}

/// What changed: outages first, because members point to them.
#[derive(Debug)]
pub struct Changes {
    /// Outages as they are now.
    pub outages: Vec<(OutageKey, Outage)>,
    /// Episodes as they are now.
    pub members: Vec<(EpisodeKey, Member)>,
}

/// The state of one site as one observer sees it.
#[derive(Debug)]
pub struct SiteJudge {
    observer: Observer,
    max_gap: Span,
    members: BTreeMap<EpisodeKey, Member>,
    open: HashMap<UrlId, EpisodeKey>,
    events: BTreeMap<OutageKey, Event>,
    newest_healthy: Option<DateTime<Utc>>,
    changed_members: BTreeSet<EpisodeKey>,
    changed_events: BTreeSet<OutageKey>,
    keys: u64,
}

impl SiteJudge {
    /// A judge that has seen nothing; `newest_healthy` is the last healthy fetch of any URL of the site, if known.
    pub fn new(observer: Observer, max_gap: Span, newest_healthy: Option<DateTime<Utc>>) -> Self {
        Self {
            observer,
            max_gap,
            members: BTreeMap::new(),
            open: HashMap::new(),
            events: BTreeMap::new(),
            newest_healthy,
            changed_members: BTreeSet::new(),
            changed_events: BTreeSet::new(),
            keys: 0,
        }
    }

    /// Takes up an outage that was open when it was stored; the keys are those of its members, in their order.
    pub fn restore(&mut self, stored: Restored) -> (OutageKey, Vec<EpisodeKey>) {
        let outage = OutageKey(self.next_key());
        let mut event = Event::restored(stored.site_healthy_before, stored.unknown);
        let mut keys = Vec::with_capacity(stored.members.len());
        for (url, section, episode) in stored.members {
            let key = EpisodeKey(self.next_key());
            event.take_in(url, key, &section, &episode);
            if episode.is_ongoing() {
                self.open.insert(url, key);
            }
            self.members.insert(key, Member { url, section, outage, episode });
            keys.push(key);
        }
        for (url, section, at) in stored.witnesses {
            event.witness(url, &section, at);
        }
        event.restore_recovery();
        self.events.insert(outage, event);
        (outage, keys)
    }

    /// Takes in one observation. Observations of a site come in the order of their instants.
    pub fn observe(&mut self, sighting: &Sighting<'_>) -> Folded {
        let folded = Spell::fold(sighting.newest, &sighting.seen);
        if folded != Folded::Stale {
            if sighting.seen.outcome.is_failing() {
                self.take_failing(sighting);
            } else {
                self.take_healthy(sighting);
            }
        }
        folded
    }

    /// The episodes and outages that changed since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        let events = std::mem::take(&mut self.changed_events);
        let members = std::mem::take(&mut self.changed_members);
        Changes {
            outages: events.iter().filter_map(|key| Some((*key, self.outage(*key)?))).collect(),
            members: members.iter().filter_map(|key| Some((*key, self.members.get(key)?.clone()))).collect(),
        }
    }

    /// Lets go of outages that are over; they cannot change any more. Returns what it no longer knows.
    pub fn forget_ended(&mut self) -> (Vec<OutageKey>, Vec<EpisodeKey>) {
        let ended: Vec<_> =
            self.events.iter().filter(|(_, e)| !e.is_ongoing()).map(|(key, _)| *key).collect();
        let events: Vec<Event> = ended.iter().filter_map(|key| self.events.remove(key)).collect();
        let episodes: Vec<_> = events.iter().flat_map(Event::episodes).collect();
        for episode in &episodes {
            self.members.remove(episode);
        }
        (ended, episodes)
    }

    /// Every outage, in the order in which they were opened.
    pub fn outages(&self) -> impl Iterator<Item = (OutageKey, Outage)> {
        self.events.keys().filter_map(|key| Some((*key, self.outage(*key)?)))
    }

    /// Every episode, in the order in which they were opened.
    pub fn episodes(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The last healthy fetch of any URL of the site before this outage began.
    pub fn site_healthy_before(&self, key: OutageKey) -> Option<DateTime<Utc>> {
        self.events.get(&key)?.site_healthy_before()
    }

    /// The episodes of this outage.
    pub fn members_of(&self, key: OutageKey) -> impl Iterator<Item = (EpisodeKey, &Member)> {
        let event = self.events.get(&key);
        let keys = event.into_iter().flat_map(Event::episodes);
        keys.filter_map(|episode| Some((episode, self.members.get(&episode)?)))
    }

    /// Whether some member of this outage has been seen healthy again.
    pub fn has_recovered_member(&self, key: OutageKey) -> bool {
        self.members_of(key).any(|(_, member)| !member.episode.is_ongoing())
    }

    /// The episode in which this URL is now; `None`: it is not failing.
    pub fn open_episode_of(&self, url: UrlId) -> Option<EpisodeKey> {
        self.open.get(&url).copied()
    }

    fn outage(&self, key: OutageKey) -> Option<Outage> {
        self.events.get(&key)?.outage(&self.observer, &self.members)
    }

    fn take_healthy(&mut self, sighting: &Sighting<'_>) {
        let at = sighting.seen.at;
        for event in self.events.values_mut().filter(|event| event.is_ongoing()) {
            event.witness(sighting.url, sighting.section, at);
        }
        if let Some(key) = self.open.remove(&sighting.url) {
            self.recover(key, at);
        }
        self.newest_healthy = self.newest_healthy.max(Some(sighting.seen.asked_at));
    }

    fn take_failing(&mut self, sighting: &Sighting<'_>) {
        let mut before =
            sighting.newest.filter(|spell| !spell.outcome.is_failing()).map(|spell| spell.last_seen);
        if let Some(&key) = self.open.get(&sighting.url) {
            let Some(member) = self.members.get_mut(&key) else { return };
            let last_failing = member.episode.bounds.last_failing;
            match member.episode.extend(&sighting.seen, self.max_gap) {
                Extended::Within => return self.go_on(key, &sighting.seen),
                Extended::Apart => {
                    before = Some(last_failing);
                    self.open.remove(&sighting.url);
                    self.recover(key, sighting.seen.at);
                }
            }
        }
        self.open_episode(sighting, before);
    }

    fn open_episode(&mut self, sighting: &Sighting<'_>, before: Option<DateTime<Utc>>) {
        let episode = Episode::opened_by(&sighting.seen, before);
        let outage = self.place_for(sighting.section, &episode);
        let key = EpisodeKey(self.next_key());
        if let Some(event) = self.events.get_mut(&outage) {
            event.take_in(sighting.url, key, sighting.section, &episode);
            event.fail(&sighting.seen, self.max_gap);
        }
        let member = Member { url: sighting.url, section: sighting.section.clone(), outage, episode };
        self.members.insert(key, member);
        self.open.insert(sighting.url, key);
        self.changed_members.insert(key);
        self.changed_events.insert(outage);
    }

    /// The newest open outage that admits the episode, or a new one.
    fn place_for(&mut self, section: &Section, episode: &Episode) -> OutageKey {
        let admitting = self.events.iter().rev().find(|(_, event)| event.admits(section, episode));
        if let Some((key, _)) = admitting {
            return *key;
        }
        let key = OutageKey(self.next_key());
        self.events.insert(key, Event::begun(self.newest_healthy));
        key
    }

    fn go_on(&mut self, key: EpisodeKey, seen: &Observation) {
        let Some(outage) = self.members.get(&key).map(|member| member.outage) else { return };
        self.changed_members.insert(key);
        self.changed_events.insert(outage);
        let lingers = self.events.get(&outage).is_some_and(|event| event.is_long_over(seen.at));
        let place = if lingers { self.set_apart(key, outage) } else { outage };
        if let Some(event) = self.events.get_mut(&place) {
            event.fail(seen, self.max_gap);
        }
    }

    /// Moves a member that lingers to the outage of those that linger with it.
    fn set_apart(&mut self, key: EpisodeKey, from: OutageKey) -> OutageKey {
        let known = self.events.iter().find(|(_, event)| event.is_rest_of(from)).map(|(key, _)| *key);
        let to = known.unwrap_or_else(|| OutageKey(self.next_key()));
        let Some(mut rest) =
            self.events.remove(&to).or_else(|| Some(self.events.get(&from)?.rest(from, &self.members)))
        else {
            return from;
        };
        if let (Some(member), Some(event)) = (self.members.get_mut(&key), self.events.get_mut(&from)) {
            event.let_go(member.url);
            rest.take_in(member.url, key, &member.section, &member.episode);
            member.outage = to;
        }
        self.events.insert(to, rest);
        if let Some(event) = self.events.get_mut(&from) {
            event.remeasure(&self.members);
        }
        self.changed_events.insert(to);
        to
    }

    fn recover(&mut self, key: EpisodeKey, at: DateTime<Utc>) {
        let Some(member) = self.members.get_mut(&key) else { return };
        if member.episode.is_ongoing() {
            member.episode.close(at);
        }
        if let Some(event) = self.events.get_mut(&member.outage) {
            event.recover(at);
        }
        self.changed_members.insert(key);
        self.changed_events.insert(member.outage);
    }

    fn next_key(&mut self) -> u64 {
        self.keys += 1;
        self.keys
    }
}

#[cfg(test)]
mod tests;
