//! The four instants between which an outage began and ended, and the shortest and longest that it can have lasted.
//!
//! An outage that is sampled is interval-censored: it began between the last good fetch and the first failing one, and
//! ended between the last failing fetch and the first good one after it. Nothing is ever claimed in between: a duration
//! is two numbers.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What was seen of one outage or episode, in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The last instant at which it was seen not to have begun; `None`: never seen healthy before.
    pub healthy_before: Option<DateTime<Utc>>,
    /// The first failing answer.
    pub first_failing: DateTime<Utc>,
    /// The last failing answer; at or after the first.
    pub last_failing: DateTime<Utc>,
    /// The first instant at which it was seen to be over; `None`: not seen.
    pub healthy_after: Option<DateTime<Utc>>,
    /// Time within in which nobody looked: part of the longest duration, not of the shortest.
    pub unknown: TimeDelta,
}

impl Bounds {
    /// The shortest that it can have lasted: from the first failing answer to the last one, less unknown time.
    pub fn shortest(&self) -> TimeDelta {
        (self.last_failing - self.first_failing - self.unknown).max(TimeDelta::zero())
    }

    /// The longest that it can have lasted, until `now` if it goes on; `None`: nobody saw it healthy before.
    pub fn longest(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let end = self.healthy_after.unwrap_or(now).max(self.last_failing);
        self.healthy_before.map(|before| end - before)
    }
}
