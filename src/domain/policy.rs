//! The thresholds by which an outage is judged, each with its default, its basis and its source.
//!
//! A threshold is a row of [`RULES`], not a number in the flow: pages and mails show the row's basis and source beside
//! each figure. A site overrides single values with `KEY=VALUE`; nothing here checks that they make sense together,
//! because a policy with `persistent_after=20s` is a useful thing to watch.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

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

const HTTP_ERRORS: &str = "https://developers.google.com/search/docs/crawling-indexing/http-network-errors";
const REDUCE_RATE: &str = "https://developers.google.com/crawling/docs/crawlers-fetchers/reduce-crawl-rate";
const TROUBLESHOOT: &str =
    "https://developers.google.com/search/docs/crawling-indexing/troubleshoot-crawling-errors";
const LUMAR_NOTES: &str = "https://www.lumar.io/office-hours/5xx-errors/";
const MUELLER_2021: &str = "https://iloveseo.com/seo/google-500-errors-will-remain-indexed/";

/// Defines a [`Rule`] for one field that reads and writes itself: a [`Span`] or a [`Share`].
macro_rules! value_rule {
    ($field:ident, $about:literal, $basis:ident, $quote:literal, $source:expr) => {
        Rule {
            key: stringify!($field),
            about: $about,
            basis: Basis::$basis,
            quote: $quote,
            source: $source,
            get: |policy| policy.$field.to_string(),
            set: |policy, text| put(&mut policy.$field, text),
        }
    };
}

/// Every rule, in the order in which pages list them.
pub const RULES: &[Rule] = &[
    value_rule!(
        transient_max,
        "a single failure that is healthy again within this time is transient",
        Documented,
        "server errors prompt Google's crawlers to temporarily slow down; the URL is retried",
        HTTP_ERRORS
    ),
    value_rule!(
        brief_max,
        "an outage up to this long is brief",
        Documented,
        "a couple of hours, or 1-2 days",
        REDUCE_RATE
    ),
    value_rule!(
        persistent_after,
        "an outage longer than this is persistent",
        Documented,
        "more than 2 days will cause Google to drop those URLs from the index",
        TROUBLESHOOT
    ),
    value_rule!(
        treated_as_gone_after,
        "a URL that fails for longer than this is treated like a 404",
        Reported,
        "as long as a week",
        LUMAR_NOTES
    ),
    value_rule!(
        signals_fade_after,
        "the signals of a URL that fails for longer than this fade",
        Reported,
        "after a month or so",
        LUMAR_NOTES
    ),
    value_rule!(
        recovering_for,
        "crawl rate and index return late: an ended outage counts as recovering for this long",
        Documented,
        "for most sites, this is three days or more",
        TROUBLESHOOT
    ),
    Rule {
        key: "max_gap",
        about: "a longer silence between two failing fetches is unknown time; auto: 12h, or twice the crawl interval",
        basis: Basis::Model,
        quote: "time in which nobody looked is counted neither as up nor as down",
        source: "",
        get: |policy| policy.max_gap.map_or_else(|| AUTO.to_owned(), |span| span.to_string()),
        set: set_max_gap,
    },
    Rule {
        key: "recheck",
        about: "when a failing URL is looked at again, as a list of waits; the last one repeats",
        basis: Basis::Model,
        quote: "close at first, to tell transient from brief; then rare, so as not to weigh on a site in trouble",
        source: "",
        get: |policy| policy.recheck.iter().map(Span::to_string).collect::<Vec<_>>().join(","),
        set: set_recheck,
    },
    value_rule!(
        sentinel_every,
        "how often one URL a section is probed between crawls",
        Model,
        "an outage between two crawls is seen when it lasts longer than this",
        ""
    ),
    value_rule!(
        intermittent_within,
        "how far back the rule for flapping looks",
        Model,
        "nobody documents flapping; a week shows what comes back with days and with deploys",
        ""
    ),
    value_rule!(
        intermittent_episodes,
        "at least so many episodes within it are intermittent",
        Model,
        "nobody documents flapping; twice may be chance",
        ""
    ),
    value_rule!(
        intermittent_days,
        "on at least so many days",
        Model,
        "nobody documents flapping; one bad day is an outage, not a habit",
        ""
    ),
    value_rule!(
        intermittent_share,
        "and at least this share of the observed time",
        Model,
        "nobody documents flapping; at one visit in ten a crawler meets it all the time",
        ""
    ),
    value_rule!(
        failing_share_line,
        "from this share of a host's URLs failing, look for a real fault",
        Reported,
        "above about 1 % of the site's pages, look for a real fault (there are no established thresholds)",
        MUELLER_2021
    ),
    value_rule!(
        deploy_window,
        "an outage that begins within this time after a deploy names it",
        Model,
        "a deploy that breaks a site mostly does so while it restarts, or with the first traffic after it",
        ""
    ),
    value_rule!(
        begin_known_within,
        "an outage counts in the hour of its begin when that is known at least this closely",
        Model,
        "of one that began at any time since yesterday's crawl, the hour of the crawl says nothing",
        ""
    ),
    Rule {
        key: "pattern_least",
        about: "fewer outages than this show no pattern",
        basis: Basis::Model,
        quote: "any two outages have something in common",
        source: "",
        get: |policy| policy.pattern_least.to_string(),
        set: set_pattern_least,
    },
    Rule {
        key: "pattern_chance",
        about: "an hour or weekday is named when chance alone would make any stand out so more rarely than this",
        basis: Basis::Model,
        quote: "the binomial tail against outages that begin at any time alike, times the 31 hours and weekdays tried",
        source: "",
        get: |policy| format!("{}%", policy.pattern_chance),
        set: set_pattern_chance,
    },
];

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
            sentinel_every: Span::minutes(5),
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

/// Reads a value into its field.
fn put<T: FromStr<Err: Display>>(field: &mut T, text: &str) -> Result<(), String> {
    *field = text.parse().map_err(|error: T::Err| error.to_string())?;
    Ok(())
}

fn set_max_gap(policy: &mut Policy, text: &str) -> Result<(), String> {
    policy.max_gap = match text {
        AUTO => None,
        span => Some(span.parse().map_err(|e: super::span::BadSpan| format!("{e}, or auto"))?),
    };
    Ok(())
}

fn set_recheck(policy: &mut Policy, text: &str) -> Result<(), String> {
    let words = text
        .trim_matches(['[', ']'])
        .split(',')
        .map(|w| w.trim().trim_matches('"'))
        .filter(|w| !w.is_empty());
    let waits: Vec<Span> =
        words.map(str::parse).collect::<Result<_, super::span::BadSpan>>().map_err(|e| e.to_string())?;
    if waits.is_empty() || waits.contains(&Span::seconds(0)) {
        return Err("give at least one wait, and none of 0s, such as 30s,2m,5m,15m,1h".to_owned());
    }
    policy.recheck = waits;
    Ok(())
}

fn set_pattern_least(policy: &mut Policy, text: &str) -> Result<(), String> {
    let count = text.trim().parse().ok().filter(|count| (1..=1000).contains(count));
    policy.pattern_least = count.ok_or("give a number from 1 to 1000")?;
    Ok(())
}

fn set_pattern_chance(policy: &mut Policy, text: &str) -> Result<(), String> {
    let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
    policy.pattern_chance =
        percent.filter(|p| (0.0..=100.0).contains(p)).ok_or("give a share in percent, such as 1%")?;
    Ok(())
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
