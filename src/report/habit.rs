//! A place of a site that fails again and again: brief outages of one place that together are intermittent.
//!
//! The decision that a reader would question: each of those outages keeps its own verdict, brief. What is intermittent is
//! the place, and it is told where places are told: on the site's page, on the overview, in the summary, and beside each of the outages.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::history::Flapping;
use crate::domain::looked::Looked;
use crate::domain::observation::OutageId;
use crate::domain::outage::{Outage, Scope};
use crate::domain::site::{Settings, Site};
use crate::domain::span::Span;
use crate::domain::verdict::Verdict;
use crate::store::{Store, StoreError};

const WHOLE: &str = "The whole site";

/// A place with the outages that make its habit.
#[derive(Debug, Clone)]
pub struct Habit {
    /// Its outages, newest first.
    pub outages: Vec<OutageId>,
    /// How they fill the week.
    pub flapping: Flapping,
    /// "The whole site", "/product/*", "/search".
    pub subject: String,
}

impl Habit {
    /// The place, for a reader who does not know which site is meant.
    pub fn subject_on(&self, host: &str) -> String {
        match self.subject.as_str() {
            WHOLE => format!("All of {host}"),
            path => format!("{host}{path}"),
        }
    }
}

/// An outage that may be one of several of a place.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence<'a> {
    /// Its row.
    pub id: OutageId,
    /// What was seen.
    pub outage: &'a Outage,
    /// The path of its first URL.
    pub path: &'a str,
}

/// The places of a site that fail again and again, read from the store.
pub async fn habits_of(store: &Store, site: &Site, now: DateTime<Utc>) -> Result<Vec<Habit>, StoreError> {
    let since = now - site.settings.policy.intermittent_within.delta();
    let stored = store.outages(site.id, Some(since)).await?;
    let looked = store.looked(site.id, since).await?;
    let mut paths = Vec::with_capacity(stored.len());
    for outage in &stored {
        let first = store.members(outage.id, 0, 1).await?;
        paths.push(first.first().map_or_else(String::new, |member| member.url.path_and_query().to_owned()));
    }
    let pairs = stored.iter().zip(&paths);
    let all: Vec<_> =
        pairs.map(|(stored, path)| Occurrence { id: stored.id, outage: &stored.outage, path }).collect();
    Ok(habits(&all, &looked, now, &site.settings))
}

/// The places of a site that fail again and again, the worst first. `looked`: hours in which something was fetched.
pub fn habits(
    outages: &[Occurrence<'_>],
    looked: &Looked,
    now: DateTime<Utc>,
    settings: &Settings,
) -> Vec<Habit> {
    let policy = &settings.policy;
    let from = now - policy.intermittent_within.delta();
    let observed = observed(looked, from, settings.gap(now));
    let is_mild = |o: &&Occurrence<'_>| {
        matches!(o.outage.judge(now, policy).verdict, Verdict::Brief | Verdict::Prolonged)
    };
    let mut places: Vec<(String, Vec<&Occurrence<'_>>)> = Vec::new();
    for outage in outages.iter().filter(is_mild).filter(|o| o.outage.bounds.last_failing > from) {
        let Some(place) = place(outage) else { continue };
        match places.iter_mut().find(|(of, _)| *of == place) {
            Some((_, all)) => all.push(outage),
            None => places.push((place, vec![outage])),
        }
    }
    let habit = |(subject, all): (String, Vec<&Occurrence<'_>>)| {
        let flapping = Flapping::of(all.iter().map(|o| &o.outage.bounds), observed, now, policy);
        let outages = all.iter().map(|o| o.id).collect();
        flapping.is_intermittent(policy).then_some(Habit { outages, flapping, subject })
    };
    let mut habits: Vec<Habit> = places.into_iter().filter_map(habit).collect();
    habits.sort_by(|a, b| b.flapping.failing_share.total_cmp(&a.flapping.failing_share));
    habits
}

/// The time that was observed: all of it, but for silences longer than a site's looks lie apart.
fn observed(looked: &Looked, from: DateTime<Utc>, max_gap: Span) -> TimeDelta {
    let hour = TimeDelta::hours(1);
    let recent: Vec<_> = looked.since(from).collect();
    let gaps = recent.windows(2).map(|pair| pair[1] - pair[0]);
    let gaps: TimeDelta = gaps.map(|gap| if gap > max_gap.delta() { hour } else { gap }).sum();
    if recent.is_empty() { gaps } else { gaps + hour }
}

/// What an outage is one of several of; `None`: it is of URLs that happen to fail together.
fn place(outage: &Occurrence<'_>) -> Option<String> {
    match &outage.outage.scope {
        Scope::Site => Some(WHOLE.to_owned()),
        Scope::Section(section) => Some(section.to_string()),
        Scope::Url => (outage.outage.url_count == 1).then(|| outage.path.to_owned()),
    }
}
