//! How numbers, lengths of time and instants read: "4,812 URLs", "39 to 42 min", "on Thursday evening".
//!
//! Lengths come as two bounds and are shown as two, rounded outwards, so that what is shown is never narrower than what
//! was seen. The sentences made of them are in [`headline`] and [`overview`].

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use crate::domain::span::Span;

pub mod account;
pub mod advice;
pub mod bots;
pub mod deploys;
pub mod diagnosis;
pub mod habit;
pub mod headline;
pub mod load;
pub mod overview;
pub mod patterns;
pub mod plan;
pub mod robots;
pub mod silence;
pub mod standstill;
mod subject;
pub mod url;
pub mod verdict;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A count with its thousands apart: `4,812`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count and what is counted: `1 URL`, `4,812 URLs`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A small count as a word, at the begin of a sentence: `One`, `Two`, `13`.
pub fn number(n: u64) -> String {
    const WORDS: [&str; 13] = [
        "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
        "Twelve",
    ];
    let word = usize::try_from(n).ok().and_then(|n| WORDS.get(n));
    word.map_or_else(|| count(n), |word| (*word).to_owned())
}

/// A share from 0 to 1: `0 %`, `< 0.1 %`, `2.8 %`, `14 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 {
        "0 %".to_owned()
    } else if percent < 0.1 {
        "< 0.1 %".to_owned()
    } else if percent < 9.95 {
        format!("{percent:.1} %")
    } else if percent < 100.0 {
        // 99.7 % is not all of it.
        format!("{:.0} %", percent.min(99.0))
    } else {
        "100 %".to_owned()
    }
}

/// A share of fetches as the chance that one of them fails: `one fetch in three`, `every second fetch`.
pub fn chance(share: f64) -> String {
    const NAMED: [(f64, &str); 12] = [
        (0.9, "nine fetches in ten"),
        (0.8, "four fetches in five"),
        (0.75, "three fetches in four"),
        (0.667, "two fetches in three"),
        (0.6, "three fetches in five"),
        (0.5, "every second fetch"),
        (0.4, "two fetches in five"),
        (0.333, "one fetch in three"),
        (0.25, "one fetch in four"),
        (0.2, "one fetch in five"),
        (0.143, "one fetch in seven"),
        (0.1, "one fetch in ten"),
    ];
    if share < 0.085 {
        return format!("{} of the fetches", percent(share));
    }
    let nearest = NAMED.into_iter().min_by(|a, b| (a.0 - share).abs().total_cmp(&(b.0 - share).abs()));
    nearest.map_or_else(|| percent(share), |(_, name)| name.to_owned())
}

/// Two instants to the second: `Fri 20 Nov, between 16:23:16 and 16:28:16 UTC`.
pub fn between(from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let (a, b) = (from.with_timezone(&zone), to.with_timezone(&zone));
    if a.date_naive() == b.date_naive() {
        let day = if a.year() == now.with_timezone(&zone).year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        let (day, from, to) = (a.format(day), a.format("%H:%M:%S"), b.format("%H:%M:%S %Z"));
        return format!("on {day} between {from} and {to}");
    }
    format!("between {} and {}", second(from, zone, now), second(to, zone, now))
}

/// An instant, to the second: `Thu 19 Nov, 21:40:02 UTC`.
pub fn second(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let seconds = at.with_timezone(&zone).format(":%S ").to_string();
    let text = instant(at, zone, now);
    // The zone stands last; the seconds go before it.
    text.rsplit_once(' ').map_or(text.clone(), |(time, zone)| format!("{time}{seconds}{zone}"))
}

/// A length of time by its two largest units: `39 min 28 s`, `3 d 4 h`, `42 min`.
pub fn length(lasted: TimeDelta) -> String {
    let s = lasted.num_seconds().max(0);
    let (large, unit, small, subunit) = match s {
        ..MINUTE => return format!("{s} s"),
        MINUTE..HOUR => (s / MINUTE, "min", s % MINUTE, "s"),
        HOUR..DAY => (s / HOUR, "h", s % HOUR / MINUTE, "min"),
        _ => (s / DAY, "d", s % DAY / HOUR, "h"),
    };
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {subunit}") }
}

/// A threshold as it was set, with its unit apart: `24 h`, `7 d`, `90 s`.
pub fn line(span: Span) -> String {
    let text = span.to_string();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "m" => "min",
        "s" | "h" | "d" => unit,
        _ => return length(span.delta()),
    };
    format!("{number} {unit}")
}

/// The shortest and the longest that something can have lasted: `39 to 42 min`, `at least 3 d 4 h`, `under 5 min`.
pub fn range(shortest: TimeDelta, longest: Option<TimeDelta>) -> String {
    let Some(longest) = longest else { return format!("at least {}", length(shortest)) };
    let unit = match longest.num_seconds() {
        ..=119 => 1,
        120..=7_199 => MINUTE,
        7_200..=172_799 => HOUR,
        _ => DAY,
    };
    let (low, high) = (shortest.num_seconds() / unit, (longest.num_seconds() + unit - 1) / unit);
    let name = if unit == 1 { "s" } else { unit_name(unit) };
    match unit {
        _ if low == 0 => format!("under {high} {name}"),
        _ if low == high => format!("{low} {name}"),
        1 | MINUTE => format!("{low} to {high} {name}"),
        // A whole hour or day is too coarse a step for two ends that lie close together.
        _ => from_to(&length(shortest), &length(outward(longest, unit))),
    }
}

/// The longest that something can have lasted, rounded up where [`length()`] cuts off.
pub fn at_most(longest: TimeDelta) -> String {
    length(if longest.num_seconds() < HOUR { longest } else { outward(longest, MINUTE) })
}

/// Rounded up to the second unit that [`length()`] shows.
fn outward(lasted: TimeDelta, unit: i64) -> TimeDelta {
    let step = if unit == DAY || lasted.num_seconds() >= DAY { HOUR } else { MINUTE };
    TimeDelta::seconds((lasted.num_seconds() + step - 1) / step * step)
}

fn from_to(low: &str, high: &str) -> String {
    if low == high { low.to_owned() } else { format!("{low} to {high}") }
}

fn unit_name(unit: i64) -> &'static str {
    match unit {
        MINUTE => "min",
        HOUR => "h",
        _ => "d",
    }
}

/// A length of time in words, rounded as one does when speaking: `40 minutes`, `an hour`, `three days`.
pub fn spoken(lasted: TimeDelta) -> String {
    let seconds = lasted.num_seconds().max(0);
    let minutes = (seconds + 30) / MINUTE;
    let of = |n: i64, one: &str, many: &str| {
        let n = n.unsigned_abs();
        format!("{} {}", number(n).to_lowercase(), if n == 1 { one } else { many })
    };
    match seconds {
        ..90 => of(seconds, "second", "seconds"),
        _ if minutes < 20 => of(minutes, "minute", "minutes"),
        _ if minutes < 55 => of((minutes + 2) / 5 * 5, "minute", "minutes"),
        _ if minutes <= 75 => "an hour".to_owned(),
        _ if seconds < 36 * HOUR => of((seconds + HOUR / 2) / HOUR, "hour", "hours"),
        _ => of((seconds + DAY / 2) / DAY, "day", "days"),
    }
}

/// An instant, to the minute: `Thu 19 Nov, 21:40 UTC`; with its year when that is not the present one.
pub fn instant(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let format = if at.year() == now.year() { "%a %-d %b, %H:%M %Z" } else { "%a %-d %b %Y, %H:%M %Z" };
    at.format(format).to_string()
}

/// The hour alone on the same day, and otherwise the day with it: `21:40`, `Thu 21:40`, `3 Nov, 21:40`.
pub fn since(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let format = match (now.date_naive() - at.date_naive()).num_days() {
        0 => "%H:%M",
        1..=6 => "%a %H:%M",
        _ if at.year() == now.year() => "%-d %b, %H:%M",
        _ => "%-d %b %Y, %H:%M",
    };
    at.format(format).to_string()
}

/// `4.1 MB`, in powers of ten.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut size = n as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

/// How far off an instant is: `in 2 h`, `due now`, `in 40 min`.
pub fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = at - now;
    if left <= TimeDelta::zero() {
        return "due now".to_owned();
    }
    let unit = match left.num_seconds() {
        ..120 => return "in a minute".to_owned(),
        120..7_200 => MINUTE,
        7_200..172_800 => HOUR,
        _ => DAY,
    };
    format!("in {} {}", left.num_seconds() / unit, unit_name(unit))
}

/// How long ago an instant is: `just now`, `40 min ago`, `3 d ago`.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let past = now - at;
    let unit = match past.num_seconds() {
        ..120 => return "just now".to_owned(),
        120..7_200 => MINUTE,
        7_200..172_800 => HOUR,
        _ => DAY,
    };
    format!("{} {} ago", past.num_seconds() / unit, unit_name(unit))
}

/// When in the day something was, as one would say it: `this morning`, `on Thursday evening`, `on 3 November`.
pub fn day_part(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let part = match at.hour() {
        ..5 => "night",
        5..12 => "morning",
        12..17 => "afternoon",
        17..22 => "evening",
        _ => "late evening",
    };
    let weekday = at.format("%A");
    match ((now.date_naive() - at.date_naive()).num_days(), part) {
        (0, "night") => "early this morning".to_owned(),
        (0, "late evening") => "late this evening".to_owned(),
        (0, part) => format!("this {part}"),
        (1, "night") => "early yesterday".to_owned(),
        (1, "late evening") => "late last night".to_owned(),
        (1, part) => format!("yesterday {part}"),
        (2..=6, "night") => format!("early on {weekday}"),
        (2..=6, "late evening") => format!("late on {weekday}"),
        (2..=6, part) => format!("on {weekday} {part}"),
        _ if at.year() == now.year() => at.format("on %-d %B").to_string(),
        _ => at.format("on %-d %B %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn seconds(n: i64) -> TimeDelta {
        TimeDelta::seconds(n)
    }

    #[test]
    fn counts_have_their_thousands_apart_and_agree_with_what_they_count() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(plural(1, "URL", "URLs"), "1 URL");
        assert_eq!(plural(0, "URL", "URLs"), "0 URLs");
        assert_eq!(plural(4_812, "URL", "URLs"), "4,812 URLs");
        assert_eq!([number(1), number(12), number(13)], ["One", "Twelve", "13"]);
    }

    #[test]
    fn a_share_is_neither_rounded_to_nothing_nor_to_all() {
        let shown = [0.0, 0.0002, 0.028, 0.0996, 0.14, 0.997, 1.0].map(percent);
        assert_eq!(shown, ["0 %", "< 0.1 %", "2.8 %", "10 %", "14 %", "99 %", "100 %"]);
    }

    #[test]
    fn a_length_has_its_two_largest_units() {
        let shown = [0, 59, 60, 2368, 3600, 5400, 273_600, 86_400].map(|s| length(seconds(s)));
        assert_eq!(shown, ["0 s", "59 s", "1 min", "39 min 28 s", "1 h", "1 h 30 min", "3 d 4 h", "1 d"]);
    }

    #[test]
    fn two_bounds_are_shown_as_two_and_rounded_outwards() {
        for (low, high, shown) in [
            (2368, Some(2515), "39 to 42 min"),
            (2400, Some(2400), "40 min"),
            (0, Some(290), "under 5 min"),
            (10, Some(15), "10 to 15 s"),
            (18_600, Some(20_370), "5 h 10 min to 5 h 40 min"),
            (273_600, Some(273_700), "3 d 4 h to 3 d 5 h"),
            (273_600, None, "at least 3 d 4 h"),
        ] {
            assert_eq!(range(seconds(low), high.map(seconds)), shown);
        }
    }

    #[test]
    fn lengths_are_spoken_in_round_numbers() {
        for (s, said) in [
            (30, "30 seconds"),
            (1, "one second"),
            (300, "five minutes"),
            (2440, "40 minutes"),
            (3600, "an hour"),
            (7_300, "two hours"),
            (90_000, "25 hours"),
            (273_600, "three days"),
            (172_800, "two days"),
        ] {
            assert_eq!(spoken(seconds(s)), said);
        }
    }

    #[test]
    fn an_instant_is_written_in_the_sites_own_zone() {
        let now = at("2026-11-23T03:00:00Z");
        assert_eq!(instant(at("2026-11-19T21:40:10Z"), chrono_tz::UTC, now), "Thu 19 Nov, 21:40 UTC");
        assert_eq!(
            instant(at("2026-11-19T21:40:10Z"), chrono_tz::Europe::Berlin, now),
            "Thu 19 Nov, 22:40 CET"
        );
        assert_eq!(instant(at("2025-11-19T21:40:10Z"), chrono_tz::UTC, now), "Wed 19 Nov 2025, 21:40 UTC");
        assert_eq!(since(at("2026-11-23T01:15:00Z"), chrono_tz::UTC, now), "01:15");
        assert_eq!(since(at("2026-11-19T21:40:10Z"), chrono_tz::UTC, now), "Thu 21:40");
        assert_eq!(since(at("2026-11-02T21:40:10Z"), chrono_tz::UTC, now), "2 Nov, 21:40");
    }

    #[test]
    fn a_part_of_the_day_is_named_as_one_would_say_it() {
        let now = at("2026-11-23T15:00:00Z");
        for (when, said) in [
            ("2026-11-23T03:00:00Z", "early this morning"),
            ("2026-11-23T09:00:00Z", "this morning"),
            ("2026-11-22T23:30:00Z", "late last night"),
            ("2026-11-22T19:00:00Z", "yesterday evening"),
            ("2026-11-19T21:40:00Z", "on Thursday evening"),
            ("2026-11-19T03:00:00Z", "early on Thursday"),
            ("2026-11-03T12:00:00Z", "on 3 November"),
            ("2025-11-03T12:00:00Z", "on 3 November 2025"),
        ] {
            assert_eq!(day_part(at(when), chrono_tz::UTC, now), said);
        }
    }

    #[test]
    fn what_is_to_come_is_told_by_how_far_off_it_is() {
        let now = at("2026-11-23T15:00:00Z");
        let told = [-5, 30, 2_400, 9_000, 400_000].map(|s| until(now + seconds(s), now));
        assert_eq!(told, ["due now", "in a minute", "in 40 min", "in 2 h", "in 4 d"]);
        let past = [30, 2_400, 9_000, 400_000].map(|s| ago(now - seconds(s), now));
        assert_eq!(past, ["just now", "40 min ago", "2 h ago", "4 d ago"]);
    }

    proptest! {
        #[test]
        fn no_length_is_too_odd_to_be_said(low in 0i64..400_000_000, more in 0i64..400_000_000) {
            prop_assert!(!range(seconds(low), Some(seconds(low + more))).is_empty());
            prop_assert!(!spoken(seconds(low)).is_empty());
        }
    }
}
