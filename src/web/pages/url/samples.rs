//! A URL that fails after months of health, with two observers and a path full of markup; one that was never fetched.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::chart::lanes::{Band, Kind, Lane, Lanes};
use crate::domain::policy::rule;
use crate::domain::verdict::Verdict;

fn at(hours_ago: i64) -> DateTime<Utc> {
    let now: DateTime<Utc> = "2026-11-23T03:00:00Z".parse().unwrap();
    now - TimeDelta::hours(hours_ago)
}

fn shown(hours_ago: i64) -> Instant {
    Instant::second(at(hours_ago), chrono_tz::UTC, at(0))
}

fn band(first: i64, last: i64, kind: Kind) -> Band {
    Band { first: at(first), last: at(last), kind }
}

fn seen() -> Seen {
    let persistent = Kind::Tone(Tone::Failing(Verdict::Persistent));
    let (healthy, brief) = (Kind::Tone(Tone::Healthy), Kind::Tone(Tone::Failing(Verdict::Brief)));
    let ours = vec![
        band(76, 0, persistent),
        band(900, 77, healthy),
        band(902, 901, brief),
        band(1200, 903, healthy),
        band(1400, 1210, Kind::Gone),
    ];
    let bots = vec![band(70, 2, persistent), band(1300, 100, healthy)];
    let lane = |name: &str, bands| Lane { name: name.to_owned(), bands };
    let row = |outcome: &str, class, first, last, lasted: &str| SpellRow {
        outcome: outcome.to_owned(),
        class,
        observer: "Gatecrawl".to_owned(),
        first: shown(first),
        last: shown(last),
        lasted: lasted.to_owned(),
        fetches: "1,204".to_owned(),
    };
    let observer = |name: &str, failing: &str| ObserverRow {
        name: name.to_owned(),
        now: "502".to_owned(),
        fetches: "3,412".to_owned(),
        failing: failing.to_owned(),
        last: shown(0),
    };
    Seen {
        drawing: Lanes {
            from: at(1400),
            to: at(0),
            zone: chrono_tz::UTC,
            lanes: vec![lane("Gatecrawl", ours), lane("Googlebot", bots)],
            description: "What it answered over time; the table below has each spell.".to_owned(),
        }
        .draw(),
        legend: vec![Tone::Failing(Verdict::Persistent), Tone::Failing(Verdict::Brief), Tone::Healthy],
        has_gone: true,
        observers: vec![observer("Gatecrawl", "1,204"), observer("Googlebot", "9")],
        spells: vec![
            row("502", "t-persistent", 76, 0, "76 h so far"),
            row("200", "t-healthy", 900, 77, "34 d to 35 d"),
            row("read timeout", "t-brief", 902, 901, "38 to 42 min"),
            row("404", "t-gone", 1400, 1210, "at least 7 d 22 h"),
        ],
        more: Some("The newest 200 spells are shown.".to_owned()),
    }
}

/// All of them, by name.
pub(crate) fn all() -> Vec<(&'static str, UrlPage)> {
    let path = "/product/4711?variant=<script>alert(1)</script>";
    let failing = UrlPage {
        shell: Shell::inside(""),
        host: "shop.example".to_owned(),
        site_href: "/sites/1".to_owned(),
        path: path.to_owned(),
        address: "https://shop.example/product/4711".to_owned(),
        headline: Headline {
            subject: path.to_owned(),
            rest: " has answered 502 for three days. Google drops URLs after two days.".to_owned(),
        },
        tone: Some(Tone::Failing(Verdict::Persistent)),
        lede: "Found since Fri 25 Sep; looked at 3,412 times since.".to_owned(),
        seen: Some(seen()),
        outages: vec![Failure {
            href: "/outages/7".to_owned(),
            tone: Tone::Failing(Verdict::Persistent),
            title: "/product/* answers 502".to_owned(),
            detail: "since Thu 19 Nov, 23:00 UTC; this URL failed with 502".to_owned(),
            lasted: "3 d 4 h so far".to_owned(),
        }],
        more_outages: None,
        index: "It can be indexed. Its place there: being dropped.".to_owned(),
        index_tag: rule("persistent_after").map(Tag::from),
        facts: vec![
            ("Path template", "/product/*".to_owned()),
            ("Links from the start page", "3".to_owned()),
            ("Canonical address", "none named".to_owned()),
        ],
        section_href: "/sites/1/urls?section=%2Fproduct%2F*".to_owned(),
        evidence: Vec::new(),
        no_evidence: "What came is no longer kept.".to_owned(),
    };
    let unseen = UrlPage {
        path: "/new".to_owned(),
        headline: Headline {
            subject: "/new".to_owned(),
            rest: " was found, but not fetched yet.".to_owned(),
        },
        tone: None,
        lede: "Found since Mon 23 Nov; looked at 0 times since.".to_owned(),
        seen: None,
        outages: Vec::new(),
        index: "Nothing that it says of itself keeps it out: it can be indexed.".to_owned(),
        index_tag: None,
        ..failing.clone()
    };
    vec![("url", failing), ("url-unseen", unseen)]
}
