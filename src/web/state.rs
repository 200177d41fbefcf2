//! What the handlers share.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::secret::Passwords;
use super::throttle::Throttle;
use crate::clock::Clock;
use crate::store::Store;

/// What a handler needs; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    pub(crate) store: Store,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Arc<Throttle>,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
}

impl AppState {
    /// Over a store; `wake` is notified when somebody asks for work that should begin at once.
    pub fn new(store: Store, clock: Arc<dyn Clock>, wake: Arc<Notify>) -> Self {
        Self { store, passwords: Passwords::new(), throttle: Arc::default(), clock, wake }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// There is work to begin at once.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}
