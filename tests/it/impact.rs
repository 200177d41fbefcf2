//! What an outage costs the index: only URLs that can be indexed count, whatever way a page keeps itself out of it.

use serde_json::Value;

use crate::support::site::{put, small};
use crate::support::world::World;

/// A start page that asks not to be indexed, and one page for each way of being kept out of the index, beside one that
/// can be indexed.
fn world() -> World {
    let site = small(&[], 0);
    let pages = ["plain", "meta", "google", "header", "canonical", "link", "disallowed", "snippet"];
    let links: String = pages.map(|page| format!("<a href='/{page}.html'>{page}</a>")).concat();
    put(&site, "index.html", &format!("<!doctype html><meta name=robots content='noindex'>{links}"));
    for page in pages {
        put(&site, &format!("{page}.html"), &format!("<!doctype html><title>{page}</title>"));
    }
    put(&site, "meta.html", "<!doctype html><meta name=robots content='follow, NONE'>");
    put(&site, "google.html", "<!doctype html><meta name=googlebot content=noindex>");
    put(&site, "header.html.headers", "X-Robots-Tag: otherbot: noindex, googlebot: noindex\n");
    put(&site, "canonical.html", "<!doctype html><link rel=canonical href='/plain.html'>");
    put(&site, "link.html.headers", "Link: </plain.html>; rel=\"canonical\"\n");
    // What keeps another crawler out, or names the page itself, keeps nothing out of the index.
    put(
        &site,
        "plain.html.headers",
        "X-Robots-Tag: otherbot: noindex\nLink: </plain.html>; rel=\"canonical\"\n",
    );
    put(&site, "snippet.html.headers", "X-Robots-Tag: max-snippet:-1, noindex\n");
    put(&site, "robots.txt", "User-agent: Googlebot\nDisallow: /disallowed\n\nUser-agent: *\nDisallow:\n");
    World::of(site)
}

fn only(crawled: &Value) -> &Value {
    let outages = crawled["outages"].as_array().unwrap();
    assert_eq!(outages.len(), 1, "{outages:#?}");
    &outages[0]
}

#[test]
fn of_all_pages_that_fail_only_the_one_that_can_be_indexed_counts_for_the_index() {
    let mut world = world();
    world.crawl(0, &["--set", "brief_max=1s", "--set", "persistent_after=2s", "--set", "recheck=1s"]);
    world.app.kill();
    let down = world.crawl_until(1, |crawled| only(crawled)["index_impact"]["stage"] == "dropping");
    let outage = only(&down);
    let asked = world.nginx.asked();
    for page in ["plain", "meta", "google", "header", "canonical", "link", "disallowed", "snippet"] {
        assert!(asked[&format!("/{page}.html")].contains(&502), "{page} has failed: {asked:?}");
    }
    // The nine pages and robots.txt.
    assert_eq!(outage["url_count"], 10, "{outage:#}");
    assert_eq!(outage["index_impact"]["indexable_urls"], 1, "{outage:#}");
    assert_eq!(outage["index_impact"]["basis"], "documented");
    assert!(outage["index_impact"]["next_stage_at"].is_string());

    // The last page asks not to be indexed either, and everything fails again: nothing is lost there.
    world.app.start();
    world.put("plain.html", "<!doctype html><meta name=robots content=noindex>");
    world.crawl(0, &[]);
    world.app.kill();
    let down = world.crawl_until(1, |crawled| {
        let outages = crawled["outages"].as_array().unwrap();
        outages.iter().any(|o| o["state"] == "ongoing" && o["verdict"] == "persistent")
    });
    let outages = down["outages"].as_array().unwrap();
    let ongoing = outages.iter().find(|outage| outage["state"] == "ongoing").unwrap();
    assert_eq!(ongoing["index_impact"]["indexable_urls"], 0, "{ongoing:#}");
    assert_eq!(ongoing["index_impact"]["stage"], "none");
    assert_eq!(ongoing["index_impact"]["next_stage_at"], Value::Null);
}

#[test]
fn robots_txt_is_no_page_and_a_page_disallowed_from_its_first_look_on_counts_for_nothing() {
    let site = small(&[], 0);
    put(&site, "index.html", "<!doctype html><a href='/blocked/late.html'>late</a>");
    put(&site, "robots.txt", "User-agent: Googlebot\nDisallow: /blocked\n");
    // It is found and fails in one crawl: nothing but robots.txt says anything of it.
    std::fs::create_dir(site.path().join("blocked")).unwrap();
    put(&site, "blocked/late.html.status", "502");
    let world = World::of(site);
    let crawled = world.crawl(0, &["--set", "recheck=1s"]);
    assert_eq!(only(&crawled)["url_count"], 1);
    assert_eq!(only(&crawled)["index_impact"]["indexable_urls"], 0, "{crawled:#}");
}
