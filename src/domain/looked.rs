//! The hours in which something of a site was fetched: where there is none, nobody looked, and nothing is known.
//!
//! A year has 8,760 hours, and pages ask about 90 days of 200 sites: so a day is a mask of 24 bits, not a list.

use chrono::{DateTime, TimeDelta, Utc};

/// Hours in a day, and milliseconds in an hour.
const DAY: i64 = 24;
const HOUR_MS: i64 = 3_600_000;

/// Hours, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// Days since 1970-01-01 in UTC, ascending, each with a bit for each hour, the first in the lowest.
    days: Vec<(i64, u32)>,
}

impl Looked {
    /// Of days in any order, each with a bit for each of its hours.
    pub fn of_days(days: impl IntoIterator<Item = (i64, u32)>) -> Self {
        let mut days: Vec<_> = days.into_iter().filter(|(_, hours)| *hours != 0).collect();
        days.sort_unstable();
        Self { days }
    }

    /// Of the instants at which hours begin.
    pub fn of_hours(hours: impl IntoIterator<Item = DateTime<Utc>>) -> Self {
        let mut days: Vec<(i64, u32)> = Vec::new();
        let mut all: Vec<i64> = hours.into_iter().map(index).collect();
        all.sort_unstable();
        for hour in all {
            let (day, bit) = (hour.div_euclid(DAY), 1u32 << hour.rem_euclid(DAY));
            match days.last_mut() {
                Some((last, hours)) if *last == day => *hours |= bit,
                _ => days.push((day, bit)),
            }
        }
        Self { days }
    }

    /// Nobody looked at all.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Whether an hour that touches this stretch of time is one of them; `to` itself is not part of it.
    pub fn any_in(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        // The last one begins before `to`.
        let (first, last) = (index(from), index(to - TimeDelta::milliseconds(1)));
        let start = self.days.partition_point(|(day, _)| *day < first.div_euclid(DAY));
        self.days[start..].iter().take_while(|(day, _)| *day <= last.div_euclid(DAY)).any(|(day, hours)| {
            let from = (first - day * DAY).clamp(0, DAY);
            let to = (last + 1 - day * DAY).clamp(0, DAY);
            (from..to).any(|hour| hours & (1 << hour) != 0)
        })
    }

    /// The hours that begin then or later.
    pub fn since(&self, from: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let start = self.days.partition_point(|(day, _)| *day < index(from).div_euclid(DAY));
        let hours = self.days[start..].iter().flat_map(|(day, hours)| {
            (0..DAY).filter(move |hour| hours & (1 << hour) != 0).map(move |hour| day * DAY + hour)
        });
        hours.filter_map(|hour| DateTime::from_timestamp_millis(hour * HOUR_MS)).filter(move |at| *at >= from)
    }
}

/// The number of the hour that an instant lies in.
fn index(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis().div_euclid(HOUR_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn an_hour_counts_for_every_stretch_that_touches_it() {
        let looked = Looked::of_hours([at(5 * 60), at(23 * 60), at(24 * 60)]);
        assert_eq!(looked, Looked::of_days([(1, 1), (0, 1 << 5 | 1 << 23), (7, 0)]));
        for (from, to, is_seen) in [
            (0, 300, false),
            (0, 301, true),
            (359, 400, true),
            (360, 400, false),
            (1379, 1380, false),
            (1440, 1441, true),
        ] {
            assert_eq!(looked.any_in(at(from), at(to)), is_seen, "{from} to {to}");
        }
    }

    proptest! {
        #[test]
        fn masks_say_what_a_list_of_hours_says(
            hours in prop::collection::vec(0i64..100, 0..20),
            from in 0i64..6_000,
            length in 1i64..3_000,
        ) {
            let looked = Looked::of_hours(hours.iter().map(|hour| at(hour * 60)));
            let (from, to) = (at(from), at(from + length));
            let hour = TimeDelta::hours(1);
            let listed = hours.iter().map(|h| at(h * 60)).any(|begin| begin < to && begin + hour > from);
            prop_assert_eq!(looked.any_in(from, to), listed);
            let mut later: Vec<_> = hours.iter().map(|h| at(h * 60)).filter(|begin| *begin >= from).collect();
            later.sort_unstable();
            later.dedup();
            prop_assert_eq!(looked.since(from).collect::<Vec<_>>(), later);
        }
    }
}
