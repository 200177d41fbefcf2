//! News, made ready to be told at once: what crossed a line, what is over, what came back. Many outages that have one root to
//! a reader (the same site, section, gateway and news) are one line of it.
//!
//! It does not decide what is news ([`crate::domain::news`]), nor when and to whom it goes.

mod gather;
mod render;
mod subject;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use self::gather::Asked;
use crate::domain::news::News;
use crate::domain::observation::{OutageId, SiteId};
use crate::report::json::OutageJson;

/// What is told.
#[derive(Debug, Clone)]
pub struct Alert {
    /// It is told again, because it goes on.
    pub is_reminder: bool,
    /// The lines, the worst first.
    pub lines: Vec<Line>,
    /// When.
    pub now: DateTime<Utc>,
    /// In which zone times are written.
    pub zone: Tz,
    /// Where the dashboard is, without a slash at its end.
    pub base: String,
}

/// One line of it: an outage, or several that are one to a reader.
#[derive(Debug, Clone)]
pub struct Line {
    /// What happened.
    pub news: News,
    /// On which site.
    pub site: SiteId,
    /// Its host, as people call it.
    pub host: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The outages; none: it is the robots.txt.
    pub outages: Vec<OutageId>,
    /// How many URLs.
    pub urls: u64,
    /// What they answered, in a word.
    pub answer: String,
    /// What happened and what it means.
    pub sentence: String,
    /// Since when, how many can be indexed, which line is next, who answers and why.
    pub details: Vec<String>,
    /// The shape of all faces, of so many outages as there is room for.
    pub json: Vec<OutageJson>,
}

impl Line {
    /// Where to read on.
    pub fn link(&self, base: &str) -> String {
        match self.outages.as_slice() {
            [one] => format!("{base}/outages/{one}"),
            [] => format!("{base}/sites/{}", self.site),
            _ => format!("{base}/sites/{}/outages", self.site),
        }
    }
}

#[cfg(test)]
mod tests;
