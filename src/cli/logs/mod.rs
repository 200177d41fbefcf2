//! `gatecrawl logs`: what search bots really met, from access logs, at once and without a database.
//!
//! Lines are read first, on all processors; then those who named a bot are verified, each address once; then what real bots
//! got is judged in the order of time. A line that cannot be read is counted, and the first few are shown.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

mod human;
pub(super) mod reading;

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Failure, Format, Outcome, Success, output};
use crate::accesslog::bots::lists::Lists;
use crate::accesslog::bots::verify::Verifier;
use crate::accesslog::gather::Place;
use crate::accesslog::identify::identify;
use crate::accesslog::parser::Options as Reading;
use crate::accesslog::source::{Input, Report};
use crate::accesslog::tally::{Rules, Tally};
use crate::app::App;
use crate::domain::page_url::{Origin, PageUrl};
use crate::domain::policy::Policy;
use crate::domain::site::Site;
use crate::domain::verdict::Verdict;
use crate::jobs::import::{Imported, Importer, gather};
use crate::report::bots::{BotsJson, is_failing, notes};
use crate::report::wording;
use crate::store::logged::Taken;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Access logs, plain or packed (gz, zst, bz2), in any order; - for stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The site of lines that name none, such as https://www.example.com
    #[arg(long, value_name = "URL")]
    site: Option<String>,
    /// Keep what bots met of this site, beside what Gatecrawl sees itself; a line that was taken in before changes nothing
    #[arg(long, value_name = "SITE", conflicts_with = "site")]
    import: Option<String>,
    #[command(flatten)]
    reading: reading::LogReading,
    /// The instant of judgement [default: the last hit of a bot]
    #[arg(long, value_name = "RFC 3339")]
    now: Option<DateTime<Utc>>,
    /// Set a policy value, such as brief_max=6h (may be repeated)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Exit with 1 when URLs are failing at this verdict or a worse one
    #[arg(long, value_name = "VERDICT", default_value = "persistent")]
    fail_on: Verdict,
    /// The form of the result
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct LogsJson {
    schema: u32,
    lines: Value,
    format: Option<String>,
    formats: Vec<Value>,
    policy: Policy,
    #[serde(flatten)]
    bots: BotsJson,
    /// What was kept, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<Value>,
}

/// A site for which hits were kept, and how many.
type Kept = (Site, Taken);

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    if options.format == Format::Csv {
        return Err(Failure::Usage(anyhow!("what bots met are several tables: use --format human or json")));
    }
    let inputs = inputs(&options.files).map_err(Failure::Usage)?;
    let reading = options.reading.reading()?;
    let policy = super::replay::set_policy(Policy::default(), &options.set)?;
    let place = Place { site: site(&options).map_err(Failure::Usage)?, only: false };
    let verifier = options.reading.verifier(data)?;
    let trust = options.reading.trust_user_agent;
    if let Some(text) = &options.import {
        return import(&options, data, text, (&inputs, &reading), verifier).await;
    }
    let (gathered, report) = gather(&inputs, &reading, place)
        .context("hits could not be sorted in the directory for temporary files")?;
    let identified = identify(&gathered.whos, &verifier).await;
    let tally = Tally::of(gathered, identified, Rules { policy, trust })
        .context("hits could not be read back from temporary files")?;
    show(&options, &report, &tally, &verifier.lists, None)
}

fn show(options: &Options, report: &Report, tally: &Tally, lists: &Lists, kept: Option<&Kept>) -> Outcome {
    complain(options, report);
    let now = options.now.or(tally.span.map(|(_, last)| last)).unwrap_or_default();
    let notes = notes(tally, lists);
    match options.format {
        Format::Json => output::json(&LogsJson {
            schema: 1,
            lines: lines_json(options, report),
            format: report.formats.first().map(|(name, _)| name.clone()),
            formats: report
                .formats
                .iter()
                .map(|(name, lines)| json!({"format": name, "lines": lines}))
                .collect(),
            policy: tally.rules().policy.clone(),
            bots: BotsJson::of(tally, notes, now),
            imported: kept.map(
                |(site, taken)| json!({"site": site.origin.as_str(), "new": taken.new, "known": taken.known}),
            ),
        })?,
        Format::Human | Format::Csv => {
            human::show(report, tally, &notes, now)?;
            if let Some((site, taken)) = kept {
                let new = wording::plural(taken.new, "hit", "hits");
                let known = wording::count(taken.known);
                output::data(&format!("\nKept {new} for {}; {known} were known before.", site.origin))?;
            }
        }
    }
    let nothing_read = report.read > 0 && report.parsed == 0;
    Ok(if is_failing(tally, options.fail_on, now) {
        Success::FoundFailing
    } else if nothing_read || !report.troubles.is_empty() {
        Success::BadInput
    } else {
        Success::Fine
    })
}

/// Takes the files in for a known site.
async fn import(
    options: &Options,
    data: &Path,
    text: &str,
    (inputs, reading): (&[Input], &Reading),
    verifier: Verifier,
) -> Outcome {
    if !options.set.is_empty() {
        let why =
            anyhow!("an import is judged by the site's own policy: change it with `gatecrawl site set`");
        return Err(Failure::Usage(why));
    }
    let app = super::open(data).await?;
    let site = super::site::known(&app, text).await?;
    let lists = verifier.lists.clone();
    let App { patrols, writer_task, .. } = app;
    let by = Importer { writer: patrols.writer.clone(), verifier, trust: options.reading.trust_user_agent };
    // The writer ends when its last hand is gone.
    drop(patrols);
    let work = async move { by.files(&site, inputs, reading).await.map(|done| (site, done)) };
    let (done, ()) = tokio::join!(work, writer_task.run());
    let (site, Imported { report, tally, taken }) = done?;
    show(options, &report, &tally, &lists, Some(&(site, taken)))
}

/// Says which lines and files could not be used.
fn complain(options: &Options, report: &Report) {
    let name =
        |input: usize| options.files.get(input).map_or_else(String::new, |file| file.display().to_string());
    for line in &report.first_rejected {
        output::talk(&format!("{}, line {}: {}: {}", name(line.input), line.number, line.why, line.excerpt));
    }
    let more = report.rejected.saturating_sub(report.first_rejected.len() as u64);
    if more > 0 {
        output::talk(&format!("and {more} more lines that could not be read"));
    }
    for trouble in &report.troubles {
        output::talk(&format!("{}: {}", name(trouble.input), trouble.what));
    }
}

fn lines_json(options: &Options, report: &Report) -> Value {
    let name = |input: usize| options.files.get(input).map(|file| file.display().to_string());
    let first: Vec<Value> = report
        .first_rejected
        .iter()
        .map(|line| json!({"file": name(line.input), "line": line.number, "why": line.why.to_string(), "begins": line.excerpt}))
        .collect();
    let troubles: Vec<Value> =
        report.troubles.iter().map(|one| json!({"file": name(one.input), "what": one.what})).collect();
    json!({
        "read": report.read,
        "parsed": report.parsed,
        "rejected": report.rejected,
        "first_rejected": first,
        "troubles": troubles,
    })
}

/// The files, each of which must be there: a name that was typed wrong is told before anything is read.
fn inputs(files: &[PathBuf]) -> anyhow::Result<Vec<Input>> {
    let input = |file: &PathBuf| {
        if file.as_os_str() == "-" {
            return Ok(Input::Stdin);
        }
        let is_directory =
            file.metadata().with_context(|| format!("{} cannot be read", file.display()))?.is_dir();
        if is_directory {
            return Err(anyhow!("{} is a directory: name the files in it", file.display()));
        }
        Ok(Input::File(file.clone()))
    };
    files.iter().map(input).collect()
}

fn site(options: &Options) -> anyhow::Result<Option<Origin>> {
    let Some(text) = &options.site else { return Ok(None) };
    let text = if text.contains("://") { text.clone() } else { format!("https://{text}") };
    Ok(Some(PageUrl::parse(&text)?.origin()))
}
