//! `gatecrawl logs`: what search bots really met, from access logs, at once and without a database.
//!
//! Lines are read first, on all processors; then those who named a bot are verified, each address once; then what real bots
//! got is judged in the order of time. A line that cannot be read is counted, and the first few are shown.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

mod human;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Failure, Format, Outcome, Success, bots, output};
use crate::accesslog::bots::dns::Dns;
use crate::accesslog::bots::verify::Verifier;
use crate::accesslog::client::ClientFrom;
use crate::accesslog::format::Format as LogFormat;
use crate::accesslog::gather::{Gatherer, Gathering, Place};
use crate::accesslog::identify::identify;
use crate::accesslog::parser::Options as Reading;
use crate::accesslog::source::{self, Input, Report};
use crate::accesslog::tally::{Rules, Tally};
use crate::domain::page_url::{Origin, PageUrl};
use crate::domain::policy::Policy;
use crate::domain::verdict::Verdict;
use crate::report::bots::{BotsJson, is_failing, notes};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Access logs, plain or packed (gz, zst, bz2), in any order; - for stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How the lines are written: a name such as combined or haproxy, or a format string of nginx or Apache [default: it is
    /// found out]
    #[arg(long, value_name = "NAME|FORMAT")]
    log_format: Option<String>,
    /// Where the client's address stands: connection, xff:N (the Nth from the right of X-Forwarded-For), or a field's name
    #[arg(long, value_name = "PLACE", default_value = "connection")]
    client_from: ClientFrom,
    /// The zone of times that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: Tz,
    /// The site of lines that name none, such as https://www.example.com
    #[arg(long, value_name = "URL")]
    site: Option<String>,
    /// Ask DNS about addresses that no list has
    #[arg(long)]
    dns: bool,
    /// Ask this name server [default: those of this machine]
    #[arg(long, value_name = "ADDRESS:PORT", requires = "dns")]
    dns_server: Option<SocketAddr>,
    /// Take whoever names a bot for that bot, verified or not
    #[arg(long)]
    trust_user_agent: bool,
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
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    if options.format == Format::Csv {
        return Err(Failure::Usage(anyhow!("what bots met are several tables: use --format human or json")));
    }
    let inputs = inputs(&options.files).map_err(Failure::Usage)?;
    let reading = reading(&options).map_err(Failure::Usage)?;
    let policy = super::replay::set_policy(Policy::default(), &options.set)?;
    let place = Place { site: site(&options).map_err(Failure::Usage)?, only: false };
    let dns = if options.dns { Some(Dns::new(options.dns_server)?) } else { None };
    let verifier = Verifier { lists: bots::read_lists(data), dns };

    let gathering = Gathering::new(place);
    let new = || gathering.gatherer();
    let (threads, report) = source::read(&inputs, &reading, new, |gatherer, hit| gatherer.take(0, &hit));
    let threads = threads.into_iter().map(Gatherer::finish).collect();
    let gathered = gathering
        .gathered(threads)
        .context("hits could not be sorted in the directory for temporary files")?;
    let identified = identify(&gathered.whos, &verifier).await;
    let rules = Rules { policy, trust: options.trust_user_agent };
    let tally =
        Tally::of(gathered, identified, rules).context("hits could not be read back from temporary files")?;
    show(&options, &report, &tally, &verifier)
}

fn show(options: &Options, report: &Report, tally: &Tally, verifier: &Verifier) -> Outcome {
    complain(options, report);
    let now = options.now.or(tally.span.map(|(_, last)| last)).unwrap_or_default();
    let notes = notes(tally, &verifier.lists);
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
        })?,
        Format::Human | Format::Csv => human::show(report, tally, &notes, now)?,
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

fn reading(options: &Options) -> anyhow::Result<Reading> {
    let format = options
        .log_format
        .as_deref()
        .map(|text| if text.contains(['$', '%']) { LogFormat::from_log_format(text) } else { text.parse() });
    Ok(Reading {
        format: format.transpose()?,
        client_from: options.client_from.clone(),
        zone: options.time_zone,
    })
}

fn site(options: &Options) -> anyhow::Result<Option<Origin>> {
    let Some(text) = &options.site else { return Ok(None) };
    let text = if text.contains("://") { text.clone() } else { format!("https://{text}") };
    Ok(Some(PageUrl::parse(&text)?.origin()))
}
