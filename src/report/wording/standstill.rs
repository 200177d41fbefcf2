//! What is said while nothing can be stored. The time in it is unknown to every verdict, like any in which nobody looked.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::second;
use crate::store::recording::Standstill;

/// What those are told who were told of it.
pub fn over(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!(
        "Gatecrawl records again. From {} to {} it recorded nothing: what happened in that time is unknown.",
        second(since, Tz::UTC, now),
        second(now, Tz::UTC, now)
    )
}

/// The notice on every page, and in messages.
pub fn notice(standstill: &Standstill, now: DateTime<Utc>) -> String {
    let end = if standstill.is_final {
        "Recording does not go on by itself: it begins again with the next start."
    } else {
        "Recording goes on by itself as soon as something can be stored again; what was recorded before is safe."
    };
    format!(
        "Gatecrawl has recorded nothing since {}: {}. No site is looked at meanwhile, and what happens to it is unknown. {end}",
        second(standstill.since, Tz::UTC, now),
        standstill.why.trim_end_matches('.')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_said_to_go_on_by_itself_where_it_does_not() {
        let since = DateTime::UNIX_EPOCH;
        for (is_final, says) in
            [(false, "goes on by itself as soon as"), (true, "begins again with the next start")]
        {
            let told = notice(&Standstill { since, why: "the disk is full.".to_owned(), is_final }, since);
            assert!(told.contains(says) && told.contains("the disk is full. No site"), "{told}");
        }
    }
}
