//! How one URL stands now, in a sentence or two, when it does not fail; one that fails is told as an outage is.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::headline::Headline;
use super::{count, day_part, range};
use crate::domain::bounds::Bounds;
use crate::domain::outcome::{Class, Outcome};

/// What became of a URL that is not failing.
#[derive(Debug, Clone, Copy)]
pub struct Quiet<'a> {
    /// Its path.
    pub path: &'a str,
    /// The newest answer; `None`: never fetched.
    pub newest: Option<Outcome>,
    /// How often it failed, as far as is kept.
    pub times: u64,
    /// When it failed last.
    pub last: Option<Bounds>,
    /// In which zone instants are told.
    pub zone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl Quiet<'_> {
    /// The sentences.
    pub fn headline(&self) -> Headline {
        let rest = match self.newest {
            None => " was found, but not fetched yet.".to_owned(),
            Some(outcome) if outcome.class() == Class::Gone => {
                format!(" answers {outcome}: to a search engine it does not exist.{}", self.past())
            }
            Some(outcome) if outcome.class() == Class::Failing => {
                format!(" failed when it was last looked at, with {}.{}", said(outcome), self.past())
            }
            Some(outcome) => format!(" is well: it answers {outcome}.{}", self.past()),
        };
        Headline { subject: self.path.to_owned(), rest }
    }

    fn past(&self) -> String {
        let Some(bounds) = self.last else { return " It was never seen failing.".to_owned() };
        let when = day_part(bounds.first_failing, self.zone, self.now);
        let lasted = range(bounds.shortest(), bounds.longest(self.now));
        match self.times {
            0 | 1 => format!(" It failed once, {when}, for {lasted}."),
            times => format!(" It failed {} times, last {when}, for {lasted}.", count(times)),
        }
    }
}

/// `read_timeout` as people read it.
pub fn said(outcome: Outcome) -> String {
    outcome.to_string().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn quiet(newest: Option<&str>, times: u64) -> String {
        let now: DateTime<Utc> = "2026-11-23T03:00:00Z".parse().unwrap();
        let at = |minute| now - TimeDelta::days(4) + TimeDelta::minutes(minute);
        let bounds = Bounds {
            healthy_before: Some(at(0)),
            first_failing: at(2),
            last_failing: at(40),
            healthy_after: Some(at(42)),
            unknown: TimeDelta::zero(),
        };
        let newest = newest.map(|word| word.parse().unwrap());
        let last = (times > 0).then_some(bounds);
        Quiet { path: "/a", newest, times, last, zone: chrono_tz::UTC, now }.headline().to_string()
    }

    #[test]
    fn a_url_that_does_not_fail_is_told_with_what_it_did_before() {
        assert_eq!(quiet(None, 0), "/a was found, but not fetched yet.");
        assert_eq!(quiet(Some("200"), 0), "/a is well: it answers 200. It was never seen failing.");
        assert_eq!(
            quiet(Some("200"), 1),
            "/a is well: it answers 200. It failed once, early on Thursday, for 38 to 42 min."
        );
        assert!(
            quiet(Some("404"), 3).starts_with(
                "/a answers 404: to a search engine it does not exist. It failed 3 times, last "
            )
        );
        assert!(quiet(Some("read_timeout"), 1).contains("with read timeout."));
    }
}
