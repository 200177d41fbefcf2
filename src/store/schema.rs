//! The schema of the database: whether this program can use the one that it finds, and how that is brought up to date.
//!
//! It knows no table. What a migration does stands in `migrations/`, one file a step.
//!
//! The decision that a reader would question: the steps that are missing run in one transaction, where sqlx would take one each. So
//! a database is as the program before left it, or up to date, and never between: whoever cannot upgrade can go on as before.
//! For the same reason a database that belongs to another program is found by a connection that can only read.

use std::path::Path;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{ConnectOptions, Connection};

use super::data_directory::wal;

/// How the version of a database stands to this program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// It has every migration that this program knows, and no other.
    UpToDate,
    /// Some are missing, or it is not there, or it cannot be read: whoever opens it for writing is told why.
    Behind,
    /// A newer program has written it, and has this migration.
    Newer(i64),
    /// A program that was built between two releases has written it: this migration is another one in it.
    Altered(i64),
}

/// How the database in this file stands; nothing is changed to find out.
pub(super) async fn look(path: &Path, migrator: &Migrator) -> Version {
    let Ok(applied) = applied(path).await else { return Version::Behind };
    let known = |version| migrator.iter().find(|migration| migration.version == version);
    let newer = applied.iter().map(|(version, _)| *version).rfind(|version| known(*version).is_none());
    let is_another = |(version, checksum): &&(i64, Vec<u8>)| {
        known(*version).is_some_and(|migration| *migration.checksum != **checksum)
    };
    match (newer, applied.iter().find(is_another)) {
        (Some(version), _) => Version::Newer(version),
        (None, Some((version, _))) => Version::Altered(*version),
        (None, None) if applied.len() == migrator.iter().count() => Version::UpToDate,
        (None, None) => Version::Behind,
    }
}

/// The migrations in a database with their checksums, oldest first, read by a connection that cannot write. Where no log of
/// writes stands beside the file, it makes none either.
async fn applied(path: &Path) -> Result<Vec<(i64, Vec<u8>)>, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(!wal(path).exists());
    let mut db = options.connect().await?;
    let applied = sqlx::query_as("select version, checksum from _sqlx_migrations order by version")
        .fetch_all(&mut db)
        .await;
    db.close().await?;
    applied
}

/// Runs the migrations that are missing, all or none. Another process that does the same waits, and finds nothing left to do.
pub(super) async fn update(pool: &SqlitePool, migrator: &Migrator) -> Result<(), MigrateError> {
    let mut db = pool.acquire().await?;
    let mut all = db.begin_with("begin immediate").await?;
    migrator.run_direct(None, &mut *all, false).await?;
    Ok(all.commit().await?)
}

#[cfg(test)]
mod tests;
