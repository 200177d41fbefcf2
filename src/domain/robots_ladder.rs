//! The robots.txt ladder: what a search crawler does with a host whose robots.txt cannot be had, step by step, for Google
//! and for RFC 9309 side by side.
//!
//! A step is a row of [`STEPS`]: whose it is, from when on, under which circumstances, and by whose word. The ladder is
//! not the verdict on an outage; it has lines of its own, and a robots.txt that fails for an hour stops all crawling
//! while any other URL would be forgiven. Google says "for the next 30 days" after its first 12 hours; the 30 days are
//! counted here from the first failure, as RFC 9309 counts them, so that both columns have one clock.

use chrono::{DateTime, Utc};

use super::outcome::Outcome;
use super::policy::Basis;
use super::span::Span;

/// Whose rules they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// Google's crawlers, as Google documents them.
    Google,
    /// The standard, RFC 9309.
    Rfc9309,
}

/// What becomes of crawling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// All crawling of the host stops.
    Stopped,
    /// It stops again, because the whole site cannot be had either.
    StoppedAsDown,
    /// The last good copy is used.
    LastGoodCopy,
    /// Nothing is forbidden, for want of a copy.
    NoRestrictions,
    /// As if there were no robots.txt.
    NoRobotsTxt,
    /// Everything counts as forbidden.
    CompleteDisallow,
    /// Everything may be crawled.
    AccessAll,
    /// Everything may be crawled, or a cached copy is used.
    AccessAllOrCopy,
}

/// One step of the ladder.
#[derive(Debug)]
pub struct Step {
    /// Whose step it is.
    pub authority: Authority,
    /// From when on, counted from the first failure.
    pub from: Span,
    /// Only with a good copy (`true`) or without one; `None`: either way.
    copy: Option<bool>,
    /// Only while the site is generally available (`true`) or is not; `None`: either way.
    site_up: Option<bool>,
    /// Only when robots.txt answers 429 (`true`) or fails otherwise; `None`: either way.
    limited: Option<bool>,
    /// What becomes of crawling.
    pub phase: Phase,
    /// The same in a sentence.
    pub says: &'static str,
    /// How well it is founded.
    pub basis: Basis,
    /// The source's own words.
    pub quote: &'static str,
    /// Where they stand.
    pub source: &'static str,
}

/// A robots.txt that cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// The first failing answer since the last good one.
    pub since: DateTime<Utc>,
    /// What came last.
    pub outcome: Outcome,
    /// A good copy is held.
    pub has_copy: bool,
    /// The site is generally available: it is robots.txt that fails, not everything.
    pub site_is_up: bool,
}

/// Where a failing robots.txt stands on one ladder.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The step that it is on.
    pub step: &'static Step,
    /// When it got there.
    pub began: DateTime<Utc>,
    /// The next step and when it begins, if nothing else changes; `None`: this is the last one.
    pub next: Option<(&'static Step, DateTime<Utc>)>,
}

const GOOGLE: &str = "https://developers.google.com/crawling/docs/robots-txt/robots-txt-spec";
const UNREACHABLE: &str = "https://www.rfc-editor.org/rfc/rfc9309#section-2.3.1.4";
const UNAVAILABLE: &str = "https://www.rfc-editor.org/rfc/rfc9309#section-2.3.1.3";

/// A step that holds under all circumstances.
const ANY: Step = Step {
    authority: Authority::Google,
    from: Span::seconds(0),
    copy: None,
    site_up: None,
    limited: None,
    phase: Phase::Stopped,
    says: "",
    basis: Basis::Documented,
    quote: "",
    source: GOOGLE,
};

/// Both ladders, each in the order of time.
pub static STEPS: [Step; 8] = [
    Step {
        says: "Google stops crawling the whole host, and keeps asking for robots.txt.",
        quote: "For the first 12 hours, Google stops crawling the site but keeps trying to fetch the robots.txt file.",
        ..ANY
    },
    Step {
        from: Span::hours(12),
        copy: Some(true),
        phase: Phase::LastGoodCopy,
        says: "Google crawls again, by the last good copy that it has.",
        quote: "for the next 30 days Google will use the last good version, while still trying to fetch a new version",
        ..ANY
    },
    Step {
        from: Span::hours(12),
        copy: Some(false),
        phase: Phase::NoRestrictions,
        says: "Google, if it has no copy either, assumes that everything may be crawled.",
        quote: "If there's no cached version available, Google assumes there's no crawl restrictions.",
        ..ANY
    },
    Step {
        from: Span::days(30),
        site_up: Some(true),
        phase: Phase::NoRobotsTxt,
        says: "The site is up, so Google behaves as if there were no robots.txt: everything may be crawled.",
        quote: "If the site is generally available to Google, Google will behave as if there is no robots.txt file",
        ..ANY
    },
    Step {
        from: Span::days(30),
        site_up: Some(false),
        phase: Phase::StoppedAsDown,
        says: "The site is down too, so Google stops crawling it.",
        quote: "If the site has general availability problems, Google will stop crawling the site, while still periodically requesting a robots.txt file.",
        ..ANY
    },
    Step {
        authority: Authority::Rfc9309,
        limited: Some(false),
        phase: Phase::CompleteDisallow,
        says: "Crawlers must treat everything as disallowed.",
        quote: "the crawler MUST assume complete disallow",
        source: UNREACHABLE,
        ..ANY
    },
    Step {
        authority: Authority::Rfc9309,
        from: Span::days(30),
        limited: Some(false),
        phase: Phase::AccessAllOrCopy,
        says: "Crawlers may behave as if there were no robots.txt, or go on with a cached copy.",
        quote: "If the robots.txt file is undefined for a reasonably long period of time (for example, 30 days), crawlers MAY assume that the robots.txt file is unavailable or continue to use a cached copy.",
        source: UNREACHABLE,
        ..ANY
    },
    Step {
        authority: Authority::Rfc9309,
        limited: Some(true),
        phase: Phase::AccessAll,
        says: "429 is a 4xx status, so crawlers may access everything. Google and Gatecrawl take it for a server error.",
        quote: "the crawler MAY access any resources on the server",
        source: UNAVAILABLE,
        ..ANY
    },
];

/// The status that the standard and Google read differently.
const TOO_MANY_REQUESTS: Outcome = Outcome::Status(429);

impl Step {
    fn applies(&self, authority: Authority, failure: &Failure) -> bool {
        let agrees = |wanted: Option<bool>, is: bool| wanted.is_none_or(|wanted| wanted == is);
        self.authority == authority
            && agrees(self.copy, failure.has_copy)
            && agrees(self.site_up, failure.site_is_up)
            && agrees(self.limited, failure.outcome == TOO_MANY_REQUESTS)
    }

    fn begins(&self, failure: &Failure) -> DateTime<Utc> {
        failure.since + self.from.delta()
    }
}

/// What Google does in the end, in one sentence, for a robots.txt that is well.
pub const IF_IT_EVER_FAILS: &str =
    "If it ever fails, Google stops crawling the host for 12 hours, then uses its copy for up to 30 days.";

/// The step at the foot of Google's ladder: its source stands for the whole of it.
pub fn first_step() -> &'static Step {
    &STEPS[0]
}

/// Every step that a failing robots.txt takes on one ladder, with when it begins.
pub fn steps(authority: Authority, failure: &Failure) -> Vec<(&'static Step, DateTime<Utc>)> {
    let own = STEPS.iter().filter(|step| step.applies(authority, failure));
    own.map(|step| (step, step.begins(failure))).collect()
}

/// Where a failing robots.txt stands now. It is `None` for no failure that [`STEPS`] covers; they cover all.
pub fn standing(authority: Authority, failure: &Failure, now: DateTime<Utc>) -> Option<Standing> {
    let steps = steps(authority, failure);
    // A clock that was set back does not lead below the first step.
    let place = steps.partition_point(|(_, begins)| *begins <= now).saturating_sub(1);
    let (step, began) = *steps.get(place)?;
    Some(Standing { step, began, next: steps.get(place + 1).copied() })
}

impl Phase {
    /// In a word or two, for a column's head.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stopped | Self::StoppedAsDown => "all crawling stops",
            Self::LastGoodCopy => "last good copy",
            Self::NoRestrictions => "no restrictions",
            Self::NoRobotsTxt => "as if there were none",
            Self::CompleteDisallow => "complete disallow",
            Self::AccessAll => "may access all",
            Self::AccessAllOrCopy => "may access all, or use a copy",
        }
    }

    /// Nothing of the host is crawled.
    pub fn stops_crawling(self) -> bool {
        matches!(self, Self::Stopped | Self::StoppedAsDown | Self::CompleteDisallow)
    }
}

impl Authority {
    /// Both, in the order in which pages show them.
    pub const ALL: [Self; 2] = [Self::Google, Self::Rfc9309];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Rfc9309 => "RFC 9309",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::NetworkError;

    const HOURS_12: i64 = 12 * 3600;
    const DAYS_30: i64 = 30 * 86_400;

    fn failure() -> Failure {
        let since = DateTime::UNIX_EPOCH;
        Failure { since, outcome: Outcome::Status(503), has_copy: true, site_is_up: true }
    }

    fn after(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(second)
    }

    /// The phase so many seconds after the first failure, and when the next one begins.
    fn phase(authority: Authority, failure: Failure, second: i64) -> (Phase, Option<DateTime<Utc>>) {
        let standing = standing(authority, &failure, after(second)).unwrap();
        (standing.step.phase, standing.next.map(|(_, at)| at))
    }

    #[test]
    fn google_stops_for_12_hours_then_uses_the_copy_and_after_30_days_goes_by_whether_the_site_is_up() {
        for (second, phase_then, next) in [
            (-5, Phase::Stopped, Some(HOURS_12)),
            (0, Phase::Stopped, Some(HOURS_12)),
            (HOURS_12 - 1, Phase::Stopped, Some(HOURS_12)),
            (HOURS_12, Phase::LastGoodCopy, Some(DAYS_30)),
            (DAYS_30 - 1, Phase::LastGoodCopy, Some(DAYS_30)),
            (DAYS_30, Phase::NoRobotsTxt, None),
        ] {
            assert_eq!(
                phase(Authority::Google, failure(), second),
                (phase_then, next.map(after)),
                "{second} s"
            );
        }
        let down = Failure { site_is_up: false, ..failure() };
        assert_eq!(phase(Authority::Google, down, DAYS_30).0, Phase::StoppedAsDown);
        assert_eq!(phase(Authority::Google, down, HOURS_12).0, Phase::LastGoodCopy);
    }

    #[test]
    fn without_a_copy_google_assumes_no_restrictions_and_the_standard_still_forbids_everything() {
        let bare = Failure { has_copy: false, ..failure() };
        assert_eq!(phase(Authority::Google, bare, 60).0, Phase::Stopped);
        assert_eq!(phase(Authority::Google, bare, HOURS_12).0, Phase::NoRestrictions);
        for has_copy in [true, false] {
            let failure = Failure { has_copy, ..failure() };
            for second in [0, HOURS_12, DAYS_30 - 1] {
                assert_eq!(
                    phase(Authority::Rfc9309, failure, second),
                    (Phase::CompleteDisallow, Some(after(DAYS_30)))
                );
            }
            assert_eq!(phase(Authority::Rfc9309, failure, DAYS_30), (Phase::AccessAllOrCopy, None));
        }
    }

    #[test]
    fn google_takes_429_for_an_error_and_the_standard_for_a_4xx() {
        let limited = Failure { outcome: Outcome::Status(429), ..failure() };
        assert_eq!(phase(Authority::Google, limited, 60), (Phase::Stopped, Some(after(HOURS_12))));
        assert_eq!(phase(Authority::Rfc9309, limited, 60), (Phase::AccessAll, None));
        let reset = Failure { outcome: Outcome::Network(NetworkError::Reset), ..failure() };
        assert_eq!(phase(Authority::Rfc9309, reset, 60).0, Phase::CompleteDisallow);
    }

    #[test]
    fn every_circumstance_has_exactly_one_step_at_a_time_and_each_step_its_source() {
        let outcomes = [Outcome::Status(502), Outcome::Status(429), Outcome::Network(NetworkError::Dns)];
        for (authority, outcome) in Authority::ALL.into_iter().flat_map(|a| outcomes.map(|o| (a, o))) {
            for (has_copy, site_is_up) in [(true, true), (true, false), (false, true), (false, false)] {
                let failure = Failure { outcome, has_copy, site_is_up, ..failure() };
                let froms: Vec<Span> =
                    STEPS.iter().filter(|s| s.applies(authority, &failure)).map(|s| s.from).collect();
                assert_eq!(froms.first(), Some(&Span::seconds(0)), "{failure:?}");
                assert!(froms.windows(2).all(|pair| pair[0] < pair[1]), "{failure:?}: {froms:?}");
            }
        }
        for step in &STEPS {
            assert!(step.source.starts_with("https://") && !step.quote.is_empty() && !step.says.is_empty());
        }
    }
}
