//! What is said while nothing can be stored. The time in it is unknown to every verdict, like any in which nobody looked.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::second;
use crate::store::recording::Standstill;

/// What those are told who were told of it.
pub fn over(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!(
        "Gatecrawl records again. From {} to {} it recorded nothing: what happened in that time is unknown.",
        second(since, Tz::UTC, now),
        second(now, Tz::UTC, now)
    )
}

/// The notice on every page, and in messages.
pub fn notice(standstill: &Standstill, now: DateTime<Utc>) -> String {
    format!(
        "Gatecrawl has recorded nothing since {}: {}. No site is looked at meanwhile, and what happens to it is unknown. Recording goes on by itself as soon as something can be stored again; what was recorded before is safe.",
        second(standstill.since, Tz::UTC, now),
        standstill.why.trim_end_matches('.')
    )
}
