//! A sitemap over time: what the newest look at it came to, and since when it cannot be used.
//!
//! It is a finding of its own and no outage: search engines find new URLs late while it fails, and remove nothing. Any
//! fault counts, from the first look since the last good one; a sitemap that is broken today and answers 502 tomorrow
//! has been of no use since today.

use chrono::{DateTime, Utc};

use super::outcome::Outcome;
use super::policy::Basis;

/// Why a sitemap is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A server error: 5xx, 429, or a network error.
    Failed,
    /// Somebody names it, and it is not there.
    Missing,
    /// A web page stands in its place.
    Html,
    /// It is larger than a sitemap may be.
    TooLarge,
    /// It cannot be read.
    Unreadable,
}

/// What one look at a sitemap came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// The outcome of the fetch.
    pub outcome: Outcome,
    /// What is wrong, and the same in words.
    pub fault: Option<(Fault, String)>,
    /// How many URLs or further sitemaps it lists.
    pub urls: u64,
}

/// What is known of a sitemap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitemapState {
    /// The outcome of the newest fetch.
    pub outcome: Outcome,
    /// What is wrong with it; `None`: it is good.
    pub fault: Option<Fault>,
    /// The fault in words.
    pub detail: Option<String>,
    /// The first look since the last good one; `None`: it is good.
    pub failing_since: Option<DateTime<Utc>>,
    /// The newest look.
    pub looked_at: DateTime<Utc>,
    /// The newest good look.
    pub good_at: Option<DateTime<Utc>>,
    /// How many URLs it listed when that was last known.
    pub urls: u64,
}

/// What a sitemap that fails costs, and by whose word.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// In a sentence.
    pub says: &'static str,
    /// How well that is founded.
    pub basis: Basis,
    /// Why we say so.
    pub quote: &'static str,
}

/// No search engine says what a failing sitemap costs; it follows from what a sitemap is for.
pub const COST: Cost = Cost {
    says: "New and changed URLs are found late; nothing is removed from the index.",
    basis: Basis::Model,
    quote: "a sitemap suggests what to crawl; what is indexed already does not depend on it",
};

/// The faults and their words.
const FAULTS: [(Fault, &str); 5] = [
    (Fault::Failed, "failed"),
    (Fault::Missing, "missing"),
    (Fault::Html, "html"),
    (Fault::TooLarge, "too_large"),
    (Fault::Unreadable, "unreadable"),
];

impl SitemapState {
    /// What is known after another look.
    pub fn after(before: Option<&Self>, look: Look) -> Self {
        let since = before.and_then(|before| before.failing_since).unwrap_or(look.at);
        let (fault, detail) = look.fault.unzip();
        let listed_before = before.map_or(0, |before| before.urls);
        Self {
            outcome: look.outcome,
            fault,
            detail,
            failing_since: fault.map(|_| since),
            looked_at: look.at,
            good_at: if fault.is_none() { Some(look.at) } else { before.and_then(|before| before.good_at) },
            urls: if fault.is_none() || look.urls > 0 { look.urls } else { listed_before },
        }
    }
}

impl Fault {
    /// The word of the database.
    pub fn word(self) -> &'static str {
        FAULTS.iter().find(|(fault, _)| *fault == self).map_or("", |(_, word)| word)
    }

    /// The fault with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        FAULTS.iter().find(|(_, w)| *w == word).map(|(fault, _)| *fault)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn look(minute: i64, fault: Option<Fault>, urls: u64) -> Look {
        let outcome = Outcome::Status(if fault == Some(Fault::Failed) { 502 } else { 200 });
        Look { at: at(minute), outcome, fault: fault.map(|fault| (fault, fault.word().to_owned())), urls }
    }

    fn after(looks: &[Look]) -> SitemapState {
        let none: Option<SitemapState> = None;
        looks
            .iter()
            .fold(none, |state, look| Some(SitemapState::after(state.as_ref(), look.clone())))
            .unwrap()
    }

    #[test]
    fn a_sitemap_fails_since_the_first_look_after_the_last_good_one_whatever_the_fault() {
        let state =
            after(&[look(0, None, 7), look(5, Some(Fault::Failed), 0), look(9, Some(Fault::Html), 0)]);
        assert_eq!((state.fault, state.failing_since), (Some(Fault::Html), Some(at(5))));
        assert_eq!((state.good_at, state.looked_at, state.urls), (Some(at(0)), at(9), 7));
    }

    #[test]
    fn a_good_look_clears_the_finding() {
        let state = after(&[look(0, Some(Fault::Unreadable), 3), look(5, None, 4)]);
        assert_eq!((state.fault, state.detail, state.failing_since), (None, None, None));
        assert_eq!((state.good_at, state.urls), (Some(at(5)), 4));
        let again =
            after(&[look(0, Some(Fault::Failed), 0), look(5, None, 4), look(9, Some(Fault::Failed), 0)]);
        assert_eq!(again.failing_since, Some(at(9)));
    }

    #[test]
    fn every_fault_reads_back_from_its_word() {
        for (fault, word) in FAULTS {
            assert_eq!((fault.word(), Fault::of_word(word)), (word, Some(fault)));
        }
    }
}
