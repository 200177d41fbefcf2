//! Crawl traps: addresses without end, and many addresses of one page. Which of the addresses that a crawl finds are left
//! out, and what the crawl's page says of them.
//!
//! Completeness comes first: a shop with 60,000 products and an archive of a hundred years look large and are none, so
//! nothing is left out for its number. Each kind of trap has a sign that content does not have (see the modules), and what
//! a sitemap lists is never left out. What the signs miss is bounded by the site's limits of number and depth.
//!
//! Memory is bounded whatever the site: about 10 MB at the worst, most of it for addresses with several parameters.

mod address;
mod calendar;
mod combinations;
mod distinct;
mod repetition;
mod rules;
mod sessions;

use std::collections::BTreeMap;

pub use self::rules::{RULES, Rule, Trap};

use self::address::Address;
use self::calendar::Calendars;
use self::combinations::Combinations;
use self::repetition::{Places, repeats_in_a_row};
use self::sessions::Variants;

/// Of so many sections it is told by name what was left out; the others are told together.
const MOST_NOTES: usize = 100;

/// How much is let in before something is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// So many combinations of parameters of one section, and for calendars two fifths as many pages; 0: any number.
    pub section_urls: u32,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { section_urls: Trap::Facets.rule().limit }
    }
}

/// What is known of a site's addresses, as far as it tells traps.
#[derive(Debug)]
pub struct Traps {
    budgets: Budgets,
    places: Places,
    variants: Variants,
    calendars: Calendars,
    combinations: Combinations,
    left_out: BTreeMap<(Trap, String), LeftOut>,
}

/// What was left out of one section for one reason.
#[derive(Debug, Default)]
struct LeftOut {
    /// How many were let in before.
    stopped_at: u64,
    count: u64,
}

impl Traps {
    /// Of a site of which nothing is known yet. `year` is the present one: calendars are told by how far from it they run.
    pub fn new(budgets: &Budgets, year: i32) -> Self {
        Self {
            budgets: *budgets,
            places: Places::default(),
            variants: Variants::default(),
            calendars: Calendars::new(year),
            combinations: Combinations::default(),
            left_out: BTreeMap::new(),
        }
    }

    /// Counts an address that is known already, or that a sitemap lists.
    pub fn count(&mut self, path_and_query: &str) {
        self.learn(&Address::of(path_and_query));
    }

    /// Counts an address that is new, when it belongs to no trap. Each address is to be asked for once: a second time
    /// it is a known page.
    pub fn admit(&mut self, path_and_query: &str) -> Result<(), Trap> {
        let address = Address::of(path_and_query);
        let Some((trap, stopped_at)) = self.trap_of(path_and_query, &address) else {
            self.learn(&address);
            return Ok(());
        };
        self.leave_out(trap, stopped_at, &address);
        Err(trap)
    }

    /// Sentences for the page of a crawl: what was left out, and why.
    pub fn notes(&self) -> Vec<String> {
        self.left_out.iter().map(|((trap, section), left_out)| note(*trap, section, left_out)).collect()
    }

    /// How many addresses were left out.
    pub fn left_out(&self) -> u64 {
        self.left_out.values().map(|left_out| left_out.count).sum()
    }

    fn trap_of(&self, path_and_query: &str, address: &Address<'_>) -> Option<(Trap, u64)> {
        let limit = |trap: Trap| trap.rule().limit as usize;
        if path_and_query.len() > limit(Trap::TooLong) {
            return Some((Trap::TooLong, 0));
        }
        if address.segments().count() > limit(Trap::TooDeep) {
            return Some((Trap::TooDeep, 0));
        }
        if repeats_in_a_row(address) {
            return Some((Trap::Repetition, 0));
        }
        let kept = u64::from(self.budgets.section_urls) * 2 / 5;
        let stopped = |trap| move |stopped_at| (trap, stopped_at);
        let places = || self.places.stopped_at(address).map(stopped(Trap::Repetition));
        let variants = || self.variants.of_known_page(address).map(|trap| (trap, 0));
        let calendars = || self.calendars.stopped_at(address, kept).map(stopped(Trap::Calendar));
        let combinations = || self.combinations.stopped_at(address).map(stopped(Trap::Facets));
        places().or_else(variants).or_else(calendars).or_else(combinations)
    }

    fn learn(&mut self, address: &Address<'_>) {
        self.places.learn(address);
        self.variants.learn(address);
        self.calendars.learn(address);
        self.combinations.learn(address, self.budgets.section_urls);
    }

    fn leave_out(&mut self, trap: Trap, stopped_at: u64, address: &Address<'_>) {
        let section = match address.section() {
            "" => "/*".to_owned(),
            section => format!("/{section}/*"),
        };
        let mut place = (trap, section);
        if self.left_out.len() >= MOST_NOTES && !self.left_out.contains_key(&place) {
            place.1 = String::new();
        }
        let left_out = self.left_out.entry(place).or_default();
        left_out.stopped_at = left_out.stopped_at.max(stopped_at);
        left_out.count += 1;
    }
}

fn note(trap: Trap, section: &str, left_out: &LeftOut) -> String {
    let section = if section.is_empty() { "other sections".to_owned() } else { format!("section {section}") };
    let (at, count) = (grouped(left_out.stopped_at), grouped(left_out.count));
    let limit = grouped(trap.rule().limit.into());
    let many = |of_what: &str| format!("{section}: {count} {of_what} were left out");
    match trap {
        Trap::TooLong => many(&format!("addresses of more than {limit} characters")),
        Trap::TooDeep => many(&format!("addresses more than {limit} directories deep")),
        Trap::Repetition => {
            many("addresses that repeat their own directories, as broken relative links make them,")
        }
        Trap::Session => many("addresses that differ from known ones only in their session id"),
        Trap::Permutation => {
            many("addresses that differ from known ones only in the order of their parameters")
        }
        Trap::Calendar => {
            format!("{section}: a calendar without end stopped at {at} URLs: {count} more were left out")
        }
        Trap::Facets => format!(
            "{section} stopped at {at} URLs that combine parameters: {count} more were left out; list them in a sitemap, \
             or raise max_section_urls, if they are pages of their own"
        ),
    }
}

/// `12,300`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
