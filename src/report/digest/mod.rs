//! A day, a week or a month of the sites that somebody follows, made ready for a mail: what costs, what was forgiven, what
//! is over, and how well crawling went. Gathered once, and shown as text, as HTML and as JSON with the same content.
//!
//! The decision that a reader would question: a summary of a date that is past judges by what is known of it today, cut at
//! that date. What was learned later of how an outage began is not forgotten again.

pub mod gather;
pub mod group;
pub mod html;
pub mod json;
pub(in crate::report) mod lines;
pub mod past;
pub mod subject;
pub mod text;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub(in crate::report) use self::gather::{answer, host};
use self::group::Group;
use crate::chart::timeline::Timeline;
use crate::domain::cadence::Cadence;
use crate::domain::efficiency::Effort;
use crate::domain::observation::{OutageId, SiteId};
use crate::report::json::OutageJson;

/// What a summary tells.
#[derive(Debug, Clone)]
pub struct Digest {
    /// How often it comes.
    pub cadence: Cadence,
    /// Where its time begins.
    pub from: DateTime<Utc>,
    /// Where it ends, and the instant of judgement.
    pub to: DateTime<Utc>,
    /// In which zone its times are written.
    pub zone: Tz,
    /// The sites, those with the worst news first.
    pub sites: Vec<SiteDigest>,
    /// Our own connection is or was down.
    pub notice: Option<String>,
    /// URLs failing over time, on all the sites together; `None`: none failed.
    pub chart: Option<Timeline>,
    /// How far its outages are to be told as links: where the dashboard is, without a slash at its end.
    pub base: String,
}

/// One site in it.
#[derive(Debug, Clone)]
pub struct SiteDigest {
    /// Its row.
    pub id: SiteId,
    /// Its host, as people call it.
    pub host: String,
    /// Scheme, host and port.
    pub origin: String,
    /// It has been looked at.
    pub is_seen: bool,
    /// URLs known at the end.
    pub known_urls: u64,
    /// URLs failing at the end.
    pub failing_urls: u64,
    /// What there is to tell, worst first.
    pub entries: Vec<Entry>,
    /// Outages that are worse than none and better than told: so many failed once and were healthy at the next look.
    pub transient: u64,
    /// What becomes of crawling because robots.txt cannot be had.
    pub robots: Option<String>,
    /// How well crawling went.
    pub efficiency: Efficiency,
}

/// One thing to tell.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Under which heading.
    pub group: Group,
    /// Its outage; `None`: a place that fails again and again.
    pub outage: Option<OutageId>,
    /// How many URLs.
    pub urls: u64,
    /// What they answered, in a word: `502`, `failing`.
    pub answer: String,
    /// What happened and what it means.
    pub sentence: String,
    /// Since when, how many of its URLs can be indexed, which line is crossed next, who answers and why.
    pub lines: Vec<String>,
    /// The shape of all faces; `None`: there are too many to look at each.
    pub json: Option<Box<OutageJson>>,
}

/// How well crawling went, against the seven days before.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Efficiency {
    /// The mean share of known URLs that failed; `None`: no URL was known.
    pub failing_share: Option<f64>,
    /// The same in the seven days before.
    pub failing_share_before: Option<f64>,
    /// What fetches came to.
    pub effort: Effort,
    /// The same in the seven days before.
    pub effort_before: Effort,
}

impl Digest {
    /// Everything there is to tell, with its site.
    pub fn entries(&self) -> impl Iterator<Item = (&SiteDigest, &Entry)> {
        self.sites.iter().flat_map(|site| site.entries.iter().map(move |entry| (site, entry)))
    }

    /// Those under one heading.
    pub fn of_group(&self, group: Group) -> impl Iterator<Item = (&SiteDigest, &Entry)> {
        self.entries().filter(move |(_, entry)| entry.group == group)
    }

    /// Nothing happened that somebody has to read.
    pub fn is_quiet(&self) -> bool {
        self.notice.is_none()
            && self.sites.iter().all(|site| site.entries.is_empty() && site.robots.is_none())
    }
}

#[cfg(test)]
pub(crate) mod samples;
