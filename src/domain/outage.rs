//! An outage: episodes of one site with one root. This file says what an outage is once its members are known; which
//! episodes belong together is decided in [`super::judge`].

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::bounds::Bounds;
use super::observation::Observer;
use super::outcome::Outcome;
use super::page_url::Section;
use super::policy::Policy;
use super::verdict::{Case, Judgement, judge};

/// How much of a site an outage covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All of it, as far as was seen.
    Site,
    /// One path template.
    Section(Section),
    /// Single URLs.
    Url,
}

/// One outage as it was seen by one observer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// Who saw it.
    pub observer: Observer,
    /// How much it covers.
    pub scope: Scope,
    /// The intersection of what its members show, as far as they agree.
    pub bounds: Bounds,
    /// Some member has not been seen to be over.
    pub ongoing: bool,
    /// Some member failed more than once in a row.
    pub confirmed: bool,
    /// Its URLs fail, are healthy and fail again while it lasts: each visit is a lottery.
    pub alternating: bool,
    /// How long it lasted before they did; of an outage in which they do not, how long it lasted.
    pub solid: TimeDelta,
    /// How many distinct URLs were seen failing.
    pub url_count: u64,
    /// These URLs by the outcome that most of their fetches had.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Fetches that came to nothing.
    pub wasted_fetches: u64,
    /// Time that they took.
    pub wasted: TimeDelta,
}

impl Outage {
    /// Verdict, certainty and state at this instant.
    pub fn judge(&self, now: DateTime<Utc>, policy: &Policy) -> Judgement {
        let case = Case {
            bounds: self.bounds,
            ongoing: self.ongoing,
            confirmed: self.confirmed,
            alternating: self.alternating,
            solid: self.solid,
        };
        judge(&case, now, policy)
    }

    /// The outcome that most of its URLs had.
    pub fn main_outcome(&self) -> Option<Outcome> {
        self.outcomes.iter().max_by_key(|(_, urls)| **urls).map(|(outcome, _)| *outcome)
    }
}

impl Scope {
    /// `site`, `section` or `url`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Section(_) => "section",
            Self::Url => "url",
        }
    }

    /// The path template, when it is a section.
    pub fn section(&self) -> Option<&Section> {
        match self {
            Self::Section(section) => Some(section),
            Self::Site | Self::Url => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(section) => write!(f, "section {section}"),
            Self::Site | Self::Url => f.write_str(self.word()),
        }
    }
}
