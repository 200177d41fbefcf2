//! The thresholds by which an outage is judged, each with its default, its basis and its source.
//!
//! A threshold is a row of [`RULES`], not a number in the flow: pages and mails show the row's basis and source beside
//! each figure. A site overrides single values with `KEY=VALUE`; nothing here checks that they make sense together,
//! because a policy with `persistent_after=20s` is a useful thing to watch.

mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::rules::RULES;
use super::share::Share;
use super::span::Span;

/// How well a rule is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// In a search engine's own documentation.
    Documented,
    /// Said by its people, and reported by others.
    Reported,
    /// Our own model; no search engine says so.
    Model,
}

impl Basis {
    /// The word of JSON and pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Reported => "reported",
            Self::Model => "model",
        }
    }
}

/// One rule: what it is called, where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The key in `--set KEY=VALUE` and in JSON.
    pub key: &'static str,
    /// What it governs, for help texts.
    pub about: &'static str,
    /// How well it is founded.
    pub basis: Basis,
    /// The source's own words, or the reason for a model.
    pub quote: &'static str,
    /// Where the words stand; empty for a model.
    pub source: &'static str,
    get: fn(&Policy) -> String,
    set: fn(&mut Policy, &str) -> Result<(), String>,
}

/// The values by which one site is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<String, String>", try_from = "BTreeMap<String, String>")]
pub struct Policy {
    /// A single failure that is healthy again this soon is `transient`.
    pub transient_max: Span,
    /// Up to here an outage is `brief`.
    pub brief_max: Span,
    /// Beyond here it is `persistent`.
    pub persistent_after: Span,
    /// Beyond here a URL is treated like a 404.
    pub treated_as_gone_after: Span,
    /// Beyond here its signals fade.
    pub signals_fade_after: Span,
    /// How long an ended outage is `recovering`.
    pub recovering_for: Span,
    /// A longer silence is unknown time; `None`: 12 h, or twice the crawl interval if that is longer.
    pub max_gap: Option<Span>,
    /// When a failing URL is looked at again, each counted from the look before; the last one repeats.
    pub recheck: Vec<Span>,
    /// How often a sentinel is probed between crawls.
    pub sentinel_every: Span,
    /// How far back the rule for flapping looks.
    pub intermittent_within: Span,
    /// At least so many episodes are flapping.
    pub intermittent_episodes: u32,
    /// On at least so many days.
    pub intermittent_days: u32,
    /// At least this part of the observed time.
    pub intermittent_share: Share,
    /// From this share of failing URLs on, one should look for a real fault.
    pub failing_share_line: Share,
    /// An outage that begins within this time after a deploy names it.
    pub deploy_window: Span,
    /// An outage counts in the hour of its begin when that is known at least this closely.
    pub begin_known_within: Span,
    /// Fewer outages than this show no pattern.
    pub pattern_least: u64,
    /// In percent: an hour or weekday is named when chance alone would do it more rarely than this.
    pub pattern_chance: f64,
}

/// The word for "derive it from the crawl interval".
const AUTO: &str = "auto";

/// A policy value that cannot be taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadPolicy {
    /// No rule has this key.
    #[error("there is no policy value `{key}`; there are: {}", RULES.iter().map(|r| r.key).collect::<Vec<_>>().join(", "))]
    UnknownKey {
        /// What was given.
        key: String,
    },
    /// The rule cannot take this value.
    #[error("policy value {key}: {why}")]
    BadValue {
        /// The rule.
        key: String,
        /// What is wrong.
        why: String,
    },
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            transient_max: Span::minutes(5),
            brief_max: Span::hours(24),
            persistent_after: Span::hours(48),
            treated_as_gone_after: Span::days(7),
            signals_fade_after: Span::days(30),
            recovering_for: Span::days(3),
            max_gap: None,
            recheck: vec![
                Span::seconds(30),
                Span::minutes(2),
                Span::minutes(5),
                Span::minutes(15),
                Span::hours(1),
            ],
            sentinel_every: Span::minutes(2),
            intermittent_within: Span::days(7),
            intermittent_episodes: 3,
            intermittent_days: 3,
            intermittent_share: Share::percent(10),
            failing_share_line: Share::percent(1),
            deploy_window: Span::minutes(15),
            begin_known_within: Span::hours(1),
            pattern_least: 3,
            pattern_chance: 1.0,
        }
    }
}

impl Policy {
    /// The shortest `max_gap` that is used when none is set.
    const LEAST_GAP: Span = Span::hours(12);

    /// Sets one value by its key.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), BadPolicy> {
        let rule = rule(key).ok_or_else(|| BadPolicy::UnknownKey { key: key.to_owned() })?;
        (rule.set)(self, value).map_err(|why| BadPolicy::BadValue { key: key.to_owned(), why })
    }

    /// One value as text, by its rule.
    pub fn value(&self, rule: &Rule) -> String {
        (rule.get)(self)
    }

    /// The longest silence that still counts as observed time, for a site that is crawled at this interval.
    pub fn gap(&self, crawl_interval: Option<Span>) -> Span {
        let twice = crawl_interval.map(|every| Span::from(every.duration() * 2));
        self.max_gap.unwrap_or_else(|| twice.unwrap_or(Self::LEAST_GAP).max(Self::LEAST_GAP))
    }

    /// The wait before the re-check with this number, counted from 0.
    pub fn recheck_wait(&self, step: usize) -> Span {
        let last = self.recheck.len().saturating_sub(1);
        self.recheck.get(step.min(last)).copied().unwrap_or(Span::hours(1))
    }
}

/// The rule with this key.
pub fn rule(key: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.key == key)
}

impl From<Policy> for BTreeMap<String, String> {
    fn from(policy: Policy) -> Self {
        RULES.iter().map(|rule| (rule.key.to_owned(), policy.value(rule))).collect()
    }
}

/// Keys that this version does not know are passed over, so that an older program opens a newer site.
impl TryFrom<BTreeMap<String, String>> for Policy {
    type Error = BadPolicy;

    fn try_from(values: BTreeMap<String, String>) -> Result<Self, BadPolicy> {
        let mut policy = Self::default();
        for (key, value) in values.iter().filter(|(key, _)| rule(key).is_some()) {
            policy.set(key, value)?;
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_reads_back_what_it_shows() {
        let policy = Policy::default();
        for rule in RULES {
            let mut copy = policy.clone();
            copy.set(rule.key, &policy.value(rule)).unwrap();
            assert_eq!(copy, policy, "{}", rule.key);
        }
    }

    #[test]
    fn a_documented_or_reported_rule_names_its_source() {
        for rule in RULES.iter().filter(|rule| rule.basis != Basis::Model) {
            assert!(rule.source.starts_with("https://"), "{}", rule.key);
        }
    }

    #[test]
    fn a_wrong_key_or_value_is_refused_and_changes_nothing() {
        let mut policy = Policy::default();
        assert!(policy.set("brief", "1h").unwrap_err().to_string().contains("brief_max"));
        assert!(policy.set("brief_max", "soon").unwrap_err().to_string().contains("24h"));
        assert!(policy.set("recheck", "").is_err());
        assert!(policy.set("recheck", "0s").is_err());
        assert!(policy.set("failing_share_line", "1h").unwrap_err().to_string().contains("0.5%"));
        assert_eq!(policy, Policy::default());
    }

    #[test]
    fn rechecks_follow_the_ladder_and_then_repeat_its_last_step() {
        let policy = Policy::default();
        let waits: Vec<String> = (0..7).map(|step| policy.recheck_wait(step).to_string()).collect();
        assert_eq!(waits, ["30s", "2m", "5m", "15m", "1h", "1h", "1h"]);
    }

    #[test]
    fn the_gap_is_twice_the_crawl_interval_but_at_least_twelve_hours() {
        let policy = Policy::default();
        assert_eq!(policy.gap(None), Span::hours(12));
        assert_eq!(policy.gap(Some(Span::hours(1))), Span::hours(12));
        assert_eq!(policy.gap(Some(Span::hours(24))), Span::hours(48));
    }

    #[test]
    fn a_policy_survives_its_own_json_and_ignores_what_a_newer_version_added() {
        let json = serde_json::to_string(&Policy::default()).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), Policy::default());
        let newer = r#"{"brief_max":"6h","added_later":"1h"}"#;
        assert_eq!(serde_json::from_str::<Policy>(newer).unwrap().brief_max, Span::hours(6));
    }
}
