//! One sentence or two that say what happened, for how long, and what it means: the headline of an outage's page and
//! the subject of its mail.
//!
//! It claims no more than the bounds allow. What a search engine does at a threshold is said only while the site's
//! policy has the documented value; a site that calls 20 seconds persistent is told about its own line instead.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{chance, day_part, instant, plural, since, spoken};
use crate::domain::bounds::Bounds;
use crate::domain::extent::Extent;
use crate::domain::outcome::Outcome;
use crate::domain::policy::Policy;
use crate::domain::span::Span;
use crate::domain::verdict::{Certainty, Judgement, State, Verdict};

pub(super) mod verb;

use verb::Verb;

/// What is told of an outage.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The host, where the reader does not know which site is meant.
    pub site: Option<&'a str>,
    /// What failed.
    pub scope: Scope<'a>,
    /// How many URLs failed.
    pub urls: u64,
    /// Failing fetches by outcome.
    pub outcomes: &'a BTreeMap<Outcome, u64>,
    /// When.
    pub bounds: Bounds,
    /// How bad.
    pub judgement: Judgement,
    /// Its URLs fail, are healthy and fail again: each fetch is a matter of chance.
    pub alternating: bool,
    /// How it lies over the site.
    pub extent: &'a Extent,
    /// How many of its URLs can be in the index, where that is known.
    pub indexable_urls: Option<u64>,
    /// By what lines it is judged.
    pub policy: &'a Policy,
    /// In which zone instants are written.
    pub zone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// How much of the site failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All of it.
    Site,
    /// The pages below a path template such as `/product/*`.
    Section(&'a str),
    /// Single URLs; the path of the first.
    Url(&'a str),
}

/// An outage from here on is not "on Thursday evening", it starts then.
const LONG: TimeDelta = TimeDelta::hours(6);

/// A sentence whose first words say who or what; a page sets them off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headline {
    /// "134 pages under /product/".
    pub subject: String,
    /// " have answered 502 for three days. Google drops URLs after two days."
    pub rest: String,
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.subject, self.rest)
    }
}

impl Facts<'_> {
    /// What happened and what it means.
    pub fn headline(&self) -> Headline {
        Headline { subject: self.subject(), rest: format!(" {}. {}", self.happening(), self.meaning()) }
    }

    /// What happened, in a few words for a list: "/product/* answered 502".
    pub fn title(&self) -> String {
        let verb = Verb::of(self.outcomes);
        let (subject, is_plural) = self.short_subject();
        let verb = match self.judgement.state {
            State::Ongoing if is_plural => verb.base,
            State::Ongoing => verb.third,
            State::Recovering | State::Resolved => verb.past,
        };
        let by_chance = if self.alternating { " by chance" } else { "" };
        format!("{subject} {verb}{by_chance}")
    }

    fn happening(&self) -> String {
        let verb = Verb::of(self.outcomes);
        let (has, present) = if self.is_plural() { ("have", &verb.base) } else { ("has", &verb.third) };
        let when = day_part(self.bounds.first_failing, self.zone, self.now);
        match (self.judgement.verdict, self.judgement.state) {
            (Verdict::Transient, _) => {
                format!("failed once {when} and {} healthy again at the next look", self.was())
            }
            (_, State::Ongoing) if self.alternating => {
                format!("{has} {}, by chance, at about {} {}", verb.perfect, self.chance(), self.so_far())
            }
            (_, State::Recovering | State::Resolved) if self.alternating => {
                format!("{}, by chance, at about {} {}", verb.past, self.chance(), self.and_when())
            }
            (Verdict::Intermittent, State::Ongoing) => format!("{present} again and again"),
            (Verdict::Intermittent, _) => format!("{} again and again, first {when}", verb.past),
            (_, State::Ongoing) => format!("{has} {} {}", verb.perfect, self.so_far()),
            _ => format!("{} {}", verb.past, self.and_when()),
        }
    }

    /// "for about 40 minutes on Thursday evening".
    fn and_when(&self) -> String {
        let when = day_part(self.bounds.first_failing, self.zone, self.now);
        if self.bounds.shortest() >= LONG {
            return format!("{}, starting {when}", self.lasted());
        }
        format!("{} {when}", self.lasted())
    }

    /// "one fetch in three".
    fn chance(&self) -> String {
        self.extent.failing_share().map_or_else(|| "some fetches".to_owned(), chance)
    }

    fn was(&self) -> &'static str {
        if self.is_plural() { "were" } else { "was" }
    }

    /// "for three days", by what was seen of it; "since 21:40" while that is next to nothing.
    fn so_far(&self) -> String {
        let shortest = self.bounds.shortest();
        if shortest < TimeDelta::minutes(2) {
            return format!("since {}", since(self.bounds.first_failing, self.zone, self.now));
        }
        let at_least = if self.bounds.unknown > TimeDelta::zero() { "at least " } else { "" };
        format!("for {at_least}{}", spoken_floor(shortest))
    }

    fn lasted(&self) -> String {
        let shortest = self.bounds.shortest();
        match self.bounds.longest(self.now) {
            None if shortest.is_zero() => "for an unknown time".to_owned(),
            None => format!("for at least {}", spoken_floor(shortest)),
            Some(longest) if shortest.is_zero() => {
                format!("for less than {}", spoken(longest + TimeDelta::seconds(29)))
            }
            Some(longest) if longest * 2 <= shortest * 3 => {
                format!("for about {}", spoken((shortest + longest) / 2))
            }
            Some(longest) => format!("for {}", spoken_range(&spoken_floor(shortest), &spoken(longest))),
        }
    }

    fn meaning(&self) -> String {
        if let Some(meaning) = self.robots_meaning() {
            return meaning;
        }
        let worst = match self.judgement.certainty {
            Certainty::Certain => None,
            Certainty::UpTo(worst) => Some(worst),
        };
        match (self.judgement.verdict, self.judgement.state) {
            (Verdict::Transient, _) => "Search engines retry: nothing to do.".to_owned(),
            (_, State::Ongoing) if self.alternating => {
                "No page is out for long, so none is dropped for it; crawling slows while it lasts."
                    .to_owned()
            }
            (Verdict::Prolonged | Verdict::Persistent, State::Ongoing) if self.indexable_urls == Some(0) => {
                "Crawling slows; none of it can be in the index, so nothing is lost there.".to_owned()
            }
            (Verdict::Brief, State::Ongoing) => self.forgiven_until(),
            (Verdict::Brief, _) => worst.map_or_else(
                || "It was brief: no lasting effect.".to_owned(),
                |worst| format!("As far as it was seen, it was brief; it may have been {worst}."),
            ),
            (Verdict::Intermittent, State::Ongoing) => {
                "Every visit is a lottery, and crawling stays slow.".to_owned()
            }
            (Verdict::Intermittent, _) => {
                "It was intermittent: no page was out for long, and crawling picks up again within days."
                    .to_owned()
            }
            (Verdict::Prolonged, State::Ongoing) => self.dropped_from(),
            (Verdict::Prolonged, _) => match worst {
                None => {
                    "It was prolonged: crawling slowed, but it ended before the index suffers.".to_owned()
                }
                Some(worst) => format!("It was prolonged: crawling slowed. It may have been {worst}."),
            },
            (Verdict::Persistent, State::Ongoing) => self.past_the_line(),
            (Verdict::Persistent, State::Recovering) => {
                format!("It was persistent: {} may have left the index, and will return late.", self.them())
            }
            (Verdict::Persistent, State::Resolved) => {
                format!("It was persistent: check that {} back in the index.", self.them_are())
            }
        }
    }

    fn them(&self) -> &'static str {
        if self.urls == 1 { "the page" } else { "some pages" }
    }

    fn them_are(&self) -> &'static str {
        if self.urls == 1 { "the page is" } else { "the pages are" }
    }

    fn forgiven_until(&self) -> String {
        format!("If it ends before {}, it stays brief and is forgiven.", self.crosses(self.policy.brief_max))
    }

    fn dropped_from(&self) -> String {
        let line = self.crosses(self.policy.persistent_after);
        if self.has_documented_line() {
            format!("Crawling slows; after {line}, Google begins to drop URLs.")
        } else {
            format!("After {line}, it counts as persistent on this site.")
        }
    }

    /// When an outage that goes on crosses a line; time in which nobody looked does not count.
    pub(super) fn crosses(&self, line: Span) -> String {
        instant(self.bounds.first_failing + self.bounds.unknown + line.delta(), self.zone, self.now)
    }

    fn past_the_line(&self) -> String {
        let line = spoken(self.policy.persistent_after.delta());
        if self.has_documented_line() {
            format!("Google drops URLs after {line}.")
        } else {
            format!("That is past this site's own line of {line}.")
        }
    }

    fn has_documented_line(&self) -> bool {
        self.policy.persistent_after == Policy::default().persistent_after
    }
}

/// "15 to 25 minutes", "five hours to two days".
fn spoken_range(low: &str, high: &str) -> String {
    match (low.split_once(' '), high.split_once(' ')) {
        _ if low == high => low.to_owned(),
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} to {high}"),
        _ => format!("{low} to {high}"),
    }
}

/// As [`spoken`], but never more than it was: 3 days and 20 hours are "three days".
fn spoken_floor(lasted: TimeDelta) -> String {
    let (days, hours) = (lasted.num_days(), lasted.num_hours());
    match hours {
        48.. => spoken(TimeDelta::days(days)),
        // "Two days" would be past a line that it has not crossed yet.
        36..48 => plural(hours.unsigned_abs(), "hour", "hours"),
        _ => spoken(lasted),
    }
}

#[cfg(test)]
mod tests;
