//! What an outage's page says below its headline: how long it can have lasted, between which instants, how sure that is,
//! and why it is judged as it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::headline::Facts;
use super::{instant, length, percent, plural};
use crate::domain::verdict::{Certainty, State, Verdict};

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
            (_, Some(longest)) if shortest.is_zero() => format!("Seen once; at most {}", length(longest)),
            (_, Some(longest)) if length(longest) == length(shortest) => length(shortest),
            (_, Some(longest)) => format!("{least}, at most {}", length(longest)),
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

    /// Certainty, state and extent: "certain, resolved, 310 of 4,812 URLs seen failing".
    pub fn extent(&self, known_urls: u64) -> String {
        let certainty = match self.judgement.certainty {
            Certainty::Certain => "certain".to_owned(),
            Certainty::UpTo(worst) => format!("it may have been {worst}"),
        };
        let urls = plural(self.urls, "URL", "URLs");
        let of =
            if known_urls > self.urls { format!(" of {}", super::count(known_urls)) } else { String::new() };
        format!("{certainty}, {}, {urls}{of} seen failing", self.judgement.state.word())
    }

    /// Time in which nobody looked, when there was any.
    pub fn unseen(&self) -> Option<String> {
        let unknown = self.bounds.unknown;
        (unknown > TimeDelta::zero()).then(|| {
            format!(
                "For {} of this nobody looked; that time is left out of the shortest duration.",
                length(unknown)
            )
        })
    }

    /// Why it is judged as it is.
    pub fn why(&self) -> String {
        let (shortest, longest) = (self.bounds.shortest(), self.bounds.longest(self.now));
        let verdict = match self.judgement.verdict {
            Verdict::Transient => {
                format!(
                    "It failed at one look and was healthy again at the next, within {}.",
                    self.policy.transient_max
                )
            }
            Verdict::Intermittent => self.failing_share.map_or_else(
                || "It fails and recovers, again and again.".to_owned(),
                |share| {
                    format!(
                        "It fails and recovers, again and again: {} of the observed time.",
                        percent(share)
                    )
                },
            ),
            Verdict::Brief => self.why_brief(longest),
            Verdict::Prolonged => format!(
                "It was seen failing for {}, which is more than {}.",
                length(shortest),
                self.policy.brief_max
            ),
            Verdict::Persistent => {
                format!(
                    "It was seen failing for {}, which is more than {}.",
                    length(shortest),
                    self.policy.persistent_after
                )
            }
        };
        match self.judgement.certainty {
            Certainty::UpTo(worst) if longest.is_none() => {
                format!(
                    "{verdict} Nobody saw it healthy before, so it may have begun long ago and have been {worst}."
                )
            }
            Certainty::UpTo(worst) => {
                format!("{verdict} Nobody looked closely enough to rule out that it was {worst}.")
            }
            Certainty::Certain => verdict,
        }
    }

    fn why_brief(&self, longest: Option<TimeDelta>) -> String {
        let line = self.policy.brief_max;
        match longest.filter(|longest| *longest <= line.delta()) {
            Some(longest) if self.judgement.state != State::Ongoing => format!(
                "Even counted from the last good answer to the next good one, it lasted {}. Up to {line}, search engines try again, and slow their crawling of the host only while errors last.",
                length(longest)
            ),
            Some(_) => format!(
                "So far it has lasted less than {line}. Search engines try again, and slow their crawling of the host while errors last."
            ),
            None => format!("It was not seen failing for more than {line}."),
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method's path is not general over the facts' lifetime"
)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::bounds::Bounds;
    use crate::domain::policy::Policy;
    use crate::domain::verdict::Judgement;
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
            failing_share: None,
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
    fn certainty_and_its_lack_are_told_with_their_reason() {
        assert_eq!(
            told(Some(0), 2480, Some(2515), |facts| facts.extent(4812)),
            "certain, resolved, 310 URLs of 4,812 seen failing"
        );
        let why = told(None, 2480, Some(2515), |facts| facts.why());
        assert!(why.ends_with("so it may have begun long ago and have been persistent."), "{why}");
        let why = told(Some(0), 2480, Some(2515), |facts| facts.why());
        assert!(why.starts_with(
            "Even counted from the last good answer to the next good one, it lasted 41 min 55 s."
        ));
    }
}
