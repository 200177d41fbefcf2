//! The kinds of crawl traps as data: what each is called, how much of it is let in, and on what ground. How one is told is
//! decided elsewhere.

use crate::domain::policy::Basis;

/// A kind of trap: addresses without end, or many addresses of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trap {
    /// The address is too long.
    TooLong,
    /// The path has too many segments.
    TooDeep,
    /// The path repeats itself, as broken relative links make it.
    Repetition,
    /// A calendar that can be turned without end.
    Calendar,
    /// Parameters that can be combined without end: filters, sorting.
    Facets,
    /// The parameters of a known address in another order.
    Permutation,
    /// A known address with another session id.
    Session,
}

/// What holds for a kind of trap.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Which kind.
    pub trap: Trap,
    /// Its name, as data show it.
    pub name: &'static str,
    /// How much is let in, in the unit that `about` says; a budget scales with the setting.
    pub limit: u32,
    /// What the limit counts.
    pub about: &'static str,
    /// Whose word the limit is.
    pub basis: Basis,
    /// Where it stands.
    pub source: &'static str,
}

const SITEMAPS: &str = "https://www.sitemaps.org/protocol.html";
const FACETS: &str =
    "https://developers.google.com/search/docs/crawling-indexing/crawling-managing-faceted-navigation";
const URL_STRUCTURE: &str = "https://developers.google.com/search/docs/crawling-indexing/url-structure";

/// Every kind, in the order in which it is looked for. Google's pages name the kinds (calendars, broken relative links,
/// combinations, session ids, order of parameters) but no numbers: those are ours, but for the length.
pub const RULES: [Rule; 7] = [
    rule(Trap::TooLong, "too_long", 2048, "characters of path and query", Basis::Documented, SITEMAPS),
    rule(Trap::TooDeep, "too_deep", 32, "segments of a path", Basis::Model, URL_STRUCTURE),
    rule(
        Trap::Repetition,
        "repetition",
        3,
        "times that a path repeats the same segments in a row",
        Basis::Model,
        URL_STRUCTURE,
    ),
    rule(Trap::Session, "session", 1, "session ids for a page", Basis::Model, URL_STRUCTURE),
    rule(Trap::Permutation, "permutation", 1, "orders of the same parameters", Basis::Model, FACETS),
    rule(Trap::Calendar, "calendar", 40, "dates far from today", Basis::Model, URL_STRUCTURE),
    rule(Trap::Facets, "facets", 5000, "pages by pairs of parameters, a fifth by more", Basis::Model, FACETS),
];

const fn rule(
    trap: Trap,
    name: &'static str,
    limit: u32,
    about: &'static str,
    basis: Basis,
    source: &'static str,
) -> Rule {
    Rule { trap, name, limit, about, basis, source }
}

impl Trap {
    /// What holds for it.
    pub const fn rule(self) -> &'static Rule {
        match self {
            Self::TooLong => &RULES[0],
            Self::TooDeep => &RULES[1],
            Self::Repetition => &RULES[2],
            Self::Session => &RULES[3],
            Self::Permutation => &RULES[4],
            Self::Calendar => &RULES[5],
            Self::Facets => &RULES[6],
        }
    }
}
