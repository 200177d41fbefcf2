//! `gatecrawl site`: sites and their settings.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

use std::path::Path;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Failure, Format, Outcome, Success, output};
use crate::app::App;
use crate::domain::page_url::PageUrl;
use crate::domain::site::{PrivateAddresses, Settings, Site};
use crate::report::json::{rfc3339, share};
use crate::report::wording;
use crate::store::sites::{AddSiteError, NewSite};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a site
    Add {
        /// Where a crawl of it begins, such as https://www.example.com/
        #[arg(value_name = "URL")]
        url: String,
        /// Set a setting or policy value, such as schedule="every 6h" (may be repeated)
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// Private and loopback addresses may be asked, whoever names them
        #[arg(long)]
        allow_private: bool,
    },
    /// List the sites
    List {
        /// The form of the list
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Show a site and its settings
    Show {
        /// Its address, or its host
        site: String,
        /// The form of what is shown
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Set settings and policy values
    Set {
        /// Its address, or its host
        site: String,
        /// Such as persistent_after=48h
        #[arg(value_name = "KEY=VALUE", required = true)]
        pairs: Vec<String>,
    },
    /// Stop crawling and probing it
    Pause {
        /// Its address, or its host
        site: String,
    },
    /// Crawl and probe it again
    Resume {
        /// Its address, or its host
        site: String,
    },
    /// Remove a site and all that was seen of it
    Remove {
        /// Its address, or its host
        site: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// The shape of `site list` and `site show`.
#[derive(Debug, Serialize)]
struct SiteJson {
    id: i64,
    site: String,
    start_url: String,
    paused: bool,
    known_urls: u64,
    failing_urls: u64,
    failing_url_share: f64,
    next_crawl_at: Option<String>,
    settings: std::collections::BTreeMap<&'static str, String>,
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    match options.action {
        Action::Add { url, set, allow_private } => add(data, &url, &set, allow_private).await,
        Action::List { format } => list(data, format).await,
        Action::Show { site, format } => show(data, &site, format).await,
        Action::Set { site, pairs } => set(data, &site, &pairs).await,
        Action::Pause { site } => pause(data, &site, true).await,
        Action::Resume { site } => pause(data, &site, false).await,
        Action::Remove { site, yes } => remove(data, &site, yes).await,
    }
}

/// The known site that is meant: by its address, or by its host when only one site has it.
pub(super) async fn find(app: &App, text: &str) -> Result<Option<Site>, Failure> {
    if let Ok(url) = PageUrl::parse(text) {
        return Ok(app.store.site_by_origin(&url.origin()).await?);
    }
    let is_meant = |site: &Site| {
        let authority = site.origin.as_str().split_once("://").map_or("", |(_, authority)| authority);
        site.start_url.host().eq_ignore_ascii_case(text) || authority.eq_ignore_ascii_case(text)
    };
    let mut found: Vec<Site> = app.store.sites().await?.into_iter().filter(is_meant).collect();
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|site| site.origin.to_string()).collect();
        return Err(Failure::Usage(anyhow!(
            "`{text}` may be any of {}: give the whole address",
            names.join(", ")
        )));
    }
    Ok(found.pop())
}

/// The same; that there is none is an error.
pub(super) async fn known(app: &App, text: &str) -> Result<Site, Failure> {
    find(app, text).await?.ok_or_else(|| {
        Failure::Usage(anyhow!("no site `{text}` is known: `gatecrawl site list` shows those that are"))
    })
}

async fn add(data: &Path, url: &str, pairs: &[String], allow_private: bool) -> Outcome {
    let start_url = PageUrl::parse(url).map_err(|error| Failure::Usage(error.into()))?;
    let private = if allow_private { PrivateAddresses::Allowed } else { PrivateAddresses::OwnHost };
    let mut settings = Settings { allow_private: private, ..Settings::default() };
    settings.set_all(pairs).map_err(|error| Failure::Usage(error.into()))?;
    let app = super::open(data).await?;
    match app.store.add_site(&NewSite { start_url, settings }, app.clock.now()).await {
        Ok(site) => output::data(&format!(
            "Added {}: it is crawled by `gatecrawl serve`, or now by `gatecrawl crawl {}`.",
            site.origin, site.origin
        ))?,
        Err(AddSiteError::Exists(site)) => {
            refuse_declared(&site)?;
            return Err(Failure::Usage(anyhow!(
                "{} is known already: change it with `gatecrawl site set`",
                site.origin
            )));
        }
        Err(AddSiteError::Store(error)) => return Err(error.into()),
    }
    Ok(Success::Fine)
}

async fn list(data: &Path, format: Format) -> Outcome {
    let app = super::open(data).await?;
    let mut sites = Vec::new();
    for site in app.store.sites().await? {
        sites.push(site_json(&app, &site).await?);
    }
    let head = ["Site", "URLs", "failing", "schedule", "next crawl"];
    let row = |site: &SiteJson| {
        let schedule = site.settings.get("schedule").cloned().unwrap_or_default();
        let next =
            if site.paused { "paused".to_owned() } else { site.next_crawl_at.clone().unwrap_or_default() };
        vec![
            site.site.clone(),
            site.known_urls.to_string(),
            wording::percent(site.failing_url_share),
            schedule,
            next,
        ]
    };
    match format {
        Format::Json => output::json(&sites)?,
        Format::Csv => output::csv(&head, &sites.iter().map(row).collect::<Vec<_>>())?,
        Format::Human if sites.is_empty() => {
            output::data(
                "No site is known yet: add one with `gatecrawl site add https://www.example.com/`.",
            )?;
        }
        Format::Human => {
            output::data(&output::table(&head, sites.iter().map(row).collect(), &[1, 2]).to_string())?;
        }
    }
    Ok(Success::Fine)
}

async fn show(data: &Path, text: &str, format: Format) -> Outcome {
    let app = super::open(data).await?;
    let site = known(&app, text).await?;
    let shown = site_json(&app, &site).await?;
    let rows: Vec<_> =
        site.settings.values().into_iter().map(|(key, value)| vec![key.to_owned(), value]).collect();
    match format {
        Format::Json => output::json(&shown)?,
        Format::Csv => output::csv(&["key", "value"], &rows)?,
        Format::Human => {
            let state = if site.paused { ", paused" } else { "" };
            output::data(&format!(
                "{} (site {}{state}), crawled from {}",
                shown.site, shown.id, shown.start_url
            ))?;
            let urls = wording::plural(shown.known_urls, "URL", "URLs");
            output::data(&format!("{urls} known, {} failing", wording::count(shown.failing_urls)))?;
            output::data(&format!("\n{}", output::table(&["Setting", "value"], rows, &[])))?;
        }
    }
    Ok(Success::Fine)
}

async fn site_json(app: &App, site: &Site) -> Result<SiteJson, Failure> {
    let known_urls = app.store.count_urls(site).await?;
    let failing_urls = app.store.count_failing_urls(site).await?;
    Ok(SiteJson {
        id: site.id.0,
        site: site.origin.to_string(),
        start_url: site.start_url.to_string(),
        paused: site.paused,
        known_urls,
        failing_urls,
        failing_url_share: share(failing_urls, known_urls),
        next_crawl_at: site.next_crawl_at.map(rfc3339),
        settings: site.settings.values().into_iter().collect(),
    })
}

fn refuse_declared(site: &Site) -> Result<(), Failure> {
    if site.declared {
        let why = anyhow!("the configuration declares {}: change it there; nothing was changed", site.origin);
        return Err(Failure::Usage(why));
    }
    Ok(())
}

async fn set(data: &Path, text: &str, pairs: &[String]) -> Outcome {
    let app = super::open(data).await?;
    let mut site = known(&app, text).await?;
    refuse_declared(&site)?;
    let mut changed = site.settings.clone();
    changed.set_all(pairs).map_err(|error| Failure::Usage(error.into()))?;
    site.take_settings(changed, app.clock.now());
    app.store.update_site(&site).await?;
    output::data(&format!("{}: {}", site.origin, pairs.join(", ")))?;
    Ok(Success::Fine)
}

async fn pause(data: &Path, text: &str, paused: bool) -> Outcome {
    let app = super::open(data).await?;
    let mut site = known(&app, text).await?;
    site.paused = paused;
    app.store.update_site(&site).await?;
    output::data(&format!("{} is {}.", site.origin, if paused { "paused" } else { "watched again" }))?;
    Ok(Success::Fine)
}

async fn remove(data: &Path, text: &str, yes: bool) -> Outcome {
    use std::io::IsTerminal;
    let app = super::open(data).await?;
    let site = known(&app, text).await?;
    refuse_declared(&site)?;
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err(Failure::Usage(anyhow!(
                "this removes {} and its history: say --yes to do it",
                site.origin
            )));
        }
        output::talk(&format!("Remove {} and all that was seen of it? Type yes:", site.origin));
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if answer.trim() != "yes" {
            output::talk("Nothing was removed.");
            return Ok(Success::Fine);
        }
    }
    app.store.remove_site(site.id).await?;
    output::data(&format!("Removed {} and all that was seen of it.", site.origin))?;
    Ok(Success::Fine)
}
