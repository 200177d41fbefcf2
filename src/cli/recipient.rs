//! `gatecrawl recipient`: who is told, by which way, of what and when.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, Format, Outcome, Success, output, site};
use crate::app::App;
use crate::config::Config;
use crate::domain::channel::Channel;
use crate::domain::observation::SiteId;
use crate::domain::recipient::{Recipient, Wishes};
use crate::jobs::post::{PostOffice, Refused};
use crate::report::json::rfc3339;
use crate::store::recipients::NewRecipient;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Tell somebody: by mail, or by another channel
    Add(Add),
    /// List those who are told
    List {
        /// The form of the list
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Change of what somebody is told, and when
    Set {
        /// Its name
        name: String,
        /// Settings such as at=07:30 or remind=24h
        #[arg(value_name = "KEY=VALUE")]
        pairs: Vec<String>,
        /// Tell only of this site (may be repeated)
        #[arg(long = "site", value_name = "SITE")]
        sites: Vec<String>,
        /// Tell of all sites
        #[arg(long, conflicts_with = "sites")]
        all_sites: bool,
    },
    /// Tell somebody no more
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// What it is called
    name: String,
    /// By mail, to this address
    #[arg(long, value_name = "ADDRESS", required_unless_present = "channel")]
    mail: Option<String>,
    /// By another channel: webhook, slack, discord, teams, ntfy or telegram
    #[arg(long, conflicts_with = "mail", requires = "to")]
    channel: Option<Channel>,
    /// Where: the URL, or the number of the Telegram chat; `secret:NAME` takes it from the configuration
    #[arg(long, value_name = "TARGET", env = "GATECRAWL_RECIPIENT_TARGET", hide_env_values = true)]
    to: Option<String>,
    /// What a webhook is signed with, or the token of ntfy or Telegram; `secret:NAME` takes it from the configuration
    #[arg(long, value_name = "SECRET", env = "GATECRAWL_RECIPIENT_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// A setting such as at=07:30 (may be repeated)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pairs: Vec<String>,
    /// Tell only of this site (may be repeated) [default: all]
    #[arg(long = "site", value_name = "SITE")]
    sites: Vec<String>,
}

pub(super) async fn run(options: Options, data: &Path, config: &Config) -> Outcome {
    let app = super::open(data).await?;
    let office = super::post_office(&app, config)?;
    match options.action {
        Action::Add(new) => add(&app, &office, new).await,
        Action::List { format } => list(&office, format).await,
        Action::Set { name, pairs, sites, all_sites } => {
            let mut recipient = find(&office, &name).await?;
            recipient.wishes.set_all(&pairs).map_err(|why| Failure::Usage(why.into()))?;
            if all_sites {
                recipient.sites = None;
            } else if !sites.is_empty() {
                recipient.sites = Some(followed(&app, &sites).await?);
            }
            office.amend(&recipient).await.map_err(failure)?;
            output::data(&line(&office, &recipient))?;
            Ok(Success::Fine)
        }
        Action::Remove { name } => {
            let recipient = find(&office, &name).await?;
            office.store.remove_recipient(recipient.id).await?;
            output::data(&format!("{name} is told no more."))?;
            Ok(Success::Fine)
        }
    }
}

async fn add(app: &App, office: &PostOffice, new: Add) -> Outcome {
    let (channel, target) = match (new.mail, new.channel) {
        (Some(address), _) => (Channel::Mail, address),
        (None, channel) => (channel.unwrap_or(Channel::Webhook), new.to.unwrap_or_default()),
    };
    let mut wishes = if channel == Channel::Mail { Wishes::default() } else { Wishes::of_program() };
    wishes.set_all(&new.pairs).map_err(|why| Failure::Usage(why.into()))?;
    let sites = if new.sites.is_empty() { None } else { Some(followed(app, &new.sites).await?) };
    let new = NewRecipient { name: new.name, channel, target, secret: new.secret, sites, wishes };
    let made = office.enrol(new).await.map_err(failure)?;
    output::data(&line(office, &made))?;
    if channel == Channel::Mail && !office.sender().has_relay() {
        output::talk(
            "There is no mail relay yet: set host and from under [mail] in the configuration. Messages wait until then.",
        );
    }
    Ok(Success::Fine)
}

async fn followed(app: &App, names: &[String]) -> Result<BTreeSet<SiteId>, Failure> {
    let mut sites = BTreeSet::new();
    for name in names {
        sites.insert(site::known(app, name).await?.id);
    }
    Ok(sites)
}

async fn list(office: &PostOffice, format: Format) -> Outcome {
    let recipients = office.store.recipients().await?;
    match format {
        Format::Json => output::json(&recipients.iter().map(|one| shape(office, one)).collect::<Vec<_>>())?,
        Format::Csv => {
            let row = |one: &Recipient| {
                vec![one.name.clone(), one.channel.to_string(), office.shown(one), rfc3339(one.created_at)]
            };
            let rows: Vec<_> = recipients.iter().map(row).collect();
            output::csv(&["name", "channel", "target", "created"], &rows)?;
        }
        Format::Human if recipients.is_empty() => output::data(
            "Nobody is told yet: add somebody with `gatecrawl recipient add NAME --mail ADDRESS`.",
        )?,
        Format::Human => {
            let lines: Vec<String> = recipients.iter().map(|one| line(office, one)).collect();
            output::data(&lines.join("\n"))?;
        }
    }
    Ok(Success::Fine)
}

/// A recipient in a line, without what must not be seen.
fn line(office: &PostOffice, one: &Recipient) -> String {
    let wishes: Vec<String> =
        one.wishes.values().iter().map(|(row, value)| format!("{}={value}", row.key)).collect();
    format!("{} by {}: {} ({})", one.name, one.channel.name(), office.shown(one), wishes.join(" "))
}

fn shape(office: &PostOffice, one: &Recipient) -> Value {
    let wishes: serde_json::Map<String, Value> =
        one.wishes.values().into_iter().map(|(row, value)| (row.key.to_owned(), value.into())).collect();
    json!({
        "name": one.name,
        "channel": one.channel,
        "target": office.shown(one),
        "sites": one.sites,
        "settings": wishes,
        "created": rfc3339(one.created_at),
    })
}

/// The recipient of this name.
pub(super) async fn find(office: &PostOffice, name: &str) -> Result<Recipient, Failure> {
    let found = office.store.recipient_named(name).await?;
    found.ok_or_else(|| {
        Failure::Usage(anyhow!("there is no recipient `{name}`: `gatecrawl recipient list` shows them"))
    })
}

fn failure(why: Refused) -> Failure {
    match why {
        Refused::Store(error) => Failure::Job(error.into()),
        why => Failure::Usage(why.into()),
    }
}
