//! How much slower than usual a site is asked, by how it answers: slower when its answers take longer than they did, and
//! slower when they fail. It never asks faster than the settings say.

use std::time::Duration;

/// How many times slower it is asked at most.
const SLOWEST: f64 = 8.0;

/// The weight of the newest answer in the mean time to an answer.
const WEIGHT: f64 = 0.1;

/// So many answers are awaited before anything is said of the time that they take.
const WARM_UP: u32 = 10;

/// Answers may take so many times as long as the site's own best mean before it is asked slower.
const TOLERANCE: f64 = 2.0;

/// A mean below this is no sign of load, however much it rises.
const UNREMARKABLE: Duration = Duration::from_millis(200);

/// A failing answer makes the gaps so many times as long.
const FAILING: f64 = 1.25;

/// Any other brings them so much closer to the usual.
const RELIEF: f64 = 0.95;

/// Watches answers.
#[derive(Debug)]
pub struct Throttle {
    answers: u32,
    mean: f64,
    best: f64,
    errors: f64,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { answers: 0, mean: 0.0, best: f64::INFINITY, errors: 1.0 }
    }
}

impl Throttle {
    /// Takes note of an answer and of how long its head took. Returns how many times the usual gap is kept now, 1 to 8.
    pub fn note(&mut self, time: Duration, is_failing: bool) -> f64 {
        let change = if is_failing { FAILING } else { RELIEF };
        self.errors = (self.errors * change).clamp(1.0, SLOWEST);
        // How long a failure takes says nothing of the load: a timeout is long, a refusal short.
        if !is_failing {
            self.take_time(time.as_secs_f64());
        }
        self.slowdown()
    }

    fn take_time(&mut self, seconds: f64) {
        self.answers = self.answers.saturating_add(1);
        // The mean of the first ones, and then a moving one.
        let weight = WEIGHT.max(1.0 / f64::from(self.answers));
        self.mean += weight * (seconds - self.mean);
        if self.answers >= WARM_UP {
            self.best = self.best.min(self.mean);
        }
    }

    fn slowdown(&self) -> f64 {
        let usual = TOLERANCE * self.best.max(UNREMARKABLE.as_secs_f64() / TOLERANCE);
        (self.mean / usual).max(self.errors).clamp(1.0, SLOWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(throttle: &mut Throttle, count: u32, millis: u64, is_failing: bool) -> f64 {
        (0..count).map(|_| throttle.note(Duration::from_millis(millis), is_failing)).last().unwrap()
    }

    fn is(slowdown: f64, expected: f64) -> bool {
        (slowdown - expected).abs() < 0.1
    }

    #[test]
    fn a_steady_site_is_asked_as_usual_whether_quick_or_slow() {
        assert!(is(after(&mut Throttle::default(), 100, 3, false), 1.0));
        assert!(is(after(&mut Throttle::default(), 100, 4000, false), 1.0));
    }

    #[test]
    fn a_site_that_slows_is_asked_slower_and_faster_again_when_it_recovers() {
        let mut throttle = Throttle::default();
        after(&mut throttle, 50, 150, false);
        let slowed = after(&mut throttle, 50, 1200, false);
        assert!(is(slowed, 4.0), "1200 ms is four times the tolerated 300 ms, not {slowed}");
        assert!(is(after(&mut throttle, 50, 150, false), 1.0));
    }

    #[test]
    fn quick_answers_that_become_a_little_less_quick_are_no_load() {
        let mut throttle = Throttle::default();
        after(&mut throttle, 50, 5, false);
        assert!(is(after(&mut throttle, 50, 150, false), 1.0));
    }

    #[test]
    fn failures_slow_down_at_once_and_success_takes_it_back_by_and_by() {
        let mut throttle = Throttle::default();
        after(&mut throttle, 50, 5, false);
        assert!(is(after(&mut throttle, 20, 60_000, true), SLOWEST));
        let soon = after(&mut throttle, 5, 5, false);
        assert!((2.0..SLOWEST).contains(&soon), "{soon}");
        assert!(is(after(&mut throttle, 60, 5, false), 1.0));
    }
}
