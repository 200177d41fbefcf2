//! What hours of crawling say of a threshold: made-up sites whose nature is known.

use chrono::TimeDelta;

use super::*;

const BAD_GATEWAY: Outcome = Outcome::Status(502);

/// A site under a crawl that asks it at changing rates, hour after hour.
struct Site {
    chance: fastrand::Rng,
    rows: BTreeMap<(DateTime<Utc>, i64, bool, Outcome), u64>,
}

impl Site {
    fn new(seed: u64) -> Self {
        Self { chance: fastrand::Rng::with_seed(seed), rows: BTreeMap::new() }
    }

    /// A crawl of an hour: a fetch each ten seconds at a rate between 1 and 32, and a slow look after each failure.
    /// `fails` tells by second and rate how probable a failure is.
    fn crawl(&mut self, hour: i64, fails: impl Fn(i64, f64) -> f64) {
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        for second in (0..3600).step_by(10) {
            let rate = self.chance.f64().mul_add(5.0, 0.0).exp2();
            if self.fetch(at, step(rate), false, fails(second, rate)) {
                self.fetch(at, step(0.2), true, fails(second + 40, 0.2));
            }
        }
    }

    fn fetch(&mut self, hour: DateTime<Utc>, step: i64, is_control: bool, chance: f64) -> bool {
        let is_failing = self.chance.f64() < chance;
        let outcome = if is_failing { BAD_GATEWAY } else { Outcome::Status(200) };
        *self.rows.entry((hour, step, is_control, outcome)).or_default() += 1;
        is_failing
    }

    /// A crawl of an hour that asks slowly for its first minutes and fast from then on, one second in four of it. `fails` tells
    /// by second and rate how probable a failure is; the slow looks come when all is over, and go well.
    fn crawl_mostly_fast(&mut self, hour: i64, fails: impl Fn(i64, f64) -> f64) {
        const FAST: f64 = 16.0;
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        for second in (0..3600).step_by(4) {
            let rate = if second < 400 { FAST / 8.0 } else { FAST };
            let mut fetches = rate;
            while fetches >= 1.0 {
                let is_failing = self.chance.f64() < fails(second, rate);
                let outcome = if is_failing { BAD_GATEWAY } else { Outcome::Status(200) };
                *self.rows.entry((at, step(rate), false, outcome)).or_default() += 1;
                fetches -= 1.0;
            }
        }
        *self.rows.entry((at, step(0.5), true, Outcome::Status(200))).or_default() += 10;
    }

    fn told(&self) -> Option<Threshold> {
        let row = |(&(hour, step, is_control, outcome), &fetches): (&_, &_)| LoadRow {
            hour,
            step,
            is_control,
            outcome,
            fetches,
        };
        threshold(&self.rows.iter().map(row).collect::<Vec<_>>())
    }
}

#[test]
fn a_site_that_fails_when_it_is_asked_faster_than_fourteen_a_second_is_told_with_about_that_rate() {
    for seed in 0..100 {
        let mut site = Site::new(seed);
        for hour in 0..8 {
            site.crawl(24 * hour, |_, rate| if rate > 14.0 { 0.3 } else { 0.002 });
        }
        let told = site.told().expect("it shows");
        assert!((10.0..=16.1).contains(&told.above), "{told:?}");
        assert_eq!(told.outcome, BAD_GATEWAY);
        assert!(told.failing_above > 0.15 && told.failing_below < 0.03, "{told:?}");
        assert!(told.chance <= MOST_CHANCE, "{told:?}");
    }
}

#[test]
fn outages_that_come_as_they_please_are_not_put_down_to_our_load() {
    let wrong = (0..1000).filter(|seed| {
        let mut site = Site::new(*seed);
        for hour in 0..30 {
            // Most hours have an outage of some minutes somewhere.
            let (begin, length) = (site.chance.i64(0..5000), site.chance.i64(20..1200));
            site.crawl(hour, |second, _| if (begin..begin + length).contains(&second) { 0.9 } else { 0.001 });
        }
        site.told().is_some()
    });
    assert!(wrong.count() < 10, "less than one of a hundred");
}

/// One of several servers is down for a while on most nights. It fails fast time more often than slow time, because there is
/// more of it; and nobody looks slowly until it is over.
#[test]
fn outages_that_meet_a_crawl_that_is_mostly_fast_are_not_put_down_to_our_load() {
    let wrong = (0..200).filter(|seed| {
        let mut site = Site::new(*seed);
        for night in 0..8 {
            let (begin, length) = (site.chance.i64(0..3600), site.chance.i64(1200..3600));
            let is_night = site.chance.f64() < 0.8;
            site.crawl_mostly_fast(24 * night, |second, _| {
                if is_night && (begin..begin + length).contains(&second) { 0.12 } else { 0.0005 }
            });
        }
        site.told().is_some()
    });
    assert!(wrong.count() < 2, "less than one of a hundred");
}

#[test]
fn how_probable_chance_is_comes_from_the_time_at_each_side() {
    let side = |seconds, failing| Tally { fetches: 100, failing, seconds };
    let hour = |above: f64, failing: u64| Hour {
        below: side(100.0 - above, 0),
        above: side(above, failing),
        control: Tally::default(),
    };
    let hours = |each: &[Hour]| -> BTreeMap<DateTime<Utc>, Hour> {
        (0..).zip(each).map(|(n, hour)| (DateTime::UNIX_EPOCH + TimeDelta::hours(n), *hour)).collect()
    };
    let is = |each: &[Hour], speaking, expected: f64| {
        let chance = chance_of(&hours(each), speaking);
        assert!((chance - expected).abs() < 1e-12, "{chance}");
    };
    is(&[hour(50.0, 30); 4], 4, 1.0 / 16.0);
    is(&[hour(50.0, 30); 5], 4, 6.0 / 32.0);
    is(&[hour(20.0, 30), hour(90.0, 30)], 2, 0.18);
    is(&[hour(20.0, 30), hour(90.0, 0)], 1, 0.2);
}

#[test]
fn pages_that_always_fail_are_not_put_down_to_our_load() {
    for seed in 0..200 {
        let mut site = Site::new(seed);
        for hour in 0..30 {
            site.crawl(hour, |_, _| 0.1);
        }
        assert_eq!(site.told(), None);
    }
}

#[test]
fn nothing_is_told_when_the_slow_looks_fail_as_well() {
    let mut site = Site::new(1);
    for hour in 0..10 {
        // As if something else were slow in those hours: what is fast fails, and what had failed goes on failing.
        site.crawl(hour, |_, rate| if (0.5..=14.0).contains(&rate) { 0.0 } else { 0.5 });
    }
    assert_eq!(site.told(), None);
}

#[test]
fn nothing_is_told_of_two_hours_or_of_one_rate() {
    let mut short = Site::new(1);
    for hour in 0..2 {
        short.crawl(hour, |_, rate| if rate > 14.0 { 0.3 } else { 0.0 });
    }
    assert_eq!(short.told(), None);
    let mut steady = Site::new(1);
    for hour in 0..10 {
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        for _ in 0..100 {
            steady.fetch(at, step(20.0), false, 0.4);
        }
    }
    assert_eq!(steady.told(), None);
    assert_eq!(threshold(&[]), None);
}

#[test]
fn a_step_is_half_of_a_doubling() {
    for (rate, expected) in [(1.0, 0), (1.3, 0), (1.42, 1), (2.0, 2), (14.0, 7), (0.5, -2)] {
        assert_eq!(step(rate), expected, "{rate}");
        assert!(lowest(step(rate)) <= rate && rate < lowest(step(rate) + 1));
    }
    assert_eq!(step(0.0), step(0.001));
}
