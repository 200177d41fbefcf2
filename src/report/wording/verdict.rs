//! The verdict, explained to somebody who is no engineer: what happened, for how long, why it is called what it is called,
//! how certain that is, what a search engine does about it, and what comes next. Each point names what it rests on.
//!
//! It is the long form of [`super::headline`], for an outage's own page. What is said of Google is said with its source;
//! where nobody documents anything, the point says "model".

use super::headline::Facts;
use super::{at_most, between, chance, count, length, line, percent};
use crate::domain::policy::{Basis, Policy, Rule, rule};
use crate::domain::verdict::{Certainty, State, Verdict};

mod after;
mod happened;

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

/// Why an outage in which each fetch fails by chance is judged as it is.
pub const BY_CHANCE: Ground = Ground {
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
}

#[cfg(test)]
mod tests;
