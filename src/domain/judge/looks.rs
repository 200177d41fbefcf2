//! What one look does: a healthy one ends parts and outages, a failing one goes on with a part or begins one. Where a
//! part that begins belongs is decided in [`super::rooting`].

use chrono::{DateTime, Utc};

use super::event::Event;
use super::{EpisodeKey, Glance, OutageKey, Part, ROLLING_RECOVERY, Resumed, Sighting, SiteJudge};
use crate::domain::episode::{Episode, Extended};
use crate::domain::outcome::Outcome;
use crate::domain::spell::{Folded, Spell};

/// After so many healthy looks in a row, and [`ROLLING_RECOVERY`], nothing can bring an outage back that is over.
const DONE: u32 = 64;

impl SiteJudge {
    /// Takes in one observation. Observations of a site come in the order of their instants.
    pub fn observe(&mut self, sighting: &Sighting<'_>) -> Folded {
        let folded = Spell::fold(sighting.newest, &sighting.seen);
        if folded != Folded::Stale {
            self.now = self.now.max(sighting.seen.at);
            if sighting.seen.outcome.is_failing() {
                self.watch(sighting);
                self.take_failing(sighting);
            } else {
                self.take_healthy(sighting);
            }
        }
        folded
    }

    fn take_healthy(&mut self, sighting: &Sighting<'_>) {
        if let Some(key) = self.open.remove(&sighting.url) {
            self.recover(key, sighting.seen.at);
        }
        self.pass_pulses(sighting);
        if !self.shared.is_empty() {
            self.pass_shared(sighting);
        }
        if let Some(&key) = self.flapping.get(&sighting.url) {
            self.pass_event(key, sighting);
        }
    }

    fn pass_pulses(&mut self, sighting: &Sighting<'_>) {
        let glance = Glance { at: sighting.seen.asked_at, url: Some(sighting.url) };
        let max_gap = self.max_gap;
        self.site.pass(glance, max_gap);
        if let Some(pulse) = self.sections.get_mut(sighting.section) {
            pulse.watch(&sighting.seen, max_gap);
            pulse.pass(glance, max_gap);
        } else {
            let pulse = self.sections.entry(sighting.section.clone()).or_default();
            pulse.watch(&sighting.seen, max_gap);
            pulse.pass(glance, max_gap);
        }
        if let Some(pulse) = self.urls.get_mut(&sighting.url)
            && pulse.pass(glance, max_gap)
        {
            self.urls.remove(&sighting.url);
        }
    }

    fn pass_shared(&mut self, sighting: &Sighting<'_>) {
        for place in (0..self.shared.len()).rev() {
            if let Some(&key) = self.shared.get(place) {
                self.pass_event(key, sighting);
            }
        }
        let (events, at) = (&self.events, sighting.seen.at);
        self.shared.retain(|key| events.get(key).is_some_and(|event| !is_done(event, at)));
    }

    fn pass_event(&mut self, key: OutageKey, sighting: &Sighting<'_>) {
        let Some(event) = self.events.get_mut(&key) else { return };
        let looked_before = sighting.newest.map(|spell| spell.last_seen);
        let is_over = event.pass(sighting.url, sighting.section, sighting.seen.at, looked_before);
        self.changed.events.insert(key);
        if is_over {
            self.flapping.retain(|_, of| *of != key);
            self.narrow(key);
        }
    }

    /// Gives an outage that does not cover its sections back to its own URLs.
    pub(super) fn narrow(&mut self, key: OutageKey) {
        let Some(event) = self.events.get_mut(&key) else { return };
        if !event.narrow() {
            return;
        }
        self.make_clear(key);
        self.changed.events.insert(key);
    }

    pub(super) fn recover(&mut self, key: EpisodeKey, at: DateTime<Utc>) {
        let Some(part) = self.parts.get_mut(&key) else { return };
        if part.episode.is_ongoing() {
            part.episode.close(at);
        }
        // If it is taken off later, that is what goes on in another outage; it is over no less.
        if let Some(resumed) = &mut part.resumed {
            resumed.fresh.close(at);
        }
        if let Some(event) = self.events.get_mut(&part.outage) {
            event.tally.close(part, at);
            let all_closed = event.tally.open == 0;
            if let Some(common) = event.common.as_mut().filter(|c| all_closed && !c.is_lottery) {
                common.over_since.get_or_insert(at);
            }
        }
        self.changed.parts.insert(key);
        self.changed.events.insert(part.outage);
    }

    fn take_failing(&mut self, sighting: &Sighting<'_>) {
        let mut before =
            sighting.newest.filter(|spell| !spell.outcome.is_failing()).map(|spell| spell.last_seen);
        if let Some(&key) = self.open.get(&sighting.url) {
            let Some(part) = self.parts.get_mut(&key) else { return };
            let was = part.episode.clone();
            match part.episode.extend(&sighting.seen, self.max_gap) {
                Extended::Within => return self.go_on(key, was, sighting),
                Extended::Apart => {
                    before = Some(was.bounds.last_failing);
                    self.open.remove(&sighting.url);
                    self.recover(key, sighting.seen.at);
                }
            }
        }
        self.begin(sighting, before);
    }

    /// A part fails again; `was` is what it was before.
    fn go_on(&mut self, key: EpisodeKey, was: Episode, sighting: &Sighting<'_>) {
        let Some(outage) = self.parts.get(&key).map(|part| part.outage) else { return };
        let at = sighting.seen.at;
        self.changed.parts.insert(key);
        self.changed.events.insert(outage);
        self.site.look(at, self.max_gap);
        if let Some(pulse) = self.sections.get_mut(sighting.section) {
            pulse.look(at, self.max_gap);
        }
        let Some(event) = self.events.get_mut(&outage) else { return };
        let is_over = event.common.as_ref().is_some_and(|c| !c.is_narrow && c.over_since.is_some());
        let lingers = event.lingers(at);
        if !is_over && !lingers {
            self.extend(key, was.main_outcome(), sighting);
            self.split_off(outage, sighting);
            self.bridge(outage);
            return self.join_kin(outage);
        }
        if let Some(to) = self.joinable(sighting, None).filter(|to| *to != outage) {
            self.resume(key, was, sighting);
            return self.move_on(key, to);
        }
        let over = self.events.get(&outage).and_then(Event::over_since);
        let main = was.main_outcome();
        self.resume(key, was, sighting);
        if !lingers && over.is_some_and(|over| at <= over + ROLLING_RECOVERY) {
            self.extend(key, main, sighting);
            return self.narrow(outage);
        }
        self.set_apart(key, sighting);
    }

    fn extend(&mut self, key: EpisodeKey, main: Outcome, sighting: &Sighting<'_>) {
        let Some(part) = self.parts.get(&key) else { return };
        let (outage, max_gap) = (part.outage, self.max_gap.delta());
        let Some(event) = self.events.get_mut(&outage) else { return };
        let last = event.tally.last_failing;
        event.extend(key, part, &sighting.seen, main);
        if event.tally.last_failing - last > max_gap {
            self.measure(outage);
        } else {
            // Where a failure follows so closely, nobody was silent.
            event.count_silence(event.unknown);
        }
    }

    /// Notes what a part shows since its outage was over.
    fn resume(&mut self, key: EpisodeKey, was: Episode, sighting: &Sighting<'_>) {
        let Some(part) = self.parts.get_mut(&key) else { return };
        if let Some(resumed) = &mut part.resumed {
            resumed.fresh.extend(&sighting.seen, self.max_gap);
            return;
        }
        let fresh = Episode::opened_by(&sighting.seen, None);
        part.resumed = Some(Box::new(Resumed { firm: Some(was), fresh }));
        if let Some(event) = self.events.get_mut(&part.outage) {
            event.tally.resumed += 1;
        }
    }

    /// Adds a part that begins to an outage that is there.
    pub(super) fn join(&mut self, key: EpisodeKey, mut part: Part, outage: OutageKey) {
        let Some(event) = self.events.get_mut(&outage) else { return };
        part.outage = outage;
        let first = part.episode.bounds.first_failing;
        let pulse = self.sections.get(&part.section);
        let before = pulse.and_then(|pulse| pulse.before(first).first().map(|glance| glance.at));
        event.join(key, &part, before);
        self.changed.parts.insert(key);
        self.changed.events.insert(outage);
        self.parts.insert(key, part);
        self.measure(outage);
    }
}

fn is_done(event: &Event, at: DateTime<Utc>) -> bool {
    let Some(common) = &event.common else { return true };
    let is_long_over = |over: DateTime<Utc>| at > over + ROLLING_RECOVERY;
    if common.is_narrow {
        return !event.is_ongoing() && is_long_over(event.tally.last_failing);
    }
    common.over_since.is_some_and(|over| is_long_over(over) && common.run >= DONE)
}
