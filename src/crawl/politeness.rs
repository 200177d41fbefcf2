//! How fast a site is asked: so many requests a second, evenly spaced, whoever asks. Crawl, re-checks and sentinels of a
//! site share one [`Pace`], so that together they are no louder than the site's settings allow.
//!
//! How many requests run at a time is not decided here but by who sends them.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The longest Crawl-delay that is honoured as written. A longer one would let a crawl never end; 30 s is the longest
/// that Bing's own documentation gives as an example.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_secs(30);

/// Hands out turns.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// So many turns a second (0: no limit), and no two closer than the Crawl-delay of the site's robots.txt.
    pub fn new(rate: f64, crawl_delay: Option<Duration>) -> Self {
        let gap = if rate > 0.0 { Duration::from_secs_f64(1.0 / rate) } else { Duration::ZERO };
        let asked_for = crawl_delay.unwrap_or_default().min(LONGEST_CRAWL_DELAY);
        Self { gap: gap.max(asked_for), next: Mutex::new(Instant::now()) }
    }

    /// Waits for the next turn.
    pub async fn turn(&self) {
        if self.gap.is_zero() {
            return;
        }
        sleep_until(self.take()).await;
    }

    fn take(&self) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let turn = (*next).max(Instant::now());
        *next = turn + self.gap;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn time_for(turns: u32, pace: Pace) -> Duration {
        let start = Instant::now();
        for _ in 0..turns {
            pace.turn().await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_evenly_spaced() {
        assert_eq!(time_for(11, Pace::new(5.0, None)).await.as_millis(), 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn no_limit_waits_for_nothing() {
        assert_eq!(time_for(1000, Pace::new(0.0, None)).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_crawl_delay_slows_down_but_never_speeds_up() {
        assert_eq!(time_for(3, Pace::new(5.0, Some(Duration::from_secs(2)))).await.as_secs(), 4);
        assert_eq!(time_for(3, Pace::new(0.5, Some(Duration::from_secs(1)))).await.as_secs(), 4);
        assert_eq!(time_for(3, Pace::new(5.0, Some(Duration::from_hours(24)))).await.as_secs(), 60);
    }
}
