//! A length of time as people write it in a policy: `30s`, `24h`, `3d`. It is not for measuring; it exists so that a
//! duration is read, shown and stored in one form, and never as a bare number.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A length of time, in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(Duration);

/// A text that is not a length of time.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a length of time: write it as 30s, 15m, 24h or 3d")]
pub struct BadSpan(String);

/// The longest span that is accepted, ten years: beyond it, instants could leave the calendar.
const LONGEST: Duration = Span::days(3660).0;

impl Span {
    /// So many seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }

    /// So many minutes.
    pub const fn minutes(n: u64) -> Self {
        Self::seconds(n * 60)
    }

    /// So many hours.
    pub const fn hours(n: u64) -> Self {
        Self::seconds(n * 3600)
    }

    /// So many days of 24 hours.
    pub const fn days(n: u64) -> Self {
        Self::seconds(n * 86_400)
    }

    /// As the standard library has it.
    pub fn duration(self) -> Duration {
        self.0
    }

    /// As the difference of two instants.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::from_std(self.0).unwrap_or(TimeDelta::MAX)
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration.min(LONGEST))
    }
}

impl FromStr for Span {
    type Err = BadSpan;

    fn from_str(text: &str) -> Result<Self, BadSpan> {
        match humantime::parse_duration(text.trim()) {
            Ok(duration) if duration <= LONGEST => Ok(Self(duration)),
            _ => Err(BadSpan(text.to_owned())),
        }
    }
}

/// Up to two days in hours, as the sources speak of 24 and 48 hours; from three days in days.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: u64 = 86_400;
        let seconds = self.0.as_secs();
        if self.0.subsec_millis() > 0 {
            return write!(f, "{}ms", self.0.as_millis());
        }
        match seconds {
            s if s >= 3 * DAY && s % DAY == 0 => write!(f, "{}d", s / DAY),
            s if s >= 3600 && s % 3600 == 0 => write!(f, "{}h", s / 3600),
            s if s >= 60 && s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

impl TryFrom<String> for Span {
    type Error = BadSpan;

    fn try_from(text: String) -> Result<Self, BadSpan> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_shown_as_people_write_it_and_reads_back() {
        for text in ["0s", "30s", "90s", "15m", "24h", "36h", "48h", "3d", "30d", "1500ms"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("2 days".parse::<Span>().unwrap(), Span::hours(48));
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "24", "-1h", "soon", "1e9h", "99999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
