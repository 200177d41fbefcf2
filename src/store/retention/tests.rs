//! What goes, what stays however old it is, and that the file shrinks.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::keep::{Keep, ROWS};
use crate::store::tests::{World, at, start};

const DAY: i64 = 24 * 60;

async fn forget(world: &World, kind: Kind, before: DateTime<Utc>) -> u64 {
    let mut gone = 0;
    loop {
        match world.store.forget_some(kind, before).await.unwrap() {
            0 => return gone,
            some => gone += some,
        }
    }
}

/// Answers of failing fetches that are still kept, by the statuses that outages are known by.
async fn kept(world: &World) -> Vec<u16> {
    let mut statuses = Vec::new();
    for outage in world.outages().await {
        for member in world.store.members(outage.id, 0, 10).await.unwrap() {
            for digest in [member.first_evidence, member.last_evidence].into_iter().flatten() {
                let evidence =
                    world.store.evidence(&digest).await.unwrap().expect("who refers to it finds it");
                statuses.extend(evidence.status);
            }
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

#[tokio::test]
async fn old_answers_go_but_one_of_each_outage_stays_and_all_of_one_that_goes_on() {
    let world = World::new().await;
    let first = [(1, 0, 200), (1, 10, 502), (1, 20, 503), (1, 30, 200), (1, 31, 200)];
    let second = [(2, 0, 200), (1, 8 * DAY, 200), (2, 9 * DAY, 500), (2, 9 * DAY + 10, 504)];
    world.see(&first, 9).await;
    world.see(&second, 9).await;
    assert_eq!(kept(&world).await, [500, 502, 503, 504]);
    assert!(forget(&world, Kind::Evidence, at(100 * DAY)).await > 0);
    assert_eq!(kept(&world).await, [500, 502, 504], "the first answer of what is over, and what goes on");
    assert_eq!(world.outages().await.len(), 2);
    assert_eq!(forget(&world, Kind::Evidence, at(100 * DAY)).await, 0);
}

#[tokio::test]
async fn what_is_young_stays() {
    let world = World::new().await;
    world.see(&[(1, 0, 200), (1, 10, 502), (1, 20, 200), (1, 21, 200)], 9).await;
    let before = world.told().await;
    for row in ROWS {
        assert_eq!(forget(&world, row.kind, start()).await, 0, "{}", row.key);
    }
    assert_eq!(world.told().await, before);
    let keep = Keep::default();
    assert_eq!(keep.limit(Kind::History, at(0)), None, "history is not removed unless somebody says so");
}

#[tokio::test]
async fn history_that_is_old_goes_and_the_state_of_a_url_stays() {
    let world = World::new().await;
    world.see(&[(1, 0, 200), (1, 10, 502), (1, 20, 200), (1, 21, 200)], 9).await;
    world.see(&[(2, 0, 200), (1, 8 * DAY, 200), (2, 9 * DAY, 500)], 9).await;
    let far = at(400 * DAY);
    assert!(forget(&world, Kind::History, far).await > 0);
    let outages = world.outages().await;
    assert_eq!(outages.len(), 1, "what goes on stays however old it is");
    assert_eq!(outages[0].outage.outcomes.keys().map(ToString::to_string).collect::<Vec<_>>(), ["500"]);
    let known = world.store.known_urls(&world.site).await.unwrap();
    let states: Vec<_> = known.iter().map(|url| url.newest.unwrap().outcome.to_string()).collect();
    assert_eq!(states, ["200", "500"]);
    world.see(&[(2, 400 * DAY, 200), (2, 400 * DAY + 1, 200)], 9).await;
    assert!(!world.outages().await[0].outage.ongoing, "and is judged on");
}

#[tokio::test]
async fn hours_go_and_the_file_gives_their_space_back() {
    let world = World::new().await;
    let insert = "insert into rollup_hour (site_id, observer, hour, outcome, fetches, elapsed_ms, bytes)
         with recursive n (i) as (select 0 union all select i + 1 from n where i < 119999)
         select $1, 'gatecrawl', $2 + i * 3600000, '200', 1, 1, 1 from n";
    let filled = sqlx::query(insert).bind(world.site.id.0).bind(millis(start()));
    filled.execute(&world.store.db.writer).await.unwrap();
    let full = world.store.stock().await.unwrap();
    let before = start() + TimeDelta::hours(119_000);
    assert_eq!(forget(&world, Kind::Hours, before).await, 119_000);
    while world.store.give_back_space().await.unwrap() {}
    let left = world.store.stock().await.unwrap();
    assert!(left.bytes * 2 < full.bytes && left.unused < full.bytes / 4, "{full:?}, then {left:?}");
    let hours = world.store.rollup(world.site.id, start()).await.unwrap();
    assert_eq!(hours.len(), 1000);
}
