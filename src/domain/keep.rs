//! How long each kind of data is kept. It is a table; what belongs to a kind in the database is known by the store, which does
//! the removing. Sites and their URLs are none of it: they go when somebody removes them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::span::Span;

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Lasting {
    /// So long.
    For(Span),
    /// Until its site is removed.
    Forever,
}

/// A text that does not say how long.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` does not say how long to keep something: write it as 90d, or forever")]
pub struct BadLasting(String);

impl FromStr for Lasting {
    type Err = BadLasting;

    fn from_str(text: &str) -> Result<Self, BadLasting> {
        match text.trim() {
            "forever" => Ok(Self::Forever),
            text => text.parse().map(Self::For).map_err(|_| BadLasting(text.to_owned())),
        }
    }
}

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(span) => span.fmt(f),
            Self::Forever => f.write_str("forever"),
        }
    }
}

impl TryFrom<String> for Lasting {
    type Error = BadLasting;

    fn try_from(text: String) -> Result<Self, BadLasting> {
        text.parse()
    }
}

impl From<Lasting> for String {
    fn from(lasting: Lasting) -> Self {
        lasting.to_string()
    }
}

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What failing fetches brought.
    Evidence,
    /// Fetches by hour and outcome.
    Hours,
    /// Crawls that are over.
    Crawls,
    /// Messages that were delivered or dropped.
    Messages,
    /// Outages that are over, and the spells of URLs.
    History,
}

/// What is said of a kind, and its limits.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Which kind.
    pub kind: Kind,
    /// Its key under `[keep]`.
    pub key: &'static str,
    /// Its name on pages.
    pub name: &'static str,
    /// What is gone when it is removed.
    pub about: &'static str,
    /// How long it is kept when nobody says anything else.
    pub default: Lasting,
    /// The least that may be set: pages and verdicts look back so far.
    pub least: Span,
}

/// How many kinds there are.
const KINDS: usize = 5;

/// All kinds, in the order in which pages list them.
pub const ROWS: [Row; KINDS] = [
    Row {
        kind: Kind::Evidence,
        key: "evidence",
        name: "Evidence",
        about: "Heads and bodies of failing answers. One of each outage stays with it, so that it can still be said who answered and why.",
        default: Lasting::For(Span::days(90)),
        least: Span::days(7),
    },
    Row {
        kind: Kind::Hours,
        key: "hours",
        name: "Fetches by hour",
        about: "What charts of fetches are drawn from, ours and those of search bots, and at which rate sites were asked.",
        default: Lasting::For(Span::days(1095)),
        least: Span::days(90),
    },
    Row {
        kind: Kind::Crawls,
        key: "crawls",
        name: "Crawls",
        about: "The list of past crawls and their counts.",
        default: Lasting::For(Span::days(730)),
        least: Span::days(7),
    },
    Row {
        kind: Kind::Messages,
        key: "messages",
        name: "Messages",
        about: "Mails and messages that were delivered or dropped; their texts are kept for 14 days at most.",
        default: Lasting::For(Span::days(90)),
        least: Span::days(7),
    },
    Row {
        kind: Kind::History,
        key: "history",
        name: "Outages and history",
        about: "Outages that are over, and how the answers of each URL changed. A healthy URL costs one row.",
        default: Lasting::Forever,
        least: Span::days(90),
    },
];

/// How long each kind is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep([Lasting; KINDS]);

/// A kind would be kept for too short a time.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{key} = \"{given}\" is too short: pages and verdicts look back {least} at least")]
pub struct TooShort {
    key: &'static str,
    given: Lasting,
    least: Span,
}

impl Default for Keep {
    fn default() -> Self {
        Self(ROWS.map(|row| row.default))
    }
}

impl Keep {
    /// How long a kind is kept.
    pub fn of(&self, kind: Kind) -> Lasting {
        ROWS.iter().position(|row| row.kind == kind).map_or(Lasting::Forever, |at| self.0[at])
    }

    /// Sets how long a kind is kept.
    pub fn set(&mut self, kind: Kind, lasting: Lasting) -> Result<(), TooShort> {
        for (row, kept) in ROWS.iter().zip(&mut self.0).filter(|(row, _)| row.kind == kind) {
            match lasting {
                Lasting::For(span) if span < row.least => {
                    return Err(TooShort { key: row.key, given: lasting, least: row.least });
                }
                lasting => *kept = lasting,
            }
        }
        Ok(())
    }

    /// What is older than this goes; `None`: nothing does.
    pub fn limit(&self, kind: Kind, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.of(kind) {
            Lasting::For(span) => now.checked_sub_signed(span.delta()),
            Lasting::Forever => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_kept_for_ever_unless_somebody_says_otherwise() {
        let now = "2026-11-28T00:00:00Z".parse().unwrap();
        let mut keep = Keep::default();
        assert_eq!(keep.limit(Kind::History, now), None);
        assert_eq!(keep.limit(Kind::Evidence, now), Some("2026-08-30T00:00:00Z".parse().unwrap()));
        keep.set(Kind::History, "400d".parse().unwrap()).unwrap();
        assert_eq!(keep.of(Kind::History).to_string(), "400d");
        assert_eq!(keep.of(Kind::Evidence), ROWS[0].default);
    }

    #[test]
    fn what_pages_look_back_to_is_not_removed() {
        let mut keep = Keep::default();
        let why = keep.set(Kind::Hours, "2d".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(why, "hours = \"48h\" is too short: pages and verdicts look back 90d at least");
        assert_eq!(keep, Keep::default());
        for text in ["", "soon", "never"] {
            assert!(text.parse::<Lasting>().unwrap_err().to_string().contains("forever"), "{text}");
        }
    }
}
