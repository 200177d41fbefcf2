//! What both impacts are made of: which URLs can be indexed, which sitemaps fail, and which URLs failed when.

use chrono::TimeDelta;

use super::{World, at};
use crate::domain::efficiency::Found;
use crate::domain::indexability::UrlFacts;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::sitemap_state::{Fault, Look, SitemapState};
use crate::store::sitemaps::StoredSitemap;
use crate::store::urls::KnownUrl;

async fn known(world: &World, path: &str) -> KnownUrl {
    let url = world.site.origin.url(path).unwrap();
    world.store.add_urls(&world.site, &[(url, 1)], at(0)).await.unwrap().remove(0)
}

fn facts(noindex: bool, canonical: Option<&str>) -> UrlFacts {
    let canonical = canonical.map(|text| PageUrl::parse(text).unwrap());
    UrlFacts { noindex, canonical }
}

fn look(minute: i64, status: u16, fault: Option<Fault>, urls: u64) -> Look {
    let fault = fault.map(|fault| (fault, format!("because {}", fault.word())));
    Look { at: at(minute), outcome: Outcome::Status(status), fault, urls }
}

async fn put_sitemap(world: &World, path: &str, look: Look) -> StoredSitemap {
    let url = world.site.origin.url(path).unwrap();
    let before = world.store.sitemap(world.site.id, &url).await.unwrap();
    let state = SitemapState::after(before.as_ref().map(|stored| &stored.state), look);
    let stored = StoredSitemap { url, listed_by: None, state };
    world.store.put_sitemap(world.site.id, &stored).await.unwrap();
    stored
}

#[tokio::test]
async fn only_members_that_nothing_keeps_out_of_the_index_are_counted_and_the_list_says_what_does() {
    let world = World::new().await;
    // 1: an ordinary page; 2: noindex; 3: canonical elsewhere; 4: its own canonical; 5: disallowed; 6: gone before;
    // 7: gone long before, and healthy since; 8: never seen healthy; 9: a sitemap.
    let mut seen: Vec<_> = (1..=7).map(|path| (path, 0, 200)).collect();
    seen.extend([(6, 5, 404), (7, 3, 410), (7, 6, 200), (9, 0, 200)]);
    seen.extend((1..=9).map(|path| (path, 10 + i64::from(path), 502)));
    seen.sort_by_key(|(_, minute, _)| *minute);
    world.see(&seen, 99).await;
    let own = "https://shop.example/p/4";
    for (path, facts) in [
        ("/p/2", facts(true, None)),
        ("/p/3", facts(false, Some("https://shop.example/p/1"))),
        ("/p/4", facts(false, Some(own))),
    ] {
        let id = known(&world, path).await.id;
        world.store.set_url_facts(id, &facts).await.unwrap();
    }
    world.store.set_disallowed(&world.site, |path| path != "/p/5").await.unwrap();
    put_sitemap(&world, "/p/9", look(0, 200, None, 4)).await;

    let (mut counted, mut indexable, mut barred) = (0, Vec::new(), Vec::new());
    for outage in world.outages().await {
        counted += world.store.indexable_members(outage.id).await.unwrap();
        for member in world.store.members(outage.id, 0, 99).await.unwrap() {
            match &member.standing.bars(&member.url)[..] {
                [] => indexable.push(member.url.path().to_owned()),
                bars => barred.push((member.url.path().to_owned(), bars[0].says())),
            }
        }
    }
    indexable.sort();
    barred.sort();
    assert_eq!(indexable, ["/p/1", "/p/4", "/p/7", "/p/8"]);
    assert_eq!(counted, 4, "the count agrees with the list");
    let says = barred.iter().map(|(path, says)| (path.as_str(), says.as_str())).collect::<Vec<_>>();
    assert_eq!(
        says,
        [
            ("/p/2", "noindex"),
            ("/p/3", "canonical is https://shop.example/p/1"),
            ("/p/5", "disallowed for Googlebot"),
            ("/p/6", "was gone (4xx) before"),
            ("/p/9", "a file for crawlers"),
        ]
    );
}

#[tokio::test]
async fn what_a_page_says_of_itself_and_robots_txt_of_it_can_be_taken_back() {
    let world = World::new().await;
    world.see(&[(1, 0, 200), (1, 1, 502), (1, 2, 502)], 99).await;
    let (id, outage) = (known(&world, "/p/1").await.id, world.outages().await[0].id);
    let count = async || world.store.indexable_members(outage).await.unwrap();
    world.store.set_url_facts(id, &facts(true, Some("https://shop.example/b"))).await.unwrap();
    world.store.set_disallowed(&world.site, |_| false).await.unwrap();
    assert_eq!(count().await, 0);
    world.store.set_url_facts(id, &facts(false, None)).await.unwrap();
    assert_eq!(count().await, 0, "robots.txt still forbids it");
    world.store.set_disallowed(&world.site, |_| true).await.unwrap();
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn a_sitemap_is_kept_with_since_when_it_fails_and_those_that_fail_come_first() {
    let world = World::new().await;
    put_sitemap(&world, "/a.xml", look(0, 200, None, 7)).await;
    put_sitemap(&world, "/b.xml", look(0, 200, Some(Fault::Html), 0)).await;
    put_sitemap(&world, "/c.xml", look(1, 200, None, 9)).await;
    let failing = put_sitemap(&world, "/c.xml", look(5, 503, Some(Fault::Failed), 0)).await;
    put_sitemap(&world, "/c.xml", look(6, 503, Some(Fault::Failed), 0)).await;
    let sitemaps = world.store.sitemaps(world.site.id).await.unwrap();
    let paths: Vec<&str> = sitemaps.iter().map(|stored| stored.url.path()).collect();
    assert_eq!(paths, ["/b.xml", "/c.xml", "/a.xml"]);
    let state = &sitemaps[1].state;
    assert_eq!((state.failing_since, state.good_at, state.urls), (Some(at(5)), Some(at(1)), 9));
    assert_eq!(state.detail.as_deref(), Some("because failed"));
    put_sitemap(&world, "/c.xml", look(9, 200, None, 10)).await;
    let cleared = world.store.sitemap(world.site.id, &failing.url).await.unwrap().unwrap();
    assert_eq!((cleared.state.fault, cleared.state.failing_since, cleared.state.urls), (None, None, 10));
    world.store.forget_sitemap(world.site.id, &failing.url).await.unwrap();
    assert_eq!(world.store.sitemap(world.site.id, &failing.url).await.unwrap(), None);
}

#[tokio::test]
async fn a_sitemap_that_failed_is_worth_another_look_once_its_address_answers() {
    let world = World::new().await;
    let worth = async || world.store.recovered_sitemaps(world.site.id).await.unwrap().len();
    world.see(&[(1, 0, 502)], 99).await;
    put_sitemap(&world, "/p/1", look(0, 502, Some(Fault::Failed), 0)).await;
    put_sitemap(&world, "/p/2", look(0, 200, Some(Fault::Html), 0)).await;
    assert_eq!(worth().await, 0);
    world.see(&[(1, 3, 200), (2, 3, 200)], 99).await;
    assert_eq!(worth().await, 1, "what is no sitemap does not become one by answering");
    put_sitemap(&world, "/p/1", look(4, 200, None, 3)).await;
    assert_eq!(worth().await, 0);
}

#[tokio::test]
async fn it_is_known_which_url_failed_when_and_how_many_were_found_by_then() {
    let world = World::new().await;
    world.see(&[(1, 0, 502), (1, 5, 502), (1, 9, 200), (2, 7, 503), (3, 7, 200), (2, 8, 503)], 99).await;
    let times = async |since, now| {
        let failed = world.store.failed_times(world.site.id, at(since), at(now)).await.unwrap();
        failed
            .iter()
            .map(|one| ((one.first - at(0)).num_minutes(), (one.last - at(0)).num_minutes()))
            .collect()
    };
    let all: Vec<(i64, i64)> = times(0, 60).await;
    assert_eq!(all, [(0, 5), (7, 60)], "one is over, and one goes on");
    let later: Vec<(i64, i64)> = times(6, 60).await;
    assert_eq!(later, [(7, 60)]);
    let late = world.site.origin.url("/late").unwrap();
    world.store.add_urls(&world.site, &[(late, 1)], at(0) + TimeDelta::hours(2)).await.unwrap();
    let found = world.store.found_times(world.site.id, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!(found, [Found { at: at(0), urls: 3 }, Found { at: at(120), urls: 1 }]);
}
