//! The only user of sqlx: what was seen, kept in one file, and handed out as domain types.
//!
//! One file of this room answers the questions about one subject, a statement a function. Rows are private structs that
//! become domain types by `TryFrom`; a row that cannot names its table and id ([`StoreError::Corrupt`]). Nothing here
//! judges: outages are grouped by `domain::judge`, and [`writer`] stores what it returns.
#![expect(clippy::disallowed_methods, reason = "the one owner of SQL")]

pub mod accounts;
pub mod answers;
pub mod api_tokens;
mod backend;
pub mod backup;
mod batch;
pub mod bots;
pub mod checkup;
pub mod crawl_changes;
pub mod crawls;
pub mod data_directory;
pub mod deploys;
mod docket;
pub mod efficiency;
pub mod failed_urls;
pub mod indexability;
pub mod kin;
pub mod leases;
pub mod loads;
pub mod log_positions;
pub mod logged;
pub mod messages;
pub mod news;
pub mod outage_course;
pub mod outages;
pub mod outbox;
pub mod readiness;
pub mod recipients;
pub mod recording;
pub mod retention;
pub mod robots_copies;
pub mod rollups;
mod schema;
pub mod signing_keys;
pub mod silences;
pub mod site_facts;
pub mod sitemaps;
pub mod sites;
pub mod stock;
mod trouble;
pub mod url_history;
pub mod url_lists;
pub mod urls;
pub mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use thiserror::Error;

use self::backend::Db;
pub use self::backend::{FILE_NAME, OpenError};
pub use self::docket::OutageChange;
use self::recording::Recording;
pub use self::trouble::Trouble;

/// The store: cheap to clone, all clones share the same connections.
#[derive(Debug, Clone)]
pub struct Store {
    db: Db,
    recording: Arc<Recording>,
}

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused.
    #[error("the database failed: {}", trouble::told(.0))]
    Database(#[from] sqlx::Error),
    /// The file is damaged.
    #[error("the database {path} is damaged ({why}): {}", Trouble::Damaged.advice(), path = .path.display())]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// What the database says.
        why: String,
    },
    /// The file is not where it was.
    #[error("the database {path} was removed, or another file is in its place: put back what was there; or stop Gatecrawl, restore a backup with `gatecrawl restore FILE --force`, and start again", path = .0.display())]
    Moved(PathBuf),
    /// A row holds what no version of the program writes.
    #[error(
        "the database holds a row that cannot be read ({table} {id}: {why}); restore a backup, or report this"
    )]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row.
        id: i64,
        /// What is wrong with it.
        why: String,
    },
}

impl StoreError {
    /// What a person can do something about.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Database(error) => Trouble::of(error),
            Self::Damaged { .. } => Some(Trouble::Damaged),
            Self::Moved(_) | Self::Corrupt { .. } => None,
        }
    }

    /// Whether its text speaks of the database without saying which one.
    pub fn is_of_the_database(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Corrupt { .. })
    }
}

impl Store {
    /// Opens the store in this directory, makes it when it is not there, and brings its schema up to date.
    pub async fn open(directory: &Path) -> Result<Self, OpenError> {
        Ok(Self::over(Db::open(directory).await?))
    }

    fn over(db: Db) -> Self {
        Self { db, recording: Arc::default() }
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        self.db.path.parent().unwrap_or(Path::new("."))
    }

    /// Closes all connections; every clone is of no use afterwards.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// An instant as it is stored.
fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A stored instant; one outside the calendar becomes the epoch.
fn instant(millis: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(millis).single().unwrap_or_default()
}

/// The row that a statement wrote and returned. All are asked for, although there is one at most: who takes the first and leaves is
/// not told when the statement fails at its end, which is where it is stored for good.
fn sole<T>(rows: Vec<T>) -> Option<T> {
    rows.into_iter().next()
}

/// Makes the error for a row that cannot be read.
fn corrupt(table: &'static str, id: i64, why: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt { table, id, why: why.to_string() }
}

#[cfg(test)]
mod tests;
