//! A disk that is full: nothing is fetched that could not be kept, everybody who looks is told, and it goes on by itself. The
//! limit on the size of a process' files stands for the disk: the system refuses the same writes.

use std::fs;
use std::path::Path;

use crate::support::ask::Client;
use crate::support::recorded::recorded;
use crate::support::service::Service;
use crate::support::smtp::{Mood, Relay};
use crate::support::wait_for;
use crate::support::world::World;

#[test]
fn recording_stops_on_a_full_disk_is_told_everywhere_and_goes_on_by_itself() {
    let world = World::with_python_doc();
    let program = &world.program;
    assert_eq!(program.run(&["site", "add", &world.url(), "--allow-private", "--set", "rate=50"]).code, 0);
    let relay = Relay::start(Mood::Plain);
    let mail = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"watch@shop.example\"\n",
        relay.port
    );
    let config = program.put("gatecrawl.toml", &mail);
    assert_eq!(program.run(&["recipient", "add", "ops", "--mail", "ops@shop.example"]).code, 0);
    let mut service = Service::start(program, &["--listen", "127.0.0.1:0", "--config", &config], &[]);
    let mut client = Client::new(&service.address());
    client.set_up(&service.setup_token());
    wait_for("a part of the site is crawled", || (world.nginx.asked().len() > 150).then_some(()));

    service.limit_files(Some(fs::metadata(program.data().join("gatecrawl.db-wal")).unwrap().len()));
    let told = service.logs("recording has stopped");
    assert!(told.contains("ERROR") && told.contains("make room"), "{told}");
    let ready = client.get("/readyz");
    assert!(ready.status == 503 && ready.body.contains("make room"), "{} {}", ready.status, ready.body);
    assert_eq!(client.get("/healthz").status, 200, "to start it anew would not help");
    for page in ["/", "/sites/1", "/settings/users", "/crawls/1"] {
        let page = client.get(page);
        assert!(page.status == 200 && page.body.contains("has recorded nothing since"), "{}", page.body);
    }
    let refused = client.post("/sites/new", "url=http://other.example/");
    assert!(refused.status == 507 && refused.body.contains("Nothing was changed"), "{}", refused.body);
    // Who was under way when it stopped has come back by then.
    let asked = wait_for("nobody fetches any more", || {
        let before = world.nginx.asked().len();
        client.get("/readyz");
        let tries = service.logged().len();
        (tries == 0 && world.nginx.asked().len() == before).then_some(before)
    });
    assert!(asked < 500, "{asked} pages were fetched, most of them for nothing");

    wait_for("somebody is told", || (relay.mails().len() == 1).then_some(()));

    service.limit_files(None);
    service.logs("recording goes on");
    wait_for("it is ready again", || (client.get("/readyz").status == 200).then_some(()));
    wait_for("the crawl goes on to its end", || recorded(&program.data()).1.finished_at);
    assert!(!client.get("/").body.contains("has recorded nothing since"));
    wait_for("and told of the end", || (relay.mails().len() == 2).then_some(()));
    let subjects =
        relay.mails().iter().map(|mail| mail.read().subject().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(subjects, ["Gatecrawl: nothing is recorded", "Gatecrawl: recording goes on"]);
    assert_eq!(service.end(), Some(0));
    let noise = service.logged().into_iter().filter(|line| line.contains("ERROR") || line.contains("WARN"));
    assert_eq!(noise.collect::<Vec<_>>(), Vec::<String>::new(), "it is told once");
    is_whole(&world);
}

/// Every page is recorded, and the database is sound.
fn is_whole(world: &World) {
    let (pages, crawl) = recorded(&world.program.data());
    let counted = pages.values().sum::<u64>();
    assert!(
        pages.len() > 500 && crawl.fetches == counted,
        "{} of {counted} in {}",
        crawl.fetches,
        pages.len()
    );
    let copy = world.program.data().with_file_name("copy.db");
    let backup = world.program.run(&["backup", copy.to_str().unwrap()]);
    assert!(backup.stdout.contains("is sound"), "{}", backup.stderr);
}

#[test]
fn a_command_on_a_full_disk_says_so_and_loses_nothing() {
    let world = World::with_small_site(&["docs"], 3);
    let program = &world.program;
    let url = world.url();
    assert_eq!(program.run(&["site", "add", &url, "--allow-private"]).code, 0);
    let before = program.json(0, &["site", "list"]);
    let file = program.data().join("gatecrawl.db");
    for arguments in [vec!["crawl", &url, "--rate", "0"], vec!["site", "add", "http://other.example/"]] {
        // In blocks of 512 bytes: less than the database has already.
        let ran = program.run_with_small_files(8, &arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.stderr);
        let says = |word: &str| ran.stderr.contains(word);
        assert!(says(file_name(&file)) && says("make room") && !says("panicked"), "{}", ran.stderr);
    }
    assert_eq!(program.json(0, &["site", "list"]), before);
    world.crawl(0, &[]);
}

fn file_name(path: &Path) -> &str {
    path.to_str().unwrap()
}
