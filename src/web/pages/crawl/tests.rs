//! What a reader sees of a crawl, and what a person can ask of it.

use chrono::TimeDelta;

use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions, CrawlState, Intervention};
use crate::domain::observation::SiteId;
use crate::web::testing::{World, start};

async fn asked(world: &World, minute: i64) -> Crawl {
    let at = start() + TimeDelta::minutes(minute);
    let options = CrawlOptions::default();
    let crawl = world.store.request_crawl(SiteId(1), CrawlKind::Manual, &options, at).await.unwrap();
    world.store.start_crawl(crawl.id, at).await.unwrap();
    crawl
}

async fn finished(world: &World, crawl: &Crawl, minute: i64) {
    let at = start() + TimeDelta::minutes(minute);
    world
        .store
        .finish_crawl(crawl.id, CrawlState::Finished, at, Some("/calendar/* looks <b>endless</b>"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_crawl_tells_what_changed_since_the_one_before() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    let first = asked(&world, 0).await;
    for (path, outcome) in [("/a", "200"), ("/b", "502"), ("/c", "502")] {
        world.fetched(&site, path, 1, outcome).await;
    }
    finished(&world, &first, 2).await;
    let second = asked(&world, 10).await;
    for (path, outcome) in [("/a", "502"), ("/b", "200"), ("/c", "502"), ("/d", "200")] {
        world.fetched(&site, path, 11, outcome).await;
    }
    finished(&world, &second, 12).await;
    world.clock.advance(TimeDelta::minutes(20));
    let page = world.get("/crawls/2").await;
    assert_eq!(page.text("h1"), "2 of 4 URLs failed.");
    let changes = page.text("#changes");
    assert!(
        changes.contains("1 URL began to fail, 1 is well again, 1 failed in both. 1 new URL was found."),
        "{changes}"
    );
    assert!(page.text("#changes .two > div:first-child").contains("/a 502"), "{changes}");
    assert!(page.text("#changes .two > div:last-child").contains("/b 502"), "{changes}");
    assert!(page.body.contains("href=\"/crawls/1\""));
    assert!(page.text("#notes").contains("<b>endless</b>"), "a note is text");
    let first = world.get("/crawls/1").await;
    assert!(first.text("#changes h2").ends_with("the begin of this first crawl"));
}

#[tokio::test]
async fn a_crawl_can_be_paused_resumed_and_stopped_while_it_is_not_over() {
    let world = World::logged_in().await;
    world.site("https://shop.example/").await;
    world.store.set_next_crawl(SiteId(1), None).await.unwrap();
    let crawl = asked(&world, 0).await;
    let now = async || world.store.crawl(crawl.id).await.unwrap().unwrap();
    let page = world.get("/crawls/1").await;
    assert!(page.body.contains("/crawls/1/pause") && page.body.contains("data-busy=\"/sites/1/events\""));
    assert_eq!(world.post("/crawls/1/pause", &[]).await.location(), "/crawls/1");
    assert!(now().await.is_held());
    assert_eq!(world.get("/crawls/1").await.text("h1 em"), "This crawl is paused.");
    assert_eq!(world.store.due_sites(start()).await.unwrap(), [], "a paused crawl is not gone on with");
    world.post("/crawls/1/resume", &[]).await;
    assert_eq!(now().await.intervention, None);
    assert_eq!(world.store.due_sites(start()).await.unwrap(), [SiteId(1)]);
    world.post("/crawls/1/stop", &[]).await;
    assert_eq!(now().await.intervention, Some(Intervention::Stop));
    assert_eq!(world.store.due_sites(start()).await.unwrap(), [SiteId(1)], "somebody has to end it");
    finished(&world, &crawl, 1).await;
    world.post("/crawls/1/pause", &[]).await;
    assert_eq!((now().await.state, now().await.intervention), (CrawlState::Finished, None), "over is over");
    assert!(!world.get("/crawls/1").await.body.contains("/crawls/1/stop"));
}

#[tokio::test]
async fn crawls_are_listed_a_page_at_a_time() {
    let world = World::logged_in().await;
    world.site("https://shop.example/").await;
    assert!(world.get("/sites/1/crawls").await.text(".none").starts_with("A crawl fetches every URL"));
    for minute in 0..101 {
        let crawl = asked(&world, minute).await;
        finished(&world, &crawl, minute).await;
    }
    let page = world.get("/sites/1/crawls").await;
    assert_eq!(page.text("h1"), "101 crawls of shop.example");
    assert_eq!(page.text(".pages span"), "1 to 100 of 101");
    assert!(page.body.contains("href=\"/crawls/101\""));
    let second = world.get("/sites/1/crawls?page=2").await;
    assert!(second.body.contains("href=\"/crawls/1\"") && !second.body.contains("href=\"/crawls/2\""));
    for nonsense in ["/sites/1/crawls?page=0", "/sites/1/crawls?page=%3Cb%3E"] {
        assert_eq!(world.get(nonsense).await.status, 400, "{nonsense}");
    }
    for nobody in ["/crawls/102", "/crawls/x", "/sites/2/crawls", "/sites/2/events"] {
        assert_eq!(world.get(nobody).await.status, 404, "{nobody}");
    }
    assert_eq!(world.post("/crawls/102/stop", &[]).await.status, 404);
}

#[tokio::test]
async fn the_events_of_a_site_where_nothing_is_under_way_end_at_once() {
    let world = World::logged_in().await;
    world.site("https://shop.example/").await;
    world.store.set_next_crawl(SiteId(1), None).await.unwrap();
    let events = world.get("/sites/1/events").await;
    assert_eq!(events.header("content-type"), Some("text/event-stream"));
    assert!(events.body.starts_with("event: over\ndata: over\n"), "{}", events.body);
}

#[tokio::test]
async fn a_pause_of_the_site_ends_what_was_scheduled_and_a_pause_of_the_crawl_ends_any() {
    let world = World::logged_in().await;
    world.site("https://shop.example/").await;
    let options = CrawlOptions::default();
    let interrupted = async || world.store.is_interrupted(SiteId(1)).await.unwrap();
    let by_hand = asked(&world, 0).await;
    world.post("/sites/1/pause", &[]).await;
    assert!(!interrupted().await, "who asks for a crawl of a paused site gets it");
    world.post("/crawls/1/pause", &[]).await;
    assert!(interrupted().await);
    finished(&world, &by_hand, 1).await;
    assert!(!interrupted().await);
    world.store.request_crawl(SiteId(1), CrawlKind::Scheduled, &options, start()).await.unwrap();
    assert!(interrupted().await, "a crawl of the schedule rests with its site");
    world.post("/sites/1/resume", &[]).await;
    assert!(!interrupted().await);
}
