//! Upgrades: a database of every schema that there ever was is opened by this program, and keeps what was in it.
//!
//! The rows are those of whole installations, recorded from the programs that wrote them (`tests/fixtures/schemas`). They are
//! put into each schema as far as it has their tables and columns, so that a migration that is added is tested by being there.

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tempfile::TempDir;

use self::reading::{goes_on, read_everything};
use self::rows::{OnPurpose, Rows, fill, lost};
use super::{Version, look};
use crate::store::backend::{FILE_NAME, MIGRATOR, options};
use crate::store::{OpenError, Store};

mod reading;
mod refusals;
mod rows;

/// What migrations take away or change on purpose.
const ON_PURPOSE: [OnPurpose; 3] = [
    (
        2,
        "outage",
        "site_healthy_before",
        "the judge keeps healthy looks by place, in `pulse` and `outage.places`",
    ),
    (23, "pulse", "*", "working memory that the judge of today cannot read goes; recorded in 0002.sql"),
    (23, "outage", "places", "the same"),
];

/// A database in a directory of its own.
struct Database {
    directory: TempDir,
}

impl Database {
    /// None yet.
    fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// An empty one with the migrations up to this one.
    async fn at(version: i64) -> Self {
        let database = Self::empty();
        let mut db = database.connect().await;
        MIGRATOR.run_to(version, &mut db).await.unwrap();
        db.close().await.unwrap();
        database
    }

    /// An installation, as the program of its day left it.
    async fn recorded(dump: &str) -> Self {
        let database = Self::empty();
        let mut db = database.connect().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(dump.to_owned())).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        database
    }

    fn file(&self) -> std::path::PathBuf {
        self.directory.path().join(FILE_NAME)
    }

    /// A connection that minds no foreign keys: rows come table by table.
    async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect_with(&options(&self.file()).foreign_keys(false)).await.unwrap()
    }

    async fn rows(&self) -> Rows {
        let mut db = self.connect().await;
        let rows = Rows::of(&mut db).await;
        db.close().await.unwrap();
        rows
    }

    async fn open(&self) -> Result<Store, OpenError> {
        Store::open(self.directory.path()).await
    }

    /// What a statement answers, by its first column.
    async fn words(&self, statement: &'static str) -> Vec<String> {
        let mut db = self.connect().await;
        let words = rows::words(&mut db, statement).await;
        db.close().await.unwrap();
        words
    }
}

fn versions() -> Vec<i64> {
    MIGRATOR.iter().map(|migration| migration.version).collect()
}

/// The recorded installations, each with the newest migration that it has.
fn installations() -> [(i64, &'static str); 4] {
    [
        (1, include_str!("../../../tests/fixtures/schemas/0001.sql")),
        (2, include_str!("../../../tests/fixtures/schemas/0002.sql")),
        (6, include_str!("../../../tests/fixtures/schemas/0006.sql")),
        (20, include_str!("../../../tests/fixtures/schemas/0020.sql")),
    ]
}

/// The newest one: its rows are put into every schema.
fn newest_installation() -> &'static str {
    installations().last().unwrap().1
}

/// Opens a database of this schema, and checks that all is there that was.
async fn is_upgraded(database: &Database, from: i64) {
    let before = database.rows().await;
    let store = database.open().await.unwrap_or_else(|error| panic!("schema {from}: {error}"));
    store.close().await;
    let after = database.rows().await;
    assert_eq!(lost(&before, &after, from, &ON_PURPOSE), Vec::<String>::new(), "schema {from}");
    read_everything(database, &before).await;
    assert_eq!(look(&database.file(), &MIGRATOR).await, Version::UpToDate, "schema {from}");
    for (what, statement, good) in SOUND {
        assert_eq!(database.words(statement).await, good, "schema {from}: {what}");
    }
}

/// What is true of every database that this program has opened: a statement, and what it answers.
const SOUND: [(&str, &str, &[&str]); 5] = [
    ("keys point somewhere", "select * from pragma_foreign_key_check", &[]),
    ("the file is whole", "pragma integrity_check", &["ok"]),
    ("room is given back in steps", "pragma auto_vacuum", &["2"]),
    (
        "URLs are counted",
        "select s.id from site s left join site_tally t on t.site_id = s.id
         where t.urls is not (select count(*) from url u where u.site_id = s.id and u.of_log = 0)",
        &[],
    ),
    (
        "hours of fetches are hours in which somebody looked",
        "select h.hour from rollup_hour h where h.observer = 'gatecrawl' and not exists (
             select 1 from looked_day d where d.site_id = h.site_id and d.day = h.hour / 86400000
                 and d.hours >> (h.hour / 3600000 % 24) & 1 = 1)",
        &[],
    ),
];

#[tokio::test]
async fn a_database_of_every_schema_is_opened_and_keeps_all_its_rows() {
    for version in versions() {
        let database = Database::at(version).await;
        fill(&database, newest_installation()).await;
        let filled = database.rows().await;
        assert_eq!(filled.empty_tables(), Vec::<&str>::new(), "tables of schema {version} without a row");
        is_upgraded(&database, version).await;
        goes_on(&database).await;
    }
}

#[tokio::test]
async fn an_installation_that_an_earlier_program_wrote_is_read_and_goes_on() {
    for (version, dump) in installations() {
        let database = Database::recorded(dump).await;
        is_upgraded(&database, version).await;
        goes_on(&database).await;
    }
}

#[tokio::test]
async fn programs_that_start_at_once_upgrade_a_database_once() {
    let database = Database::at(1).await;
    fill(&database, newest_installation()).await;
    let (first, second, third) = tokio::join!(database.open(), database.open(), database.open());
    for store in [first, second, third] {
        store.expect("whoever is not first waits, and finds nothing left to do").close().await;
    }
    assert_eq!(look(&database.file(), &MIGRATOR).await, Version::UpToDate);
}

#[tokio::test]
async fn a_new_database_gives_room_back_in_steps() {
    let database = Database::empty();
    database.open().await.unwrap().close().await;
    assert_eq!(database.words("pragma auto_vacuum").await, ["2"]);
}
