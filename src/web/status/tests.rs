//! All sites at once say what each one alone says.

use crate::domain::verdict::Verdict;
use crate::web::status::{Past, Status};
use crate::web::testing::World;

/// What a site's strip and sentences are made of, in an order of its own.
fn told(status: &Status) -> String {
    let mut stretches = status.stretches();
    stretches.sort_by_key(|stretch| (stretch.first, stretch.urls));
    let mut verdicts: Vec<Verdict> = status.outages.iter().map(|o| o.judgement.verdict).collect();
    verdicts.extend(status.past.iter().map(|past: &Past| past.verdict));
    verdicts.sort_unstable();
    format!(
        "{} {} {} {:?} {:?} {stretches:?} {verdicts:?} {:?} {:?} {:?}",
        status.site.origin,
        status.known_urls,
        status.failing_urls,
        status.tone(),
        status.quiet_days(),
        status.looked,
        status.worst().map(|worst| (worst.id, worst.path.clone())),
        status.habits.iter().map(|habit| habit.subject.clone()).collect::<Vec<_>>(),
    )
}

#[tokio::test]
async fn all_sites_at_once_are_told_as_each_one_alone() {
    let world = World::logged_in().await;
    for (n, host) in
        ["https://shop.example/", "https://blog.example/", "https://new.example/"].iter().enumerate()
    {
        let site = world.site(host).await;
        for day in 0..i64::try_from(n).unwrap() * 40 {
            for (minute, outcome) in [(0, "200"), (5, "502"), (30, "502"), (90, "200")] {
                world.fetched(&site, "/", day * 1440 + minute, outcome).await;
            }
        }
        world.fetched(&site, "/search", 80 * 1440, "502").await;
        world.fetched(&site, "/search", 81 * 1440, "502").await;
    }
    world.clock.advance(chrono::TimeDelta::days(82));
    let app = world.app();
    let all = Status::of_all(&app).await.unwrap();
    assert!(all.iter().any(|status| !status.past.is_empty()), "some are over long ago");
    for status in &all {
        let alone = Status::of(&app, status.site.clone()).await.unwrap();
        assert!(alone.past.is_empty());
        assert_eq!(told(status), told(&alone));
    }
    assert_eq!(all.len(), 3);
}
