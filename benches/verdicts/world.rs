//! A site with known faults, and a crawler that looks at it: what happens, and what of it is seen.
//!
//! Faults say which URLs fail from when to when, and how often; the schedule says who looks when. Nothing here knows how
//! outages are judged, and what a perfect judge could make of the looks is told in [`super::truth`].

use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use gatecrawl::domain::observation::Observation;
use gatecrawl::domain::outcome::Outcome;
use gatecrawl::domain::page_url::Section;
use gatecrawl::domain::policy::Policy;
use gatecrawl::domain::span::Span;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// A fault with one root.
#[derive(Debug, Clone, Default)]
pub struct Fault {
    /// The URLs that it hits, each with the second at which it is over.
    pub urls: BTreeMap<usize, i64>,
    /// When it begins, in seconds.
    pub from: i64,
    /// The URLs that it reaches later, each with the second at which it does.
    pub late: BTreeMap<usize, i64>,
    /// How often a fetch fails by it, from 0 to 1.
    pub share: f64,
    /// The second from which on every fetch fails by it.
    pub worse_from: Option<i64>,
    /// What comes, from which second on.
    pub outcomes: Vec<(i64, &'static str)>,
    /// What comes afterwards, for good.
    pub then: Option<&'static str>,
}

impl Fault {
    /// One that fails every fetch, of no URL yet.
    pub fn whole() -> Self {
        Self { share: 1.0, ..Self::default() }
    }
}

/// Who looks, and when.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Seconds between the begins of two crawls; 0: none.
    pub crawl_every: i64,
    /// Milliseconds between two fetches of a crawl.
    pub pace: i64,
    /// URLs are crawled in another order each time.
    pub shuffled: bool,
    /// Seconds between two looks at the first URL of each section; 0: none.
    pub sentinels_every: i64,
    /// Failing URLs are looked at again after these seconds; the last one repeats. Empty: never.
    pub rechecks: Vec<i64>,
    /// Stretches of seconds in which nobody looks.
    pub silences: Vec<(i64, i64)>,
}

/// Everything about one case.
#[derive(Debug, Clone)]
pub struct World {
    pub paths: Vec<String>,
    pub faults: Vec<Fault>,
    pub schedule: Schedule,
    /// How long it is watched, in seconds.
    pub lasts: i64,
    /// The share of fetches that fail for no reason.
    pub strays: f64,
    /// Instants are told in multiples of so many milliseconds.
    pub resolution: i64,
    pub seed: u64,
}

/// One look, with what only the world knows: which fault made it fail.
#[derive(Debug, Clone)]
pub struct Look {
    pub url: usize,
    pub seen: Observation,
    pub fault: Option<usize>,
}

pub fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(millis)
}

/// When something happens: the millisecond, and a number for the order of what happens at once.
type Due = std::cmp::Reverse<(i64, u64, usize, Kind)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Crawl,
    Sentinel,
    Recheck,
}

struct Crawler<'a> {
    world: &'a World,
    rng: fastrand::Rng,
    due: BinaryHeap<Due>,
    counter: u64,
    steps: HashMap<usize, usize>,
    /// Faults of one fetch each: begin of the stray, by its number.
    strays: Vec<Fault>,
    stray_of: HashMap<usize, usize>,
    looks: Vec<Look>,
}

impl World {
    /// Everything that is seen, in its order, and the faults with the strays among them.
    pub fn watch(&self) -> (Vec<Look>, Vec<Fault>) {
        let mut crawler = Crawler {
            world: self,
            rng: fastrand::Rng::with_seed(self.seed),
            due: BinaryHeap::new(),
            counter: 0,
            steps: HashMap::new(),
            strays: Vec::new(),
            stray_of: HashMap::new(),
            looks: Vec::new(),
        };
        crawler.plan();
        while let Some(std::cmp::Reverse((at, _, url, kind))) = crawler.due.pop() {
            if at > self.lasts * 1000 {
                break;
            }
            crawler.look(at, url, kind);
        }
        let mut faults = self.faults.clone();
        faults.extend(crawler.strays);
        (crawler.looks, faults)
    }

    pub fn section(&self, url: usize) -> Section {
        Section::of_path(&self.paths[url])
    }

    /// The longest silence that counts as observed time, as the product has it for a site that is crawled like this.
    pub fn max_gap(&self) -> Span {
        let every = u64::try_from(self.schedule.crawl_every).unwrap().max(1);
        Policy::default().gap(Some(Span::seconds(every)))
    }

    /// An instant as it is told.
    pub fn instant(&self, millis: i64) -> DateTime<Utc> {
        instant(millis - millis.rem_euclid(self.resolution))
    }
}

impl Crawler<'_> {
    fn plan(&mut self) {
        let (urls, schedule) = (self.world.paths.len(), self.world.schedule.clone());
        let mut start = 0;
        while schedule.crawl_every > 0 && start < self.world.lasts {
            let mut order: Vec<usize> = (0..urls).collect();
            if schedule.shuffled {
                self.rng.shuffle(&mut order);
            }
            for (n, url) in order.into_iter().enumerate() {
                self.push(start * 1000 + n as i64 * schedule.pace, url, Kind::Crawl);
            }
            start += schedule.crawl_every;
        }
        if schedule.sentinels_every > 0 {
            let mut seen = HashSet::new();
            for url in (0..urls).filter(|url| seen.insert(self.world.section(*url))).collect::<Vec<_>>() {
                let mut at = self.rng.i64(0..schedule.sentinels_every);
                while at < self.world.lasts {
                    self.push(at * 1000, url, Kind::Sentinel);
                    at += schedule.sentinels_every;
                }
            }
        }
    }

    fn push(&mut self, at: i64, url: usize, kind: Kind) {
        self.counter += 1;
        self.due.push(std::cmp::Reverse((at, self.counter, url, kind)));
    }

    fn look(&mut self, at: i64, url: usize, kind: Kind) {
        let second = at / 1000;
        let is_silent = self.world.schedule.silences.iter().any(|(from, to)| (*from..*to).contains(&second));
        if is_silent {
            if kind == Kind::Recheck {
                let after =
                    self.world.schedule.silences.iter().find(|(from, to)| (*from..*to).contains(&second));
                self.push(after.map_or(at, |(_, to)| to * 1000), url, kind);
            }
            return;
        }
        let (outcome, fault) = self.answer(url, second);
        let seen = Observation::instant(self.world.instant(at), outcome);
        if outcome.is_failing() {
            self.recheck(at, url, kind);
        } else {
            self.steps.remove(&url);
        }
        self.looks.push(Look { url, seen, fault });
    }

    fn recheck(&mut self, at: i64, url: usize, kind: Kind) {
        let ladder = &self.world.schedule.rechecks;
        if ladder.is_empty() || (self.steps.contains_key(&url) && kind != Kind::Recheck) {
            return;
        }
        let step = self.steps.entry(url).or_default();
        let wait = ladder[(*step).min(ladder.len() - 1)];
        *step += 1;
        self.push(at + wait * 1000, url, Kind::Recheck);
    }

    fn answer(&mut self, url: usize, second: i64) -> (Outcome, Option<usize>) {
        for (number, fault) in self.world.faults.iter().enumerate() {
            let Some(end) = fault.urls.get(&url) else { continue };
            let from = fault.late.get(&url).unwrap_or(&fault.from);
            let is_worse = fault.worse_from.is_some_and(|worse| worse <= second);
            if (*from..*end).contains(&second) && (self.rng.f64() < fault.share || is_worse) {
                let word =
                    fault.outcomes.iter().rev().find(|(from, _)| *from <= second).map_or("502", |(_, w)| w);
                self.stray_of.remove(&url);
                return (word.parse().unwrap(), Some(number));
            }
            if let Some(then) = fault.then.filter(|_| second >= *end) {
                return (then.parse().unwrap(), None);
            }
        }
        if self.world.strays > 0.0 && self.rng.f64() < self.world.strays {
            let number = *self.stray_of.entry(url).or_insert_with(|| {
                let urls = BTreeMap::from([(url, second + 1)]);
                let outcomes = vec![(0, "502")];
                self.strays.push(Fault { urls, from: second, outcomes, ..Fault::whole() });
                self.world.faults.len() + self.strays.len() - 1
            });
            if let Some(stray) = self.strays.get_mut(number - self.world.faults.len()) {
                stray.urls.insert(url, second + 1);
            }
            return (Outcome::Status(502), Some(number));
        }
        self.stray_of.remove(&url);
        (Outcome::Status(200), None)
    }
}
