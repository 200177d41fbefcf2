//! The rules of peers, on the same looks. Each watches URLs one by one; so that the comparison is fair, their incidents
//! are also joined to one outage where they overlap in time, which none of them does.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use gatecrawl::domain::bounds::Bounds;
use gatecrawl::domain::policy::Policy;
use gatecrawl::domain::verdict::{Certainty, by_duration};

use super::score::Prediction;
use super::world::Look;

/// When a monitor calls a URL down, and up again.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Down after so many failures in a row, up after so many healthy looks: Uptime Kuma (`maxretries`, up at once), Gatus
    /// (`failure-threshold` 3, `success-threshold` 2).
    InARow { down: usize, up: usize },
    /// Down when so many of the last looks failed: Checkmate (`statusWindowThreshold` of `statusWindowSize`).
    OfTheLast { failing: usize, of: usize },
    /// Down when a crawl saw it failing, until a crawl sees it healthy: the comparison of crawls in SEO crawlers. Looks
    /// between crawls are not theirs, so only one look an interval counts.
    Snapshot { every: TimeDelta },
}

pub const RULES: &[(&str, Rule)] = &[
    ("1 in a row (Uptime Kuma)", Rule::InARow { down: 1, up: 1 }),
    ("3 in a row (Uptime Kuma)", Rule::InARow { down: 3, up: 1 }),
    ("5 in a row (Uptime Kuma)", Rule::InARow { down: 5, up: 1 }),
    ("3 down, 2 up (Gatus)", Rule::InARow { down: 3, up: 2 }),
    ("3 of 5 (Checkmate)", Rule::OfTheLast { failing: 3, of: 5 }),
    ("snapshots a day apart (SEO crawlers)", Rule::Snapshot { every: TimeDelta::days(1) }),
];

/// What one rule makes of one URL's looks: when it is down.
fn incidents(rule: Rule, looks: &[(DateTime<Utc>, bool)]) -> Vec<Bounds> {
    let mut found = Vec::new();
    let mut down: Option<Bounds> = None;
    let mut last_look: Option<DateTime<Utc>> = None;
    for (n, (at, is_failing)) in looks.iter().enumerate() {
        if let Rule::Snapshot { every } = rule
            && last_look.is_some_and(|last| *at - last < every * 9 / 10)
        {
            continue;
        }
        let window = |size: usize| &looks[(n + 1).saturating_sub(size)..=n];
        let all =
            |size: usize, failing: bool| n + 1 >= size && window(size).iter().all(|(_, f)| *f == failing);
        let (goes_down, comes_up) = match rule {
            Rule::InARow { down, up } => (all(down, true), all(up, false)),
            Rule::OfTheLast { failing, of } => {
                let count = window(of).iter().filter(|(_, f)| *f).count();
                (count >= failing, count < failing)
            }
            Rule::Snapshot { .. } => (*is_failing, !*is_failing),
        };
        match &mut down {
            None if goes_down => {
                down = Some(Bounds {
                    healthy_before: last_look,
                    first_failing: *at,
                    last_failing: *at,
                    healthy_after: None,
                    unknown: TimeDelta::zero(),
                });
            }
            Some(bounds) if comes_up => {
                bounds.healthy_after = Some(*at);
                found.extend(down.take());
            }
            Some(bounds) => bounds.last_failing = *at,
            None => {}
        }
        last_look = Some(*at);
    }
    found.extend(down);
    found
}

/// One outage an incident.
pub fn judge(rule: Rule, looks: &[Look], now: DateTime<Utc>) -> Vec<Prediction> {
    let mut by_url: BTreeMap<usize, Vec<(DateTime<Utc>, bool)>> = BTreeMap::new();
    for look in looks {
        by_url.entry(look.url).or_default().push((look.seen.at, look.seen.outcome.is_failing()));
    }
    let of_url = |(url, looks): (&usize, &Vec<_>)| {
        incidents(rule, looks)
            .into_iter()
            .map(|bounds| predict(HashSet::from([*url]), bounds, now))
            .collect::<Vec<_>>()
    };
    let mut all: Vec<Prediction> = by_url.iter().flat_map(of_url).collect();
    all.sort_by_key(|prediction| prediction.bounds.first_failing);
    all
}

/// Incidents that overlap in time, joined.
pub fn joined(incidents: &[Prediction], now: DateTime<Utc>) -> Vec<Prediction> {
    let mut joined: Vec<Prediction> = Vec::new();
    for incident in incidents {
        match joined.last_mut() {
            Some(last)
                if incident.bounds.first_failing <= last.bounds.last_failing + TimeDelta::seconds(60) =>
            {
                let bounds = Bounds {
                    healthy_before: last.bounds.healthy_before,
                    first_failing: last.bounds.first_failing,
                    last_failing: last.bounds.last_failing.max(incident.bounds.last_failing),
                    // As long as one of them goes on, nobody has seen the end.
                    healthy_after: last
                        .bounds
                        .healthy_after
                        .zip(incident.bounds.healthy_after)
                        .map(|(one, other)| one.max(other)),
                    unknown: TimeDelta::zero(),
                };
                let urls = last.urls.union(&incident.urls).copied().collect();
                *last = predict(urls, bounds, now);
            }
            _ => joined.push(incident.clone()),
        }
    }
    joined
}

/// Peers have no verdicts; theirs is the one that their duration stands for.
fn predict(urls: HashSet<usize>, bounds: Bounds, now: DateTime<Utc>) -> Prediction {
    let lasted = bounds.healthy_after.unwrap_or(now) - bounds.first_failing;
    Prediction {
        urls,
        bounds,
        ongoing: bounds.healthy_after.is_none(),
        verdict: by_duration(lasted, &Policy::default()),
        certainty: Certainty::Certain,
    }
}
