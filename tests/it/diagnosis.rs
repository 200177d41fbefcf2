//! Each signature is the first to hold on its own fixture, and the table of signatures is sound.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gatecrawl::diagnosis::answer::Answer;
use gatecrawl::diagnosis::application::frameworks::FRAMEWORKS;
use gatecrawl::diagnosis::cause::Cause;
use gatecrawl::diagnosis::signature::MadeBy;
use gatecrawl::diagnosis::{diagnose, signatures};
use gatecrawl::discover::answer;
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
fn each_fixture_belongs_to_a_signature_or_a_framework() {
    let frameworks = FRAMEWORKS.iter().map(|framework| format!("app_{}.http", framework.name));
    let names: BTreeSet<_> = signatures().map(|row| format!("{}.http", row.name)).chain(frameworks).collect();
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
fn each_framework_is_the_first_to_hold_on_its_own_fixture_and_is_told_what_it_misuses() {
    let mut faults = Vec::new();
    for framework in FRAMEWORKS {
        let Ok(raw) = fs::read(fixtures().join(format!("app_{}.http", framework.name))) else {
            faults.push(format!("{} has no fixture", framework.name));
            continue;
        };
        let told = diagnose(Answer::of(&read(&raw), Outcome::Status(502)));
        let found = told.framework.map(|framework| framework.name);
        if (told.made_by, found) != (MadeBy::Application, Some(framework.name)) {
            faults.push(format!("{} is taken for {found:?}, {:?}", framework.name, told.signature));
        }
        let misuse = told.misuse().expect("an application has no business with 502");
        assert!(misuse.advice.contains("500") && misuse.advice.contains("503"), "{}", framework.name);
        assert!(
            misuse.code.contains("503") || misuse.code.to_lowercase().contains("unavailable"),
            "{}",
            misuse.code
        );
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_500_or_503_of_an_application_is_no_misuse() {
    let mut evidence = read(&fs::read(fixtures().join("app_express.http")).unwrap());
    for (status, is_misuse) in [(500, false), (502, true), (503, false), (504, true)] {
        evidence.status = Some(status);
        let told = diagnose(Answer::of(&evidence, Outcome::Status(status)));
        assert_eq!(told.misuse().is_some(), is_misuse, "{status}");
    }
}

#[test]
fn a_page_that_says_when_to_come_back_is_planned_work() {
    let planned = |body: &str, media: &str| {
        let raw = format!(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {media}\r\nRetry-After: 3600\r\n\r\n{body}"
        );
        let read = answer::read(raw.as_bytes()).unwrap();
        diagnose(Answer::of(&read.evidence, read.outcome))
    };
    let page = planned("<h1>We are moving house</h1>", "text/html");
    assert_eq!(page.cause.name, Cause::Maintenance);
    assert!(page.evidence.iter().any(|seen| seen.contains("Retry-After (3600)")), "{:?}", page.evidence);
    let interface = planned(r#"{"error":"maintenance"}"#, "application/json");
    assert_eq!(interface.cause.name, Cause::ApplicationMade);
    assert_eq!(interface.alternatives[0].name, Cause::Maintenance);
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

/// A fixture as the command line reads it.
fn read(raw: &[u8]) -> Evidence {
    answer::read(raw).unwrap().evidence
}
