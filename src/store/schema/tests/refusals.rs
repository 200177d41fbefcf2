//! Databases that this program must not change: newer ones, those of another build, and those that cannot be upgraded.

use std::collections::BTreeMap;

use sqlx::Connection;

use super::rows::fill;
use super::{Database, MIGRATOR, newest_installation, versions};
use crate::store::OpenError;

impl Database {
    /// Every file in the directory with its bytes.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap().map(Result::unwrap);
        entries
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect()
    }

    async fn change(&self, statement: &'static str) {
        let mut db = self.connect().await;
        sqlx::raw_sql(statement).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    }

    fn has_still(&self, before: &BTreeMap<String, Vec<u8>>, error: &OpenError) {
        let after = self.files();
        let changed = |name: &&String| before.get(*name) != after.get(*name);
        let changed: Vec<&String> = before.keys().chain(after.keys()).filter(changed).collect();
        assert_eq!(changed, Vec::<&String>::new(), "files that are not as they were: {error}");
    }

    /// Opens it in vain: returns what is said, and finds every byte as it was.
    async fn is_refused(&self) -> (OpenError, String) {
        let before = self.files();
        let error = self.open().await.expect_err("it is refused");
        assert_eq!(before.keys().collect::<Vec<_>>(), ["gatecrawl.db"]);
        self.has_still(&before, &error);
        let told = error.to_string();
        assert!(told.contains(&self.file().display().to_string()), "it says which file: {told}");
        assert!(told.contains("nothing was changed"), "{told}");
        (error, told)
    }
}

/// One that this program has written, with rows.
async fn database() -> Database {
    let database = Database::at(*versions().last().unwrap()).await;
    fill(&database, newest_installation()).await;
    database
}

/// A migration that no program has, yet.
const OF_TOMORROW: &str = "create table of_tomorrow (id integer primary key);
     insert into _sqlx_migrations (version, description, success, checksum, execution_time)
     values (9001, 'of tomorrow', 1, x'00', 1), (9002, 'of the day after', 1, x'00', 1);";

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_byte_for_byte() {
    let database = database().await;
    database.change(OF_TOMORROW).await;
    let (error, told) = database.is_refused().await;
    assert!(matches!(error, OpenError::Newer { version: 9002, .. }), "{error:?}");
    assert!(told.contains("newer Gatecrawl") && told.contains("install that version"), "{told}");
}

#[tokio::test]
async fn one_that_was_restored_in_another_journal_mode_is_left_as_it_is_too() {
    let database = database().await;
    database.change(OF_TOMORROW).await;
    database.change("pragma journal_mode = delete").await;
    let header = database.files()["gatecrawl.db"][18..20].to_vec();
    assert_eq!(header, [1, 1], "the file says that it has no log of writes");
    database.is_refused().await;
}

#[tokio::test]
async fn what_a_newer_program_wrote_last_before_it_was_killed_stays_where_it_is() {
    let database = database().await;
    database.change(OF_TOMORROW).await;
    let mut newer = database.connect().await;
    sqlx::query("insert into of_tomorrow (id) values (7)").execute(&mut newer).await.unwrap();
    let killed = Database::empty();
    for (name, bytes) in database.files().into_iter().filter(|(name, _)| !name.ends_with("-shm")) {
        std::fs::write(killed.directory.path().join(name), bytes).unwrap();
    }
    newer.close().await.unwrap();
    let before = killed.files();
    assert_eq!(before.keys().collect::<Vec<_>>(), ["gatecrawl.db", "gatecrawl.db-wal"]);
    let error = killed.open().await.expect_err("it is refused");
    assert!(matches!(error, OpenError::Newer { .. }), "{error:?}");
    let mut after = killed.files();
    after.remove("gatecrawl.db-shm");
    assert!(after == before, "the database and its log are as they were");
    assert_eq!(killed.words("select id from of_tomorrow").await, ["7"]);
}

#[tokio::test]
async fn an_upgrade_that_fails_leaves_the_database_to_the_program_before() {
    let from = 3;
    let database = Database::at(from).await;
    fill(&database, newest_installation()).await;
    // The first steps would succeed: they must not stay either.
    database.change("create table crawl_of_mine (id integer); create index url_by_found on url (id)").await;
    let (error, told) = database.is_refused().await;
    assert!(matches!(error, OpenError::Migrate { .. }), "{error:?}");
    assert!(told.contains("migration 11") && told.contains("url_by_found already exists"), "{told}");
    assert!(told.contains("go on with the version of Gatecrawl that wrote it"), "{told}");
    let mut db = database.connect().await;
    MIGRATOR.run_to(from, &mut db).await.expect("the program before finds its own schema");
    db.close().await.unwrap();
    database.change("drop index url_by_found").await;
    database.open().await.expect("the cause is gone").close().await;
}

#[tokio::test]
async fn a_migration_that_was_another_one_is_named_with_what_to_do() {
    let database = database().await;
    database.change("update _sqlx_migrations set checksum = x'00' where version in (7, 11)").await;
    let (error, told) = database.is_refused().await;
    assert!(matches!(error, OpenError::Altered { version: 7, .. }), "{error:?}");
    assert!(told.contains("migration 7") && told.contains("go on with the program that wrote it"), "{told}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let database = Database::empty();
    std::fs::write(database.file(), "Dear diary, today I crawled my first site.\n".repeat(100)).unwrap();
    let before = database.files();
    let error = database.open().await.expect_err("it is refused");
    database.has_still(&before, &error);
    let told = error.to_string();
    assert!(told.contains(&database.file().display().to_string()), "{told}");
}
