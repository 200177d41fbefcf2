//! The database behind the store: where it is, how it is opened, and what can be wrong with it.
//!
//! It is SQLite today. Statements are written so that PostgreSQL takes the same text: `$1` placeholders, portable column
//! types, no engine's own functions; what differs is the data definition in `migrations/` and the locking in
//! `leases.rs`. A second engine is a second pool in [`Db`] and a dispatch in one macro, not a second set of statements.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Connection;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteSynchronous,
};
use thiserror::Error;

use super::data_directory;
use super::schema::{self, Version};
use super::trouble::{self, Trouble};

/// One copy of the migrations in the binary; each use of the macro would embed another.
pub(super) static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// The name of the database file in the data directory.
pub const FILE_NAME: &str = "gatecrawl.db";

/// How long a statement waits for another process' write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How many connections read at a time.
const READERS: u32 = 4;

/// Two pools on one file: SQLite has one writer at a time, and readers that never wait for it.
#[derive(Debug, Clone)]
pub(super) struct Db {
    /// For statements that change something; one connection.
    pub(super) writer: SqlitePool,
    /// For statements that only look.
    pub(super) reader: SqlitePool,
    /// The file.
    pub(super) path: PathBuf,
    /// Which file that was when it was opened.
    pub(super) identity: (u64, u64),
}

/// Why the database cannot be used.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The data directory cannot be made or entered.
    #[error("the data directory {path} cannot be used ({source}): give another one with --data, or make it writable for this user", path = .path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file cannot be read and written.
    #[error("the database {path} cannot be read and written ({source}): make it writable for this user, or give another directory with --data", path = .path.display())]
    Unwritable {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no database, or a damaged one.
    #[error("the database {path} is damaged, or none of Gatecrawl's ({why}): nothing was changed; restore a backup with `gatecrawl restore FILE --force`, or give another directory with --data", path = .path.display())]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// What the database says.
        why: String,
    },
    /// It cannot be opened for want of room: the engine needs some for the files beside it, even to read.
    #[error("the database {path} cannot be opened ({why}): make room on its disk, and start again; nothing was changed", path = .path.display())]
    NoRoom {
        /// Which one.
        path: PathBuf,
        /// What the database says.
        why: String,
    },
    /// The file is there, but cannot be opened.
    #[error("the database {path} cannot be opened ({}): nothing was changed", trouble::told(.source), path = .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the database says.
        source: sqlx::Error,
    },
    /// A newer program has changed it.
    #[error("the database {path} was written by a newer Gatecrawl (it has migration {version}, this program knows up to {known}): install that version or a newer one; nothing was changed", path = .path.display())]
    Newer {
        /// Which one.
        path: PathBuf,
        /// The newest migration in it.
        version: i64,
        /// The newest migration in this program.
        known: i64,
    },
    /// A build between two releases has written it, by a migration that was another one then.
    #[error("the database {path} was written by a Gatecrawl from between two releases (its migration {version} is not the one of this program): go on with the program that wrote it, or give another directory with --data; nothing was changed", path = .path.display())]
    Altered {
        /// Which one.
        path: PathBuf,
        /// The first migration that is another one.
        version: i64,
    },
    /// A migration failed.
    #[error("the database {path} could not be brought up to date ({source}): go on with the version of Gatecrawl that wrote it, and report this; nothing was changed", path = .path.display())]
    Migrate {
        /// Which one.
        path: PathBuf,
        /// What went wrong.
        source: MigrateError,
    },
}

impl Db {
    /// Opens the database in this directory, makes both when they are not there, and brings the schema up to date.
    pub(super) async fn open(directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join(FILE_NAME);
        data_directory::prepare(directory, &path)?;
        let is_behind = is_behind(&path).await?;
        let options = options(&path);
        let failed = |source| not_opened(&path, source);
        let writer = pool(1).connect_with(options.clone()).await.map_err(failed)?;
        if is_behind {
            migrate(&writer, &path).await?;
        }
        let reader = pool(READERS).connect_with(options.create_if_missing(false)).await.map_err(failed)?;
        let identity = data_directory::identity(&path)
            .map_err(|source| OpenError::Unwritable { path: path.clone(), source })?;
        Ok(Self { writer, reader, path, identity })
    }

    /// Closes both pools; what was written is in the file.
    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// What was acknowledged survives a crash of the process and a loss of power: WAL with `synchronous=FULL`.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    // A new file can be told to give room back; to ask the same of an old one writes to it, with each connection.
    let is_new = std::fs::metadata(path).map_or(true, |file| file.len() == 0);
    if is_new { options.auto_vacuum(SqliteAutoVacuum::Incremental) } else { options }
}

/// Whether migrations are missing; refuses a database that another program has written.
async fn is_behind(path: &Path) -> Result<bool, OpenError> {
    let path = path.to_owned();
    match schema::look(&path, &MIGRATOR).await {
        Version::UpToDate => Ok(false),
        Version::Behind => Ok(true),
        Version::Newer(version) => Err(OpenError::Newer { path, version, known: known_schema() }),
        Version::Altered(version) => Err(OpenError::Altered { path, version }),
    }
}

/// A pool of connections that are fit for the next one who takes them. On a full disk the engine gives up a transaction by itself,
/// and the connection still counts it as begun: such a one is closed, and a new one made.
fn pool(connections: u32) -> SqlitePoolOptions {
    let is_fit = |connection: &mut SqliteConnection| Ok(!connection.is_in_transaction());
    SqlitePoolOptions::new()
        .max_connections(connections)
        .after_release(move |connection, _| Box::pin(std::future::ready(is_fit(connection))))
}

async fn migrate(pool: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let Err(source) = schema::update(pool, &MIGRATOR).await else { return Ok(()) };
    // What a connection leaves beside the file is gone with the last one.
    pool.close().await;
    Err(known_trouble(path, &source).unwrap_or_else(|| OpenError::Migrate { path: path.to_owned(), source }))
}

fn not_opened(path: &Path, source: sqlx::Error) -> OpenError {
    known_trouble(path, &source).unwrap_or_else(|| OpenError::File { path: path.to_owned(), source })
}

/// Troubles that come when a database is opened or brought up to date, and have words of their own.
fn known_trouble(path: &Path, error: &(dyn std::error::Error + 'static)) -> Option<OpenError> {
    let (trouble, why) = Trouble::within(error)?;
    let path = path.to_owned();
    match trouble {
        Trouble::Damaged => Some(OpenError::Damaged { path, why }),
        Trouble::Full | Trouble::Disk => Some(OpenError::NoRoom { path, why }),
        Trouble::ReadOnly | Trouble::Busy => None,
    }
}

/// The number of the newest migration that this program knows.
pub(super) fn known_schema() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}
