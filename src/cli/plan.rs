//! `gatecrawl plan`: what outages a schedule would see, and what to change where brief ones would be missed. It asks no
//! site anything; for one that is not known, numbers are assumed.
#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

use std::path::Path;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::{Failure, Format, Outcome, Success, output};
use crate::app::App;
use crate::domain::page_url::PageUrl;
use crate::domain::plan::{Chance, Failing, LENGTHS, Watch};
use crate::domain::site::Settings;
use crate::domain::span::Span;
use crate::report::wording::plan::{self, Scope, Subject};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The site: its address, or the host of a known one
    #[arg(value_name = "SITE-OR-URL")]
    site: String,
    /// How many URLs it has [default: those that are known, else 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    urls: Option<u64>,
    /// How many sections it has [default: those that are known, else 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    sections: Option<u64>,
    /// Try another setting than the site's, such as sentinel_every=1m (may be repeated); nothing is stored
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The form of the result
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// The shape of `--format json`.
#[derive(Debug, Serialize)]
struct PlanJson {
    schema: u32,
    site: String,
    watched: WatchedJson,
    rows: Vec<RowJson>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct WatchedJson {
    urls: u64,
    sections: u64,
    crawl_every_seconds: Option<u64>,
    crawl_seconds: u64,
    sentinels_every_seconds: u64,
    is_paused: bool,
}

#[derive(Debug, Serialize)]
struct RowJson {
    scope: &'static str,
    length_seconds: u64,
    seen: f64,
    confirmed: f64,
    expected_delay_seconds: Option<u64>,
}

pub(super) async fn run(options: &Options, data: &Path) -> Outcome {
    let app = super::open(data).await?;
    let subject = subject(&app, options).await?;
    let rows = rows(&subject);
    match options.format {
        Format::Json => output::json(&json(&subject, &rows))?,
        Format::Csv => show_csv(&rows)?,
        Format::Human => show(&subject, &rows)?,
    }
    Ok(Success::Fine)
}

/// What is planned for: what is known of the site, where it is known, with what the options say.
async fn subject(app: &App, options: &Options) -> Result<Subject, Failure> {
    /// What a site has of which nothing is known.
    const ASSUMED: (u64, u64) = (1000, 10);
    let (mut urls, mut sections) = ASSUMED;
    let (name, mut settings, is_paused) = if let Some(site) = super::site::find(app, &options.site).await? {
        if app.store.count_urls(&site).await? > 0 {
            (urls, sections) = (app.store.count_urls(&site).await?, app.store.count_sections(&site).await?);
        }
        (site.origin.to_string(), site.settings, site.paused)
    } else {
        let url = PageUrl::parse(&options.site).map_err(|error| Failure::Usage(error.into()))?;
        (url.origin().to_string(), Settings::default(), false)
    };
    settings.set_all(&options.set).map_err(|error| Failure::Usage(error.into()))?;
    urls = options.urls.unwrap_or(urls);
    sections = options.sections.unwrap_or(sections).clamp(1, urls);
    Ok(Subject { name, watch: watch(&settings, urls, app.clock.now()), settings, urls, sections, is_paused })
}

fn watch(settings: &Settings, urls: u64, now: DateTime<Utc>) -> Watch {
    /// How fast a site is assumed to answer when no limit is set, in pages a second.
    const UNLIMITED: f64 = 50.0;
    let rate = if settings.rate > 0.0 { settings.rate } else { UNLIMITED };
    let seconds = |span: Span| span.duration().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "URLs of a site stay far below 2^52")]
    Watch {
        interval: settings.schedule.interval(now, settings.time_zone).map(seconds),
        crawl: urls as f64 / rate,
        sentinels: seconds(settings.policy.sentinel_every),
        confirmation: seconds(settings.policy.recheck_wait(0)),
    }
}

type Row = (Scope, Failing, Span, Chance);

fn rows(subject: &Subject) -> Vec<Row> {
    let rows = subject.scopes().into_iter().flat_map(|(scope, failing)| {
        LENGTHS.map(|length| {
            (scope, failing, length, subject.watch.chance(failing, length.duration().as_secs_f64()))
        })
    });
    rows.collect()
}

fn json(subject: &Subject, rows: &[Row]) -> PlanJson {
    let row = |(scope, _, length, chance): &Row| RowJson {
        scope: scope.word(),
        length_seconds: length.duration().as_secs(),
        seen: rounded(chance.seen),
        confirmed: rounded(chance.confirmed),
        expected_delay_seconds: chance.delay.map(whole),
    };
    PlanJson {
        schema: 1,
        site: subject.name.clone(),
        watched: WatchedJson {
            urls: subject.urls,
            sections: subject.sections,
            crawl_every_seconds: subject.watch.interval.map(whole),
            crawl_seconds: whole(subject.watch.crawl),
            sentinels_every_seconds: whole(subject.watch.sentinels),
            is_paused: subject.is_paused,
        },
        rows: rows.iter().map(row).collect(),
        warnings: plan::warnings(subject),
    }
}

/// To a ten-thousandth.
fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds are neither negative nor many"
)]
fn whole(seconds: f64) -> u64 {
    seconds.round() as u64
}

fn show_csv(rows: &[Row]) -> anyhow::Result<()> {
    let cells = |(scope, _, length, chance): &Row| {
        let delay = chance.delay.map(|delay| whole(delay).to_string()).unwrap_or_default();
        let seconds = length.duration().as_secs().to_string();
        vec![
            scope.word().to_owned(),
            seconds,
            rounded(chance.seen).to_string(),
            rounded(chance.confirmed).to_string(),
            delay,
        ]
    };
    let head = ["scope", "length_seconds", "seen", "confirmed", "expected_delay_seconds"];
    Ok(output::csv(&head, &rows.iter().map(cells).collect::<Vec<_>>())?)
}

/// A row for each length, a column for each scope: `96 %, 12 min` is the chance and the expected delay.
fn show(subject: &Subject, rows: &[Row]) -> anyhow::Result<()> {
    output::data(&plan::summary(subject))?;
    let scopes = subject.scopes();
    let mut head = vec!["An outage of"];
    head.extend(scopes.iter().map(|(scope, _)| scope.title()));
    let line = |length: &Span| {
        let of = rows.iter().filter(|(_, _, of, _)| of == length);
        let mut cells = vec![length.to_string()];
        cells.extend(of.map(|(_, _, _, chance)| plan::cell(chance)));
        cells
    };
    output::data(&format!("\n{}", output::table(&head, LENGTHS.iter().map(line).collect(), &[])))?;
    output::data("\nChance that it is seen, and how long after its begin on average.")?;
    for warning in plan::warnings(subject) {
        output::data(&format!("\n{warning}"))?;
    }
    Ok(())
}
