//! `gatecrawl crawl`: a crawl now, with a progress bar, and what it found.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Failure, Format, Outcome, Success, output, progress};
use crate::app::App;
use crate::crawl::progress::Progress;
use crate::crawl::{Ended, StartPage};
use crate::domain::crawl::{Crawl, CrawlOptions};
use crate::domain::outcome::{NetworkError, Outcome as FetchOutcome};
use crate::domain::page_url::PageUrl;
use crate::domain::site::{PrivateAddresses, Settings, Site};
use crate::domain::span::Span;
use crate::domain::verdict::{State, Verdict};
use crate::report::json::{OutageJson, rfc3339};
use crate::report::load;
use crate::report::summary::{self, SiteOutage};
use crate::report::wording;
use crate::shutdown;
use crate::store::Store;
use crate::store::sites::NewSite;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The site: its address, or the host of a known one
    #[arg(value_name = "SITE-OR-URL")]
    site: String,
    /// Requests a second; 0 = no limit [default: the site's setting, 5]
    #[arg(long, value_name = "N")]
    rate: Option<f64>,
    /// Requests at a time [default: the site's setting, 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    concurrency: Option<u32>,
    /// Take in so many URLs at most
    #[arg(long, value_name = "N")]
    max_urls: Option<u64>,
    /// Follow links so many steps from the start page
    #[arg(long, value_name = "N")]
    max_depth: Option<u32>,
    /// Take in only paths that match this pattern, such as /docs/* (may be repeated)
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Leave out paths that match this pattern (may be repeated)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Crawl what the sitemaps list, and follow no links
    #[arg(long)]
    sitemap_only: bool,
    /// Crawl the addresses in this file, one a line, and follow no links
    #[arg(long, value_name = "FILE", conflicts_with = "sitemap_only")]
    list: Option<PathBuf>,
    /// Wait so long for a site that goes down meanwhile to come back, and then go on
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    wait: Span,

    /// Set a setting or policy value of the site, such as persistent_after=48h (may be repeated)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Exit with 1 when URLs are failing at this verdict or a worse one
    #[arg(long, value_name = "VERDICT", default_value = "persistent")]
    fail_on: Verdict,
    /// Keep nothing
    #[arg(long)]
    no_save: bool,
    /// Private and loopback addresses may be asked, whoever names them
    #[arg(long)]
    allow_private: bool,
    /// The form of the result
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    connection: super::Connection,
}

/// The shape of `--format json`.
#[derive(Debug, Serialize)]
struct CrawlJson {
    schema: u32,
    site: String,
    crawl: RunJson,
    outages: Vec<OutageJson>,
    failing_urls: Vec<FailingUrl>,
}

#[derive(Debug, Serialize)]
struct RunJson {
    started: Option<String>,
    finished: Option<String>,
    urls: u64,
    fetched: u64,
    failing: u64,
    by_outcome: std::collections::BTreeMap<String, u64>,
    bytes: u64,
    fetches_per_second: f64,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FailingUrl {
    url: String,
    outcome: String,
    first_failing: String,
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    let listed = options.list.as_deref().map(read_list).transpose()?;
    let scratch = options.no_save.then(tempfile::tempdir).transpose()?;
    let folder = scratch.as_ref().map_or(data, |directory| directory.path());
    let app = super::open_to_fetch(folder, &options.connection).await?;
    let (site, is_new) = find_site(&app, &options).await?;
    let crawl_options = crawl_options(&options, listed.unwrap_or_default());
    let (store, clock) = (app.store.clone(), Arc::clone(&app.clock));
    let made = Box::pin(make_crawl(app, &site, &crawl_options)).await;
    let (crawl, ended) = match made.and_then(|made| check_new_site(&site, is_new, made)) {
        Ok(made) => made,
        Err(error) => {
            if is_new {
                // A site that was never there is not kept.
                store.remove_site(site.id).await?;
            }
            return Err(Failure::Job(error));
        }
    };
    show(&store, clock.now(), &site, &crawl, &ended, &options).await
}

fn read_list(path: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the list {} cannot be read", path.display()))
        .map_err(Failure::Usage)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

fn crawl_options(options: &Options, list: Vec<String>) -> CrawlOptions {
    CrawlOptions {
        max_urls: options.max_urls,
        max_depth: options.max_depth,
        include: options.include.clone(),
        exclude: options.exclude.clone(),
        sitemap_only: options.sitemap_only,
        list,
        rate: options.rate,
        concurrency: options.concurrency,
        confirm: true,
        wait: Some(options.wait),
    }
}

/// The site that is meant, with the settings that were given; a new one is added.
async fn find_site(app: &App, options: &Options) -> Result<(Site, bool), Failure> {
    let usage = |error: anyhow::Error| Failure::Usage(error);
    if let Some(mut site) = super::site::find(app, &options.site).await? {
        site.settings.set_all(&options.set).map_err(|error| usage(error.into()))?;
        if options.allow_private {
            site.settings.allow_private = PrivateAddresses::Allowed;
        }
        app.store.update_site(&site).await?;
        return Ok((site, false));
    }
    let start_url = PageUrl::parse(&options.site).map_err(|error| usage(error.into()))?;
    // A person typed this host: it may be asked even if it is here.
    let allow_private =
        if options.allow_private { PrivateAddresses::Allowed } else { PrivateAddresses::OwnHost };
    let mut settings = Settings { allow_private, ..Settings::default() };
    settings.set_all(&options.set).map_err(|error| usage(error.into()))?;
    let site = app.store.add_site(&NewSite { start_url, settings }, app.clock.now()).await?;
    Ok((site, true))
}

type Made = anyhow::Result<(Crawl, Ended)>;

/// Makes the crawl, with a progress bar; Ctrl-C stops it and keeps what it has fetched.
async fn make_crawl(app: App, site: &Site, options: &CrawlOptions) -> Made {
    let stop = CancellationToken::new();
    let (sender, receiver) = watch::channel(Progress::default());
    let App { patrols, writer_task, .. } = app;
    let mut beside = tokio::task::JoinSet::new();
    beside.spawn(progress::show(receiver));
    let obeyed = shutdown::Signals::catch()?.obey(stop.clone());
    beside.spawn(async move { drop(obeyed.await) });
    let work = async {
        let made = patrols.crawl_now(site, options, &stop, sender).await;
        drop(patrols);
        made
    };
    let (made, ()) = tokio::join!(work, writer_task.run());
    beside.shutdown().await;
    if stop.is_cancelled() {
        return Err(anyhow!("interrupted; what was fetched is kept"));
    }
    made?.ok_or_else(|| {
        anyhow!(
            "{} is being crawled or probed by another process (`gatecrawl serve`?): try again in a moment",
            site.origin
        )
    })
}

/// A new site must be a site: its host has an address, and its start page is a web page.
fn check_new_site(site: &Site, is_new: bool, made: (Crawl, Ended)) -> Made {
    let (crawl, ended) = made;
    let Some(start) = ended.start_page.as_ref().filter(|_| is_new) else { return Ok((crawl, ended)) };
    if let Some(why) = no_site(site, start, crawl.urls) {
        return Err(anyhow!(why));
    }
    Ok((crawl, ended))
}

/// Why this start page makes no site.
fn no_site(site: &Site, start: &StartPage, urls: u64) -> Option<String> {
    /// robots.txt, the usual sitemap and the start page itself.
    const BESIDES: u64 = 3;
    match (start.outcome, &start.redirect) {
        (FetchOutcome::Network(NetworkError::Dns), _) => Some(format!(
            "the host {} is not known: its name has no address; check the spelling",
            site.start_url.host()
        )),
        (FetchOutcome::Status(300..=399), Some(target)) if urls <= BESIDES => {
            Some(format!("the start page redirects to another site: crawl {target} instead"))
        }
        (FetchOutcome::Status(200..=299), _) if !start.is_html && urls <= BESIDES => Some(format!(
            "the start page is no web page but {}: give the address of an HTML page, or a --list",
            start.content_type.as_deref().unwrap_or("of no stated type"),
        )),
        _ => None,
    }
}

async fn show(
    store: &Store,
    now: DateTime<Utc>,
    site: &Site,
    crawl: &Crawl,
    ended: &Ended,
    options: &Options,
) -> Outcome {
    let outages = summary::unresolved(store, site, now).await?;
    let notes: Vec<String> = ended.notes.iter().cloned().chain(load::told(store, site, now).await?).collect();
    let failing: Vec<FailingUrl> = store
        .failing_urls(site)
        .await?
        .into_iter()
        .map(|(url, outcome, first)| FailingUrl {
            url: url.to_string(),
            outcome: outcome.to_string(),
            first_failing: rfc3339(first),
        })
        .collect();
    let is_bad =
        outages.iter().any(|o| o.judgement.state == State::Ongoing && o.judgement.verdict >= options.fail_on);
    match options.format {
        Format::Json => {
            let outages = outages.iter().map(|outage| outage.json.clone()).collect();
            let run = run_json(crawl, &notes);
            output::json(&CrawlJson {
                schema: 1,
                site: site.origin.to_string(),
                crawl: run,
                outages,
                failing_urls: failing,
            })?;
        }
        Format::Csv => {
            let rows: Vec<_> = failing.into_iter().map(|f| vec![f.url, f.outcome, f.first_failing]).collect();
            output::csv(&["url", "outcome", "first_failing"], &rows)?;
        }
        Format::Human => show_human(site, crawl, &notes, &outages, &failing)?,
    }
    Ok(if is_bad { Success::FoundFailing } else { Success::Fine })
}

fn run_json(crawl: &Crawl, notes: &[String]) -> RunJson {
    RunJson {
        started: crawl.started_at.map(rfc3339),
        finished: crawl.finished_at.map(rfc3339),
        urls: crawl.urls,
        fetched: crawl.fetches,
        failing: crawl.failing,
        by_outcome: crawl.by_outcome.iter().map(|(outcome, n)| (outcome.to_string(), *n)).collect(),
        bytes: crawl.bytes,
        fetches_per_second: speed(crawl),
        notes: notes.to_vec(),
    }
}

/// Fetches a second, rounded to a tenth.
#[expect(clippy::cast_precision_loss, reason = "fetches and milliseconds of a crawl stay far below 2^52")]
fn speed(crawl: &Crawl) -> f64 {
    let (Some(started), Some(finished)) = (crawl.started_at, crawl.finished_at) else { return 0.0 };
    let seconds = ((finished - started).num_milliseconds().max(1)) as f64 / 1000.0;
    (crawl.fetches as f64 / seconds * 10.0).round() / 10.0
}

/// How many failing URLs a person is shown; the others are counted.
const SHOWN: usize = 20;

fn show_human(
    site: &Site,
    crawl: &Crawl,
    notes: &[String],
    outages: &[SiteOutage],
    failing: &[FailingUrl],
) -> anyhow::Result<()> {
    let outcomes: Vec<String> =
        crawl.by_outcome.iter().map(|(outcome, n)| format!("{n} x {outcome}")).collect();
    output::data(&format!(
        "{}: {} in {} ({:.1} a second): {}",
        site.origin,
        wording::plural(crawl.urls, "URL", "URLs"),
        wording::plural(crawl.fetches, "fetch", "fetches"),
        speed(crawl),
        outcomes.join(", ")
    ))?;
    for note in notes {
        output::data(&format!("note: {note}"))?;
    }
    if outages.is_empty() {
        return Ok(output::data("No outage: nothing fails, and nothing has recovered lately.")?);
    }
    for outage in outages {
        output::data(&format!("\n{}", outage.sentence))?;
    }
    output::data("")?;
    output::data(&output::outages(outages).to_string())?;
    if !failing.is_empty() {
        let rows = failing
            .iter()
            .take(SHOWN)
            .map(|f| vec![f.outcome.clone(), f.first_failing.clone(), f.url.clone()]);
        output::data(&format!("\n{}", output::table(&["Failing", "since", "URL"], rows.collect(), &[])))?;
    }
    if failing.len() > SHOWN {
        output::data(&format!("... and {} more: --format csv lists them all", failing.len() - SHOWN))?;
    }
    Ok(())
}
