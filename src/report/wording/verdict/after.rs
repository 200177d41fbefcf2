//! What a search engine does about an outage, and what comes next, with the instant at which the next line is crossed.

use chrono::{DateTime, Utc};

use super::{BY_CHANCE, Ground, RETRIED, SLOWED, Said, is_own};
use crate::domain::robots_ladder::{Authority, standing};
use crate::domain::verdict::{Certainty, State, Verdict};
use crate::report::wording::headline::Facts;
use crate::report::wording::instant;

impl Facts<'_> {
    pub(super) fn what_google_does(&self) -> Vec<Said> {
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
                Said::by("No URL fails for two days on end, so none should be dropped for it.", BY_CHANCE),
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

    pub(super) fn what_comes_next(&self) -> Vec<Said> {
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
