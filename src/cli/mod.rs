//! The command line: one file a command. A command reads its arguments, calls what lies below, and writes data to stdout
//! and talk to stderr. It holds no rules.
//!
//! Exit codes: 0 fine; 1 ran, and found failing URLs at or above `--fail-on`; 2 wrong usage or configuration; 3 could not
//! do its job.

mod backup;
mod bots;
mod config;
mod crawl;
mod demo;
mod deploy;
mod diagnose;
mod doctor;
mod health;
mod install;
mod logging;
mod logs;
mod output;
mod plan;
mod progress;
mod recipient;
mod reload;
mod replay;
mod report;
mod serve;
mod service_manager;
mod site;
mod token;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};

use self::logging::Logging;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::fetch::egress::Probe;
use crate::jobs::post::{PostOffice, fixed};
use crate::notify::Sender;
use crate::shutdown;
use crate::store::{FILE_NAME, Store, StoreError};

/// Tells brief 502s from persistent ones: crawls sites as a search crawler does, and records how long they failed.
#[derive(Debug, Parser)]
#[command(name = "gatecrawl", version = crate::VERSION, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Where the database is when nobody says anything else.
const USUAL_DATA: &str = "gatecrawl-data";

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// The directory that holds the database; made when it is not there [default: gatecrawl-data]
    #[arg(long, global = true, env = "GATECRAWL_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration; `config example` prints one
    #[arg(long, global = true, env = "GATECRAWL_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    log: logging::Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scheduler, crawler and dashboard in one process
    Serve(serve::Options),
    /// Crawl a site now
    Crawl(Box<crawl::Options>),
    /// Sites and their settings
    Site(site::Options),
    /// Deploys, so that an outage that begins with one says so
    Deploy(deploy::Options),
    /// Who may log in to the dashboard
    User(user::Options),
    /// Tokens by which programs ask the API
    Token(token::Options),
    /// What search bots really met, from access logs
    Logs(Box<logs::Options>),
    /// The bots that are known in access logs, and the lists of their addresses
    Bots(bots::Options),
    /// Judge recorded observations with a policy
    Replay(replay::Options),
    /// Who sent an error answer, and why
    Diagnose(diagnose::Options),
    /// Look at it without a site of your own: made-up history, and a site on this machine that really fails
    Demo(demo::Options),
    /// Whether everything works that Gatecrawl needs
    Doctor(doctor::Options),
    /// What outages a schedule would see
    Plan(plan::Options),
    /// Those who are told, of what and when
    Recipient(recipient::Options),
    /// The summary of a day, a week or a month: shown, written to a file, or sent
    Report(report::Options),
    /// The configuration: an example, and whether it can be used
    Config(config::Options),
    /// Copy the database, also while it is in use
    Backup(backup::Backup),
    /// Put a backup in the place of the database
    Restore(backup::Restore),
    /// Whether a running `serve` is ready, for health checks
    Health(health::Options),
    /// Print completions for a shell
    Completions(install::Completions),
    /// The manual: a page for each command
    Man(install::ManPages),
}

impl Command {
    /// Some are asked for before there is a configuration, or while it is broken.
    fn needs_configuration(&self) -> bool {
        match self {
            Self::Config(options) => options.needs_configuration(),
            Self::Completions(_) | Self::Man(_) | Self::Demo(_) => false,
            _ => true,
        }
    }
}

/// The form of what goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// Rows, for spreadsheets.
    Csv,
}

/// Why a command ended badly; it tells the exit code.
#[derive(Debug)]
enum Failure {
    /// The arguments or the configuration are wrong.
    Usage(anyhow::Error),
    /// It could not do its job.
    Job(anyhow::Error),
}

/// Why a command ended well, or nearly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Success {
    /// All is fine.
    Fine,
    /// It found failing URLs at or above `--fail-on`.
    FoundFailing,
    /// It did its job, but part of its input could not be read.
    BadInput,
}

type Outcome = Result<Success, Failure>;

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Job(error.into())
    }
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows where each goes.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let logging =
        cli.common.log.start(if matches!(cli.command, Command::Serve(_)) { "info" } else { "error" });
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return exit_code(Err(Failure::Job(error.into()))),
    };
    let entered = runtime.enter();
    if let Err(error) = shutdown::outlive_file_limits() {
        return exit_code(Err(Failure::Job(error.into())));
    }
    drop(entered);
    // On a worker's thread: what a crawl hands back and forth would else wake another thread each time.
    let mut command = tokio::task::JoinSet::new();
    command.spawn_on(dispatch(cli, logging), runtime.handle());
    match runtime.block_on(command.join_next()) {
        Some(Ok(done)) => exit_code(done),
        Some(Err(died)) => exit_code(Err(Failure::Job(died.into()))),
        None => ExitCode::SUCCESS,
    }
}

async fn dispatch(cli: Cli, logging: Logging) -> Outcome {
    let config = if cli.command.needs_configuration() {
        configuration(cli.common.config.as_deref())?
    } else {
        Config::load(None, |_| None)?
    };
    let data = cli.common.data.or_else(|| config.data.clone()).unwrap_or_else(|| PathBuf::from(USUAL_DATA));
    let done = commanded(cli.command, &data, &config, logging).await;
    done.map_err(|failure| placed(failure, &data))
}

/// What cannot be done with a database says which one that is.
fn placed(failure: Failure, data: &std::path::Path) -> Failure {
    match failure {
        Failure::Job(error)
            if error.chain().filter_map(|cause| cause.downcast_ref()).any(StoreError::is_of_the_database) =>
        {
            Failure::Job(error.context(data.join(FILE_NAME).display().to_string()))
        }
        other => other,
    }
}

async fn commanded(command: Command, data: &std::path::Path, config: &Config, logging: Logging) -> Outcome {
    match command {
        Command::Serve(options) => serve::run(options, data, config, logging).await,
        Command::Crawl(options) => Box::pin(crawl::run(*options, data)).await,
        Command::Site(options) => site::run(options, data).await,
        Command::Deploy(options) => deploy::run(options, data).await,
        Command::Diagnose(options) => diagnose::run(&options).await,
        Command::Doctor(options) => doctor::run(&options, data, config).await,
        Command::Plan(options) => plan::run(&options, data).await,
        Command::Logs(options) => Box::pin(logs::run(*options, data)).await,
        Command::Bots(options) => bots::run(options, data).await,
        Command::Replay(options) => replay::run(&options),
        Command::User(options) => user::run(options, data).await,
        Command::Token(options) => token::run(options, data).await,
        Command::Recipient(options) => recipient::run(options, data, config).await,
        Command::Report(options) => report::run(&options, data, config).await,
        Command::Health(options) => health::run(&options, config).await,
        Command::Config(options) => config::run(&options, config),
        Command::Demo(options) => demo::run(options).await,
        Command::Completions(options) => install::completions(&options),
        Command::Man(options) => install::man(&options),
        Command::Backup(options) => backup::back_up(&options, data).await,
        Command::Restore(options) => backup::restore(&options, data).await,
    }
}

/// What the file and the environment say; a command runs on all of it, or not at all.
fn configuration(file: Option<&std::path::Path>) -> Result<Config, Failure> {
    // A variable that is no Unicode is no setting of ours.
    Config::load(file, |name| std::env::var(name).ok()).map_err(|why| Failure::Usage(why.into()))
}

fn exit_code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Success::Fine) => ExitCode::SUCCESS,
        Ok(Success::FoundFailing) => ExitCode::from(1),
        Ok(Success::BadInput) => ExitCode::from(3),
        Err(Failure::Usage(error)) => complain(&error, 2),
        Err(Failure::Job(error)) => complain(&error, 3),
    }
}

fn complain(error: &anyhow::Error, code: u8) -> ExitCode {
    output::talk(&format!("gatecrawl: {}", told(error)));
    ExitCode::from(code)
}

/// The error with its causes, each told once: some errors tell their cause in their own words already.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        known if known.contains(in_its_own_words(&cause)) => told,
        _ => format!("{told}: {cause}"),
    })
}

/// What the engine says, without who passed it on.
fn in_its_own_words(cause: &str) -> &str {
    let said = cause.strip_prefix("error returned from database: ").unwrap_or(cause);
    let said = said.strip_prefix("(code: ").and_then(|rest| rest.split_once(") "));
    said.map_or(cause, |(_, words)| words)
}

/// What commands that fetch take.
#[derive(Debug, Args)]
struct Connection {
    /// A host that shows whether this machine's own connection works, asked before a site is called down (may be
    /// repeated) [default: the hosts of the other sites]
    #[arg(
        long = "egress-probe",
        value_name = "HOST:PORT",
        env = "GATECRAWL_EGRESS_PROBES",
        value_delimiter = ','
    )]
    egress_probes: Vec<Probe>,
}

/// Opens the store; a data directory that cannot be used is a matter of configuration.
async fn open(data: &std::path::Path) -> Result<App, Failure> {
    open_to_fetch(data, &Connection { egress_probes: Vec::new() }).await
}

/// Opens the store for a command that fetches.
async fn open_to_fetch(data: &std::path::Path, connection: &Connection) -> Result<App, Failure> {
    use crate::store::OpenError;
    App::open(data, connection.egress_probes.clone()).await.map_err(|error| match error {
        OpenError::Directory { .. } | OpenError::Unwritable { .. } => Failure::Usage(error.into()),
        OpenError::NoRoom { .. }
        | OpenError::File { .. }
        | OpenError::Damaged { .. }
        | OpenError::Newer { .. }
        | OpenError::Altered { .. }
        | OpenError::Migrate { .. } => Failure::Job(error.into()),
    })
}

/// Who writes and delivers messages.
fn post_office(app: &App, config: &Config) -> Result<PostOffice, Failure> {
    office_over(&app.store, &app.clock, config)
}

fn office_over(store: &Store, clock: &Arc<dyn Clock>, config: &Config) -> Result<PostOffice, Failure> {
    Ok(PostOffice {
        store: store.clone(),
        clock: Arc::clone(clock),
        sender: fixed(Sender::new(config.sender(), Arc::clone(clock))?),
        secrets: fixed(Arc::new(config.secrets.clone())),
        base: base(config),
    })
}

/// Where the dashboard is, for links.
fn base(config: &Config) -> String {
    let here = || format!("http://{}", config.listen.unwrap_or(serve::USUAL_ADDRESS));
    config.public_url.as_ref().map_or_else(here, |url| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_cause_that_an_error_tells_itself_is_not_told_twice() {
        let cause = std::io::Error::other("no space left");
        let error = anyhow::Error::new(cause)
            .context("the disk failed (no space left): make room")
            .context("no crawl");
        assert_eq!(told(&error), "no crawl: the disk failed (no space left): make room");
        for engine in
            ["error returned from database: (code: 11) it is malformed", "(code: 11) it is malformed"]
        {
            let error = anyhow::Error::msg(engine).context("it failed: it is malformed");
            assert_eq!(told(&error), "it failed: it is malformed");
        }
    }

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
