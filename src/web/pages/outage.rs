//! One outage: what happened, between which instants, why it is judged as it is, who said so, and what to do.

use askama::Template;

use super::Shell;
use crate::chart::Drawing;
use crate::chart::tone::Tone;
use crate::report::wording::headline::Headline;
use crate::web::wording::{Instant, Tag};

#[derive(Debug, Template)]
#[template(path = "pages/outage.html")]
pub(crate) struct OutagePage {
    pub(crate) shell: Shell,
    pub(crate) id: String,
    pub(crate) host: String,
    pub(crate) site_href: String,
    /// In a few words, for the browser's tab.
    pub(crate) title: String,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    /// Certainty, state and extent in a line.
    pub(crate) summary: String,
    /// "At least 39 min 28 s, at most 41 min 55 s".
    pub(crate) lasted: String,
    /// On which day, and in which zone the times are.
    pub(crate) times: String,
    pub(crate) axis: Drawing,
    pub(crate) instants: Vec<NamedInstant>,
    /// Time in which nobody looked, if there was any.
    pub(crate) unknown: Option<String>,
    pub(crate) advice: Vec<String>,
    pub(crate) why: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) diagnosis: String,
    pub(crate) outcomes: Vec<(String, String)>,
    pub(crate) evidence: Vec<Answer>,
    /// Said when there is none.
    pub(crate) no_evidence: String,
    pub(crate) members: Members,
}

/// One of the four instants.
#[derive(Debug, Clone)]
pub(crate) struct NamedInstant {
    pub(crate) name: &'static str,
    pub(crate) at: Option<Instant>,
    /// Said when it was not seen.
    pub(crate) otherwise: &'static str,
}

/// A threshold, and whether this outage has passed it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) tag: Tag,
    pub(crate) reached: bool,
}

/// A failing answer, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    pub(crate) at: Instant,
    pub(crate) url: String,
    pub(crate) timing: String,
    pub(crate) status_line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) note: Option<String>,
}

/// The URLs that failed, a page of them.
#[derive(Debug, Clone)]
pub(crate) struct Members {
    pub(crate) title: String,
    pub(crate) rows: Vec<Member>,
    pub(crate) pages: Option<Pages>,
}

/// One URL.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) path: String,
    pub(crate) outcome: String,
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    pub(crate) lasted: String,
}

/// Where one is in a list of several pages.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) text: String,
}

#[cfg(test)]
pub(crate) mod samples;
