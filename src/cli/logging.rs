//! The log: what goes to stderr while a command works, how much of it, and in which form.
//!
//! It is not what a command prints. How much is logged can be changed while `serve` runs: SIGUSR1 turns on everything that
//! Gatecrawl itself has to tell, and a second one turns it off again. A signal needs no port, no file and no restart, which
//! would lose the very state that one wants to look into.

#![expect(
    clippy::doc_markdown,
    reason = "the documentation of options is the text of `--help`, which shows backticks as they are"
)]

use std::io::{IsTerminal, stderr};
use std::str::FromStr;

use clap::{Args, ValueEnum};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

/// What is logged beside the rest while SIGUSR1 has turned it on.
const EVERYTHING_OF_OURS: &str = "gatecrawl=debug";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// How much is logged to stderr: error, warn, info, debug, trace, or as RUST_LOG has it, such as info,sqlx=debug [default:
    /// RUST_LOG, else info for serve and error for the rest]
    #[arg(long, global = true, value_name = "LEVEL", value_parser = level)]
    log: Option<String>,
    /// The form of the log
    #[arg(
        long,
        global = true,
        env = "GATECRAWL_LOG_AS",
        value_enum,
        default_value = "human",
        value_name = "FORM"
    )]
    log_as: Form,
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Human,
    /// For programs: an object a line.
    Json,
}

/// Changes how much is logged.
#[derive(Debug)]
pub(super) struct Logging {
    filter: Handle<EnvFilter, Registry>,
    usual: String,
}

/// Waits for signals that ask for another level.
#[derive(Debug)]
pub(super) struct Changes {
    logging: Logging,
    asked: Signal,
}

impl Options {
    /// Starts the log; `usual` is the level when nobody says one.
    pub(super) fn start(&self, usual: &str) -> Logging {
        let by_environment = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|text| level(text).is_ok());
        let usual = self.log.clone().or(by_environment).unwrap_or_else(|| usual.to_owned());
        let (filter, handle) = reload::Layer::new(EnvFilter::new(&usual));
        let lines = fmt::layer().with_writer(stderr).with_target(false);
        let lines = match self.log_as {
            Form::Human => lines.with_ansi(stderr().is_terminal()).boxed(),
            Form::Json => {
                lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
            }
        };
        tracing_subscriber::registry().with(filter).with(lines).init();
        Logging { filter: handle, usual }
    }
}

impl Logging {
    /// Takes the signal from now on: one that nobody takes ends the process.
    pub(super) fn take_signals(self) -> std::io::Result<Changes> {
        Ok(Changes { logging: self, asked: signal(SignalKind::user_defined1())? })
    }

    fn set(&self, is_more: bool) -> anyhow::Result<()> {
        let more = format!("{},{EVERYTHING_OF_OURS}", self.usual);
        self.filter.reload(EnvFilter::new(if is_more { &more } else { &self.usual }))?;
        let now = if is_more { "everything of Gatecrawl" } else { "as usual" };
        tracing::warn!(log.level = now, "what is logged has changed; SIGUSR1 changes it back");
        Ok(())
    }
}

impl Changes {
    /// Logs more at one SIGUSR1, and as usual at the next, until everything stops.
    pub(super) async fn make(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut is_more = false;
        while stop.run_until_cancelled(self.asked.recv()).await.flatten().is_some() {
            is_more = !is_more;
            self.logging.set(is_more)?;
        }
        stop.cancelled().await;
        Ok(())
    }
}

/// A level, or directives as `RUST_LOG` has them.
fn level(text: &str) -> Result<String, String> {
    EnvFilter::from_str(text).map(|_| text.to_owned()).map_err(|why| {
        format!(
            "{why}: write error, warn, info, debug or trace, or a level for a part, such as info,sqlx=debug"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_word_or_directives() {
        for good in ["error", "debug", "info,sqlx=debug", "gatecrawl::crawl=trace"] {
            assert_eq!(level(good), Ok(good.to_owned()));
        }
        assert!(level("gatecrawl=loud").unwrap_err().contains("warn"));
    }
}
