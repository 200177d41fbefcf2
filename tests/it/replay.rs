//! Recorded observations are judged by a policy, in the shape that other programs read.

use serde_json::{Value, json};

use crate::support::program::Program;

/// A site's start page, good until nine, 502 until `hours` later, then good again; a look every half hour.
fn recorded(hours: i64) -> String {
    let start: chrono::DateTime<chrono::Utc> = "2026-11-01T08:30:00Z".parse().unwrap();
    (0..=2 * hours + 2)
        .map(|n| {
            let at = start + chrono::TimeDelta::minutes(30 * n);
            let status = if (1..=2 * hours + 1).contains(&n) { 502 } else { 200 };
            json!({"at": at, "url": "https://shop.example/", "status": status}).to_string() + "\n"
        })
        .collect()
}

fn replayed(hours: i64, more: &[&str]) -> Value {
    let program = Program::new();
    let file = program.put("seen.jsonl", &recorded(hours));
    let mut arguments = vec!["replay", &file];
    arguments.extend(more);
    program.json(0, &arguments)
}

#[test]
fn an_outage_has_its_four_instants_and_its_verdict() {
    let judged = replayed(5, &[]);
    assert_eq!(judged["schema"], 1);
    let outage = &judged["outages"][0];
    assert_eq!((&outage["verdict"], &outage["certainty"]), (&json!("brief"), &json!("certain")));
    assert_eq!(outage["started_between"], json!(["2026-11-01T08:30:00Z", "2026-11-01T09:00:00Z"]));
    assert_eq!(outage["ended_between"], json!(["2026-11-01T14:00:00Z", "2026-11-01T14:30:00Z"]));
    assert_eq!(outage["duration_seconds"], json!({"min": 18_000, "max": 21_600}));
    assert_eq!(judged["urls"][0]["episodes"].as_array().unwrap().len(), 1);
    assert_eq!(judged["lines"], json!({"read": 13, "used": 13, "rejected": 0}));
}

#[test]
fn the_verdict_follows_the_length_and_the_policy() {
    assert_eq!(replayed(30, &[])["outages"][0]["verdict"], "prolonged");
    assert_eq!(replayed(50, &[])["outages"][0]["verdict"], "persistent");
    let strict = replayed(5, &["--set", "brief_max=1h", "--set", "persistent_after=4h"]);
    assert_eq!(strict["outages"][0]["verdict"], "persistent");
}

#[test]
fn the_instant_of_judgement_may_be_set() {
    let judged = replayed(5, &["--now", "2026-11-20T00:00:00Z"]);
    assert_eq!(
        (&judged["now"], &judged["outages"][0]["state"]),
        (&json!("2026-11-20T00:00:00Z"), &json!("resolved"))
    );
}

#[test]
fn a_bad_line_is_named_skipped_and_told_by_the_exit_code() {
    let program = Program::new();
    let file = program.put("seen.jsonl", &format!("{}oops\n", recorded(1)));
    let ran = program.run(&["replay", &file, "--format", "json"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("line 6"), "{}", ran.stderr);
    let judged: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(judged["lines"], json!({"read": 6, "used": 5, "rejected": 1}));
    assert_eq!(judged["outages"].as_array().unwrap().len(), 1);
}

#[test]
fn answers_of_unknown_make_are_no_votes_against_the_gateway_that_the_others_name() {
    let program = Program::new();
    let line = |url: u32, minute: u32, rest: Value| {
        let mut line = json!({"at": format!("2026-11-01T09:{minute:02}:00Z"), "url": format!("https://shop.example/p/{url}")});
        line.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        line.to_string() + "\n"
    };
    let named = json!({"status": 502, "gateway": "nginx", "cause": "upstream_refused"});
    let file: String = (0..203)
        .map(|url| {
            let failing = if url < 200 { named.clone() } else { json!({"status": 502}) };
            let healthy = json!({"status": 200});
            [line(url, 0, healthy.clone()), line(url, 5, failing), line(url, 10, healthy)].concat()
        })
        .collect();
    let file = program.put("seen.jsonl", &file);
    let judged = program.json(0, &["replay", &file]);
    let outage = &judged["outages"][0];
    assert_eq!(outage["url_count"], 203);
    assert_eq!(outage["gateway"], json!({"name": "nginx", "confidence": 0.97}));
    assert_eq!(outage["cause"]["name"], "upstream_refused");
}
