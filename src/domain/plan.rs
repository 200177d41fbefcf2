//! What outages a schedule would see: how probably, how soon, and how closely their length would be known. For whoever
//! sets a schedule, before an outage shows that it was too coarse.
//!
//! It plays through what the scheduler does ([`Setup::watch`]), and reads the answer from the gaps between looks
//! (`looks`). It asks no site anything and knows no store.
//!
//! What is assumed, each so that rather too little is promised:
//! - An outage begins at any instant with the same probability, lasts a given time, and fails each look that falls into it.
//! - The next crawl begins at its tick, or when the one before it has ended if that is later.
//! - A crawl visits its URLs in the same order each time, evenly over its duration. The URLs of a section lie side by side in
//!   it: a site that scatters them shows their outages sooner.
//! - Sentinels are probed every `sentinel_every` from the begin of a crawl, and anew from its end; a round lasts as long as
//!   the pace makes it last.
//! - A failing URL is looked at again by the policy's ladder, without the jitter of a quarter.
//! - While a crawl is paused or slowed because the site fails, nothing is counted: it fails already.

mod looks;
mod remedy;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

pub use self::looks::{Chance, Outlook};
pub use self::remedy::{Remedy, SURE};
use super::schedule::Schedule;
use super::span::Span;

/// So many sections of a site have a sentinel, the largest ones: at one round in two minutes, and with those for routes
/// within them, ten requests a minute.
pub const WATCHED_SECTIONS: usize = 14;

/// The lengths of outages that a plan is about.
pub const LENGTHS: [Span; 12] = [
    Span::minutes(1),
    Span::minutes(2),
    Span::minutes(5),
    Span::minutes(10),
    Span::minutes(15),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(6),
    Span::hours(12),
    Span::hours(24),
    Span::hours(48),
];

/// How fast a site is assumed to answer when no limit is set, in pages a second.
const UNLIMITED: f64 = 50.0;

/// A cron expression is played through for so long: its rhythm of hours, weekdays and weeks shows in that time ...
const PLAYED: TimeDelta = TimeDelta::days(28);

/// ... for so many ticks at least, as months differ, ...
const LEAST_TICKS: usize = 12;

/// ... and for so many at most.
const MOST_TICKS: usize = 5_000;

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole site.
    Site,
    /// A section that has a sentinel.
    Section,
    /// A section that has none.
    SmallSection,
    /// A single URL that is no sentinel.
    Url,
}

/// How fast a site is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Requests a second; 0: no limit.
    pub rate: f64,
    /// What its robots.txt asks for, as far as it is honoured.
    pub crawl_delay: Duration,
    /// Seconds that a crawl took for each of its URLs, when one at this rate was measured.
    pub measured: Option<f64>,
}

/// A site, and how it is to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// When it is crawled.
    pub schedule: Schedule,
    /// The zone of its schedule.
    pub zone: Tz,
    /// From when on the schedule is played through.
    pub now: DateTime<Utc>,
    /// How many URLs it has.
    pub urls: u64,
    /// How many sections they are in; they are taken to be of one size.
    pub sections: u64,
    /// How many URLs are probed between crawls.
    pub sentinels: u64,
    /// How often.
    pub sentinel_every: Span,
    /// When a failing URL is looked at again, each counted from the look before; the last one repeats.
    pub recheck: Vec<Span>,
    /// How fast it is asked.
    pub pace: Pace,
}

/// What follows from a setup. Times in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// From the begin of each crawl to the begin of the next, over a cycle of the schedule; empty: it is not crawled by
    /// itself.
    pub intervals: Vec<f64>,
    /// How long a crawl takes.
    pub crawl: f64,
    /// From one round of the sentinels to the next.
    pub sentinels: f64,
}

impl Pace {
    /// Seconds between two requests.
    pub fn gap(&self) -> f64 {
        let rate = if self.rate > 0.0 { self.rate } else { UNLIMITED };
        (1.0 / rate).max(self.crawl_delay.as_secs_f64())
    }

    /// Seconds that a crawl takes for each URL.
    pub fn a_url(&self) -> f64 {
        self.measured.unwrap_or_else(|| self.gap())
    }
}

impl Setup {
    /// How the scheduler would look at the site.
    pub fn watch(&self) -> Watch {
        let crawl = count(self.urls) * self.pace.a_url();
        let round = count(self.sentinels) * self.pace.gap();
        // The driver looks for due work twice a second; a round a second is as often as it goes.
        let sentinels = seconds(self.sentinel_every).max(round).max(1.0);
        Watch { intervals: self.intervals(crawl), crawl, sentinels }
    }

    /// What is to be expected of outages of this scope.
    pub fn outlook(&self, scope: Scope) -> Outlook {
        let a_section = (self.urls / self.sections.max(1)).max(1);
        let (visits, has_sentinel) = match scope {
            Scope::Site => (self.urls, true),
            Scope::Section => (a_section, true),
            Scope::SmallSection => (a_section, false),
            Scope::Url => (1, false),
        };
        Outlook::new(&self.watch(), visits, self.pace.a_url(), has_sentinel, &self.recheck)
    }

    /// What may fail.
    pub fn scopes(&self) -> Vec<Scope> {
        let mut scopes = vec![Scope::Site, Scope::Section];
        scopes.extend((self.without_sentinel() > 0).then_some(Scope::SmallSection));
        scopes.push(Scope::Url);
        scopes
    }

    /// How many sections have no sentinel.
    pub fn without_sentinel(&self) -> u64 {
        self.sections.saturating_sub(WATCHED_SECTIONS as u64)
    }

    /// The shortest time between two ticks of the schedule, in seconds; `None`: it has none.
    pub fn shortest_interval(&self) -> Option<f64> {
        self.intervals(0.0).into_iter().min_by(f64::total_cmp)
    }

    /// From begin to begin, when a crawl takes so many seconds.
    fn intervals(&self, crawl: f64) -> Vec<f64> {
        let mut intervals = Vec::new();
        let Some(mut at) = self.schedule.next(self.now, self.zone) else { return intervals };
        let (end, crawl) = (at + PLAYED, delta(crawl));
        while intervals.len() < MOST_TICKS && (at < end || intervals.len() < LEAST_TICKS) {
            let Some(tick) = self.schedule.next(at, self.zone) else { break };
            let begin = tick.max(at + crawl);
            intervals.push((begin - at).as_seconds_f64());
            at = begin;
        }
        intervals
    }
}

impl Watch {
    /// The time between two crawls on average; `None`: it is not crawled by itself.
    pub fn interval(&self) -> Option<f64> {
        let sum: f64 = self.intervals.iter().sum();
        (!self.intervals.is_empty()).then(|| sum / count(self.intervals.len() as u64))
    }
}

fn seconds(span: Span) -> f64 {
    span.duration().as_secs_f64()
}

/// A crawl that would take longer than ten years takes ten years: beyond it, instants could leave the calendar.
fn delta(seconds: f64) -> TimeDelta {
    Span::from(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)).delta()
}

#[expect(clippy::cast_precision_loss, reason = "URLs of a site stay far below 2^52")]
fn count(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;
