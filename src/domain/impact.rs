//! The indexing clock: how far a failing URL is on its way out of the index, and when it crosses the next line.
//!
//! The stage goes by the shortest time that it can have failed, as verdicts do. The lines are rows of
//! [`super::policy::RULES`]. An outage in which each fetch fails by chance crosses none of them: its URLs answer in between,
//! and each URL's own clock begins anew. Whether a URL can be in the index at all is said by [`super::indexability`]; an outage of
//! URLs that cannot has no stage, however long it lasts.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::bounds::Bounds;
use super::outage::Outage;
use super::policy::{Policy, Rule, rule};
use super::span::Span;

/// How far the index is concerned, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not at all.
    None,
    /// Crawling is slowed, the index is next.
    AtRisk,
    /// URLs start to be dropped.
    Dropping,
    /// Treated like a 404.
    TreatedAsGone,
    /// The URLs' signals fade.
    SignalsFade,
}

/// The indexing clock of a URL or of an outage at one instant.
#[derive(Debug, Clone, Copy)]
pub struct IndexClock {
    /// How far it is.
    pub stage: Stage,
    /// When the next line is crossed if it goes on; `None`: it is over, there is no next line, or nothing is indexed.
    pub next_stage_at: Option<DateTime<Utc>>,
    /// The stage behind the next line; `None` as above.
    pub next_stage: Option<Stage>,
    /// The rule that the stage rests on.
    pub rule: Option<&'static Rule>,
}

/// The stages with the keys of the rules whose line leads into them.
const LINES: [(Stage, &str); 4] = [
    (Stage::AtRisk, "brief_max"),
    (Stage::Dropping, "persistent_after"),
    (Stage::TreatedAsGone, "treated_as_gone_after"),
    (Stage::SignalsFade, "signals_fade_after"),
];

/// The rule that holds before any line is crossed.
const FIRST_LINE: &str = "brief_max";

/// Reads the clock of an outage of which so many URLs can be indexed.
pub fn index_clock(outage: &Outage, indexable_urls: u64, policy: &Policy) -> IndexClock {
    if indexable_urls == 0 || outage.alternating {
        return IndexClock {
            stage: Stage::None,
            next_stage_at: None,
            next_stage: None,
            rule: rule(FIRST_LINE),
        };
    }
    url_clock(&outage.bounds, outage.ongoing, policy)
}

/// Reads the clock of one URL that can be indexed, by the bounds of its episode.
pub fn url_clock(bounds: &Bounds, ongoing: bool, policy: &Policy) -> IndexClock {
    let failed = bounds.shortest();
    let lines = LINES.map(|(stage, key)| (stage, key, line(policy, stage)));
    let crossed = lines.iter().rev().find(|(_, _, line)| failed > line.delta());
    let next = lines.iter().find(|(_, _, line)| failed <= line.delta()).filter(|_| ongoing);
    IndexClock {
        stage: crossed.map_or(Stage::None, |(stage, _, _)| *stage),
        next_stage_at: next.map(|(_, _, line)| bounds.first_failing + bounds.unknown + line.delta()),
        next_stage: next.map(|(stage, _, _)| *stage),
        rule: rule(crossed.map_or(FIRST_LINE, |(_, key, _)| key)),
    }
}

fn line(policy: &Policy, stage: Stage) -> Span {
    match stage {
        Stage::None => Span::seconds(0),
        Stage::AtRisk => policy.brief_max,
        Stage::Dropping => policy.persistent_after,
        Stage::TreatedAsGone => policy.treated_as_gone_after,
        Stage::SignalsFade => policy.signals_fade_after,
    }
}

impl Stage {
    /// All of them, mildest first.
    pub const ALL: [Self; 5] =
        [Self::None, Self::AtRisk, Self::Dropping, Self::TreatedAsGone, Self::SignalsFade];

    /// The word of JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::AtRisk => "at_risk",
            Self::Dropping => "dropping",
            Self::TreatedAsGone => "treated_as_gone",
            Self::SignalsFade => "signals_fade",
        }
    }

    /// The rule whose line leads into it; `None`: no line does.
    pub fn rule(self) -> Option<&'static Rule> {
        LINES.iter().find(|(stage, _)| *stage == self).and_then(|(_, key)| rule(key))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::observation::Observer;
    use crate::domain::outage::Scope;
    use crate::domain::policy::Basis;

    fn outage(hours: i64, ongoing: bool) -> Outage {
        let start = DateTime::UNIX_EPOCH;
        Outage {
            observer: Observer::gatecrawl(),
            scope: Scope::Url,
            bounds: Bounds {
                healthy_before: None,
                first_failing: start,
                last_failing: start + TimeDelta::hours(hours),
                healthy_after: (!ongoing).then(|| start + TimeDelta::hours(hours + 1)),
                unknown: TimeDelta::zero(),
            },
            ongoing,
            confirmed: true,
            alternating: false,
            solid: TimeDelta::zero(),
            url_count: 1,
            outcomes: BTreeMap::new(),
            wasted_fetches: 1,
            wasted: TimeDelta::zero(),
        }
    }

    #[test]
    fn the_clock_crosses_its_lines_at_24_h_48_h_7_d_and_30_d() {
        let policy = Policy::default();
        for (hours, stage, next) in [
            (1, Stage::None, Some(24)),
            (24, Stage::None, Some(24)),
            (25, Stage::AtRisk, Some(48)),
            (49, Stage::Dropping, Some(7 * 24)),
            (8 * 24, Stage::TreatedAsGone, Some(30 * 24)),
            (31 * 24, Stage::SignalsFade, None),
        ] {
            let clock = index_clock(&outage(hours, true), 1, &policy);
            let expected = next.map(|hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours));
            assert_eq!((clock.stage, clock.next_stage_at), (stage, expected), "{hours} h");
            let following = Stage::ALL.into_iter().find(|later| *later > stage);
            assert_eq!(clock.next_stage, following, "{hours} h");
        }
    }

    #[test]
    fn the_lines_of_a_week_and_of_a_month_are_reported_and_the_earlier_ones_documented() {
        let basis = |stage: Stage| stage.rule().map(|rule| rule.basis);
        let (documented, reported) = (Some(Basis::Documented), Some(Basis::Reported));
        assert_eq!([Stage::AtRisk, Stage::Dropping].map(basis), [documented; 2]);
        assert_eq!([Stage::TreatedAsGone, Stage::SignalsFade].map(basis), [reported; 2]);
        assert_eq!(basis(Stage::None), None);
    }

    #[test]
    fn an_outage_that_is_over_crosses_no_further_line() {
        let clock = index_clock(&outage(25, false), 1, &Policy::default());
        assert_eq!((clock.stage, clock.next_stage_at), (Stage::AtRisk, None));
    }

    #[test]
    fn an_outage_of_urls_that_cannot_be_indexed_has_no_stage_however_long_it_lasts() {
        let clock = index_clock(&outage(40 * 24, true), 0, &Policy::default());
        assert_eq!((clock.stage, clock.next_stage_at), (Stage::None, None));
    }

    #[test]
    fn an_outage_in_which_each_fetch_fails_by_chance_crosses_no_line() {
        let lottery = Outage { alternating: true, ..outage(40 * 24, true) };
        let clock = index_clock(&lottery, 9, &Policy::default());
        assert_eq!((clock.stage, clock.next_stage_at), (Stage::None, None));
    }

    #[test]
    fn time_in_which_nobody_looked_moves_the_clock_back() {
        let mut outage = outage(50, true);
        outage.bounds.unknown = TimeDelta::hours(10);
        let clock = url_clock(&outage.bounds, true, &Policy::default());
        assert_eq!(clock.stage, Stage::AtRisk);
        assert_eq!(clock.next_stage_at, Some(DateTime::UNIX_EPOCH + TimeDelta::hours(58)));
    }
}
