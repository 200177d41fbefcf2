//! `gatecrawl doctor`: looks at what Gatecrawl needs, and says of each part whether it is well and, if not, what to do. It
//! changes nothing and sends nothing.

use clap::Args;
use serde::Serialize;

use super::{Failure, Format, Outcome, Success, output};
use crate::app::App;
use crate::config::Config;
use crate::domain::channel::Channel;
use crate::jobs::post::PostOffice;
use crate::notify::Address;
use crate::report::wording::{ago, plural};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The form of what is found
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// What was found of one part.
#[derive(Debug, Serialize)]
struct Finding {
    part: &'static str,
    state: State,
    says: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It is well.
    Well,
    /// It works, but not for everything.
    Attention,
    /// It does not work.
    Broken,
}

pub(super) async fn run(options: &Options, data: &std::path::Path, config: &Config) -> Outcome {
    let app = super::open(data).await?;
    let office = super::post_office(&app, config)?;
    let mut findings = vec![database(&app).await?];
    findings.push(mail(&office).await?);
    findings.extend(recipients(&office).await?);
    findings.push(messages(&office).await?);
    tell(&findings, options.format)?;
    if findings.iter().any(|finding| finding.state == State::Broken) {
        return Err(Failure::Job(anyhow::anyhow!("something does not work; see above")));
    }
    Ok(Success::Fine)
}

fn tell(findings: &[Finding], format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => output::json(&findings)?,
        Format::Csv => {
            let row = |finding: &Finding| {
                vec![finding.part.to_owned(), finding.state.word().to_owned(), finding.says.clone()]
            };
            output::csv(&["part", "state", "says"], &findings.iter().map(row).collect::<Vec<_>>())?;
        }
        Format::Human => {
            for Finding { part, state, says } in findings {
                output::data(&format!("{:<9} {part}: {says}", state.word()))?;
            }
        }
    }
    Ok(())
}

async fn database(app: &App) -> Result<Finding, Failure> {
    let sites = app.store.sites().await?.len() as u64;
    Ok(Finding::well("database", format!("it opens, and knows {}.", plural(sites, "site", "sites"))))
}

/// Whether the relay takes us in.
async fn mail(office: &PostOffice) -> Result<Finding, Failure> {
    let wants_mail = office.store.recipients().await?.iter().any(|one| one.channel == Channel::Mail);
    if !office.sender().has_relay() {
        let says = "no relay is configured: set host and from under [mail] in the configuration.".to_owned();
        let state = if wants_mail { State::Broken } else { State::Attention };
        return Ok(Finding { part: "mail", state, says });
    }
    Ok(match office.sender().check_relay().await {
        Ok(says) => Finding::well("mail", says),
        Err(why) => Finding { part: "mail", state: State::Broken, says: why.to_string() },
    })
}

/// Those that nothing can be sent to.
async fn recipients(office: &PostOffice) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for one in office.store.recipients().await? {
        if let Err(why) = Address::parse(one.channel, &one.target, one.secret.as_deref(), &office.secrets()) {
            let says = format!("{} cannot be told anything: {why}.", one.name);
            findings.push(Finding { part: "recipient", state: State::Broken, says });
        }
    }
    Ok(findings)
}

/// What lies in the outbox.
async fn messages(office: &PostOffice) -> Result<Finding, Failure> {
    let tally = office.store.tally_messages().await?;
    let newest = office.store.messages(1).await?.into_iter().next();
    let error = newest.and_then(|message| message.last_error).unwrap_or_default();
    let now = office.clock.now();
    let late = office.store.oldest_waiting().await?.filter(|_| tally.failing == 0);
    Ok(match (tally.dead, tally.failing, late) {
        (0, 0, Some(since)) if now - since > chrono::TimeDelta::minutes(10) => Finding {
            part: "messages",
            state: State::Attention,
            says: format!("the oldest one waits since {}: is `gatecrawl serve` running?", ago(since, now)),
        },
        (0, 0, _) => Finding::well("messages", "none is stuck.".to_owned()),
        (0, failing, _) => Finding {
            part: "messages",
            state: State::Attention,
            says: format!("{} could not be delivered yet. {error}", plural(failing, "message", "messages")),
        },
        (dead, ..) => Finding {
            part: "messages",
            state: State::Broken,
            says: format!(
                "{} given up: try again, or drop, on the settings page on messages. {error}",
                plural(dead, "message was", "messages were")
            ),
        },
    })
}

impl Finding {
    fn well(part: &'static str, says: String) -> Self {
        Self { part, state: State::Well, says }
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Attention => "attention",
            Self::Broken => "broken",
        }
    }
}
