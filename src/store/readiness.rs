//! Whether the store can do its work right now: the database answers, the one writer lives, and what is seen can be stored. It
//! says nothing of sites.
//!
//! Alive and ready are two questions: a process whose disk is full lives, shows its pages and goes on by itself; to start it anew
//! would not help.

use std::time::Duration;

use thiserror::Error;
use tokio::time::timeout;

use super::Store;
use super::writer::{WriteFailed, Writer};

/// Longer than a batch of the writer takes on a slow disk, and less than those wait who ask.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the store and its writer; cheap to clone.
#[derive(Debug, Clone)]
pub struct Readiness {
    store: Store,
    writer: Writer,
}

/// What does not work.
#[derive(Debug, Error)]
pub enum NotReady {
    /// The database does not answer a question, or not in time.
    #[error("the database does not answer: {0}")]
    Database(String),
    /// The writer is gone, or stuck.
    #[error("nothing can be recorded: {0}")]
    Writer(String),
    /// Nothing can be stored.
    #[error("nothing is recorded: {0}")]
    Standstill(String),
}

impl Readiness {
    /// Of this store and its writer.
    pub fn new(store: Store, writer: Writer) -> Self {
        Self { store, writer }
    }

    /// Whether it lives, and can store what is seen.
    pub async fn check(&self) -> Result<(), NotReady> {
        // It says better why the database may not answer.
        match self.store.standstill() {
            Some(still) => Err(NotReady::Standstill(still.why)),
            None => self.is_alive().await,
        }
    }

    /// Whether database and writer answer.
    pub async fn is_alive(&self) -> Result<(), NotReady> {
        let too_late = || format!("no answer within {} s", PATIENCE.as_secs());
        let asked = timeout(PATIENCE, self.store.has_accounts()).await;
        asked
            .map_err(|_| NotReady::Database(too_late()))?
            .map_err(|why| NotReady::Database(why.to_string()))?;
        // Not a flush: who flushes is told of what failed, and that is for those whose observations they were.
        let taken = timeout(PATIENCE, self.writer.is_taking()).await;
        taken
            .map_err(|_| NotReady::Writer(too_late()))?
            .map_err(|why: WriteFailed| NotReady::Writer(why.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_ready_while_the_database_answers_and_the_writer_lives() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let (writer, task) = Writer::new(store.clone());
        let readiness = Readiness::new(store.clone(), writer);
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(task.run());
        readiness.check().await.unwrap();
        tasks.shutdown().await;
        let why = readiness.check().await.unwrap_err();
        assert!(matches!(why, NotReady::Writer(_)), "{why}");
        store.close().await;
        let why = readiness.check().await.unwrap_err();
        assert!(matches!(why, NotReady::Database(_)), "{why}");
    }
}
