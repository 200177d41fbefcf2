//! How fast a site is asked: so many requests a second, evenly spaced, whoever asks. Crawl, re-checks and sentinels of a
//! site share one [`Pace`], so that together they are no louder than the site's settings allow.
//!
//! It also knows how fast the site is really asked, so that each observation can say at what rate it was made. How many
//! requests run at a time is not decided here but by who sends them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The longest Crawl-delay that is honoured as written. A longer one would let a crawl never end; 30 s is the longest
/// that Bing's own documentation gives as an example.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_secs(30);

/// Over so long a time requests are counted, to say how fast they come.
const METERED: Duration = Duration::from_secs(5);

/// In steps of so long.
const STEP: Duration = Duration::from_millis(250);

/// Hands out turns.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    next: Instant,
    /// How many times the gap is kept.
    slowdown: f64,
    meter: Meter,
}

/// Counts the requests of the last few seconds.
#[derive(Debug)]
struct Meter {
    since: Instant,
    steps: VecDeque<(Instant, u32)>,
}

impl Pace {
    /// So many turns a second (0: no limit), and no two closer than the Crawl-delay of the site's robots.txt.
    pub fn new(rate: f64, crawl_delay: Option<Duration>) -> Self {
        let gap = if rate > 0.0 { Duration::from_secs_f64(1.0 / rate) } else { Duration::ZERO };
        let asked_for = crawl_delay.unwrap_or_default().min(LONGEST_CRAWL_DELAY);
        let now = Instant::now();
        let meter = Meter { since: now, steps: VecDeque::new() };
        Self { gap: gap.max(asked_for), state: Mutex::new(State { next: now, slowdown: 1.0, meter }) }
    }

    /// Waits for the next turn. Returns the number of requests a second at which the site is asked, this one included.
    pub async fn turn(&self) -> f64 {
        let turn = self.take();
        // While there is no limit and no hold, a turn is now.
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
        self.state().meter.count(Instant::now())
    }

    /// Keeps so many times the usual gap from now on; 1 is the usual one.
    pub fn slow_down(&self, slowdown: f64) {
        self.state().slowdown = slowdown.max(1.0);
    }

    /// Hands out no turn for so long.
    pub fn hold(&self, time: Duration) {
        let mut state = self.state();
        state.next = state.next.max(Instant::now() + time);
    }

    fn take(&self) -> Instant {
        let mut state = self.state();
        let turn = state.next.max(Instant::now());
        state.next = turn + self.gap.mul_f64(state.slowdown);
        turn
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meter {
    /// Counts one request, and returns how many a second there are.
    fn count(&mut self, now: Instant) -> f64 {
        while self.steps.front().is_some_and(|(step, _)| now - *step > METERED) {
            self.steps.pop_front();
        }
        match self.steps.back_mut() {
            Some((step, count)) if now - *step < STEP => *count += 1,
            _ => self.steps.push_back((now, 1)),
        }
        let counted: u32 = self.steps.iter().map(|(_, count)| count).sum();
        let time = (now - self.since).clamp(Duration::from_secs(1), METERED);
        f64::from(counted) / time.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn time_for(turns: u32, pace: &Pace) -> Duration {
        let start = Instant::now();
        for _ in 0..turns {
            pace.turn().await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_evenly_spaced() {
        assert_eq!(time_for(11, &Pace::new(5.0, None)).await.as_millis(), 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn no_limit_waits_for_nothing() {
        assert_eq!(time_for(1000, &Pace::new(0.0, None)).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crawl_delay_slows_down_but_never_speeds_up() {
        assert_eq!(time_for(3, &Pace::new(5.0, Some(Duration::from_secs(2)))).await.as_secs(), 4);
        assert_eq!(time_for(3, &Pace::new(0.5, Some(Duration::from_secs(1)))).await.as_secs(), 4);
        assert_eq!(time_for(3, &Pace::new(5.0, Some(Duration::from_hours(24)))).await.as_secs(), 60);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slowdown_stretches_the_gaps_until_it_is_taken_back() {
        let pace = Pace::new(5.0, None);
        pace.slow_down(4.0);
        assert_eq!(time_for(6, &pace).await.as_millis(), 4000);
        pace.slow_down(1.0);
        time_for(1, &pace).await;
        assert_eq!(time_for(5, &pace).await.as_millis(), 1000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_keeps_everybody_back_even_without_a_limit() {
        let pace = Pace::new(0.0, None);
        pace.hold(Duration::from_secs(7));
        assert_eq!(time_for(3, &pace).await.as_secs(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_tells_at_which_rate_the_site_is_asked() {
        let pace = Pace::new(4.0, None);
        time_for(100, &pace).await;
        let rate = pace.turn().await;
        assert!((3.8..=4.4).contains(&rate), "{rate}");
        tokio::time::sleep(Duration::from_mins(1)).await;
        let rate = pace.turn().await;
        assert!(rate < 0.3, "{rate} after a minute's rest");
    }
}
