//! A site that goes down while it is crawled: the crawl leaves it alone, sees when it is back, and goes on where it stopped.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::support::app::now;
use crate::support::wait_for;
use crate::support::world::World;

#[test]
fn a_crawl_that_meets_an_outage_pauses_and_goes_on_where_it_stopped_without_losing_a_url() {
    let mut world = World::with_python_doc();
    let (url, program, nginx, app) = (world.url(), &world.program, &world.nginx, &mut world.app);
    let (crawled, asked_while_down) = std::thread::scope(|scope| {
        let arguments = ["crawl", &url, "--rate", "100", "--set", "recheck=1s", "--wait", "5m"];
        let crawl = scope.spawn(move || program.json(0, &arguments));
        wait_for("a part of the site is crawled", || (nginx.asked().len() > 100).then_some(()));
        app.kill();
        // Each try asks for robots.txt first.
        wait_for("the crawl has tried three times in vain", || {
            (tries_in_vain(&nginx.asked()) >= 3).then_some(())
        });
        let asked_while_down = nginx.asked_failing();
        app.start();
        (crawl.join().unwrap(), asked_while_down)
    });
    assert!(asked_while_down < 150, "{asked_while_down} of 531 URLs and probes met a dead site");
    let notes = crawled["crawl"]["notes"].to_string();
    assert!(notes.contains("for the site to come back"), "{notes}");

    let undisturbed = World::with_python_doc();
    undisturbed.crawl(0, &[]);
    let lost: Vec<String> = undisturbed
        .nginx
        .asked()
        .into_keys()
        .filter(|path| !was_answered(&world.nginx.asked(), path))
        .collect();
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn a_section_that_is_down_is_held_back_while_the_others_are_crawled() {
    let world = World::with_small_site(&["docs", "shop"], 60);
    world.crawl(0, &[]);
    world.nginx.forget();
    for page in 1..=60 {
        world.put(&format!("shop/{page}.html.status"), "502");
    }
    let crawled = world.crawl(0, &["--set", "recheck=1h"]);
    let asked = world.nginx.asked();
    let of = |section: &str| asked.iter().filter(|(path, _)| path.starts_with(section)).count();
    assert_eq!(of("/docs/"), 60, "the pages that are well are all looked at");
    assert!((18..=30).contains(&of("/shop/")), "{} of those that are down", of("/shop/"));
    let notes = crawled["crawl"]["notes"].to_string();
    assert!(notes.contains("/shop/*") && notes.contains("held back"), "{notes}");
}

#[test]
fn a_site_that_asks_to_be_left_alone_is_left_alone() {
    let world = World::with_small_site(&["docs", "shop"], 12);
    world.crawl(0, &[]);
    for page in 1..=12 {
        world.put(&format!("shop/{page}.html.status"), "503");
        world.put(&format!("shop/{page}.html.headers"), "Retry-After: 3600\n");
    }
    world.nginx.forget();
    let crawled = world.crawl(0, &["--set", "recheck=1s"]);
    let notes = crawled["crawl"]["notes"].to_string();
    assert!(notes.contains("asked to be left alone") && notes.contains("Retry-After"), "{notes}");
    let asked = world.nginx.asked();
    let of_shop: Vec<&Vec<u16>> =
        asked.iter().filter(|(path, _)| path.starts_with("/shop/")).map(|(_, statuses)| statuses).collect();
    assert!((3..12).contains(&of_shop.len()), "three speak for the host: {asked:?}");
    assert!(of_shop.iter().all(|statuses| statuses.len() == 1), "nothing is looked at again before its time");
}

#[test]
fn an_outage_between_two_crawls_is_found_and_its_end_as_well() {
    let mut world = World::with_small_site(&["docs", "shop"], 6);
    let url = world.url();
    let settings = ["--set", "sentinel_every=1s", "--set", "recheck=1s", "--set", "rate=100"];
    let add = [&["site", "add", &url, "--allow-private"][..], &settings].concat();
    assert_eq!(world.program.run(&add).code, 0);
    let serve = world.program.serve();
    wait_for("the first crawl is over", || (world.nginx.asked().len() >= 14).then_some(()));
    let alive = world.app.kill();
    wait_for("the outage is seen", || (world.nginx.asked_failing() >= 3).then_some(()));
    let dead = now();
    let started = world.app.start();
    world.nginx.forget();
    wait_for("the end is seen", || {
        world.nginx.asked().get("/").is_some_and(|statuses| statuses.contains(&200)).then_some(())
    });
    assert!(serve.terminate().success());
    let crawled = world.crawl(0, &[]);
    let outage = &crawled["outages"][0];
    assert_eq!((&outage["scope"], &outage["state"]), (&"site".into(), &"recovering".into()), "{crawled:#}");
    let at =
        |bounds: &str, side: usize| outage[bounds][side].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(at("started_between", 1) >= alive && at("started_between", 1) <= dead, "no crawl was due then");
    assert!(at("ended_between", 0) <= started);
}

fn tries_in_vain(asked: &BTreeMap<String, Vec<u16>>) -> usize {
    asked.get("/robots.txt").map_or(0, |statuses| statuses.iter().filter(|status| **status >= 500).count())
}

/// Whether the last answer was no server error.
fn was_answered(asked: &BTreeMap<String, Vec<u16>>, path: &str) -> bool {
    asked.get(path).and_then(|statuses| statuses.last()).is_some_and(|status| *status < 500)
}
