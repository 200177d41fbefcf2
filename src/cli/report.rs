//! `gatecrawl report`: the summary of a day, a week or a month, to stdout, to a file, or sent to those who follow.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::{Failure, Outcome, Success, output, site};
use crate::app::App;
use crate::config::Config;
use crate::domain::cadence::{Cadence, local};
use crate::domain::delivery::Standing;
use crate::domain::observation::SiteId;
use crate::domain::recipient::Recipient;
use crate::jobs::post::PostOffice;
use crate::report::digest::Digest;
use crate::report::digest::gather::Asked;
use crate::report::digest::html::Shown;
use crate::store::messages::OutboxMessage;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The day that it is about, or the last day of it [default: the last 24 hours, or as many days as the period has]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<NaiveDate>,
    /// How much it is about: daily, weekly or monthly
    #[arg(long, default_value = "daily", value_name = "PERIOD")]
    period: Cadence,
    /// Only this site (may be repeated) [default: all]
    #[arg(long = "site", value_name = "SITE")]
    sites: Vec<String>,
    /// In which zone days begin and times are written
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    time_zone: Tz,
    /// The form of it
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Write it to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Send the summary that was last due, or was due on --date, to everybody who gets summaries of this period
    #[arg(long, conflicts_with_all = ["out", "send_test", "sites"])]
    send: bool,
    /// Send a test message to this recipient, and say whether it arrived
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "out")]
    send_test: Option<String>,
}

/// The form of a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// A page in one file.
    Html,
    /// For programs.
    Json,
}

pub(super) async fn run(options: &Options, data: &Path, config: &Config) -> Outcome {
    let app = super::open(data).await?;
    if let Some(name) = &options.send_test {
        return send_test(&super::post_office(&app, config)?, name).await;
    }
    if options.send {
        return send(&super::post_office(&app, config)?, options).await;
    }
    let digest = digest(&app, options, super::base(config)).await?;
    let told = match options.format {
        Form::Text => digest.text(),
        Form::Html => digest.html(digest.picture().as_ref(), Shown::InFile, None),
        Form::Json => serde_json::to_string_pretty(&digest.json())?,
    };
    match &options.out {
        None => output::data(told.trim_end())?,
        Some(file) => write(file, &told)?,
    }
    Ok(Success::Fine)
}

async fn digest(app: &App, options: &Options, base: String) -> Result<Digest, Failure> {
    let mut sites = Vec::new();
    for name in &options.sites {
        sites.push(site::known(app, name).await?.id);
    }
    let (from, to) = span(options, app.clock.now())?;
    let sites: Option<std::collections::BTreeSet<SiteId>> =
        (!sites.is_empty()).then(|| sites.into_iter().collect());
    let asked = Asked { cadence: options.period, from, to, zone: options.time_zone, sites, base };
    Ok(Digest::gather(&app.store, &asked).await?)
}

/// What it is about: whole days of the zone, or the time up to now.
fn span(options: &Options, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), Failure> {
    let days = match options.period {
        Cadence::Daily => 1,
        Cadence::Weekly => 7,
        Cadence::Monthly => 30,
    };
    let Some(date) = options.date else { return Ok((now - Days::new(days), now)) };
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    let first = next.checked_sub_days(Days::new(days)).unwrap_or(date);
    let begins = |date| local(date, NaiveTime::MIN, options.time_zone);
    if begins(date) > now {
        return Err(Failure::Usage(anyhow!("{date} has not begun yet: give a day that is past, or today")));
    }
    Ok((begins(first), begins(next).min(now)))
}

/// Written beside it first, so that a file that was there is whole until the new one is.
fn write(file: &Path, told: &str) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed =
        || format!("{} could not be written: check the folder, and that you may write there", file.display());
    let mut beside = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    beside.write_all(told.as_bytes()).with_context(failed)?;
    beside.persist(file).with_context(failed)?;
    output::talk(&format!("written to {}", file.display()));
    Ok(())
}

async fn send(office: &PostOffice, options: &Options) -> Outcome {
    let recipients = office.store.recipients().await?;
    let wanted: Vec<&Recipient> =
        recipients.iter().filter(|recipient| recipient.wishes.summary.contains(&options.period)).collect();
    if wanted.is_empty() {
        return Err(Failure::Usage(anyhow!(
            "nobody gets {} summaries: add a recipient with `gatecrawl recipient add NAME --mail ADDRESS`",
            options.period
        )));
    }
    let mut all_arrived = true;
    for recipient in wanted {
        let key = office.write_summary_of(recipient, options.period, options.date).await?;
        all_arrived &= told(recipient, office.deliver_now(&key).await?)?;
    }
    arrived(all_arrived)
}

async fn send_test(office: &PostOffice, name: &str) -> Outcome {
    let recipient = super::recipient::find(office, name).await?;
    let key = office.write_test(&recipient).await?;
    let is_there = told(&recipient, office.deliver_now(&key).await?)?;
    arrived(is_there)
}

fn arrived(all: bool) -> Outcome {
    if all {
        return Ok(Success::Fine);
    }
    Err(Failure::Job(anyhow!("not everything arrived; `gatecrawl serve` tries again what waits")))
}

/// Says what became of a message; whether it arrived.
fn told(recipient: &Recipient, message: Option<OutboxMessage>) -> Result<bool, Failure> {
    let Some(message) = message else { return Ok(false) };
    let name = &recipient.name;
    let why = message.last_error.unwrap_or_else(|| "somebody else is sending it".to_owned());
    let says = match message.standing {
        Standing::Delivered => format!("{name}: delivered ({})", message.subject),
        Standing::Waiting => format!("{name}: not delivered yet. {why}"),
        Standing::Dead => format!("{name}: given up. {why}"),
        Standing::Dropped => format!("{name}: dropped by hand"),
    };
    output::data(&says)?;
    Ok(message.standing == Standing::Delivered)
}
