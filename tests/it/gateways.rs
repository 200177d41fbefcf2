//! Real gateways in front of real faults: each answer is met as a visitor meets it, and diagnosed by the program.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::lab::applications::Applications;
use crate::support::lab::faults::Fault;
use crate::support::lab::{Kind, Lab};
use crate::support::program::Program;

/// What the program says of an address.
fn diagnosed(program: &Program, url: &str) -> Value {
    program.json(0, &["diagnose", url])
}

fn word(told: &Value, part: &str) -> String {
    told[part]["name"].as_str().unwrap().to_owned()
}

/// The cause and its alternatives.
fn causes(told: &Value) -> Vec<String> {
    let others = told["alternatives"]
        .as_array()
        .unwrap()
        .iter()
        .map(|other| other["name"].as_str().unwrap().to_owned());
    std::iter::once(word(told, "cause")).chain(others).collect()
}

/// Meets all faults through a gateway; returns what was told of each. What holds for every gateway is held here.
fn all_faults(kind: Kind) -> BTreeMap<&'static str, Value> {
    let lab = Lab::of(kind, &[]);
    let program = Program::new();
    let mut told = BTreeMap::new();
    for fault in Fault::ALL {
        if !kind.meets(fault) {
            continue;
        }
        let answer = diagnosed(&program, &lab.url(fault.name()));
        let at = format!("{kind:?} {}: {answer:#}", fault.name());
        assert_eq!(answer["failing"], true, "{at}");
        assert!(causes(&answer).contains(&fault.cause().to_owned()), "{at}");
        assert!(answer["cause"]["confidence"].as_f64().unwrap() < 0.99, "{at}");
        assert!(answer["advice"].as_str().unwrap().len() > 40, "{at}");
        told.insert(fault.name(), answer);
    }
    told
}

/// Asserts which gateway wrote the answers to these faults.
fn assert_written_by(kind: Kind, told: &BTreeMap<&str, Value>, faults: &[&str]) {
    for fault in faults {
        assert_eq!(told[fault]["made_by"], "gateway", "{fault}");
        assert_eq!(word(&told[fault], "gateway"), kind.word(), "{fault}: {:#}", told[fault]);
    }
}

fn statuses(told: &BTreeMap<&str, Value>) -> BTreeMap<String, u64> {
    told.iter()
        .map(|(fault, answer)| ((*fault).to_owned(), answer["status"].as_u64().unwrap_or_default()))
        .collect()
}

#[test]
fn nginx_shows_one_page_for_most_faults_and_another_for_slowness() {
    let told = all_faults(Kind::Nginx);
    assert_written_by(
        Kind::Nginx,
        &told,
        &["refused", "reset", "empty", "header_too_big", "silent", "no_tls"],
    );
    assert_eq!((statuses(&told)["refused"], statuses(&told)["silent"]), (502, 504));
    assert_eq!(word(&told["silent"], "cause"), "upstream_timeout");
    assert_eq!(told["refused"]["cause"], told["empty"]["cause"], "the same page, so the same answer");
    assert!(told["refused"]["cause"]["confidence"].as_f64().unwrap() <= 0.9);
}

#[test]
fn haproxy_tells_a_server_that_is_not_there_from_one_that_fails() {
    let told = all_faults(Kind::Haproxy);
    let all = ["refused", "reset", "empty", "garbage", "header_too_big", "silent", "no_tls"];
    assert_written_by(Kind::Haproxy, &told, &all);
    let statuses = statuses(&told);
    assert_eq!((statuses["refused"], statuses["empty"], statuses["silent"]), (503, 502, 504));
    assert_eq!(word(&told["silent"], "cause"), "upstream_timeout");
}

#[test]
fn apache_names_a_reason_on_its_page() {
    let told = all_faults(Kind::Apache);
    let all = ["refused", "reset", "empty", "header_too_big", "silent", "no_tls"];
    assert_written_by(Kind::Apache, &told, &all);
    assert_eq!(word(&told["no_tls"], "cause"), "upstream_tls");
    assert_eq!(word(&told["refused"], "cause"), "upstream_refused");
    assert_eq!(statuses(&told)["no_tls"], 500);
}

#[test]
fn caddy_has_no_page_and_is_known_by_its_head() {
    let told = all_faults(Kind::Caddy);
    assert_written_by(Kind::Caddy, &told, &["refused", "reset", "empty", "garbage", "silent", "no_tls"]);
    assert_eq!(word(&told["silent"], "cause"), "upstream_timeout");
}

#[test]
fn varnish_says_503_of_every_fault() {
    let told = all_faults(Kind::Varnish);
    assert_written_by(
        Kind::Varnish,
        &told,
        &["refused", "reset", "empty", "garbage", "header_too_big", "silent"],
    );
    assert!(statuses(&told).iter().filter(|(fault, _)| *fault != "cut").all(|(_, status)| *status == 503));
}

#[test]
fn envoy_names_the_fault_in_its_line() {
    let told = all_faults(Kind::Envoy);
    let all = ["refused", "reset", "empty", "garbage", "header_too_big", "silent", "no_tls"];
    assert_written_by(Kind::Envoy, &told, &all);
    assert_eq!(word(&told["silent"], "cause"), "upstream_timeout");
    assert_eq!(word(&told["garbage"], "cause"), "upstream_invalid");
    assert_eq!(word(&told["empty"], "cause"), "upstream_empty");
}

#[test]
fn a_body_that_breaks_off_is_found_behind_every_gateway() {
    for kind in [Kind::Nginx, Kind::Haproxy, Kind::Apache, Kind::Caddy, Kind::Varnish, Kind::Envoy] {
        let lab = Lab::of(kind, &[]);
        let told = diagnosed(&Program::new(), &lab.url("cut"));
        assert_eq!(word(&told, "cause"), "upstream_truncated", "{kind:?}");
        // Varnish alone may notice before it has begun to answer, and then says so.
        let status = told["status"].as_u64();
        assert!(
            status == Some(200) || (kind == Kind::Varnish && status == Some(503)),
            "{kind:?}: {status:?}"
        );
    }
}

#[test]
fn an_application_that_says_502_is_told_so_behind_every_gateway() {
    let applications = Applications::start();
    for kind in [Kind::Nginx, Kind::Haproxy, Kind::Apache, Kind::Caddy, Kind::Varnish, Kind::Envoy] {
        let lab = Lab::of(kind, applications.routes());
        let program = Program::new();
        for route in applications.routes() {
            let told = diagnosed(&program, &lab.url(route.name));
            let at = format!("{kind:?} {}: {told:#}", route.name);
            assert_eq!((&told["status"], &told["made_by"]), (&502.into(), &"application".into()), "{at}");
            assert_eq!(word(&told, "cause"), "application_made", "{at}");
            let advice = told["advice"].as_str().unwrap();
            assert!(advice.contains("500") && advice.contains("503"), "{at}");
            assert!(told["misuse"]["source"].as_str().unwrap().contains("rfc9110"), "{at}");
        }
    }
}

#[test]
fn the_textbook_misuse_is_met_with_code_for_its_framework() {
    let applications = Applications::start();
    let program = Program::new();
    let code = |name: &str| {
        let port = applications.routes().iter().find(|route| route.name == name).unwrap().port;
        let told = diagnosed(&program, &format!("http://127.0.0.1:{port}/pay"));
        told["misuse"]["code"].as_str().unwrap().to_owned()
    };
    assert!(code("app_express").contains("res.status(503)"));
    assert!(code("app_node").contains("res.writeHead(503"));
    assert!(code("app_flask").contains(", 503, {\"Retry-After\""));
}
