//! What happened, to how much of a site, between which instants, and for how long at least and at most.

use chrono::TimeDelta;

use super::{Said, WHOLE_SITE};
use crate::domain::verdict::State;
use crate::report::wording::headline::verb::Verb;
use crate::report::wording::headline::{Facts, Scope};
use crate::report::wording::{at_most, between, count, length, plural, second};

impl Facts<'_> {
    pub(super) fn what_happened(&self, known_urls: u64) -> Vec<Said> {
        let (failed, of) = (self.how_much(known_urls), self.where_it_failed());
        let mut says = vec![Said::seen(format!("{failed}{of}."))];
        if self.scope == Scope::Site && self.is_whole() && self.urls < known_urls {
            says.push(Said::by(
                "Nothing that was looked at answered, so it is taken for the whole site.",
                WHOLE_SITE,
            ));
        } else if self.extent.healthy_urls > 0 && !self.alternating {
            let others = plural(self.extent.healthy_urls, "other URL", "other URLs");
            let was = if self.extent.healthy_urls == 1 { "was" } else { "were" };
            says.push(Said::seen(format!("Meanwhile {others} {was} seen healthy.")));
        }
        says.push(Said::seen(format!("{} {}", self.begin(), self.end())));
        says
    }

    fn how_much(&self, known_urls: u64) -> String {
        let by_chance = if self.alternating { " now and then, by chance" } else { "" };
        let verb = format!("{}{by_chance}", Verb::of(self.outcomes).past);
        match (self.urls, known_urls) {
            (1, 0 | 1) => format!("The one URL that is known of this site {verb}"),
            (urls, known) if known > urls => {
                format!("{} of the {} URLs known of this site {verb}", count(urls), count(known))
            }
            (urls, _) => format!("All {} known of this site {verb}", plural(urls, "URL", "URLs")),
        }
    }

    /// ", all under /product/", ", under /product/ (30) and /help/ (6)".
    fn where_it_failed(&self) -> String {
        /// So many sections are named.
        const NAMED: usize = 3;
        let name = |section: &str| match section {
            "/*" => "the top level".to_owned(),
            below => below.trim_end_matches('*').to_owned(),
        };
        let mut named: Vec<String> = match self.extent.sections.as_slice() {
            [] => return String::new(),
            [(only, _)] => return format!(", all in {}", name(only.as_str())),
            more => more
                .iter()
                .take(NAMED)
                .map(|(s, n)| format!("{} ({})", name(s.as_str()), count(*n)))
                .collect(),
        };
        let left = self.extent.sections.len().saturating_sub(NAMED) as u64;
        if left > 0 {
            named.push(plural(left, "other part", "other parts"));
        }
        let last = named.pop().unwrap_or_default();
        format!(", in {} and {last}", named.join(", "))
    }

    fn begin(&self) -> String {
        let first = self.bounds.first_failing;
        match self.bounds.healthy_before {
            Some(before) => format!(
                "It began {}: the last good answer, and the first failing one.",
                between(before, first, self.zone, self.now)
            ),
            None => format!(
                "It was failing already when it was first looked at, on {}.",
                second(first, self.zone, self.now)
            ),
        }
    }

    fn end(&self) -> String {
        let last = self.bounds.last_failing;
        match self.bounds.healthy_after.filter(|_| self.judgement.state != State::Ongoing) {
            Some(after) => format!("It ended {}.", between(last, after, self.zone, self.now)),
            None => format!(
                "It has not been seen to be over: the newest failing answer came on {}.",
                second(last, self.zone, self.now)
            ),
        }
    }

    pub(super) fn how_long(&self) -> Vec<Said> {
        let (shortest, longest) = (self.bounds.shortest(), self.bounds.longest(self.now));
        let (newest, end) = match self.judgement.state {
            State::Ongoing => ("the last one so far", "now"),
            State::Recovering | State::Resolved => ("the last one", "the next good one"),
        };
        let at_least = if shortest.is_zero() {
            "It was seen failing at one instant only, so there is no least duration.".to_owned()
        } else {
            format!("At least {}: from the first failing answer to {newest}.", length(shortest))
        };
        let longest = match longest {
            Some(longest) => format!("At most {}: from the last good answer to {end}.", at_most(longest)),
            None => "How long at most nobody can say: it was never seen healthy before.".to_owned(),
        };
        let mut says = vec![Said::seen(format!("{at_least} {longest}"))];
        if self.bounds.unknown > TimeDelta::zero() {
            let unseen = length(self.bounds.unknown);
            says.push(Said::by_rule(
                format!("For {unseen} in between nobody looked; that time counts only towards the most."),
                "max_gap",
            ));
        }
        says
    }
}
