//! `gatecrawl demo`: a dashboard over made-up history and over a site on this machine that really fails, until Ctrl-C. It
//! reads no configuration and no `--data`: what it needs lies in a directory of its own, which is removed at the end.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::Args;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Failure, Outcome, Success, output, serve};
use crate::app::App;
use crate::config::Config;
use crate::demo::{LiveSite, SCRIPT, add_live_site, look_again, write_history};
use crate::jobs::driver::Driver;
use crate::shutdown;
use crate::web::{self, AppState};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The address of the dashboard; port 0 is any that is free
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Keep the data in this directory, which must be new or empty
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
}

/// Where the data are.
enum Data {
    /// Removed with this value.
    Passing(TempDir),
    Kept(PathBuf),
}

pub(super) async fn run(options: Options) -> Outcome {
    let listener = serve::bind(options.listen).await?;
    let data = Data::make(options.keep)?;
    output::data(
        "This is a demo: made-up sites, and one on this machine that fails on purpose. It touches no other data.",
    )?;
    let shown = show(listener, &data, !options.no_open).await;
    // A thing that cannot be removed is told, and what went wrong before it first.
    let removed = data.leave();
    shown?;
    output::data(&removed?)?;
    Ok(Success::Fine)
}

impl Data {
    fn make(keep: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(directory) = keep else {
            let made = tempfile::Builder::new().prefix("gatecrawl-demo-").tempdir();
            let made = made
                .context("the demo needs a directory for its data: set TMPDIR to one that can be written")?;
            return Ok(Self::Passing(made));
        };
        // What cannot be read is refused by the store, which says why.
        let is_used = std::fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some());
        if is_used {
            let why =
                anyhow!("{} is not empty: give --keep a directory that is new or empty", directory.display());
            return Err(Failure::Usage(why));
        }
        Ok(Self::Kept(directory))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Passing(directory) => directory.path(),
            Self::Kept(directory) => directory,
        }
    }

    /// Removes what shall not stay; says what became of it.
    fn leave(self) -> anyhow::Result<String> {
        match self {
            Self::Passing(directory) => {
                let path = directory.path().to_owned();
                let why = || format!("{} could not be removed: remove it by hand", path.display());
                directory.close().with_context(why)?;
                Ok("The demo is over, and its data are gone.".to_owned())
            }
            Self::Kept(directory) => {
                let at = directory.display();
                Ok(format!(
                    "The demo is over; its data stay in {at}. To look at them again: gatecrawl serve --data {at}\nIf it asks for a password: gatecrawl user password demo --data {at}"
                ))
            }
        }
    }
}

/// Makes up the history, starts everything, and waits for the end.
async fn show(listener: TcpListener, data: &Data, open: bool) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let app = super::open(data.path()).await?;
    // Neither a file nor the environment: a demo sends no mail of a real installation.
    let config = Config::load(None, |_| None)?;
    let mut office = super::post_office(&app, &config)?;
    office.base = format!("http://{address}");
    let App { store, clock, patrols, writer_task } = app;
    let writer = JoinSet::from_iter([writer_task.run()]);
    output::talk("Making up the last 90 days ...");
    write_history(&store, &patrols.writer, clock.now()).await?;
    let live = LiveSite::bind().await?;
    let watched = add_live_site(&store, &live, clock.now()).await?;
    let token = web::auth::new_setup_link(&store, clock.now())
        .await?
        .context("the directory has an account already")?;
    let link = format!("http://{address}/demo/{token}");
    let signals = shutdown::Signals::catch()?;
    tell(&link, live.url().trim_end_matches('/'), watched.id.0, address)?;
    let (stop, wake) = (CancellationToken::new(), Arc::new(Notify::new()));
    let state = AppState::new(office.clone(), Arc::clone(&wake), patrols.board.clone())
        .looking_by(Arc::clone(&patrols.fetch_for))
        .serving(stop.clone())
        .of_demo();
    let mut parts: JoinSet<anyhow::Result<()>> = JoinSet::new();
    parts.spawn(signals.obey(stop.clone()));
    // Outlives the crawl that is under way when the end comes.
    let mut faulty = JoinSet::from_iter([live.run(Arc::clone(&clock))]);
    faulty.spawn(look_again(store.clone(), watched.id, Arc::clone(&wake), clock));
    parts.spawn(Driver::new(patrols, wake).run(stop.clone()));
    parts.spawn(office.run(stop.clone()));
    let app = web::make_app(state).into_make_service_with_connect_info::<SocketAddr>();
    let until = stop.clone().cancelled_owned();
    parts.spawn(async move { Ok(axum::serve(listener, app).with_graceful_shutdown(until).await?) });
    if open {
        open_browser(&link);
    }
    let result = serve::wait(&mut parts, &stop).await;
    drop((parts, faulty));
    writer.join_all().await;
    store.close().await;
    Ok(result?)
}

fn tell(link: &str, live: &str, site: i64, address: SocketAddr) -> std::io::Result<()> {
    let [section, whole] = SCRIPT;
    output::data(&format!("Open it, with this link, once: {link}"))?;
    output::data(&format!("The faulty site is {live}, and its page is http://{address}/sites/{site}"))?;
    output::data(&format!(
        "  {}* answers 502 in {} s, and goes on: after 40 s it is persistent.\n  Once a minute all the rest answers 503 for {} s, as by a deploy: that is brief.",
        section.prefix, section.first, whole.lasts
    ))?;
    output::data("Ctrl-C ends it.")
}

/// Opens a browser where there is a screen and a person; where that fails, the link has been printed.
fn open_browser(link: &str) {
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if std::io::stdout().is_terminal() && (has_screen || cfg!(target_os = "macos")) {
        let quiet = Command::new(opener)
            .arg(link)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        if quiet.is_err() {
            output::talk("No browser could be opened: open the link by hand.");
        }
    }
}
