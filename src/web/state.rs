//! What handlers work with. They ask for no more than they use.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::front::Front;
use super::secret::Passwords;
use super::shared::{SHARED_FOR, Shared};
use super::throttle::Throttle;
use crate::accesslog::parser::Options as Reading;
use crate::clock::Clock;
use crate::config;
use crate::crawl::board::Board;
use crate::domain::keep::Keep;
use crate::jobs::import::Importer;
use crate::jobs::patrol::FetchFor;
use crate::jobs::post::{PostOffice, fixed};
use crate::store::Store;
use crate::store::readiness::Readiness;

/// The parts that pages need; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// What was seen.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Wakes the driver, so that what a person asks for begins at once.
    pub wake: Arc<Notify>,
    /// The runs that are under way in this process.
    pub board: Board,
    /// Who writes and delivers messages.
    pub office: PostOffice,
    /// Who fetches for a look at a site that is not added yet; `None`: nobody.
    pub fetch_for: Option<FetchFor>,
    /// Who takes in logs that are uploaded, and how they are read; `None`: nobody.
    pub importer: Option<(Arc<Importer>, Reading)>,
    /// How long data are kept.
    pub keep: watch::Receiver<Keep>,
    /// Cancelled when the dashboard is stopped: who waits for news is let go.
    pub closing: CancellationToken,
    /// What it shows is made up, and every page says so.
    pub is_demo: bool,
    /// Says whether what is seen can be recorded; `None`: nobody asks.
    pub readiness: Option<Readiness>,
    /// How the dashboard is reached.
    pub(crate) front: Front,
    /// Answers that several readers share.
    pub(crate) shared: Arc<Shared>,
    /// For how long; zero: not at all.
    pub(crate) shared_for: Duration,
    /// Hashes passwords, few at a time.
    pub(crate) passwords: Passwords,
    /// Makes those wait who guess them.
    pub(crate) throttle: Arc<Throttle>,
}

impl AppState {
    /// The state of a dashboard over the store of this post office.
    pub fn new(office: PostOffice, wake: Arc<Notify>, board: Board) -> Self {
        let closing = CancellationToken::new();
        let shared = Arc::default();
        let shared_for = Duration::ZERO;
        Self {
            store: office.store.clone(),
            clock: Arc::clone(&office.clock),
            office,
            wake,
            board,
            closing,
            fetch_for: None,
            importer: None,
            is_demo: false,
            readiness: None,
            front: Front::default(),
            keep: fixed(Keep::default()),
            shared,
            shared_for,
            passwords: Passwords::new(),
            throttle: Arc::default(),
        }
    }

    /// The same, able to look at sites that are not added yet.
    #[must_use]
    pub fn looking_by(self, fetch_for: FetchFor) -> Self {
        Self { fetch_for: Some(fetch_for), ..self }
    }

    /// The same, able to take in logs.
    #[must_use]
    pub fn importing_by(self, importer: Arc<Importer>, reading: Reading) -> Self {
        Self { importer: Some((importer, reading)), ..self }
    }

    /// The same of a demo.
    #[must_use]
    pub fn of_demo(self) -> Self {
        Self { is_demo: true, ..self }
    }

    /// The same, able to say whether it is ready.
    #[must_use]
    pub fn ready_by(self, readiness: Readiness) -> Self {
        Self { readiness: Some(readiness), ..self }
    }

    /// The same, reached in this way.
    #[must_use]
    pub fn reached_by(self, web: &config::Web) -> Self {
        Self { front: Front::new(web), ..self }
    }

    /// The same, telling how long data are kept.
    #[must_use]
    pub fn keeping(self, keep: watch::Receiver<Keep>) -> Self {
        Self { keep, ..self }
    }

    /// The same for many readers: stopped by this token, and with answers that are shared for a moment.
    #[must_use]
    pub fn serving(self, closing: CancellationToken) -> Self {
        Self { closing, shared_for: SHARED_FOR, ..self }
    }

    #[cfg(test)]
    pub(crate) fn sharing_for(self, shared_for: Duration) -> Self {
        Self { shared_for, ..self }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
