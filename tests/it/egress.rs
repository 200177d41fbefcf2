//! Our own connection goes down: nothing is called an outage by it, and readers are told.

use std::net::TcpListener;

use crate::support::free_port;
use crate::support::world::World;

fn assert_no_outage(world: &World) {
    let report = world.program.run(&["report"]);
    assert!(report.stdout.contains("All is well"), "{}", report.stdout);
    assert!(report.stdout.contains("Gatecrawl itself has had no connection since"), "{}", report.stdout);
}

#[test]
fn what_fails_while_our_own_connection_is_down_is_unknown_and_no_outage() {
    let mut world = World::with_small_site(&["docs"], 3);
    world.crawl(0, &[]);
    let probe = format!("127.0.0.1:{}", free_port());
    let url = world.url();
    world.nginx.stop();
    let ran = world.program.run(&["crawl", &url, "--rate", "0", "--egress-probe", &probe]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    for words in ["Gatecrawl itself has no connection", &format!("{probe} did not answer"), "unknown"] {
        assert!(ran.stderr.contains(words), "{words} is not in: {}", ran.stderr);
    }
    assert_no_outage(&world);
}

#[test]
fn a_site_that_is_down_while_a_probe_answers_is_an_outage() {
    let mut world = World::with_small_site(&["docs"], 3);
    world.crawl(0, &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let probe = listener.local_addr().unwrap().to_string();
    world.nginx.stop();
    let crawled =
        world.crawl(0, &["--egress-probe", &probe, "--set", "recheck=1s", "--set", "persistent_after=1h"]);
    assert!(crawled["outages"][0]["outcomes"]["refused"].as_u64() > Some(0), "{crawled}");
}

#[test]
fn a_machine_that_is_out_of_connections_blames_no_site() {
    let world = World::with_small_site(&["docs"], 30);
    world.crawl(0, &[]);
    let url = world.url();
    let ran = world.program.run_short_of_files(24, &["crawl", &url, "--rate", "0", "--concurrency", "64"]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("ulimit -n"), "{}", ran.stderr);
    assert_no_outage(&world);
}
