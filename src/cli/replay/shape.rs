//! What a replay prints: the JSON shape of the contract, rows, or a table for people.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::{Format, output};
use super::{Known, Options, Replayed, ReplayedSite, answers};
use crate::domain::episode::Episode;
use crate::domain::judge::OutageKey;
use crate::domain::observation::{OutageId, UrlId};
use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::report::json::{
    Durations, OutageJson, Surroundings, durations, ended_between, rfc3339, started_between,
};
use crate::report::wording;

#[derive(Debug, Serialize)]
struct ReplayJson<'a> {
    schema: u32,
    now: String,
    policy: &'a Policy,
    outages: Vec<OutageJson>,
    urls: Vec<UrlJson>,
    lines: LinesJson,
}

#[derive(Debug, Serialize)]
struct LinesJson {
    read: u64,
    used: u64,
    rejected: u64,
}

#[derive(Debug, Serialize)]
struct UrlJson {
    url: String,
    observer: String,
    verdict: &'static str,
    certainty: &'static str,
    episodes: Vec<EpisodeJson>,
}

#[derive(Debug, Serialize)]
struct EpisodeJson {
    outcomes: BTreeMap<String, u64>,
    started_between: [Option<String>; 2],
    ended_between: Option<[Option<String>; 2]>,
    duration_seconds: Durations,
}

pub(super) fn show(replayed: &Replayed, options: &Options) -> anyhow::Result<()> {
    match options.format {
        Format::Json => output::json(&json(replayed, options)),
        Format::Csv => Ok(output::csv(&HEAD, &rows(replayed))?),
        Format::Human => human(replayed),
    }
}

/// The shape of the contract.
pub(super) fn json<'a>(replayed: &'a Replayed, options: &Options) -> impl Serialize + use<'a> {
    let lines = &replayed.read;
    ReplayJson {
        schema: 1,
        now: rfc3339(replayed.now),
        policy: &replayed.policy,
        outages: outages(replayed)
            .map(|(number, site, key, outage)| {
                let mut shape = outage_json(replayed, number, site, key, &outage);
                shape.urls = options.urls.then(|| member_urls(replayed, site, key));
                shape
            })
            .collect(),
        urls: replayed.sites.iter().flat_map(|site| urls(replayed, site)).collect(),
        lines: LinesJson {
            read: lines.read,
            used: lines.used - replayed.stale,
            rejected: lines.rejected + replayed.stale,
        },
    }
}

/// All outages of all sites, numbered from 1.
fn outages(replayed: &Replayed) -> impl Iterator<Item = (i64, &ReplayedSite, OutageKey, Outage)> {
    let all = replayed
        .sites
        .iter()
        .flat_map(|site| site.judge.outages().map(move |(key, outage)| (site, key, outage)));
    (1..).zip(all).map(|(number, (site, key, outage))| (number, site, key, outage))
}

fn outage_json(
    replayed: &Replayed,
    number: i64,
    site: &ReplayedSite,
    key: OutageKey,
    outage: &Outage,
) -> OutageJson {
    // What a page says of itself is not in the file: each URL may be indexed.
    let around = Surroundings {
        known_urls: site.urls.len() as u64,
        indexable_urls: outage.url_count,
        answers: answers::of(site, key),
        ..Surroundings::default()
    };
    let id = Some(OutageId(number));
    OutageJson::of(id, site.origin.as_str(), outage, &around, replayed.now, &replayed.policy)
}

fn member_urls(replayed: &Replayed, site: &ReplayedSite, key: OutageKey) -> Vec<String> {
    let mut urls: Vec<String> =
        site.judge.members_of(key).map(|(_, member)| url(replayed, member.url)).collect();
    urls.sort();
    urls.dedup();
    urls
}

fn url(replayed: &Replayed, id: UrlId) -> String {
    usize::try_from(id.0)
        .ok()
        .and_then(|place| replayed.urls.get(place))
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The URLs of a site that ever failed, with their episodes.
fn urls(replayed: &Replayed, site: &ReplayedSite) -> Vec<UrlJson> {
    let observer = site.judge.observer();
    let shape = |(id, known): (&UrlId, &Known)| {
        let judged = known.history.judge(replayed.now, &replayed.policy)?;
        Some(UrlJson {
            url: url(replayed, *id),
            observer: observer.to_string(),
            verdict: judged.verdict.word(),
            certainty: judged.certainty.word(),
            episodes: known.history.episodes().iter().map(|e| episode_json(replayed, e)).collect(),
        })
    };
    let mut known: Vec<_> = site.urls.iter().collect();
    known.sort_unstable_by_key(|(id, _)| **id);
    known.into_iter().filter_map(shape).collect()
}

fn episode_json(replayed: &Replayed, episode: &Episode) -> EpisodeJson {
    EpisodeJson {
        outcomes: episode.outcomes.iter().map(|(outcome, n)| (outcome.to_string(), *n)).collect(),
        started_between: started_between(&episode.bounds),
        ended_between: (!episode.is_ongoing()).then(|| ended_between(&episode.bounds)),
        duration_seconds: durations(&episode.bounds, replayed.now),
    }
}

const HEAD: [&str; 8] = ["outage", "site", "verdict", "certainty", "state", "scope", "urls", "lasted"];

fn rows(replayed: &Replayed) -> Vec<Vec<String>> {
    let row = |(number, site, _, outage): (i64, &ReplayedSite, OutageKey, Outage)| {
        let judged = outage.judge(replayed.now, &replayed.policy);
        vec![
            number.to_string(),
            site.origin.to_string(),
            judged.verdict.to_string(),
            judged.certainty.word().to_owned(),
            judged.state.word().to_owned(),
            outage.scope.to_string(),
            outage.url_count.to_string(),
            wording::range(outage.bounds.shortest(), outage.bounds.longest(replayed.now)),
        ]
    };
    outages(replayed).map(row).collect()
}

fn human(replayed: &Replayed) -> anyhow::Result<()> {
    let (lines, rows) = (&replayed.read, rows(replayed));
    let rejected = lines.rejected + replayed.stale;
    output::data(&format!(
        "{} read, {} rejected; {}, judged at {}",
        wording::plural(lines.read, "line", "lines"),
        wording::count(rejected),
        wording::plural(rows.len() as u64, "outage", "outages"),
        rfc3339(replayed.now)
    ))?;
    if !rows.is_empty() {
        output::data(&format!("\n{}", output::table(&HEAD, rows, &[0, 6])))?;
    }
    Ok(())
}
