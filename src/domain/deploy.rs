//! Deploys that somebody recorded, and which of them an outage began with.
//!
//! "Began with" is a matter of time alone, not of cause: the outage began within the policy's `deploy_window` after the
//! mark. A begin that was sampled is an interval, after the last good answer and up to the first failing one, so there
//! are two ways to say it. It is *certain* when the whole interval lies in the window: the site was still seen healthy at
//! or after the mark, and failing before the window closed. It is *possible* when the two only overlap: the deploy lies
//! between the last good answer and the first failing one, or the failing one came after the window. A site that was
//! never seen healthy may have failed since ever; there only the first failing answer counts, and it must itself lie in
//! the window.
//!
//! Only the latest mark up to the first failing answer is asked, even where an earlier one would be certain: by then the
//! later deploy was what ran. No earlier one is missed by that, for its window closes sooner.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use thiserror::Error;

use super::bounds::Bounds;
use super::observation::{DeployId, SiteId};
use super::span::Span;

/// A recorded deploy of one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployMark {
    /// Its row.
    pub id: DeployId,
    /// Of which site.
    pub site: SiteId,
    /// When and what.
    pub deploy: Deploy,
}

/// A deploy that may be recorded: its instant and name have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    at: DateTime<Utc>,
    name: Option<String>,
}

/// A deploy that cannot be recorded.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadDeploy {
    /// Not an instant.
    #[error(
        "`{0}` is not an instant: write it with its zone, as 2026-11-01T09:00:00Z or 2026-11-01T10:00:00+01:00"
    )]
    Instant(String),
    /// It is still to come.
    #[error(
        "{} is still to come, by more than an hour: a deploy is recorded when it is done; check its zone, or the clock",
        rfc3339(*.0)
    )]
    Ahead(DateTime<Utc>),
    /// Nobody remembers it.
    #[error("{} lies more than ten years back: check the year", rfc3339(*.0))]
    Old(DateTime<Utc>),
    /// The name is too long.
    #[error(
        "the name of the deploy has {0} characters: give at most {LONGEST_NAME}, such as a tag or a commit"
    )]
    LongName(usize),
    /// The name has characters that cannot be shown.
    #[error("the name of the deploy holds a line break or another control character: give plain text")]
    ControlName,
}

/// A name has so many characters at most: a commit's 40 or 64, a tag, a short sentence.
pub const LONGEST_NAME: usize = 100;
/// Clocks differ, and a deploy may be recorded as it begins. Further ahead, a zone or a clock is wrong.
const MOST_AHEAD: TimeDelta = TimeDelta::hours(1);
/// Further back, the year is mistyped.
const MOST_BACK: TimeDelta = TimeDelta::days(3660);

/// How surely an outage began within the window after a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Wherever in its interval it began.
    Certain,
    /// For some instants of its interval.
    Possible,
}

/// The deploy that an outage names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeganWith {
    /// Which.
    pub deploy: Deploy,
    /// How surely.
    pub certainty: Certainty,
    /// From the deploy to the last instant at which the outage can not have begun; zero when that lies before the deploy.
    pub at_least: TimeDelta,
    /// From the deploy to the first failing answer.
    pub at_most: TimeDelta,
}

impl Deploy {
    /// A deploy at this instant (`None`: now). A name is trimmed; a blank one is none.
    pub fn new(at: Option<DateTime<Utc>>, name: Option<&str>, now: DateTime<Utc>) -> Result<Self, BadDeploy> {
        let at = at.unwrap_or(now);
        let name = name.unwrap_or_default().trim();
        let length = name.chars().count();
        match () {
            () if at > now + MOST_AHEAD => Err(BadDeploy::Ahead(at)),
            () if at < now - MOST_BACK => Err(BadDeploy::Old(at)),
            () if length > LONGEST_NAME => Err(BadDeploy::LongName(length)),
            () if name.chars().any(char::is_control) => Err(BadDeploy::ControlName),
            () => Ok(Self::stored(at, name)),
        }
    }

    /// A deploy as it was recorded once; an empty name is none.
    pub fn stored(at: DateTime<Utc>, name: &str) -> Self {
        Self { at, name: (!name.is_empty()).then(|| name.to_owned()) }
    }

    /// When it was.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// What it was called, such as a tag.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether an outage with these bounds began within `window` after it; `None`: it did not, for all that was seen.
    pub fn began(&self, bounds: &Bounds, window: Span) -> Option<BeganWith> {
        let closes = self.at + window.delta();
        let (last_good, first_failing) = (bounds.healthy_before, bounds.first_failing);
        let in_window = first_failing <= closes;
        let overlaps = first_failing >= self.at && last_good.map_or(in_window, |good| good < closes);
        let certain = in_window && last_good.is_some_and(|good| good >= self.at);
        overlaps.then(|| BeganWith {
            deploy: self.clone(),
            certainty: if certain { Certainty::Certain } else { Certainty::Possible },
            at_least: last_good.map_or(TimeDelta::zero(), |good| (good - self.at).max(TimeDelta::zero())),
            at_most: first_failing - self.at,
        })
    }
}

/// The deploy with which an outage of these bounds began, out of all that were recorded of its site.
pub fn began_with(bounds: &Bounds, marks: &[DeployMark], window: Span) -> Option<BeganWith> {
    let before = marks.iter().filter(|mark| mark.deploy.at <= bounds.first_failing);
    let latest = before.max_by_key(|mark| (mark.deploy.at, mark.id))?;
    latest.deploy.began(bounds, window)
}

/// An instant as people type it: RFC 3339, which names its zone. Parts of a millisecond are cut off.
pub fn parse_instant(text: &str) -> Result<DateTime<Utc>, BadDeploy> {
    let at = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| BadDeploy::Instant(text.to_owned()))?;
    DateTime::from_timestamp_millis(at.timestamp_millis()).ok_or_else(|| BadDeploy::Instant(text.to_owned()))
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Span = Span::minutes(15);

    fn at(minute: i64) -> DateTime<Utc> {
        "2026-11-01T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
    }

    fn mark(id: i64, minute: i64, name: &str) -> DeployMark {
        DeployMark { id: DeployId(id), site: SiteId(1), deploy: Deploy::stored(at(minute), name) }
    }

    /// Last good at `good`, first failing at `failing`; in minutes.
    fn bounds(good: Option<i64>, failing: i64) -> Bounds {
        Bounds {
            healthy_before: good.map(at),
            first_failing: at(failing),
            last_failing: at(failing + 30),
            healthy_after: None,
            unknown: TimeDelta::zero(),
        }
    }

    /// How a deploy in minute 0 is named by an outage.
    fn named(good: Option<i64>, failing: i64) -> Option<Certainty> {
        began_with(&bounds(good, failing), &[mark(1, 0, "v1")], WINDOW).map(|began| began.certainty)
    }

    #[test]
    fn it_is_certain_when_the_site_was_seen_healthy_after_the_deploy_and_failing_within_the_window() {
        assert_eq!(named(Some(1), 2), Some(Certainty::Certain));
        assert_eq!(named(Some(0), 15), Some(Certainty::Certain), "both ends belong to the window");
    }

    #[test]
    fn it_is_possible_when_the_deploy_lies_between_the_last_good_and_the_first_failing_answer() {
        assert_eq!(named(Some(-1), 2), Some(Certainty::Possible));
        assert_eq!(named(Some(-600), 600), Some(Certainty::Possible), "hours in which nobody looked");
        assert_eq!(named(Some(-1), 0), Some(Certainty::Possible), "failing at the very instant");
    }

    #[test]
    fn it_is_possible_when_the_first_failing_answer_came_after_the_window_but_the_last_good_one_within() {
        assert_eq!(named(Some(5), 16), Some(Certainty::Possible));
    }

    #[test]
    fn an_outage_that_began_before_the_deploy_or_after_its_window_does_not_name_it() {
        assert_eq!(named(Some(-10), -1), None);
        assert_eq!(named(Some(15), 20), None, "it was healthy when the window closed");
        assert_eq!(named(Some(100), 101), None);
    }

    #[test]
    fn a_site_never_seen_healthy_names_a_deploy_only_when_it_was_seen_failing_within_the_window() {
        assert_eq!(named(None, 15), Some(Certainty::Possible));
        assert_eq!(named(None, 16), None, "it may have failed since ever");
    }

    #[test]
    fn the_latest_deploy_before_the_first_failing_answer_is_named_and_the_first_one_after_it_is_not() {
        let marks = [mark(1, 0, "v1"), mark(3, 8, "v3"), mark(2, 5, "v2")];
        let name = |failing| {
            let began = began_with(&bounds(Some(failing - 1), failing), &marks, WINDOW).unwrap();
            began.deploy.name().unwrap().to_owned()
        };
        assert_eq!([name(4), name(6), name(8), name(20)], ["v1", "v2", "v3", "v3"]);
        let twice = [mark(1, 0, "first"), mark(2, 0, "last")];
        assert_eq!(began_with(&bounds(Some(1), 2), &twice, WINDOW).unwrap().deploy.name(), Some("last"));
    }

    #[test]
    fn it_says_how_long_after_the_deploy_the_outage_began_at_least_and_at_most() {
        let after = |good, failing| {
            let began = began_with(&bounds(good, failing), &[mark(1, 0, "")], WINDOW).unwrap();
            (began.at_least.num_minutes(), began.at_most.num_minutes())
        };
        assert_eq!(after(Some(1), 2), (1, 2));
        assert_eq!(after(Some(-5), 2), (0, 2));
        assert_eq!(after(None, 2), (0, 2));
    }

    #[test]
    fn a_name_is_trimmed_and_a_blank_one_is_none() {
        let name = |text| Deploy::new(None, text, at(0)).unwrap().name().map(str::to_owned);
        assert_eq!(name(Some("  v1.2.3\n")), Some("v1.2.3".to_owned()));
        assert_eq!((name(Some("  ")), name(None)), (None, None));
        assert_eq!(Deploy::new(None, None, at(0)).unwrap().at(), at(0), "now, when no instant is given");
    }

    #[test]
    fn what_cannot_be_a_deploy_is_refused_with_its_reason() {
        let refusal = |minute, name: &str| Deploy::new(Some(at(minute)), Some(name), at(0)).unwrap_err();
        assert!(Deploy::new(Some(at(60)), Some(&"ä".repeat(100)), at(0)).is_ok());
        assert_eq!(refusal(61, "v1"), BadDeploy::Ahead(at(61)));
        assert!(refusal(61, "v1").to_string().contains("2026-11-01T10:01:00Z is still to come"));
        assert_eq!(refusal(-3661 * 24 * 60, "v1"), BadDeploy::Old(at(-3661 * 24 * 60)));
        assert_eq!(refusal(0, &"x".repeat(101)), BadDeploy::LongName(101));
        assert_eq!(refusal(0, "v1\u{1b}[31m"), BadDeploy::ControlName);
        assert!(parse_instant("yesterday").unwrap_err().to_string().contains("2026-11-01T09:00:00Z"));
        assert!(parse_instant("2026-11-01T09:00:00").is_err(), "without a zone it may be any of 40 instants");
        assert_eq!(parse_instant("2026-11-01T10:00:00.0009+01:00"), Ok(at(0)));
    }

    proptest! {
        #[test]
        fn certain_means_that_any_begin_in_the_interval_lies_in_the_window_and_unnamed_that_none_does(
            good in -60i64..60, seen_after in 1i64..60, place in 1i64..=60, window in 0u64..60,
        ) {
            let failing = good + seen_after;
            // Some instant after the last good answer, up to the first failing one.
            let begin = good + 1 + (place - 1) % seen_after;
            let lies_in = (0..=i64::try_from(window).unwrap()).contains(&begin);
            let marks = [mark(1, 0, "v1")];
            match began_with(&bounds(Some(good), failing), &marks, Span::minutes(window)).map(|b| b.certainty) {
                Some(Certainty::Certain) => prop_assert!(lies_in),
                Some(Certainty::Possible) => {}
                None => prop_assert!(!lies_in),
            }
        }
    }
}
