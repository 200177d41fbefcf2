//! How it reads that an outage began with a deploy: "It began 1 to 2 min after deploy v1.2.3." when that is certain, and
//! "It may have begun with deploy v1.2.3, ..." when it is only possible. A deploy is never called the cause.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{length, range, since};
use crate::domain::deploy::{BeganWith, Certainty, Deploy};

/// The sentence for the outage's own page and for its report: "It began 1 to 2 min after deploy v1.2.3."
pub fn sentence(began: &BeganWith, zone: Tz, now: DateTime<Utc>) -> String {
    let hint = hint(began, zone, now);
    match began.certainty {
        Certainty::Certain => format!("It {hint}."),
        Certainty::Possible if began.at_most < TimeDelta::seconds(1) => {
            format!("It {hint}, at the first failing answer.")
        }
        Certainty::Possible => {
            format!("It {hint}, {} before the first failing answer.", length(began.at_most))
        }
    }
}

/// The same words for a list: `began 1 to 2 min after deploy v1.2.3`, `may have begun with deploy v1.2.3`.
pub fn hint(began: &BeganWith, zone: Tz, now: DateTime<Utc>) -> String {
    let name = named(&began.deploy, zone, now);
    match began.certainty {
        Certainty::Certain => format!("began {} after {name}", range(began.at_least, Some(began.at_most))),
        Certainty::Possible => format!("may have begun with {name}"),
    }
}

/// `deploy v1.2.3`, or `the deploy of 21:38` where it has no name.
pub fn named(deploy: &Deploy, zone: Tz, now: DateTime<Utc>) -> String {
    match deploy.name() {
        Some(name) => format!("deploy {name}"),
        None => format!("the deploy of {}", since(deploy.at(), zone, now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(certainty: Certainty, name: &str, at_least: i64, at_most: i64) -> [String; 2] {
        let at = "2026-11-19T21:38:10Z".parse().unwrap();
        let began = BeganWith {
            deploy: Deploy::stored(at, name),
            certainty,
            at_least: TimeDelta::seconds(at_least),
            at_most: TimeDelta::seconds(at_most),
        };
        [sentence(&began, Tz::UTC, at), hint(&began, Tz::UTC, at)]
    }

    #[test]
    fn a_certain_begin_is_told_by_its_two_bounds() {
        assert_eq!(
            told(Certainty::Certain, "v1.2.3", 61, 120),
            ["It began 1 to 2 min after deploy v1.2.3.", "began 1 to 2 min after deploy v1.2.3"]
        );
        assert_eq!(told(Certainty::Certain, "v1.2.3", 120, 120)[0], "It began 2 min after deploy v1.2.3.");
        assert_eq!(
            told(Certainty::Certain, "", 0, 280),
            [
                "It began under 5 min after the deploy of 21:38.",
                "began under 5 min after the deploy of 21:38"
            ]
        );
    }

    #[test]
    fn a_possible_one_says_may() {
        assert_eq!(
            told(Certainty::Possible, "v1.2.3", 0, 2400),
            [
                "It may have begun with deploy v1.2.3, 40 min before the first failing answer.",
                "may have begun with deploy v1.2.3"
            ]
        );
        assert_eq!(
            told(Certainty::Possible, "v1", 0, 0)[0],
            "It may have begun with deploy v1, at the first failing answer."
        );
    }
}
