//! Deploys: recorded, listed, removed, refused; and an outage that begins after one says so.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::support::app::now;
use crate::support::program::{Program, Ran};
use crate::support::world::World;

fn with_sites(addresses: &[&str]) -> Program {
    let program = Program::new();
    for address in addresses {
        assert_eq!(program.run(&["site", "add", address]).code, 0);
    }
    program
}

fn deploys(program: &Program, site: &str) -> Vec<Value> {
    program.json(0, &["deploy", "list", site]).as_array().unwrap().clone()
}

fn ok(ran: &Ran) -> &str {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.trim_end()
}

#[test]
fn a_deploy_is_recorded_once_listed_and_removed() {
    let program = with_sites(&["https://shop.example/", "https://blog.example/"]);
    let mark = ["deploy", "mark", "shop.example", "--at", "2026-11-01T10:00:00+01:00", "--name", " v1.2.3 "];
    assert_eq!(
        ok(&program.run(&mark)),
        "Recorded deploy v1.2.3 of https://shop.example at 2026-11-01T09:00:00Z (deploy 1)."
    );
    assert_eq!(
        ok(&program.run(&mark)),
        "Already recorded: deploy v1.2.3 of https://shop.example at 2026-11-01T09:00:00Z (deploy 1)."
    );
    let listed = deploys(&program, "https://shop.example/");
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["at"], &listed[0]["name"]), (&"2026-11-01T09:00:00Z".into(), &"v1.2.3".into()));
    let csv = program.run(&["deploy", "list", "shop.example", "--format", "csv"]);
    assert_eq!(ok(&csv), "id,site,at,name\n1,https://shop.example,2026-11-01T09:00:00Z,v1.2.3");
    assert!(ok(&program.run(&["deploy", "list", "shop.example"])).contains("v1.2.3"));
    assert!(ok(&program.run(&["deploy", "list", "blog.example"])).contains("gatecrawl deploy mark"));
    assert!(ok(&program.run(&["deploy", "remove", "1"])).starts_with("Removed deploy v1.2.3"));
    assert!(deploys(&program, "shop.example").is_empty());
}

#[test]
fn one_deploy_of_several_sites_or_of_all_is_a_mark_each_and_now_is_the_default() {
    let program = with_sites(&["https://shop.example/", "https://blog.example/"]);
    let both = program.json(0, &["deploy", "mark", "shop.example", "blog.example", "shop.example"]);
    let both = both.as_array().unwrap();
    assert_eq!(both.len(), 2, "a site that is named twice is marked once");
    assert_eq!((&both[0]["name"], &both[0]["new"]), (&Value::Null, &true.into()));
    assert_eq!(both[0]["at"], both[1]["at"]);
    assert_eq!(program.json(0, &["deploy", "mark", "--all", "--name", "v2"]).as_array().unwrap().len(), 2);
    assert_eq!(deploys(&program, "blog.example").len(), 2);
    assert_eq!(program.run(&["site", "remove", "shop.example", "--yes"]).code, 0);
    assert_eq!(program.run(&["deploy", "remove", "1"]).code, 2, "it went with its site");
}

#[test]
fn what_cannot_be_recorded_is_refused_with_a_reason_and_nothing_is_recorded() {
    let program = with_sites(&["https://shop.example/"]);
    let long = "x".repeat(101);
    for (arguments, says) in [
        (&["other.example"][..], "other.example"),
        (&["shop.example", "other.example"], "site list"),
        (&["shop.example", "--at", "yesterday"], "2026-11-01T09:00:00Z"),
        (&["shop.example", "--at", "2026-11-01T09:00:00"], "with its zone"),
        (&["shop.example", "--at", "2126-11-01T09:00:00Z"], "still to come"),
        (&["shop.example", "--at", "0206-11-01T09:00:00Z"], "check the year"),
        (&["shop.example", "--name", &long], "at most 100"),
        (&["shop.example", "--name", "a\nb"], "control character"),
        (&["shop.example", "--all"], "--all"),
        (&[], "<SITE>"),
    ] {
        let ran = program.run(&[&["deploy", "mark"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{says:?} is not in: {}", ran.stderr);
    }
    assert!(deploys(&program, "shop.example").is_empty());
    let ran = program.run(&["deploy", "remove", "7"]);
    assert!(ran.code == 2 && ran.stderr.contains("no deploy 7"), "{}", ran.stderr);
    let ran = Program::new().run(&["deploy", "mark", "--all"]);
    assert!(ran.code == 2 && ran.stderr.contains("site add"), "{}", ran.stderr);
}

#[test]
fn an_outage_names_the_deploy_that_it_began_with_even_when_that_is_recorded_later() {
    let mut world = World::with_small_site(&["docs"], 2);
    let earlier = (now() - TimeDelta::minutes(5)).to_rfc3339();
    let healthy = world.crawl(0, &["--set", "recheck=1s"]);
    assert_eq!(healthy["outages"].as_array().unwrap().len(), 0);
    let url = world.url();
    let mark = |at: &str, name: &str| {
        assert_eq!(world.program.run(&["deploy", "mark", &url, "--at", at, "--name", name]).code, 0);
    };
    mark(&earlier, "v1.2.2");
    let killed = world.app.kill();
    let failing = world.crawl(0, &[]);
    let deploy = &failing["outages"][0]["deploy"];
    assert_eq!((&deploy["name"], &deploy["certainty"]), (&"v1.2.2".into(), &"certain".into()), "{failing}");
    let instant = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let first_failing = instant(&failing["outages"][0]["started_between"][1]);
    let before = (first_failing - instant(&deploy["at"])).num_seconds();
    assert_eq!((&deploy["seconds_before"], before >= 300), (&before.into(), true), "{failing}");
    // The site was last seen healthy before this one, so it may have failed before it, too.
    mark(&killed.to_rfc3339(), "v1.2.3");
    let deploy = &world.crawl(0, &[])["outages"][0]["deploy"];
    assert_eq!((&deploy["name"], &deploy["certainty"]), (&"v1.2.3".into(), &"possible".into()), "{deploy}");
    let report = world.program.run(&["report"]).stdout;
    assert!(report.contains("It may have begun with deploy v1.2.3"), "{report}");
}

#[test]
fn a_site_may_set_its_own_window() {
    let mut world = World::with_small_site(&["docs"], 2);
    let earlier = (now() - TimeDelta::minutes(5)).to_rfc3339();
    world.crawl(0, &["--set", "recheck=1s", "--set", "deploy_window=1m"]);
    let url = world.url();
    assert_eq!(world.program.run(&["deploy", "mark", &url, "--at", &earlier]).code, 0);
    world.app.kill();
    assert_eq!(world.crawl(0, &[])["outages"][0]["deploy"], Value::Null);
    assert_eq!(world.program.run(&["site", "set", &url, "deploy_window=15m"]).code, 0);
    assert_eq!(world.crawl(0, &[])["outages"][0]["deploy"]["certainty"], "certain");
}

#[test]
fn the_table_of_outages_says_which_began_with_a_deploy_and_has_no_such_column_without_one() {
    let table = |is_deployed: bool| {
        let mut world = World::with_small_site(&["docs"], 2);
        let url = world.url();
        world.crawl(0, &["--set", "recheck=1s"]);
        if is_deployed {
            ok(&world.program.run(&["deploy", "mark", &url, "--name", "v42"]));
        }
        world.app.kill();
        ok(&world.program.run(&["crawl", &url, "--rate", "0", "--wait", "0s"])).to_owned()
    };
    let without = table(false);
    assert!(without.contains("first seen failing") && !without.contains("deploy"), "{without}");
    let with = table(true);
    assert!(with.contains("may have begun with deploy v42"), "{with}");
}
