//! How often a search bot comes, measured from its own visits: before, during and after an outage, and how many URLs of an
//! outage it was to meet at that pace.
//!
//! Nobody documents by how much a search engine slows down, nor when it comes back ([`crate::domain::policy`] says where what
//! is known stands). So nothing is assumed here: the pace before is measured, and what came after is held against it. That a
//! bot is back at [`BACK`] of its pace is our model of "back": the pace of a healthy week varies by as much.

use chrono::{DateTime, TimeDelta, Utc};

/// So much of the earlier pace counts as back.
pub const BACK: f64 = 0.8;

/// So long before an outage the pace is measured, at most.
const BEFORE: TimeDelta = TimeDelta::days(7);

/// So much of that must be in the log: a pace of less than a day has its night left out.
const LEAST_BEFORE: TimeDelta = TimeDelta::hours(24);

/// Over so long the pace after it is measured: one day, so that no hour of the day is left out.
const AFTER: TimeDelta = TimeDelta::hours(24);

/// Fetches in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// When it begins.
    pub at: DateTime<Utc>,
    /// How many there were.
    pub fetches: u64,
}

/// A bot's pace around an outage, in fetches a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// In the week before, or as much of it as is known.
    pub before: f64,
    /// While it lasted. `None`: it was shorter than an hour, which says nothing of a pace.
    pub during: Option<f64>,
    /// On the day after it. `None`: that day is not over, or it goes on.
    pub after: Option<f64>,
    /// When a whole day at [`BACK`] of the earlier pace had passed. `None`: not yet.
    pub back_at: Option<DateTime<Utc>>,
}

impl Pace {
    /// The pace around an outage that lasted from `from` to `to` (`None`: it goes on), of hours in their order, the log of
    /// which reaches up to `until`. `None`: too little is known of the time before.
    pub fn around(
        hours: &[Hour],
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
        until: DateTime<Utc>,
    ) -> Option<Self> {
        let begin = hours.first()?.at.max(from - BEFORE);
        if from - begin < LEAST_BEFORE {
            return None;
        }
        let before = a_day(hours, begin, from);
        let end = to.unwrap_or(until).min(until);
        let during = (end - from >= TimeDelta::hours(1)).then(|| a_day(hours, from, end));
        let after = to.filter(|to| *to + AFTER <= until).map(|to| a_day(hours, to, to + AFTER));
        let back_at = to.and_then(|to| back(hours, to, until, before));
        Some(Self { before, during, after, back_at })
    }
}

/// Fetches a day between two instants.
fn a_day(hours: &[Hour], from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    let length = (to - from).max(TimeDelta::hours(1));
    float(count(hours, from, to)) / length.as_seconds_f64() * TimeDelta::days(1).as_seconds_f64()
}

fn count(hours: &[Hour], from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
    // An hour is of the side on which most of it lies.
    let middle = |hour: &Hour| hour.at + TimeDelta::minutes(30);
    hours.iter().filter(|hour| middle(hour) >= from && middle(hour) < to).map(|hour| hour.fetches).sum()
}

/// The end of the first whole day after `to` in which the bot came at its earlier pace.
fn back(hours: &[Hour], to: DateTime<Utc>, until: DateTime<Utc>, before: f64) -> Option<DateTime<Utc>> {
    let mut end = to + AFTER;
    while end <= until {
        if a_day(hours, end - AFTER, end) >= BACK * before {
            return Some(end);
        }
        end += TimeDelta::hours(1);
    }
    None
}

/// How many URLs a bot was to meet in an outage of this length, when it had fetched so many URLs (second) so often each
/// (first) in the time of its log: each with the chance `1 - exp(-r d)` of a fetch at its own rate `r` within `d`.
pub fn expected_met(fetched: &[(u64, u64)], log: TimeDelta, lasted: TimeDelta) -> f64 {
    if log <= TimeDelta::zero() {
        return 0.0;
    }
    let of_log = lasted.as_seconds_f64().max(0.0) / log.as_seconds_f64();
    fetched.iter().map(|(fetches, urls)| float(*urls) * -(-float(*fetches) * of_log).exp_m1()).sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts of fetches stay far below 2^52")]
fn float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    /// Ten fetches an hour, but for what `other` says.
    fn hours(to: i64, other: impl Fn(i64) -> Option<u64>) -> Vec<Hour> {
        (0..to).map(|hour| Hour { at: at(hour), fetches: other(hour).unwrap_or(10) }).collect()
    }

    #[test]
    fn the_slowdown_and_the_return_are_measured_against_the_week_before() {
        // An outage of six hours; the bot comes at a tenth of its pace until two days later.
        let hours = hours(400, |hour| (200..254).contains(&hour).then_some(1));
        let pace = Pace::around(&hours, at(200), Some(at(206)), at(400)).unwrap();
        let whole = |pace: f64| format!("{pace:.0}");
        assert_eq!([whole(pace.before), whole(pace.during.unwrap())], ["240", "24"]);
        assert_eq!(whole(pace.after.unwrap()), "24");
        // The first day with 192 fetches or more has 19 hours of ten and five of one.
        assert_eq!(pace.back_at, Some(at(273)));
    }

    #[test]
    fn what_is_not_known_yet_is_not_said() {
        let hours = hours(210, |_| None);
        assert_eq!(Pace::around(&hours, at(10), Some(at(11)), at(210)), None, "the day before is not known");
        let pace = Pace::around(&hours, at(200), None, at(210)).unwrap();
        assert!(pace.during.is_some() && pace.after.is_none() && pace.back_at.is_none());
        let pace = Pace::around(&hours, at(200), Some(at(205)), at(210)).unwrap();
        assert_eq!((pace.after, pace.back_at), (None, None), "the day after is not over");
        assert_eq!(Pace::around(&[], at(200), None, at(210)), None);
    }

    #[test]
    fn a_url_that_is_fetched_often_is_met_more_surely() {
        let week = TimeDelta::days(7);
        let expected = |fetches, lasted| expected_met(&[(fetches, 1)], week, lasted);
        assert!((expected(168, TimeDelta::hours(1)) - 0.632).abs() < 0.001, "once an hour, in an hour");
        assert!((expected(7, TimeDelta::hours(1)) - 0.041).abs() < 0.001, "once a day, in an hour");
        assert!(expected_met(&[(7, 100)], week, TimeDelta::hours(1)) > 4.0);
        assert!(expected_met(&[(7, 1)], TimeDelta::zero(), week).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn never_more_urls_are_expected_than_there_are_and_never_fewer_in_a_longer_outage(
            fetched in prop::collection::vec((0_u64..1000, 0_u64..1000), 0..20),
            log in 0_i64..10_000, lasted in 0_i64..10_000, more in 0_i64..10_000,
        ) {
            let all: u64 = fetched.iter().map(|(_, urls)| urls).sum();
            let expected = |lasted| expected_met(&fetched, TimeDelta::minutes(log), TimeDelta::minutes(lasted));
            prop_assert!((0.0..=float(all)).contains(&expected(lasted)));
            prop_assert!(expected(lasted) <= expected(lasted + more) + 1e-9);
        }
    }
}
