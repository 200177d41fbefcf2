//! `gatecrawl token`: the tokens by which programs ask the API. A token is printed once, to stdout, so that a script can
//! keep it.

use std::path::Path;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{Failure, Format, Outcome, Success, output};
use crate::app::App;
use crate::domain::role::Role;
use crate::domain::span::Span;
use crate::report::json::rfc3339;
use crate::store::api_tokens::ApiToken;
use crate::web::auth::{self, NewTokenRefused};

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token and print it, once
    Create {
        /// What it is for
        name: String,
        /// `viewer` reads, `admin` asks for crawls, too
        #[arg(long, default_value = "viewer")]
        role: Role,
        /// How long it works, such as 90d; without this, until it is revoked
        #[arg(long, value_name = "TIME")]
        expires: Option<Span>,
    },
    /// List the tokens, but for the tokens themselves
    List {
        /// The form of what is shown
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },
    /// Take a token back
    Revoke {
        /// What it was for
        name: String,
    },
}

pub(super) async fn run(options: Options, data: &Path) -> Outcome {
    match options.action {
        Action::Create { name, role, expires } => create(data, &name, role, expires).await,
        Action::List { format } => list(data, format).await,
        Action::Revoke { name } => {
            if super::open(data).await?.store.revoke_api_token(&name).await? {
                output::data(&format!("{name} does not work any more."))?;
                return Ok(Success::Fine);
            }
            let why = anyhow!("there is no token `{name}`: `gatecrawl token list` shows the tokens");
            Err(Failure::Usage(why))
        }
    }
}

async fn create(data: &Path, name: &str, role: Role, expires: Option<Span>) -> Outcome {
    let App { store, clock, .. } = super::open(data).await?;
    let made = auth::add_token(&store, name, role, expires, clock.now()).await;
    let token = made.map_err(|error| match error {
        NewTokenRefused::Unusable(_) => Failure::Usage(error.into()),
        NewTokenRefused::Failed(error) => Failure::Job(error),
    })?;
    output::talk("Keep it now: it is shown once, and stored as a hash only.");
    output::data(&token)?;
    Ok(Success::Fine)
}

async fn list(data: &Path, format: Format) -> Outcome {
    let tokens = super::open(data).await?.store.api_tokens().await?;
    let json = |token: &ApiToken| {
        serde_json::json!({
            "name": token.name,
            "role": token.role.word(),
            "created": rfc3339(token.created_at),
            "expires": token.expires_at.map(rfc3339),
            "last_used": token.used_at.map(rfc3339),
        })
    };
    let row = |token: &ApiToken| {
        let at = |at: Option<_>| at.map(rfc3339).unwrap_or_default();
        vec![
            token.name.clone(),
            token.role.to_string(),
            rfc3339(token.created_at),
            at(token.expires_at),
            at(token.used_at),
        ]
    };
    match format {
        Format::Json => output::json(&tokens.iter().map(json).collect::<Vec<_>>())?,
        Format::Csv => {
            let rows: Vec<_> = tokens.iter().map(row).collect();
            output::csv(&["name", "role", "created", "expires", "last_used"], &rows)?;
        }
        Format::Human if tokens.is_empty() => {
            output::data("There is no token: `gatecrawl token create NAME` makes one.")?;
        }
        Format::Human => {
            let line = |token: &ApiToken| format!("{} ({})", token.name, token.role);
            output::data(&tokens.iter().map(line).collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(Success::Fine)
}
