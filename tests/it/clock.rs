//! A clock that is set back: what is due does not wait until it has caught up, and what is seen is recorded. That the clock was hours
//! ahead before is made by moving all that was stored.

use crate::support::ask::Client;
use crate::support::files::sql;
use crate::support::service::Service;
use crate::support::wait_for;
use crate::support::world::World;

/// By so much the clock is set back.
const MILLISECONDS: i64 = 5 * 3_600_000;

/// Instants by which it is decided what is due, and what is newer.
const INSTANTS: [&str; 9] = [
    "recording_check set checked_at = checked_at",
    "spell set first_seen = first_seen",
    "spell set last_seen = last_seen",
    "crawl set requested_at = requested_at",
    "crawl set started_at = started_at",
    "crawl set finished_at = finished_at",
    "site set next_crawl_at = next_crawl_at",
    "site set next_probe_at = next_probe_at",
    "site set lease_until = lease_until",
];

#[test]
fn a_service_whose_clock_is_set_back_by_hours_goes_on_and_sees_what_happens() {
    let mut world = World::with_small_site(&["docs"], 6);
    let (url, fast) =
        (world.url(), ["--set", "sentinel_every=1s", "--set", "recheck=1s", "--set", "rate=100"]);
    assert_eq!(world.program.run(&[&["site", "add", &url, "--allow-private"][..], &fast].concat()).code, 0);
    let database = world.program.data().join("gatecrawl.db");
    let mut serve = Service::start(&world.program, &["--listen", "127.0.0.1:0"], &[]);
    serve.address();
    wait_for("the first crawl is over", || {
        (sql(&database, "select count(*) from crawl where state = 'finished'") == "1").then_some(())
    });
    assert_eq!(serve.end(), Some(0));
    for instant in INSTANTS {
        sql(&database, &format!("update {instant} + {MILLISECONDS}"));
    }
    world.app.kill();
    world.nginx.forget();

    let serve = Service::start(&world.program, &["--listen", "127.0.0.1:0"], &[]);
    let client = Client::new(&serve.address());
    let told = serve.logs("clock");
    assert!(told.contains("was set back") && told.contains("goes on from where it was"), "{told}");
    serve.logs("outage began");
    assert!(world.nginx.asked_failing() > 0);
    assert_eq!(client.get("/readyz").status, 200);
    let found = world.program.run(&["doctor"]);
    assert!(found.stdout.contains("attention clock:"), "{}", found.stdout);
}
