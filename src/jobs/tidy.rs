//! The daily round of the house: what is older than it is kept goes, the file gives space back, and what is left is counted.
//!
//! It runs when the process starts, too: one that is restarted every night would else never do it. What cannot be done today is
//! tried again in an hour.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::keep::{Keep, ROWS};
use crate::domain::span::Span;
use crate::store::{Store, StoreError};

/// How often it goes round.
const EVERY: Span = Span::hours(24);

/// How often it looks whether it is time, in which a clock that was set is noticed.
const POLL: Duration = Duration::from_mins(1);

/// How long it rests after it failed.
const REST: Duration = Duration::from_hours(1);

/// How long the writer has for others between two batches.
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps the database small.
pub struct Tidy {
    /// What is tidied.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How long each kind is kept; it may change meanwhile.
    pub keep: watch::Receiver<Keep>,
}

impl Tidy {
    /// Works until `stop` is cancelled.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut last: Option<DateTime<Utc>> = None;
        while !stop.is_cancelled() {
            let now = self.clock.now();
            let is_due = last.is_none_or(|at| now - at >= EVERY.delta() || at > now);
            let mut rest = POLL;
            if is_due && self.store.standstill().is_none() {
                match self.round(now, &stop).await {
                    Ok(()) => last = Some(now),
                    Err(error) => {
                        tracing::warn!(%error, "old data could not be removed; trying again in an hour");
                        rest = REST;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                Ok(()) = self.keep.changed() => last = None,
                () = stop.cancelled() => {}
            }
        }
        Ok(())
    }

    async fn round(&self, now: DateTime<Utc>, stop: &CancellationToken) -> Result<(), StoreError> {
        let keep = self.keep.borrow().clone();
        for row in ROWS {
            let Some(before) = keep.limit(row.kind, now) else { continue };
            let mut removed = 0;
            while !stop.is_cancelled() {
                let some = self.store.forget_some(row.kind, before).await?;
                removed += some;
                if some == 0 {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
            if removed > 0 {
                tracing::info!(kind = row.key, rows = removed, %before, "old data removed");
            }
        }
        while !stop.is_cancelled() && self.store.give_back_space().await? {
            tokio::time::sleep(PAUSE).await;
        }
        self.store.measure(now).await
    }
}
