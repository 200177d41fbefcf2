//! What is said of a plan: how a site is watched, what would be missed, and what to change.

use std::time::Duration;

use chrono::TimeDelta;

use super::{count, length, percent, plural};
use crate::domain::plan::{Chance, SURE, Scope, Setup};
use crate::domain::span::Span;

/// The site that is planned for.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its origin.
    pub name: String,
    /// How it is to be looked at.
    pub setup: Setup,
    /// It is not looked at for now.
    pub is_paused: bool,
}

/// An outage that should not be missed.
#[derive(Debug)]
struct Concern {
    scope: Scope,
    length: Span,
}

/// The outages that are warned of when they would be missed. A model of ours.
const CONCERNS: [Concern; 4] = [
    // A restart behind a gateway takes about so long.
    Concern { scope: Scope::Section, length: Span::minutes(1) },
    // A deploy that went wrong and was taken back.
    Concern { scope: Scope::SmallSection, length: Span::minutes(15) },
    // What a search engine calls "a couple of hours".
    Concern { scope: Scope::SmallSection, length: Span::hours(2) },
    // The longest that is called brief.
    Concern { scope: Scope::Url, length: Span::hours(24) },
];

/// Its word in JSON and CSV.
pub fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Site => "site",
        Scope::Section => "section",
        Scope::SmallSection => "section_without_sentinel",
        Scope::Url => "url",
    }
}

/// Its name over a column.
pub fn title(scope: Scope) -> &'static str {
    match scope {
        Scope::Site => "the whole site",
        Scope::Section => "a section",
        Scope::SmallSection => "a small section",
        Scope::Url => "one URL",
    }
}

/// How the site is watched, in a sentence or two.
pub fn summary(Subject { name, setup, .. }: &Subject) -> String {
    let watch = setup.watch();
    let takes = match setup.pace.measured {
        Some(_) => format!("a crawl takes about {}, as the last one did", seconds(watch.crawl)),
        None => format!("a crawl would take about {}", seconds(watch.crawl)),
    };
    let crawls = match watch.interval() {
        Some(_) => format!("crawled {} ({takes})", setup.schedule),
        None => "crawled only by hand".to_owned(),
    };
    format!(
        "{name}: {} in {}, {crawls}; {} probed every {}.",
        plural(setup.urls, "URL", "URLs"),
        plural(setup.sections, "section", "sections"),
        plural(setup.sentinels, "sentinel is", "sentinels are"),
        seconds(watch.sentinels)
    )
}

/// From which length on outages are nearly always seen, for each scope.
pub fn reach(subject: &Subject) -> String {
    let from = |scope: Scope| {
        let from = match subject.setup.outlook(scope).seen_from(SURE) {
            Some(from) => format!("from {} on", seconds(from)),
            None => "never".to_owned(),
        };
        format!("{} {from}", title(scope))
    };
    let all: Vec<String> = subject.setup.scopes().into_iter().map(from).collect();
    format!("Outages that are seen with a chance of {} or more: {}.", percent(SURE), all.join(", "))
}

/// A chance and a delay: `96 %, 12 min`.
pub fn seen_cell(chance: &Chance) -> String {
    match chance.delay {
        Some(delay) if chance.seen > 0.0 => format!("{}, {}", share(chance.seen), seconds(delay)),
        _ => "never".to_owned(),
    }
}

/// How probably a second look fails too, and how wide the bounds are: `94 %, 5 min 30 s`.
pub fn bounds_cell(chance: &Chance) -> String {
    match chance.width {
        Some(width) if chance.confirmed > 0.0 => format!("{}, {}", share(chance.confirmed), seconds(width)),
        _ => "never".to_owned(),
    }
}

/// What would be missed, each with what to change.
pub fn warnings(subject: &Subject) -> Vec<String> {
    let mut warnings = Vec::new();
    if subject.is_paused {
        warnings.push("The site is paused: nothing is looked at until `gatecrawl site resume`.".to_owned());
    }
    warnings.extend(slow_crawl(&subject.setup));
    warnings.extend(slow_rounds(&subject.setup));
    warnings.extend(CONCERNS.iter().filter_map(|concern| missed(&subject.setup, concern)));
    warnings
}

/// A crawl that takes longer than the time until the next one.
fn slow_crawl(setup: &Setup) -> Option<String> {
    let crawl = setup.watch().crawl;
    let interval = setup.shortest_interval().filter(|interval| crawl > *interval)?;
    let instead = setup.rate_for(interval).map_or_else(
        || "crawl it less often".to_owned(),
        |rate| format!("set rate={rate} if the site bears it, or crawl it less often"),
    );
    Some(format!(
        "A crawl of {} takes about {}, longer than the {} until the next one, which is late then: {instead}.",
        plural(setup.urls, "URL", "URLs"),
        seconds(crawl),
        seconds(interval)
    ))
}

/// Sentinels that cannot be probed as often as they should be.
fn slow_rounds(setup: &Setup) -> Option<String> {
    let (every, round) = (setup.sentinel_every.duration().as_secs_f64(), setup.watch().sentinels);
    (round > every).then(|| {
        format!(
            "{} every {} are more than the site's pace allows: a round of them takes {}.",
            plural(setup.sentinels, "sentinel", "sentinels"),
            length(setup.sentinel_every.delta()),
            seconds(round)
        )
    })
}

fn missed(setup: &Setup, concern: &Concern) -> Option<String> {
    let Concern { scope, length: lasts, .. } = *concern;
    let seconds = lasts.duration().as_secs_f64();
    let seen = setup.outlook(scope).chance(seconds).seen;
    if seen >= SURE || !setup.scopes().contains(&scope) {
        return None;
    }
    let of = match scope {
        Scope::SmallSection => format!(
            "one of the {} smallest of {} sections, which have no sentinel,",
            count(setup.without_sentinel()),
            count(setup.sections)
        ),
        Scope::Url => "a single URL".to_owned(),
        Scope::Site | Scope::Section => title(scope).to_owned(),
    };
    Some(format!(
        "An outage of {of} that lasts {} is {}. {}",
        length(lasts.delta()),
        odds(seen),
        remedy(setup, scope, seconds)
    ))
}

/// What would help, and what it costs.
fn remedy(setup: &Setup, scope: Scope, seconds: f64) -> String {
    let Some(remedy) = setup.remedy(scope, seconds) else {
        return "No setting that a site should be asked to bear would change that.".to_owned();
    };
    let cost = match scope {
        Scope::Site | Scope::Section => per_minute(
            setup.sentinels,
            remedy.setup.watch().sentinels,
            "request a minute by sentinels",
            "requests a minute by sentinels",
        ),
        Scope::SmallSection | Scope::Url => per_minute(
            setup.urls,
            remedy.setup.watch().interval().unwrap_or(f64::INFINITY),
            "page a minute",
            "pages a minute",
        ),
    };
    format!("With {} the chance is {} ({cost}).", remedy.pairs.join(" and "), share(remedy.seen))
}

#[expect(clippy::cast_precision_loss, reason = "URLs of a site stay far below 2^52")]
fn per_minute(requests: u64, every: f64, one: &str, many: &str) -> String {
    let rate = (requests as f64 * 60.0 / every).round();
    if rate < 2.0 { format!("one {one} or less") } else { format!("{rate:.0} {many}") }
}

/// A small chance as what it means: `seen with a chance of 1 in 96`.
fn odds(seen: f64) -> String {
    if seen <= 0.0 {
        return "never seen".to_owned();
    }
    let odds = if seen > 0.3 { share(seen) } else { format!("1 in {:.0}", 1.0 / seen) };
    format!("seen with a chance of {odds}")
}

fn share(share: f64) -> String {
    // What is not certain is not called certain.
    if share < 1.0 && share > 0.99 { "> 99 %".to_owned() } else { percent(share) }
}

fn seconds(seconds: f64) -> String {
    let duration = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    length(TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::Pace;

    fn subject(schedule: &str, urls: u64, sections: u64) -> Subject {
        let setup = Setup {
            schedule: schedule.parse().unwrap(),
            zone: chrono_tz::Tz::UTC,
            now: chrono::DateTime::UNIX_EPOCH,
            urls,
            sections,
            sentinels: 20,
            sentinel_every: Span::minutes(5),
            recheck: vec![Span::seconds(30)],
            pace: Pace { rate: 5.0, crawl_delay: Duration::ZERO, measured: None },
        };
        Subject { name: "https://shop.example".to_owned(), setup, is_paused: false }
    }

    #[test]
    fn what_would_be_missed_is_said_with_what_to_change() {
        let told = warnings(&subject("every 24h", 20_000, 2_000)).join("\n");
        assert!(told.contains("lasts 1 min is seen with a chance of 1 in 5"), "{told}");
        assert!(told.contains("With sentinel_every=1m the chance is > 99 % (20 requests a minute"), "{told}");
        assert!(told.contains("1,986 smallest of 2,000 sections"), "{told}");
        assert!(told.contains("lasts 15 min is seen with a chance of 1 in 96. No setting"), "{told}");
        assert!(
            told.contains("lasts 2 h is seen with a chance of 1 in 12. With schedule=\"every 2h\""),
            "{told}"
        );
    }

    #[test]
    fn a_crawl_that_is_not_over_in_time_is_said_with_the_rate_that_it_needs() {
        let told = warnings(&subject("every 24h", 1_000_000, 14)).join("\n");
        assert!(told.contains("takes about 2 d 7 h, longer than the 1 d until the next one"), "{told}");
        assert!(told.contains("set rate=15 if the site bears it"), "{told}");
        let mut shy = subject("every 24h", 1_000_000, 14);
        shy.setup.pace.crawl_delay = Duration::from_secs(20);
        let told = warnings(&shy).join("\n");
        assert!(told.contains("which is late then: crawl it less often."), "{told}");
        assert!(told.contains("20 sentinels every 5 min are more than the site's pace allows"), "{told}");
    }

    #[test]
    fn a_schedule_that_sees_everything_is_not_warned_of() {
        let mut dense = subject("every 1h", 100, 3);
        dense.setup.sentinel_every = Span::minutes(1);
        assert_eq!(warnings(&dense), Vec::<String>::new());
        dense.is_paused = true;
        assert!(warnings(&dense)[0].contains("paused"));
    }

    #[test]
    fn a_cell_tells_chance_and_time() {
        let chance = |seen, time| Chance { seen, confirmed: seen / 2.0, delay: time, width: time };
        assert_eq!(seen_cell(&chance(0.2, Some(29.6))), "20 %, 29 s");
        assert_eq!(seen_cell(&chance(0.9999, Some(90.0))), "> 99 %, 1 min 30 s");
        assert_eq!(bounds_cell(&chance(0.2, Some(60.0))), "10 %, 1 min");
        assert_eq!(seen_cell(&chance(0.0, None)), "never");
        assert_eq!(bounds_cell(&chance(0.0, None)), "never");
    }

    #[test]
    fn what_is_seen_for_sure_is_told_for_each_scope() {
        let told = reach(&subject("every 24h", 20_000, 14));
        assert!(told.contains("95 % or more: the whole site from 4 min"), "{told}");
        assert!(told.ends_with("one URL from 22 h 48 min on."), "{told}");
        let never = subject("never", 500, 14);
        assert!(reach(&never).ends_with("one URL never."));
        let told = warnings(&never).join("\n");
        assert!(
            told.contains("a single URL that lasts 1 d is never seen. With schedule=\"every 24h\""),
            "{told}"
        );
        assert!(told.contains("(one page a minute or less)"), "{told}");
    }
}
