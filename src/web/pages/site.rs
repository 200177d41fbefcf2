//! One site: what costs it now, what was forgiven, how it went, and what crawls it.

use askama::Template;

use super::Shell;
use crate::chart::tone::Tone;
use crate::chart::{Drawing, Svg};
use crate::report::wording::headline::Headline;
use crate::web::wording::{Instant, Tag};

#[derive(Debug, Template)]
#[template(path = "pages/site.html")]
pub(crate) struct SitePage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) host: String,
    pub(crate) paused: bool,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    pub(crate) lede: String,
    pub(crate) running: Option<Progress>,
    /// Something was fetched; else there is nothing to show but robots.txt and settings.
    pub(crate) has_data: bool,
    /// Outages that go on and cost crawl rate or index.
    pub(crate) costing: Vec<OutageRow>,
    pub(crate) costing_tone: Tone,
    /// Brief ones, whether over or not; the newest.
    pub(crate) forgiven: Vec<OutageRow>,
    /// The older ones, folded away.
    pub(crate) more_forgiven: Vec<OutageRow>,
    pub(crate) more_forgiven_label: String,
    /// Costly ones that are over.
    pub(crate) past: Vec<OutageRow>,
    pub(crate) chart: Option<FailingChart>,
    pub(crate) strip: Svg,
    /// The day at the strip's left end.
    pub(crate) strip_from: String,
    pub(crate) robots: Robots,
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(crate) crawls: Vec<CrawlRow>,
    /// When the next crawl is due, in a sentence.
    pub(crate) next: String,
}

/// A crawl that is under way.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) text: String,
    pub(crate) done: u64,
    pub(crate) total: u64,
}

/// An outage in a list.
#[derive(Debug, Clone)]
pub(crate) struct OutageRow {
    pub(crate) href: String,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) lasted: String,
}

/// URLs failing over time.
#[derive(Debug, Clone)]
pub(crate) struct FailingChart {
    pub(crate) title: String,
    pub(crate) drawing: Drawing,
    pub(crate) legend: Vec<Tone>,
    pub(crate) note: String,
}

/// What is known of robots.txt.
#[derive(Debug, Clone)]
pub(crate) struct Robots {
    pub(crate) figure: String,
    pub(crate) text: String,
    pub(crate) tag: Option<Tag>,
}

/// One crawl.
#[derive(Debug, Clone)]
pub(crate) struct CrawlRow {
    pub(crate) started: Instant,
    pub(crate) state: String,
    pub(crate) urls: String,
    pub(crate) fetches: String,
    pub(crate) failing: String,
    pub(crate) any_failing: bool,
    pub(crate) took: String,
}

#[cfg(test)]
pub(crate) mod samples;
