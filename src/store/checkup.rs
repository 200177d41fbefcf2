//! A look at a database that changes nothing: whether it is there, whole, and of which version. It brings no schema up to date and
//! makes no file; `doctor` asks it about installations that do not start.
//!
//! What a reader would question: where no file of a running process lies beside the database, it is opened as one that nobody
//! changes. Else the engine would put its own files there, even to read.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use super::backend::{Db, FILE_NAME, MIGRATOR, known_schema};
use super::data_directory::wal;
use super::schema::{self, Version};
use super::trouble::{self, Trouble};
use super::{Store, data_directory, instant};

/// How long a look waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a database stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Missing,
    /// It cannot be opened; why, and what to do.
    Closed(String),
    /// It is no database, or a damaged one; why.
    Damaged(String),
    /// It is another program's.
    Foreign,
    /// A newer program has changed it.
    Newer,
    /// A program from between two releases has written it: this migration is another one in it.
    Altered(i64),
    /// The next start brings it up to date.
    Older,
    /// It is whole, and of this version.
    Sound,
}

/// What was found.
#[derive(Debug)]
pub struct Checkup {
    /// The file.
    pub path: PathBuf,
    /// How it stands.
    pub standing: Standing,
    /// The number of its newest migration; `None`: it could not be read.
    pub schema: Option<i64>,
    /// The number of the newest migration that this program knows.
    pub known: i64,
    /// The newest instant in it at which something of ours happened.
    pub newest: Option<DateTime<Utc>>,
    /// Bytes of it, with what a running process keeps beside it.
    pub bytes: u64,
    /// For questions, when it is sound; what would change something fails.
    pub store: Option<Store>,
}

/// The newest instants of what we ourselves did. Logs of others may be dated as they like.
const NEWEST: [&str; 4] = [
    "select max(checked_at) from recording_check",
    "select max(last_seen) from spell where observer = 'gatecrawl'",
    "select max(coalesce(finished_at, started_at, requested_at)) from crawl",
    "select max(created_at) from message",
];

/// Looks at the database of a data directory, at all of it.
pub async fn look(directory: &Path) -> Checkup {
    let path = directory.join(FILE_NAME);
    let beside = wal(&path);
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let mut checkup = Checkup {
        standing: Standing::Missing,
        schema: None,
        known: known_schema(),
        newest: None,
        bytes: size(&path) + size(&beside),
        store: None,
        path,
    };
    // The system says more plainly than the engine why it does not open.
    match File::open(&checkup.path) {
        Ok(_) => checkup.look_inside().await,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => checkup.standing = Standing::Closed(error.to_string()),
    }
    checkup
}

/// The version of the engine, as it says itself.
pub async fn engine_version() -> Option<String> {
    let pool = SqlitePool::connect_lazy_with(SqliteConnectOptions::new().in_memory(true));
    sqlx::query_scalar("select sqlite_version()").fetch_one(&pool).await.ok()
}

impl Checkup {
    async fn look_inside(&mut self) {
        // An empty file is what a start leaves that found no room for tables.
        if self.bytes == 0 {
            self.standing = Standing::Older;
            return;
        }
        let pool = match open(&self.path).await {
            Ok(pool) => pool,
            Err(error) => {
                self.standing = failed(&error);
                return;
            }
        };
        self.schema =
            sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(&pool).await.ok();
        self.standing = match self.look_through(&pool).await {
            Ok(standing) => standing,
            Err(error) => failed(&error),
        };
        for statement in NEWEST {
            let newest: Result<Option<i64>, _> = sqlx::query_scalar(statement).fetch_one(&pool).await;
            self.newest = self.newest.max(newest.ok().flatten().map(instant));
        }
        if self.standing == Standing::Sound {
            let (path, identity) = (self.path.clone(), data_directory::identity(&self.path));
            let identity = identity.unwrap_or_default();
            self.store = Some(Store::over(Db { writer: pool.clone(), reader: pool, path, identity }));
        }
    }

    async fn look_through(&self, pool: &SqlitePool) -> Result<Standing, sqlx::Error> {
        let faults: Vec<String> = sqlx::query_scalar("pragma quick_check(3)").fetch_all(pool).await?;
        if faults != ["ok"] {
            return Ok(Standing::Damaged(faults.join("; ")));
        }
        if self.schema.is_none() {
            return Ok(Standing::Foreign);
        }
        Ok(match schema::look(&self.path, &MIGRATOR).await {
            Version::Newer(_) => Standing::Newer,
            Version::Altered(version) => Standing::Altered(version),
            Version::Behind => Standing::Older,
            Version::UpToDate => Standing::Sound,
        })
    }
}

/// One connection that only reads.
async fn open(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let is_in_use = wal(path).exists();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(!is_in_use)
        .busy_timeout(PATIENCE);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await
}

fn failed(error: &sqlx::Error) -> Standing {
    match Trouble::of(error) {
        Some(Trouble::Damaged) => Standing::Damaged(trouble::words(error)),
        _ => Standing::Closed(trouble::told(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn standing(directory: &Path) -> Standing {
        look(directory).await.standing
    }

    fn names(directory: &Path) -> Vec<std::ffi::OsString> {
        let mut names: Vec<_> =
            std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_look_says_how_a_database_stands_and_makes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        assert_eq!(standing(&folder.path().join("nowhere")).await, Standing::Missing);
        assert_eq!(names(folder.path()), Vec::<std::ffi::OsString>::new());
        Store::open(folder.path()).await.unwrap().close().await;
        let (made, before) = (names(folder.path()), std::fs::read(&file).unwrap());
        let checkup = look(folder.path()).await;
        assert_eq!((checkup.standing, checkup.schema), (Standing::Sound, Some(checkup.known)));
        assert_eq!((names(folder.path()), std::fs::read(&file).unwrap()), (made, before));
        std::fs::write(&file, "no database, ".repeat(1000)).unwrap();
        assert!(
            matches!(standing(folder.path()).await, Standing::Damaged(why) if why.contains("not a database"))
        );
        std::fs::write(&file, "").unwrap();
        assert_eq!(standing(folder.path()).await, Standing::Older);
    }

    #[tokio::test]
    async fn a_database_of_another_version_is_told_as_such_and_left_at_it() {
        let folder = tempfile::tempdir().unwrap();
        for (change, expected) in [
            ("update _sqlx_migrations set version = 9999 where version = 1", Standing::Newer),
            ("delete from _sqlx_migrations where version > 3", Standing::Older),
            ("drop table _sqlx_migrations", Standing::Foreign),
        ] {
            let store = Store::open(folder.path()).await.unwrap();
            sqlx::query(change).execute(&store.db.writer).await.unwrap();
            store.close().await;
            let before = std::fs::read(folder.path().join(FILE_NAME)).unwrap();
            assert_eq!(standing(folder.path()).await, expected);
            assert_eq!(std::fs::read(folder.path().join(FILE_NAME)).unwrap(), before);
            std::fs::remove_file(folder.path().join(FILE_NAME)).unwrap();
        }
    }

    #[tokio::test]
    async fn a_database_in_use_is_looked_at_as_it_is_now_and_cannot_be_changed_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let now = "2026-11-01T09:00:00Z".parse().unwrap();
        let new = crate::store::sites::NewSite {
            start_url: crate::domain::page_url::PageUrl::parse("https://shop.example/").unwrap(),
            settings: crate::domain::site::Settings::default(),
        };
        let site = store.add_site(&new, now).await.unwrap();
        let options = crate::domain::crawl::CrawlOptions::default();
        let kind = crate::domain::crawl::CrawlKind::Manual;
        store.request_crawl(site.id, kind, &options, now).await.unwrap();
        let checkup = look(folder.path()).await;
        let looking = checkup.store.unwrap();
        assert_eq!((looking.sites().await.unwrap().len(), checkup.newest), (1, Some(now)));
        assert!(looking.remove_site(site.id).await.is_err());
        assert_eq!(store.sites().await.unwrap().len(), 1);
    }
}
