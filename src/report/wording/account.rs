//! What an outage's page says below its headline: how far it reaches, how long it can have lasted and between which
//! instants. Why it is judged as it is stands in [`super::verdict`].

use chrono::{DateTime, Utc};

use super::headline::Facts;
use super::{at_most, count, instant, length, plural};
use crate::domain::verdict::{Certainty, State};

impl Facts<'_> {
    /// "At least 39 min 28 s, at most 41 min 55 s."
    pub fn lasted_exactly(&self) -> String {
        let shortest = self.bounds.shortest();
        let least = format!("At least {}", length(shortest));
        match (self.judgement.state, self.bounds.longest(self.now)) {
            (State::Ongoing, _) if shortest.is_zero() => {
                "Seen once so far, and not seen to be over".to_owned()
            }
            (State::Ongoing, _) => format!("{least}, and going on"),
            (_, None) if shortest.is_zero() => "Seen once; never seen healthy before".to_owned(),
            (_, None) => format!("{least}; never seen healthy before"),
            (_, Some(longest)) if shortest.is_zero() => format!("Seen once; at most {}", at_most(longest)),
            (_, Some(longest)) if at_most(longest) == length(shortest) => length(shortest),
            (_, Some(longest)) => format!("{least}, at most {}", at_most(longest)),
        }
    }

    /// "It began between 21:38 and 21:40 and ended between 22:19 and 22:20", with days and zone.
    pub fn between(&self) -> String {
        let b = &self.bounds;
        let when = |at: DateTime<Utc>| instant(at, self.zone, self.now);
        let began = match b.healthy_before {
            Some(before) => format!("It began between {} and {}", when(before), when(b.first_failing)),
            None => format!("It was failing when first looked at, {}", when(b.first_failing)),
        };
        match b.healthy_after {
            Some(after) => {
                format!("{began}, and ended between {} and {}.", when(b.last_failing), when(after))
            }
            None => format!("{began}. It was last seen failing {}.", when(b.last_failing)),
        }
    }

    /// The day, or the first and the last, and the zone that the times are in.
    pub fn days(&self) -> String {
        let (begin, end) = (self.bounds.first_failing, self.bounds.healthy_after.unwrap_or(self.now));
        let day = |at: DateTime<Utc>| at.with_timezone(&self.zone).format("%A %-d %B %Y").to_string();
        let zone = begin.with_timezone(&self.zone).format("%Z").to_string();
        if day(begin) == day(end) {
            format!("{}, times in {zone}", day(begin))
        } else {
            format!("{} to {}, times in {zone}", day(begin), day(end))
        }
    }

    /// State, certainty and extent: "over; certain; 310 of 4,812 known URLs seen failing".
    pub fn extent(&self, known_urls: u64) -> String {
        let state = match self.judgement.state {
            State::Ongoing => "going on",
            State::Recovering if self.judgement.verdict.is_costly() => "over, recovering",
            State::Recovering | State::Resolved => "over",
        };
        let certainty = match self.judgement.certainty {
            Certainty::Certain => "certain".to_owned(),
            Certainty::UpTo(worst) => format!("not certain, it may be {worst}"),
        };
        let urls = if known_urls > self.urls {
            format!("{} of {} known URLs", count(self.urls), count(known_urls))
        } else {
            plural(self.urls, "URL", "URLs")
        };
        format!("{state}; {certainty}; {urls} seen failing")
    }
}

#[cfg(test)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method's path is not general over the facts' lifetime"
)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::bounds::Bounds;
    use crate::domain::extent::Extent;
    use crate::domain::policy::Policy;
    use crate::domain::verdict::{Judgement, Verdict};
    use crate::report::wording::headline::Scope;

    fn at(second: i64) -> DateTime<Utc> {
        "2026-11-19T21:38:10Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
    }

    fn told(before: Option<i64>, last: i64, after: Option<i64>, tell: fn(&Facts<'_>) -> String) -> String {
        let state = if after.is_some() { State::Resolved } else { State::Ongoing };
        let certainty =
            if before.is_some() { Certainty::Certain } else { Certainty::UpTo(Verdict::Persistent) };
        tell(&Facts {
            site: None,
            scope: Scope::Site,
            urls: 310,
            outcomes: &BTreeMap::new(),
            bounds: Bounds {
                healthy_before: before.map(at),
                first_failing: at(112),
                last_failing: at(last),
                healthy_after: after.map(at),
                unknown: TimeDelta::zero(),
            },
            judgement: Judgement { verdict: Verdict::Brief, certainty, state },
            alternating: false,
            extent: &Extent::default(),
            indexable_urls: None,
            policy: &Policy::default(),
            zone: chrono_tz::UTC,
            now: at(20_000),
        })
    }

    #[test]
    fn how_long_it_lasted_is_told_by_its_two_bounds() {
        for (before, last, after, said) in [
            (Some(0), 2480, Some(2515), "At least 39 min 28 s, at most 41 min 55 s"),
            (Some(0), 112, Some(130), "Seen once; at most 2 min 10 s"),
            (Some(0), 2480, None, "At least 39 min 28 s, and going on"),
            (Some(0), 112, None, "Seen once so far, and not seen to be over"),
            (None, 2480, Some(2515), "At least 39 min 28 s; never seen healthy before"),
            (None, 112, Some(2515), "Seen once; never seen healthy before"),
        ] {
            assert_eq!(told(before, last, after, |facts| facts.lasted_exactly()), said);
        }
    }

    #[test]
    fn the_four_instants_make_a_sentence() {
        assert_eq!(
            told(Some(0), 2480, Some(2515), |facts| facts.between()),
            "It began between Thu 19 Nov, 21:38 UTC and Thu 19 Nov, 21:40 UTC, and ended between Thu 19 Nov, 22:19 UTC and Thu 19 Nov, 22:20 UTC."
        );
        assert_eq!(
            told(None, 2480, None, |facts| facts.between()),
            "It was failing when first looked at, Thu 19 Nov, 21:40 UTC. It was last seen failing Thu 19 Nov, 22:19 UTC."
        );
        assert_eq!(
            told(Some(0), 2480, Some(2515), |facts| facts.days()),
            "Thursday 19 November 2026, times in UTC"
        );
    }

    #[test]
    fn state_certainty_and_extent_make_a_line() {
        assert_eq!(
            told(Some(0), 2480, Some(2515), |facts| facts.extent(4812)),
            "over; certain; 310 of 4,812 known URLs seen failing"
        );
        assert_eq!(
            told(None, 2480, None, |facts| facts.extent(310)),
            "going on; not certain, it may be persistent; 310 URLs seen failing"
        );
    }
}
