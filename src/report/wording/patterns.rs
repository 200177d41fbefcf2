//! How it reads what a site's outages have in common: with how many deploys they began, and at which hours. That nothing
//! stands out is said too; that too little is known is another thing, and said as that.

use chrono::Weekday;

use super::{count, length, number, percent, plural};
use crate::domain::patterns::{DeployShare, Week};
use crate::domain::span::Span;
use crate::report::json::share;

/// "5 of 7 outages began within 15 min after a deploy (71 %), and one more may have."; `all`: how many outages there are.
pub fn deploys(told: &DeployShare, all: u64, window: Span) -> String {
    let window = length(window.delta());
    let outages = plural(told.of, "outage", "outages");
    let more = told.possible;
    let first = match (told.certain, told.possible) {
        (0, 0) => format!("None of {outages} began within {window} after a deploy."),
        (0, _) => format!(
            "{} of {outages} may have begun within {window} after a deploy; of none it is certain.",
            number(more)
        ),
        (certain, 0) => format!("{} began within {window} after a deploy ({}).", of(certain, told.of), {
            percent(share(certain, told.of))
        }),
        (certain, _) => format!(
            "{} began within {window} after a deploy ({}), and {} more may have.",
            of(certain, told.of),
            percent(share(certain, told.of)),
            number(more).to_lowercase()
        ),
    };
    match all.saturating_sub(told.of) {
        0 => first,
        1 => format!("{first} One earlier outage does not count: no deploy was recorded by then."),
        n => format!("{first} {} earlier outages do not count: no deploy was recorded by then.", number(n)),
    }
}

/// "5 of 7 outages began between 03:00 and 04:00." Told when so many have an hour that one could stand out.
pub fn week(week: &Week) -> String {
    let hour = week.hour.map(|hour| (hour.count, format!("between {}", hours(hour.at))));
    let weekday = week.weekday.map(|day| (day.count, format!("on a {}", weekday(day.at))));
    match (hour, weekday) {
        (None, None) => "No hour or weekday stands out.".to_owned(),
        (Some((n, when)), None) | (None, Some((n, when))) => {
            format!("{} began {when}.", of(n, week.placed))
        }
        (Some((n, hour)), Some((m, day))) => {
            format!("{} began {hour}, and {} of {} {day}.", of(n, week.placed), count(m), count(week.placed))
        }
    }
}

/// "Two more began at an hour that is not known closely enough to count."
pub fn unplaced(week: &Week) -> Option<String> {
    (week.unplaced > 0).then(|| {
        let more = if week.placed > 0 { " more" } else { "" };
        let outages = if week.unplaced == 1 { "outage" } else { "outages" };
        format!(
            "{}{more} {outages} began at an hour that is not known closely enough to count.",
            number(week.unplaced)
        )
    })
}

/// `03:00 and 04:00`.
fn hours(hour: u32) -> String {
    format!("{hour:02}:00 and {:02}:00", hour + 1)
}

/// `Sunday`.
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn of(part: u64, whole: u64) -> String {
    if part == whole {
        format!("All {} outages", count(whole))
    } else {
        format!("{} of {}", count(part), plural(whole, "outage", "outages"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patterns::Cluster;

    fn told(certain: u64, possible: u64, of: u64, all: u64) -> String {
        deploys(&DeployShare { certain, possible, of }, all, Span::minutes(15))
    }

    fn seen(hour: Option<u64>, weekday: Option<u64>, placed: u64, unplaced: u64) -> Week {
        Week {
            counts: [[0; 24]; 7],
            placed,
            unplaced,
            hour: hour.map(|count| Cluster { at: 3, count }),
            weekday: weekday.map(|count| Cluster { at: Weekday::Sun, count }),
        }
    }

    #[test]
    fn the_share_that_began_with_a_deploy_is_told_apart_from_what_only_may_have() {
        assert_eq!(
            told(5, 1, 7, 7),
            "5 of 7 outages began within 15 min after a deploy (71 %), and one more may have."
        );
        assert_eq!(told(3, 0, 3, 3), "All 3 outages began within 15 min after a deploy (100 %).");
        assert_eq!(
            told(0, 2, 7, 7),
            "Two of 7 outages may have begun within 15 min after a deploy; of none it is certain."
        );
        assert_eq!(
            told(0, 0, 7, 9),
            "None of 7 outages began within 15 min after a deploy. Two earlier outages do not count: no deploy was recorded by then."
        );
    }

    #[test]
    fn an_hour_or_weekday_is_named_with_its_count_and_else_none() {
        assert_eq!(week(&seen(Some(5), None, 7, 0)), "5 of 7 outages began between 03:00 and 04:00.");
        assert_eq!(week(&seen(None, Some(6), 6, 0)), "All 6 outages began on a Sunday.");
        assert_eq!(
            week(&seen(Some(5), Some(6), 7, 0)),
            "5 of 7 outages began between 03:00 and 04:00, and 6 of 7 on a Sunday."
        );
        assert_eq!(week(&seen(None, None, 7, 0)), "No hour or weekday stands out.");
    }

    #[test]
    fn what_has_no_hour_is_told() {
        assert_eq!(unplaced(&seen(None, None, 7, 0)), None);
        let told = |placed, n| unplaced(&seen(None, None, placed, n)).unwrap();
        assert_eq!(told(7, 1), "One more outage began at an hour that is not known closely enough to count.");
        assert_eq!(told(0, 3), "Three outages began at an hour that is not known closely enough to count.");
    }
}
