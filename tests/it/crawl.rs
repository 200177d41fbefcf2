//! A crawl by hand over a real site behind a real gateway; the gateway's log says what was really asked.

use std::fs;

use gatecrawl::store::Store;

use crate::support::site::{put, small};
use crate::support::wait_for;
use crate::support::world::World;

/// What is asked for beside the pages.
const BESIDES: [&str; 2] = ["/robots.txt", "/sitemap.xml"];

#[test]
fn every_page_of_the_python_documentation_is_fetched_once() {
    let world = World::with_python_doc();
    let crawled = world.crawl(0, &[]);
    let asked = world.nginx.asked();
    let more_than_once: Vec<_> = asked.iter().filter(|(_, statuses)| statuses.len() > 1).collect();
    assert_eq!(more_than_once, Vec::<(&String, &Vec<u16>)>::new());
    let pages = asked.keys().filter(|path| path.contains(".html") || *path == "/").count();
    assert!(pages > 400, "the documentation has hundreds of pages, not {pages}");
    let fetched = asked.len() as u64;
    assert_eq!(crawled["crawl"]["fetched"], fetched, "nginx was asked as often as the result says");
    let healthy = asked.values().filter(|statuses| statuses[0] == 200).count();
    assert_eq!(crawled["crawl"]["by_outcome"]["200"], healthy);
    assert_eq!(crawled["crawl"]["failing"], 0);
    assert_eq!(crawled["outages"].as_array().unwrap().len(), 0);
}

#[test]
fn what_robots_txt_forbids_is_not_asked_for() {
    let site = small(&["docs"], 2);
    fs::create_dir(site.path().join("private")).unwrap();
    put(&site, "private/1.html", "secret");
    put(&site, "docs/1.html", "<a href='/private/1.html'>never</a> <a href='/docs/2.html'>yes</a>");
    let world = World::of(site);
    world.crawl(0, &[]);
    let asked = world.nginx.asked();
    assert!(asked.contains_key("/docs/2.html"));
    assert!(!asked.keys().any(|path| path.starts_with("/private/")), "{asked:?}");
}

#[test]
fn pages_that_only_a_sitemap_knows_are_found() {
    let site = small(&["docs"], 1);
    put(&site, "hidden.html", "<title>found</title>");
    let world = World::of(site);
    let entry = format!("<url><loc>{}hidden.html</loc></url>", world.url());
    world.put(
        "sitemap.xml",
        &format!("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entry}</urlset>"),
    );
    world.crawl(0, &[]);
    assert_eq!(world.nginx.asked()["/hidden.html"], [200]);
    world.nginx.forget();
    world.crawl(0, &["--sitemap-only"]);
    let pages: Vec<String> =
        world.nginx.asked().into_keys().filter(|path| !BESIDES.contains(&path.as_str())).collect();
    assert_eq!(pages, ["/hidden.html"]);
}

#[test]
fn limits_bound_a_crawl() {
    let world = World::with_small_site(&["docs", "blog"], 10);
    let pages = |arguments: &[&str]| {
        world.nginx.forget();
        world.crawl(0, arguments);
        world.nginx.asked().into_keys().filter(|path| !BESIDES.contains(&path.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(pages(&["--max-depth", "0"]), ["/"]);
    assert_eq!(pages(&["--max-urls", "5"]).len(), 5);
    assert!(pages(&["--exclude", "/blog/*"]).iter().all(|path| !path.starts_with("/blog/")));
    let of_blog = pages(&["--include", "/blog/*"]);
    assert_eq!(of_blog.iter().filter(|path| path.starts_with("/blog/")).count(), 10);
    assert!(of_blog.iter().all(|path| !path.starts_with("/docs/")), "{of_blog:?}");
}

#[test]
fn a_list_of_addresses_is_crawled_and_nothing_else() {
    let world = World::with_small_site(&["docs"], 5);
    let list = world
        .program
        .put("list.txt", &format!("{0}docs/1.html\n# a remark\n\n{0}docs/3.html\n", world.url()));
    world.crawl(0, &["--list", &list]);
    let asked = world.nginx.asked();
    assert_eq!(asked.keys().collect::<Vec<_>>(), ["/docs/1.html", "/docs/3.html", "/robots.txt"]);
}

#[test]
fn a_crawl_that_is_not_saved_leaves_no_site_behind() {
    let world = World::with_small_site(&["docs"], 2);
    let crawled = world.crawl(0, &["--no-save"]);
    assert_eq!(crawled["crawl"]["by_outcome"]["200"], 4);
    assert_eq!(world.program.json(0, &["site", "list"]).as_array().unwrap().len(), 0);
}

#[test]
fn an_error_that_only_bots_get_is_found_when_the_site_asks_for_the_comparison() {
    let world = World::behind_rule(&["docs"], 8, "if ($http_user_agent ~ Googlebot) { return 502; }");
    let crawled = world.crawl(0, &[]);
    assert!(!crawled["crawl"]["notes"].to_string().contains("bots"), "nobody asked: {crawled}");
    assert_eq!(world.nginx.asked_failing(), 0, "nobody was asked in another's name");
    let crawled = world.crawl(0, &["--set", "compare_with_googlebot=true"]);
    let notes = crawled["crawl"]["notes"].to_string();
    assert!(notes.contains("502 only for bots"), "{notes}");
    assert_eq!(crawled["outages"].as_array().map(Vec::len), Some(0), "what bots get is no outage of ours");
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again_and_one_that_has_is_read_anew() {
    let world = World::of_files(&["docs"], 8);
    let first = world.crawl(0, &[]);
    assert_eq!(
        first["crawl"]["by_outcome"]["200"], 10,
        "eight pages, the start page and robots.txt: {first}"
    );
    let changed =
        "<!doctype html><title>Start</title><a href=/docs/new.html>new</a><a href=/docs/1.html>1</a>";
    world.put("index.html", changed);
    world.put("docs/new.html", "<title>new</title>");
    world.nginx.forget();
    let second = world.crawl(0, &[]);
    let asked = world.nginx.asked();
    assert_eq!(second["crawl"]["by_outcome"]["304"], 8, "{asked:?}");
    assert_eq!((&asked["/"], &asked["/docs/new.html"]), (&vec![200], &vec![200]), "the new link was found");
    assert!(second["crawl"]["bytes"].as_u64() < first["crawl"]["bytes"].as_u64());
    assert_eq!(second["outages"].as_array().map(Vec::len), Some(0));
    let all = world.crawl(0, &["--max-depth", "50"]);
    assert!(all["crawl"]["by_outcome"]["304"].is_null(), "under other limits pages are read anew: {all}");
}

#[test]
fn serve_does_not_crawl_again_at_once_what_was_just_crawled_by_hand() {
    let world = World::with_small_site(&["docs"], 3);
    world.crawl(0, &["--set", "sentinel_every=1s"]);
    world.nginx.forget();
    let serve = world.program.serve();
    wait_for("the sentinels are probed", || (world.nginx.asked().len() >= 2).then_some(()));
    assert!(serve.terminate().success());
    let asked = world.nginx.asked();
    assert!(!asked.contains_key("/robots.txt"), "a crawl begins with robots.txt: {asked:?}");
}

#[test]
fn a_link_that_asks_not_to_be_followed_is_followed_and_kept_as_a_fact() {
    let world = World::with_small_site(&["docs"], 1);
    world.put("hinted.html", "<title>hinted</title>");
    world.put(
        "index.html",
        "<!doctype html><a href=/docs/1.html>1</a><a rel=nofollow href=/hinted.html>h</a>",
    );
    world.crawl(0, &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hinted: Vec<String> = runtime.block_on(async {
        let store = Store::open(&world.program.data()).await.unwrap();
        let site = store.sites().await.unwrap().remove(0);
        let known = store.known_urls(&site).await.unwrap();
        known.iter().filter(|known| known.nofollow).map(|known| known.url.path().to_owned()).collect()
    });
    assert_eq!(hinted, ["/hinted.html"]);
    assert_eq!(world.nginx.asked()["/hinted.html"], [200]);
}
