//! What cannot be done is refused with a text that says what happened, to what, and what to do; nothing changes.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::support::files::sql;
use crate::support::program::Program;
use crate::support::site::{put, small};
use crate::support::world::World;

fn sites(program: &Program) -> usize {
    program.json(0, &["site", "list"]).as_array().unwrap().len()
}

#[test]
fn an_address_that_is_no_site_is_refused() {
    let program = Program::new();
    for (address, says) in [
        ("http://", "no host"),
        ("ftp://shop.example/", "ftp"),
        ("mailto:nobody@shop.example", "mailto"),
        ("not a site", "URL"),
    ] {
        program.run(&["crawl", address]).refused(2, &[says]);
        program.run(&["site", "add", address]).refused(2, &[says]);
    }
    assert_eq!(sites(&program), 0);
}

#[test]
fn an_unknown_host_is_told_and_not_kept_as_a_site() {
    let program = Program::new();
    let ran = program.run(&["crawl", "http://no-such-host.invalid/"]);
    ran.refused(3, &["no-such-host.invalid", "spelling"]);
    assert_eq!(sites(&program), 0);
}

#[test]
fn a_start_page_that_is_no_web_page_is_told() {
    let site = small(&[], 0);
    put(&site, "notes.txt", "plain text");
    let world = World::of(site);
    let ran = world.program.run(&["crawl", &format!("{}notes.txt", world.url()), "--rate", "0"]);
    ran.refused(3, &["text/plain", "--list"]);
    assert_eq!(sites(&world.program), 0);
}

#[test]
fn a_sitemap_that_is_html_is_told_and_the_crawl_goes_on() {
    let site = small(&["docs"], 2);
    put(&site, "sitemap.xml", "<!doctype html><title>Not found</title>");
    let world = World::of(site);
    let crawled = world.crawl(0, &[]);
    let notes = crawled["crawl"]["notes"].to_string();
    assert!(notes.contains("sitemap.xml") && notes.contains("HTML"), "{notes}");
    assert!(world.nginx.asked().contains_key("/docs/2.html"));
    let ran = world.program.run(&["crawl", &world.url(), "--sitemap-only", "--rate", "0"]);
    ran.refused(3, &["--sitemap-only"]);
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named() {
    let program = Program::new();
    let file = program.put("a-file", "not a directory");
    program.run_in(Path::new(&file), &["site", "list"]).refused(2, &[&file, "--data"]);
    let below = format!("{file}/below");
    program.run_in(Path::new(&below), &["site", "list"]).refused(2, &[&below, "--data"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a directory");
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let program = Program::new();
    fs::create_dir_all(program.data()).unwrap();
    let path = program.data().join("gatecrawl.db");
    let name = path.to_str().unwrap();
    assert_eq!(program.run(&["site", "list"]).code, 0);
    assert!(path.exists(), "the database is where this test looks");
    for side in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{name}{side}"));
    }
    fs::write(&path, "no database, ".repeat(1000)).unwrap();
    program.run(&["site", "list"]).refused(3, &[name]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "no database, ".repeat(1000));
}

#[test]
fn a_database_of_a_newer_version_is_not_touched() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "http://shop.example/"]).code, 0);
    sql(
        &program.database(),
        "insert into _sqlx_migrations select 9999, 'from the future', installed_on, success, checksum, execution_time
         from _sqlx_migrations limit 1",
    );
    program.run(&["site", "list"]).refused(3, &["newer"]);
    program.run(&["serve", "--listen", "127.0.0.1:0"]).refused(3, &["newer"]);
}

#[test]
fn a_port_in_use_is_named_with_a_way_out() {
    let program = Program::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    program.run(&["serve", "--listen", &address]).refused(3, &[&address, "--listen"]);
    assert!(!program.data().exists(), "nothing was made");
}

#[test]
fn a_wrong_setting_changes_nothing() {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "http://shop.example/"]).code, 0);
    let before = program.json(0, &["site", "show", "shop.example"]);
    for (pair, says) in [
        ("rate=-1", "rate"),
        ("brief_max=soon", "brief_max"),
        ("time_zone=Mars", "time_zone"),
        ("schedule=cron 61 * * * *", "schedule"),
        ("no_such_key=1", "no_such_key"),
        ("rate", "rate"),
    ] {
        program.run(&["site", "set", "shop.example", "max_urls=7", pair]).refused(2, &[says]);
    }
    assert_eq!(program.json(0, &["site", "show", "shop.example"]), before);
    program.run(&["site", "set", "other.example", "rate=1"]).refused(2, &["other.example", "site list"]);
}

#[test]
fn a_private_address_behind_a_name_of_the_dashboard_is_refused_in_a_crawl() {
    let world = World::with_small_site(&["docs"], 1);
    let program = &world.program;
    let url = world.url();
    assert_eq!(program.run(&["site", "add", &url, "--set", "allow_private=false"]).code, 0);
    program.run(&["crawl", &url, "--rate", "0"]).refused(3, &["private", "--allow-private"]);
    assert!(world.nginx.asked().is_empty());
}

#[test]
fn whatever_is_pasted_to_diagnose_gets_a_clear_answer_or_a_clear_error() {
    let program = Program::new();
    let entry = r#"{"request":{"url":"https://shop.example/"},"response":{"status":502,"headers":[]}}"#;
    let har = format!(r#"{{"log":{{"entries":[{}]}}}}"#, vec![entry; 1000].join(","));
    let heads = format!("HTTP/1.1 502 Bad Gateway\r\n{}\r\n", "X-A: b\r\n".repeat(1_250_000));
    let answers = [
        "HTTP/9.9 999",
        "no status line at all",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\ncut",
        "\u{0}\u{1}\u{2}\u{7f}",
        &har,
        &heads,
    ];
    for pasted in answers {
        let ran = program.run_typing(pasted, &["diagnose", "-", "--format", "json"]);
        let begin: String = pasted.chars().take(40).collect();
        assert_eq!(ran.code, 0, "{begin}: {}", ran.stderr);
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(told["evidence"].as_array().is_some_and(|seen| !seen.is_empty()), "{begin}: {told:#}");
    }
    for (pasted, why) in
        [("", "nothing in it"), ("{\"a\":1}", "no HAR"), ("{\"log\":{\"entries\":[]}}", "no entries")]
    {
        let ran = program.run_typing(pasted, &["diagnose", "-"]);
        assert_eq!((ran.code, ran.stderr.contains(why)), (2, true), "{pasted}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
    let ran = program.run(&["diagnose", "no-such-file.http"]);
    assert_eq!(
        (ran.code, ran.stderr.contains("neither") || ran.stderr.contains("no file")),
        (2, true),
        "{}",
        ran.stderr
    );
}
