//! An installation that cannot start, or whose database is taken from under it: it says what happened, to what, and what to do, and
//! changes nothing.

use std::fs;
use std::path::Path;

use crate::support::ask::Client;
use crate::support::files::{contents, damage, damage_table, set_mode, sql};
use crate::support::program::Program;
use crate::support::service::Service;
use crate::support::wait_for;
use crate::support::world::World;

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];
const LIST: [&str; 2] = ["site", "list"];

/// A program that knows a site, and whose database is in one file: what stands in the file beside it would hide what is done to it.
fn program() -> Program {
    let program = Program::new();
    assert_eq!(program.run(&["site", "add", "http://shop.example/"]).code, 0);
    sql(&program.database(), "select count(*) from sqlite_master");
    assert_eq!(contents(&program.data()).len(), 1);
    program
}

/// The database without what the engine puts beside it.
fn bytes(program: &Program) -> Option<(usize, u64)> {
    contents(&program.data()).remove("gatecrawl.db")
}

#[test]
fn a_setting_of_the_wrong_type_is_told_with_its_line_and_what_it_should_be() {
    for (text, says) in [
        ("listen = 8502", &["line 1, column 10", "integer `8502` stands where", "\"127.0.0.1:8502\""][..]),
        ("listen = \"8502\"", &["line 1, column 10", "127.0.0.1:8502"]),
        (
            "[mail]\nport = \"x\"",
            &["line 2, column 8", "string \"x\" stands where a whole number up to 65535 is expected"],
        ),
        (
            "[keep]\nevidence = 90",
            &["line 2, column 12", "integer `90` stands where a text in quotes is expected"],
        ),
        ("[[site]]\nurl = 5", &["line 2, column 7", "integer `5` stands where a text in quotes is expected"]),
        ("[[site]]\nurl = \"https://shop.example/\"\nsetings = {}", &["line 3", "did you mean `settings`?"]),
        ("lisen = \"127.0.0.1:8502\"", &["line 1, column 1", "did you mean `listen`?"]),
        ("[kep]\nevidence = \"90d\"", &["line 1", "did you mean `keep`?"]),
    ] {
        let program = Program::new();
        let file = program.put("gatecrawl.toml", text);
        for command in [&SERVE[..], &LIST, &["doctor"]] {
            program.run(command).refused(2, &[&[file.as_str()][..], says].concat());
        }
        assert!(!program.data().exists(), "nothing was made");
    }
}

#[test]
fn a_secret_that_cannot_be_read_is_told_with_its_file_and_key() {
    let program = Program::new();
    let secret = program.put("secret", "tiger\n");
    let folder = program.data().with_file_name("folder");
    fs::create_dir(&folder).unwrap();
    set_mode(secret.as_ref(), 0o000);
    for (file, why) in
        [("missing", "No such file"), ("secret", "Permission denied"), ("folder", "Is a directory")]
    {
        let relay = format!(
            "[mail]\nhost = \"a\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword_file = \"{file}\"\n"
        );
        program.put("gatecrawl.toml", &relay);
        set_mode(&program.data().with_file_name("gatecrawl.toml"), 0o644);
        program.run_without_rights(&SERVE).refused(2, &["mail.password_file", file, why, "readable"]);
    }
    assert!(!program.data().exists(), "nothing was made");
}

#[test]
fn a_data_directory_and_a_database_without_rights_are_named() {
    for (directory, file, says) in [
        (0o555, 0o444, ["the data directory", "Permission denied"]),
        (0o777, 0o000, ["gatecrawl.db", "Permission denied"]),
        (0o777, 0o444, ["gatecrawl.db", "Permission denied"]),
    ] {
        let program = program();
        set_mode(&program.database(), file);
        set_mode(&program.data(), directory);
        let ran = [program.run_without_rights(&SERVE), program.run_without_rights(&LIST)];
        set_mode(&program.data(), 0o755);
        set_mode(&program.database(), 0o644);
        for ran in ran {
            ran.refused(2, &[says[0], says[1], "writable for this user", "--data"]);
        }
        assert_eq!(contents(&program.data()).len(), 1, "nothing was made beside it");
        assert_eq!(program.json(0, &LIST).as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_damaged_database_is_named_with_a_way_out_and_left_as_it_is() {
    let cut = |file: &Path| {
        let size = fs::metadata(file).unwrap().len();
        fs::OpenOptions::new().write(true).open(file).unwrap().set_len(size - 4096).unwrap();
    };
    for (what, damaged) in [
        ("its header", &(|file: &Path| damage(file, 0, 100)) as &dyn Fn(&Path)),
        ("a page that is read", &|file| damage_table(file, "site")),
        ("its end", &cut),
    ] {
        let program = program();
        damaged(&program.database());
        let before = bytes(&program);
        for command in [&SERVE[..], &LIST] {
            program.run(command).refused(3, &["gatecrawl.db", "restore", "gatecrawl restore FILE --force"]);
            assert_eq!(bytes(&program), before, "{what}, {command:?}");
        }
    }
}

#[test]
fn a_database_of_a_newer_version_is_left_as_it_is() {
    let program = program();
    sql(&program.database(), "update _sqlx_migrations set version = 9999 where version = 1");
    let before = bytes(&program);
    for command in [&SERVE[..], &LIST] {
        program.run(command).refused(3, &["gatecrawl.db", "newer", "install that version"]);
        assert_eq!(bytes(&program), before);
    }
}

/// A world whose site is watched by a `serve`, and its dashboard.
fn watched() -> (World, Service, Client) {
    let world = World::with_small_site(&["docs"], 6);
    let fast = ["--set", "sentinel_every=1s", "--set", "recheck=1s", "--set", "rate=100"];
    let url = world.url();
    let add = [&["site", "add", &url, "--allow-private"][..], &fast].concat();
    assert_eq!(world.program.run(&add).code, 0);
    let serve = Service::start(&world.program, &["--listen", "127.0.0.1:0"], &[]);
    let mut client = Client::new(&serve.address());
    client.set_up(&serve.setup_token());
    wait_for("the first crawl is over", || (world.nginx.asked().len() >= 8).then_some(()));
    (world, serve, client)
}

/// That it is told once in the log, and for as long as it lasts to whoever asks.
fn is_told(serve: &Service, client: &Client, says: &str) {
    let told = serve.logs("recording has stopped");
    assert!(
        told.contains("ERROR") && told.contains(says) && told.contains("gatecrawl restore FILE --force"),
        "{told}"
    );
    let ready = client.get("/readyz");
    assert!(ready.status == 503 && ready.body.contains(says), "{} {}", ready.status, ready.body);
    assert_eq!(client.get("/healthz").status, 200);
}

#[test]
fn a_database_that_is_damaged_under_a_running_serve_stops_the_recording_and_is_told_once() {
    let (world, mut serve, client) = watched();
    let file = world.program.database();
    // What is in the other file and in memory would hide the damage.
    wait_for("all is in the database", || {
        (sql(&file, "pragma wal_checkpoint(truncate)") == "0").then_some(())
    });
    for table in ["spell", "spell_by_url", "url", "rollup_hour", "episode"] {
        damage_table(&file, table);
    }
    is_told(&serve, &client, "damaged");
    assert!(client.get("/login").status < 500, "pages that do not need what is damaged still come");
    let page = client.get("/").body;
    assert!(page.contains("has recorded nothing since"), "{page}");
    assert!(page.contains("begins again with the next start"), "what is written into it may be lost: {page}");
    serve.end();
    let noise: Vec<_> = serve.logged().into_iter().filter(|line| line.contains("recording")).collect();
    assert_eq!(noise, Vec::<String>::new(), "it is told once");
}

#[test]
fn a_database_that_is_taken_away_stops_the_recording_until_it_is_back() {
    let (world, mut serve, client) = watched();
    let (file, away) = (world.program.database(), world.program.data().join("away.db"));
    fs::rename(&file, &away).unwrap();
    is_told(&serve, &client, "was removed, or another file is in its place");
    assert!(client.get("/").body.contains("has recorded nothing since"));
    fs::write(&file, "another file").unwrap();
    assert_eq!(client.get("/readyz").status, 503, "another file is not the one that was there");
    fs::rename(&away, &file).unwrap();
    serve.logs("recording goes on");
    assert_eq!(client.get("/readyz").status, 200);
    assert_eq!(serve.end(), Some(0));
}
