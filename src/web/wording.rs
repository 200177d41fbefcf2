//! What pages need beside the words of [`crate::report::wording`]: an instant that a machine can read too, and the tag
//! that a threshold wears.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::domain::page_url::Origin;
use crate::domain::policy::Rule;
use crate::domain::robots_ladder::Step;
use crate::domain::sitemap_state::Cost;
use crate::report::wording::{self, verdict::Ground};

/// An instant for `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instant {
    /// RFC 3339, in UTC.
    pub(crate) iso: String,
    /// As people read it, in the site's zone.
    pub(crate) text: String,
}

/// How well a threshold is founded, and by whose word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// `documented`, `reported` or `model`.
    pub(crate) basis: &'static str,
    /// The source's own words.
    pub(crate) quote: &'static str,
    /// Where they stand; empty for a model.
    pub(crate) source: &'static str,
}

impl Instant {
    /// To the minute: `Thu 19 Nov, 21:40 UTC`.
    pub(crate) fn minute(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> Self {
        Self { iso: iso(at), text: wording::instant(at, zone, now) }
    }

    /// The day alone: `19 Nov`.
    pub(crate) fn day(at: DateTime<Utc>, zone: Tz) -> Self {
        Self { iso: iso(at), text: at.with_timezone(&zone).format("%-d %b").to_string() }
    }

    /// To the second, for evidence: `Thu 19 Nov, 21:40:02 UTC`.
    pub(crate) fn second(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> Self {
        Self { iso: iso(at), text: wording::second(at, zone, now) }
    }
}

impl From<&Rule> for Tag {
    fn from(rule: &Rule) -> Self {
        Self { basis: rule.basis.word(), quote: rule.quote, source: rule.source }
    }
}

impl From<Ground> for Tag {
    fn from(ground: Ground) -> Self {
        Self { basis: ground.basis.word(), quote: ground.quote, source: ground.source }
    }
}

impl From<&Step> for Tag {
    fn from(step: &Step) -> Self {
        Self { basis: step.basis.word(), quote: step.quote, source: step.source }
    }
}

impl From<Cost> for Tag {
    fn from(cost: Cost) -> Self {
        Self { basis: cost.basis.word(), quote: cost.quote, source: "" }
    }
}

/// A length of time that breaks between its two bounds and nowhere else.
pub(crate) fn unbroken(lasted: &str) -> String {
    lasted.replace(' ', "\u{a0}").replace("\u{a0}to\u{a0}", " to\u{a0}")
}

/// A host as pages show it: the origin without its scheme.
pub(crate) fn host(origin: &Origin) -> &str {
    origin.as_str().split_once("://").map_or(origin.as_str(), |(_, host)| host)
}

fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_by_people_in_their_zone_and_by_machines_in_utc() {
        let at = "2026-11-19T21:40:02Z".parse().unwrap();
        let shown = Instant::second(at, chrono_tz::Europe::Berlin, at);
        assert_eq!(shown.text, "Thu 19 Nov, 22:40:02 CET");
        assert_eq!(shown.iso, "2026-11-19T21:40:02Z");
        assert_eq!(Instant::minute(at, chrono_tz::UTC, at).text, "Thu 19 Nov, 21:40 UTC");
    }
}
