//! Small worlds: a site of a few URLs, fetched at stated minutes, and the outages that must come out.

use self::world::{World, minutes};
use super::*;
use crate::domain::outage::Scope;

mod properties;
mod restarts;
pub(crate) mod streams;
pub(super) mod world;

const SITE: [&str; 6] = ["/", "/robots.txt", "/a/1", "/a/2", "/b/1", "/b/2"];

#[test]
fn a_site_that_goes_down_is_one_outage_of_scope_site_with_the_tightest_bounds_of_its_urls() {
    let mut world = World::new();
    for (minute, path) in (0..).zip(SITE) {
        world.see(minute, path, 200);
    }
    for (minute, path) in (10..).zip(SITE) {
        world.see(minute, path, 502);
    }
    for (minute, path) in (40..).zip(SITE) {
        world.see(minute, path, 200);
    }
    let outages = world.outages();
    assert_eq!(outages.len(), 1);
    assert_eq!(outages[0].scope, Scope::Site);
    assert_eq!(outages[0].url_count, 6);
    assert!(!outages[0].ongoing);
    let bounds = outages[0].bounds;
    assert_eq!((bounds.healthy_before, bounds.first_failing), (Some(minutes(5)), minutes(10)));
    assert_eq!((bounds.last_failing, bounds.healthy_after), (minutes(15), Some(minutes(40))));
}

#[test]
fn a_healthy_fetch_of_a_url_that_never_failed_bounds_an_outage_of_the_whole_site() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see(9, "/a/9", 200);
    world.see_all(10, &SITE, 502).see(12, "/a/9", 200).see_all(20, &SITE, 200);
    let bounds = world.outages()[0].bounds;
    assert_eq!(bounds.healthy_before, Some(minutes(9)));
    assert_eq!(bounds.healthy_after, Some(minutes(12)));
}

#[test]
fn it_goes_on_until_the_healthy_looks_are_too_many_for_chance() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see_all(10, &SITE, 502).see_all(20, &SITE[..2], 200);
    assert!(world.outages()[0].ongoing);
    assert_eq!(world.outages()[0].bounds.healthy_after, None);
    world.see_all(21, &SITE[2..5], 200);
    assert!(!world.outages()[0].ongoing, "one URL has not been looked at again, and need not be");
    assert_eq!(world.outages()[0].bounds.healthy_after, Some(minutes(20)));
    world.see(22, SITE[5], 502);
    assert!(world.outages()[0].ongoing, "but when it fails, the recovery is still rolling over the site");
    world.see(25, SITE[5], 200);
    assert_eq!(world.outages()[0].bounds.last_failing, minutes(22));
    assert_eq!(world.outages()[0].bounds.healthy_after, Some(minutes(25)));
}

#[test]
fn a_url_that_was_broken_before_keeps_its_own_outage_under_a_site_outage() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see(0, "/a/9", 200);
    world.see(5, "/a/9", 500).see_all(8, &SITE, 200).see(8, "/a/9", 500);
    world.see_all(10, &SITE, 502).see(10, "/a/9", 502);
    world.see_all(20, &SITE, 200).see(20, "/a/9", 500);
    let outages = world.outages();
    assert_eq!(outages.len(), 2);
    assert_eq!((&outages[0].scope, outages[0].url_count, outages[0].ongoing), (&Scope::Url, 1, true));
    assert_eq!((&outages[1].scope, outages[1].url_count, outages[1].ongoing), (&Scope::Site, 6, false));
}

#[test]
fn a_section_that_goes_down_alone_is_an_outage_of_that_section() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200);
    world.see_all(10, &["/a/1", "/a/2"], 502).see_all(10, &["/", "/b/1", "/b/2"], 200);
    world.see_all(11, &["/a/1", "/a/2"], 502);
    assert_eq!(world.outages().len(), 1);
    assert_eq!(world.outages()[0].scope, Scope::Section(Section::of_path("/a/1")));
}

#[test]
fn a_section_that_was_seen_healthy_meanwhile_fails_for_another_reason() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200);
    world.see_all(10, &["/a/1", "/a/2"], 502).see_all(12, &["/b/1", "/b/2"], 200);
    world.see_all(20, &["/a/1", "/a/2"], 502).see_all(20, &["/b/1", "/b/2"], 503);
    let scopes: Vec<_> = world.outages().into_iter().map(|outage| outage.scope).collect();
    assert_eq!(scopes, [Scope::Section(Section::of_path("/a/1")), Scope::Section(Section::of_path("/b/1"))]);
}

#[test]
fn members_that_linger_long_after_the_others_recovered_become_an_outage_of_their_own() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see_all(10, &SITE, 502).see_all(30, &SITE[..4], 200);
    world.see_all(60, &SITE[4..], 502);
    assert_eq!(world.outages().len(), 1, "recovery may roll for an hour");
    world.see_all(100, &SITE[4..], 502);
    let outages = world.outages();
    assert_eq!(outages.len(), 2);
    assert_eq!((outages[0].url_count, outages[0].ongoing), (4, false));
    assert_eq!(outages[0].bounds.healthy_after, Some(minutes(30)));
    assert_eq!((outages[1].url_count, outages[1].ongoing), (2, true));
    assert_eq!(outages[1].bounds.first_failing, minutes(10));
}

#[test]
fn outages_back_to_back_are_two() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see_all(10, &SITE, 502).see_all(20, &SITE, 200);
    world.see_all(30, &SITE, 502).see_all(40, &SITE, 200);
    assert_eq!(world.outages().len(), 2);
}

#[test]
fn an_outcome_that_changes_in_mid_outage_makes_no_second_outage() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see_all(10, &SITE, 502).see_all(20, &SITE, 504).see_all(30, &SITE, 200);
    assert_eq!(world.outages().len(), 1);
}

#[test]
fn only_what_changed_is_handed_out_and_what_is_done_can_be_forgotten() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see_all(10, &SITE, 502);
    let changes = world.judge.take_changes();
    assert_eq!((changes.outages.len(), changes.parts.len()), (1, 6));
    world.see(11, "/", 502);
    let changes = world.judge.take_changes();
    assert_eq!((changes.outages.len(), changes.parts.len()), (1, 1));
    for minute in 20..120 {
        world.see(minute, SITE[usize::try_from(minute).unwrap() % 6], 200);
    }
    assert_eq!(world.judge.forget_done().0.len(), 1);
    assert_eq!(world.outages(), []);
}

#[test]
fn a_healthy_look_at_the_instant_of_the_first_failure_proves_nothing() {
    let mut world = World::new();
    world.see_all(0, &SITE, 200).see(10, "/a/2", 200).see(10, "/a/1", 502);
    world.see_all(11, &["/", "/b/1"], 502).see(15, "/a/2", 502);
    assert_eq!(world.outages().iter().map(|outage| outage.url_count).collect::<Vec<_>>(), [4]);
}

#[test]
fn a_section_in_which_something_fails_already_is_not_part_of_an_outage_elsewhere() {
    let site = ["/", "/a/1", "/a/2", "/a/3", "/b/1", "/b/2", "/b/3"];
    let mut world = World::new();
    world.see_all(0, &site, 200).see(10, "/a/1", 502).see_all(65, &["/", "/b/1"], 200);
    world.see_all(70, &["/a/1", "/b/1"], 502).see(75, "/", 200);
    world.see_all(240, &["/b/2", "/b/3", "/a/2", "/a/3"], 502).see(241, "/", 200);
    let outages = world.outages();
    let section = |path: &str| Scope::Section(Section::of_path(path));
    assert_eq!(
        outages.iter().map(|outage| outage.scope.clone()).collect::<Vec<_>>(),
        [section("/a/1"), section("/b/1")]
    );
    assert_eq!(outages[0].bounds.first_failing, minutes(10));
    assert_eq!(outages[1].bounds.first_failing, minutes(70));
}

#[test]
fn a_url_that_is_spared_says_nothing_about_when_the_others_began_to_fail() {
    let urls = ["/a/1", "/a/2", "/a/3", "/a/4", "/a/5", "/a/6", "/a/7", "/"];
    let mut world = World::new();
    world.see_all(0, &urls, 200);
    for minute in (5..240).step_by(5) {
        world.see(minute, "/a/1", 200);
    }
    world.see_all(240, &["/a/2", "/a/3"], 502).see_all(241, &["/a/4", "/"], 200);
    world.see_all(242, &["/a/5", "/a/6"], 502).see(243, "/a/7", 200).see(244, "/a/2", 502);
    let outages = world.outages();
    assert_eq!(outages.len(), 1);
    assert_eq!(outages[0].bounds.healthy_before, Some(minutes(0)));
}

/// Two sections; the first fails at minute 10, the second was last healthy at `healthy` and fails a minute later.
fn two_sections(healthy: i64, status: u16) -> Vec<Outage> {
    let site = ["/", "/a/1", "/a/2", "/b/1", "/b/2"];
    let mut world = World::new();
    world.see_all(0, &site, 200).see_all(10, &["/a/1", "/a/2"], 502);
    world.see_all(healthy, &["/b/1", "/b/2", "/"], 200);
    world.see_all(healthy + 1, &["/b/1", "/b/2", "/a/1"], status).see_all(
        healthy + 2,
        &["/b/1", "/a/1"],
        status,
    );
    world.outages()
}

#[test]
fn an_outage_that_spreads_to_another_section_within_minutes_is_one() {
    let outages = two_sections(17, 502);
    assert_eq!(outages.iter().map(|outage| outage.url_count).collect::<Vec<_>>(), [4]);
    assert_eq!((outages[0].alternating, outages[0].bounds.healthy_before), (false, Some(minutes(0))));
    assert_eq!(two_sections(70, 502).len(), 2, "an hour later it is another one");
}

#[test]
fn what_a_sentinel_saw_hours_before_a_crawl_found_the_others_is_one_outage() {
    let mut world = World::new();
    world.see_all(0, &["/", "/a/1", "/a/2", "/b/1", "/b/2", "/c/1"], 200);
    for minute in (10..240).step_by(10) {
        world.see(minute, "/", 200).see(minute, "/a/1", 502);
    }
    world.see_all(240, &["/b/1", "/b/2", "/c/1", "/a/2"], 502).see_all(241, &["/b/1", "/a/1"], 502);
    let outages = world.outages();
    assert_eq!(outages.iter().map(|outage| outage.url_count).collect::<Vec<_>>(), [5]);
    assert_eq!(outages[0].bounds.first_failing, minutes(10));
}
