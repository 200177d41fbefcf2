//! What is told of a robots.txt that cannot be had: by the ladder of its own, and not by the lines for other URLs, because
//! an hour that would be forgiven elsewhere stops all crawling of the host here.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::headline::{Facts, Scope};
use super::instant;
use crate::domain::robots_ladder::{Authority, Failure, Phase, standing};
use crate::domain::verdict::{State, Verdict};

/// The path of robots.txt.
pub const PATH: &str = "/robots.txt";

/// What Google does now, and from when on what else.
pub fn consequence(failure: &Failure, zone: Tz, now: DateTime<Utc>) -> String {
    let Some(standing) = standing(Authority::Google, failure, now) else { return String::new() };
    let next =
        standing.next.map(|(step, at)| format!(" From {} on, {}.", instant(at, zone, now), then(step.phase)));
    format!("{}{}", standing.step.says, next.unwrap_or_default())
}

/// What Google will do, as the end of a sentence.
fn then(phase: Phase) -> &'static str {
    match phase {
        Phase::Stopped | Phase::StoppedAsDown | Phase::CompleteDisallow => "it stops again",
        Phase::LastGoodCopy => "it crawls by its last good copy",
        Phase::NoRestrictions | Phase::AccessAll => "it assumes that everything may be crawled",
        Phase::NoRobotsTxt | Phase::AccessAllOrCopy => "it behaves as if there were no robots.txt",
    }
}

impl Facts<'_> {
    /// What it means that robots.txt alone fails; `None`: something else fails, or it is over.
    pub(super) fn robots_meaning(&self) -> Option<String> {
        Some(consequence(&self.robots_failure()?, self.zone, self.now))
    }

    /// What to do about it; `None` as above.
    pub(super) fn robots_advice(&self) -> Option<String> {
        let advice = "This comes first: a host whose robots.txt fails is not crawled. Let robots.txt answer 200, or 404 if there is none; never 503 or 429, not even for maintenance.";
        self.robots_failure().map(|_| advice.to_owned())
    }

    /// How robots.txt fails, when it alone does and is not over.
    pub(super) fn robots_failure(&self) -> Option<Failure> {
        let is_ongoing =
            self.judgement.state == State::Ongoing && self.judgement.verdict != Verdict::Transient;
        let is_robots = self.scope == Scope::Url(PATH) && self.urls == 1;
        let newest = self.outcomes.iter().max_by_key(|(_, urls)| **urls).map(|(outcome, _)| *outcome)?;
        (is_ongoing && is_robots).then(|| Failure {
            since: self.bounds.first_failing,
            outcome: newest,
            has_copy: self.bounds.healthy_before.is_some(),
            site_is_up: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::bounds::Bounds;
    use crate::domain::extent::Extent;
    use crate::domain::policy::Policy;
    use crate::domain::verdict::{Certainty, Judgement};

    fn facts<T>(path: &str, hours: i64, state: State, tell: impl Fn(&Facts<'_>) -> T) -> T {
        let first_failing = "2026-11-19T21:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let now = first_failing + TimeDelta::hours(hours);
        tell(&Facts {
            site: None,
            scope: Scope::Url(path),
            urls: 1,
            outcomes: &BTreeMap::from([("503".parse().unwrap(), 1)]),
            bounds: Bounds {
                healthy_before: Some(first_failing - TimeDelta::minutes(5)),
                first_failing,
                last_failing: now,
                healthy_after: (state != State::Ongoing).then_some(now),
                unknown: TimeDelta::zero(),
            },
            judgement: Judgement { verdict: Verdict::Brief, certainty: Certainty::Certain, state },
            alternating: false,
            extent: &Extent::default(),
            indexable_urls: None,
            policy: &Policy::default(),
            zone: chrono_tz::UTC,
            now,
        })
    }

    #[test]
    fn a_failing_robots_txt_is_never_called_forgiven() {
        let headline = |hours| facts(PATH, hours, State::Ongoing, |f| f.headline().to_string());
        assert_eq!(
            headline(3),
            "/robots.txt has answered 503 for three hours. Google stops crawling the whole host, and keeps asking for robots.txt. From Fri 20 Nov, 09:00 UTC on, it crawls by its last good copy."
        );
        assert!(headline(13).contains("Google crawls again, by the last good copy that it has."));
        assert!(headline(31 * 24).ends_with("everything may be crawled."));
        assert!(facts(PATH, 3, State::Ongoing, |f| f.advice()[0].clone()).contains("never 503"));
    }

    #[test]
    fn another_url_and_a_robots_txt_that_answers_again_are_judged_as_usual() {
        assert!(facts("/a", 3, State::Ongoing, |f| f.headline().to_string()).contains("forgiven"));
        assert!(facts(PATH, 3, State::Resolved, |f| f.headline().to_string()).contains("It was brief"));
    }
}
