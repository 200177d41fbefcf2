//! The rules as data: each threshold with its key, its basis, the source's own words and where they stand. What they mean
//! for an outage is decided elsewhere.

use std::fmt::Display;
use std::str::FromStr;

use super::{AUTO, Basis, Policy, Rule};
use crate::domain::span::{BadSpan, Span};

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

/// Reads a value into its field.
fn put<T: FromStr<Err: Display>>(field: &mut T, text: &str) -> Result<(), String> {
    *field = text.parse().map_err(|error: T::Err| error.to_string())?;
    Ok(())
}

fn set_max_gap(policy: &mut Policy, text: &str) -> Result<(), String> {
    policy.max_gap = match text {
        AUTO => None,
        span => Some(span.parse().map_err(|e: BadSpan| format!("{e}, or auto"))?),
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
        words.map(str::parse).collect::<Result<_, BadSpan>>().map_err(|e| e.to_string())?;
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
