//! A path and query taken apart as the detectors of traps look at it. Nothing is decoded: an address is in its normal form
//! already.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::calendar::is_date_part;

/// More parameters than this are not looked at; no address that is no trap has so many.
const MOST_PAIRS: usize = 64;

/// Keys that turn the pages of one list. They lead on, but they combine with nothing.
const PAGING: [&str; 14] = [
    "page", "p", "pg", "paged", "pageno", "page_no", "pagenum", "start", "offset", "skip", "cursor", "after",
    "before", "seite",
];

/// An address, its segments and its parameters.
#[derive(Debug)]
pub(super) struct Address<'a> {
    pub(super) path: &'a str,
    /// Keys and values, in their order; empty ones dropped.
    pub(super) pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Address<'a> {
    pub(super) fn of(path_and_query: &'a str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).take(MOST_PAIRS);
        let pairs = if query.is_empty() {
            Vec::new()
        } else {
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
        };
        Self { path, pairs }
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }

    /// The first segment, when something lies below it: what `Section` names `/product/*`.
    pub(super) fn section(&self) -> &'a str {
        self.path.trim_start_matches('/').split_once('/').map_or("", |(first, _)| first)
    }

    /// Whose parameters may be compared: those of one script, or those of the pages of one section.
    pub(super) fn group(&self) -> &'a str {
        let is_script = self.segments().last().is_some_and(|last| last.contains('.'));
        if is_script || self.section().is_empty() { self.path } else { self.section() }
    }

    /// The parameters that choose what is shown; the number of a page of a list does not, and calendars have their own rule.
    pub(super) fn choices(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        let is_paging = |key: &str| PAGING.iter().any(|known| key.eq_ignore_ascii_case(known));
        self.pairs.iter().copied().filter(move |(key, _)| !is_paging(key) && !is_date_part(key))
    }
}

/// Eight bytes for whatever tells two things apart.
pub(super) fn digest(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
