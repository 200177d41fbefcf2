//! What to change so that an outage would be seen. A change is proposed only when, played through, it does what it promises.

use super::{Scope, Setup, count};
use crate::domain::schedule::Schedule;
use crate::domain::span::Span;

/// From this chance on an outage is taken to be seen. Ours: one in twenty is missed.
pub const SURE: f64 = 0.95;

/// No faster rate is proposed, in requests a second. Ours: four times the default; who wants more should know the site.
const MOST_RATE: f64 = 20.0;

/// A crawl should be over in this part of the time until the next one, so that a slow day does not delay it.
const FILLED: f64 = 0.8;

/// How often sentinels might be probed. Spec: every minute to five.
const ROUNDS: [Span; 4] = [Span::minutes(5), Span::minutes(3), Span::minutes(2), Span::minutes(1)];

/// How often a site might be crawled.
const INTERVALS: [Span; 11] = [
    Span::hours(24),
    Span::hours(12),
    Span::hours(8),
    Span::hours(6),
    Span::hours(4),
    Span::hours(3),
    Span::hours(2),
    Span::hours(1),
    Span::minutes(30),
    Span::minutes(15),
    Span::minutes(10),
];

/// Settings under which an outage would be seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// What would be so.
    pub setup: Setup,
    /// Each as `KEY=VALUE`.
    pub pairs: Vec<String>,
    /// The chance then, from 0 to 1.
    pub seen: f64,
}

impl Setup {
    /// The smallest change by which an outage of this scope and length, in seconds, is seen; `None`: there is none that a
    /// site should be asked to bear.
    pub fn remedy(&self, scope: Scope, length: f64) -> Option<Remedy> {
        let by_sentinels = ROUNDS.into_iter().map(|every| self.with_round(every));
        let by_crawls = INTERVALS.into_iter().filter_map(|every| self.with_interval(every));
        let all: Vec<(Setup, Vec<String>)> = match scope {
            Scope::Site | Scope::Section => by_sentinels.collect(),
            Scope::SmallSection | Scope::Url => by_crawls.collect(),
        };
        let weighed = all.into_iter().map(|(setup, pairs)| {
            let seen = setup.outlook(scope).chance(length).seen;
            Remedy { setup, pairs, seen }
        });
        weighed.into_iter().find(|remedy| remedy.seen >= SURE)
    }

    /// The rate at which a crawl is over in time for the next one, so many seconds later; `None`: none that may be proposed.
    pub fn rate_for(&self, interval: f64) -> Option<f64> {
        let rate = (count(self.urls) / (interval * FILLED)).ceil().max(1.0);
        let is_allowed = rate <= MOST_RATE && self.pace.crawl_delay.as_secs_f64() * rate <= 1.0;
        is_allowed.then_some(rate)
    }

    fn with_round(&self, every: Span) -> (Self, Vec<String>) {
        let setup = Self { sentinel_every: every, ..self.clone() };
        (setup, vec![format!("sentinel_every={every}")])
    }

    fn with_interval(&self, every: Span) -> Option<(Self, Vec<String>)> {
        let mut setup = Self { schedule: Schedule::Every(every), ..self.clone() };
        let mut pairs = vec![format!("schedule=\"every {every}\"")];
        let interval = every.duration().as_secs_f64();
        if setup.watch().crawl > interval {
            let rate = self.rate_for(interval)?;
            (setup.pace.rate, setup.pace.measured) = (rate, None);
            pairs.push(format!("rate={rate}"));
        }
        Some((setup, pairs))
    }
}
