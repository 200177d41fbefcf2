//! `gatecrawl diagnose`: who sent an error answer, and why. It asks a URL once, on a fresh connection, or reads an answer that
//! somebody kept. It stores nothing, and obeys no robots.txt: a person asks for this one answer.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;

use super::{Failure, Format, Outcome, Success, output};
use crate::clock::SystemClock;
use crate::diagnosis::answer::Answer;
use crate::diagnosis::{Diagnosis, diagnose};
use crate::discover::answer::{self as pasted, Pasted};
use crate::domain::evidence::Evidence;
use crate::domain::page_url::PageUrl;
use crate::domain::span::Span;
use crate::fetch::client::{Client, Options as Fetching};
use crate::fetch::guard::PrivateAccess;
use crate::fetch::redirects::{End, PAGE_HOPS, follow};
use crate::fetch::{Fetched, Request};
use crate::report::diagnosis::DiagnosisJson;
use crate::report::wording::diagnosis as wording;

/// More is no answer that somebody kept.
const LONGEST_INPUT: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A URL to ask; or a file that holds an answer (of curl -i or curl -v, or a HAR); or - for stdin
    #[arg(value_name = "URL|FILE|-")]
    answer: String,
    /// Which entry of a HAR, counted from 1 [default: the first that fails]
    #[arg(long, value_name = "N")]
    entry: Option<usize>,
    /// How long the answer took, such as 60s, where the file does not say it
    #[arg(long, value_name = "TIME")]
    took: Option<Span>,
    /// The form of the result
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// An answer, from wherever it came.
struct Got {
    evidence: Evidence,
    outcome: crate::domain::outcome::Outcome,
    elapsed: Option<Duration>,
    /// The names of its headers stand in the letters in which they were sent.
    names_as_sent: bool,
    after_interim: bool,
    notes: Vec<String>,
}

pub(super) async fn run(options: &Options) -> Outcome {
    if options.format == Format::Csv {
        return Err(Failure::Usage(anyhow!("a diagnosis has no rows: use --format human or json")));
    }
    let got = get(options).await?;
    let answer = Answer {
        elapsed: options.took.map(Span::duration).or(got.elapsed),
        names_as_sent: got.names_as_sent,
        after_interim: got.after_interim,
        ..Answer::of(&got.evidence, got.outcome)
    };
    let diagnosis = diagnose(answer);
    match options.format {
        Format::Json => output::json(&DiagnosisJson::of(&diagnosis, &got.notes))?,
        Format::Human | Format::Csv => show(&diagnosis, &got)?,
    }
    Ok(Success::Fine)
}

async fn get(options: &Options) -> Result<Got, Failure> {
    let named = options.answer.as_str();
    if named == "-" {
        return read(io::stdin(), "what came on stdin", options);
    }
    if Path::new(named).exists() {
        let file = PathBuf::from(named);
        let input = File::open(&file)
            .with_context(|| format!("{} cannot be read", file.display()))
            .map_err(Failure::Usage)?;
        return read(input, named, options);
    }
    let url = PageUrl::parse(named)
        .map_err(|why| Failure::Usage(anyhow!("`{named}` is no file, and no address either: {why}")))?;
    Ok(ask(url).await?)
}

/// Reads an answer that somebody kept.
fn read(input: impl Read, named: &str, options: &Options) -> Result<Got, Failure> {
    let mut bytes = Vec::new();
    input
        .take(LONGEST_INPUT + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{named} cannot be read"))
        .map_err(Failure::Usage)?;
    if bytes.len() as u64 > LONGEST_INPUT {
        return Err(Failure::Usage(anyhow!("{named} is larger than 64 MB: give one answer of it")));
    }
    let Pasted { evidence, outcome, elapsed, after_interim, notes, .. } =
        pasted::read_entry(&bytes, options.entry).map_err(|why| Failure::Usage(anyhow!("{named}: {why}")))?;
    Ok(Got { evidence, outcome, elapsed, names_as_sent: true, after_interim, notes })
}

/// Asks the URL, on a connection of its own, and follows redirects as a search crawler does.
async fn ask(url: PageUrl) -> anyhow::Result<Got> {
    // A person typed this host: it may be asked even if it is here.
    let private = PrivateAccess::Host(url.host().to_owned());
    let client = Client::new(Fetching { private, ..Fetching::default() }, Arc::new(SystemClock))?;
    let chain = follow(&client, Request::probe(url), PAGE_HOPS, |_, _| true).await?;
    let mut notes: Vec<String> = chain
        .hops
        .iter()
        .filter_map(|hop| Some(format!("{} redirects to {}.", hop.url, hop.redirect.as_ref()?)))
        .collect();
    match &chain.end {
        End::Answer | End::NotAllowed => {}
        End::Loop => notes.push("The redirects go in a circle.".to_owned()),
        End::TooManyHops => notes.push(format!("There are more than {PAGE_HOPS} redirects.")),
        End::Refused(why) => notes.push(format!("The last redirect was not followed: {why}.")),
    }
    let last = chain.hops.last().context("nothing was asked")?;
    Ok(Got {
        evidence: last.evidence(),
        outcome: last.outcome,
        elapsed: Some(waited(last)),
        names_as_sent: false,
        after_interim: false,
        notes,
    })
}

/// Until the head of the answer was there.
fn waited(fetched: &Fetched) -> Duration {
    (fetched.at - fetched.asked_at).to_std().unwrap_or(fetched.elapsed)
}

fn show(diagnosis: &Diagnosis, got: &Got) -> anyhow::Result<()> {
    for note in &got.notes {
        output::data(&format!("note: {note}"))?;
    }
    output::data(&wording::report(diagnosis, &got.evidence))?;
    Ok(())
}
