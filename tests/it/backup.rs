//! Copies of the database: taken while a crawl goes on, put back, and refused where that would lose something.

use std::fs;
use std::path::Path;
use std::process::Command;

use gatecrawl::store::FILE_NAME;

use crate::support::files::sql;
use crate::support::program::{Program, Ran};
use crate::support::recorded::recorded;
use crate::support::wait_for;
use crate::support::world::World;

/// All rows of all tables, as text. What is compared is read by another program than the one that wrote it.
fn rows(database: &Path) -> String {
    let script = "import sqlite3, sys
print('\\n'.join(sqlite3.connect(sys.argv[1]).iterdump()))";
    let ran = Command::new("python3").args(["-c", script]).arg(database).output().expect("python3 runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let rows = String::from_utf8(ran.stdout).unwrap();
    assert!(rows.contains("INSERT INTO \"site\""), "there is something to compare");
    rows
}

/// It is refused, speaks of all these, and has changed nothing.
fn refused(ran: &Ran, code: i32, says: &[&str]) {
    ran.refused(code, &[says, &["nothing was changed"]].concat());
}

#[test]
fn a_backup_taken_during_a_crawl_is_restored_equal_and_goes_on() {
    let world = World::with_python_doc();
    let (program, url) = (&world.program, world.url());
    assert_eq!(program.run(&["site", "add", &url, "--allow-private", "--set", "rate=100"]).code, 0);
    let serve = program.serve();
    wait_for("a part of the site is crawled", || (world.nginx.asked().len() > 150).then_some(()));
    let backup = program.data().with_file_name("backup.db");
    let ran = program.run(&["backup", backup.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("1 site") && ran.stdout.contains("is sound"), "{}", ran.stdout);
    assert!(rows(&backup).contains("'running'"), "the crawl was under way");
    serve.kill();

    let elsewhere = program.data().with_file_name("elsewhere");
    let ran = program.run_in(&elsewhere, &["restore", backup.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(rows(&elsewhere.join(FILE_NAME)), rows(&backup), "what was put back is what was copied");
    let before = recorded(&elsewhere).0;
    fs::remove_dir_all(program.data()).unwrap();
    fs::rename(&elsewhere, program.data()).unwrap();
    world.nginx.forget();
    let serve = program.serve();
    wait_for("the restored crawl goes on to its end", || recorded(&program.data()).1.finished_at);
    assert!(serve.terminate().success());
    let (after, asked) = (recorded(&program.data()).0, world.nginx.asked());
    assert!(before.len() > 100 && after.len() > 500, "{} pages, then {}", before.len(), after.len());
    for path in before.keys().filter(|path| !["/robots.txt", "/sitemap.xml"].contains(&path.as_str())) {
        assert!(!asked.contains_key(path), "{path} was in the backup and yet fetched again");
    }
}

#[test]
fn what_is_replaced_stays_beside_the_backup_that_took_its_place() {
    let program = Program::new();
    let backup = program.data().with_file_name("backup.db");
    let backup = backup.to_str().unwrap();
    assert_eq!(program.run(&["site", "add", "http://old.example/"]).code, 0);
    assert_eq!(program.run(&["backup", backup]).code, 0);
    assert_eq!(program.run(&["site", "add", "http://new.example/"]).code, 0);
    let serve = program.serve();
    refused(&program.run(&["restore", backup]), 2, &["--force"]);
    refused(&program.run(&["restore", backup, "--force"]), 2, &["in use", "serve"]);
    serve.kill();
    let ran = program.run(&["restore", backup, "--force"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let sites = program.json(0, &["site", "list"]);
    assert_eq!((sites.as_array().unwrap().len(), &sites[0]["site"]), (1, &"http://old.example".into()));
    let entries = fs::read_dir(program.data()).unwrap().map(|entry| entry.unwrap().path());
    let aside =
        entries.into_iter().find(|path| path.to_string_lossy().contains(".before-")).expect("it stays");
    assert!(rows(&aside).contains("http://new.example"), "nothing is lost");
    assert!(ran.stdout.contains(aside.to_str().unwrap()), "{}", ran.stdout);
}

#[test]
fn what_a_removed_database_has_left_beside_it_does_not_get_into_the_backup_that_takes_its_place() {
    let program = Program::new();
    let backup = program.data().with_file_name("backup.db");
    assert_eq!(program.run(&["site", "add", "http://old.example/"]).code, 0);
    assert_eq!(program.run(&["backup", backup.to_str().unwrap()]).code, 0);
    let serve = program.serve();
    assert_eq!(program.run(&["site", "add", "http://new.example/"]).code, 0);
    serve.kill();
    let database = program.database();
    assert!(
        database.with_file_name(format!("{FILE_NAME}-wal")).exists(),
        "what was written last is beside it"
    );
    fs::remove_file(&database).unwrap();
    let ran = program.run(&["restore", backup.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(rows(&database), rows(&backup));
    let sites = program.json(0, &["site", "list"]);
    assert_eq!(sites.as_array().unwrap().len(), 1, "{sites}");
}

#[test]
fn a_backup_is_not_written_over_what_is_there() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "http://shop.example/"]).code, 0);
    let (folder, database) = (program.data(), program.database());
    let there = program.put("there.db", "something else");
    refused(&program.run(&["backup", &there]), 2, &[&there, "--force"]);
    assert_eq!(fs::read_to_string(&there).unwrap(), "something else");
    refused(&program.run(&["backup", folder.to_str().unwrap(), "--force"]), 2, &["directory"]);
    refused(&program.run(&["backup", database.to_str().unwrap(), "--force"]), 2, &["itself"]);
    let below = format!("{there}/below.db");
    refused(&program.run(&["backup", &below]), 3, &[&below, "writable"]);
    let empty = program.data().with_file_name("empty");
    refused(&program.run_in(&empty, &["backup", &below]), 2, &["no database", empty.to_str().unwrap()]);
    assert!(!empty.exists(), "looking for a database makes none");
    assert_eq!(program.run(&["backup", &there, "--force"]).code, 0);
    assert!(rows(Path::new(&there)).contains("http://shop.example"));
}

#[test]
fn what_is_no_sound_backup_is_not_put_back() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "http://shop.example/"]).code, 0);
    let backup = program.data().with_file_name("backup.db");
    let path = backup.to_str().unwrap();
    assert_eq!(program.run(&["backup", path]).code, 0);
    let sound = fs::read(&backup).unwrap();
    let before = rows(&program.database());
    let restore = || program.run(&["restore", path, "--force"]);

    sql(
        &backup,
        "insert into _sqlx_migrations select 9999, 'later', installed_on, success, checksum, execution_time
         from _sqlx_migrations limit 1",
    );
    refused(&restore(), 3, &["newer Gatecrawl", "9999"]);
    fs::write(&backup, &sound[..sound.len() / 2]).unwrap();
    refused(&restore(), 3, &[path, "no sound database"]);
    let mut holed = sound.clone();
    holed[8192..20480].fill(0);
    fs::write(&backup, &holed).unwrap();
    refused(&restore(), 3, &[path, "no sound database"]);
    fs::write(&backup, "no database, ".repeat(1000)).unwrap();
    refused(&restore(), 3, &[path, "no sound database"]);
    fs::remove_file(&backup).unwrap();
    sql(&backup, "create table notes (text text)");
    refused(&restore(), 3, &[path, "no tables of Gatecrawl"]);
    fs::remove_file(&backup).unwrap();
    refused(&restore(), 2, &[path, "check the path"]);
    assert_eq!(rows(&program.database()), before);
    let left = fs::read_dir(program.data()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| !name.to_string_lossy().starts_with(FILE_NAME)).collect();
    assert!(left.is_empty(), "no half copy is left: {left:?}");
}
