//! The pulse of a place (the site, a section, a URL): whether failures come so close together there that they have one
//! root. It counts; what follows from an alarm is decided by the judge.
//!
//! It is a one-sided CUSUM (E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954): each look adds the
//! logarithm of how much likelier it is when a part of the fetches fails than when only strays do. The decision that a
//! reader would question: only the first failure of a run counts. A URL that stays broken and is looked at every minute
//! says no more about its place than one that is looked at once.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::silence::Watched;
use crate::domain::observation::{Observation, UrlId};
use crate::domain::span::Span;
use crate::domain::spell::Spell;

/// The share of fetches that fails in the mildest partial outage that is worth a name: one backend of four. Our model.
const WORTH_A_NAME: f64 = 0.25;

/// What a healthy look takes away, in thousandths of a nat: ln((1 - 0.25) / (1 - 0.01)).
const HEALTHY: i32 = 278;

/// From here on the failures have one root. On a site with few strays that is two in a row, on one where a fetch of a
/// hundred fails it is three.
const ALARM: i32 = 9000;

/// How many healthy looks are kept, to say since when a place may have been failing.
const KEPT: usize = 16;

/// A healthy look: when, and at which URL; `None`: nobody knows any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Glance {
    pub(super) at: DateTime<Utc>,
    pub(super) url: Option<UrlId>,
}

/// A failure that found no outage to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Onset {
    pub(super) url: UrlId,
    pub(super) at: DateTime<Utc>,
    /// Healthy looks at this place since the first failure of the excursion.
    pub(super) healthy_looks: u32,
}

/// How often fetches of a site fail for no reason that others share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Strays {
    failing: u32,
    looks: u32,
}

impl Default for Strays {
    /// Before anything is known: one fetch of a thousand.
    fn default() -> Self {
        Self { failing: 1, looks: 1000 }
    }
}

impl Strays {
    /// So many looks are remembered, so that a site that is repaired is soon known as such.
    const MEMORY: u32 = 20_000;

    /// Takes in a healthy look.
    fn pass(&mut self) {
        self.looks += 1;
        if self.looks > Self::MEMORY {
            self.looks /= 2;
            self.failing = self.failing.div_ceil(2);
        }
    }

    /// Takes in a failure that joined nothing.
    fn fail(&mut self) {
        self.failing += 1;
        self.looks += 1;
    }

    /// Failures that were taken for strays turned out to be none.
    fn take_back(&mut self, failures: usize) {
        self.failing = self.failing.saturating_sub(u32::try_from(failures).unwrap_or(u32::MAX)).max(1);
    }

    /// What a failure adds to a score, in thousandths of a nat.
    #[expect(clippy::cast_possible_truncation, reason = "a logarithm of at most 250")]
    fn weight_of_a_failure(self) -> i32 {
        let share = (f64::from(self.failing) / f64::from(self.looks)).clamp(0.001, 0.05);
        ((WORTH_A_NAME / share).ln() * 1000.0) as i32
    }
}

/// The score of one place, and the looks that a change point is placed between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    score: i32,
    healthy_looks: u32,
    onsets: Vec<Onset>,
    /// The newest healthy looks, oldest first.
    recent: VecDeque<Glance>,
    /// Those before the excursion began, newest first.
    before: Vec<Glance>,
    /// The newest look of any kind.
    looked_at: Option<DateTime<Utc>>,
    strays: Strays,
    #[serde(default)]
    watched: Watched,
}

impl Pulse {
    /// How often fetches here fail for no reason that others share.
    pub(super) fn strays(&self) -> Strays {
        self.strays
    }

    /// When this place was looked at.
    pub(super) fn watched(&self) -> &Watched {
        &self.watched
    }

    /// Takes in that somebody looked, whatever came.
    pub(super) fn watch(&mut self, seen: &Observation, max_gap: Span) {
        self.watched.look(seen.asked_at, seen.at, max_gap);
    }

    /// The pulse of one URL, whose healthy looks are known as a spell only: as many as it has, evenly spaced.
    pub(super) fn after(url: UrlId, spell: &Spell) -> Self {
        let looks = i32::try_from(spell.fetches.min(KEPT as u64)).unwrap_or(1);
        let between = i32::try_from(spell.fetches.saturating_sub(1)).unwrap_or(i32::MAX).max(1);
        let step = (spell.last_seen - spell.first_seen) / between;
        let glance = |n| Glance { at: spell.last_seen - step * n, url: Some(url) };
        let recent = (0..looks).rev().map(glance).collect();
        Self { recent, ..Self::default() }
    }

    /// Takes in the first failure of a run; `true`: it raises the alarm.
    pub(super) fn fail(&mut self, url: UrlId, at: DateTime<Utc>, strays: Strays, max_gap: Span) -> bool {
        self.look(at, max_gap);
        if self.onsets.is_empty() {
            self.before = self.recent.iter().rev().copied().collect();
        }
        self.strays.fail();
        self.onsets.push(Onset { url, at, healthy_looks: self.healthy_looks });
        self.score += strays.weight_of_a_failure();
        self.score >= ALARM
    }

    /// Takes in that somebody looked. After a silence, what was before counts no more.
    pub(super) fn look(&mut self, at: DateTime<Utc>, max_gap: Span) {
        if self.looked_at.is_some_and(|looked| at - looked > max_gap.delta()) {
            self.calm();
        }
        self.looked_at = self.looked_at.max(Some(at));
    }

    /// Takes in a healthy look; `true`: it calmed down.
    pub(super) fn pass(&mut self, glance: Glance, max_gap: Span) -> bool {
        self.strays.pass();
        self.look(glance.at, max_gap);
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(glance);
        if self.onsets.is_empty() {
            return false;
        }
        self.score -= HEALTHY;
        self.healthy_looks += 1;
        if self.score <= 0 {
            self.calm();
        }
        self.score <= 0
    }

    /// Begins anew: so many failures that were counted have company, and are no strays.
    pub(super) fn settle(&mut self, failures: usize) {
        self.strays.take_back(failures);
        self.calm();
    }

    /// Begins anew.
    pub(super) fn calm(&mut self) {
        self.score = 0;
        self.healthy_looks = 0;
        self.onsets.clear();
        self.before.clear();
    }

    /// The failures of the excursion that belong together: a first one that stands alone before a solid run is a stray.
    pub(super) fn onsets(&self) -> &[Onset] {
        let gap = |pair: &[Onset]| pair[1].healthy_looks.saturating_sub(pair[0].healthy_looks);
        let solid = self.onsets.windows(2).rev().take_while(|pair| gap(pair) == 0).count();
        let rest = self.onsets.len() - (solid + 1).min(self.onsets.len());
        let stands_alone = solid > 0 && rest == 1 && gap(&self.onsets[..2]) >= 3;
        &self.onsets[usize::from(stands_alone)..]
    }

    /// Whether this URL has a part in the excursion.
    pub(super) fn holds(&self, url: UrlId) -> bool {
        self.onsets.iter().any(|onset| onset.url == url)
    }

    /// Healthy looks since the first failure that counts.
    pub(super) fn healthy_looks(&self) -> u32 {
        let first = self.onsets().first().map_or(0, |onset| onset.healthy_looks);
        self.healthy_looks - first
    }

    /// The healthy looks before this instant, newest first.
    pub(super) fn before(&self, at: DateTime<Utc>) -> Vec<Glance> {
        let mut looks: Vec<_> = self.recent.iter().rev().chain(&self.before).copied().collect();
        looks.retain(|look| look.at < at);
        looks.sort_unstable_by(|a, b| b.cmp(a));
        looks.dedup();
        looks.truncate(KEPT);
        looks
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::world::minutes;
    use super::*;

    const GAP: Span = Span::hours(12);

    fn pass(pulse: &mut Pulse, minute: i64) -> bool {
        pulse.pass(Glance { at: minutes(minute), url: None }, GAP)
    }

    /// The URLs fail one after the other, a minute each; `true`: the last one raises the alarm.
    fn fail(pulse: &mut Pulse, from: i64, urls: &[i64]) -> bool {
        let strays = pulse.strays();
        let raise = |pulse: &mut Pulse, (minute, url): (i64, &i64)| {
            pulse.fail(UrlId(*url), minutes(from + minute), strays, GAP)
        };
        (0..).zip(urls).map(|failing| raise(pulse, failing)).last().unwrap()
    }

    fn urls(pulse: &Pulse) -> Vec<i64> {
        pulse.onsets().iter().map(|onset| onset.url.0).collect()
    }

    #[test]
    fn one_failure_raises_no_alarm_and_two_in_a_row_do_where_hardly_any_fetch_ever_fails() {
        let mut pulse = Pulse::default();
        assert!(!fail(&mut pulse, 0, &[1]));
        assert!(fail(&mut pulse, 1, &[2]));
    }

    #[test]
    fn where_a_fetch_of_a_hundred_fails_for_no_reason_it_takes_three() {
        let mut pulse = Pulse::default();
        for minute in 0..5000 {
            if minute % 100 == 50 {
                assert!(!fail(&mut pulse, minute, &[minute]), "a stray in minute {minute}");
            } else {
                pass(&mut pulse, minute);
            }
        }
        assert!(!fail(&mut pulse, 6000, &[1, 2]));
        assert!(fail(&mut pulse, 6002, &[3]));
    }

    #[test]
    fn one_fetch_of_four_that_fails_raises_the_alarm_within_a_few_rounds() {
        let mut pulse = Pulse::default();
        let raised = (0..40).find(|minute| {
            let is_failing = minute % 4 == 0;
            if !is_failing {
                pass(&mut pulse, *minute);
            }
            is_failing && fail(&mut pulse, *minute, &[*minute])
        });
        assert_eq!(raised, Some(4));
        assert_eq!(urls(&pulse), [0, 4]);
        assert_eq!(pulse.healthy_looks(), 3);
    }

    #[test]
    fn a_failure_is_forgotten_after_enough_healthy_looks_and_what_fails_then_begins_anew() {
        let mut pulse = Pulse::default();
        fail(&mut pulse, 0, &[1]);
        let calmed = (1..40).find(|minute| pass(&mut pulse, *minute));
        assert_eq!(calmed, Some(20));
        assert!(!pulse.holds(UrlId(1)));
        assert!(!fail(&mut pulse, 50, &[2]));
    }

    #[test]
    fn after_a_silence_of_half_a_day_what_failed_before_counts_no_more() {
        let mut pulse = Pulse::default();
        fail(&mut pulse, 0, &[1]);
        assert!(!fail(&mut pulse, 12 * 60 + 1, &[2]), "nobody knows what was in between");
        assert_eq!(urls(&pulse), [2]);
        let mut watched = Pulse::default();
        fail(&mut watched, 0, &[1]);
        assert!(fail(&mut watched, 12 * 60, &[2]));
    }

    #[test]
    fn a_stray_shortly_before_an_outage_is_no_part_of_it() {
        let mut pulse = Pulse::default();
        fail(&mut pulse, 0, &[1]);
        for minute in 1..=3 {
            pass(&mut pulse, minute);
        }
        assert!(fail(&mut pulse, 4, &[2, 3]));
        assert_eq!(urls(&pulse), [2, 3]);
        assert_eq!(pulse.healthy_looks(), 0);
    }

    #[test]
    fn failures_that_turn_out_to_have_company_make_the_site_no_more_prone_to_strays() {
        let mut pulse = Pulse::default();
        let before = pulse.strays().weight_of_a_failure();
        fail(&mut pulse, 0, &[1, 2, 3]);
        assert!(pulse.strays().weight_of_a_failure() < before);
        pulse.settle(3);
        assert!(
            (pulse.strays().weight_of_a_failure() - before).abs() < 10,
            "but for the looks that were added"
        );
        assert!(urls(&pulse).is_empty());
    }

    #[test]
    fn healthy_looks_before_an_instant_are_told_newest_first_and_from_before_the_excursion_too() {
        let mut pulse = Pulse::default();
        for minute in 0..30 {
            pass(&mut pulse, minute);
        }
        fail(&mut pulse, 30, &[1]);
        pass(&mut pulse, 31);
        let before = pulse.before(minutes(30));
        assert_eq!(before.len(), KEPT);
        assert_eq!(format!("{:?}", before.first()), format!("{:?}", pulse.before(minutes(31)).first()));
        assert!(before.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
