//! What search bots met, in words: how well a claim is founded, how many URLs were to be met, and a bot's pace around an
//! outage.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{count, instant, length, percent, plural};
use crate::accesslog::bots::Verification;
use crate::domain::pace::{BACK, Pace};

/// How well a claim is founded, in a few words.
pub fn founded(verification: Verification) -> &'static str {
    match verification {
        Verification::Ip => "its address is published",
        Verification::Dns => "its name leads back",
        Verification::Claimed => "cannot be checked",
        Verification::Spoofed => "its address is another's",
    }
}

/// `5 to 6`; `6` where both round to the same; `fewer than 1`.
pub fn expected(shortest: f64, longest: f64) -> String {
    let whole = |n: f64| format!("{:.0}", n.max(0.0));
    let (low, high) = (whole(shortest), whole(longest));
    if high == "0" {
        "fewer than 1".to_owned()
    } else if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

/// `240 a day`; `2.5 a day`.
pub fn pace(a_day: f64) -> String {
    if a_day < 9.95 {
        return format!("{a_day:.1} a day");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of fetches in a day"
    )]
    let whole = a_day.round().max(0.0) as u64;
    format!("{} a day", count(whole))
}

/// The same, with what it is of the earlier pace: `24 a day (10 %)`.
pub fn pace_of(a_day: f64, before: f64) -> String {
    let share = if before > 0.0 { a_day / before } else { 0.0 };
    format!("{} ({})", pace(a_day), percent(share))
}

/// When the bot was back at its earlier pace.
pub fn back(around: &Pace, ended: Option<DateTime<Utc>>, zone: Tz, now: DateTime<Utc>) -> String {
    match (ended, around.back_at) {
        (None, _) => "it goes on".to_owned(),
        (Some(_), None) => "not yet seen".to_owned(),
        (Some(ended), Some(at)) => {
            format!("by {}, {} after", instant(at, zone, now), length(at - ended))
        }
    }
}

/// What "back" means.
pub fn back_means() -> String {
    format!("Back is a whole day with at least {} of the fetches of the week before.", percent(BACK))
}

/// `6 of 6 URLs`.
pub fn met(urls: u64, of: u64) -> String {
    format!("{} of {}", count(urls), plural(of, "URL", "URLs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_model_are_no_more_exact_than_it_is() {
        assert_eq!(expected(4.6, 5.9), "5 to 6");
        assert_eq!(expected(5.9, 6.1), "6");
        assert_eq!(expected(0.1, 0.3), "fewer than 1");
        assert_eq!(pace(2.54), "2.5 a day");
        assert_eq!(pace_of(1234.0, 2468.0), "1,234 a day (50 %)");
        assert_eq!(met(2, 6), "2 of 6 URLs");
    }
}
