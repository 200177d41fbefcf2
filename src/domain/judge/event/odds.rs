//! The odds behind an outage that several URLs share: what share of the looks fails, how many healthy ones in a row that
//! makes unlikely, and whether runs of failures are likelier one lottery or several outages. Arithmetic alone; it knows
//! neither URLs nor sections.
//!
//! The decision that a reader would question: a lottery and a row of outages are weighed by their likelihoods, with a
//! prior for each further outage that falls with the time between them. A count of failures alone cannot tell one dead
//! backend of three from three deploys.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// So unlikely must a run of healthy looks be, were the outage still going on, that it counts as over; less likely for a
/// lottery, which has many runs in its life. Our model.
pub(super) const OVER: f64 = 1e-4;
pub(super) const LOTTERY_OVER: f64 = 1e-6;

/// With fewer looks than this, an outage is not taken to fail more than every second fetch: it was noticed because some
/// failures happened to be close together.
const FEW_LOOKS: u32 = 6;

/// So unlikely must a section's healthy looks be, had the outage been there too, that it was not. Our model.
pub(super) const ELSEWHERE: f64 = 0.01;

/// The risk that is taken with each bound of an outage in which only a part of the fetches fails: 98 of 100 shall hold.
/// Our model.
const BOUND: f64 = 0.02;

/// What it costs to take an outage for a lottery, in nats: one in ten is. Our model.
const LOTTERY: f64 = 2.3;

/// When more than this share of the fetches fails, it is no lottery. Our model.
const MOST_OF_A_LOTTERY: f64 = 0.9;

/// A site has an outage a week; that another follows within minutes is chance in a thousand. Our model.
const AN_OUTAGE_EVERY: TimeDelta = TimeDelta::days(7);

/// So many nats against one lottery settle that it is none.
const SETTLED: f64 = 18.0;

/// How often a fetch fails while an outage lasts that is no lottery, and while there is none. Our model.
const FAILS_WITHIN: f64 = 0.98;
const FAILS_WITHOUT: f64 = 0.01;

/// No share is taken to be nearer to 1: everything can be served from a cache once.
pub(super) const MOST: f64 = 0.98;

/// Failing and healthy looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Looks {
    pub(super) failing: u32,
    pub(super) healthy: u32,
}

/// The same, of which older ones fade; in thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FadingLooks(Looks);

impl Looks {
    /// The share of failing ones, held off 0 and 1 as a few looks demand.
    pub(super) fn careful_share(self) -> f64 {
        let most = if self.failing + self.healthy < FEW_LOOKS { 0.5 } else { MOST };
        ((f64::from(self.failing) + 1.0) / (f64::from(self.failing + self.healthy) + 2.0)).min(most)
    }

    /// The plain share; 1 when there are none.
    pub(super) fn share(self) -> f64 {
        if self.healthy == 0 {
            return MOST;
        }
        (f64::from(self.failing) / f64::from(self.failing + self.healthy)).clamp(0.02, MOST)
    }
}

impl FadingLooks {
    const MEMORY: u32 = 24;

    pub(super) fn add(&mut self, failing: u32, healthy: u32) {
        for _ in 0..failing + healthy.min(Self::MEMORY * 4) {
            self.0.failing -= self.0.failing / Self::MEMORY;
            self.0.healthy -= self.0.healthy / Self::MEMORY;
        }
        self.0.failing += failing * 1000;
        self.0.healthy += healthy.min(Self::MEMORY) * 1000;
    }

    pub(super) fn looks(self) -> Looks {
        Looks { failing: self.0.failing.div_ceil(1000), healthy: self.0.healthy / 1000 }
    }
}

/// Looks at a place that failed more than once.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::judge) struct Runs {
    /// Failing looks.
    pub(in crate::domain::judge) failing: u32,
    /// Healthy looks between failing ones of one outage.
    pub(in crate::domain::judge) within: u32,
    /// Healthy looks between the outages.
    pub(in crate::domain::judge) between: u32,
    /// What it costs to take them for several outages, see [`second_cause`].
    pub(in crate::domain::judge) second_causes: f64,
}

/// What it costs, in nats, to say that another outage began by chance so soon after one.
pub(in crate::domain::judge) fn second_cause(gap: TimeDelta) -> f64 {
    const SECOND: TimeDelta = TimeDelta::seconds(1);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a week")]
    let part = gap.max(SECOND).num_seconds() as f64 / AN_OUTAGE_EVERY.num_seconds() as f64;
    -part.min(0.5).ln()
}

/// Whether runs are likelier one lottery than outages, one after another, in each of which every fetch fails. `None`: they
/// are several, and hardly anything to come can change that.
pub(in crate::domain::judge) fn is_lottery(runs: Runs) -> Option<bool> {
    let chances = |share: f64, looks: u32| if looks == 0 { 0.0 } else { f64::from(looks) * share.ln() };
    let healthy = runs.within + runs.between;
    let share = (f64::from(runs.failing) / f64::from(runs.failing + healthy)).min(MOST_OF_A_LOTTERY);
    let one = chances(share, runs.failing) + chances(1.0 - share, healthy) - LOTTERY;
    let several = chances(FAILS_WITHIN, runs.failing)
        + chances(1.0 - FAILS_WITHIN, runs.within)
        + chances(1.0 - FAILS_WITHOUT, runs.between)
        - runs.second_causes;
    if several - one > SETTLED { None } else { Some(one > several) }
}

/// The odds that so many looks in a row are healthy when this share of them fails.
pub(super) fn odds(share: f64, run: u32) -> f64 {
    (1.0 - share).powi(i32::try_from(run).unwrap_or(i32::MAX))
}

/// How many healthy looks in a row rule an outage out in which this share of the looks fails; 1 or more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is clamped between 0.02 and 0.98"
)]
pub(super) fn looks_for(share: f64) -> usize {
    if share >= MOST { 1 } else { ((BOUND.ln() / (1.0 - share).ln()).ceil() as usize).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The costs of so many outages, each so many minutes after the one before.
    fn several(outages: u32, minutes: i64) -> f64 {
        f64::from(outages - 1) * second_cause(TimeDelta::minutes(minutes))
    }

    #[test]
    fn failing_and_healthy_fetches_that_alternate_are_one_lottery() {
        let runs = Runs { failing: 10, within: 20, between: 0, second_causes: 0.0 };
        assert_eq!(is_lottery(runs), Some(true));
        let apart = Runs { failing: 10, within: 0, between: 20, second_causes: several(10, 3) };
        assert_eq!(is_lottery(apart), Some(true), "ten outages within half an hour are nobody's guess");
    }

    #[test]
    fn outages_in_each_of_which_every_fetch_fails_are_several() {
        let runs = Runs { failing: 60, within: 0, between: 60, second_causes: several(2, 30) };
        assert_eq!(is_lottery(runs), None, "and nothing to come is likely to change that");
    }

    #[test]
    fn two_failures_far_apart_are_two_and_the_same_two_close_together_are_one() {
        let runs = |minutes| Runs { failing: 2, within: 0, between: 2, second_causes: several(2, minutes) };
        assert_eq!(is_lottery(runs(3)), Some(true));
        assert_eq!(is_lottery(runs(7 * 24 * 60)), Some(false));
    }

    #[test]
    fn an_outage_in_which_nearly_all_fetches_fail_is_no_lottery() {
        let runs = |within| Runs { failing: 300, within, between: 0, second_causes: 0.0 };
        assert_eq!(is_lottery(runs(100)), Some(true));
        assert_ne!(is_lottery(runs(15)), Some(true), "one of twenty, from some cache");
    }

    #[test]
    fn the_milder_an_outage_the_more_healthy_looks_bound_it() {
        assert_eq!(looks_for(MOST), 1);
        let looks: Vec<usize> = [0.98, 0.5, 0.25, 0.1].into_iter().map(looks_for).collect();
        assert!(looks.windows(2).all(|pair| pair[0] < pair[1]), "{looks:?}");
        for share in [0.5, 0.25, 0.1] {
            let missed = odds(share, u32::try_from(looks_for(share)).unwrap());
            assert!(
                missed <= BOUND,
                "with {share}, so many healthy looks come about by chance with {missed}"
            );
        }
    }

    #[test]
    fn of_a_few_looks_nobody_concludes_that_everything_fails() {
        let few = Looks { failing: FEW_LOOKS - 1, healthy: 0 };
        let many = Looks { failing: 60, healthy: 0 };
        assert!(few.careful_share() <= 0.5 && many.careful_share() > 0.9);
        assert!(Looks::default().share() <= MOST);
    }

    #[test]
    fn what_was_seen_long_ago_fades() {
        let mut lately = FadingLooks::default();
        lately.add(40, 0);
        for _ in 0..100 {
            lately.add(0, 1);
        }
        let looks = lately.looks();
        assert!(looks.failing <= 2 && looks.healthy >= 20, "{looks:?}");
    }
}
