//! Each signature is the first to hold on its own fixture, and the table of signatures is sound.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gatecrawl::diagnosis::answer::Answer;
use gatecrawl::diagnosis::signature::MadeBy;
use gatecrawl::diagnosis::{diagnose, signatures};
use gatecrawl::domain::evidence::Evidence;
use gatecrawl::domain::outcome::Outcome;

#[test]
fn each_signature_is_the_first_to_hold_on_its_own_fixture() {
    let mut faults = Vec::new();
    for row in signatures() {
        let Ok(raw) = fs::read(fixtures().join(format!("{}.http", row.name))) else {
            faults.push(format!("{} has no fixture", row.name));
            continue;
        };
        let held = signature_of(&read(&raw));
        if held != Some(row.name) {
            faults.push(format!("on the fixture of {} holds {held:?}", row.name));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn each_fixture_belongs_to_a_signature() {
    let names: BTreeSet<_> = signatures().map(|row| format!("{}.http", row.name)).collect();
    let files: BTreeSet<_> = fs::read_dir(fixtures())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files.difference(&names).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn names_are_unique_and_shares_are_shares() {
    let mut names = BTreeSet::new();
    for row in signatures() {
        assert!(names.insert(row.name), "two rows are called {}", row.name);
        let shares: Vec<f32> = row.causes.iter().map(|(_, share)| *share).collect();
        assert!(shares.iter().sum::<f32>() <= 1.001, "the shares of {} are more than all", row.name);
        assert!(shares.is_sorted_by(|a, b| a >= b), "the likeliest fault of {} is not the first", row.name);
        assert!(!shares.is_empty() && !row.shows.is_empty(), "{} says nothing", row.name);
    }
}

#[test]
fn a_page_is_known_without_its_head_too() {
    let mut faults = Vec::new();
    for row in signatures().filter(|row| row.is_page) {
        let mut evidence = read(&fs::read(fixtures().join(format!("{}.http", row.name))).unwrap());
        evidence.headers.clear();
        evidence.reason = None;
        let held = signatures().find(|other| Some(other.name) == signature_of(&evidence));
        if held.is_none_or(|other| other.gateway != row.gateway) {
            faults.push(format!("without its head {} is {:?}", row.name, held.map(|other| other.name)));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn an_application_answers_for_its_own_pages_and_a_gateway_for_its_own() {
    let made_by = |name: &str| {
        let evidence = read(&fs::read(fixtures().join(format!("{name}.http"))).unwrap());
        diagnose(Answer::of(&evidence, Outcome::of_status(evidence.status.unwrap()))).made_by
    };
    for name in ["iis_asp_net_error", "wordpress_maintenance", "wordpress_database"] {
        assert_eq!(made_by(name), MadeBy::Application, "{name}");
    }
    for name in ["cloudflare_502_branded", "heroku_maintenance", "citrix_503", "aws_elb_502"] {
        assert_eq!(made_by(name), MadeBy::Gateway, "{name}");
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/answers")
}

fn signature_of(evidence: &Evidence) -> Option<&'static str> {
    let outcome = Outcome::of_status(evidence.status.unwrap());
    diagnose(Answer::of(evidence, outcome)).signature
}

/// A raw answer: a status line, headers, an empty line, the body.
fn read(raw: &[u8]) -> Evidence {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").expect("a head ends with an empty line");
    let head = std::str::from_utf8(&raw[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap().splitn(3, ' ');
    Evidence {
        version: words.next().map(str::to_owned),
        status: words.next().map(|status| status.parse().unwrap()),
        reason: words.next().filter(|reason| !reason.is_empty()).map(str::to_owned),
        headers: lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(n, v)| (n.into(), v.into()))
            .collect(),
        body: raw[end + 4..].to_vec(),
        detail: None,
    }
}
