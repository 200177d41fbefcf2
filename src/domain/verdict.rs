//! What a search engine makes of an outage: the verdict, how certain it is, and its state.
//!
//! The verdict goes by the shortest time that the outage can have lasted, so that nothing is claimed that was not seen;
//! the certainty says what the longest time would allow. Both follow from the bounds and the policy alone. The
//! thresholds and their sources are rows of [`super::policy::RULES`].

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::bounds::Bounds;
use super::policy::{Policy, Rule, rule};

/// How bad it is, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Failed once, and the confirming re-check was healthy.
    Transient,
    /// Forgiven: crawling slows while it lasts.
    Brief,
    /// Crawling slowed; the index is next.
    Prolonged,
    /// No episode that persists, but failing again and again.
    Intermittent,
    /// URLs start to be dropped from the index.
    Persistent,
}

/// Whether the longest possible duration would give the same verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Both bounds agree.
    Certain,
    /// The worst verdict that the upper bound allows.
    UpTo(Verdict),
}

/// Where an outage stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not seen to be over.
    Ongoing,
    /// Over, but crawl rate and index return late.
    Recovering,
    /// Over and done.
    Resolved,
}

/// Verdict, certainty and state of one outage at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// By the shortest duration.
    pub verdict: Verdict,
    /// By the longest.
    pub certainty: Certainty,
    /// At the instant of judgement.
    pub state: State,
}

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// The instants and the unknown time.
    pub bounds: Bounds,
    /// It has not been seen to be over.
    pub ongoing: bool,
    /// Some URL failed more than once in a row.
    pub confirmed: bool,
    /// Its URLs fail, are healthy and fail again: no URL fails for as long as it lasts.
    pub alternating: bool,
    /// If so: the shortest that it lasted before they did.
    pub solid: TimeDelta,
}

/// Judges one outage or episode.
pub fn judge(case: &Case, now: DateTime<Utc>, policy: &Policy) -> Judgement {
    let verdict = if is_transient(case, policy) {
        Verdict::Transient
    } else {
        case.lasting(case.bounds.shortest(), policy)
    };
    let worst = case.bounds.longest(now).unwrap_or(TimeDelta::MAX);
    let worst = case.lasting(worst, policy);
    Judgement { verdict, certainty: certainty(verdict, worst), state: state(case, now, policy) }
}

impl Case {
    /// The verdict if it lasted so long. No URL persists in an outage in which each fetch is a lottery, however long it
    /// lasts: a search engine that comes back gets its page, sooner or later. But one that persisted before it became a
    /// lottery has cost what it cost.
    fn lasting(&self, lasted: TimeDelta, policy: &Policy) -> Verdict {
        match by_duration(lasted, policy) {
            Verdict::Persistent
                if self.alternating && by_duration(self.solid, policy) != Verdict::Persistent =>
            {
                Verdict::Intermittent
            }
            verdict => verdict,
        }
    }
}

/// The verdict on an outage that is known to have lasted so long.
pub fn by_duration(lasted: TimeDelta, policy: &Policy) -> Verdict {
    if lasted > policy.persistent_after.delta() {
        Verdict::Persistent
    } else if lasted > policy.brief_max.delta() {
        Verdict::Prolonged
    } else {
        Verdict::Brief
    }
}

fn is_transient(case: &Case, policy: &Policy) -> bool {
    let Some(healthy_after) = case.bounds.healthy_after else { return false };
    // When another URL fails later than the confirming look would come, that is a confirmation, too.
    let seen_again = case.bounds.last_failing - case.bounds.first_failing > policy.recheck_wait(0).delta();
    !case.ongoing
        && !case.confirmed
        && !seen_again
        && healthy_after - case.bounds.first_failing <= policy.transient_max.delta()
}

fn certainty(verdict: Verdict, worst: Verdict) -> Certainty {
    // A transient failure that cannot have been more than brief needs no warning.
    if worst <= verdict.max(Verdict::Brief) { Certainty::Certain } else { Certainty::UpTo(worst) }
}

fn state(case: &Case, now: DateTime<Utc>, policy: &Policy) -> State {
    if case.ongoing {
        return State::Ongoing;
    }
    let end = case.bounds.healthy_after.unwrap_or(case.bounds.last_failing);
    if now - end < policy.recovering_for.delta() { State::Recovering } else { State::Resolved }
}

impl Verdict {
    /// All of them, mildest first.
    pub const ALL: [Self; 5] =
        [Self::Transient, Self::Brief, Self::Prolonged, Self::Intermittent, Self::Persistent];

    /// The word of spec, JSON and pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Brief => "brief",
            Self::Intermittent => "intermittent",
            Self::Prolonged => "prolonged",
            Self::Persistent => "persistent",
        }
    }

    /// Whether it costs crawl rate or index beyond its own end.
    pub fn is_costly(self) -> bool {
        match self {
            Self::Transient | Self::Brief => false,
            Self::Intermittent | Self::Prolonged | Self::Persistent => true,
        }
    }

    /// The rule that it rests on; `None` for one that rests on several.
    pub fn rule(self) -> Option<&'static Rule> {
        match self {
            Self::Transient => rule("transient_max"),
            Self::Brief | Self::Prolonged => rule("brief_max"),
            Self::Persistent => rule("persistent_after"),
            Self::Intermittent => None,
        }
    }
}

impl Certainty {
    /// `certain`, or the worst verdict that is possible.
    pub fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::UpTo(worst) => worst.word(),
        }
    }
}

impl State {
    /// The word of spec, JSON and pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ongoing => "ongoing",
            Self::Recovering => "recovering",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl std::str::FromStr for Verdict {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|verdict| verdict.word() == word);
        known.copied().ok_or_else(|| {
            format!(
                "`{word}` is not a verdict: give one of transient, brief, prolonged, intermittent, persistent"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(1000 + hour)
    }

    /// Healthy at `before`, failing from `first` to `last`, healthy again at `after`; in hours.
    fn case(before: Option<i64>, first: i64, last: i64, after: Option<i64>) -> Case {
        Case {
            bounds: Bounds {
                healthy_before: before.map(at),
                first_failing: at(first),
                last_failing: at(last),
                healthy_after: after.map(at),
                unknown: TimeDelta::zero(),
            },
            ongoing: after.is_none(),
            confirmed: true,
            alternating: false,
            solid: TimeDelta::zero(),
        }
    }

    fn judged(case: &Case, now: i64) -> Judgement {
        judge(case, at(now), &Policy::default())
    }

    #[test]
    fn the_verdict_goes_by_the_shortest_duration() {
        for (last, verdict) in [
            (0, Verdict::Brief),
            (24, Verdict::Brief),
            (25, Verdict::Prolonged),
            (48, Verdict::Prolonged),
            (49, Verdict::Persistent),
        ] {
            assert_eq!(judged(&case(Some(-1), 0, last, None), last).verdict, verdict, "{last} h");
        }
    }

    #[test]
    fn it_is_certain_only_when_the_longest_duration_says_the_same() {
        assert_eq!(judged(&case(Some(-1), 0, 20, Some(21)), 30).certainty, Certainty::Certain);
        assert_eq!(
            judged(&case(Some(-10), 0, 20, Some(21)), 30).certainty,
            Certainty::UpTo(Verdict::Prolonged)
        );
        assert_eq!(
            judged(&case(Some(-40), 0, 20, Some(21)), 30).certainty,
            Certainty::UpTo(Verdict::Persistent)
        );
        assert_eq!(judged(&case(None, 0, 20, Some(21)), 30).certainty, Certainty::UpTo(Verdict::Persistent));
    }

    #[test]
    fn time_in_which_nobody_looked_is_no_ground_for_a_verdict() {
        let mut silent = case(Some(-1), 0, 60, None);
        silent.bounds.unknown = TimeDelta::hours(50);
        assert_eq!(judged(&silent, 60).verdict, Verdict::Brief);
        assert_eq!(judged(&silent, 60).certainty, Certainty::UpTo(Verdict::Persistent));
    }

    #[test]
    fn a_single_failure_that_is_healthy_a_little_later_is_transient_and_two_are_not() {
        let mut once = case(Some(0), 0, 0, None);
        once.confirmed = false;
        assert_eq!(judged(&once, 1).verdict, Verdict::Brief, "not yet re-checked");
        once.bounds.healthy_after = Some(at(0) + TimeDelta::seconds(30));
        once.ongoing = false;
        assert_eq!(judged(&once, 1).verdict, Verdict::Transient);
        once.confirmed = true;
        assert_eq!(judged(&once, 1).verdict, Verdict::Brief);
        once.confirmed = false;
        once.bounds.healthy_after = Some(at(5));
        assert_eq!(judged(&once, 9).verdict, Verdict::Brief, "nobody looked again for five hours");
    }

    #[test]
    fn an_ended_outage_recovers_for_three_days_and_is_then_resolved() {
        assert_eq!(judged(&case(Some(-1), 0, 1, None), 2).state, State::Ongoing);
        assert_eq!(judged(&case(Some(-1), 0, 1, Some(2)), 3).state, State::Recovering);
        assert_eq!(judged(&case(Some(-1), 0, 1, Some(2)), 2 + 72).state, State::Resolved);
    }

    #[test]
    fn an_outage_in_which_each_fetch_is_a_lottery_never_persists() {
        let mut lottery = case(Some(-1), 0, 100, None);
        lottery.alternating = true;
        assert_eq!(judged(&lottery, 101).verdict, Verdict::Intermittent);
        assert_eq!(judged(&lottery, 101).certainty, Certainty::Certain);
        lottery.bounds.last_failing = at(30);
        assert_eq!(judged(&lottery, 30).verdict, Verdict::Prolonged);
    }

    #[test]
    fn an_outage_that_persisted_and_then_became_a_lottery_has_persisted() {
        let mut lottery = case(Some(-1), 0, 100, None);
        (lottery.alternating, lottery.solid) = (true, TimeDelta::hours(49));
        assert_eq!(judged(&lottery, 101).verdict, Verdict::Persistent);
        lottery.solid = TimeDelta::hours(48);
        assert_eq!(judged(&lottery, 101).verdict, Verdict::Intermittent);
    }

    #[test]
    fn a_policy_with_only_persistent_after_shortened_gives_persistent_at_once() {
        let mut policy = Policy::default();
        policy.set("persistent_after", "20s").unwrap();
        assert_eq!(by_duration(TimeDelta::seconds(21), &policy), Verdict::Persistent);
        assert_eq!(by_duration(TimeDelta::seconds(20), &policy), Verdict::Brief);
    }

    proptest! {
        #[test]
        fn a_verdict_never_falls_while_an_outage_goes_on(
            steps in prop::collection::vec(0i64..30, 1..20),
            before in prop::option::of(1i64..200),
        ) {
            let mut last = 0;
            let mut verdict = Verdict::Transient;
            for step in steps {
                last += step;
                let now = judged(&case(before.map(|b| -b), 0, last, None), last).verdict;
                prop_assert!(now >= verdict);
                verdict = now;
            }
        }

        #[test]
        fn bounds_always_bracket_and_certain_means_that_any_truth_between_gives_the_verdict(
            start in 1i64..100, seen_after in 0i64..30, lasts in 0i64..100, over in 0i64..60, place in 0.0..1.0f64,
        ) {
            let first = start + seen_after;
            let (last, after) = (first + lasts, first + lasts + over);
            let case = case(Some(start), first, last, Some(after));
            let (shortest, longest) = (case.bounds.shortest(), case.bounds.longest(at(after)).unwrap());
            prop_assert!(shortest <= longest);
            let judgement = judged(&case, after);
            if judgement.certainty == Certainty::Certain {
                #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a place between two bounds")]
                let truth = shortest + TimeDelta::seconds(((longest - shortest).num_seconds() as f64 * place) as i64);
                prop_assert_eq!(by_duration(truth, &Policy::default()), judgement.verdict);
            }
        }
    }
}
