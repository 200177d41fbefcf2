//! The database: whether it is there and whole, of which version, and whether the clock fits what is stored in it.

use chrono::{DateTime, Utc};

use super::{Failure, Finding, State};
use crate::clock::{LONGEST_LEAD, SET_BACK};
use crate::report::wording::{length, plural};
use crate::store::checkup::{self, Checkup, Standing};

/// Which versions meet.
pub(super) async fn versions(checkup: &Checkup) -> Finding {
    let engine = checkup::engine_version().await.unwrap_or_else(|| "unknown".to_owned());
    let schema = match checkup.schema {
        Some(schema) => format!("the database has migration {schema}"),
        None => "the database has none that can be read".to_owned(),
    };
    let says =
        format!("gatecrawl {}, SQLite {engine}, migration {}; {schema}.", crate::VERSION, checkup.known);
    Finding::well("versions", says)
}

/// Whether the database can be used.
pub(super) async fn database(checkup: &Checkup) -> Result<Finding, Failure> {
    if let Some(store) = &checkup.store {
        let sites = store.sites().await?.len() as u64;
        let says = format!("it opens, is whole, and knows {}.", plural(sites, "site", "sites"));
        return Ok(Finding::well(PART, says));
    }
    Ok(standing(checkup))
}

const PART: &str = "database";

fn standing(checkup: &Checkup) -> Finding {
    let Checkup { path, known, standing, .. } = checkup;
    let path = path.display();
    let schema = checkup.schema.unwrap_or_default();
    match standing {
        Standing::Sound => Finding::well(PART, "it opens, and is whole."),
        Standing::Missing => Finding::attention(
            PART,
            format!(
                "there is none yet at {path}: the first start of `gatecrawl serve` makes it. If there should be one, check --data."
            ),
        ),
        Standing::Older => Finding::attention(
            PART,
            format!(
                "it is of an older version (migration {schema}, this program knows up to {known}): the next start brings it up to date; take a backup first, with `gatecrawl backup FILE`. Sites, recipients and messages were not looked at."
            ),
        ),
        Standing::Newer => Finding::broken(
            PART,
            format!(
                "{path} was written by a newer Gatecrawl (it has migration {schema}, this program knows up to {known}): install that version or a newer one."
            ),
        ),
        Standing::Altered(version) => Finding::broken(
            PART,
            format!(
                "{path} was written by a Gatecrawl from between two releases (its migration {version} is not the one of this program): go on with the program that wrote it, or give another directory with --data."
            ),
        ),
        Standing::Foreign => Finding::broken(
            PART,
            format!(
                "{path} is no database of Gatecrawl: give another directory with --data, or restore a backup with `gatecrawl restore FILE --force`, which keeps this file aside."
            ),
        ),
        Standing::Damaged(why) => Finding::broken(
            PART,
            format!(
                "{path} is damaged ({why}): stop `gatecrawl serve`, and restore a backup with `gatecrawl restore FILE --force`, which keeps this file aside."
            ),
        ),
        Standing::Closed(why) => Finding::broken(PART, format!("{path} cannot be opened: {why}.")),
    }
}

/// Whether the clock is where it was, by the newest instant that was stored.
pub(super) fn clock(newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Finding {
    const PART: &str = "clock";
    let shows = now.format("%Y-%m-%d %H:%M:%S UTC");
    let Some(newest) = newest else {
        return Finding::well(PART, format!("it shows {shows}; nothing is stored yet to compare it with."));
    };
    let behind = newest - now;
    if behind <= SET_BACK {
        return Finding::well(PART, format!("it shows {shows}, and nothing that is stored is later."));
    }
    let (state, means) = if behind > LONGEST_LEAD {
        (State::Broken, "What is seen meanwhile cannot be put in order.")
    } else {
        (
            State::Attention,
            "Meanwhile `gatecrawl serve` goes on by the later time, a tenth slower, until the clock has caught up.",
        )
    };
    let says = format!(
        "it shows {shows}, but the newest that is stored is of {}, {} later: it was set back, or was wrong before. Set it right, and let a time service (NTP) keep it so. {means}",
        newest.format("%Y-%m-%d %H:%M:%S UTC"),
        length(behind)
    );
    Finding { part: PART, state, says }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_clock_that_was_set_back_is_told_with_how_far() {
        let now: DateTime<Utc> = "2026-11-01T09:00:00Z".parse().unwrap();
        for (behind, state, says) in [
            (TimeDelta::hours(-3), State::Well, "nothing that is stored is later"),
            (TimeDelta::seconds(59), State::Well, "nothing that is stored is later"),
            (TimeDelta::minutes(2), State::Attention, "2026-11-01 09:02:00 UTC, 2 min later"),
            (TimeDelta::hours(5), State::Attention, "5 h later"),
            (TimeDelta::days(3), State::Broken, "cannot be put in order"),
        ] {
            let found = clock(Some(now + behind), now);
            assert_eq!(found.state, state, "{behind}: {}", found.says);
            assert!(found.says.contains(says), "{}", found.says);
        }
        assert_eq!(clock(None, now).state, State::Well);
    }

    #[test]
    fn each_way_in_which_a_database_cannot_be_used_says_what_to_do() {
        for (standing, state, says) in [
            (Standing::Missing, State::Attention, "--data"),
            (Standing::Older, State::Attention, "gatecrawl backup FILE"),
            (Standing::Newer, State::Broken, "install that version"),
            (Standing::Foreign, State::Broken, "--data"),
            (Standing::Damaged("a page".to_owned()), State::Broken, "(a page): stop"),
            (Standing::Closed("no rights".to_owned()), State::Broken, "no rights"),
        ] {
            let path = std::path::PathBuf::from("data/gatecrawl.db");
            let found = super::standing(&Checkup {
                path,
                standing,
                schema: Some(3),
                known: 9,
                newest: None,
                bytes: 1,
                store: None,
            });
            assert_eq!((found.state, found.says.contains(says)), (state, true), "{}", found.says);
        }
    }
}
