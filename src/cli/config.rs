//! `gatecrawl config`: an example of a configuration, and whether one can be used. It connects to nothing.

use clap::{Args, Subcommand};

use super::{Failure, Outcome, Success, output};
use crate::clock::SystemClock;
use crate::config::{Config, EXAMPLE};
use crate::domain::keep::ROWS;
use crate::notify::Sender;
use crate::web::listen::tls;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
enum Action {
    /// Say whether the configuration can be used, and what it comes to
    Check,
    /// Print a configuration with every setting explained
    Example,
}

impl Options {
    /// Whether the configuration is needed at all: who asks for an example may have none that can be used.
    pub(super) fn needs_configuration(&self) -> bool {
        self.action == Action::Check
    }
}

pub(super) fn run(options: &Options, config: &Config) -> Outcome {
    match options.action {
        Action::Check => check(config),
        Action::Example => example(),
    }
}

/// Prints the example.
fn example() -> Outcome {
    output::data(EXAMPLE.trim_end())?;
    Ok(Success::Fine)
}

/// Tells what a configuration that was read comes to.
fn check(config: &Config) -> Outcome {
    Sender::new(config.sender(), std::sync::Arc::new(SystemClock))
        .map_err(|why| Failure::Usage(why.into()))?;
    config.web.tls.as_ref().map(tls).transpose().map_err(|why| Failure::Usage(why.into()))?;
    for line in lines(config) {
        output::data(&line)?;
    }
    output::data("The configuration can be used.")?;
    Ok(Success::Fine)
}

fn lines(config: &Config) -> Vec<String> {
    let link = config.public_url.as_ref().map_or_else(
        || "Messages have no links: public_url is not set.".to_owned(),
        |url| format!("Links in messages begin with {url}"),
    );
    let mail = config.mail.as_ref().map_or_else(
        || "No mail is sent: [mail] names no relay.".to_owned(),
        |relay| {
            let login = relay.user.as_ref().map_or_else(String::new, |user| format!(", as {user}"));
            format!("Mail is sent by {relay} ({}{login}) from {}.", relay.security.word(), relay.from)
        },
    );
    let private = if config.webhooks.allow_private { "may" } else { "may not" };
    let webhooks = format!("Webhooks {private} be at private addresses.");
    let web = &config.web;
    let speaks = if web.tls.is_some() { "HTTPS" } else { "plain HTTP" };
    let under = if web.base_path.is_empty() { "/" } else { &web.base_path };
    let proxies: Vec<_> = web.trusted_proxies.iter().map(ToString::to_string).collect();
    let proxies = if proxies.is_empty() { "no proxy".to_owned() } else { proxies.join(", ") };
    let dashboard = format!("The dashboard speaks {speaks}, is shown under {under}, and believes {proxies}.");
    let sites: Vec<_> = config.sites.iter().map(|site| site.start_url.origin().to_string()).collect();
    let sites = if sites.is_empty() {
        "No site is declared.".to_owned()
    } else {
        format!("Sites: {}.", sites.join(", "))
    };
    let kept: Vec<_> = ROWS.iter().map(|row| format!("{} {}", row.key, config.keep.of(row.kind))).collect();
    let kept = format!("Kept: {}.", kept.join(", "));
    let names: Vec<_> = config.secrets.names().collect();
    let secrets = if names.is_empty() {
        "There are no secrets.".to_owned()
    } else {
        format!("Secrets: {}.", names.join(", "))
    };
    vec![link, mail, webhooks, dashboard, secrets, kept, sites]
}
