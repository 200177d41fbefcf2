//! An episode: a maximal run of failing observations of one URL, whatever they failed with.
//!
//! A silence longer than the policy's `max_gap` between two failing observations is unknown time. When both sides show
//! the same outcome it stays one episode, whose shortest duration leaves the silence out. When they differ, nothing
//! shows that they are one event, and they become two: each bounds the other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use super::observation::Observation;
use super::outcome::Outcome;
use super::span::Span;

/// A run of failing observations of one URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// When it began and ended, as far as it was seen.
    pub bounds: Bounds,
    /// How many failing fetches there were, by outcome.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// The newest failing outcome.
    pub latest: Outcome,
    /// Time that these fetches took.
    pub wasted: TimeDelta,
}

/// What a failing observation did to an episode that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extended {
    /// It is part of it.
    Within,
    /// After too long a silence it is the begin of another; this one is closed by it.
    Apart,
}

impl Episode {
    /// The episode that a failing observation begins.
    pub fn opened_by(seen: &Observation, healthy_before: Option<DateTime<Utc>>) -> Self {
        Self {
            bounds: Bounds {
                healthy_before,
                first_failing: seen.at,
                last_failing: seen.at,
                healthy_after: None,
                unknown: TimeDelta::zero(),
            },
            outcomes: BTreeMap::from([(seen.outcome, 1)]),
            latest: seen.outcome,
            wasted: seen.at - seen.asked_at,
        }
    }

    /// Takes in another failing observation.
    pub fn extend(&mut self, seen: &Observation, max_gap: Span) -> Extended {
        let silence = seen.asked_at - self.bounds.last_failing;
        let is_unknown = silence > max_gap.delta();
        if is_unknown && seen.outcome != self.latest {
            self.close(seen.at);
            return Extended::Apart;
        }
        if is_unknown {
            self.bounds.unknown += silence;
        }
        self.bounds.last_failing = self.bounds.last_failing.max(seen.asked_at);
        *self.outcomes.entry(seen.outcome).or_default() += 1;
        self.latest = seen.outcome;
        self.wasted += seen.at - seen.asked_at;
        Extended::Within
    }

    /// Ends it: it was over at `at`.
    pub fn close(&mut self, at: DateTime<Utc>) {
        self.bounds.healthy_after = Some(at);
    }

    /// Whether it has not been seen to be over.
    pub fn is_ongoing(&self) -> bool {
        self.bounds.healthy_after.is_none()
    }

    /// How many failing fetches it has.
    pub fn fetches(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// The outcome that most of its fetches had.
    pub fn main_outcome(&self) -> Outcome {
        self.outcomes.iter().max_by_key(|(_, count)| **count).map_or(self.latest, |(outcome, _)| *outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Span = Span::hours(12);

    fn seen(hour: i64, status: u16) -> Observation {
        Observation::instant(DateTime::UNIX_EPOCH + TimeDelta::hours(hour), Outcome::of_status(status))
    }

    #[test]
    fn failing_outcomes_back_to_back_are_one_episode() {
        let mut episode = Episode::opened_by(&seen(1, 502), Some(seen(0, 200).at));
        assert_eq!(episode.extend(&seen(2, 504), GAP), Extended::Within);
        assert_eq!(episode.extend(&seen(3, 504), GAP), Extended::Within);
        episode.close(seen(4, 200).at);
        assert_eq!(episode.bounds.shortest(), TimeDelta::hours(2));
        assert_eq!(episode.bounds.longest(seen(9, 200).at), Some(TimeDelta::hours(4)));
        assert_eq!(episode.main_outcome(), Outcome::Status(504));
    }

    #[test]
    fn a_long_silence_counts_for_the_longest_duration_and_not_for_the_shortest() {
        let mut episode = Episode::opened_by(&seen(0, 502), Some(seen(-1, 200).at));
        episode.extend(&seen(1, 502), GAP);
        assert_eq!(episode.extend(&seen(31, 502), GAP), Extended::Within);
        assert_eq!(episode.bounds.shortest(), TimeDelta::hours(1));
        assert_eq!(episode.bounds.longest(seen(31, 502).at), Some(TimeDelta::hours(32)));
    }

    #[test]
    fn another_outcome_after_a_long_silence_is_another_episode() {
        let mut episode = Episode::opened_by(&seen(0, 502), None);
        assert_eq!(episode.extend(&seen(30, 503), GAP), Extended::Apart);
        assert!(!episode.is_ongoing());
        assert_eq!(episode.bounds.healthy_after, Some(seen(30, 503).at));
        assert_eq!(episode.bounds.shortest(), TimeDelta::zero());
    }

    #[test]
    fn an_answer_that_took_a_minute_does_not_make_the_episode_a_minute_longer() {
        let mut episode = Episode::opened_by(&seen(0, 504), None);
        let slow =
            Observation { asked_at: seen(1, 504).at, at: seen(2, 504).at, outcome: Outcome::Status(504) };
        episode.extend(&slow, GAP);
        assert_eq!(episode.bounds.shortest(), TimeDelta::hours(1));
    }
}
