//! Whether what is seen can be stored. A full disk, or one that fails, stops the recording and nothing else: pages still come,
//! nobody fetches what could not be kept, and as soon as a write succeeds again it goes on. What was acknowledged before is in
//! the file.
//!
//! What a reader would question: one failed write is enough. A batch that could not be stored is lost to memory and must be
//! fetched again, so the next one is not risked either; to find out costs one small write every few seconds.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::{Store, StoreError, data_directory, millis};

/// So much must be free before recording goes on: less, and it would stop again at once.
pub const ROOM_NEEDED: u64 = 16 * 1024 * 1024;

/// The size of the write that shows that there is room: about a batch of observations.
const BALLAST: usize = 256 * 1024;

/// Nothing can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standstill {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What the database said, and what to do.
    pub why: String,
}

/// How the recording stands; shared by all clones of a store.
#[derive(Debug, Default)]
pub(super) struct Recording(Mutex<Option<Standstill>>);

impl Recording {
    fn state(&self) -> std::sync::MutexGuard<'_, Option<Standstill>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Since when nothing can be stored, and why; `None`: all is well as far as is known.
    pub fn standstill(&self) -> Option<Standstill> {
        self.recording.state().clone()
    }

    /// Notes that something could not be stored. It is logged once, however often it is noted.
    pub(super) fn stop_recording(&self, why: &StoreError, now: DateTime<Utc>) {
        let mut state = self.recording.state();
        if state.is_none() {
            tracing::error!(error = %why, "recording has stopped: nothing is fetched until something can be stored again");
            *state = Some(Standstill { since: now, why: why.to_string() });
        }
    }

    /// Finds out by a write whether something can be stored, and says so in the log when that has changed.
    pub async fn check_recording(&self, now: DateTime<Utc>) -> bool {
        let is_tight = data_directory::room(self.directory()).is_ok_and(|room| room.free < ROOM_NEEDED);
        if is_tight && self.standstill().is_some() {
            return false;
        }
        match self.write_ballast(now).await {
            Ok(()) => {
                if let Some(before) = self.recording.state().take() {
                    tracing::info!(since = %before.since, "recording goes on");
                }
                true
            }
            Err(error) => {
                self.stop_recording(&error, now);
                false
            }
        }
    }

    async fn write_ballast(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let written = "insert into recording_check (id, checked_at, ballast) values (1, $1, $2)
             on conflict (id) do update set checked_at = excluded.checked_at, ballast = excluded.ballast";
        // Two writes: the first takes the room, the second leaves none of it in use.
        for ballast in [vec![0u8; BALLAST], Vec::new()] {
            sqlx::query(written).bind(millis(now)).bind(ballast).execute(&self.db.writer).await?;
        }
        Ok(())
    }
}
