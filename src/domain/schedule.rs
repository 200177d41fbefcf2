//! When a site is crawled: every so often, or by a cron expression in the site's time zone.
//!
//! It only answers "when next, after this instant". An interval counts from the last tick, so that a machine that slept
//! through ten ticks makes one crawl and not ten.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::span::Span;

/// When a site is crawled. Written `every 24h` or `cron 0 3 * * *`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Schedule {
    /// With this time between two starts.
    Every(Span),
    /// At the times that this cron expression (five fields, in the site's time zone) names.
    Cron(String),
    /// Only when somebody asks.
    Never,
}

/// A text that is not a schedule.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadSchedule {
    /// Neither form.
    #[error(
        "`{0}` is not a schedule: write `24h` or `every 24h`, `cron 0 3 * * *` for each day at 3, or `never`"
    )]
    Form(String),
    /// Too often to be polite.
    #[error("a crawl every {0} is too often: the shortest interval is {SHORTEST}")]
    TooOften(Span),
    /// The cron expression is wrong.
    #[error(
        "`{expression}` is not a cron expression ({why}): give minute, hour, day of month, month and day of week, such as `0 3 * * *`"
    )]
    Cron {
        /// What was given.
        expression: String,
        /// What is wrong with it.
        why: String,
    },
}

/// The shortest interval: sentinels, not crawls, are there to see short outages.
const SHORTEST: Span = Span::minutes(1);

impl Schedule {
    /// The first tick after `after`; `None`: never.
    pub fn next(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        match self {
            Self::Every(span) => Some(after + span.delta()),
            Self::Cron(expression) => {
                let cron = parse_cron(expression).ok()?;
                let tick = cron.find_next_occurrence(&after.with_timezone(&zone), false).ok()?;
                Some(tick.with_timezone(&Utc))
            }
            Self::Never => None,
        }
    }

    /// The time between two ticks around `now`; `None`: never.
    pub fn interval(&self, now: DateTime<Utc>, zone: Tz) -> Option<Span> {
        let first = self.next(now, zone)?;
        let second = self.next(first, zone)?;
        (second - first).to_std().ok().map(Span::from)
    }
}

fn parse_cron(expression: &str) -> Result<Cron, BadSchedule> {
    Cron::from_str(expression)
        .map_err(|error| BadSchedule::Cron { expression: expression.to_owned(), why: error.to_string() })
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let text = text.trim();
        if text == "never" {
            return Ok(Self::Never);
        }
        if let Some(expression) = text.strip_prefix("cron ") {
            let expression = expression.trim();
            return parse_cron(expression).map(|_| Self::Cron(expression.to_owned()));
        }
        match text.strip_prefix("every ").unwrap_or(text).parse::<Span>() {
            Ok(span) if span >= SHORTEST => Ok(Self::Every(span)),
            Ok(span) => Err(BadSchedule::TooOften(span)),
            Err(_) => Err(BadSchedule::Form(text.to_owned())),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(span) => write!(f, "every {span}"),
            Self::Cron(expression) => write!(f, "cron {expression}"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl TryFrom<String> for Schedule {
    type Error = BadSchedule;

    fn try_from(text: String) -> Result<Self, BadSchedule> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, after: &str, zone: Tz) -> String {
        let after = after.parse().unwrap();
        schedule.parse::<Schedule>().unwrap().next(after, zone).unwrap().to_rfc3339()
    }

    #[test]
    fn a_cron_tick_is_in_the_sites_own_time_zone() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(next("cron 0 3 * * *", "2026-11-01T12:00:00Z", berlin), "2026-11-02T02:00:00+00:00");
        assert_eq!(next("cron 0 3 * * *", "2026-07-01T12:00:00Z", berlin), "2026-07-02T01:00:00+00:00");
        assert_eq!(next("every 6h", "2026-07-01T12:00:00Z", berlin), "2026-07-01T18:00:00+00:00");
    }

    #[test]
    fn a_tick_that_the_clocks_skip_in_spring_still_comes_once() {
        let berlin = chrono_tz::Europe::Berlin;
        let first = next("cron 30 2 * * *", "2026-03-28T12:00:00Z", berlin);
        assert!(first.starts_with("2026-03-29T0"), "{first}");
        let second = next("cron 30 2 * * *", &first, berlin);
        assert!(second.starts_with("2026-03-30T00:30"), "{second}");
    }

    #[test]
    fn a_schedule_is_shown_as_it_is_written() {
        for text in ["every 24h", "cron 0 3 * * MON", "never"] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        assert_eq!("24h".parse(), Ok(Schedule::Every(Span::hours(24))));
    }

    #[test]
    fn a_wrong_schedule_is_refused_with_the_right_form() {
        let refusal = |text: &str| text.parse::<Schedule>().unwrap_err().to_string();
        assert!(refusal("daily").contains("every 24h"));
        assert!(refusal("5s").contains("1m"));
        assert!(refusal("cron 99 3 * * *").contains("0 3 * * *"));
    }

    #[test]
    fn the_interval_of_a_schedule_is_the_time_between_two_ticks() {
        let now = "2026-07-01T12:00:00Z".parse().unwrap();
        let interval = |text: &str| text.parse::<Schedule>().unwrap().interval(now, Tz::UTC);
        assert_eq!(interval("every 6h"), Some(Span::hours(6)));
        assert_eq!(interval("cron 0 3 * * *"), Some(Span::hours(24)));
        assert_eq!(interval("never"), None);
    }
}
