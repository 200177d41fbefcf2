//! What the page tells of a log that was taken in.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::observation::Observation;
use crate::domain::outcome::Outcome;
use crate::store::logged::LoggedHit;
use crate::web::testing::{World, start};

/// A hit of a bot that is real, or only says so.
fn hit(n: u64, at: DateTime<Utc>, path: &str, status: u16, verification: &'static str) -> LoggedHit {
    let outcome = Outcome::of_status(status);
    let url = format!("https://shop.example{path}").parse_url();
    LoggedHit {
        key: n,
        at,
        bot: "googlebot",
        verification,
        outcome: Some(outcome),
        elapsed: std::time::Duration::ZERO,
        saw: (verification == "ip").then(|| (url, Observation::instant(at, outcome))),
    }
}

trait ParseUrl {
    fn parse_url(&self) -> crate::domain::page_url::PageUrl;
}

impl ParseUrl for String {
    fn parse_url(&self) -> crate::domain::page_url::PageUrl {
        crate::domain::page_url::PageUrl::parse(self).unwrap()
    }
}

/// Googlebot comes to six pages every half hour; for the last four hours it gets 502, as we do.
async fn world() -> World {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    let mut hits = Vec::new();
    for minute in (0..5 * 1440).step_by(30) {
        let at = start() + TimeDelta::minutes(minute);
        let status = if minute >= 5 * 1440 - 240 { 502 } else { 200 };
        for n in 0..6 {
            hits.push(hit(
                hits.len() as u64,
                at + TimeDelta::seconds(n),
                &format!("/product/{n}"),
                status,
                "ip",
            ));
        }
    }
    hits.push(hit(1_000_000, start(), "/wp-login.php", 404, "spoofed"));
    world.logged(&site, hits).await;
    for (minute, outcome) in [(0, "200"), (5 * 1440 - 235, "502"), (5 * 1440 - 10, "502")] {
        for n in 0..8 {
            world.fetched(&site, &format!("/product/{n}"), minute, outcome).await;
        }
    }
    world.clock.advance(TimeDelta::days(5));
    world
}

#[tokio::test]
async fn a_log_is_told_by_bot_day_and_outage_and_a_liar_is_told_from_a_bot() {
    let world = world().await;
    let page = world.get("/sites/1/bots").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.text("main .lede").starts_with("1,440 of 1,441 hits were by real bots. Bots saw 1 outage."));
    assert!(
        page.text("#claims tbody").contains("googlebotits address is published1,440"),
        "{}",
        page.text("#claims tbody")
    );
    assert!(page.text("#claims tbody").contains("its address is another's1"));
    assert!(page.text("#seen tbody").contains("googlebot"), "{}", page.text("#seen"));
    assert!(page.text("#paces tbody").contains("288 a day"), "{}", page.text("#paces"));
    assert!(page.body.contains("data-values=\"rate\""));
    assert_eq!(world.get("/sites/1/bots?bot=bingbot").await.status, 404);
    assert_eq!(world.get("/sites/9/bots").await.status, 404);
}

#[tokio::test]
async fn an_outage_has_two_sides_and_what_was_to_be_expected_beside_what_was_met() {
    let world = world().await;
    let page = world.get("/outages").await;
    assert_eq!(page.status, 404);
    let ours = world.store.outages(crate::domain::observation::SiteId(1), None).await.unwrap()[0].id;
    let page = world.get(&format!("/outages/{ours}")).await;
    let sides = page.text("#sides tbody");
    assert!(sides.contains("Gatecrawl8 of 8 URLs"), "{sides}");
    assert!(sides.contains("googlebot6 of 8 URLs6"), "{sides}");
    let theirs = world.store.bot_outages(crate::domain::observation::SiteId(1), start()).await.unwrap();
    assert_eq!(theirs.len(), 1);
    let page = world.get(&format!("/outages/{}", theirs[0].id)).await;
    assert!(page.text("main .lede").contains("seen by googlebot"), "{}", page.text("main .lede"));
}

#[tokio::test]
async fn what_only_a_log_has_shown_is_neither_counted_nor_crawled_and_is_no_outage_of_ours() {
    let world = world().await;
    let site = world.store.sites().await.unwrap().remove(0);
    world.logged(&site, vec![hit(7_000_000, start(), "/orphan", 502, "ip")]).await;
    assert_eq!(world.store.count_urls(&site).await.unwrap(), 8);
    assert!(!world.get("/sites/1/urls").await.body.contains("/orphan"));
    assert_eq!(world.store.outages(site.id, None).await.unwrap().len(), 1);
    world.fetched(&site, "/orphan", 10, "200").await;
    assert_eq!(world.store.count_urls(&site).await.unwrap(), 9, "now it is found");
}

#[tokio::test]
async fn a_site_without_a_log_says_how_to_take_one_in() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    world.fetched(&site, "/", 0, "200").await;
    let page = world.get("/sites/1/bots").await;
    assert!(page.text("main").contains("gatecrawl logs access.log --import shop.example"));
    assert!(world.get("/sites/1").await.body.contains("href=\"/sites/1/bots\""));
}
