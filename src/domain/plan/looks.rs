//! The gaps between the looks at what fails, and what follows from them.
//!
//! Begun in a gap of length g, at any instant of it alike, an outage of length l waits for the look at the gap's end. It is
//! seen when it lasts so long: with the probability min(g, l) / g, and then half of min(g, l) after its begin on average.
//! Over all gaps, each weighs by its length. So every sum below is one over gaps, and none is an approximation but that of
//! the end: the looks after the first failing one are taken to come by the ladder or by the mean gap that an instant falls
//! into, whichever is shorter, where in truth they come by both. So the bounds are told rather too wide than too narrow.

use super::super::span::Span;
use super::{Watch, count, seconds};

/// More visits than this are told apart by no length of an outage.
const MOST_VISITS: u64 = 100_000;

/// What is to be expected of outages of one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    gaps: Vec<Gap>,
    /// All gaps together, in seconds.
    period: f64,
    /// The longest of them.
    longest: f64,
    /// The mean length of the gap that an instant falls into.
    typical: f64,
    /// Waits of the ladder, in seconds; the last one repeats.
    ladder: Vec<f64>,
}

/// What is to be expected of outages of one scope and length. Times in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// That some look fails, from 0 to 1.
    pub seen: f64,
    /// That a second one fails too, from 0 to 1.
    pub confirmed: f64,
    /// How long after its begin the first look fails, on average over those that are seen; `None`: none is.
    pub delay: Option<f64>,
    /// How far apart the shortest and the longest time that it can have lasted would be, on average over those that are seen.
    pub width: Option<f64>,
}

/// The time from one look to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gap {
    length: f64,
    /// The gap behind it.
    next: f64,
    /// How many cycles of the schedule have it.
    cycles: f64,
}

impl Outlook {
    /// Of something that a crawl visits so often, `every` so many seconds.
    pub(super) fn new(watch: &Watch, visits: u64, every: f64, has_sentinel: bool, ladder: &[Span]) -> Self {
        let mut gaps = Vec::new();
        if watch.intervals.is_empty() && has_sentinel {
            gaps.push(Gap { length: watch.sentinels, next: watch.sentinels, cycles: 1.0 });
        }
        let visits = visits_of(watch, visits, every);
        for (interval, cycles) in distinct(&watch.intervals) {
            gaps.extend(gaps_of(watch, &visits, has_sentinel, interval, cycles));
        }
        let period: f64 = gaps.iter().map(|gap| gap.cycles * gap.length).sum();
        let squares: f64 = gaps.iter().map(|gap| gap.cycles * gap.length.powi(2)).sum();
        Self {
            period,
            typical: if period > 0.0 { squares / period } else { 0.0 },
            longest: gaps.iter().map(|gap| gap.length).fold(0.0, f64::max),
            ladder: ladder.iter().copied().map(seconds).collect(),
            gaps,
        }
    }

    /// What is to be expected of outages of this length, in seconds.
    pub fn chance(&self, length: f64) -> Chance {
        if self.period <= 0.0 {
            return Chance { seen: 0.0, confirmed: 0.0, delay: None, width: None };
        }
        let sum = |of: &dyn Fn(&Gap) -> f64| self.gaps.iter().map(|gap| gap.cycles * of(gap)).sum::<f64>();
        let first_wait = self.ladder.first().copied().unwrap_or(f64::INFINITY);
        let seen = sum(&|gap| gap.length.min(length));
        let confirmed = sum(&|gap| gap.length.min((length - first_wait.min(gap.next)).max(0.0)));
        let waited = sum(&|gap| gap.length.min(length).powi(2) / 2.0);
        let begin = sum(&|gap| gap.length * gap.length.min(length));
        let end = sum(&|gap| self.end_widths(length) - self.end_widths(length - gap.length.min(length)));
        let of_seen = |sum: f64| (seen > 0.0).then(|| sum / seen);
        Chance {
            seen: (seen / self.period).min(1.0),
            confirmed: (confirmed / self.period).min(1.0),
            delay: of_seen(waited),
            width: of_seen(begin + end),
        }
    }

    /// The shortest length, in seconds, from which on outages are seen with this probability; `None`: none is.
    pub fn seen_from(&self, share: f64) -> Option<f64> {
        let (mut low, mut high) = (0.0, self.longest);
        if self.period <= 0.0 {
            return None;
        }
        while high - low > 0.5 {
            let middle = f64::midpoint(low, high);
            if self.chance(middle).seen < share {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }

    /// How long after its last failing look an outage is looked at again that ends so many seconds after its first failing
    /// look, summed from 0 up to `age`.
    fn end_widths(&self, age: f64) -> f64 {
        let (mut from, mut sum) = (0.0, 0.0);
        let last = self.ladder.last().copied().unwrap_or(self.typical);
        for wait in &self.ladder {
            let step = wait.min((age - from).max(0.0));
            sum += step * wait.min(self.typical);
            from += wait;
        }
        sum + (age - from).max(0.0) * last.min(self.typical)
    }
}

/// The instants of visits after the begin of a crawl, side by side in its middle.
fn visits_of(watch: &Watch, visits: u64, every: f64) -> Vec<f64> {
    let lasts = count(visits) * every;
    let from = (watch.crawl - lasts).max(0.0) / 2.0;
    let visits = visits.min(MOST_VISITS);
    (0..visits).map(|n| from + lasts * (count(n) + 0.5) / count(visits)).collect()
}

/// The gaps of one cycle, from the begin of its crawl to that of the next.
fn gaps_of(watch: &Watch, visits: &[f64], has_sentinel: bool, interval: f64, cycles: f64) -> Vec<Gap> {
    let mut looks = visits.to_vec();
    let mut rounds = 0;
    if has_sentinel {
        let during = (1_u64..).map(|n| count(n) * watch.sentinels).take_while(|at| *at < watch.crawl);
        looks.extend(during);
        looks.sort_by(f64::total_cmp);
        rounds = rounds_before(interval - watch.crawl, watch.sentinels);
        looks.extend((rounds > 0).then_some(watch.crawl + watch.sentinels));
    }
    let (Some(first), Some(last)) = (looks.first(), looks.last()) else { return Vec::new() };
    // The rounds between two crawls are many and alike.
    let more = count(rounds.saturating_sub(1));
    let mut lengths: Vec<f64> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    lengths.push(interval - last - more * watch.sentinels + first);
    let next = lengths.iter().cycle().skip(1);
    let gap = |(length, next): (&f64, &f64)| Gap { length: *length, next: *next, cycles };
    let mut gaps: Vec<Gap> = lengths.iter().zip(next).map(gap).collect();
    gaps.extend((rounds > 1).then_some(Gap {
        length: watch.sentinels,
        next: watch.sentinels,
        cycles: cycles * more,
    }));
    gaps
}

/// How many rounds there are before so much time is over.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is neither negative nor large"
)]
fn rounds_before(time: f64, every: f64) -> u64 {
    ((time / every).ceil() - 1.0).max(0.0) as u64
}

/// Each interval with the number of times that it occurs.
fn distinct(intervals: &[f64]) -> Vec<(f64, f64)> {
    let mut sorted = intervals.to_vec();
    sorted.sort_by(f64::total_cmp);
    let alike = |a: &f64, b: &f64| b - a < 0.5;
    sorted.chunk_by(alike).map(|equal| (equal[0], count(equal.len() as u64))).collect()
}
