//! The past of a site in equal parts: the worst of each day, and how many URLs failed at a time. Pure: it is given
//! outages and what was looked at, and makes what the charts draw.
//!
//! A URL counts as failing from the first failing fetch of its outage to the last, or to now while the outage goes on.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::chart::timeline::Bucket;
use crate::chart::tone::Tone;
use crate::domain::looked::Looked;
use crate::domain::verdict::Verdict;

/// An outage, or a part of one, as the charts see it.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The first failing answer.
    pub first: DateTime<Utc>,
    /// The last failing answer; now, while it goes on.
    pub last: DateTime<Utc>,
    /// What it came to.
    pub verdict: Verdict,
    /// How many URLs failed in it.
    pub urls: u64,
}

/// The worst of each of so many days in this zone, today last. `looked` are the hours in which
/// anything was fetched.
pub fn days(stretches: &[Stretch], looked: &Looked, count: u32, zone: Tz, now: DateTime<Utc>) -> Vec<Tone> {
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let failing: Vec<_> =
        stretches.iter().map(|s| (day(s.first)..=day(s.last), Tone::Failing(s.verdict))).collect();
    let mut begin = midnight(first_day(count, zone, now), zone);
    let worst = |date: NaiveDate| {
        let end = midnight(date.checked_add_days(Days::new(1)).unwrap_or(date), zone);
        let is_seen = looked.any_in(begin, end);
        begin = end;
        let on_it = failing.iter().filter(|(days, _)| days.contains(&date)).map(|(_, tone)| *tone);
        on_it.max().unwrap_or(if is_seen { Tone::Healthy } else { Tone::Unknown })
    };
    first_day(count, zone, now).iter_days().take(count as usize).map(worst).collect()
}

/// Where a day begins; where a clock change leaves out its midnight, an hour later.
pub fn midnight(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let at = date.and_time(NaiveTime::MIN);
    let local = at.and_local_timezone(zone).earliest();
    let later = || (at + TimeDelta::hours(1)).and_local_timezone(zone).earliest();
    local.or_else(later).map_or_else(|| at.and_utc(), |local| local.to_utc())
}

/// The first of so many days that end today.
pub fn first_day(count: u32, zone: Tz, now: DateTime<Utc>) -> NaiveDate {
    let today = now.with_timezone(&zone).date_naive();
    today.checked_sub_days(Days::new(u64::from(count.saturating_sub(1)))).unwrap_or(today)
}

/// The window from `from` to `to` in so many equal parts, each with the URLs that failed in it.
pub fn buckets(
    stretches: &[Stretch],
    looked: &Looked,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    count: i32,
) -> Vec<Bucket> {
    let step = (to - from) / count.max(1);
    let part = |i: i32| {
        let (begin, end) = (from + step * i, from + step * (i + 1));
        let failing: Vec<(Verdict, u32)> = stretches
            .iter()
            .filter(|s| s.first < end && s.last >= begin)
            .map(|s| (s.verdict, u32::try_from(s.urls).unwrap_or(u32::MAX)))
            .collect();
        let observed = !failing.is_empty() || looked.any_in(begin, end);
        Bucket { failing, observed }
    };
    (0..count).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn stretch(first: &str, last: &str, verdict: Verdict, urls: u64) -> Stretch {
        Stretch { first: at(first), last: at(last), verdict, urls }
    }

    #[test]
    fn a_day_takes_its_worst_verdict_and_an_unseen_one_is_unknown() {
        let stretches = [
            stretch("2026-11-21T10:00:00Z", "2026-11-22T01:00:00Z", Verdict::Persistent, 9),
            stretch("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z", Verdict::Brief, 1),
        ];
        let looked = Looked::of_hours([at("2026-11-20T10:00:00Z"), at("2026-11-23T01:00:00Z")]);
        let days = days(&stretches, &looked, 5, chrono_tz::UTC, at("2026-11-23T03:00:00Z"));
        let bad = Tone::Failing(Verdict::Persistent);
        assert_eq!(days, [Tone::Unknown, Tone::Healthy, bad, bad, Tone::Healthy]);
    }

    #[test]
    fn a_day_begins_in_the_sites_own_zone() {
        let late = [stretch("2026-11-22T23:30:00Z", "2026-11-22T23:40:00Z", Verdict::Brief, 1)];
        let days = days(&late, &Looked::default(), 2, chrono_tz::Europe::Berlin, at("2026-11-23T03:00:00Z"));
        assert_eq!(days, [Tone::Unknown, Tone::Failing(Verdict::Brief)]);
    }

    #[test]
    fn a_window_is_cut_into_parts_and_each_counts_what_failed_in_it() {
        let stretches = [
            stretch("2026-11-23T00:30:00Z", "2026-11-23T02:00:00Z", Verdict::Persistent, 7),
            stretch("2026-11-23T02:59:00Z", "2026-11-23T02:59:00Z", Verdict::Brief, 3),
        ];
        let (from, to) = (at("2026-11-23T00:00:00Z"), at("2026-11-23T04:00:00Z"));
        let buckets = buckets(&stretches, &Looked::default(), from, to, 4);
        let counts: Vec<u32> = buckets.iter().map(|b| b.failing.iter().map(|(_, n)| n).sum()).collect();
        assert_eq!(counts, [7, 7, 10, 0]);
        assert_eq!(buckets.iter().map(|b| b.observed).collect::<Vec<_>>(), [true, true, true, false]);
    }
}
