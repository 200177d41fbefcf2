//! Where time comes from: the wall clock in the product, a hand that tests turn in tests.
//!
//! This is the only file that reads the wall clock (`.clippy.toml` sees to it). Pure code takes `now` as an
//! argument; code that does things holds an `Arc<dyn Clock>`. Sleeping is not here: it uses `tokio::time`, which
//! tests can pause.
#![expect(clippy::disallowed_methods, reason = "the one owner of the wall clock")]

use std::fmt::Debug;
use std::sync::Mutex;

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
