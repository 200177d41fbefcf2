//! What is said of a plan: how a site is watched, what would be missed, and what to change.

use chrono::TimeDelta;

use super::{count, length, percent, plural};
use crate::domain::plan::{Chance, Failing, WATCHED_SECTIONS, Watch};
use crate::domain::site::Settings;

/// A chance from which on an outage is taken to be seen.
const SURE: f64 = 0.95;

/// The site that is planned for.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its origin.
    pub name: String,
    /// Its settings, or those that are tried.
    pub settings: Settings,
    /// How it is watched by them.
    pub watch: Watch,
    /// How many URLs it has.
    pub urls: u64,
    /// How many sections they are in.
    pub sections: u64,
    /// It is not looked at for now.
    pub is_paused: bool,
}

/// What an outage is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole site.
    Site,
    /// A section that has a sentinel.
    Section,
    /// A section that has none.
    SmallSection,
    /// A single URL.
    Url,
}

impl Scope {
    /// Its word in JSON and CSV.
    pub fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Section => "section",
            Self::SmallSection => "section_without_sentinel",
            Self::Url => "url",
        }
    }

    /// Its name over a column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Site => "the whole site",
            Self::Section => "a section",
            Self::SmallSection => "a small section",
            Self::Url => "one URL",
        }
    }
}

impl Subject {
    /// What may fail, and with how many URLs. Sections are taken to be of one size.
    pub fn scopes(&self) -> Vec<(Scope, Failing)> {
        let urls = (self.urls / self.sections.max(1)).max(1);
        let mut scopes = vec![
            (Scope::Site, Failing::Site { urls: self.urls }),
            (Scope::Section, Failing::Section { urls, has_sentinel: true }),
        ];
        if self.without_sentinel() > 0 {
            scopes.push((Scope::SmallSection, Failing::Section { urls, has_sentinel: false }));
        }
        scopes.push((Scope::Url, Failing::Url));
        scopes
    }

    /// How many sections have no sentinel.
    fn without_sentinel(&self) -> u64 {
        self.sections.saturating_sub(WATCHED_SECTIONS as u64)
    }
}

/// How the site is watched, in a sentence or two.
pub fn summary(subject: &Subject) -> String {
    let Subject { name, settings, watch, urls, sections, .. } = subject;
    let crawls = match watch.interval {
        Some(_) => format!("crawled {} (a crawl takes about {})", settings.schedule, seconds(watch.crawl)),
        None => "crawled only by hand".to_owned(),
    };
    format!(
        "{name}: {} in {}, {crawls}; sentinels are probed every {}.",
        plural(*urls, "URL", "URLs"),
        plural(*sections, "section", "sections"),
        settings.policy.sentinel_every
    )
}

/// A chance and a delay: `96 %, 12 min`.
pub fn cell(chance: &Chance) -> String {
    match chance.delay {
        Some(delay) if chance.seen > 0.0 => format!("{}, {}", share(chance.seen), seconds(delay)),
        _ => "never".to_owned(),
    }
}

/// What would be missed, each with what to change.
pub fn warnings(subject: &Subject) -> Vec<String> {
    let mut warnings = Vec::new();
    if subject.is_paused {
        warnings.push("The site is paused: nothing is looked at until `gatecrawl site resume`.".to_owned());
    }
    warnings.extend(slow_crawl(subject));
    warnings.extend(brief_outages(subject));
    warnings.extend(small_sections(subject));
    warnings.extend(single_urls(subject));
    warnings
}

/// A crawl that takes longer than the time until the next one.
fn slow_crawl(Subject { watch, urls, .. }: &Subject) -> Option<String> {
    let interval = watch.interval.filter(|interval| watch.crawl > *interval)?;
    #[expect(clippy::cast_precision_loss, reason = "URLs of a site stay far below 2^52")]
    let rate = (*urls as f64 / interval * 10.0).ceil() / 10.0;
    Some(format!(
        "A crawl of {} takes about {}, longer than the {} until the next one: set a rate above {rate} if the site bears it, or a longer schedule.",
        plural(*urls, "URL", "URLs"),
        seconds(watch.crawl),
        seconds(interval)
    ))
}

/// Outages of routes that are watched, but shorter than a round of the sentinels.
fn brief_outages(Subject { watch, urls, sections, .. }: &Subject) -> Option<String> {
    /// Outages of this length should not be missed: the time that a restart behind a gateway takes.
    const BRIEF: f64 = 60.0;
    let of = Failing::Section { urls: (urls / (*sections).max(1)).max(1), has_sentinel: true };
    let seen = watch.chance(of, BRIEF).seen;
    (seen < SURE).then(|| {
        format!(
            "An outage of one minute is seen with a chance of {}; one of {} is nearly always. sentinel_every=1m sees nearly all of one minute, at most 20 requests a minute.",
            share(seen),
            seconds(watch.sentinels * SURE)
        )
    })
}

/// Sections without a sentinel, which only crawls look at.
fn small_sections(subject: &Subject) -> Option<String> {
    const HOUR: f64 = 3600.0;
    let without = subject.without_sentinel();
    let (_, failing) = subject.scopes().into_iter().find(|(scope, _)| *scope == Scope::SmallSection)?;
    let seen = subject.watch.chance(failing, HOUR).seen;
    (seen < SURE).then(|| {
        format!(
            "{} of {} sections, the smallest, have no sentinel: an outage of one of them for an hour is seen with a chance of {}. {}",
            count(without),
            count(subject.sections),
            share(seen),
            more_crawls(HOUR)
        )
    })
}

/// Single pages, which only crawls look at.
fn single_urls(subject: &Subject) -> Option<String> {
    /// The longest outage of a page that search engines forgive for sure.
    const DAY: f64 = 86_400.0;
    let seen = subject.watch.chance(Failing::Url, DAY).seen;
    (seen < SURE).then(|| {
        format!(
            "A single page that fails for a day is seen with a chance of {}. {}",
            share(seen),
            more_crawls(DAY)
        )
    })
}

fn more_crawls(outage: f64) -> String {
    format!("A crawl every {} would see it.", seconds(outage * SURE))
}

fn share(share: f64) -> String {
    // What is not certain is not called certain.
    if share < 1.0 && share > 0.99 { "> 99 %".to_owned() } else { percent(share) }
}

fn seconds(seconds: f64) -> String {
    length(
        TimeDelta::from_std(std::time::Duration::from_secs_f64(seconds.max(0.0))).unwrap_or(TimeDelta::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(urls: u64, sections: u64, crawl: f64) -> Subject {
        let settings = Settings::default();
        let watch = Watch { interval: Some(86_400.0), crawl, sentinels: 300.0, confirmation: 30.0 };
        Subject { name: "https://shop.example".to_owned(), settings, watch, urls, sections, is_paused: false }
    }

    #[test]
    fn what_would_be_missed_is_said_with_what_to_change() {
        let told = warnings(&subject(1_000_000, 40, 200_000.0)).join("\n");
        assert!(told.contains("takes about 2 d 7 h, longer than the 1 d until the next one"), "{told}");
        assert!(told.contains("a rate above 11.6"), "{told}");
        let told = warnings(&subject(20_000, 40, 4_000.0)).join("\n");
        assert!(told.contains("one minute is seen with a chance of 2"), "{told}");
        assert!(
            told.contains("26 of 40 sections") && told.contains("A crawl every 57 min would see it"),
            "{told}"
        );
    }

    #[test]
    fn a_schedule_that_sees_everything_is_not_warned_of() {
        let mut dense = subject(100, 3, 60.0);
        dense.watch = Watch { interval: Some(3600.0), sentinels: 60.0, ..dense.watch };
        assert_eq!(warnings(&dense), Vec::<String>::new());
        dense.is_paused = true;
        assert!(warnings(&dense)[0].contains("paused"));
    }

    #[test]
    fn a_cell_tells_chance_and_delay() {
        let chance = |seen, delay| Chance { seen, confirmed: seen, delay };
        assert_eq!(cell(&chance(0.2, Some(29.6))), "20 %, 29 s");
        assert_eq!(cell(&chance(0.9999, Some(90.0))), "> 99 %, 1 min 30 s");
        assert_eq!(cell(&chance(0.0, None)), "never");
    }
}
