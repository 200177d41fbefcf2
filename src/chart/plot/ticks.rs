//! Where an axis is marked: round counts, and round instants in the site's own zone, across changes to and from summer
//! time.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// The distances between two ticks, in minutes; those of a day and more count whole days.
const STEPS: [i64; 15] =
    [1, 5, 15, 30, 60, 2 * 60, 3 * 60, 6 * 60, 12 * 60, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY];
const DAY: i64 = 24 * 60;

/// The counts at which the vertical axis is marked: from 0 to the first round one that is not below the peak.
pub(in crate::chart) fn levels(peak: u32) -> Vec<u32> {
    /// Lines above the axis; more are noise.
    const LINES: u32 = 3;
    let least = peak.max(1).div_ceil(LINES);
    let mut magnitude = 1_u32;
    let step = loop {
        match [1, 2, 5].into_iter().map(|factor: u32| factor.saturating_mul(magnitude)).find(|s| *s >= least)
        {
            Some(step) => break step,
            None => magnitude = magnitude.saturating_mul(10),
        }
    };
    (0..=peak.max(1).div_ceil(step)).map(|line| line.saturating_mul(step)).collect()
}

/// A count with its thousands apart: `4,812`.
pub(in crate::chart) fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Round local instants within the window and what they are called; at most `most` of them.
pub(in crate::chart) fn instants(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: Tz,
    most: usize,
) -> Vec<(DateTime<Utc>, String)> {
    let minutes = (to - from).num_minutes();
    let most = i64::try_from(most.max(1)).unwrap_or(i64::MAX);
    let Some(step) = STEPS.into_iter().find(|step| minutes / step < most) else { return Vec::new() };
    let local = from.with_timezone(&zone).naive_local();
    let mut ticks = Vec::new();
    let mut next = rounded_up(local, step);
    while let Some(at) = next {
        // An hour that the clock skips has no instant, and one that it repeats has two: the first is meant.
        match at.and_local_timezone(zone).earliest().map(|at| at.with_timezone(&Utc)) {
            Some(instant) if instant > to => break,
            Some(instant) if instant >= from => ticks.push((instant, label(at, step))),
            _ => {}
        }
        next = advanced(at, step);
    }
    ticks
}

fn rounded_up(local: NaiveDateTime, step: i64) -> Option<NaiveDateTime> {
    let midnight = local.date().and_time(NaiveTime::MIN);
    if step >= DAY {
        return if local == midnight {
            Some(local)
        } else {
            local.date().succ_opt().map(|d| d.and_time(NaiveTime::MIN))
        };
    }
    let past = (local - midnight).num_seconds();
    let steps = (past + step * 60 - 1) / (step * 60);
    midnight.checked_add_signed(TimeDelta::minutes(steps * step))
}

fn advanced(at: NaiveDateTime, step: i64) -> Option<NaiveDateTime> {
    if step < DAY {
        return at.checked_add_signed(TimeDelta::minutes(step));
    }
    let days = Days::new(u64::try_from(step / DAY).unwrap_or(1));
    at.date().checked_add_days(days).map(|date: NaiveDate| date.and_time(NaiveTime::MIN))
}

fn label(at: NaiveDateTime, step: i64) -> String {
    let is_midnight = at.hour() == 0 && at.minute() == 0;
    if step >= 7 * DAY {
        at.format("%-d %b").to_string()
    } else if step >= DAY || is_midnight {
        format!("{} {}", at.format("%a"), at.day())
    } else {
        at.format("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn names(from: &str, to: &str, zone: Tz, most: usize) -> Vec<String> {
        instants(at(from), at(to), zone, most).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn a_week_is_marked_at_its_local_midnights() {
        let zone = chrono_tz::Europe::Berlin;
        let ticks = instants(at("2026-11-16T12:00:00Z"), at("2026-11-23T12:00:00Z"), zone, 8);
        assert_eq!(ticks[0], (at("2026-11-16T23:00:00Z"), "Tue 17".to_owned()));
        assert_eq!(ticks.len(), 7);
    }

    #[test]
    fn a_day_is_marked_in_hours_and_where_the_next_day_begins() {
        let names = names("2026-11-16T20:00:00Z", "2026-11-17T08:00:00Z", chrono_tz::UTC, 5);
        assert_eq!(names, ["21:00", "Tue 17", "03:00", "06:00"]);
    }

    #[test]
    fn the_hour_that_summer_time_skips_is_left_out() {
        let names = names("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z", chrono_tz::Europe::Berlin, 4);
        assert_eq!(names, ["01:00", "03:00", "04:00", "05:00"]);
    }

    #[test]
    fn counts_are_marked_at_round_numbers() {
        assert_eq!(levels(0), [0, 1]);
        assert_eq!(levels(2), [0, 1, 2]);
        assert_eq!(levels(134), [0, 50, 100, 150]);
        assert_eq!(levels(547), [0, 200, 400, 600]);
        assert_eq!(grouped(1_204_812), "1,204,812");
    }

    proptest! {
        #[test]
        fn levels_reach_the_peak_and_are_few(peak in any::<u32>()) {
            let levels = levels(peak);
            prop_assert!(levels.len() <= 5);
            prop_assert!(levels.last().is_some_and(|last| *last >= peak));
        }

        #[test]
        fn ticks_are_never_more_than_asked_for(minutes in 1i64..200_000, most in 3usize..10) {
            let from = at("2026-01-01T00:00:00Z");
            let ticks = instants(from, from + TimeDelta::minutes(minutes), chrono_tz::Europe::London, most);
            prop_assert!(ticks.len() <= most + 1, "{} ticks", ticks.len());
            prop_assert!(ticks.is_sorted());
        }
    }
}
