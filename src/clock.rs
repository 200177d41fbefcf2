//! Where time comes from: the wall clock in the product, a hand that tests turn in tests.
//!
//! This is the only file that reads the wall clock (`.clippy.toml` sees to it). Pure code takes `now` as an
//! argument; code that does things holds an `Arc<dyn Clock>`. Sleeping is not here: it uses `tokio::time`, which
//! tests can pause.
#![expect(clippy::disallowed_methods, reason = "the one owner of the wall clock")]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// Answers what time it is.
pub trait Clock: Debug + Send + Sync {
    /// The present instant, in whole milliseconds: the resolution at which instants are stored.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

/// A clock that is behind by less is moved a little, as clocks are all the time, and was not set back.
pub const SET_BACK: Duration = Duration::minutes(1);

/// A clock that is behind by more is not put right by it, but wrong: who is a day ahead of all others is of no use.
pub const LONGEST_LEAD: Duration = Duration::hours(24);

/// How fast time goes while the machine's clock catches up, in tenths: what lasts is measured a tenth too short at most.
const CATCHING_UP: i32 = 9;

/// A clock that never goes back. What was seen would else lie before what is stored already, and could not be put in order; and
/// what is due would wait for hours. When the machine's clock is set back, this one goes on from where it was, a little slower, until
/// the two are one again.
#[derive(Debug)]
pub struct SteadyClock {
    machine: Arc<dyn Clock>,
    hand: Mutex<Hand>,
}

/// Where a steady clock stood when the machine's was last right.
#[derive(Debug)]
struct Hand {
    at: DateTime<Utc>,
    since: Instant,
    /// It was said that the two differ.
    said: bool,
}

impl SteadyClock {
    /// By the machine's clock, and not before this instant, which was stored by it. One that lies more than a day ahead is not
    /// heeded.
    pub fn new(machine: Arc<dyn Clock>, newest: Option<DateTime<Utc>>) -> Self {
        let now = machine.now();
        let ahead = newest.map_or(Duration::zero(), |newest| newest - now);
        if ahead > LONGEST_LEAD {
            tracing::error!(
                behind.hours = ahead.num_hours(),
                "the clock of this machine is days behind what is stored: set it right, and start again; until then what is seen cannot be put in order"
            );
        }
        let at = newest.filter(|_| ahead <= LONGEST_LEAD).map_or(now, |newest| newest.max(now));
        Self { machine, hand: Mutex::new(Hand { at, since: Instant::now(), said: false }) }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.machine.now();
        let mut hand = self.hand.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lasted = Duration::from_std(hand.since.elapsed()).unwrap_or_default();
        let steady = (hand.at + lasted * CATCHING_UP / 10).trunc_subsecs(3);
        if steady - now > LONGEST_LEAD {
            tracing::error!(
                behind.hours = (steady - now).num_hours(),
                "the clock of this machine was set back by days: Gatecrawl goes by it, and what it saw meanwhile lies in the future"
            );
        }
        if now >= steady || steady - now > LONGEST_LEAD {
            *hand = Hand { at: now, since: Instant::now(), said: false };
            return now;
        }
        if steady - now > SET_BACK && !hand.said {
            hand.said = true;
            tracing::warn!(
                behind.seconds = (steady - now).num_seconds(),
                "the clock of this machine was set back: Gatecrawl goes on from where it was, until the clock has caught up"
            );
        }
        steady
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    /// A clock that stands at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        *self.hand() += by;
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.hand() = now;
    }

    fn hand(&self) -> std::sync::MutexGuard<'_, DateTime<Utc>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.hand()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_and_is_one_with_the_machines_again_when_that_has_caught_up() {
        let machine = Arc::new(TestClock::at(at("2026-11-01T09:00:00Z")));
        let clock = SteadyClock::new(Arc::clone(&machine) as Arc<dyn Clock>, None);
        machine.set(at("2026-11-01T12:00:00Z"));
        assert_eq!(clock.now(), at("2026-11-01T12:00:00Z"));
        machine.set(at("2026-11-01T07:00:00Z"));
        let first = clock.now();
        assert!(first >= at("2026-11-01T12:00:00Z"), "{first}");
        assert!(clock.now() >= first);
        machine.set(at("2026-11-01T14:00:00Z"));
        assert_eq!(clock.now(), at("2026-11-01T14:00:00Z"));
    }

    #[test]
    fn what_is_stored_is_never_later_than_now_unless_it_is_days_ahead() {
        let now = at("2026-11-01T09:00:00Z");
        let begun_at = |newest: &str| {
            let machine: Arc<dyn Clock> = Arc::new(TestClock::at(now));
            SteadyClock::new(machine, Some(at(newest))).now()
        };
        assert_eq!(begun_at("2026-11-01T08:00:00Z"), now);
        assert!(begun_at("2026-11-01T14:00:00Z") >= at("2026-11-01T14:00:00Z"));
        assert_eq!(begun_at("2026-11-03T09:00:00Z"), now, "a clock that was days ahead is not believed");
    }
}
