//! An application behind nginx is killed and started again; what is said about it must hold against the true instants.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::app::now;
use crate::support::wait_for;
use crate::support::world::World;

#[test]
fn a_killed_application_is_one_outage_of_the_site_and_its_bounds_bracket_the_truth() {
    let mut world = World::with_python_doc();
    world.crawl(0, &[]);
    let alive = world.app.kill();
    let dead = now();
    world.nginx.forget();

    let down = world.crawl(0, &["--set", "recheck=1s,2s"]);
    let outage = only(&down);
    assert_eq!(
        (&outage["scope"], &outage["verdict"], &outage["state"]),
        (&"site".into(), &"brief".into(), &"ongoing".into())
    );
    assert_eq!(outage["ended_between"], Value::Null);
    let asked = world.nginx.asked();
    assert!(asked.values().flatten().all(|status| *status == 502), "{asked:?}");
    assert!(asked.contains_key("/robots.txt") && asked.contains_key("/"));
    assert!((5..60).contains(&asked.len()), "a host that is down is probed, not crawled: {}", asked.len());
    assert_eq!(outage["url_count"], asked.len());

    let dead_still = now();
    let started = world.app.start();
    let outage = only(&world.crawl(0, &[])).clone();
    assert_eq!((&outage["verdict"], &outage["state"]), (&"brief".into(), &"recovering".into()));
    assert_eq!(outage["url_count"], asked.len(), "it is the same outage");
    brackets(&outage["started_between"], alive, dead);
    brackets(&outage["ended_between"], dead_still, started);
    let seconds = |bound: &str| outage["duration_seconds"][bound].as_i64().unwrap();
    assert!(seconds("min") <= (started - alive).num_seconds());
    assert!(seconds("max") >= (dead_still - dead).num_seconds());
}

#[test]
fn by_a_policy_of_seconds_the_same_outage_is_persistent_and_the_exit_code_says_so() {
    let mut world = World::with_small_site(&["docs"], 4);
    let policy = ["--set", "persistent_after=10s", "--set", "recheck=1s"];
    world.crawl(0, &policy);
    world.app.kill();
    // The first look is young; the confirming looks that follow are not.
    world.crawl(0, &[]);
    let still_down = world.crawl_until(1, |crawled| only(crawled)["verdict"] == "persistent");
    assert_eq!(only(&still_down)["state"], "ongoing");
    assert!(only(&still_down)["duration_seconds"]["min"].as_i64().unwrap() >= 10);
}

#[test]
fn one_blip_that_the_next_look_does_not_find_again_is_transient() {
    let mut world = World::with_small_site(&["docs"], 4);
    world.crawl(0, &["--set", "recheck=1s"]);
    world.app.kill();
    let url = world.url();
    let program = &world.program;
    let app = &mut world.app;
    let nginx = &world.nginx;
    let crawled = std::thread::scope(|scope| {
        let crawl = scope.spawn(|| {
            program.json(0, &["crawl", &url, "--rate", "0", "--wait", "0s", "--set", "recheck=5s"])
        });
        // Everything that is probed has failed once; then the application comes back, before the confirming look.
        wait_for("every probe has failed", || (nginx.asked_failing() >= 6).then_some(()));
        app.start();
        crawl.join().unwrap()
    });
    assert_eq!(only(&crawled)["verdict"], "transient", "{crawled}");
}

#[test]
fn an_application_that_dies_in_mid_crawl_is_left_alone_soon() {
    let mut world = World::with_python_doc();
    let (url, program, nginx, app) = (world.url(), &world.program, &world.nginx, &mut world.app);
    let crawled = std::thread::scope(|scope| {
        let arguments = ["crawl", &url, "--rate", "100", "--wait", "0s", "--set", "recheck=1s"];
        let crawl = scope.spawn(move || program.json(0, &arguments));
        wait_for("a part of the site is crawled", || (nginx.asked().len() > 100).then_some(()));
        app.kill();
        crawl.join().unwrap()
    });
    let notes = crawled["crawl"]["notes"].to_string();
    assert!(notes.contains("the crawl paused") && notes.contains("were left alone"), "{notes}");
    assert!((18..100).contains(&nginx.asked_failing()), "{} requests met a dead site", nginx.asked_failing());
    assert_eq!(only(&crawled)["state"], "ongoing");
}

#[test]
fn a_crawl_of_a_site_that_serve_is_crawling_joins_that_crawl_and_asks_nothing_twice() {
    let world = World::with_python_doc();
    let url = world.url();
    assert_eq!(world.program.run(&["site", "add", &url, "--allow-private", "--set", "rate=100"]).code, 0);
    let serve = world.program.serve();
    wait_for("serve crawls", || (world.nginx.asked().len() > 3).then_some(()));
    let another = world.program.run(&["crawl", &url, "--max-urls", "7"]);
    assert_eq!(another.code, 3, "a crawl of other URLs cannot join: {}", another.stderr);
    assert!(another.stderr.contains("another process"), "{}", another.stderr);
    let joined = world.program.json(0, &["crawl", &url]);
    let asked = world.nginx.asked();
    assert_eq!(joined["crawl"]["fetched"], asked.values().map(Vec::len).sum::<usize>());
    assert!(asked.len() > 500 && asked.values().all(|statuses| statuses.len() == 1), "{asked:?}");
    assert!(serve.terminate().success());
}

fn only(crawled: &Value) -> &Value {
    let outages = crawled["outages"].as_array().unwrap();
    assert_eq!(outages.len(), 1, "{outages:#?}");
    &outages[0]
}

/// The truth lies between two instants of which each is on its side: first still the old state, then already the new.
fn brackets(between: &Value, old_state_at: DateTime<Utc>, new_state_at: DateTime<Utc>) {
    let at = |side: usize| between[side].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(at(0) <= new_state_at, "{between} begins after {new_state_at}");
    assert!(at(1) >= old_state_at, "{between} ends before {old_state_at}");
    assert!(at(0) <= at(1), "{between}");
}
