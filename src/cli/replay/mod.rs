//! `gatecrawl replay`: judges recorded observations with a policy. What if brief meant six hours?
//!
//! Lines are JSON, in any order; they are read first and judged in the order of their instants. A line that cannot be
//! used is reported with its number and skipped; the exit code says that there were some.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

mod answers;
mod lines;
mod policy_file;
mod shape;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::PathBuf;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Args;
use rustc_hash::FxHashMap;

use self::lines::{Line, Named, Recorded};
use super::{Failure, Format, Outcome, Success, output};
use crate::domain::history::History;
use crate::domain::judge::{Sighting, SiteJudge};
use crate::domain::observation::{Observation, Observer, UrlId};
use crate::domain::page_url::{Origin, PageUrl, Section};
use crate::domain::policy::Policy;
use crate::domain::spell::{Folded, Spell};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// JSON lines, such as {"at": "2026-11-01T09:00:00Z", "url": "https://shop.example/", "status": 502}; - for stdin
    file: PathBuf,
    /// The instant of judgement [default: the last observation]
    #[arg(long, value_name = "RFC 3339")]
    now: Option<DateTime<Utc>>,
    /// A TOML file with policy values, such as brief_max = "6h"; --set goes before it
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Set a policy value, such as brief_max=6h (may be repeated)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Add to each outage the list of its URLs
    #[arg(long)]
    urls: bool,
    /// The form of the result
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// What came of the lines.
pub(super) struct Replayed {
    now: DateTime<Utc>,
    policy: Policy,
    read: Recorded,
    stale: u64,
    sites: Vec<ReplayedSite>,
    urls: Vec<PageUrl>,
}

/// One site as one observer saw it.
struct ReplayedSite {
    origin: Origin,
    judge: SiteJudge,
    urls: FxHashMap<UrlId, Known>,
}

/// What is known of one URL.
struct Known {
    newest: Spell,
    history: History,
    /// The failing answers that said who made them, in the order of their instants.
    named: Vec<(DateTime<Utc>, Named)>,
}

pub(super) fn run(options: &Options) -> Outcome {
    let policy = policy(options)?;
    let input = open(options).map_err(Failure::Usage)?;
    let read =
        lines::read(BufReader::new(input), |number, why| output::talk(&format!("line {number}: {why}")))?;
    let is_clean = read.rejected == 0;
    let replayed = judge(read, options.now, policy);
    shape::show(&replayed, options)?;
    Ok(if is_clean { Success::Fine } else { Success::BadInput })
}

fn policy(options: &Options) -> Result<Policy, Failure> {
    let file = options.policy.as_deref().map(policy_file::read).transpose().map_err(Failure::Usage)?;
    set_policy(file.unwrap_or_default(), &options.set)
}

/// The policy with these values set, each `KEY=VALUE`.
pub(super) fn set_policy(mut policy: Policy, set: &[String]) -> Result<Policy, Failure> {
    for pair in set {
        let (key, value) = pair
            .split_once('=')
            .with_context(|| format!("`{pair}` is not KEY=VALUE: write it as brief_max=6h"))
            .map_err(Failure::Usage)?;
        policy.set(key.trim(), value.trim()).map_err(|error| Failure::Usage(error.into()))?;
    }
    Ok(policy)
}

fn open(options: &Options) -> anyhow::Result<Box<dyn Read>> {
    if options.file.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file =
        File::open(&options.file).with_context(|| format!("{} cannot be read", options.file.display()))?;
    Ok(Box::new(file))
}

fn judge(mut read: Recorded, now: Option<DateTime<Utc>>, policy: Policy) -> Replayed {
    let lines = std::mem::take(&mut read.lines);
    let last = lines.last().map(|line| line.at);
    let now = now.or(last).unwrap_or(DateTime::UNIX_EPOCH);
    let urls = std::mem::take(&mut read.urls);
    let sections: Vec<Section> = urls.iter().map(PageUrl::section).collect();
    let origins: Vec<Origin> = urls.iter().map(PageUrl::origin).collect();
    let mut replayed = Replayed { now, policy, read, stale: 0, sites: Vec::new(), urls };
    let mut places: FxHashMap<(Origin, Observer), usize> = FxHashMap::default();
    for line in &lines {
        let (Some(origin), Some(section)) = (origins.get(line.url), sections.get(line.url)) else {
            continue;
        };
        let place = replayed.site(origin, &line.observer, &mut places);
        replayed.take_in(place, line, section);
    }
    replayed
}

impl Replayed {
    /// The place of a site as one observer sees it.
    fn site(
        &mut self,
        origin: &Origin,
        observer: &Observer,
        places: &mut FxHashMap<(Origin, Observer), usize>,
    ) -> usize {
        if let Some(last) = self.sites.last()
            && last.origin == *origin
            && last.judge.observer() == observer
        {
            return self.sites.len() - 1;
        }
        *places.entry((origin.clone(), observer.clone())).or_insert_with(|| {
            let judge = SiteJudge::new(observer.clone(), self.policy.gap(None), None);
            self.sites.push(ReplayedSite { origin: origin.clone(), judge, urls: FxHashMap::default() });
            self.sites.len() - 1
        })
    }

    fn take_in(&mut self, place: usize, line: &Line, section: &Section) {
        let max_gap = self.policy.gap(None);
        let Some(site) = self.sites.get_mut(place) else { return };
        let id = UrlId(i64::try_from(line.url).unwrap_or(i64::MAX));
        let seen = Observation::instant(line.at, line.outcome);
        let known = site.urls.get_mut(&id);
        let newest = known.as_ref().map(|known| known.newest);
        let sighting = Sighting { url: id, section, newest: newest.as_ref(), seen };
        match (site.judge.observe(&sighting), known) {
            (Folded::Stale, _) => self.stale += 1,
            (Folded::Extended(spell) | Folded::Opened(spell), Some(known)) => {
                known.newest = spell;
                known.take_name(line);
                known.history.take(&seen, max_gap);
            }
            (Folded::Extended(newest) | Folded::Opened(newest), None) => {
                let mut known = Known { newest, history: History::begun(&seen), named: Vec::new() };
                known.take_name(line);
                site.urls.insert(id, known);
            }
        }
    }
}

impl Known {
    fn take_name(&mut self, line: &Line) {
        if line.outcome.is_failing() && line.named != Named::default() {
            self.named.push((line.at, line.named));
        }
    }
}

#[cfg(test)]
mod tests;
