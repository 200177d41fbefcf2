//! `gatecrawl doctor`: looks at what Gatecrawl needs, and says of each part whether it is well and, if not, what to do. It
//! changes nothing and sends nothing.
//!
//! One part that is broken hides no other: what can be looked at without it is looked at. So it does not open the database as the
//! other commands do, which would make one where there is none, and bring an old one up to date.

mod database;
mod messages;
mod network;
mod place;

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::{Failure, Format, Outcome, Success, output};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::checkup;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The form of what is found
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// What was found of one part.
#[derive(Debug, PartialEq, Eq, Serialize)]
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

pub(super) async fn run(options: &Options, data: &Path, config: &Config) -> Outcome {
    let findings = look(data, config).await?;
    tell(&findings, options.format)?;
    if findings.iter().any(|finding| finding.state == State::Broken) {
        return Err(Failure::Job(anyhow::anyhow!("something does not work; see above")));
    }
    Ok(Success::Fine)
}

/// Looks at each part.
async fn look(data: &Path, config: &Config) -> Result<Vec<Finding>, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let checkup = checkup::look(data).await;
    let store = checkup.store.as_ref();
    let mut findings = vec![database::versions(&checkup).await];
    findings.extend(place::configuration(config));
    findings.extend(place::permissions(data, &checkup));
    findings.extend(place::disk(data, checkup.bytes));
    findings.push(or_broken("database", database::database(&checkup).await));
    findings.push(database::clock(checkup.newest, clock.now()));
    findings.extend(network::names(store).await.unwrap_or_else(|why| vec![broken("dns", why)]));
    findings.push(network::serve(config).await);
    findings.push(or_broken("mail", network::mail(store, config, &clock).await));
    if let Some(store) = store {
        let office = super::office_over(store, &clock, config)?;
        let recipients = messages::recipients(&office).await;
        findings.extend(recipients.unwrap_or_else(|why| vec![broken("recipient", why)]));
        findings.push(or_broken("messages", messages::messages(&office).await));
    }
    Ok(findings)
}

/// A part that cannot be looked at is broken, and hides no other.
fn broken(part: &'static str, why: Failure) -> Finding {
    let (Failure::Usage(why) | Failure::Job(why)) = why;
    Finding::broken(part, format!("{why:#}."))
}

fn or_broken(part: &'static str, looked: Result<Finding, Failure>) -> Finding {
    looked.unwrap_or_else(|why| broken(part, why))
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

impl Finding {
    fn well(part: &'static str, says: impl Into<String>) -> Self {
        Self { part, state: State::Well, says: says.into() }
    }

    fn attention(part: &'static str, says: impl Into<String>) -> Self {
        Self { part, state: State::Attention, says: says.into() }
    }

    fn broken(part: &'static str, says: impl Into<String>) -> Self {
        Self { part, state: State::Broken, says: says.into() }
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
