//! A site that goes down while it is crawled: the crawl leaves it alone, sees when it is back, and goes on where it stopped.

use std::collections::BTreeMap;

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

fn tries_in_vain(asked: &BTreeMap<String, Vec<u16>>) -> usize {
    asked.get("/robots.txt").map_or(0, |statuses| statuses.iter().filter(|status| **status >= 500).count())
}

/// Whether the last answer was no server error.
fn was_answered(asked: &BTreeMap<String, Vec<u16>>, path: &str) -> bool {
    asked.get(path).and_then(|statuses| statuses.last()).is_some_and(|status| *status < 500)
}
