//! Calendars that can be turned without end. A date alone is no trap: an archive has years of them. What tells a calendar is
//! that it runs far beyond today, where nothing can have been written yet.
//!
//! Then it is stopped: ahead at once, and behind where it is a calendar of empty pages. A page below a date
//! (`/2024/03/17/slug`) is an article and stays, however old; a view (`/2024/03/17/list`) comes back below every date.

use rustc_hash::FxHashMap;

use super::address::{Address, digest};
use super::rules::Trap;

/// Of so many kinds of addresses dates are counted; those of later ones are let in.
const MOST_TEMPLATES: usize = 2000;

/// Dates are far from today from the year after the next on. Who books or plans ahead goes less far.
const FAR_AHEAD: i32 = 2;

/// And before so many years, when no article lies below a date.
const FAR_BEHIND: i32 = 100;

/// What a calendar keeps once it was stopped: the pages of so many years back.
const KEPT_BEHIND: i32 = 10;

/// So many different names below dates are those of articles; views are fewer.
const ARTICLES: usize = 20;

/// Words that make a calendar of numbers which are no dates for themselves.
const WORDS: [&str; 12] = [
    "calendar",
    "calendario",
    "calendrier",
    "kalender",
    "event",
    "events",
    "agenda",
    "termine",
    "schedule",
    "month",
    "booking",
    "availability",
];

const YEAR_KEYS: [&str; 6] = ["year", "yr", "jahr", "annee", "ano", "anno"];
const SHORT_YEAR_KEYS: [&str; 2] = ["y", "yyyy"];
const MONTH_KEYS: [&str; 7] = ["month", "mon", "m", "mm", "monat", "mois", "mes"];
const DAY_KEYS: [&str; 6] = ["day", "d", "dd", "tag", "jour", "dia"];

/// The calendars of a site.
#[derive(Debug)]
pub(super) struct Calendars {
    /// The present year.
    year: i32,
    templates: FxHashMap<u64, Template>,
}

/// The addresses that differ in their dates alone.
#[derive(Debug, Default)]
struct Template {
    let_in: u64,
    /// Distinct ones, as many as matter.
    far: Vec<u32>,
    /// Distinct names below dates, as many as matter.
    below: Vec<u64>,
    /// The oldest year with something below a date.
    oldest: Option<i32>,
    /// A number stands where a month would stand and is none: ids and page numbers look like this.
    is_no_date: bool,
}

/// A date in an address.
#[derive(Debug, Clone, Copy)]
struct Found {
    template: u64,
    year: i32,
    date: u32,
    /// What lies below it.
    below: Option<u64>,
    is_no_date: bool,
}

impl Calendars {
    pub(super) fn new(year: i32) -> Self {
        Self { year, templates: FxHashMap::default() }
    }

    /// How many pages of its calendar were let in, when this address belongs to the part that is left out. `kept` pages
    /// stay, 0 for any number.
    pub(super) fn stopped_at(&self, address: &Address<'_>, kept: u64) -> Option<u64> {
        let found = find(address)?;
        let template = self.templates.get(&found.template)?;
        let is_ahead = found.year >= self.year + FAR_AHEAD;
        let is_out = is_ahead || template.is_beyond(&found, self.year - KEPT_BEHIND, kept);
        (template.is_trap() && is_out).then_some(template.let_in)
    }

    pub(super) fn learn(&mut self, address: &Address<'_>) {
        let Some(found) = find(address) else { return };
        if self.templates.len() >= MOST_TEMPLATES && !self.templates.contains_key(&found.template) {
            return;
        }
        let template = self.templates.entry(found.template).or_default();
        template.let_in += 1;
        template.is_no_date |= found.is_no_date;
        if let Some(below) = found.below {
            template.oldest = Some(template.oldest.map_or(found.year, |oldest| oldest.min(found.year)));
            if template.below.len() < ARTICLES && !template.below.contains(&below) {
                template.below.push(below);
            }
        }
        let is_far = found.year >= self.year + FAR_AHEAD
            || (found.year < self.year - FAR_BEHIND && !template.has_articles() && found.below.is_none());
        if is_far && !template.is_trap() && !template.far.contains(&found.date) {
            template.far.push(found.date);
        }
    }
}

impl Template {
    fn is_trap(&self) -> bool {
        !self.is_no_date && self.far.len() >= Trap::Calendar.rule().limit as usize
    }

    fn has_articles(&self) -> bool {
        self.below.len() >= ARTICLES
    }

    /// Whether a date lies behind what a calendar keeps: back to its oldest article, or else to `oldest` and `kept` pages.
    fn is_beyond(&self, found: &Found, oldest: i32, kept: u64) -> bool {
        match found.below {
            Some(_) if self.has_articles() => false,
            Some(name) if !self.below.contains(&name) => false,
            None if self.has_articles() => {
                self.oldest.is_some_and(|article| found.year < article.min(oldest))
            }
            _ => found.year < oldest || (kept > 0 && self.let_in >= kept),
        }
    }
}

/// Whether a parameter is a part of a date.
pub(super) fn is_date_part(key: &str) -> bool {
    [&YEAR_KEYS[..], &SHORT_YEAR_KEYS, &MONTH_KEYS, &DAY_KEYS].iter().any(|keys| is_one_of(keys, key))
}

fn find(address: &Address<'_>) -> Option<Found> {
    in_path(address).or_else(|| in_query(address))
}

/// `/2024/03/`, `/2024/03/17`, `/2024-03-17`, and in a calendar `/2024/3` and `/2024` too.
fn in_path(address: &Address<'_>) -> Option<Found> {
    let mut segments = address.segments().enumerate();
    let mut is_calendar = false;
    while let Some((at, segment)) = segments.next() {
        is_calendar |= is_one_of(&WORDS, segment);
        let template = || digest(("path", address.section(), at));
        if let Some((year, month, day)) = iso(segment) {
            let below = address.segments().skip(at + 1).last().map(digest);
            let date = number(year, month, day);
            return Some(Found { template: template(), year, date, below, is_no_date: false });
        }
        let Some(year) = year(segment) else { continue };
        let Some((_, next)) = segments.clone().next() else {
            let date = number(year, 0, 0);
            return is_calendar.then(|| Found {
                template: template(),
                year,
                date,
                below: None,
                is_no_date: false,
            });
        };
        let Some(month) = digits(next) else { continue };
        let day = address.segments().nth(at + 2).and_then(digits).filter(|day| (1..=31).contains(day));
        let below = address.segments().skip(if day.is_some() { at + 3 } else { at + 2 }).last().map(digest);
        let date = number(year, month, day.unwrap_or_default());
        let is_no_date = !(1..=12).contains(&month) || (next.len() != 2 && !is_calendar);
        return Some(Found { template: template(), year, date, below, is_no_date });
    }
    None
}

/// `?date=2024-03-17`, `?year=2024&month=3`, `?day=20240317`.
fn in_query(address: &Address<'_>) -> Option<Found> {
    let value =
        |keys: &[&str]| address.pairs.iter().find(|(key, _)| is_one_of(keys, key)).map(|(_, value)| *value);
    let month = value(&MONTH_KEYS).and_then(digits);
    let day = value(&DAY_KEYS).and_then(digits).unwrap_or_default();
    let by_keys = value(&YEAR_KEYS).or_else(|| month.and(value(&SHORT_YEAR_KEYS))).and_then(year);
    let (year, month, day) = by_keys.map(|year| (year, month.unwrap_or_default(), day)).or_else(|| {
        address.pairs.iter().find_map(|(key, value)| iso(value).or_else(|| compact(key, value)))
    })?;
    let mut template = digest(("query", address.group()));
    for (key, _) in &address.pairs {
        template = template.wrapping_add(digest(key));
    }
    Some(Found { template, year, date: number(year, month, day), below: None, is_no_date: false })
}

/// `2024-03`, `2024-03-17`, and what follows a `T`.
fn iso(text: &str) -> Option<(i32, u32, u32)> {
    let date = text.split('T').next().unwrap_or_default();
    let mut parts = date.split('-');
    let year = year(parts.next()?)?;
    let month =
        parts.next().filter(|month| month.len() == 2).and_then(digits).filter(|m| (1..=12).contains(m))?;
    let day = match parts.next() {
        Some(day) => {
            Some(day).filter(|day| day.len() == 2).and_then(digits).filter(|d| (1..=31).contains(d))?
        }
        None => 0,
    };
    parts.next().is_none().then_some((year, month, day))
}

/// `20240317`, where the key says that it is a date.
fn compact(key: &str, text: &str) -> Option<(i32, u32, u32)> {
    if text.len() != 8 || !(is_one_of(&DAY_KEYS, key) || key.to_ascii_lowercase().contains("date")) {
        return None;
    }
    let (year, month, day) = (year(text.get(..4)?)?, digits(text.get(4..6)?)?, digits(text.get(6..)?)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

fn year(text: &str) -> Option<i32> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_year { text.parse().ok() } else { None }
}

fn digits(text: &str) -> Option<u32> {
    let is_number = matches!(text.len(), 1..=4) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn number(year: i32, month: u32, day: u32) -> u32 {
    year.unsigned_abs() * 1024 + month.min(15) * 64 + day.min(63)
}

fn is_one_of(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}
