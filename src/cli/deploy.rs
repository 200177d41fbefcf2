//! `gatecrawl deploy`: records deploys, so that an outage that begins with one can name it. What may be recorded is told
//! by `domain::deploy`; nothing is recorded while anything is wrong with the site names, the instant or the name.

use std::path::Path;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Failure, Format, Outcome, Success, output, site};
use crate::app::App;
use crate::domain::deploy::{BadDeploy, Deploy, DeployMark, parse_instant};
use crate::domain::observation::{DeployId, SiteId};
use crate::domain::page_url::Origin;
use crate::domain::site::Site;
use crate::report::json::rfc3339;
use crate::store::deploys::Marked;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Record a deploy of one or more sites, now or at an instant; an equal one is recorded once
    Mark(Mark),
    /// List the deploys of a site, newest first
    List {
        /// Its address, or its host
        site: String,
        /// The form of the list
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Remove a deploy that was recorded by mistake
    Remove {
        /// Its number, as the list shows it
        id: i64,
    },
}

#[derive(Debug, Args)]
struct Mark {
    /// Their addresses, or their hosts
    #[arg(value_name = "SITE", required_unless_present = "all", conflicts_with = "all")]
    sites: Vec<String>,
    /// A deploy of every known site
    #[arg(long)]
    all: bool,
    /// When it was, with its zone, such as 2026-11-01T09:00:00Z [default: now]
    #[arg(long, value_name = "RFC 3339")]
    at: Option<String>,
    /// What was deployed, such as a tag or a commit
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The form of what was recorded
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// The shape of a deploy in `deploy mark` and `deploy list`.
#[derive(Debug, Serialize)]
struct DeployJson {
    id: DeployId,
    site: String,
    at: String,
    name: Option<String>,
    /// Whether this call recorded it; where nothing was recorded, nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<bool>,
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    match options.action {
        Action::Mark(mark) => record(data, &mark).await,
        Action::List { site, format } => list(data, &site, format).await,
        Action::Remove { id } => remove(data, DeployId(id)).await,
    }
}

async fn record(data: &Path, mark: &Mark) -> Outcome {
    let wrong = |error: BadDeploy| Failure::Usage(error.into());
    let at = mark.at.as_deref().map(parse_instant).transpose().map_err(wrong)?;
    let app = super::open(data).await?;
    let now = app.clock.now();
    let deploy = Deploy::new(at, mark.name.as_deref(), now).map_err(wrong)?;
    let sites = meant(&app, mark).await?;
    let ids: Vec<SiteId> = sites.iter().map(|site| site.id).collect();
    let marked = app.store.mark_deploy(&ids, &deploy, now).await?;
    show_marked(&sites, &marked, mark.format)?;
    Ok(Success::Fine)
}

/// All the sites that are meant, or the reason why one of them is not.
async fn meant(app: &App, mark: &Mark) -> Result<Vec<Site>, Failure> {
    if mark.all {
        let sites = app.store.sites().await?;
        if sites.is_empty() {
            return Err(Failure::Usage(anyhow!(
                "no site is known yet, so there is none to mark: add one with `gatecrawl site add https://www.example.com/`"
            )));
        }
        return Ok(sites);
    }
    let mut sites = Vec::with_capacity(mark.sites.len());
    for text in &mark.sites {
        sites.push(site::known(app, text).await?);
    }
    Ok(sites)
}

fn show_marked(sites: &[Site], marked: &[Marked], format: Format) -> anyhow::Result<()> {
    let origin = |id: SiteId| sites.iter().find(|site| site.id == id).map(|site| &site.origin);
    let told = marked.iter().filter_map(|marked| Some((origin(marked.mark.site)?, marked)));
    if format != Format::Human {
        let shapes = told.map(|(origin, marked)| shape(origin, &marked.mark, Some(marked.is_new)));
        return show(&shapes.collect::<Vec<_>>(), format);
    }
    for (origin, Marked { mark, is_new }) in told {
        let name = mark.deploy.name().map(|name| format!(" {name}")).unwrap_or_default();
        let done = if *is_new { "Recorded" } else { "Already recorded:" };
        let (at, id) = (rfc3339(mark.deploy.at()), mark.id);
        output::data(&format!("{done} deploy{name} of {origin} at {at} (deploy {id})."))?;
    }
    Ok(())
}

async fn list(data: &Path, text: &str, format: Format) -> Outcome {
    let app = super::open(data).await?;
    let site = site::known(&app, text).await?;
    let marks = app.store.deploys(site.id).await?;
    if marks.is_empty() && format == Format::Human {
        output::data(&format!(
            "No deploy of {} is recorded: `gatecrawl deploy mark {}` records one.",
            site.origin, site.origin
        ))?;
        return Ok(Success::Fine);
    }
    show(&marks.iter().map(|mark| shape(&site.origin, mark, None)).collect::<Vec<_>>(), format)?;
    Ok(Success::Fine)
}

async fn remove(data: &Path, id: DeployId) -> Outcome {
    let app = super::open(data).await?;
    let removed = app.store.remove_deploy(id).await?.ok_or_else(|| {
        Failure::Usage(anyhow!("there is no deploy {id}: `gatecrawl deploy list SITE` shows those that are"))
    })?;
    let name = removed.deploy.name().map(|name| format!(" {name}")).unwrap_or_default();
    output::data(&format!("Removed deploy{name} at {} (deploy {id}).", rfc3339(removed.deploy.at())))?;
    Ok(Success::Fine)
}

fn shape(origin: &Origin, mark: &DeployMark, new: Option<bool>) -> DeployJson {
    DeployJson {
        id: mark.id,
        site: origin.to_string(),
        at: rfc3339(mark.deploy.at()),
        name: mark.deploy.name().map(str::to_owned),
        new,
    }
}

fn show(deploys: &[DeployJson], format: Format) -> anyhow::Result<()> {
    let head = ["id", "site", "at", "name"];
    let row = |deploy: &DeployJson| {
        let name = deploy.name.clone().unwrap_or_default();
        vec![deploy.id.to_string(), deploy.site.clone(), deploy.at.clone(), name]
    };
    let rows: Vec<_> = deploys.iter().map(row).collect();
    match format {
        Format::Json => output::json(&deploys),
        Format::Csv => Ok(output::csv(&head, &rows)?),
        Format::Human => {
            Ok(output::data(&output::table(&["Deploy", "site", "at", "name"], rows, &[0]).to_string())?)
        }
    }
}
