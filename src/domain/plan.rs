//! What outages a schedule would see: how probably, how soon, and how well their begin would be known. For whoever sets a
//! schedule, before an outage shows that it was too coarse.
//!
//! The model: an outage begins at any instant with the same probability and lasts a given time. It is seen when a look at
//! what fails falls into it. Looks are crawl visits, spread evenly over the time that a crawl takes, and rounds of the
//! sentinels. Everything follows from the gaps between looks: begun in a gap of length g, an outage of length l is seen
//! with the probability min(g, l) / g, and then half of min(g, l) after its begin on average.
//!
//! It does not count that a site may fail in part, nor that a look may fail by chance.

use super::span::Span;

/// How a site is looked at. Times in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watch {
    /// From the begin of one crawl to the begin of the next; `None`: it is not crawled by itself.
    pub interval: Option<f64>,
    /// How long a crawl takes.
    pub crawl: f64,
    /// From one round of the sentinels to the next.
    pub sentinels: f64,
    /// From a failing look to the one that confirms it.
    pub confirmation: f64,
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// The whole site, of so many URLs.
    Site {
        /// How many URLs it has.
        urls: u64,
    },
    /// A section of so many URLs.
    Section {
        /// How many URLs it has.
        urls: u64,
        /// A sentinel stands for it.
        has_sentinel: bool,
    },
    /// One URL that is no sentinel.
    Url,
}

/// What is to be expected of outages of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// That some look fails, from 0 to 1.
    pub seen: f64,
    /// That a second look confirms it, from 0 to 1.
    pub confirmed: f64,
    /// How long after its begin the first look fails, in seconds, on average over those that are seen; `None`: none is.
    pub delay: Option<f64>,
}

/// So many looks of the same kind, so far apart.
#[derive(Debug, Clone, Copy)]
struct Gaps {
    count: f64,
    length: f64,
}

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

impl Watch {
    /// What is to be expected of outages of this length, in seconds.
    pub fn chance(&self, failing: Failing, length: f64) -> Chance {
        let gaps = self.gaps(failing);
        let period: f64 = gaps.iter().map(|gap| gap.count * gap.length).sum();
        let caught = |length: f64| gaps.iter().map(|gap| gap.count * gap.length.min(length)).sum::<f64>();
        let waited: f64 = gaps.iter().map(|gap| gap.count * gap.length.min(length).powi(2) / 2.0).sum();
        if period <= 0.0 {
            return Chance { seen: 0.0, confirmed: 0.0, delay: None };
        }
        let seen = caught(length);
        Chance {
            seen: seen / period,
            confirmed: caught((length - self.confirmation).max(0.0)) / period,
            delay: (seen > 0.0).then(|| waited / seen),
        }
    }

    /// The gaps between looks at what fails, over one period of the schedule. None: it is never looked at.
    fn gaps(&self, failing: Failing) -> Vec<Gaps> {
        let (urls, has_sentinel) = match failing {
            Failing::Site { urls } => (urls, true),
            Failing::Section { urls, has_sentinel } => (urls, has_sentinel),
            Failing::Url => (1, false),
        };
        let Some(interval) = self.interval else {
            return if has_sentinel { vec![Gaps { count: 1.0, length: self.sentinels }] } else { Vec::new() };
        };
        let crawl = self.crawl.min(interval);
        // Between the visits of a crawl; the gap from the last one to the first one of the next crawl is the rest.
        let between = crawl / count(urls.max(1));
        let (within, after) = (between, interval - crawl + between);
        let visits = count(urls.max(1)) - 1.0;
        if has_sentinel {
            return [split(visits, within, self.sentinels), split(1.0, after, self.sentinels)].concat();
        }
        vec![Gaps { count: visits, length: within }, Gaps { count: 1.0, length: after }]
    }
}

/// Gaps that are looked into every so often.
fn split(gaps: f64, length: f64, every: f64) -> Vec<Gaps> {
    let rounds = (length / every).floor();
    vec![Gaps { count: gaps * rounds, length: every }, Gaps { count: gaps, length: length - rounds * every }]
}

#[expect(clippy::cast_precision_loss, reason = "URLs of a site stay far below 2^52")]
fn count(urls: u64) -> f64 {
    urls as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3600.0;

    fn nightly() -> Watch {
        Watch { interval: Some(24.0 * HOUR), crawl: 0.5 * HOUR, sentinels: 300.0, confirmation: 30.0 }
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn a_page_that_is_looked_at_once_a_day_shows_an_hour_of_failure_with_a_chance_of_1_in_24() {
        let chance = nightly().chance(Failing::Url, HOUR);
        assert!(near(chance.seen, 1.0 / 24.0), "{chance:?}");
        assert!(near(chance.delay.unwrap(), HOUR / 2.0));
        assert!(chance.confirmed < chance.seen);
        let two_days = nightly().chance(Failing::Url, 48.0 * HOUR);
        assert!(near(two_days.seen, 1.0) && near(two_days.delay.unwrap(), 12.0 * HOUR));
    }

    #[test]
    fn five_minutes_of_a_watched_section_are_always_seen_and_one_minute_one_time_in_five() {
        let section = Failing::Section { urls: 40, has_sentinel: true };
        assert!(near(nightly().chance(section, 300.0).seen, 1.0));
        let minute = nightly().chance(section, 60.0).seen;
        assert!((0.19..0.23).contains(&minute), "{minute}");
    }

    #[test]
    fn without_crawls_only_sentinels_see_anything() {
        let never = Watch { interval: None, ..nightly() };
        assert!(near(never.chance(Failing::Site { urls: 9 }, 150.0).seen, 0.5));
        assert_eq!(never.chance(Failing::Url, 1e9), Chance { seen: 0.0, confirmed: 0.0, delay: None });
    }

    #[test]
    fn a_longer_outage_is_never_less_likely_seen() {
        for failing in
            [Failing::Site { urls: 500 }, Failing::Section { urls: 7, has_sentinel: false }, Failing::Url]
        {
            let seen: Vec<f64> = LENGTHS
                .iter()
                .map(|length| nightly().chance(failing, length.duration().as_secs_f64()).seen)
                .collect();
            assert!(
                seen.is_sorted() && seen.iter().all(|seen| (0.0..=1.0 + 1e-9).contains(seen)),
                "{seen:?}"
            );
        }
    }

    /// The same schedule, played through: instants of looks, and outages that begin anywhere.
    #[test]
    fn the_formulas_say_what_a_simulation_shows() {
        let mut chance = fastrand::Rng::with_seed(7);
        for (failing, urls, has_sentinel) in [
            (Failing::Site { urls: 300 }, 300, true),
            (Failing::Section { urls: 12, has_sentinel: true }, 12, true),
            (Failing::Section { urls: 12, has_sentinel: false }, 12, false),
            (Failing::Url, 1, false),
        ] {
            let watch =
                Watch { interval: Some(6.0 * HOUR), crawl: HOUR, sentinels: 450.0, confirmation: 30.0 };
            let looks = looks(&watch, urls, has_sentinel);
            for length in [60.0, 400.0, 2000.0, 4.0 * HOUR] {
                let waits: Vec<f64> = (0..40_000)
                    .filter_map(|_| {
                        let begin = chance.f64() * 6.0 * HOUR;
                        let wait = looks.iter().find(|look| **look >= begin).unwrap() - begin;
                        (wait <= length).then_some(wait)
                    })
                    .collect();
                let told = watch.chance(failing, length);
                let seen = count(waits.len() as u64) / 40_000.0;
                assert!((told.seen - seen).abs() < 0.012, "{failing:?} {length}: {told:?}, simulated {seen}");
                let delay = waits.iter().sum::<f64>() / count(waits.len() as u64);
                assert!(
                    (told.delay.unwrap() - delay).abs() < 0.04 * delay + 4.0,
                    "{failing:?} {length}: {told:?}, {delay}"
                );
            }
        }
    }

    /// The instants of the looks of two periods. Sentinels are probed anew after each visit, as the formulas have it for
    /// gaps that are not their multiple.
    fn looks(watch: &Watch, urls: u32, has_sentinel: bool) -> Vec<f64> {
        let interval = watch.interval.unwrap();
        let visits = (0..2).flat_map(|period| {
            (0..urls)
                .map(move |n| f64::from(period) * interval + watch.crawl * f64::from(n) / f64::from(urls))
        });
        let mut looks: Vec<f64> = visits.chain([2.0 * interval]).collect();
        if has_sentinel {
            let rounds = |gap: &[f64]| {
                let (from, to) = (gap[0], gap[1]);
                (1..1000).map(move |n| from + f64::from(n) * watch.sentinels).take_while(move |at| *at < to)
            };
            let between: Vec<f64> = looks.windows(2).flat_map(rounds).collect();
            looks.extend(between);
            looks.sort_by(f64::total_cmp);
        }
        looks
    }
}
