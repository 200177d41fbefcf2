//! The database behind the store: where it is, how it is opened, and what can be wrong with it.
//!
//! It is SQLite today. Statements are written so that PostgreSQL takes the same text: `$1` placeholders, portable column
//! types, no engine's own functions; what differs is the data definition in `migrations/` and the locking in
//! `leases.rs`. A second engine is a second pool in [`Db`] and a dispatch in one macro, not a second set of statements.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use thiserror::Error;

/// One copy of the migrations in the binary; each use of the macro would embed another.
static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

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
    /// The file is there, but is no database, or cannot be read or written.
    #[error("the database {path} cannot be opened ({source}): check that it is a Gatecrawl database and writable for this user", path = .path.display())]
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
    /// A migration failed.
    #[error("the database {path} could not be brought up to date ({source}); nothing was changed", path = .path.display())]
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
        let unusable = |source| OpenError::Directory { path: directory.to_owned(), source };
        std::fs::create_dir_all(directory).map_err(unusable)?;
        let path = directory.join(FILE_NAME);
        let options = options(&path);
        let failed = |source| OpenError::File { path: path.clone(), source };
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        migrate(&writer, &path).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS);
        let reader = readers.connect_with(options.create_if_missing(false)).await.map_err(failed)?;
        Ok(Self { writer, reader })
    }

    /// Closes both pools; what was written is in the file.
    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// What was acknowledged survives a crash of the process and a loss of power: WAL with `synchronous=FULL`.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

async fn migrate(pool: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let known = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default();
    match MIGRATOR.run(pool).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _)) => {
            Err(OpenError::Newer { path: path.to_owned(), version, known })
        }
        Err(source) => Err(OpenError::Migrate { path: path.to_owned(), source }),
    }
}
