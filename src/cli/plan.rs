//! `gatecrawl plan`: what outages a schedule would see, and what to change where brief ones would be missed. It asks no
//! site anything; for one that is not known, numbers are assumed.
#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

use std::collections::BTreeMap;
use std::path::Path;

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::{Failure, Format, Outcome, Success, output};
use crate::app::App;
use crate::crawl::frontier::ROBOTS_TOKEN;
use crate::crawl::watch::MOST_SENTINELS;
use crate::discover::robots::Robots;
use crate::domain::crawl::{Crawl, CrawlOptions, CrawlState};
use crate::domain::page_url::PageUrl;
use crate::domain::plan::{Chance, LENGTHS, Pace, SURE, Scope, Setup, WATCHED_SECTIONS};
use crate::domain::site::{Settings, Site};
use crate::domain::span::Span;
use crate::report::wording::plan::{self, Subject};

/// The longest Crawl-delay that the crawler's pace honours as written.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_secs(30);

/// Among so many of the newest crawls is one looked for whose duration can be relied on.
const MEASURED_CRAWLS: u32 = 10;

/// A crawl that saw this share of the known URLs was one of the whole site.
const WHOLE: f64 = 0.9;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The site: its address, or the host of a known one
    #[arg(value_name = "SITE-OR-URL")]
    site: String,
    /// How many URLs it has [default: those that are known, else 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    urls: Option<u64>,
    /// How many sections it has [default: those that are known, else 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
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
    /// From which length on outages are nearly always seen, by scope.
    seen_from_seconds: BTreeMap<&'static str, Option<u64>>,
    rows: Vec<RowJson>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct WatchedJson {
    urls: u64,
    sections: u64,
    sentinels: u64,
    crawl_every_seconds: Option<u64>,
    crawl_seconds: u64,
    is_crawl_measured: bool,
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
    bounds_width_seconds: Option<u64>,
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

/// What is known of a site.
#[derive(Debug)]
struct Known {
    urls: u64,
    sections: u64,
    sentinels: Option<u64>,
    crawl_delay: Duration,
    /// Seconds that a crawl took for each URL.
    measured: Option<f64>,
}

/// What a site is taken to be of which nothing is known.
const UNKNOWN: Known =
    Known { urls: 1000, sections: 10, sentinels: None, crawl_delay: Duration::ZERO, measured: None };

/// What is planned for: what is known of the site, where it is known, with what the options say.
async fn subject(app: &App, options: &Options) -> Result<Subject, Failure> {
    let Some(site) = super::site::find(app, &options.site).await? else {
        let url = PageUrl::parse(&options.site).map_err(|error| Failure::Usage(error.into()))?;
        let setup = setup(&Settings::default(), &UNKNOWN, app, options)?;
        return Ok(Subject { name: url.origin().to_string(), setup, is_paused: false });
    };
    let known = known(app, &site).await?;
    let setup = setup(&site.settings, &known, app, options)?;
    Ok(Subject { name: site.origin.to_string(), setup, is_paused: site.paused })
}

async fn known(app: &App, site: &Site) -> Result<Known, Failure> {
    let store = &app.store;
    let body = store.robots_copy(site.id).await?.and_then(|copy| copy.good_body);
    let delay = body.and_then(|body| Robots::parse(&body).crawl_delay(ROBOTS_TOKEN)).unwrap_or_default();
    let crawl_delay = delay.min(LONGEST_CRAWL_DELAY);
    let urls = store.count_urls(site).await?;
    if urls == 0 {
        return Ok(Known { crawl_delay, ..UNKNOWN });
    }
    let crawls = store.crawls(site.id, MEASURED_CRAWLS).await?;
    Ok(Known {
        urls,
        sections: store.count_sections(site).await?,
        sentinels: Some(store.sentinels(site).await?.len() as u64).filter(|count| *count > 0),
        crawl_delay,
        measured: crawls.iter().find_map(|crawl| measured(crawl, &site.settings, urls)),
    })
}

/// Seconds for each URL, of a crawl of the whole site at its own pace that nothing held up.
#[expect(clippy::cast_precision_loss, reason = "URLs of a site stay far below 2^52")]
fn measured(crawl: &Crawl, settings: &Settings, known: u64) -> Option<f64> {
    let CrawlOptions { rate, concurrency, .. } = crawl.options;
    let has_own_pace = rate.is_some() || concurrency.is_some();
    let is_usual = !has_own_pace && crawl.options.selects_as(&CrawlOptions::default());
    let was_held_up = crawl.state != CrawlState::Finished || crawl.pauses > 0;
    let is_whole = crawl.urls > 0 && crawl.urls as f64 >= WHOLE * known as f64;
    let lasted = (crawl.finished_at? - crawl.started_at?).as_seconds_f64();
    let a_url = lasted / crawl.urls as f64;
    // One that was faster than is allowed now was made at another rate.
    let is_at_this_rate = settings.rate <= 0.0 || a_url * settings.rate >= WHOLE;
    (is_usual && !was_held_up && is_whole && is_at_this_rate).then_some(a_url)
}

fn setup(settings: &Settings, known: &Known, app: &App, options: &Options) -> Result<Setup, Failure> {
    let mut tried = settings.clone();
    tried.set_all(&options.set).map_err(|error| Failure::Usage(error.into()))?;
    let urls = options.urls.unwrap_or(known.urls);
    let sections = options.sections.unwrap_or(known.sections).clamp(1, urls);
    // Of assumed sections nobody knows what routes they have: the start page, and one for each.
    let assumed = (1 + sections.min(WATCHED_SECTIONS as u64)).min(MOST_SENTINELS as u64).min(urls);
    #[expect(clippy::float_cmp, reason = "the value is the one that was set, or it is another one")]
    let is_same_rate = tried.rate == settings.rate;
    Ok(Setup {
        urls,
        sections,
        sentinels: known.sentinels.filter(|_| options.sections.is_none()).unwrap_or(assumed),
        pace: Pace {
            rate: tried.rate,
            crawl_delay: known.crawl_delay,
            measured: known.measured.filter(|_| is_same_rate),
        },
        schedule: tried.schedule,
        zone: tried.time_zone,
        now: app.clock.now(),
        sentinel_every: tried.policy.sentinel_every,
        recheck: tried.policy.recheck,
    })
}

type Row = (Scope, Span, Chance);

fn rows(subject: &Subject) -> Vec<Row> {
    let of = |scope: Scope| {
        let outlook = subject.setup.outlook(scope);
        LENGTHS.map(|length| (scope, length, outlook.chance(length.duration().as_secs_f64())))
    };
    subject.setup.scopes().into_iter().flat_map(of).collect()
}

fn json(subject: &Subject, rows: &[Row]) -> PlanJson {
    let watch = subject.setup.watch();
    let from = |scope| {
        let from = subject.setup.outlook(scope).seen_from(SURE).map(whole);
        (plan::word(scope), from)
    };
    let row = |(scope, length, chance): &Row| RowJson {
        scope: plan::word(*scope),
        length_seconds: length.duration().as_secs(),
        seen: rounded(chance.seen),
        confirmed: rounded(chance.confirmed),
        expected_delay_seconds: chance.delay.map(whole),
        bounds_width_seconds: chance.width.map(whole),
    };
    PlanJson {
        schema: 1,
        site: subject.name.clone(),
        watched: WatchedJson {
            urls: subject.setup.urls,
            sections: subject.setup.sections,
            sentinels: subject.setup.sentinels,
            crawl_every_seconds: watch.interval().map(whole),
            crawl_seconds: whole(watch.crawl),
            is_crawl_measured: subject.setup.pace.measured.is_some(),
            sentinels_every_seconds: whole(watch.sentinels),
            is_paused: subject.is_paused,
        },
        seen_from_seconds: subject.setup.scopes().into_iter().map(from).collect(),
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
    let cells = |(scope, length, chance): &Row| {
        let time = |time: Option<f64>| time.map(|time| whole(time).to_string()).unwrap_or_default();
        let seconds = length.duration().as_secs().to_string();
        vec![
            plan::word(*scope).to_owned(),
            seconds,
            rounded(chance.seen).to_string(),
            rounded(chance.confirmed).to_string(),
            time(chance.delay),
            time(chance.width),
        ]
    };
    let head =
        ["scope", "length_seconds", "seen", "confirmed", "expected_delay_seconds", "bounds_width_seconds"];
    Ok(output::csv(&head, &rows.iter().map(cells).collect::<Vec<_>>())?)
}

fn show(subject: &Subject, rows: &[Row]) -> anyhow::Result<()> {
    output::data(&plan::summary(subject))?;
    output::data(&format!(
        "\nChance that an outage is seen, and how long after its begin on average:\n{}",
        matrix(subject, rows, plan::seen_cell)
    ))?;
    output::data(&format!(
        "\nChance that a second look confirms it, and how far apart the shortest and the longest time would be that\nit can have lasted:\n{}",
        matrix(subject, rows, plan::bounds_cell)
    ))?;
    output::data(&format!("\n{}", plan::reach(subject)))?;
    for warning in plan::warnings(subject) {
        output::data(&format!("\n{warning}"))?;
    }
    Ok(())
}

/// A row for each length, a column for each scope.
fn matrix(subject: &Subject, rows: &[Row], cell: fn(&Chance) -> String) -> String {
    let mut head = vec!["An outage of"];
    head.extend(subject.setup.scopes().into_iter().map(plan::title));
    let line = |length: &Span| {
        let of = rows.iter().filter(|(_, of, _)| of == length);
        let mut cells = vec![length.to_string()];
        cells.extend(of.map(|(_, _, chance)| cell(chance)));
        cells
    };
    output::table(&head, LENGTHS.iter().map(line).collect(), &[]).to_string()
}
