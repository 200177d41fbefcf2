//! The panels of both impacts, as a person meets them: on the site's page, the overview and an outage's page.

use chrono::TimeDelta;

use crate::clock::Clock;
use crate::domain::indexability::UrlFacts;
use crate::domain::outcome::Outcome;
use crate::domain::site::Site;
use crate::domain::sitemap_state::{Fault, Look, SitemapState};
use crate::store::robots_copies::RobotsCopy;
use crate::store::sitemaps::StoredSitemap;
use crate::web::testing::{World, start};

/// robots.txt fails from the start on.
async fn fail_robots(world: &World, site: &Site) {
    let copy = RobotsCopy {
        fetched_at: start(),
        outcome: Outcome::Status(503),
        failing_since: Some(start()),
        good_at: Some(start() - TimeDelta::hours(1)),
        good_body: Some(Vec::new()),
    };
    world.store.put_robots_copy(site.id, &copy).await.unwrap();
    for minute in [0, 5] {
        world.fetched(site, "/robots.txt", minute, "503").await;
    }
}

#[tokio::test]
async fn a_failing_robots_txt_is_shown_for_google_and_the_standard_and_moves_on_with_time() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    world.fetched(&site, "/", -5, "200").await;
    let path = format!("/sites/{}", site.id);
    assert!(!world.get(&path).await.body.contains("id=\"ladder\""));
    fail_robots(&world, &site).await;
    world.clock.advance(TimeDelta::hours(3));
    let ladder = world.get(&path).await.text("#ladder");
    assert!(
        ladder.contains("Google all crawling stops From Fri 20 Nov, 09:38 UTC on: last good copy."),
        "{ladder}"
    );
    assert!(ladder.contains("RFC 9309 complete disallow From Sat 19 Dec, 21:38 UTC on"), "{ladder}");
    let page = world.get(&path).await;
    assert!(
        page.text(".verdicts section:first-child").contains("/robots.txt answers 503"),
        "it is not forgiven"
    );
    assert!(page.text("h1").contains("Google stops crawling the whole host"), "{}", page.text("h1"));
    world.clock.advance(TimeDelta::hours(10));
    let ladder = world.get(&path).await.text("#ladder");
    assert!(ladder.contains("Google last good copy From Sat 19 Dec"), "{ladder}");
}

#[tokio::test]
async fn on_the_overview_a_site_that_is_not_crawled_at_all_comes_first() {
    let world = World::logged_in().await;
    let stopped = world.site("https://stopped.example/").await;
    world.fetched(&stopped, "/", -5, "200").await;
    fail_robots(&world, &stopped).await;
    let other = world.site("https://other.example/").await;
    world.fetched(&other, "/", -5, "200").await;
    for minute in [0, 1] {
        world.fetched(&other, "/a", minute, "502").await;
    }
    world.clock.advance(TimeDelta::minutes(10));
    let page = world.get("/").await;
    assert!(
        page.text("h1").starts_with("stopped.example/robots.txt has answered 503"),
        "{}",
        page.text("h1")
    );
    assert_eq!(page.text("tbody tr:first-child .site"), "stopped.example");
    assert!(page.text("tbody tr:first-child .story").contains("Google stops crawling the whole host"));
    assert_eq!(
        page.text(".lede"),
        "Google crawls nothing of one site while its robots.txt fails. One site fails right now, and may still be forgiven."
    );
}

#[tokio::test]
async fn a_sitemap_that_fails_is_shown_since_when_and_goes_when_it_is_good() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    world.fetched(&site, "/", 0, "200").await;
    let path = format!("/sites/{}", site.id);
    assert!(!world.get(&path).await.body.contains("id=\"sitemaps\""), "no sitemap is no fault");
    let url = site.origin.url("/sitemap.xml?<script>").unwrap();
    let put = async |before: Option<&SitemapState>, fault| {
        let look = Look { at: world.clock.now(), outcome: Outcome::Status(200), fault, urls: 3 };
        let state = SitemapState::after(before, look);
        let stored = StoredSitemap { url: url.clone(), listed_by: None, state: state.clone() };
        world.store.put_sitemap(site.id, &stored).await.unwrap();
        state
    };
    let bad = put(None, Some((Fault::Html, "it is a web page".to_owned()))).await;
    world.clock.advance(TimeDelta::hours(30));
    let panel = world.get(&path).await.text("#sitemaps");
    assert!(panel.contains("only sitemap is of no use") && panel.contains("nothing is removed"), "{panel}");
    assert!(panel.contains("It is a web page.Thu 19 Nov, 21:38 UTC"), "{panel}");
    put(Some(&bad), None).await;
    let page = world.get(&path).await;
    assert_eq!(
        page.text("#sitemaps .none"),
        "One sitemap, and it is good: 3 addresses listed. Read just now."
    );
}

#[tokio::test]
async fn the_crawl_efficiency_shows_the_share_of_failing_urls_with_its_line_and_what_was_wasted() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    for path in ["/", "/a", "/b", "/c"] {
        world.fetched(&site, path, 0, "200").await;
    }
    let path = format!("/sites/{}", site.id);
    assert!(!world.get(&path).await.body.contains("id=\"efficiency\""), "nothing failed");
    for minute in [60, 70, 80] {
        world.fetched(&site, "/a", minute, "502").await;
    }
    world.fetched(&site, "/a", 90, "200").await;
    world.clock.advance(TimeDelta::hours(6));
    let page = world.get(&path).await;
    let panel = page.text("#efficiency");
    assert!(
        panel.contains("At most 25 % of the known URLs failed at a time. It was above 1 % for up to"),
        "{panel}"
    );
    assert!(panel.contains("Above 1 % of the URLs, look for a real fault. reported"), "{panel}");
    assert!(panel.contains("38 %of our fetches came to nothing: 3 of 8"), "{panel}");
    assert!(panel.contains("36 ms of 96 ms"), "{panel}");
    assert!(page.body.contains("class=\"line\"") && page.body.contains("class=\"area\""));
}

#[tokio::test]
async fn an_outage_tells_for_each_url_how_far_it_is_out_of_the_index_or_why_it_never_was_in() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    for hour in 0..=50 {
        for path in ["/p/1", "/p/2"] {
            world.fetched(&site, path, hour * 60, "502").await;
        }
    }
    let known = world.store.known_urls(&site).await.unwrap();
    let second = known.iter().find(|url| url.url.path() == "/p/2").unwrap().id;
    let facts = UrlFacts { noindex: true, canonical: None };
    world.store.set_url_facts(second, &facts).await.unwrap();
    world.clock.advance(TimeDelta::hours(50));
    let page = world.get("/outages/1").await;
    let index = page.text("#index");
    assert!(
        index.contains(
            "1 of its 2 URLs can be in the index. Those that still fail are being dropped. documented"
        ),
        "{index}"
    );
    let next = page.text("#next");
    assert!(
        next.contains("treated like pages that are gone (404) from Thu 26 Nov, 21:38 UTC on. reported"),
        "{next}"
    );
    assert!(page.text("#members tbody tr:first-child").ends_with("being dropped"));
    assert!(page.text("#members tbody tr:last-child").ends_with("not indexable: noindex"));
}

#[tokio::test]
async fn what_leaves_the_index_where_it_hurts_and_who_answers_are_told_in_panels() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    for path in ["/", "/product/1", "/product/2", "/about"] {
        world.fetched(&site, path, 0, "200").await;
    }
    let quiet = world.get("/sites/1").await;
    assert!(!quiet.body.contains("id=\"clock\"") && !quiet.body.contains("id=\"sections\""));
    for hour in 1..=60 {
        for path in ["/product/1", "/product/2"] {
            world.fetched(&site, path, hour * 60, "502").await;
        }
    }
    for (minute, outcome) in [(3000, "200"), (3002, "503"), (3020, "503"), (3021, "200")] {
        world.fetched(&site, "/about", minute, outcome).await;
    }
    world.clock.advance(TimeDelta::hours(60));
    let page = world.get("/sites/1").await;
    assert!(
        page.text("#clock .reached").starts_with("2Being dropped from the index"),
        "{}",
        page.text("#clock")
    );
    assert!(
        page.text("#clock .own")
            .starts_with("If it goes on, 2 of them are treated like pages that are gone in")
    );
    let rows = page.text("#sections tbody");
    assert!(rows.starts_with("/product/*Persistent21 persistent"), "{rows}");
    assert!(rows.contains("/*Healthy01 brief 18 min"), "{rows}");
    let makers = page.text("#makers tbody");
    assert!(makers.contains('3'), "{makers}");
}
