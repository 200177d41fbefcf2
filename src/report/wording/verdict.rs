//! The verdict, explained to somebody who is no engineer: what happened, for how long, why it is called what it is called,
//! how certain that is, what a search engine does about it, and what comes next. Each point names what it rests on.
//!
//! It is the long form of [`super::headline`], for an outage's own page. What is said of Google is said with its source;
//! where nobody documents anything, the point says "model".

use chrono::{DateTime, TimeDelta, Utc};

use super::headline::verb::Verb;
use super::headline::{Facts, Scope};
use super::{at_most, between, chance, count, instant, length, line, percent, plural, second};
use crate::domain::policy::{Basis, Policy, Rule, rule};
use crate::domain::robots_ladder::{Authority, standing};
use crate::domain::verdict::{Certainty, State, Verdict};

/// One point, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Names it within a page.
    pub key: &'static str,
    /// "How long".
    pub name: String,
    /// What is said, sentence by sentence.
    pub says: Vec<Said>,
}

/// A sentence or two, and what they rest on; `None`: on what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Whose word it is.
    pub ground: Option<Ground>,
}

/// By whose word something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    /// How well it is founded.
    pub basis: Basis,
    /// The source's own words, or the reason for a model.
    pub quote: &'static str,
    /// Where they stand; empty for a model.
    pub source: &'static str,
}

const SLOWED: Ground = Ground {
    basis: Basis::Documented,
    quote: "The reduced crawl rate affects the whole hostname of your site",
    source: "https://developers.google.com/crawling/docs/crawlers-fetchers/reduce-crawl-rate",
};

const RETRIED: Ground = Ground {
    basis: Basis::Documented,
    quote: "Googlebot will retry these URLs for about 2 days",
    source: "https://developers.google.com/search/docs/crawling-indexing/troubleshoot-crawling-errors",
};

const BY_CHANCE: Ground = Ground {
    basis: Basis::Model,
    quote: "nobody documents errors that come by chance; a URL that answers again within minutes does not fail for two days",
    source: "",
};

const WHOLE_SITE: Ground = Ground {
    basis: Basis::Model,
    quote: "while a site is down it is probed, not crawled: a page of each section and a sample of the others",
    source: "",
};

impl From<&Rule> for Ground {
    fn from(rule: &Rule) -> Self {
        Self { basis: rule.basis, quote: rule.quote, source: rule.source }
    }
}

impl Said {
    fn seen(text: impl Into<String>) -> Self {
        Self { text: text.into(), ground: None }
    }

    fn by(text: impl Into<String>, ground: Ground) -> Self {
        Self { text: text.into(), ground: Some(ground) }
    }

    fn by_rule(text: impl Into<String>, key: &str) -> Self {
        Self { text: text.into(), ground: rule(key).map(Ground::from) }
    }
}

/// Whether a site has a line of its own here, for which no source speaks.
fn is_own(policy: &Policy, key: &str) -> bool {
    rule(key).is_some_and(|rule| policy.value(rule) != Policy::default().value(rule))
}

impl Facts<'_> {
    /// All points, in the order in which they are read.
    pub fn points(&self, known_urls: u64) -> Vec<Point> {
        let point = |key, name: &str, says| Point { key, name: name.to_owned(), says };
        let points = [
            point("happened", "What happened", self.what_happened(known_urls)),
            point("long", "How long", self.how_long()),
            point("why", &format!("Why “{}”", self.judgement.verdict), self.whys()),
            point("certain", "How certain", vec![Said::seen(self.how_certain())]),
            point("google", "What Google does", self.what_google_does()),
            point("next", "What comes next", self.what_comes_next()),
        ];
        points.into_iter().filter(|point| !point.says.is_empty()).collect()
    }

    fn what_happened(&self, known_urls: u64) -> Vec<Said> {
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

    fn how_long(&self) -> Vec<Said> {
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

    fn whys(&self) -> Vec<Said> {
        let robots = self.robots_failure().map(|_| {
            Said::seen("That is the word for how long it has lasted. For robots.txt other lines count, and they begin at once: see below.")
        });
        let is_young_lottery = self.alternating && self.judgement.verdict == Verdict::Brief;
        let odds = is_young_lottery.then(|| Said::by(self.odds(), BY_CHANCE));
        [Some(self.why()), odds, robots].into_iter().flatten().collect()
    }

    fn why(&self) -> Said {
        let (key, text) = match self.judgement.verdict {
            Verdict::Transient => ("transient_max", self.why_transient()),
            Verdict::Brief => ("brief_max", self.why_brief()),
            _ if self.alternating => return Said::by(self.why_by_chance(), BY_CHANCE),
            Verdict::Prolonged => ("brief_max", self.why_prolonged()),
            Verdict::Persistent => ("persistent_after", self.why_persistent()),
            Verdict::Intermittent => {
                let text = "It fails and recovers, again and again: no single failure lasts long, but every visit may meet one.";
                return Said::by(text, BY_CHANCE);
            }
        };
        self.by_line(text, key)
    }

    /// By a line of the policy; a site's own line has no source.
    fn by_line(&self, text: String, key: &'static str) -> Said {
        if is_own(self.policy, key) {
            return Said::seen(format!("{text} That line is this site's own, not a search engine's."));
        }
        Said::by_rule(text, key)
    }

    fn brief_line(&self) -> String {
        line(self.policy.brief_max)
    }

    fn persistent_line(&self) -> String {
        line(self.policy.persistent_after)
    }

    fn why_transient(&self) -> String {
        let after = self.bounds.healthy_after.unwrap_or(self.now) - self.bounds.first_failing;
        let most = line(self.policy.transient_max);
        format!(
            "One look failed, and the next one, {} later, was healthy. What is healthy again within {most} counts as a blip.",
            length(after)
        )
    }

    fn why_brief(&self) -> String {
        let brief = self.brief_line();
        match self.judgement.state {
            State::Ongoing => format!(
                "So far it has not been seen failing for longer than {brief}; up to there, an outage is brief."
            ),
            State::Recovering | State::Resolved => {
                format!("It was not seen failing for longer than {brief}; up to there, an outage is brief.")
            }
        }
    }

    fn why_prolonged(&self) -> String {
        let (failed, brief, line) =
            (length(self.bounds.shortest()), self.brief_line(), self.persistent_line());
        format!(
            "It was seen failing for {failed}: longer than {brief}, where brief ends, and not longer than {line}, where persistent begins."
        )
    }

    fn why_persistent(&self) -> String {
        let (failed, line) = (length(self.bounds.shortest()), self.persistent_line());
        format!("It was seen failing for {failed}, which is longer than {line}.")
    }

    /// A lottery is not called persistent, and why not.
    fn why_by_chance(&self) -> String {
        let (brief, persistent) = (self.brief_line(), self.persistent_line());
        let line = if self.judgement.verdict == Verdict::Intermittent {
            format!(
                "That has gone on for longer than {persistent}, and is called intermittent, never persistent"
            )
        } else {
            format!(
                "That has gone on for longer than {brief}; after {persistent} it is called intermittent, never persistent"
            )
        };
        format!(
            "{} {line}: no URL fails all the time, and a crawler that comes back gets its page.",
            self.odds()
        )
    }

    /// "Each fetch fails by chance: about one fetch in three, 33 % of 1,200 looks."
    fn odds(&self) -> String {
        let looks = self.extent.failing_looks + self.extent.healthy_looks;
        let share = self.extent.failing_share().map_or_else(String::new, |share| {
            format!(": about {}, {} of {} looks", chance(share), percent(share), count(looks))
        });
        format!("Each fetch fails by chance{share}. The same URLs answer in between.")
    }

    fn how_certain(&self) -> String {
        let verdict = self.judgement.verdict;
        let Certainty::UpTo(worst) = self.judgement.certainty else {
            return match (verdict, self.judgement.state) {
                (Verdict::Transient, _) => {
                    "Certain: even at its longest it would not have been more than brief.".to_owned()
                }
                (_, State::Ongoing) => {
                    "Certain as of now: the shortest and the longest duration give the same verdict."
                        .to_owned()
                }
                (_, _) => "Certain: the shortest and the longest duration give the same verdict.".to_owned(),
            };
        };
        let Some(longest) = self.bounds.longest(self.now) else {
            return format!(
                "Not certain. It was never seen healthy before, so it may have begun long ago and be {worst}."
            );
        };
        format!(
            "Not certain. Had it lasted as long as it can have ({}), it would be {worst}: {}.",
            at_most(longest),
            self.widest_gap()
        )
    }

    /// Where the looks were too far apart.
    fn widest_gap(&self) -> String {
        let b = &self.bounds;
        let begin = b.healthy_before.map(|before| (b.first_failing - before, before, b.first_failing));
        let end = b.healthy_after.unwrap_or(self.now);
        let end = (end - b.last_failing, b.last_failing, end);
        let (gap, from, to) = begin.into_iter().chain([end]).max_by_key(|(gap, ..)| *gap).unwrap_or(end);
        if b.unknown > gap {
            return format!("for {} in between nobody looked", length(b.unknown));
        }
        format!("nobody looked {}", between(from, to, self.zone, self.now))
    }

    fn what_google_does(&self) -> Vec<Said> {
        if let Some(said) = self.robots_said() {
            return said;
        }
        let ongoing = self.judgement.state == State::Ongoing;
        let slows = if ongoing {
            Said::by(
                "While errors last, it crawls the whole host more slowly: the more URLs fail, the more so.",
                SLOWED,
            )
        } else {
            Said::by(
                "While errors lasted, it crawled the whole host more slowly: the more URLs failed, the more so.",
                SLOWED,
            )
        };
        let retries = "It tries a failing URL again for about two days";
        match self.judgement.verdict {
            Verdict::Transient => {
                vec![Said::by_rule(
                    "It tries again later. One failed fetch has no further effect.",
                    "transient_max",
                )]
            }
            _ if self.indexable_urls == Some(0) => vec![
                slows,
                Said::seen("None of these URLs can be in the index, so none can be dropped from it."),
            ],
            _ if self.alternating => vec![
                slows,
                Said::by(
                    "No URL fails for two days on end by this, so none should be dropped for it.",
                    BY_CHANCE,
                ),
            ],
            Verdict::Brief if self.judgement.certainty == Certainty::Certain => {
                vec![slows, Said::by_rule("Nothing is dropped from its index.", "brief_max")]
            }
            Verdict::Brief => {
                vec![
                    slows,
                    Said::by_rule(
                        "If it was as brief as it was seen, nothing is dropped from its index.",
                        "brief_max",
                    ),
                ]
            }
            Verdict::Prolonged => {
                vec![slows, Said::by(format!("{retries}; nothing is dropped before that."), RETRIED)]
            }
            Verdict::Persistent => {
                vec![
                    slows,
                    Said::by_rule(
                        format!("{retries}, and then begins to drop it from its index."),
                        "persistent_after",
                    ),
                ]
            }
            Verdict::Intermittent => vec![slows],
        }
    }

    /// What becomes of a host whose robots.txt fails, by its own ladder.
    fn robots_said(&self) -> Option<Vec<Said>> {
        let step = standing(Authority::Google, &self.robots_failure()?, self.now)?.step;
        Some(vec![Said::by(step.says, Ground { basis: step.basis, quote: step.quote, source: step.source })])
    }

    fn what_comes_next(&self) -> Vec<Said> {
        let over = self.bounds.healthy_after.unwrap_or(self.bounds.last_failing);
        match (self.judgement.verdict, self.judgement.state) {
            (Verdict::Transient, _) => Vec::new(),
            (_, State::Ongoing) => self.next_line().into_iter().collect(),
            (verdict, State::Recovering) if verdict.is_costly() => {
                let until = instant(over + self.policy.recovering_for.delta(), self.zone, self.now);
                vec![Said::by_rule(
                    format!("Crawl rate and index return late: it counts as recovering until {until}."),
                    "recovering_for",
                )]
            }
            (Verdict::Persistent, _) => {
                vec![Said::seen("Nothing by itself. Look in Search Console for URLs that stayed away.")]
            }
            (Verdict::Brief, _) if self.judgement.certainty == Certainty::Certain => {
                vec![Said::seen("Nothing: it is over, and forgiven.")]
            }
            (Verdict::Brief, _) => {
                vec![Said::seen("It is over. If it was as brief as it was seen, it is forgiven.")]
            }
            (Verdict::Prolonged | Verdict::Intermittent, _) => vec![Said::seen("Nothing: it is over.")],
        }
    }

    /// The next line that an outage crosses if it goes on.
    fn next_line(&self) -> Option<Said> {
        if let Some(failure) = self.robots_failure() {
            let (step, at) = standing(Authority::Google, &failure, self.now)?.next?;
            let ground = Ground { basis: step.basis, quote: step.quote, source: step.source };
            return Some(Said::by(
                format!("If it goes on, from {} on: {}", self.told(at), step.says),
                ground,
            ));
        }
        let policy = self.policy;
        if self.alternating {
            return self.next_by_chance();
        }
        let lost = self.indexable_urls != Some(0);
        let is_googles = lost && !is_own(policy, "persistent_after");
        let (key, line, becomes) = match self.judgement.verdict {
            Verdict::Brief => ("brief_max", policy.brief_max, "it is called prolonged"),
            Verdict::Prolonged if is_googles => (
                "persistent_after",
                policy.persistent_after,
                "it is called persistent, and Google begins to drop its URLs",
            ),
            Verdict::Prolonged => ("persistent_after", policy.persistent_after, "it is called persistent"),
            Verdict::Persistent if lost => self.later_line()?,
            Verdict::Persistent | Verdict::Intermittent | Verdict::Transient => return None,
        };
        let crossed = self.bounds.first_failing + self.bounds.unknown + line.delta();
        Some(self.by_line(format!("If it goes on, {becomes} from {} on.", self.told(crossed)), key))
    }

    fn next_by_chance(&self) -> Option<Said> {
        let text = match self.judgement.verdict {
            Verdict::Intermittent => "However long it goes on, it stays intermittent.".to_owned(),
            Verdict::Brief | Verdict::Prolonged => {
                let line =
                    self.bounds.first_failing + self.bounds.unknown + self.policy.persistent_after.delta();
                format!(
                    "If it goes on, it is called intermittent from {} on, and never persistent.",
                    self.told(line)
                )
            }
            Verdict::Transient | Verdict::Persistent => return None,
        };
        Some(Said::by(text, BY_CHANCE))
    }

    fn later_line(&self) -> Option<(&'static str, crate::domain::span::Span, &'static str)> {
        let (policy, failed) = (self.policy, self.bounds.shortest());
        let lines = [
            (
                "treated_as_gone_after",
                policy.treated_as_gone_after,
                "its URLs are treated like pages that are gone (404)",
            ),
            (
                "signals_fade_after",
                policy.signals_fade_after,
                "what Google knows of its URLs, such as links to them, fades",
            ),
        ];
        lines.into_iter().find(|(_, line, _)| failed <= line.delta())
    }

    fn told(&self, at: DateTime<Utc>) -> String {
        instant(at, self.zone, self.now)
    }
}

#[cfg(test)]
mod tests;
