//! `serve` is killed in the middle of a crawl: what it had recorded is there, and nothing is counted twice.

use crate::support::recorded::recorded;
use crate::support::wait_for;
use crate::support::world::World;

#[test]
fn a_crawl_that_was_killed_goes_on_and_counts_no_observation_twice() {
    let world = World::with_python_doc();
    let url = world.url();
    assert_eq!(world.program.run(&["site", "add", &url, "--allow-private", "--set", "rate=100"]).code, 0);
    let serve = world.program.serve();
    wait_for("a part of the site is crawled", || (world.nginx.asked().len() > 150).then_some(()));
    serve.kill();
    let (before, unfinished) = recorded(&world.program.data());
    assert!(
        unfinished.finished_at.is_none() && before.len() > 100,
        "{} of the pages are recorded",
        before.len()
    );

    let serve = world.program.serve();
    wait_for("the crawl goes on to its end", || recorded(&world.program.data()).1.finished_at);
    assert!(serve.terminate().success());
    let (after, crawl) = recorded(&world.program.data());
    let asked = world.nginx.asked();
    assert!(after.len() > 500, "the whole site is recorded: {}", after.len());
    for (path, count) in &before {
        assert!(after[path] >= *count, "{path} is lost");
        let is_page = !["/robots.txt", "/sitemap.xml"].contains(&path.as_str());
        assert!(!is_page || asked[path].len() == 1, "{path} was recorded and yet fetched again");
    }
    for (path, count) in &after {
        assert!(
            *count <= asked[path].len() as u64,
            "{path} was fetched {} times, not {count}",
            asked[path].len()
        );
    }
    assert_eq!(crawl.fetches, after.values().sum::<u64>(), "the crawl counts what is recorded");
}

#[test]
fn sigterm_ends_serve_at_once_and_in_order() {
    let world = World::with_python_doc();
    let url = world.url();
    assert_eq!(world.program.run(&["site", "add", &url, "--allow-private"]).code, 0);
    let serve = world.program.serve();
    wait_for("the crawl has begun", || (world.nginx.asked().len() > 5).then_some(()));
    assert!(serve.terminate().success());
    let asked: usize = world.nginx.asked().values().map(Vec::len).sum();
    let recorded: u64 = recorded(&world.program.data()).0.values().sum();
    assert_eq!(recorded, asked as u64, "everything that was fetched is recorded");
}
