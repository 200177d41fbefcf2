//! `Retry-After`: when a server asks to be left alone, and until when (RFC 9110, 10.2.3). It does not decide who is held
//! back by it, one URL or the host.

use chrono::{DateTime, Utc};

use crate::domain::outcome::Outcome;
use crate::fetch::retry_after::wait;

/// The instant until which an answer that came at `at` asks us to wait, at most a day later; `None`: it does not ask, or
/// not in a form that can be read. Only 429 and 503 can ask.
pub fn retry_after(outcome: Outcome, header: Option<&str>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !matches!(outcome, Outcome::Status(429 | 503)) {
        return None;
    }
    wait(header?, at).map(|wait| at + wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(status: u16, header: &str) -> Option<i64> {
        let at = DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z").unwrap().to_utc();
        let until = retry_after(Outcome::Status(status), Some(header), at)?;
        Some((until - at).num_seconds())
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        assert_eq!(waits(503, "120"), Some(120));
        assert_eq!(waits(429, " 3 "), Some(3));
        assert_eq!(waits(503, "Sun, 01 Mar 2026 12:10:00 GMT"), Some(600));
    }

    #[test]
    fn nobody_is_waited_for_longer_than_a_day() {
        for header in ["86401", "99999999999", "18446744073709551615", "Mon, 01 Mar 2027 12:00:00 GMT"] {
            assert_eq!(waits(503, header), Some(24 * 3600), "{header}");
        }
    }

    #[test]
    fn the_past_nonsense_and_other_statuses_ask_for_nothing() {
        for header in ["0", "-5", "soon", "", "Sun, 01 Mar 2026 11:00:00 GMT", "1.5"] {
            assert_eq!(waits(503, header), None, "{header}");
        }
        assert_eq!(waits(502, "120"), None);
        assert_eq!(waits(200, "120"), None);
    }
}
