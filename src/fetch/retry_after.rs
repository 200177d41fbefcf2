//! How long an answer asks us to wait, by its header `Retry-After` (RFC 9110, 10.2.3). Which answers may ask, and who waits, is
//! decided by who reads it.

use chrono::{DateTime, TimeDelta, Utc};

/// No longer wait is honoured: a mistyped year must not end the monitoring of a site, nor hold a message for ever.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// The wait that a header asks for in an answer that came at `at`, at most a day; `None`: none, or not in a form that can be
/// read.
pub fn wait(header: &str, at: DateTime<Utc>) -> Option<TimeDelta> {
    let text = header.trim();
    let wait = match text.parse::<u64>() {
        // More seconds than a number holds are more than a day, too.
        Ok(seconds) => {
            TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX).min(LONGEST.num_seconds()))
        }
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.to_utc() - at,
    };
    (wait > TimeDelta::zero()).then(|| wait.min(LONGEST))
}
