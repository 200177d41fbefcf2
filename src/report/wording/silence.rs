//! What is said of the time in which our own connection was down: a notice while it lasts, a line afterwards. It is no
//! outage, and says so.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{length, plural, second, since};
use crate::domain::egress::Silence;

/// The notice while nothing can be reached; `None`: something can.
pub fn notice(silences: &[Silence], zone: Tz, now: DateTime<Utc>) -> Option<String> {
    let silence = silences.iter().find(|silence| silence.ended_at.is_none())?;
    Some(format!(
        "Gatecrawl itself has had no connection since {}. What fails meanwhile is unknown: it is not recorded, and no site is called down by it. What shows it: {}.",
        second(silence.began_at, zone, now),
        silence.why
    ))
}

/// A line on the silences of the last days that are over; `None`: there were none.
pub fn past(silences: &[Silence], zone: Tz, now: DateTime<Utc>) -> Option<String> {
    let over: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        silences.iter().filter_map(|silence| Some((silence.began_at, silence.ended_at?))).collect();
    let (began, ended) = *over.first()?;
    let newest = format!("{}, for {}", since(began, zone, now), length(ended - began));
    let times = if over.len() == 1 {
        format!("once in the last week, {newest}")
    } else {
        format!("{} in the last week, lately {newest}", plural(over.len() as u64, "time", "times"))
    };
    Some(format!("Gatecrawl's own connection was down {times}: of that time nothing is known."))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-03T12:00:00Z".parse().unwrap()
    }

    fn silence(hours_ago: i64, minutes: Option<i64>) -> Silence {
        let began_at = now() - TimeDelta::hours(hours_ago);
        let ended_at = minutes.map(|minutes| began_at + TimeDelta::minutes(minutes));
        Silence { began_at, ended_at, why: "this machine has no route to the Internet".to_owned() }
    }

    #[test]
    fn a_silence_that_goes_on_is_told_with_what_shows_it_and_one_that_is_over_is_no_notice() {
        let told = notice(&[silence(1, None), silence(9, Some(5))], Tz::UTC, now()).unwrap();
        for word in ["since", "11:00:00", "unknown", "this machine has no route to the Internet."] {
            assert!(told.contains(word), "{word} is not in: {told}");
        }
        assert_eq!(notice(&[silence(9, Some(5))], Tz::UTC, now()), None);
    }

    #[test]
    fn what_is_over_is_one_line_with_the_newest() {
        let told = past(&[silence(2, Some(30)), silence(50, Some(5))], Tz::UTC, now()).unwrap();
        assert!(told.contains("2 times") && told.contains("30 min"), "{told}");
        let once = past(&[silence(1, None), silence(2, Some(30))], Tz::UTC, now()).unwrap();
        assert!(once.contains("once in the last week"), "{once}");
        assert_eq!(past(&[silence(1, None)], Tz::UTC, now()), None);
    }
}
