//! How often somebody gets a summary, and when the last one was due. It sends nothing and reads no clock.
//!
//! A summary belongs to a local date, not to an instant: its key names the date, so that a day of 23 or 25 hours, a clock
//! that is set back and a process that was down for a week all come to one mail for a date, and never to two.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Every day.
    Daily,
    /// On Mondays.
    Weekly,
    /// On the first of the month.
    Monthly,
}

/// The time that one summary is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// How often it comes.
    pub cadence: Cadence,
    /// The local date on which it is due.
    pub date: NaiveDate,
    /// Where it begins: when the summary before it was due.
    pub from: DateTime<Utc>,
    /// Where it ends: when it is due.
    pub to: DateTime<Utc>,
}

/// A word that names no cadence.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not how often a summary can come: give daily, weekly or monthly")]
pub struct NoCadence(String);

impl Cadence {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Weekly, Self::Monthly];

    /// `daily`, `weekly` or `monthly`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// What its period is called: `day`, `week`, `month`.
    pub fn period(self) -> &'static str {
        match self {
            Self::Daily => "day",
            Self::Weekly => "week",
            Self::Monthly => "month",
        }
    }

    /// The date of this or the next earlier summary.
    fn on_or_before(self, date: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Daily => 0,
            Self::Weekly => date.weekday().num_days_from_monday(),
            Self::Monthly => date.day0(),
        };
        date - Days::new(u64::from(back))
    }

    fn before(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Daily => date - Days::new(1),
            Self::Weekly => date - Days::new(7),
            Self::Monthly => date - Months::new(1),
        }
    }
}

impl Period {
    /// The newest summary that is due by now, at this time of day in this zone.
    pub fn last_due(cadence: Cadence, at: NaiveTime, zone: Tz, now: DateTime<Utc>) -> Self {
        let today = cadence.on_or_before(now.with_timezone(&zone).date_naive());
        let date = if local(today, at, zone) <= now { today } else { cadence.before(today) };
        Self::on(cadence, date, at, zone)
    }

    /// The summary of a date.
    pub fn on(cadence: Cadence, date: NaiveDate, at: NaiveTime, zone: Tz) -> Self {
        let from = local(cadence.before(date), at, zone);
        Self { cadence, date, from, to: local(date, at, zone) }
    }

    /// Names it among all summaries of one reader: `daily-2026-11-28`.
    pub fn key(&self) -> String {
        format!("{}-{}", self.cadence.word(), self.date)
    }
}

/// A local time of day as an instant: of two the earlier one; where the clocks skip it, when they have been set.
pub fn local(date: NaiveDate, at: NaiveTime, zone: Tz) -> DateTime<Utc> {
    /// No clock change skips more: Samoa left out a whole day.
    const HALF_HOURS: i32 = 49;
    let wanted = date.and_time(at);
    let mut tries = (0..HALF_HOURS).map(|n| wanted + TimeDelta::minutes(30) * n);
    let found = tries.find_map(|time| time.and_local_timezone(zone).earliest());
    found.map_or_else(|| wanted.and_utc(), |local| local.to_utc())
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Cadence {
    type Err = NoCadence;

    fn from_str(word: &str) -> Result<Self, NoCadence> {
        let found = Self::ALL.into_iter().find(|cadence| cadence.word() == word);
        found.ok_or_else(|| NoCadence(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn due(cadence: Cadence, at: &str, zone: Tz, now: &str) -> (String, String) {
        let period = Period::last_due(cadence, at.parse().unwrap(), zone, now.parse().unwrap());
        (period.key(), period.to.to_rfc3339())
    }

    fn is(key: &str, to: &str) -> (String, String) {
        (key.to_owned(), to.to_owned())
    }

    #[test]
    fn a_daily_summary_is_due_at_its_hour_in_the_readers_own_zone() {
        let berlin = chrono_tz::Europe::Berlin;
        let daily = |now| due(Cadence::Daily, "07:00:00", berlin, now);
        assert_eq!(daily("2026-11-28T05:59:59Z"), is("daily-2026-11-27", "2026-11-27T06:00:00+00:00"));
        assert_eq!(daily("2026-11-28T06:00:00Z"), is("daily-2026-11-28", "2026-11-28T06:00:00+00:00"));
    }

    #[test]
    fn a_weekly_one_is_due_on_monday_and_a_monthly_one_on_the_first() {
        let utc = chrono_tz::UTC;
        let now = "2026-11-28T12:00:00Z";
        assert_eq!(
            due(Cadence::Weekly, "07:00:00", utc, now),
            is("weekly-2026-11-23", "2026-11-23T07:00:00+00:00")
        );
        assert_eq!(
            due(Cadence::Monthly, "07:00:00", utc, now),
            is("monthly-2026-11-01", "2026-11-01T07:00:00+00:00")
        );
        let early = "2026-11-01T06:00:00Z";
        assert_eq!(due(Cadence::Monthly, "07:00:00", utc, early).0, "monthly-2026-10-01");
    }

    #[test]
    fn an_hour_that_the_clocks_skip_comes_when_they_are_set_and_one_that_comes_twice_counts_once() {
        let berlin = chrono_tz::Europe::Berlin;
        let spring = |now| due(Cadence::Daily, "02:30:00", berlin, now);
        assert_eq!(spring("2026-03-29T12:00:00Z"), is("daily-2026-03-29", "2026-03-29T01:00:00+00:00"));
        let autumn = |now| due(Cadence::Daily, "02:30:00", berlin, now);
        let first = autumn("2026-10-25T00:31:00Z");
        assert_eq!(first, is("daily-2026-10-25", "2026-10-25T00:30:00+00:00"));
        assert_eq!(autumn("2026-10-25T01:31:00Z"), first);
    }

    #[test]
    fn a_period_reaches_from_one_summary_to_the_next_whatever_the_clocks_do() {
        let at = "07:00:00".parse().unwrap();
        let of =
            |date: &str| Period::on(Cadence::Daily, date.parse().unwrap(), at, chrono_tz::Europe::Berlin);
        assert_eq!((of("2026-10-25").to - of("2026-10-25").from).num_hours(), 25);
        assert_eq!((of("2026-03-29").to - of("2026-03-29").from).num_hours(), 23);
    }

    proptest! {
        #[test]
        fn what_is_due_was_due_by_now_and_the_next_one_is_not(
            second in 1_700_000_000i64..1_900_000_000,
            hour in 0u32..24,
            zone in prop::sample::select(vec![chrono_tz::UTC, chrono_tz::Europe::Berlin, chrono_tz::Australia::Lord_Howe, chrono_tz::America::New_York]),
            cadence in prop::sample::select(Cadence::ALL.to_vec()),
        ) {
            let now = DateTime::from_timestamp(second, 0).unwrap();
            let at = NaiveTime::from_hms_opt(hour, 30, 0).unwrap();
            let period = Period::last_due(cadence, at, zone, now);
            prop_assert!(period.to <= now && period.from < period.to);
            let longest = TimeDelta::days(match cadence { Cadence::Daily => 1, Cadence::Weekly => 7, Cadence::Monthly => 31 });
            prop_assert!(now - period.to <= longest + TimeDelta::hours(2), "{period:?} {now}");
        }
    }
}
