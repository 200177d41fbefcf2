//! The configuration of a running `serve`: what can change while it runs is handed out here, and read again at SIGHUP.
//!
//! A configuration that cannot be used changes nothing: the one before holds, and the log says why. What is bound at the start
//! (the data directory, the address, the links) waits for the next one.

use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::keep::Keep;
use crate::jobs::declared::{self, Applied};
use crate::jobs::post::PostOffice;
use crate::notify::{Secrets, Sender};
use crate::store::Store;

/// Hands out what a configuration says, and reads it again when it is asked to. It keeps the one of the start: what waits for the
/// next one is said each time.
pub(super) struct Reload {
    config: Config,
    store: Store,
    clock: Arc<dyn Clock>,
    sender: watch::Sender<Sender>,
    secrets: watch::Sender<Arc<Secrets>>,
    keep: watch::Sender<Keep>,
    hang_ups: Signal,
}

impl Reload {
    /// Over this post office, which listens to it from now on.
    pub(super) fn new(config: &Config, app: &App, office: &mut PostOffice) -> anyhow::Result<Self> {
        let sender = watch::Sender::new(office.sender.borrow().clone());
        let secrets = watch::Sender::new(Arc::clone(&office.secrets.borrow()));
        office.sender = sender.subscribe();
        office.secrets = secrets.subscribe();
        let keep = watch::Sender::new(config.keep.clone());
        let (store, clock) = (app.store.clone(), Arc::clone(&app.clock));
        // Caught from now on: a signal that nobody catches would end the process.
        let hang_ups = signal(SignalKind::hangup()).context("SIGHUP cannot be waited for")?;
        Ok(Self { config: config.clone(), store, clock, sender, secrets, keep, hang_ups })
    }

    /// How long data are kept, now and later.
    pub(super) fn keep(&self) -> watch::Receiver<Keep> {
        self.keep.subscribe()
    }

    /// Takes the declared sites into the store.
    pub(super) async fn apply_sites(&self) -> anyhow::Result<Applied> {
        self.apply_sites_of(&self.config).await
    }

    async fn apply_sites_of(&self, config: &Config) -> anyhow::Result<Applied> {
        let sites: Vec<_> =
            config.sites.iter().map(|site| (site.start_url.clone(), site.settings.clone())).collect();
        declared::apply(&self.store, &sites, self.clock.now()).await
    }

    /// Reads the configuration again at each SIGHUP, until `stop` is cancelled.
    pub(super) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                _ = self.hang_ups.recv() => {}
                () = stop.cancelled() => return Ok(()),
            }
            match self.read_again().await {
                Ok(applied) => tracing::info!(
                    sites.added = applied.added.join(" "),
                    sites.changed = applied.changed.join(" "),
                    sites.released = applied.released.join(" "),
                    "the configuration was read again: mail, webhooks, secrets, keep and sites hold from now on"
                ),
                Err(error) => tracing::error!(
                    error = format!("{error:#}"),
                    "the configuration cannot be used; the one before still holds"
                ),
            }
        }
    }

    async fn read_again(&mut self) -> anyhow::Result<Applied> {
        let config = Config::load(self.config.file.as_deref(), |name| std::env::var(name).ok())?;
        let sender = Sender::new(config.sender(), Arc::clone(&self.clock))?;
        // First what can fail: the rest then holds, or none of it.
        let applied = self.apply_sites_of(&config).await?;
        let waiting = waiting(&self.config, &config);
        if !waiting.is_empty() {
            tracing::warn!(settings = waiting.join(", "), "these settings hold from the next start on");
        }
        self.sender.send_replace(sender);
        self.secrets.send_replace(Arc::new(config.secrets));
        self.keep.send_replace(config.keep);
        Ok(applied)
    }
}

/// What differs and is bound at the start.
fn waiting(before: &Config, now: &Config) -> Vec<&'static str> {
    [
        ("data", before.data != now.data),
        ("listen", before.listen != now.listen),
        ("public_url", before.public_url != now.public_url),
        ("[web]", before.web != now.web),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}
