//! `gatecrawl serve`: scheduler, crawler and dashboard in one process, until SIGTERM or Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::logging::Logging;
use super::reload::Reload;
use super::{Failure, Outcome, Success, output, service_manager};
use crate::app::App;
use crate::config::Config;
use crate::domain::site::Site;
use crate::jobs::driver::Driver;
use crate::jobs::follow::{Follow, Followers};
use crate::jobs::import::Importer;
use crate::jobs::post::PostOffice;
use crate::jobs::tidy::Tidy;
use crate::store::readiness::Readiness;
use crate::web;
use crate::{shutdown, web::AppState};

/// Where the dashboard listens when nobody says anything else.
pub(super) const USUAL_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8502));

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The address of the dashboard [default: 127.0.0.1:8502]
    #[arg(long, value_name = "ADDRESS:PORT", env = "GATECRAWL_LISTEN")]
    listen: Option<SocketAddr>,
    /// Follow the access log of a known site as it is written (may be repeated)
    #[arg(long, value_name = "SITE=PATH", env = "GATECRAWL_FOLLOW", value_delimiter = ',')]
    follow: Vec<Follow>,
    #[command(flatten)]
    logs: super::logs::reading::LogReading,
    #[command(flatten)]
    connection: super::Connection,
}

pub(super) async fn run(options: Options, data: &Path, config: &Config, logging: Logging) -> Outcome {
    let (reading, verifier) = (options.logs.reading()?, options.logs.verifier(data)?);
    let changes = logging.take_signals()?;
    let tls = config.web.tls.as_ref().map(web::listen::tls).transpose();
    let tls = tls.map_err(|why| Failure::Usage(why.into()))?;
    let listener = bind(options.listen.or(config.listen).unwrap_or(USUAL_ADDRESS)).await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let here = format!("{scheme}://{}{}", listener.local_addr()?, config.web.base_path);
    let app = super::open_to_fetch(data, &options.connection).await?;
    let (store, clock) = (app.store.clone(), Arc::clone(&app.clock));
    let service = Service::new(&app, config, &here)?;
    service.reload.apply_sites().await?;
    let logs = logs(&app, &options.follow).await?;
    let (writer, trust) = (app.patrols.writer.clone(), options.logs.trust_user_agent);
    let importer = Arc::new(Importer { writer, verifier, trust });
    let state = service.state(&app, config).importing_by(Arc::clone(&importer), reading.clone());
    let signals = shutdown::Signals::catch()?;
    announce(&here, &app).await?;

    let stop = CancellationToken::new();
    let mut parts = JoinSet::new();
    parts.spawn(signals.obey(stop.clone()));
    parts.spawn(changes.make(stop.clone()));
    let followers = Followers { store: store.clone(), importer, clock, reading };
    parts.spawn(followers.run(logs, stop.clone()));
    let dashboard = web::make_app(state.serving(stop.clone()));
    parts.spawn(web::listen::serve(listener, tls, dashboard, stop.clone()));
    let writer = service.start(app, &mut parts, &stop);
    let result = wait(&mut parts, &stop).await;
    // Every hand of the writer is gone by now: it stores what it has, and ends.
    drop(parts);
    writer.join_all().await;
    store.close().await;
    result?;
    Ok(Success::Fine)
}

/// What works beside the dashboard.
struct Service {
    office: PostOffice,
    reload: Reload,
    readiness: Readiness,
    wake: Arc<Notify>,
}

impl Service {
    fn new(app: &App, config: &Config, here: &str) -> Result<Self, Failure> {
        let mut office = super::post_office(app, config)?;
        if config.public_url.is_none() {
            here.clone_into(&mut office.base);
        }
        let reload = Reload::new(config, app, &mut office)?;
        let readiness = Readiness::new(app.store.clone(), app.patrols.writer.clone());
        Ok(Self { office, reload, readiness, wake: Arc::default() })
    }

    fn state(&self, app: &App, config: &Config) -> AppState {
        AppState::new(self.office.clone(), Arc::clone(&self.wake), app.patrols.board.clone())
            .looking_by(Arc::clone(&app.patrols.fetch_for))
            .ready_by(self.readiness.clone())
            .keeping(self.reload.keep())
            .reached_by(&config.web)
    }

    /// Starts all of it, and the writer, which outlives the others.
    fn start(
        self,
        app: App,
        parts: &mut JoinSet<anyhow::Result<()>>,
        stop: &CancellationToken,
    ) -> JoinSet<()> {
        let App { store, clock, patrols, writer_task } = app;
        parts.spawn(Tidy { store, clock, keep: self.reload.keep() }.run(stop.clone()));
        parts.spawn(Driver::new(patrols, self.wake).run(stop.clone()));
        parts.spawn(self.office.run(stop.clone()));
        parts.spawn(self.reload.run(stop.clone()));
        parts.spawn(service_manager::attend(self.readiness, stop.clone()));
        JoinSet::from_iter([writer_task.run()])
    }
}

/// Says where the dashboard is, and how the first account is made while there is none.
async fn announce(here: &str, app: &App) -> Result<(), Failure> {
    output::data(&format!("Gatecrawl listens on {here}/"))?;
    if let Some(token) = web::auth::new_setup_link(&app.store, app.clock.now()).await? {
        output::data(&format!("Make the first account, with this link, once: {here}/setup/{token}"))?;
    }
    Ok(())
}

/// The logs that are followed, each with its site, which must be known.
async fn logs(app: &App, follow: &[Follow]) -> Result<Vec<(Site, PathBuf)>, Failure> {
    let mut logs = Vec::with_capacity(follow.len());
    for Follow { site, path } in follow {
        logs.push((super::site::known(app, site).await?, path.clone()));
    }
    Ok(logs)
}

pub(super) async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Job(anyhow!("{address} cannot be listened on ({error}): is another Gatecrawl running? Choose another port with --listen 127.0.0.1:8503"))
    })
}

/// Waits until every part has come to its end; the first that ends by itself before that stops the others.
pub(super) async fn wait(
    parts: &mut JoinSet<anyhow::Result<()>>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    /// The part that waits for a second signal never ends by itself.
    const LISTENING: usize = 1;
    let mut result = Ok(());
    while parts.len() > LISTENING {
        let Some(ended) = parts.join_next().await else { break };
        let ended = ended.context("a part of the program died").and_then(|ended| ended);
        if !stop.is_cancelled() || ended.is_err() {
            stop.cancel();
            result = result.and(ended);
        }
    }
    parts.abort_all();
    result
}
