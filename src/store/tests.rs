//! What every engine under the store must do, told without a word of SQL: observations go in by the writer, and what was
//! seen comes out by the store's questions.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tempfile::TempDir;

use super::Store;
use super::outages::StoredOutage;
use super::sites::NewSite;
use super::writer::{Record, Writer};
use crate::domain::crawl::{CrawlKind, CrawlOptions, CrawlState};
use crate::domain::deploy::{Deploy, DeployMark};
use crate::domain::evidence::Evidence;
use crate::domain::judge::tests::streams::{Look, PATHS, cases, known_streams};
use crate::domain::observation::{Observation, SiteId, UrlId};
use crate::domain::outage::Scope;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::site::{Settings, Site};
use crate::domain::span::Span;

mod impact;

/// A fetch: of which path, in which minute, with which status.
type Seen = (u8, i64, u16);

pub(super) struct World {
    pub(super) store: Store,
    pub(super) site: Site,
    /// The paths of its URLs.
    path: fn(u8) -> String,
    _directory: TempDir,
}

pub(super) fn start() -> DateTime<Utc> {
    "2026-11-01T09:00:00Z".parse().unwrap()
}

pub(super) fn at(minute: i64) -> DateTime<Utc> {
    start() + TimeDelta::minutes(minute)
}

impl World {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).await.unwrap();
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let new = NewSite { start_url, settings: Settings::default() };
        let site = store.add_site(&new, start()).await.unwrap();
        Self { store, site, path: |path| format!("/p/{path}"), _directory: directory }
    }

    async fn of_paths(path: fn(u8) -> String) -> Self {
        Self { path, ..Self::new().await }
    }

    /// Stores what was seen; after each of these many fetches the process is as good as killed and started again.
    pub(super) async fn see(&self, seen: &[Seen], part: usize) {
        for part in seen.chunks(part) {
            let (writer, task) = Writer::new(self.store.clone());
            let running = async {
                for fetch in part {
                    writer.record(self.record(*fetch).await).await.unwrap();
                }
                writer.flush(self.site.id).await.unwrap();
                drop(writer);
            };
            tokio::join!(task.run(), running);
        }
    }

    async fn record(&self, (path, minute, status): Seen) -> Record {
        let url = self.site.origin.url(&(self.path)(path)).unwrap();
        let known = self.store.add_urls(&self.site, &[(url, 1)], start()).await.unwrap().remove(0);
        let outcome = Outcome::Status(status);
        Record {
            elapsed: Duration::from_millis(10),
            bytes: 100,
            evidence: outcome.is_failing().then(|| answer(status)),
            ..Record::of(self.site.id, &known, Observation::instant(at(minute), outcome))
        }
    }

    pub(super) async fn outages(&self) -> Vec<StoredOutage> {
        self.store.outages(self.site.id, None).await.unwrap()
    }

    /// All that was seen, as far as readers are told.
    pub(super) async fn told(&self) -> String {
        let known = self.store.known_urls(&self.site).await.unwrap();
        let newest: Vec<_> = known.iter().map(|url| (url.url.path().to_owned(), url.newest)).collect();
        let outages: Vec<_> = self.outages().await.into_iter().map(|stored| stored.outage).collect();
        let hours = self.store.rollup(self.site.id, start()).await.unwrap();
        format!("{newest:#?} {outages:#?} {hours:#?}")
    }
}

fn answer(status: u16) -> Evidence {
    Evidence { status: Some(status), body: b"<h1>Bad Gateway</h1>".to_vec(), ..Evidence::default() }
}

#[tokio::test]
async fn what_could_not_be_stored_is_told_to_who_works_on_that_site_and_to_nobody_who_comes_later() {
    let world = World::new().await;
    let mut lost = world.record((1, 0, 200)).await;
    // No such URL: the batch cannot be stored.
    lost.url = UrlId(4_711);
    let (writer, task) = Writer::new(world.store.clone());
    let (site, other) = (world.site.id, SiteId(9));
    let working = async {
        writer.record(lost.clone()).await.unwrap();
        writer.flush(other).await.expect("another site has lost nothing");
        writer.flush(site).await.expect_err("this one has");
        writer.flush(site).await.expect("it is told once");
        assert!(world.store.check_recording(at(1)).await, "something else can be stored");
        writer.record(lost.clone()).await.unwrap();
        writer.flush(other).await.unwrap();
        writer.forget(site).await.unwrap();
        writer.flush(site).await.expect("who takes the site up anew has lost nothing");
        drop(writer);
    };
    tokio::join!(task.run(), working);
}

#[tokio::test]
async fn an_outage_is_told_with_its_members_and_their_evidence() {
    let world = World::new().await;
    world
        .see(
            &[(1, 0, 200), (2, 1, 200), (1, 10, 502), (2, 11, 502), (1, 20, 502), (1, 30, 200), (2, 31, 200)],
            99,
        )
        .await;
    let outages = world.outages().await;
    assert_eq!(outages.len(), 1);
    let outage = &outages[0].outage;
    assert_eq!((outage.url_count, outage.ongoing), (2, false));
    assert_ne!(outage.scope, Scope::Url);
    assert_eq!((outage.bounds.healthy_before, outage.bounds.first_failing), (Some(at(1)), at(10)));
    assert_eq!((outage.bounds.last_failing, outage.bounds.healthy_after), (at(20), Some(at(30))));
    assert_eq!((outage.alternating, outage.solid), (false, TimeDelta::minutes(10)));
    let members = world.store.members(outages[0].id, 0, 10).await.unwrap();
    assert_eq!(members.len(), 2);
    let digest = members[0].first_evidence.clone().unwrap();
    assert_eq!(world.store.evidence(&digest).await.unwrap(), Some(answer(502)));
    assert_eq!(members[1].last_evidence.as_ref(), Some(&digest), "equal answers are kept once");
    assert_eq!(world.store.count_failing_urls(&world.site).await.unwrap(), 0);
}

#[tokio::test]
async fn every_fetch_is_counted_in_its_hour() {
    let world = World::new().await;
    world.see(&[(1, 0, 200), (2, 59, 200), (1, 60, 502), (2, 61, 502), (1, 62, 502)], 2).await;
    let hours = world.store.rollup(world.site.id, start()).await.unwrap();
    let counted: Vec<_> =
        hours.iter().map(|row| (row.hour, row.outcome.to_string(), row.fetches, row.bytes)).collect();
    assert_eq!(counted, [(at(0), "200".to_owned(), 2, 200), (at(60), "502".to_owned(), 3, 300)]);
}

#[tokio::test]
async fn a_failing_url_is_looked_at_again_by_the_ladder_and_a_healthy_one_is_not() {
    let world = World::new().await;
    world.see(&[(1, 0, 502), (2, 0, 200)], 99).await;
    let due = async |at| world.store.due_rechecks(&world.site, at, 10).await.unwrap().len();
    assert_eq!(due(at(0)).await, 0);
    assert_eq!(due(at(1)).await, 1);
    let wait = async |since: DateTime<Utc>| {
        let due = world.store.next_recheck(&world.site).await.unwrap().unwrap();
        (due - since).num_seconds()
    };
    let first = wait(at(0)).await;
    assert!((22..=38).contains(&first), "half a minute, a quarter more or less: {first} s");
    world.see(&[(1, 1, 502)], 99).await;
    let second = wait(at(1)).await;
    assert!((90..=150).contains(&second), "the second step is two minutes: {second} s");
    world.see(&[(1, 3, 200)], 99).await;
    assert_eq!(world.store.next_recheck(&world.site).await.unwrap(), None);
}

#[tokio::test]
async fn one_holder_at_a_time_works_on_a_site() {
    let world = World::new().await;
    let take =
        async |owner, now| world.store.take_lease(world.site.id, owner, now, Span::minutes(1)).await.unwrap();
    let first = take("first", at(0)).await.unwrap();
    assert_eq!(take("second", at(0)).await, None);
    assert!(world.store.renew_lease(&first, at(1), Span::minutes(1)).await.unwrap());
    assert_eq!(take("second", at(1)).await, None, "it was renewed");
    let second = take("second", at(2)).await.unwrap();
    assert!(!world.store.renew_lease(&first, at(2), Span::minutes(1)).await.unwrap(), "it was lost");
    world.store.release_lease(&first).await.unwrap();
    assert_eq!(take("first", at(2)).await, None, "who lost a lease cannot give it back for another");
    world.store.release_lease(&second).await.unwrap();
    assert!(take("first", at(2)).await.is_some());
}

#[tokio::test]
async fn an_unfinished_crawl_is_found_again_and_a_second_request_means_the_same() {
    let world = World::new().await;
    let options = CrawlOptions { max_urls: Some(7), ..CrawlOptions::default() };
    let request =
        async || world.store.request_crawl(world.site.id, CrawlKind::Manual, &options, at(0)).await.unwrap();
    let crawl = request().await;
    assert_eq!(request().await.id, crawl.id);
    world.store.start_crawl(crawl.id, at(1)).await.unwrap();
    let found = world.store.unfinished_crawl(world.site.id).await.unwrap().unwrap();
    assert_eq!((found.id, found.state, found.options.max_urls), (crawl.id, CrawlState::Running, Some(7)));
    world.store.finish_crawl(crawl.id, CrawlState::Finished, at(2), Some("why")).await.unwrap();
    assert!(world.store.unfinished_crawl(world.site.id).await.unwrap().is_none());
    assert_eq!(world.store.crawl(crawl.id).await.unwrap().unwrap().note.as_deref(), Some("why"));
}

#[tokio::test]
async fn an_equal_deploy_is_recorded_once_and_another_name_or_instant_is_another_one() {
    let world = World::new().await;
    let mark = async |minute, name| {
        let deploy = Deploy::stored(at(minute), name);
        let sites = [world.site.id, world.site.id];
        let marked = world.store.mark_deploy(&sites, &deploy, at(9)).await.unwrap();
        assert_eq!(marked.len(), 1, "a site that is named twice is marked once");
        (marked[0].mark.id, marked[0].is_new)
    };
    let (first, is_new) = mark(0, "v1").await;
    assert!(is_new);
    assert_eq!(mark(0, "v1").await, (first, false));
    assert!(mark(0, "v2").await.1 && mark(1, "v1").await.1 && mark(1, "").await.1);
    assert!(!mark(1, "").await.1, "one without a name is one, too");
    let named = |mark: &DeployMark| (mark.deploy.at(), mark.deploy.name().map(str::to_owned));
    let all: Vec<_> = world.store.deploys(world.site.id).await.unwrap().iter().map(named).collect();
    let v = |name: &str| Some(name.to_owned());
    assert_eq!(all, [(at(1), None), (at(1), v("v1")), (at(0), v("v2")), (at(0), v("v1"))]);
}

#[tokio::test]
async fn a_deploy_is_recorded_for_all_sites_that_are_named_or_for_none() {
    let world = World::new().await;
    let deploy = Deploy::stored(at(0), "v1");
    let gone = [world.site.id, SiteId(99)];
    assert!(world.store.mark_deploy(&gone, &deploy, at(0)).await.is_err());
    assert!(world.store.deploys(world.site.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_newest_deploy_up_to_an_instant_is_found_and_a_removed_one_is_not() {
    let world = World::new().await;
    for minute in [0, 10] {
        let deploy = Deploy::stored(at(minute), "v1");
        world.store.mark_deploy(&[world.site.id], &deploy, at(20)).await.unwrap();
    }
    let last = async |minute| world.store.last_deploy(world.site.id, at(minute)).await.unwrap();
    assert_eq!(last(-1).await, None);
    assert_eq!(last(9).await.unwrap().deploy.at(), at(0));
    let newest = last(10).await.unwrap();
    assert_eq!(newest.deploy.at(), at(10));
    assert_eq!(world.store.remove_deploy(newest.id).await.unwrap(), Some(newest.clone()));
    assert_eq!(world.store.remove_deploy(newest.id).await.unwrap(), None);
    assert_eq!(last(10).await.unwrap().deploy.at(), at(0));
}

#[tokio::test]
async fn a_site_that_is_removed_takes_everything_of_it_along() {
    let world = World::new().await;
    world.see(&[(1, 0, 502)], 99).await;
    let outage = world.outages().await[0].id;
    world.store.mark_deploy(&[world.site.id], &Deploy::stored(at(0), "v1"), at(0)).await.unwrap();
    assert!(world.store.remove_site(world.site.id).await.unwrap());
    assert!(!world.store.remove_site(world.site.id).await.unwrap());
    assert!(world.store.outage(outage).await.unwrap().is_none());
    assert!(world.store.rollup(world.site.id, start()).await.unwrap().is_empty());
    assert!(world.store.deploys(world.site.id).await.unwrap().is_empty());
    assert_eq!(world.store.site(SiteId(world.site.id.0)).await.unwrap(), None);
}

/// What is told of these fetches does not depend on whether the process is started again after each few of them.
async fn is_told_the_same_in_parts_of(
    part: usize,
    path: fn(u8) -> String,
    seen: &[Seen],
) -> Result<(), TestCaseError> {
    let (whole, split) = (World::of_paths(path).await, World::of_paths(path).await);
    whole.see(seen, usize::MAX).await;
    split.see(seen, part).await;
    let (whole, split) = (whole.told().await, split.told().await);
    prop_assert_eq!(whole, split);
    Ok(())
}

#[tokio::test]
async fn streams_that_once_went_wrong_are_told_the_same_with_a_restart_after_every_other_fetch() {
    for looks in known_streams() {
        let path =
            |look: &Look| u8::try_from(PATHS.iter().position(|path| *path == look.path).unwrap()).unwrap();
        let minute = |look: &Look| (look.seen.at - DateTime::UNIX_EPOCH).num_minutes();
        let status = |look: &Look| match look.seen.outcome {
            Outcome::Status(status) => status,
            other => panic!("{other}"),
        };
        let seen: Vec<Seen> = looks.iter().map(|look| (path(look), minute(look), status(look))).collect();
        is_told_the_same_in_parts_of(2, |path| PATHS[usize::from(path)].to_owned(), &seen).await.unwrap();
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn what_is_told_does_not_depend_on_how_observations_were_split_into_batches_and_restarts(
        fetches in prop::collection::vec((0_u8..8, prop_oneof![9 => 0_i64..40, 1 => 700_i64..2000], prop::sample::select(vec![200_u16, 200, 502, 504, 404])), 1..60),
        part in 1_usize..8,
    ) {
        let mut minute = 0;
        let seen: Vec<Seen> = fetches.into_iter().map(|(path, later, status)| {
            minute += later;
            (path, minute, status)
        }).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(is_told_the_same_in_parts_of(part, |path| format!("/{}/{path}", char::from(b'p' + path % 3)), &seen))?;
    }
}
