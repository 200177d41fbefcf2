//! Our own share in it: whether a site fails because we ask too fast. Every observation knows the rate at which the site
//! was asked; here is decided what the rates and the failures of many hours say together.
//!
//! The decision that a reader would question: fetches are no witnesses, hours are. The failures of one outage hang
//! together, and a test that took each for a throw of its own would find a threshold in every outage. So an hour speaks
//! once, for or against, and several must speak for it. Slow looks at what had failed, the control, must have stayed well
//! in the same hours: an outage fails them, too.
//!
//! Speaking for it is not enough where a site is mostly asked fast: then most outages fall into fast time by themselves. So
//! the hours are put to a test. Were failures to come at any time alike, those of an hour would come while the site is asked
//! faster than the threshold with the share of the hour in which it is. How probable it is that so many hours speak for it
//! then, is the tail of a Poisson binomial distribution, times the thresholds tried (Bonferroni).
//!
//! All numbers are a model of ours; no source states them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::outcome::Outcome;

/// Steps to a doubling of the rate.
const STEPS_A_DOUBLING: f64 = 2.0;

/// A look at this rate or a slower one, in requests a second, is no load: the control.
pub const CONTROL_RATE: f64 = 1.0;

/// Fewer fetches on a side say nothing in an hour.
const LEAST_FETCHES: u64 = 10;

/// From this share on, failures above the threshold are worth a word.
const FAILS: f64 = 0.05;

/// Up to this share of the failures above, those below do not count.
const A_FRACTION: f64 = 0.2;

/// So many hours must speak for a threshold ...
const LEAST_HOURS: usize = 4;

/// ... and at most one against it for so many of them.
const FOR_EACH_AGAINST: usize = 4;

/// The control must have been looked at so often in those hours, and failed no more than this share.
const LEAST_CONTROLS: u64 = 4;
const CONTROL_FAILS: f64 = 0.1;

/// Were failures below the threshold as frequent as above, so many at least must be expected of the fetches made there: that
/// none of five comes, happens by chance less than once in a hundred hours.
const EXPECTED_BELOW: f64 = 5.0;

/// What would look so by chance more often than this is not told.
const MOST_CHANCE: f64 = 0.01;

/// Fetches at one range of rates in one hour that had one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadRow {
    /// When the hour begins.
    pub hour: DateTime<Utc>,
    /// The range of rates, by [`step`].
    pub step: i64,
    /// They were slow looks at URLs that had failed.
    pub is_control: bool,
    /// What came.
    pub outcome: Outcome,
    /// How often.
    pub fetches: u64,
}

/// Failures that begin above a rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Requests a second above which they begin.
    pub above: f64,
    /// What comes most often there.
    pub outcome: Outcome,
    /// The share of fetches that fail above it, and of those that fail below, in the hours that speak for it.
    pub failing_above: f64,
    /// See `failing_above`.
    pub failing_below: f64,
    /// How many hours speak for it.
    pub hours: usize,
    /// How many slow looks were made in those hours.
    pub controls: u64,
    /// How probable it is that failures which come at any time alike would show any such threshold, from 0 to 1.
    pub chance: f64,
}

/// The range that a rate, in requests a second, lies in. Half of a doubling each.
#[expect(clippy::cast_possible_truncation, reason = "the logarithm of a rate is a small number")]
pub fn step(rate: f64) -> i64 {
    (STEPS_A_DOUBLING * rate.max(0.001).log2()).floor() as i64
}

/// The lowest rate of a range.
#[expect(clippy::cast_precision_loss, reason = "steps are small numbers")]
pub fn lowest(step: i64) -> f64 {
    (step as f64 / STEPS_A_DOUBLING).exp2()
}

/// Fetches, and how many of them failed.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    fetches: u64,
    failing: u64,
    /// How long the site was asked at such a rate, in seconds.
    seconds: f64,
}

/// What an hour has to say of a threshold.
#[derive(Debug, Clone, Copy)]
struct Hour {
    below: Tally,
    above: Tally,
    control: Tally,
}

/// The threshold above which failures begin, if the rows show one.
pub fn threshold(rows: &[LoadRow]) -> Option<Threshold> {
    let mut steps: Vec<i64> = rows.iter().filter(|row| !row.is_control).map(|row| row.step).collect();
    steps.sort_unstable();
    steps.dedup();
    let tried = steps.len().saturating_sub(1);
    let told = steps.into_iter().skip(1).filter_map(|step| weigh(rows, step, tried));
    told.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, threshold)| threshold)
}

/// A threshold for which enough hours speak, and how well it parts what fails from what does not: the logarithm of the
/// likelihood of two shares, one on each side, over all hours.
fn weigh(rows: &[LoadRow], from: i64, tried: usize) -> Option<(f64, Threshold)> {
    let hours = hours(rows, from);
    let speaking: Vec<&Hour> = hours.values().filter(|hour| hour.speaks_for()).collect();
    let against = hours.values().filter(|hour| hour.speaks_against()).count();
    if speaking.len() < LEAST_HOURS || against * FOR_EACH_AGAINST > speaking.len() {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "steps of a rate are few")]
    let chance = (chance_of(&hours, speaking.len()) * tried as f64).min(1.0);
    if chance > MOST_CHANCE {
        return None;
    }
    let sum =
        |part: fn(&Hour) -> Tally| speaking.iter().map(|hour| part(hour)).fold(Tally::default(), Tally::plus);
    let (below, above, control) = (sum(|hour| hour.below), sum(|hour| hour.above), sum(|hour| hour.control));
    if control.fetches < LEAST_CONTROLS || control.share() > CONTROL_FAILS {
        return None;
    }
    let threshold = Threshold {
        above: lowest(from),
        outcome: most_frequent(rows, from)?,
        failing_above: above.share(),
        failing_below: below.share(),
        hours: speaking.len(),
        controls: control.fetches,
        chance,
    };
    let all = |part: fn(&Hour) -> Tally| hours.values().map(part).fold(Tally::default(), Tally::plus);
    let parts = all(|hour| hour.below).log_likelihood() + all(|hour| hour.above).log_likelihood();
    Some((parts, threshold))
}

/// How probable it is that of the hours with failures on any side so many or more speak for the threshold, when each does so
/// with the share of its time above it.
fn chance_of(hours: &BTreeMap<DateTime<Utc>, Hour>, speaking: usize) -> f64 {
    // The probability that of the hours so far, so many speak for it.
    let mut chances = vec![1.0];
    for share in hours.values().filter(|hour| hour.is_failing()).map(Hour::share_above) {
        chances.push(0.0);
        for count in (0..chances.len()).rev() {
            let before = if count == 0 { 0.0 } else { chances[count - 1] };
            chances[count] = chances[count] * (1.0 - share) + before * share;
        }
    }
    chances.iter().skip(speaking).sum()
}

fn hours(rows: &[LoadRow], from: i64) -> BTreeMap<DateTime<Utc>, Hour> {
    let mut hours: BTreeMap<DateTime<Utc>, Hour> = BTreeMap::new();
    for row in rows {
        let none = Tally::default();
        let hour = hours.entry(row.hour).or_insert(Hour { below: none, above: none, control: none });
        let tally = match (row.is_control, row.step >= from) {
            (true, _) => &mut hour.control,
            (false, true) => &mut hour.above,
            (false, false) => &mut hour.below,
        };
        tally.fetches += row.fetches;
        tally.failing += if row.outcome.is_failing() { row.fetches } else { 0 };
        tally.seconds += seconds(row);
    }
    hours
}

/// How long the fetches of a row took to ask for.
#[expect(clippy::cast_precision_loss, reason = "fetches of an hour stay far below 2^52")]
fn seconds(row: &LoadRow) -> f64 {
    row.fetches as f64 / lowest(row.step)
}

/// The failure that comes most often at these rates.
fn most_frequent(rows: &[LoadRow], from: i64) -> Option<Outcome> {
    let mut counts: BTreeMap<Outcome, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_control && row.step >= from && row.outcome.is_failing()) {
        *counts.entry(row.outcome).or_default() += row.fetches;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(outcome, _)| outcome)
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            fetches: self.fetches + other.fetches,
            failing: self.failing + other.failing,
            seconds: self.seconds + other.seconds,
        }
    }

    /// How probable these failures are at their own share, as a logarithm.
    #[expect(clippy::cast_precision_loss, reason = "fetches of a month stay far below 2^52")]
    fn log_likelihood(self) -> f64 {
        let part = |count: u64| {
            if count == 0 { 0.0 } else { count as f64 * (count as f64 / self.fetches as f64).ln() }
        };
        part(self.failing) + part(self.fetches - self.failing)
    }

    /// How many failures are to be expected at this share.
    #[expect(clippy::cast_precision_loss, reason = "fetches of a month stay far below 2^52")]
    fn expected_at(self, share: f64) -> f64 {
        self.fetches as f64 * share
    }

    /// The share that failed; of nothing, nothing.
    #[expect(clippy::cast_precision_loss, reason = "fetches of a month stay far below 2^52")]
    fn share(self) -> f64 {
        if self.fetches == 0 { 0.0 } else { self.failing as f64 / self.fetches as f64 }
    }
}

impl Hour {
    fn has_both_sides(&self) -> bool {
        self.below.fetches >= LEAST_FETCHES && self.above.fetches >= LEAST_FETCHES
    }

    /// Failures of an hour are as good as one: they hang together.
    fn is_failing(&self) -> bool {
        [self.above, self.below].iter().any(|side| side.fetches >= LEAST_FETCHES && side.share() >= FAILS)
    }

    /// The share of its time in which the site was asked faster than the threshold.
    fn share_above(&self) -> f64 {
        let all = self.above.seconds + self.below.seconds;
        if all > 0.0 { self.above.seconds / all } else { 0.0 }
    }

    fn speaks_for(&self) -> bool {
        self.has_both_sides()
            && self.above.share() >= FAILS
            && self.below.expected_at(self.above.share()) >= EXPECTED_BELOW
            && self.below.share() <= A_FRACTION * self.above.share()
    }

    /// Much was asked above the threshold and nothing failed, or below it as much as above.
    fn speaks_against(&self) -> bool {
        let is_well_above = self.above.fetches >= 3 * LEAST_FETCHES && self.above.share() < FAILS / 2.0;
        let fails_below = self.below.fetches >= LEAST_FETCHES && self.below.share() >= FAILS;
        is_well_above || fails_below && !self.speaks_for()
    }
}

#[cfg(test)]
mod tests;
