//! Copies of the database: a backup of one that is in use, and a backup put in its place.
//!
//! A copy is made by the engine (`vacuum into`) from one snapshot, so it is whole whatever is written meanwhile; it is written
//! beside its place, checked, brought to the disk, and only then given its name. Copying the file by hand is not that: what was
//! written last may stand in the file beside it. The schema is left as it is: a backup that is taken before an upgrade is of the
//! version before.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempPath;
use thiserror::Error;

use super::backend::{FILE_NAME, MIGRATOR, known_schema};
use super::data_directory::{self, BESIDE, beside};
use super::schema::{self, Version};
use super::trouble::{self, Trouble};

/// How long a copy waits for another process.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its size in bytes.
    pub bytes: u64,
    /// Sites.
    pub sites: u64,
    /// Known URLs.
    pub urls: u64,
    /// Outages.
    pub outages: u64,
    /// The number of its newest migration.
    pub schema: i64,
}

/// Why there is no copy. Nothing was changed.
#[derive(Debug, Error)]
pub enum CopyError {
    /// There is nothing to copy.
    #[error("there is no database {}: check the path; nothing was changed", .0.display())]
    Missing(PathBuf),
    /// It is another program's, or damaged.
    #[error("{path} is no sound database of Gatecrawl ({why}): nothing was changed", path = .path.display())]
    Unsound {
        /// Which.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// This program is too old for it.
    #[error("{path} was written by a newer Gatecrawl (it has migration {schema}, this program knows up to {known}): restore it with that version or a newer one; nothing was changed", path = .path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its newest migration.
        schema: i64,
        /// The newest that is known.
        known: i64,
    },
    /// Something is in the place already.
    #[error("{} is there already: give another name, or --force to replace it; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// A directory is no place for the bytes of a file.
    #[error("{} is a directory: give the name of a file in it; nothing was changed", .0.display())]
    Directory(PathBuf),
    /// The database would be copied over itself.
    #[error("{} is the database itself: give another file; nothing was changed", .0.display())]
    Itself(PathBuf),
    /// A database is in the data directory already.
    #[error("there is a database {} already: give an empty directory with --data, or --force to put the old one aside; nothing was changed", .0.display())]
    Occupied(PathBuf),
    /// Somebody works with the database that is to be replaced.
    #[error("the database {} is in use: stop `gatecrawl serve` first; nothing was changed", .0.display())]
    InUse(PathBuf),
    /// The copy cannot be written.
    #[error("{path} cannot be written ({source}): check that the directory is there, writable, and has room; nothing was changed", path = .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is of an older schema, and stays so.
    #[error("{path} could not be brought to the schema of this version ({source}): restore it with the version of Gatecrawl that wrote it, and report this; nothing was changed", path = .path.display())]
    Upgrade {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        source: MigrateError,
    },
    /// The engine failed.
    #[error("{path} could not be copied ({}): nothing was changed", trouble::told(.source), path = .path.display())]
    Database {
        /// Which.
        path: PathBuf,
        /// What the engine says.
        source: sqlx::Error,
    },
}

/// Copies the database of a data directory into a file, also while it is in use.
pub async fn back_up(directory: &Path, target: &Path, overwrite: bool) -> Result<Copied, CopyError> {
    let source = directory.join(FILE_NAME);
    refuse_itself(&source, target)?;
    if target.is_dir() {
        return Err(CopyError::Directory(target.to_owned()));
    }
    if !overwrite && target.exists() {
        return Err(CopyError::Exists(target.to_owned()));
    }
    let (copy, copied) = checked_copy(&source, target).await?;
    put(copy, target, overwrite)?;
    Ok(copied)
}

/// What came of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What is there now.
    pub copied: Copied,
    /// Where the database is that was there before.
    pub aside: Option<PathBuf>,
}

/// Puts a copy of a backup into a data directory. A database that is there already is put aside, if `replace` says so.
pub async fn restore(
    backup: &Path,
    directory: &Path,
    replace: bool,
    now: DateTime<Utc>,
) -> Result<Restored, CopyError> {
    let target = directory.join(FILE_NAME);
    refuse_itself(&target, backup)?;
    if target.exists() && !replace {
        return Err(CopyError::Occupied(target));
    }
    data_directory::make(directory)
        .map_err(|source| CopyError::Write { path: directory.to_owned(), source })?;
    let (copy, copied) = checked_copy(backup, &target).await?;
    bring_up_to_date(&copy, backup).await?;
    give_to_owner(&copy, directory)
        .map_err(|source| CopyError::Write { path: directory.to_owned(), source })?;
    let aside = aside_of(&target, now);
    let was_there = target.exists();
    if was_there {
        keep_aside(&target, &aside).await?;
    }
    // A damaged database has them, and one that was removed has left them: the engine would write them into what takes its place.
    move_beside(&target, &aside).map_err(|source| CopyError::Write { path: target.clone(), source })?;
    put(copy, &target, true)?;
    Ok(Restored { copied, aside: was_there.then_some(aside) })
}

/// A database and its backup are two files.
fn refuse_itself(database: &Path, backup: &Path) -> Result<(), CopyError> {
    match (fs::canonicalize(database), fs::canonicalize(backup)) {
        (Ok(one), Ok(other)) if one == other => Err(CopyError::Itself(one)),
        _ => Ok(()),
    }
}

/// A copy under a name of its own in the directory of its place. It goes away when it is not put there.
async fn checked_copy(source: &Path, target: &Path) -> Result<(TempPath, Copied), CopyError> {
    if !source.is_file() {
        return Err(CopyError::Missing(source.to_owned()));
    }
    let unwritten = |source| CopyError::Write { path: target.to_owned(), source };
    // For its owner alone, as the database is.
    let copy =
        tempfile::Builder::new().prefix(".gatecrawl-copy-").tempfile_in(parent(target)).map_err(unwritten)?;
    let copy = copy.into_temp_path();
    copy_into(source, &copy).await.map_err(|error| not_copied(source, target, error))?;
    let copied = read_back(&copy).await.map_err(|why| CopyError::Unsound { path: source.to_owned(), why })?;
    File::open(&copy).and_then(|file| file.sync_all()).map_err(unwritten)?;
    Ok((copy, copied))
}

async fn copy_into(source: &Path, copy: &Path) -> Result<(), sqlx::Error> {
    let mut db = connect(source).await?;
    sqlx::query("vacuum into $1").bind(copy.to_string_lossy()).execute(&mut db).await?;
    db.close().await
}

fn not_copied(path: &Path, target: &Path, source: sqlx::Error) -> CopyError {
    match Trouble::of(&source) {
        Some(Trouble::Damaged) => CopyError::Unsound { path: path.to_owned(), why: trouble::words(&source) },
        // It is the copy that takes room.
        Some(Trouble::Full | Trouble::Disk) => CopyError::Database { path: target.to_owned(), source },
        _ => CopyError::Database { path: path.to_owned(), source },
    }
}

/// Opens a copy and looks at all of it; the error is in words.
async fn read_back(copy: &Path) -> Result<Copied, String> {
    let told = |error: sqlx::Error| trouble::words(&error);
    let mut db = connect(copy).await.map_err(told)?;
    let sound: Vec<String> =
        sqlx::query_scalar("pragma integrity_check(3)").fetch_all(&mut db).await.map_err(told)?;
    if sound != ["ok"] {
        return Err(sound.join("; "));
    }
    let schema: Result<Option<i64>, _> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(&mut db).await;
    let Ok(Some(schema)) = schema else { return Err("it has no tables of Gatecrawl".to_owned()) };
    let (sites, urls, outages): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from site), (select count(*) from url), (select count(*) from outage)",
    )
    .fetch_one(&mut db)
    .await
    .map_err(told)?;
    db.close().await.map_err(told)?;
    let bytes = fs::metadata(copy).map_err(|error| error.to_string())?.len();
    let count = i64::cast_unsigned;
    Ok(Copied { bytes, sites: count(sites), urls: count(urls), outages: count(outages), schema })
}

async fn connect(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(path).busy_timeout(PATIENCE).connect().await
}

fn put(copy: TempPath, target: &Path, overwrite: bool) -> Result<(), CopyError> {
    let put = if overwrite { copy.persist(target) } else { copy.persist_noclobber(target) };
    put.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => CopyError::Exists(target.to_owned()),
        _ => CopyError::Write { path: target.to_owned(), source: error.error },
    })?;
    // The name is on the disk when the directory is.
    let synced = File::open(parent(target)).and_then(|directory| directory.sync_all());
    synced.map_err(|source| CopyError::Write { path: target.to_owned(), source })
}

/// Brings a copy to the schema of this program, before it takes the place of anything.
async fn bring_up_to_date(copy: &Path, backup: &Path) -> Result<(), CopyError> {
    let path = backup.to_owned();
    match schema::look(copy, &MIGRATOR).await {
        Version::UpToDate => return Ok(()),
        Version::Behind => {}
        Version::Newer(schema) => return Err(CopyError::Newer { path, schema, known: known_schema() }),
        Version::Altered(version) => {
            let why = format!("its migration {version} is of a Gatecrawl from between two releases");
            return Err(CopyError::Unsound { path, why });
        }
    }
    let options = SqliteConnectOptions::new().filename(copy).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
    let pool = pool.map_err(|source| CopyError::Database { path: path.clone(), source })?;
    let updated = schema::update(&pool, &MIGRATOR).await;
    pool.close().await;
    updated.map_err(|source| CopyError::Upgrade { path, source })?;
    File::open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|source| CopyError::Write { path: copy.to_owned(), source })
}

/// The name under which a database stays that is replaced at this instant.
fn aside_of(database: &Path, now: DateTime<Utc>) -> PathBuf {
    database.with_file_name(format!("{FILE_NAME}.before-{}", now.format("%Y%m%dT%H%M%SZ")))
}

/// Moves what the engine keeps beside a database, where there is any.
fn move_beside(database: &Path, aside: &Path) -> io::Result<()> {
    for ending in BESIDE {
        let from = beside(database, ending);
        if from.exists() {
            fs::rename(&from, beside(aside, ending))?;
        }
    }
    Ok(())
}

/// Gives a database that nobody uses a second name, under which it stays. Until a backup is put into its place it is still
/// there as well: whoever is interrupted finds one or the other, whole.
async fn keep_aside(database: &Path, aside: &Path) -> Result<(), CopyError> {
    if aside.exists() {
        return Err(CopyError::Exists(aside.to_owned()));
    }
    match alone(database).await {
        Ok(true) => {}
        Ok(false) => return Err(CopyError::InUse(database.to_owned())),
        Err(error) if Trouble::of(&error) == Some(Trouble::Busy) => {
            return Err(CopyError::InUse(database.to_owned()));
        }
        // A damaged one cannot be brought into one file: what is beside it goes with it, afterwards.
        Err(error) if Trouble::of(&error) == Some(Trouble::Damaged) => {}
        Err(source) => return Err(CopyError::Database { path: database.to_owned(), source }),
    }
    // Not every file system knows a second name.
    fs::hard_link(database, aside)
        .or_else(|_| fs::copy(database, aside).map(drop))
        .map_err(|source| CopyError::Write { path: aside.to_owned(), source })
}

/// Brings all of a database into its one file, which nobody can who is not alone with it; `false`: somebody else is there.
async fn alone(database: &Path) -> Result<bool, sqlx::Error> {
    let mut db =
        SqliteConnectOptions::new().filename(database).busy_timeout(Duration::ZERO).connect().await?;
    let left: String = sqlx::query_scalar("pragma journal_mode = delete").fetch_one(&mut db).await?;
    db.close().await?;
    Ok(left == "delete")
}

/// A database that root restores belongs to whom its directory belongs: the service could not open it otherwise.
fn give_to_owner(copy: &Path, directory: &Path) -> io::Result<()> {
    let (file, owner) = (fs::metadata(copy)?, fs::metadata(directory)?);
    if (file.uid(), file.gid()) == (owner.uid(), owner.gid()) {
        return Ok(());
    }
    match chown(copy, Some(owner.uid()), Some(owner.gid())) {
        // Only root may do that; whoever else restores is who shall own it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        done => done,
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
