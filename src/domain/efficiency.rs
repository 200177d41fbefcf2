//! What failing costs in crawling: the share of a host's known URLs that fail, over time, and the share of fetches and of
//! fetch time that came to nothing.
//!
//! Search engines slow their crawling of a whole host by the number of *distinct* failing URLs, so a URL counts once in a
//! part of time however often it was fetched in it; the wasted fetches are counted apart. A URL counts as failing from
//! its first failing answer to its last one: between the looks it is not shown to be well.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashSet;

use super::observation::UrlId;
use super::outcome::Outcome;

/// When one URL failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// Which one.
    pub url: UrlId,
    /// The first failing answer.
    pub first: DateTime<Utc>,
    /// The last one; now, while it goes on.
    pub last: DateTime<Utc>,
}

/// How many URLs were found at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// When.
    pub at: DateTime<Utc>,
    /// How many.
    pub urls: u64,
}

/// One part of a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// Distinct URLs that failed in it.
    pub failing: u64,
    /// URLs that were known at its end.
    pub known: u64,
}

/// What fetches came to, and what they took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// How many there were.
    pub fetches: u64,
    /// How long they took together.
    pub time: Duration,
    /// How many of them failed.
    pub wasted_fetches: u64,
    /// How long those took.
    pub wasted_time: Duration,
}

impl Part {
    /// The share of the known URLs that failed, from 0 to 1; `None`: none was known.
    #[expect(clippy::cast_precision_loss, reason = "counts of URLs stay far below 2^52")]
    pub fn share(&self) -> Option<f64> {
        (self.known > 0).then(|| (self.failing as f64 / self.known as f64).min(1.0))
    }
}

/// The window from `from` to `to` in so many equal parts, oldest first. `found` is in order of time.
pub fn parts(
    failed: &[Failed],
    found: &[Found],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    count: u16,
) -> Vec<Part> {
    let step = (to - from) / i32::from(count.max(1));
    let ends: Vec<DateTime<Utc>> = (1..=i32::from(count)).map(|i| from + step * i).collect();
    let mut urls: Vec<FxHashSet<UrlId>> = vec![FxHashSet::default(); ends.len()];
    for one in failed.iter().filter(|one| one.last >= from && one.first <= to) {
        // A part holds the instant at which it begins; the end of the window belongs to the last one.
        let holder =
            |at: DateTime<Utc>| ends.partition_point(|end| *end <= at).min(ends.len().saturating_sub(1));
        for part in urls.iter_mut().take(holder(one.last) + 1).skip(holder(one.first)) {
            part.insert(one.url);
        }
    }
    let known =
        |end: DateTime<Utc>| found.iter().take_while(|found| found.at <= end).map(|found| found.urls).sum();
    let part = |(end, urls): (DateTime<Utc>, FxHashSet<UrlId>)| Part {
        failing: urls.len() as u64,
        known: known(end),
    };
    ends.into_iter().zip(urls).map(part).collect()
}

impl Effort {
    /// Sums up fetches, given as outcome, number and the time that they took together.
    pub fn of(fetches: impl Iterator<Item = (Outcome, u64, Duration)>) -> Self {
        fetches.fold(Self::default(), |sum, (outcome, fetches, time)| {
            let (wasted, lost) = if outcome.is_failing() { (fetches, time) } else { (0, Duration::ZERO) };
            Self {
                fetches: sum.fetches + fetches,
                time: sum.time + time,
                wasted_fetches: sum.wasted_fetches + wasted,
                wasted_time: sum.wasted_time + lost,
            }
        })
    }

    /// The share of the fetches that failed, from 0 to 1; 0 when there was none.
    #[expect(clippy::cast_precision_loss, reason = "counts of fetches stay far below 2^52")]
    pub fn wasted_fetch_share(&self) -> f64 {
        if self.fetches == 0 { 0.0 } else { self.wasted_fetches as f64 / self.fetches as f64 }
    }

    /// The share of the time that failing fetches took, from 0 to 1; 0 when none took any.
    pub fn wasted_time_share(&self) -> f64 {
        if self.time.is_zero() { 0.0 } else { self.wasted_time.as_secs_f64() / self.time.as_secs_f64() }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn failed(url: i64, first: i64, last: i64) -> Failed {
        Failed { url: UrlId(url), first: at(first), last: at(last) }
    }

    fn failing(all: &[Failed]) -> Vec<u64> {
        parts(all, &[], at(0), at(4), 4).iter().map(|part| part.failing).collect()
    }

    #[test]
    fn a_url_counts_in_each_part_that_it_failed_in_and_once_in_each() {
        assert_eq!(failing(&[failed(1, 1, 2), failed(2, 2, 3)]), [0, 1, 2, 1]);
        let twice = Failed { last: at(1) + TimeDelta::minutes(20), ..failed(1, 1, 1) };
        let again = Failed { first: at(1) + TimeDelta::minutes(40), ..failed(1, 1, 3) };
        assert_eq!(failing(&[twice, again]), [0, 1, 1, 1]);
    }

    #[test]
    fn what_failed_before_the_window_or_goes_on_to_its_end_is_cut_at_its_edges() {
        assert_eq!(failing(&[failed(1, -9, -1)]), [0, 0, 0, 0]);
        assert_eq!(failing(&[failed(1, -9, 0)]), [1, 0, 0, 0]);
        assert_eq!(failing(&[failed(1, 3, 4), failed(2, 4, 4), failed(3, 5, 5)]), [0, 0, 0, 2]);
    }

    #[test]
    fn the_share_is_of_the_urls_that_were_known_by_then() {
        let found = [Found { at: at(0), urls: 10 }, Found { at: at(2), urls: 90 }];
        let parts = parts(&[failed(1, 0, 4)], &found, at(-1), at(3), 4);
        let shares: Vec<Option<f64>> = parts.iter().map(Part::share).collect();
        assert_eq!(shares, [Some(0.0), Some(0.1), Some(0.01), Some(0.01)]);
        assert_eq!(Part::default().share(), None);
    }

    #[test]
    fn wasted_fetches_and_wasted_time_are_two_shares() {
        let rows = [("200", 90, 9), ("404", 5, 1), ("502", 4, 10), ("read_timeout", 1, 80)];
        let effort =
            Effort::of(rows.into_iter().map(|(word, fetches, seconds)| {
                (word.parse().unwrap(), fetches, Duration::from_secs(seconds))
            }));
        assert_eq!((effort.fetches, effort.wasted_fetches), (100, 5));
        assert!((effort.wasted_fetch_share() - 0.05).abs() < 1e-9);
        assert!((effort.wasted_time_share() - 0.9).abs() < 1e-9);
        assert!(Effort::default().wasted_time_share() + Effort::default().wasted_fetch_share() < 1e-9);
    }

    proptest! {
        #[test]
        fn a_part_counts_just_the_urls_whose_failing_time_touches_it(
            spans in prop::collection::vec((0_i64..4, -5_i64..12, 0_i64..6), 0..12),
        ) {
            let all: Vec<Failed> =
                spans.iter().map(|(url, first, length)| failed(*url, *first, first + length)).collect();
            let parts = parts(&all, &[], at(0), at(8), 8);
            for (hour, part) in (0..).zip(&parts) {
                let touches = |one: &&Failed| {
                    let is_last = hour == 7;
                    one.last >= at(hour) && (one.first < at(hour + 1) || (is_last && one.first == at(8)))
                };
                let urls: FxHashSet<UrlId> = all.iter().filter(touches).map(|one| one.url).collect();
                prop_assert_eq!(part.failing, urls.len() as u64, "hour {} of {:?}", hour, all);
            }
        }
    }
}
