//! What an access log shows of search bots, made ready for readers: one shape for programs, and what a reader must know to
//! trust the numbers.

mod notes;
mod section;
pub mod sides;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use self::notes::notes;
pub use self::section::{BotRow, Section, section};
use super::json::{OutageJson, Surroundings, rfc3339, share};
use crate::accesslog::bots::Bots;
use crate::accesslog::tally::{Count, RobotsSeen, SiteSeen, Tally};
use crate::domain::judge::OutageKey;
use crate::domain::observation::OutageId;
use crate::domain::outage::Outage;
use crate::domain::robots_ladder::{Authority, standing};
use crate::domain::verdict::{State, Verdict};

/// How many sections are told: the worst.
const MOST_SECTIONS: usize = 20;

/// All that is told, but for the lines themselves.
#[derive(Debug, Clone, Serialize)]
pub struct BotsJson {
    now: String,
    trusted_user_agent: bool,
    bots: Vec<BotJson>,
    outages: Vec<OutageJson>,
    failing_urls: Vec<FailingUrlJson>,
    days: Vec<DayJson>,
    sections: Vec<SectionJson>,
    robots: Vec<RobotsJson>,
    wasted: WastedJson,
    notes: Vec<String>,
}

/// The hits of one bot, by how well the claim to be it is founded.
#[derive(Debug, Clone, Serialize)]
pub struct BotJson {
    /// Its name.
    pub bot: &'static str,
    /// What it is for.
    pub kind: &'static str,
    /// How well the claim is founded.
    pub verification: &'static str,
    /// How many hits.
    pub hits: u64,
    /// What they got.
    pub by_outcome: BTreeMap<String, u64>,
    /// The share that failed of those of which it is known.
    pub failing_share: f64,
}

/// A URL that failed for a bot.
#[derive(Debug, Clone, Serialize)]
pub struct FailingUrlJson {
    /// The URL.
    pub url: String,
    /// The bot.
    pub bot: String,
    /// How many of its hits failed.
    pub hits: u64,
    /// What they got.
    pub by_outcome: BTreeMap<String, u64>,
    /// The first of them.
    pub first_failing: String,
    /// The last of them.
    pub last_failing: String,
}

/// The judged hits of one bot on one day (UTC).
#[derive(Debug, Clone, Serialize)]
pub struct DayJson {
    /// The day.
    pub day: String,
    /// The bot.
    pub bot: &'static str,
    /// How many hits.
    pub hits: u64,
    /// What they got.
    pub by_outcome: BTreeMap<String, u64>,
    /// The share that failed.
    pub failing_share: f64,
}

/// The judged hits of one section in which something failed.
#[derive(Debug, Clone, Serialize)]
pub struct SectionJson {
    /// The site.
    pub site: String,
    /// The path template.
    pub section: String,
    /// How many hits.
    pub hits: u64,
    /// How many of them failed.
    pub failing: u64,
    /// How many different URLs failed.
    pub failing_urls: u64,
    /// The share of hits that failed.
    pub failing_share: f64,
}

/// What one bot got for robots.txt.
#[derive(Debug, Clone, Serialize)]
pub struct RobotsJson {
    /// The site.
    pub site: String,
    /// The bot.
    pub bot: String,
    /// How often it asked.
    pub fetches: u64,
    /// What it got.
    pub by_outcome: BTreeMap<String, u64>,
    /// When it last asked.
    pub last: Option<String>,
    /// Since when it fails; null: it does not.
    pub failing_since: Option<String>,
    /// What becomes of crawling while it fails.
    pub phase: Option<PhaseJson>,
    /// Earlier failures: from the first failing answer to the first good one.
    pub failures: Vec<[String; 2]>,
}

/// The phase of a failing robots.txt on both ladders.
#[derive(Debug, Clone, Serialize)]
pub struct PhaseJson {
    google: &'static str,
    google_says: &'static str,
    rfc9309: &'static str,
}

/// What the judged hits cost that came to nothing.
#[derive(Debug, Clone, Serialize)]
pub struct WastedJson {
    fetches: u64,
    fetch_share: f64,
    seconds: f64,
    /// Null: the log does not say how long requests took.
    time_share: Option<f64>,
}

/// One outage as a bot saw it.
#[derive(Debug)]
pub struct SeenOutage<'a> {
    /// Its number, from 1.
    pub number: i64,
    /// Whose it is.
    pub site: &'a SiteSeen,
    key: OutageKey,
    /// The outage.
    pub outage: Outage,
}

/// Every outage that a bot saw, numbered.
pub fn outages(tally: &Tally) -> Vec<SeenOutage<'_>> {
    let all =
        tally.sites.iter().flat_map(|site| site.judge.outages().map(move |(key, one)| (site, key, one)));
    (1..).zip(all).map(|(number, (site, key, outage))| SeenOutage { number, site, key, outage }).collect()
}

/// Whether an outage goes on at this verdict or a worse one.
pub fn is_failing(tally: &Tally, fail_on: Verdict, now: DateTime<Utc>) -> bool {
    let judged = outages(tally).into_iter().map(|seen| seen.outage.judge(now, &tally.rules().policy));
    judged.into_iter().any(|judged| judged.state == State::Ongoing && judged.verdict >= fail_on)
}

impl SeenOutage<'_> {
    fn json(&self, tally: &Tally, now: DateTime<Utc>) -> OutageJson {
        // What a page says of itself is not in a log: each URL may be indexed.
        let around = Surroundings {
            known_urls: self.site.urls(),
            indexable_urls: self.outage.url_count,
            answers: self.site.answers(self.key),
            ..Surroundings::default()
        };
        let (id, site) = (Some(OutageId(self.number)), site_word(self.site.origin.as_str()));
        OutageJson::of(id, site, &self.outage, &around, now, &tally.rules().policy)
    }

    /// What the log says of who made the answers.
    pub fn answers(&self) -> crate::diagnosis::consensus::Consensus {
        self.site.answers(self.key)
    }
}

/// A site as it is written; one that the log does not name is `unknown`.
pub fn site_word(origin: &str) -> &str {
    if origin == crate::accesslog::gather::NO_SITE { "unknown" } else { origin }
}

/// A URL as it is written: of a site that the log does not name, path and query alone.
pub fn url_word(url: &str) -> &str {
    url.strip_prefix(crate::accesslog::gather::NO_SITE).unwrap_or(url)
}

impl BotsJson {
    /// All that is told of these hits, judged at this instant.
    pub fn of(tally: &Tally, notes: Vec<String>, now: DateTime<Utc>) -> Self {
        Self {
            now: rfc3339(now),
            trusted_user_agent: tally.rules().trust,
            bots: bots(tally),
            outages: outages(tally).iter().map(|seen| seen.json(tally, now)).collect(),
            failing_urls: failing_urls(tally),
            days: days(tally),
            sections: sections(tally),
            robots: robots(tally, now),
            wasted: wasted(tally),
            notes,
        }
    }
}

/// The share of hits that failed, of those of which it is known.
pub fn failing_share(count: &Count) -> f64 {
    share(count.failing(), count.known())
}

/// Hits by bot and verification.
pub fn bots(tally: &Tally) -> Vec<BotJson> {
    let one = |((bot, verification), count): (&(&'static str, _), &Count)| BotJson {
        bot,
        kind: Bots::named(bot).map_or("", |bot| bot.kind.word()),
        verification: crate::accesslog::bots::Verification::word(*verification),
        hits: count.hits(),
        by_outcome: count.by_outcome(),
        failing_share: failing_share(count),
    };
    tally.bots.iter().map(one).collect()
}

/// The URLs that failed for a bot, in the order of site and bot, the last failing first.
pub fn failing_urls(tally: &Tally) -> Vec<FailingUrlJson> {
    let mut all = Vec::new();
    for site in &tally.sites {
        let mut urls: Vec<_> = site.failing.iter().collect();
        urls.sort_by_key(|(place, url)| (std::cmp::Reverse(url.last), **place));
        all.extend(urls.into_iter().map(|(place, url)| FailingUrlJson {
            url: url_word(tally.urls.text(*place)).to_owned(),
            bot: site.bot().to_owned(),
            hits: url.fetches(),
            by_outcome: url.outcomes.iter().map(|(outcome, n)| (outcome.to_string(), *n)).collect(),
            first_failing: rfc3339(url.first),
            last_failing: rfc3339(url.last),
        }));
    }
    all
}

/// Judged hits by day and bot.
pub fn days(tally: &Tally) -> Vec<DayJson> {
    let one = |((day, bot), count): (&(chrono::NaiveDate, &'static str), &Count)| DayJson {
        day: day.to_string(),
        bot,
        hits: count.hits(),
        by_outcome: count.by_outcome(),
        failing_share: failing_share(count),
    };
    tally.days.iter().map(one).collect()
}

/// The sections in which something failed, those with the most failing hits first.
pub fn sections(tally: &Tally) -> Vec<SectionJson> {
    let name = |(origin, section): (u32, u32)| {
        let site = tally.urls.origins().get(origin as usize).map_or("", |origin| origin.as_str());
        let section = tally.urls.sections().get(section as usize).map_or("", |section| section.as_str());
        (site_word(site).to_owned(), section.to_owned())
    };
    let failing = tally.sections.iter().filter(|(_, of)| of.count.failing() > 0);
    let mut all: Vec<SectionJson> = failing
        .map(|(place, of)| {
            let (site, section) = name(*place);
            SectionJson {
                site,
                section,
                hits: of.count.hits(),
                failing: of.count.failing(),
                failing_urls: of.failing_urls.len() as u64,
                failing_share: failing_share(&of.count),
            }
        })
        .collect();
    all.sort_by(|a, b| (b.failing, &a.site, &a.section).cmp(&(a.failing, &b.site, &b.section)));
    all.truncate(MOST_SECTIONS);
    all
}

/// What each bot got for robots.txt.
pub fn robots(tally: &Tally, now: DateTime<Utc>) -> Vec<RobotsJson> {
    let asked = tally.sites.iter().filter(|site| site.robots.fetches() > 0);
    asked
        .map(|site| {
            let robots = &site.robots;
            RobotsJson {
                site: site_word(site.origin.as_str()).to_owned(),
                bot: site.bot().to_owned(),
                fetches: robots.fetches(),
                by_outcome: robots.by_outcome.iter().map(|(outcome, n)| (outcome.to_string(), *n)).collect(),
                last: robots.newest.map(|(at, _)| rfc3339(at)),
                failing_since: robots.failing_since.map(rfc3339),
                phase: phase(robots, now),
                failures: robots.failures.iter().map(|(from, to)| [rfc3339(*from), rfc3339(*to)]).collect(),
            }
        })
        .collect()
}

fn phase(robots: &RobotsSeen, now: DateTime<Utc>) -> Option<PhaseJson> {
    let failure = robots.failure()?;
    let at = |authority| standing(authority, &failure, now).map(|standing| standing.step);
    let (google, rfc) = (at(Authority::Google)?, at(Authority::Rfc9309)?);
    Some(PhaseJson { google: google.phase.word(), google_says: google.says, rfc9309: rfc.phase.word() })
}

impl PhaseJson {
    /// What Google does, in a sentence.
    pub fn google_says(&self) -> &'static str {
        self.google_says
    }
}

/// What came to nothing.
pub fn wasted(tally: &Tally) -> WastedJson {
    let sum = |of: fn(&Count) -> u64| tally.judged.values().map(of).sum::<u64>();
    let (elapsed, lost) = (sum(|count| count.elapsed), sum(|count| count.failing_elapsed));
    WastedJson {
        fetches: sum(Count::failing),
        fetch_share: share(sum(Count::failing), sum(Count::known)),
        seconds: std::time::Duration::from_millis(lost).as_secs_f64(),
        time_share: (elapsed > 0).then(|| share(lost, elapsed)),
    }
}

impl WastedJson {
    /// `2 of 510 fetches (0.4 %)`, in shares.
    pub fn shares(&self) -> (u64, f64, Option<f64>) {
        (self.fetches, self.fetch_share, self.time_share)
    }
}
