//! When somebody looked at a place, and how long nobody did while an outage lasted. It says nothing about what was seen.
//!
//! The decision that a reader would question: silence is a fact about a place and its time, not something that an outage
//! adds up while it grows. So it is the same whichever outages its parts were taken for before, in whatever order they
//! were brought together; and it never grows while an outage does, which would make it shorter.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{OutageKey, Pulse, Sighting, SiteJudge};
use crate::domain::span::Span;

/// So many stretches are kept of a place. Each further one stands for a silence of half a day or more.
const KEPT: usize = 64;

/// The stretches of time in which looks at a place followed each other without too long a silence, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watched(VecDeque<(DateTime<Utc>, DateTime<Utc>)>);

impl Watched {
    /// Takes in a look, from the question to the answer.
    pub(super) fn look(&mut self, asked_at: DateTime<Utc>, at: DateTime<Utc>, max_gap: Span) {
        match self.0.back_mut() {
            Some((_, to)) if asked_at - *to <= max_gap.delta() => *to = at.max(*to),
            Some(_) | None => self.0.push_back((asked_at, at)),
        }
        if self.0.len() > KEPT {
            // What was told of the oldest silence is long past; to forget it makes no outage shorter.
            let oldest = self.0.pop_front();
            if let (Some((from, _)), Some(next)) = (oldest, self.0.front_mut()) {
                next.0 = from;
            }
        }
    }
}

impl SiteJudge {
    /// Takes in that somebody looked, although it failed.
    pub(super) fn watch(&mut self, sighting: &Sighting<'_>) {
        if let Some(pulse) = self.sections.get_mut(sighting.section) {
            return pulse.watch(&sighting.seen, self.max_gap);
        }
        let mut pulse = Pulse::default();
        pulse.watch(&sighting.seen, self.max_gap);
        self.sections.insert(sighting.section.clone(), pulse);
    }

    /// Counts how long nobody looked while this outage lasted: at its sections, or, when it is of one URL, at that.
    pub(super) fn measure(&mut self, outage: OutageKey) {
        let Some(event) = self.events.get(&outage) else { return };
        let mut unknown = TimeDelta::zero();
        if let Some(common) = &event.common {
            let covered = common.sections.iter().filter(|(_, ground)| ground.urls > 0);
            let watched = covered.filter_map(|(section, _)| self.sections.get(section)).map(Pulse::watched);
            unknown = silence(watched, event.tally.first_failing, event.tally.last_failing, self.max_gap);
        }
        if event.tally.urls.len() == 1 {
            let parts = self.members_of(outage);
            unknown = unknown.max(parts.map(|(_, part)| part.episode.bounds.unknown).sum());
        }
        if let Some(event) = self.events.get_mut(&outage) {
            event.count_silence(unknown);
        }
    }
}

/// How long, between two instants, nobody looked at any of these places.
fn silence<'a>(
    places: impl Iterator<Item = &'a Watched>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    max_gap: Span,
) -> TimeDelta {
    let mut stretches = Vec::new();
    for place in places {
        let within = place.0.iter().filter(|stretch| stretch.1 >= from && stretch.0 <= to);
        if within.clone().any(|stretch| stretch.0 <= from && stretch.1 >= to) {
            return TimeDelta::zero();
        }
        stretches.extend(within.copied());
    }
    stretches.sort_unstable();
    let (mut silent, mut reached) = (TimeDelta::zero(), from);
    for (begins, ends) in stretches.into_iter().chain([(to, to)]) {
        if begins - reached > max_gap.delta() {
            silent += begins - reached;
        }
        reached = reached.max(ends);
    }
    silent
}

#[cfg(test)]
mod tests {
    use super::super::tests::world::{World, minutes};
    use super::*;

    const GAP: Span = Span::minutes(10);

    fn watched(looks: &[i64]) -> Watched {
        let mut watched = Watched::default();
        for minute in looks {
            watched.look(minutes(*minute), minutes(*minute), GAP);
        }
        watched
    }

    fn silent(places: &[&Watched], from: i64, to: i64) -> i64 {
        silence(places.iter().copied(), minutes(from), minutes(to), GAP).num_minutes()
    }

    #[test]
    fn time_between_looks_that_follow_each_other_is_no_silence_and_a_longer_one_is() {
        let place = watched(&[0, 10, 20, 50, 55]);
        assert_eq!(silent(&[&place], 0, 20), 0);
        assert_eq!(silent(&[&place], 0, 55), 30);
        assert_eq!(silent(&[&place], 20, 50), 30);
    }

    #[test]
    fn what_was_looked_at_in_one_of_the_places_was_not_silent() {
        let (one, other) = (watched(&[0, 50]), watched(&[20, 30]));
        assert_eq!(silent(&[&one, &other], 0, 50), 40);
        assert_eq!(silent(&[&one, &watched(&[10, 20, 30, 40])], 0, 50), 0);
    }

    #[test]
    fn a_url_that_fails_before_and_after_a_silence_is_not_said_to_have_failed_through_it() {
        let mut world = World::new();
        let day = 1440;
        world.see(0, "/a/1", 200).see(10, "/a/1", 502).see(20, "/a/1", 502);
        world.see(3 * day, "/a/1", 502).see(3 * day + 10, "/a/1", 502);
        let outages = world.outages();
        assert_eq!(outages.len(), 1);
        assert_eq!(outages[0].bounds.shortest().num_minutes(), 20);
    }

    #[test]
    fn the_oldest_silence_is_forgotten_before_the_place_takes_too_much_room() {
        let place = watched(&(0..1000).map(|n| n * 20).collect::<Vec<_>>());
        assert_eq!(place.0.len(), KEPT);
        assert_eq!(silent(&[&place], 0, 999 * 20), 63 * 20);
    }
}
