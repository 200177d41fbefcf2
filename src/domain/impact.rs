//! The indexing clock: how far a failing URL is on its way out of the index, and when it crosses the next line.
//!
//! The stage goes by the shortest time that it can have failed, as verdicts do. The lines are rows of
//! [`super::policy::RULES`].

use chrono::{DateTime, Utc};
use serde::Serialize;

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

/// The indexing clock of an outage at one instant.
#[derive(Debug, Clone, Copy)]
pub struct IndexClock {
    /// How far it is.
    pub stage: Stage,
    /// When the next line is crossed if the outage goes on; `None`: it is over, or there is no next line.
    pub next_stage_at: Option<DateTime<Utc>>,
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

/// Reads the clock of an outage.
pub fn index_clock(outage: &Outage, policy: &Policy) -> IndexClock {
    let failed = outage.bounds.shortest();
    let lines = LINES.map(|(stage, key)| (stage, key, line(policy, stage)));
    let crossed = lines.iter().rev().find(|(_, _, line)| failed > line.delta());
    let next = lines.iter().find(|(_, _, line)| failed <= line.delta()).filter(|_| outage.ongoing);
    IndexClock {
        stage: crossed.map_or(Stage::None, |(stage, _, _)| *stage),
        next_stage_at: next
            .map(|(_, _, line)| outage.bounds.first_failing + outage.bounds.unknown + line.delta()),
        rule: rule(crossed.map_or("brief_max", |(_, key, _)| key)),
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
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::bounds::Bounds;
    use crate::domain::observation::Observer;
    use crate::domain::outage::Scope;

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
            (25, Stage::AtRisk, Some(48)),
            (49, Stage::Dropping, Some(7 * 24)),
            (8 * 24, Stage::TreatedAsGone, Some(30 * 24)),
            (31 * 24, Stage::SignalsFade, None),
        ] {
            let clock = index_clock(&outage(hours, true), &policy);
            let expected = next.map(|hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours));
            assert_eq!((clock.stage, clock.next_stage_at), (stage, expected), "{hours} h");
        }
    }

    #[test]
    fn an_outage_that_is_over_crosses_no_further_line() {
        let clock = index_clock(&outage(25, false), &Policy::default());
        assert_eq!((clock.stage, clock.next_stage_at), (Stage::AtRisk, None));
    }
}
