//! What is told of a site's robots.txt: what came last, and, while it cannot be had, where it stands on the ladder of
//! Google and on that of RFC 9309, side by side. The steps and their words are rows of [`robots_ladder::STEPS`].

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::outcome::Class;
use crate::domain::robots_ladder::{self, Authority, Failure, IF_IT_EVER_FAILS, Step, first_step};
use crate::report::wording::{ago, instant, length};
use crate::store::robots_copies::RobotsCopy;
use crate::web::pages::site::Robots;
use crate::web::wording::{Instant, Tag};

/// Both ladders of a robots.txt that fails.
#[derive(Debug, Clone)]
pub(crate) struct Ladder {
    pub(crate) title: String,
    pub(crate) columns: Vec<Column>,
    /// What Gatecrawl itself does meanwhile.
    pub(crate) own: &'static str,
}

/// One ladder.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// What becomes of crawling now.
    pub(crate) phase: &'static str,
    /// When the next step begins, in words; or that there is none.
    pub(crate) next: String,
    pub(crate) rungs: Vec<Rung>,
}

/// One step of a ladder.
#[derive(Debug, Clone)]
pub(crate) struct Rung {
    pub(crate) from: Instant,
    pub(crate) says: &'static str,
    pub(crate) tag: Tag,
    pub(crate) reached: bool,
    pub(crate) current: bool,
}

const OWN: &str = "Gatecrawl does not crawl a host whose robots.txt fails. It goes on probing the start page, a page of each section and a sample of the others, by the last good copy, so that an outage is seen and measured.";

impl Robots {
    /// Nobody has asked for it yet.
    pub(super) fn unread() -> Self {
        Self { figure: "–".to_owned(), text: "Not read yet.".to_owned(), tag: None }
    }
}

/// What came of it.
pub(super) fn told(copy: &RobotsCopy, zone: Tz, now: DateTime<Utc>) -> Robots {
    let read = format!("Read {}.", ago(copy.fetched_at, now));
    let text = match (copy.failing_since, copy.outcome.class()) {
        (Some(since), _) => {
            let (since, lasted) = (instant(since, zone, now), length(now - since));
            format!("It cannot be had since {since}, for {lasted}. What that means stands above.")
        }
        (None, Class::Gone) => format!("{read} There is none, so everything may be crawled."),
        (None, Class::Healthy | Class::Failing) => format!("{read} {IF_IT_EVER_FAILS}"),
    };
    let figure = copy.outcome.to_string().replace('_', " ");
    let says_what_google_does = copy.failing_since.is_none() && copy.outcome.class() != Class::Gone;
    Robots { figure, text, tag: says_what_google_does.then(|| Tag::from(first_step())) }
}

/// Both ladders.
pub(crate) fn ladder(failure: &Failure, zone: Tz, now: DateTime<Utc>) -> Ladder {
    let columns = Authority::ALL.into_iter().filter_map(|authority| column(authority, failure, zone, now));
    let lasted = length(now - failure.since);
    Ladder {
        title: format!("robots.txt has failed for {lasted}: what that stops"),
        columns: columns.collect(),
        own: OWN,
    }
}

fn column(authority: Authority, failure: &Failure, zone: Tz, now: DateTime<Utc>) -> Option<Column> {
    let standing = robots_ladder::standing(authority, failure, now)?;
    let next = match standing.next {
        Some((step, at)) => format!("From {} on: {}.", instant(at, zone, now), step.phase.word()),
        None => "No further step is laid down.".to_owned(),
    };
    let rung = |(step, begins): (&'static Step, DateTime<Utc>)| Rung {
        from: Instant::minute(begins, zone, now),
        says: step.says,
        tag: Tag::from(step),
        reached: begins <= now,
        current: begins == standing.began,
    };
    Some(Column {
        name: authority.name(),
        phase: standing.step.phase.word(),
        next,
        rungs: robots_ladder::steps(authority, failure).into_iter().map(rung).collect(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::outcome::Outcome;

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn text(status: u16, hours: Option<i64>) -> String {
        let copy = RobotsCopy {
            fetched_at: now() - TimeDelta::hours(2),
            outcome: Outcome::Status(status),
            failing_since: hours.map(|hours| now() - TimeDelta::hours(hours)),
            good_at: Some(now()),
            good_body: None,
        };
        told(&copy, chrono_tz::UTC, now()).text
    }

    #[test]
    fn a_robots_txt_is_told_by_what_came_last() {
        assert!(text(200, None).starts_with("Read 2 h ago. If it ever fails"));
        assert!(text(404, None).contains("There is none"));
        assert!(text(503, Some(13)).starts_with("It cannot be had since"));
    }

    #[test]
    fn google_and_the_standard_stand_side_by_side_with_their_next_steps() {
        let failure = Failure {
            since: now() - TimeDelta::hours(13),
            outcome: Outcome::Status(503),
            has_copy: true,
            site_is_up: true,
        };
        let [google, rfc] = &ladder(&failure, chrono_tz::UTC, now()).columns[..] else {
            panic!("two columns")
        };
        assert_eq!((google.name, google.phase), ("Google", "last good copy"));
        assert_eq!((rfc.name, rfc.phase), ("RFC 9309", "complete disallow"));
        assert!(google.next.ends_with("on: as if there were none."), "{}", google.next);
        let reached = |column: &Column| column.rungs.iter().map(|rung| rung.reached).collect::<Vec<_>>();
        assert_eq!((reached(google), reached(rfc)), (vec![true, true, false], vec![true, false]));
    }
}
