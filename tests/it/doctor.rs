//! `gatecrawl doctor` looks at each part, also when another one is broken, says what to do, and changes nothing.

use serde_json::Value;

use crate::support::files::{contents, damage, damage_table, set_mode, sql};
use crate::support::free_port;
use crate::support::program::Program;
use crate::support::service::Service;
use crate::support::wait_for;
use crate::support::world::World;

/// The state of a part, and what is said of it; the worst, when there are several.
fn part(found: &Value, name: &str) -> (String, String) {
    let of = |state: &str| {
        let mut all = found.as_array().unwrap().iter();
        all.find(|one| one["part"] == name && one["state"] == state)
    };
    let one = of("broken").or_else(|| of("attention")).or_else(|| of("well"));
    let one = one.unwrap_or_else(|| panic!("nothing is said of {name}: {found:#}"));
    (one["state"].as_str().unwrap().to_owned(), one["says"].as_str().unwrap().to_owned())
}

fn says(found: &Value, name: &str, state: &str, words: &[&str]) {
    let (is, said) = part(found, name);
    assert_eq!(is, state, "{name}: {said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
}

/// A program that has a site, and whose `serve` would listen where nobody does.
fn program() -> Program {
    let program = Program::new();
    program.put("gatecrawl.toml", &format!("listen = \"127.0.0.1:{}\"\n", free_port()));
    assert_eq!(program.run(&["site", "add", "http://127.0.0.1:9/"]).code, 0);
    // In one file: what stands in the one beside it would hide what is done to it.
    sql(&program.database(), "select count(*) from sqlite_master");
    program
}

#[test]
fn a_healthy_installation_is_told_part_by_part() {
    let program = program();
    let file = program.data().with_file_name("gatecrawl.toml");
    let serve = Service::start(&program, &["--config", file.to_str().unwrap()], &[]);
    let address = serve.address();
    let found = program.json(0, &["doctor"]);
    says(&found, "versions", "well", &["gatecrawl 0.", "SQLite 3.", "migration"]);
    says(&found, "configuration", "well", &["gatecrawl.toml was read"]);
    says(&found, "permissions", "well", &["alone"]);
    says(&found, "database", "well", &["is whole, and knows 1 site"]);
    says(&found, "clock", "well", &["UTC"]);
    says(&found, "dns", "well", &["1 host was found"]);
    says(&found, "serve", "well", &["ready", &address]);
    says(&found, "mail", "attention", &["[mail]"]);
    says(&found, "messages", "well", &["none is stuck"]);
    assert_ne!(part(&found, "disk").0, "broken");
    let rows = program.run(&["doctor", "--format", "csv"]).stdout;
    assert!(rows.starts_with("part,state,says\n") && rows.contains("database,well,"), "{rows}");
}

#[test]
fn where_nothing_is_yet_nothing_is_made() {
    let program = Program::new();
    program.put("gatecrawl.toml", &format!("listen = \"127.0.0.1:{}\"\n", free_port()));
    let found = program.json(0, &["doctor"]);
    says(&found, "database", "attention", &["there is none yet", "gatecrawl.db", "--data"]);
    says(&found, "serve", "attention", &["does not run", "gatecrawl serve"]);
    assert!(!program.data().exists());
}

#[test]
fn a_damaged_database_is_told_with_a_way_out_and_the_other_parts_too() {
    for (name, damaged) in [
        ("its header", (|file| damage(file, 0, 100)) as fn(&std::path::Path)),
        ("a page in the middle", |file| damage_table(file, "spell")),
    ] {
        let program = program();
        damaged(&program.database());
        let before = contents(&program.data());
        let found = program.json(3, &["doctor"]);
        says(&found, "database", "broken", &["gatecrawl.db is damaged", "gatecrawl restore FILE --force"]);
        says(&found, "permissions", "well", &[]);
        says(&found, "serve", "attention", &["does not run"]);
        says(&found, "mail", "attention", &["[mail]"]);
        assert_eq!(contents(&program.data()), before, "{name}");
    }
}

#[test]
fn a_database_of_another_version_is_told_and_not_brought_up_to_date_by_looking() {
    for (change, code, state, words) in [
        ("update _sqlx_migrations set version = 9999 where version = 1", 3, "broken", ["newer", "9999"]),
        ("delete from _sqlx_migrations where version > 3", 0, "attention", ["next start", "backup FILE"]),
    ] {
        let program = program();
        sql(&program.database(), change);
        let before = contents(&program.data());
        let found = program.json(code, &["doctor"]);
        says(&found, "database", state, &words);
        says(&found, "versions", "well", &["the database has migration"]);
        assert_eq!(contents(&program.data()), before);
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_told_with_whose_it_is() {
    let program = program();
    set_mode(&program.data(), 0o555);
    set_mode(&program.database(), 0o444);
    let before = contents(&program.data());
    let ran = program.run_without_rights(&["doctor", "--format", "json"]);
    set_mode(&program.data(), 0o755);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    says(&found, "permissions", "broken", &["not writable for this user", "chown"]);
    says(&found, "disk", "broken", &["cannot be written"]);
    says(&found, "database", "well", &["1 site"]);
    assert_eq!(contents(&program.data()), before);
}

#[test]
fn what_others_may_read_and_should_not_is_told() {
    let program = program();
    set_mode(&program.data(), 0o755);
    let secret = program.put("chat", "https://hooks.example/x\n");
    let config = program.put("other.toml", "[secrets]\nchat = { file = \"chat\" }\n");
    set_mode(secret.as_ref(), 0o644);
    set_mode(config.as_ref(), 0o644);
    let found = program.json(0, &["doctor", "--config", &config]);
    says(&found, "permissions", "attention", &["open to others", "chmod go="]);
    says(&found, "configuration", "attention", &[&secret, "chmod o="]);
    set_mode(&program.data(), 0o700);
    set_mode(secret.as_ref(), 0o640);
    let found = program.json(0, &["doctor", "--config", &config]);
    says(&found, "permissions", "well", &[]);
    says(&found, "configuration", "well", &["other.toml was read"]);
}

#[test]
fn a_disk_that_takes_nothing_more_is_found_by_a_write() {
    let program = program();
    let before = contents(&program.data());
    let ran = program.run_with_small_files(8, &["doctor", "--format", "json"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    says(&found, "disk", "broken", &["cannot be written", "make room"]);
    assert_eq!(contents(&program.data()), before);
}

#[test]
fn a_clock_that_was_set_back_is_told_with_how_far() {
    let program = program();
    let crawl = "insert into crawl (site_id, kind, state, options, requested_at)
        values (1, 'manual', 'finished', '{}', 1000 * (strftime('%s', 'now') + 5 * 3600))";
    sql(&program.database(), crawl);
    let found = program.json(0, &["doctor"]);
    says(&found, "clock", "attention", &["later: it was set back", "NTP"]);
    assert!(part(&found, "clock").1.contains("4 h 59 min") || part(&found, "clock").1.contains("5 h"));
}

#[test]
fn a_host_that_leads_nowhere_is_named() {
    let program = program();
    assert_eq!(program.run(&["site", "add", "http://no-such-host.invalid/"]).code, 0);
    let found = program.json(0, &["doctor"]);
    says(&found, "dns", "attention", &["no-such-host.invalid", "name servers"]);
}

#[test]
fn a_serve_that_records_nothing_is_broken_with_its_reason() {
    let world = World::with_small_site(&["docs"], 3);
    let program = &world.program;
    let file = program.put("gatecrawl.toml", &format!("listen = \"127.0.0.1:{}\"\n", free_port()));
    assert_eq!(program.run(&["site", "add", &world.url(), "--allow-private"]).code, 0);
    let serve = Service::start(program, &["--config", &file], &[]);
    serve.address();
    serve.setup_token();
    std::fs::rename(program.database(), program.data().join("elsewhere.db")).unwrap();
    let found = wait_for("it is noticed", || {
        let ran = program.run(&["doctor", "--format", "json"]);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        // Before it is noticed, a new connection cannot be opened.
        (part(&found, "serve").1.contains("was removed")).then_some(found)
    });
    says(&found, "serve", "broken", &["503", "was removed"]);
    says(&found, "database", "attention", &["there is none yet"]);
}
