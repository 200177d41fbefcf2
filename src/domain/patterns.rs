//! Whether a site's outages have something in common: how many began with a deploy, and whether they keep to an hour of
//! the day or a weekday.
//!
//! Two things would make a pattern out of nothing, and are kept out. Where a site is looked at once a day, each outage is
//! first seen at the hour of the crawl; so only a begin that is known closely enough (`begin_known_within`) has an hour.
//! And outages that begin within the same hour of the same day are one event to the question whether an hour stands out,
//! as are those of one day to that of a weekday: a bad afternoon is no habit.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use super::bounds::Bounds;
use super::deploy::{Certainty, DeployMark, began_with};
use super::policy::Policy;

/// How many outages began with a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeployShare {
    /// Those of which it is certain.
    pub certain: u64,
    /// Those that may have.
    pub possible: u64,
    /// Of how many: those that were seen failing since deploys of the site are recorded.
    pub of: u64,
}

/// When in the week outages began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// How many, by weekday from Monday and hour of the day.
    pub counts: [[u32; HOURS]; WEEKDAYS],
    /// How many have an hour.
    pub placed: u64,
    /// Of how many the begin is not known closely enough.
    pub unplaced: u64,
    /// The hour that stands out.
    pub hour: Option<Cluster<u32>>,
    /// The weekday that stands out.
    pub weekday: Option<Cluster<Weekday>>,
}

/// An hour or a weekday at which more outages began than chance explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster<T> {
    /// Which.
    pub at: T,
    /// How many outages began then.
    pub count: u64,
}

const HOURS: usize = 24;
const WEEKDAYS: usize = 7;
/// So many hours and weekdays are tried: one of them may well stand out by chance.
const TRIED: f64 = 31.0;

/// How many of these outages began with a deploy; `None` when too few began since the first mark to say anything.
pub fn deploy_share(outages: &[Bounds], marks: &[DeployMark], policy: &Policy) -> Option<DeployShare> {
    let since = marks.iter().map(|mark| mark.deploy.at()).min()?;
    let known = outages.iter().filter(|bounds| bounds.first_failing >= since);
    let mut share = DeployShare { certain: 0, possible: 0, of: 0 };
    for bounds in known {
        share.of += 1;
        match began_with(bounds, marks, policy.deploy_window).map(|began| began.certainty) {
            Some(Certainty::Certain) => share.certain += 1,
            Some(Certainty::Possible) => share.possible += 1,
            None => {}
        }
    }
    (share.of >= policy.pattern_least).then_some(share)
}

/// When in the week, as it is told in this zone, these outages began.
pub fn week(outages: &[Bounds], zone: Tz, policy: &Policy) -> Week {
    let begins: Vec<Begin> = outages.iter().filter_map(|bounds| begin(bounds, zone, policy)).collect();
    let mut counts = [[0; HOURS]; WEEKDAYS];
    for begin in &begins {
        counts[begin.weekday()][begin.hour as usize] += 1;
    }
    let hours: BTreeSet<(NaiveDate, u32)> = begins.iter().map(|begin| (begin.date, begin.hour)).collect();
    let dates: BTreeSet<NaiveDate> = begins.iter().map(|begin| begin.date).collect();
    let hour = outstanding::<HOURS>(hours.iter().map(|(_, hour)| *hour as usize), policy);
    let weekday = outstanding::<WEEKDAYS>(dates.iter().map(|date| weekday_index(*date)), policy);
    let all = |wanted: &dyn Fn(&Begin) -> bool| begins.iter().filter(|begin| wanted(begin)).count() as u64;
    Week {
        counts,
        placed: begins.len() as u64,
        unplaced: (outages.len() - begins.len()) as u64,
        hour: hour.map(|index| Cluster {
            at: u32::try_from(index).unwrap_or_default(),
            count: all(&|begin| begin.hour as usize == index),
        }),
        weekday: weekday.map(|index| Cluster {
            at: Weekday::try_from(u8::try_from(index).unwrap_or_default()).unwrap_or(Weekday::Mon),
            count: all(&|begin| begin.weekday() == index),
        }),
    }
}

/// A begin on the site's own clock.
struct Begin {
    date: NaiveDate,
    hour: u32,
}

impl Begin {
    fn weekday(&self) -> usize {
        weekday_index(self.date)
    }
}

fn weekday_index(date: NaiveDate) -> usize {
    date.weekday().num_days_from_monday() as usize
}

/// Where the first failing answer came, if the last good one is not too far from it.
fn begin(bounds: &Bounds, zone: Tz, policy: &Policy) -> Option<Begin> {
    let known = |good: DateTime<Utc>| bounds.first_failing - good <= policy.begin_known_within.delta();
    let at = bounds.healthy_before.is_some_and(known).then(|| bounds.first_failing.with_timezone(&zone))?;
    Some(Begin { date: at.date_naive(), hour: at.hour() })
}

/// The one of so many equal boxes that holds more than chance explains.
fn outstanding<const BOXES: usize>(events: impl Iterator<Item = usize>, policy: &Policy) -> Option<usize> {
    let mut counts = [0_u32; BOXES];
    events.for_each(|index| counts[index] += 1);
    let all: u32 = counts.iter().sum();
    let (index, most) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    #[expect(clippy::cast_precision_loss, reason = "24 or 7")]
    let chance = tail(all, *most, 1.0 / BOXES as f64) * TRIED;
    (u64::from(all) >= policy.pattern_least && chance * 100.0 < policy.pattern_chance).then_some(index)
}

/// The probability that of `all` independent events, each with probability `p` from 0 to 1 exclusive, at least `least`
/// come to pass.
fn tail(all: u32, least: u32, p: f64) -> f64 {
    // By logarithms, so that neither the coefficients nor the powers leave what a float can hold.
    let mut log_term = f64::from(all) * (1.0 - p).ln();
    let mut sum = 0.0;
    for hits in 0..=all {
        if hits >= least {
            sum += log_term.exp();
        }
        log_term += (f64::from(all - hits) / f64::from(hits + 1)).ln() + p.ln() - (1.0 - p).ln();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::deploy::Deploy;
    use crate::domain::observation::{DeployId, SiteId};

    /// First seen failing then, and last seen healthy so many minutes before.
    fn outage(first_failing: &str, minutes: i64) -> Bounds {
        let first_failing: DateTime<Utc> = first_failing.parse().unwrap();
        Bounds {
            healthy_before: Some(first_failing - TimeDelta::minutes(minutes)),
            first_failing,
            last_failing: first_failing,
            healthy_after: None,
            unknown: TimeDelta::zero(),
        }
    }

    fn outages(first_failing: &[&str]) -> Vec<Bounds> {
        first_failing.iter().map(|at| outage(at, 5)).collect()
    }

    fn marks(at: &[&str]) -> Vec<DeployMark> {
        let mark = |(id, at): (i64, &&str)| DeployMark {
            id: DeployId(id),
            site: SiteId(1),
            deploy: Deploy::stored(at.parse().unwrap(), ""),
        };
        (1..).zip(at).map(mark).collect()
    }

    fn told(outages: &[Bounds], zone: Tz) -> Week {
        week(outages, zone, &Policy::default())
    }

    /// Five nights in the first hour of the second cron job, and two outages elsewhere. In UTC.
    const NIGHTS: [&str; 7] = [
        "2026-11-02T03:04:00Z",
        "2026-11-03T03:10:00Z",
        "2026-11-05T03:04:00Z",
        "2026-11-06T03:59:00Z",
        "2026-11-07T03:00:00Z",
        "2026-11-08T14:00:00Z",
        "2026-11-04T20:00:00Z",
    ];

    #[test]
    fn five_of_seven_nights_in_one_hour_are_no_coincidence_and_are_named_on_the_sites_own_clock() {
        let utc = told(&outages(&NIGHTS), Tz::UTC);
        assert_eq!(utc.hour, Some(Cluster { at: 3, count: 5 }));
        assert_eq!((utc.placed, utc.unplaced, utc.weekday), (7, 0, None));
        let berlin = told(&outages(&NIGHTS), chrono_tz::Europe::Berlin);
        assert_eq!(berlin.hour, Some(Cluster { at: 4, count: 5 }));
        assert_eq!(berlin.counts[0][4], 1, "Monday");
    }

    #[test]
    fn a_weekday_on_which_nearly_all_outages_began_is_named() {
        let sundays = ["2026-09-06T01:00:00Z", "2026-09-13T07:00:00Z", "2026-09-20T13:00:00Z"];
        let more = ["2026-09-27T19:00:00Z", "2026-10-04T23:00:00Z", "2026-10-07T23:00:00Z"];
        assert_eq!(told(&outages(&sundays), Tz::UTC).weekday, None, "three of three come by chance");
        let week = told(&outages(&[sundays, more].concat()), Tz::UTC);
        assert_eq!(week.weekday, Some(Cluster { at: Weekday::Sun, count: 5 }));
        assert_eq!(week.hour, None, "two at 23 h come by chance");
    }

    #[test]
    fn outages_that_are_spread_have_no_hour_that_stands_out() {
        let spread: Vec<Bounds> = (0..40)
            .map(|i| outage(&format!("2026-10-{:02}T{:02}:30:00Z", i % 28 + 1, i * 7 % 24), 5))
            .collect();
        let week = told(&spread, Tz::UTC);
        assert_eq!((week.hour, week.weekday, week.placed), (None, None, 40));
    }

    #[test]
    fn a_crawl_at_three_each_night_does_not_make_three_the_hour_at_which_outages_begin() {
        let daily: Vec<Bounds> = NIGHTS[..5].iter().map(|at| outage(at, 24 * 60)).collect();
        let week = told(&daily, Tz::UTC);
        assert_eq!((week.hour, week.placed, week.unplaced), (None, 0, 5));
        let unknown = Bounds { healthy_before: None, ..daily[0] };
        assert_eq!(told(&[unknown], Tz::UTC).unplaced, 1, "never seen healthy");
    }

    #[test]
    fn a_bad_afternoon_is_no_habit() {
        let same_hour: Vec<String> = (0..9).map(|i| format!("2026-11-02T14:{:02}:00Z", i * 6)).collect();
        let same_hour: Vec<&str> = same_hour.iter().map(String::as_str).collect();
        let week = told(&outages(&[&same_hour[..], &NIGHTS[5..]].concat()), Tz::UTC);
        assert_eq!((week.hour, week.weekday), (None, None));
        assert_eq!((week.counts[0][14], week.placed), (9, 11), "they are all counted");
    }

    #[test]
    fn a_stricter_policy_names_nothing() {
        let strict = |key, value| {
            let mut policy = Policy::default();
            policy.set(key, value).unwrap();
            week(&outages(&NIGHTS), Tz::UTC, &policy).hour
        };
        assert_eq!(strict("pattern_least", "8"), None);
        assert_eq!(strict("pattern_chance", "0.001%"), None);
        assert_eq!(strict("begin_known_within", "1m"), None);
        assert!(strict("begin_known_within", "5m").is_some());
    }

    #[test]
    fn the_share_counts_what_is_certain_apart_from_what_is_possible() {
        let marks = marks(&["2026-11-02T03:00:00Z", "2026-11-03T03:06:00Z"]);
        // The first began 0 to 4 min after a deploy, the second has one between its two instants, the rest none.
        let mut all = outages(&NIGHTS);
        all[0] = outage(NIGHTS[0], 4);
        let share = deploy_share(&all, &marks, &Policy::default());
        assert_eq!(share, Some(DeployShare { certain: 1, possible: 1, of: 7 }));
    }

    #[test]
    fn of_fewer_than_three_outages_or_without_a_deploy_nothing_is_said() {
        let policy = Policy::default();
        let first = marks(&["2026-11-01T03:00:00Z"]);
        assert_eq!(deploy_share(&outages(&NIGHTS[..2]), &first, &policy), None);
        assert_eq!(deploy_share(&outages(&NIGHTS), &[], &policy), None);
        assert!(deploy_share(&outages(&NIGHTS[..3]), &first, &policy).is_some());
    }

    #[test]
    fn outages_from_before_deploys_were_recorded_are_not_held_against_them() {
        let share = deploy_share(&outages(&NIGHTS), &marks(&["2026-11-05T12:00:00Z"]), &Policy::default());
        assert_eq!(share, Some(DeployShare { certain: 0, possible: 0, of: 3 }));
    }

    #[test]
    fn the_tail_of_the_binomial_is_that_of_the_tables() {
        for (all, least, p, known) in [
            (7, 5, 1.0 / 24.0, 2.457_4e-6),
            (10, 0, 0.5, 1.0),
            (10, 8, 0.5, 0.054_687_5),
            (3, 3, 1.0 / 7.0, 1.0 / 343.0),
        ] {
            let tail = tail(all, least, p);
            assert!((tail - known).abs() <= known * 1e-3, "{tail} is not {known}");
        }
    }

    proptest! {
        #[test]
        fn every_outage_is_counted_once(begins in prop::collection::vec((0i64..10_000_000, 0i64..200), 0..60)) {
            let epoch = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
            let of = |(second, minutes): (i64, i64)| {
                outage(&(epoch + TimeDelta::seconds(second)).to_rfc3339(), minutes)
            };
            let all: Vec<Bounds> = begins.into_iter().map(of).collect();
            let week = told(&all, chrono_tz::Europe::Berlin);
            let counted: u32 = week.counts.iter().flatten().sum();
            prop_assert_eq!(u64::from(counted), week.placed);
            prop_assert_eq!(week.placed + week.unplaced, all.len() as u64);
            let most = week.counts.iter().map(|day| u64::from(day.iter().sum::<u32>())).max().unwrap_or(0);
            prop_assert!(week.weekday.is_none_or(|day| day.count == most));
        }

        #[test]
        fn the_tail_is_a_probability_and_falls_as_more_is_asked(all in 1u32..500, least in 0u32..500) {
            let (tail_, next) = (tail(all, least, 1.0 / 24.0), tail(all, least + 1, 1.0 / 24.0));
            prop_assert!((0.0..=1.0).contains(&tail_) && next <= tail_);
        }
    }
}
