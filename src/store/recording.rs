//! Whether what is seen can be stored. A full disk, or one that fails, stops the recording and nothing else: pages still come,
//! nobody fetches what could not be kept, and as soon as a write succeeds again it goes on. What was acknowledged before is in
//! the file.
//!
//! What a reader would question: one failed write is enough. A batch that could not be stored is lost to memory and must be
//! fetched again, so the next one is not risked either; to find out costs one small write every few seconds.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;

use super::trouble::Trouble;
use super::{Store, StoreError, data_directory, instant, millis};

/// So much must be free before recording goes on: less, and it would stop again at once.
pub const ROOM_NEEDED: u64 = 16 * 1024 * 1024;

/// Nothing can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standstill {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What the database said, and what to do.
    pub why: String,
    /// It does not end by itself: the file is damaged, and what is written into it may be lost.
    pub is_final: bool,
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
        let is_final = why.trouble() == Some(Trouble::Damaged);
        let mut state = self.recording.state();
        match &mut *state {
            Some(before) if before.is_final || !is_final => return,
            Some(before) => *before = Standstill { why: why.to_string(), is_final, ..before.clone() },
            None => *state = Some(Standstill { since: now, why: why.to_string(), is_final }),
        }
        let until = if is_final { "Gatecrawl is started anew" } else { "something can be stored again" };
        tracing::error!(error = %why, "recording has stopped: nothing is fetched until {until}");
    }

    /// Notes an error that shows that the database is damaged, wherever it was met; `false`: it shows something else.
    pub fn note_damage(&self, error: &(dyn std::error::Error + 'static), now: DateTime<Utc>) -> bool {
        let Some((Trouble::Damaged, why)) = Trouble::within(error) else { return false };
        self.stop_recording(&StoreError::Damaged { path: self.db.path.clone(), why }, now);
        true
    }

    /// Whether the database is still where it was opened. Without this a file that was removed would be written to until the end of
    /// the process, and be gone with it.
    pub fn is_in_place(&self, now: DateTime<Utc>) -> bool {
        let is_same = data_directory::identity(&self.db.path).is_ok_and(|here| here == self.db.identity);
        if !is_same {
            self.stop_recording(&StoreError::Moved(self.db.path.clone()), now);
        }
        is_same
    }

    /// The instant of the newest batch that was stored; `None`: none was, or it cannot be read.
    pub async fn newest_batch(&self) -> Option<DateTime<Utc>> {
        let at: Result<Option<i64>, _> = sqlx::query_scalar("select max(checked_at) from recording_check")
            .fetch_one(&self.db.reader)
            .await;
        at.ok().flatten().map(instant)
    }

    /// Finds out by a write whether something can be stored, and says so in the log when that has changed.
    pub async fn check_recording(&self, now: DateTime<Utc>) -> bool {
        if self.standstill().is_some_and(|still| still.is_final) || !self.is_in_place(now) {
            return false;
        }
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
        for ballast in [vec![0u8; data_directory::TRIAL], Vec::new()] {
            sqlx::query(written).bind(millis(now)).bind(ballast).execute(&self.db.writer).await?;
        }
        Ok(())
    }
}

/// Notes the instant of a batch, in its transaction.
pub(super) async fn note_batch(db: &mut SqliteConnection, newest: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query(
        "insert into recording_check (id, checked_at, ballast) values (1, $1, $2)
         on conflict (id) do update set checked_at = excluded.checked_at
             where excluded.checked_at > recording_check.checked_at",
    )
    .bind(millis(newest))
    .bind(Vec::<u8>::new())
    .execute(db)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::FILE_NAME;
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-01T09:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_database_that_is_taken_away_stops_the_recording_until_that_very_file_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let (file, away) = (folder.path().join(FILE_NAME), folder.path().join("away"));
        assert!(store.is_in_place(now()) && store.standstill().is_none());
        std::fs::rename(&file, &away).unwrap();
        assert!(!store.is_in_place(now()) && !store.check_recording(now()).await);
        std::fs::write(&file, "another").unwrap();
        assert!(!store.check_recording(now()).await);
        assert!(store.standstill().unwrap().why.contains("another file is in its place"));
        std::fs::rename(&away, &file).unwrap();
        assert!(store.check_recording(now()).await && store.standstill().is_none());
    }

    #[tokio::test]
    async fn what_is_damaged_is_not_recorded_to_any_more_although_it_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let other = StoreError::Database(sqlx::Error::PoolClosed);
        assert!(!store.note_damage(&other, now()) && store.standstill().is_none());
        std::fs::write(folder.path().join("none.db"), "no database, ".repeat(1000)).unwrap();
        let none = sqlx::SqlitePool::connect_lazy(folder.path().join("none.db").to_str().unwrap()).unwrap();
        let error = sqlx::query("select * from site").fetch_all(&none).await.unwrap_err();
        assert!(store.note_damage(&StoreError::Database(error), now()));
        assert!(!store.check_recording(now()).await);
        let still = store.standstill().unwrap();
        assert!(still.is_final && still.why.contains("is damaged (file is not a database)"), "{}", still.why);
    }

    #[tokio::test]
    async fn the_newest_batch_is_known_and_an_older_one_does_not_hide_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.newest_batch().await, None);
        for at in [now(), now() - chrono::TimeDelta::hours(1)] {
            let mut db = store.db.writer.acquire().await.unwrap();
            note_batch(&mut db, at).await.unwrap();
        }
        assert_eq!(store.newest_batch().await, Some(now()));
    }
}
