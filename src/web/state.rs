//! What handlers work with. They ask for no more than they use.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::secret::Passwords;
use super::throttle::Throttle;
use crate::clock::Clock;
use crate::crawl::board::Board;
use crate::store::Store;

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
    /// Cancelled when the dashboard is stopped: who waits for news is let go.
    pub closing: CancellationToken,
    /// Hashes passwords, few at a time.
    pub(crate) passwords: Passwords,
    /// Makes those wait who guess them.
    pub(crate) throttle: Arc<Throttle>,
}

impl AppState {
    /// The state of a dashboard over this store.
    pub fn new(store: Store, clock: Arc<dyn Clock>, wake: Arc<Notify>, board: Board) -> Self {
        let closing = CancellationToken::new();
        Self { store, clock, wake, board, closing, passwords: Passwords::new(), throttle: Arc::default() }
    }

    /// The same, stopped by this token.
    #[must_use]
    pub fn closed_by(self, closing: CancellationToken) -> Self {
        Self { closing, ..self }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
