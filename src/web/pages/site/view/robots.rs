//! What is told of a site's robots.txt: what came last, and what it means for search engines while it cannot be had.
//!
//! The ladder is Google's, "How Google interprets the robots.txt specification".

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::outcome::Class;
use crate::report::wording::{ago, instant, length};
use crate::store::robots_copies::RobotsCopy;
use crate::web::pages::site::Robots;
use crate::web::wording::Tag;

const SOURCE: Tag = Tag {
    basis: "documented",
    quote: "For the first 12 hours, Google stops crawling the site but keeps trying to fetch the robots.txt file. \
            For the next 30 days Google will use the last good version.",
    source: "https://developers.google.com/crawling/docs/robots-txt/robots-txt-spec",
};

/// Where Google's ladder has its steps.
const STOPS_FOR: TimeDelta = TimeDelta::hours(12);
const USES_COPY_FOR: TimeDelta = TimeDelta::days(30);

impl Robots {
    /// Nobody has asked for it yet.
    pub(super) fn unread() -> Self {
        Self { figure: "–".to_owned(), text: "Not read yet.".to_owned(), tag: None }
    }
}

/// What came of it, and what that means.
pub(super) fn told(copy: &RobotsCopy, zone: Tz, now: DateTime<Utc>) -> Robots {
    let read = format!("Read {}.", ago(copy.fetched_at, now));
    let text = match (copy.failing_since, copy.outcome.class()) {
        (Some(since), _) => failing(copy, since, zone, now),
        (None, Class::Gone) => format!("{read} There is none, so everything may be crawled."),
        (None, Class::Healthy | Class::Failing) => {
            format!(
                "{read} If it ever fails, Google stops crawling for 12 hours, then uses its copy for 30 days."
            )
        }
    };
    let figure = copy.outcome.to_string().replace('_', " ");
    let is_documented = copy.outcome.class() != Class::Gone;
    Robots { figure, text, tag: is_documented.then(|| SOURCE.clone()) }
}

fn failing(copy: &RobotsCopy, since: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let lasted = now - since;
    let phase = if lasted < STOPS_FOR {
        "Google stops crawling the whole host for the first 12 hours."
    } else if lasted >= USES_COPY_FOR {
        "After 30 days, Google goes on without it if the site is up, and stops crawling if it is not."
    } else if copy.good_at.is_some() {
        "Google uses the last good copy it has, for 30 days."
    } else {
        "Google, if it has no copy of its own, assumes that all may be crawled."
    };
    format!("It cannot be had since {}, for {}. {phase}", instant(since, zone, now), length(lasted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Outcome;

    fn text(status: u16, hours: Option<i64>, has_copy: bool) -> String {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let copy = RobotsCopy {
            fetched_at: now - TimeDelta::hours(2),
            outcome: Outcome::Status(status),
            failing_since: hours.map(|hours| now - TimeDelta::hours(hours)),
            good_at: has_copy.then_some(now),
            good_body: None,
        };
        told(&copy, chrono_tz::UTC, now).text
    }

    #[test]
    fn a_robots_txt_that_fails_is_told_by_its_phase() {
        assert!(text(200, None, true).starts_with("Read 2 h ago. If it ever fails"));
        assert!(text(404, None, false).contains("There is none"));
        assert!(text(503, Some(1), true).contains("for the first 12 hours"));
        assert!(text(503, Some(13), true).contains("the last good copy"));
        assert!(text(503, Some(13), false).contains("assumes that all may be crawled"));
        assert!(text(503, Some(31 * 24), true).contains("After 30 days"));
    }
}
