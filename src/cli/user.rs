//! `gatecrawl user`: who may log in to the dashboard. Whoever can write the data directory may change any password: it
//! is the way back in when one is lost.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::{Failure, Format, Outcome, Success, output};
use crate::web::auth::{self, PasswordRefused};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the accounts
    List {
        /// The form of what is shown
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Give an account another password, asked for or read from stdin, and log it out everywhere
    Password {
        /// The name of the account
        name: String,
    },
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    match options.action {
        Action::List { format } => list(data, format).await,
        Action::Password { name } => set_password(data, &name).await,
    }
}

async fn list(data: &Path, format: Format) -> Outcome {
    let names = super::open(data).await?.store.account_names().await?;
    match format {
        Format::Json => output::json(&names)?,
        Format::Csv => output::csv(&["name"], &names.into_iter().map(|name| vec![name]).collect::<Vec<_>>())?,
        Format::Human if names.is_empty() => {
            output::data(
                "There is no account yet: `gatecrawl serve` prints a link that makes the first one.",
            )?;
        }
        Format::Human => output::data(&names.join("\n"))?,
    }
    Ok(Success::Fine)
}

async fn set_password(data: &Path, name: &str) -> Outcome {
    let store = super::open(data).await?.store;
    let password = read_password().context("the password could not be read")?;
    auth::set_password(&store, name, password).await.map_err(|error| match error {
        PasswordRefused::Unusable(_) | PasswordRefused::NoAccount(_) => Failure::Usage(error.into()),
        PasswordRefused::Failed(error) => Failure::Job(error),
    })?;
    output::data(&format!("{name} has a new password, and is logged out everywhere."))?;
    Ok(Success::Fine)
}

/// Asks a person without showing what is typed; reads one line when there is no terminal.
fn read_password() -> io::Result<String> {
    if io::stdin().is_terminal() {
        output::talk("New password:");
        return console::Term::stderr().read_secure_line();
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
