//! `gatecrawl user`: who may log in to the dashboard. Whoever can write the data directory may change any password: it
//! is the way back in when one is lost.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};

use super::{Failure, Format, Outcome, Success, output};
use crate::app::App;
use crate::domain::role::Role;
use crate::report::json::rfc3339;
use crate::store::accounts::{Changed, ListedAccount};
use crate::web::auth::{self, NewAccountRefused, PasswordRefused};

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
    /// Add an account; its password is asked for or read from stdin
    Add {
        /// The name to log in with
        name: String,
        /// `viewer` looks at everything, `admin` changes everything
        #[arg(long, default_value = "viewer")]
        role: Role,
    },
    /// Give an account another role
    Role {
        /// The name of the account
        name: String,
        /// `viewer` or `admin`
        role: Role,
    },
    /// Remove an account, and log it out everywhere
    Remove {
        /// The name of the account
        name: String,
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
        Action::Add { name, role } => add(data, &name, role).await,
        Action::Role { name, role } => {
            let changed = super::open(data).await?.store.set_role(&name, role).await?;
            told(
                changed,
                &name,
                &format!("{name} is a{} {role} now.", if role == Role::Admin { "n" } else { "" }),
            )
        }
        Action::Remove { name } => {
            let changed = super::open(data).await?.store.remove_account(&name).await?;
            told(changed, &name, &format!("{name} is removed, and logged out everywhere."))
        }
        Action::Password { name } => set_password(data, &name).await,
    }
}

async fn list(data: &Path, format: Format) -> Outcome {
    let accounts = super::open(data).await?.store.accounts().await?;
    let row = |listed: &ListedAccount| {
        let used = listed.used_at.map(rfc3339).unwrap_or_default();
        vec![listed.account.name.clone(), listed.account.role.to_string(), rfc3339(listed.created_at), used]
    };
    let json = |listed: &ListedAccount| {
        serde_json::json!({
            "name": listed.account.name,
            "role": listed.account.role.word(),
            "created": rfc3339(listed.created_at),
            "last_seen": listed.used_at.map(rfc3339),
        })
    };
    match format {
        Format::Json => output::json(&accounts.iter().map(json).collect::<Vec<_>>())?,
        Format::Csv => {
            let rows: Vec<_> = accounts.iter().map(row).collect();
            output::csv(&["name", "role", "created", "last_seen"], &rows)?;
        }
        Format::Human if accounts.is_empty() => {
            output::data(
                "There is no account yet: `gatecrawl serve` prints a link that makes the first one.",
            )?;
        }
        Format::Human => {
            let line = |listed: &ListedAccount| format!("{} ({})", listed.account.name, listed.account.role);
            output::data(&accounts.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(Success::Fine)
}

async fn add(data: &Path, name: &str, role: Role) -> Outcome {
    let App { store, clock, .. } = super::open(data).await?;
    let password = read_password().context("the password could not be read")?;
    let added = auth::add_account(&store, name, password, role, clock.now()).await;
    let name = added.map_err(|error| match error {
        NewAccountRefused::Unusable(_) => Failure::Usage(error.into()),
        NewAccountRefused::Failed(error) => Failure::Job(error),
    })?;
    output::data(&format!("{name} can log in as {role}."))?;
    Ok(Success::Fine)
}

fn told(changed: Changed, name: &str, done: &str) -> Outcome {
    match changed {
        Changed::Done => output::data(done)?,
        Changed::NoAccount => {
            let why = anyhow!("there is no account `{name}`: `gatecrawl user list` shows the accounts");
            return Err(Failure::Usage(why));
        }
        Changed::LastAdmin => {
            let why = anyhow!(
                "`{name}` is the only admin, and nobody could change anything afterwards: make another one an admin first, with `gatecrawl user role NAME admin`"
            );
            return Err(Failure::Usage(why));
        }
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
