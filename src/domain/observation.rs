//! One fetch of one URL by one observer, reduced to what the verdict needs. It is the one door into the judgement:
//! a crawl, an access log and a replayed file all enter here, and nothing behind it knows the difference.
//!
//! An observation has two instants, because a fetch is not a point: it was asked at one and answered at the other.
//! What an answer shows was true at some instant between them. So a bound that says "it had begun by then" takes
//! the answer's instant, and a bound that says "it still lasted then" takes the question's; a 502 that came after
//! 60 s of waiting does not make an outage a minute too long.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::outcome::Outcome;

/// Defines a row id that cannot be mistaken for another table's.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A monitored site.
    SiteId
);
id!(
    /// A URL of a site.
    UrlId
);
id!(
    /// An outage.
    OutageId
);
id!(
    /// An episode.
    EpisodeId
);
id!(
    /// A crawl.
    CrawlId
);
id!(
    /// A deploy of a site.
    DeployId
);

/// Who fetched: `gatecrawl` itself, or a search bot whose visits were read from an access log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Observer(String);

impl Observer {
    /// Our own crawler.
    pub fn gatecrawl() -> Self {
        Self("gatecrawl".to_owned())
    }

    /// An observer by its word, such as `googlebot`.
    pub fn named(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Observer {
    fn default() -> Self {
        Self::gatecrawl()
    }
}

impl fmt::Display for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What one fetch of a URL showed, and when. Whose URL it was stands beside it, not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// When the request was sent.
    pub asked_at: DateTime<Utc>,
    /// When the answer, or the error, was there; the instant by which observations are ordered.
    pub at: DateTime<Utc>,
    /// What came.
    pub outcome: Outcome,
}

impl Observation {
    /// An observation of which only one instant is known, as in a log or a replayed file.
    pub fn instant(at: DateTime<Utc>, outcome: Outcome) -> Self {
        Self { asked_at: at, at, outcome }
    }
}
