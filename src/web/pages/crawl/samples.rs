//! A crawl that runs, one that is paused, one that met an outage, the first one.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-23T03:00:00Z".parse().unwrap()
}

fn minute(hours: i64) -> Instant {
    Instant::minute(now() - TimeDelta::hours(hours), chrono_tz::Europe::Berlin, now())
}

fn changed(path: &str) -> ChangedRow {
    ChangedRow {
        href: "/urls/7".to_owned(),
        path: path.to_owned(),
        said: "502 Bad Gateway".to_owned(),
        since: minute(2),
    }
}

fn outcome(answer: &str, is_failing: bool, fetches: &str, share: &str, before: &str) -> OutcomeRow {
    let [answer, fetches, share, before] = [answer, fetches, share, before].map(str::to_owned);
    OutcomeRow { answer, is_failing, fetches, share, before }
}

fn failed() -> CrawlPage {
    CrawlPage {
        shell: Shell::inside(""),
        href: "/crawls/8".to_owned(),
        site_href: "/sites/1".to_owned(),
        host: "shop.example".to_owned(),
        headline: Headline { subject: "134 of 4,812 URLs failed.".to_owned(), rest: String::new() },
        tone: None,
        lede: "Asked for by the schedule. It began Mon 23 Nov, 02:00 CET and took 42 min 10 s.".to_owned(),
        is_unfinished: false,
        is_held: false,
        running: None,
        notes: vec![
            "/calendar/* looks endless: 1,000 of its URLs were taken in, and no more".to_owned(),
            "12 URLs are disallowed by robots.txt, and were not fetched".to_owned(),
        ],
        changes: Some(Changes {
            before: Some(minute(8)),
            before_href: "/crawls/7".to_owned(),
            summary: "96 URLs began to fail, 3 are well again, 38 failed in both. 14 new URLs were found."
                .to_owned(),
            began: (0..20).map(|n| changed(&format!("/product/{n}?variant=<script>"))).collect(),
            began_more: Some("And 76 more.".to_owned()),
            ended: ["/about", "/search?q=a-long-question-that-goes-on-and-on-and-on-without-a-break", "/x"]
                .map(changed)
                .into(),
            ended_more: None,
        }),
        outcomes: vec![
            outcome("200 OK", false, "4,610", "90 %", "4,706"),
            outcome("404 Not Found", false, "360", "7.1 %", "360"),
            outcome("502 Bad Gateway", true, "134", "2.6 %", "41"),
        ],
        facts: vec![
            ("URLs", "4,812".to_owned()),
            ("Fetches", "5,104".to_owned()),
            ("Over the wire", "61.2 MB".to_owned()),
            ("Took", "42 min 10 s".to_owned()),
            ("Speed", "2.0 fetches a second".to_owned()),
        ],
    }
}

pub(crate) fn all() -> Vec<(&'static str, CrawlPage)> {
    let running = CrawlPage {
        headline: Headline {
            subject: "This crawl is under way.".to_owned(),
            rest: " 412 URLs looked at so far, 38 failing.".to_owned(),
        },
        lede: "Asked for by hand. It began Mon 23 Nov, 03:58 CET.".to_owned(),
        is_unfinished: true,
        running: Some(live::Progress {
            events: "/sites/1/events".to_owned(),
            href: None,
            text: "Crawling: 412 fetched, 4,400 wait, 38 failing, 4.9 a second, about 15 min left".to_owned(),
            done: 412,
            total: 4812,
        }),
        notes: Vec::new(),
        ..failed()
    };
    let paused = CrawlPage {
        headline: Headline { subject: "This crawl is paused.".to_owned(), rest: String::new() },
        is_unfinished: true,
        is_held: true,
        changes: None,
        outcomes: Vec::new(),
        notes: Vec::new(),
        ..failed()
    };
    let first = CrawlPage {
        headline: Headline {
            subject: "Nothing failed.".to_owned(),
            rest: " 4,812 URLs looked at.".to_owned(),
        },
        tone: Some(Tone::Healthy),
        notes: Vec::new(),
        changes: Some(Changes {
            before: None,
            before_href: String::new(),
            summary: "0 URLs began to fail, 0 are well again, 0 failed in both. 4,812 new URLs were found."
                .to_owned(),
            began: Vec::new(),
            began_more: None,
            ended: Vec::new(),
            ended_more: None,
        }),
        ..failed()
    };
    vec![("crawl", failed()), ("crawl-running", running), ("crawl-paused", paused), ("crawl-first", first)]
}
