//! A site that is new, one in trouble, one that is well, one with a great deal of history.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::chart::strip;
use crate::chart::timeline::{Bucket, Timeline};
use crate::domain::policy::rule;
use crate::domain::verdict::Verdict;

fn now() -> DateTime<Utc> {
    "2026-11-23T03:00:00Z".parse().unwrap()
}

fn outage(tone: Verdict, title: &str, detail: &str, lasted: &str) -> OutageRow {
    let [title, detail, lasted] = [title, detail, lasted].map(str::to_owned);
    OutageRow { href: "/outages/71".to_owned(), tone: Tone::Failing(tone), title, detail, lasted }
}

fn chart() -> FailingChart {
    let bucket = |i: u32| {
        let persistent = if i >= 92 { 134 } else { 0 };
        let brief = match i {
            20 | 21 => 300,
            58 => 90,
            130 => 410,
            _ => 0,
        };
        Bucket {
            failing: vec![(Verdict::Persistent, persistent), (Verdict::Brief, brief)],
            observed: !(70..76).contains(&i),
        }
    };
    let timeline = Timeline {
        from: now() - TimeDelta::days(7),
        to: now(),
        zone: chrono_tz::Europe::Berlin,
        buckets: (0..168).map(bucket).collect(),
        title: "URLs failing, last 7 days".to_owned(),
        deploys: [20, 59, 92, 160].map(|hour| now() - TimeDelta::days(7) + TimeDelta::hours(hour)).into(),
        description: "At most 544 URLs at once. 134 are failing now.".to_owned(),
    };
    FailingChart {
        title: timeline.title.clone(),
        drawing: timeline.draw(),
        legend: vec![Tone::Failing(Verdict::Persistent), Tone::Failing(Verdict::Brief), Tone::Unknown],
        note: "At most 544 URLs at once. 134 are failing now. ▾ 4 deploys.".to_owned(),
    }
}

fn crawl(hours: i64, state: &'static str, failing: &str) -> CrawlRow {
    let text = |s: &str| s.to_owned();
    CrawlRow {
        started: Instant::minute(now() - TimeDelta::hours(hours), chrono_tz::Europe::Berlin, now()),
        state,
        note: (state == "interrupted").then(|| text("18 of the last 20 fetches failed: the crawl stopped and left 9 URLs alone, so as not to make it worse")),
        urls: text("4,812"),
        fetches: text("5,104"),
        failing: text(failing),
        any_failing: failing != "0",
        took: text("42 min 10 s"),
    }
}

fn well() -> SitePage {
    let settings = vec![
        ("Address", "https://shop.example".to_owned()),
        ("Crawled", "every 6h".to_owned()),
        ("Time zone", "Europe/Berlin".to_owned()),
        ("Brief up to", "24h".to_owned()),
        ("Persistent after", "48h".to_owned()),
        ("Private addresses", "refused".to_owned()),
    ];
    SitePage {
        shell: Shell::inside(""),
        href: "/sites/1".to_owned(),
        host: "shop.example".to_owned(),
        paused: false,
        headline: Headline { subject: "All is well.".to_owned(), rest: " None of its 4,812 known URLs is failing.".to_owned() },
        tone: Tone::Healthy,
        lede: "Two brief outages in the last 90 days were forgiven.".to_owned(),
        running: None,
        has_data: true,
        costing: Vec::new(),
        costing_tone: Tone::Healthy,
        forgiven: vec![
            outage(Verdict::Brief, "Whole site answered 502", "410 URLs seen failing, Sat 21 Nov, 10:02 CET", "6 to 8 min"),
            outage(Verdict::Brief, "/checkout/* failed with 502 and timeouts", "12 URLs, Mon 16 Nov, 20:01 CET", "under 12 min"),
        ],
        more_forgiven: Vec::new(),
        more_forgiven_label: String::new(),
        past: Vec::new(),
        chart: None,
        begins: Some(begins::samples::too_few()),
        strip: strip::draw(&[Tone::Healthy; 90]),
        strip_from: "26 Aug".to_owned(),
        robots: Robots { figure: "200".to_owned(), text: "Read 2 hours ago. If it ever fails, Google stops crawling for 12 hours, then uses its copy for 30 days.".to_owned(), tag: rule("brief_max").map(Tag::from) },
        settings,
        crawls: vec![crawl(2, "finished", "0"), crawl(8, "finished", "0"), crawl(14, "interrupted", "134")],
        next: "The next crawl begins in 4 h.".to_owned(),
    }
}

fn trouble() -> SitePage {
    let bad = Tone::Failing(Verdict::Persistent);
    let mut days = [Tone::Healthy; 90];
    days[84] = Tone::Failing(Verdict::Brief);
    days[86] = Tone::Failing(Verdict::Prolonged);
    days[87..].fill(bad);
    SitePage {
        headline: Headline {
            subject: "134 pages under /product/".to_owned(),
            rest: " have answered 502 for three days. Google drops URLs after two days.".to_owned(),
        },
        tone: bad,
        lede: "2.8 % of its 4,812 known URLs are failing. One more outage comes and goes.".to_owned(),
        running: Some(Progress {
            text: "Crawling: 412 of 4,812 URLs looked at, 38 failing".to_owned(),
            done: 412,
            total: 4812,
        }),
        costing: vec![
            outage(
                Verdict::Persistent,
                "/product/* answers 502",
                "134 URLs since Thu 19 Nov, 22:40 CET, nginx, upstream refused",
                "3 d 4 h",
            ),
            outage(
                Verdict::Intermittent,
                "/search answers 504",
                "1 URL, 14 % of the observed time in 7 days",
                "14 %",
            ),
        ],
        costing_tone: bad,
        past: vec![outage(
            Verdict::Prolonged,
            "/feed/* answered 503",
            "41 URLs from Mon 2 Nov, 04:00 CET",
            "1 d 6 h to 1 d 7 h",
        )],
        chart: Some(chart()),
        begins: Some(begins::samples::with_patterns()),
        strip: strip::draw(&days),
        crawls: vec![crawl(0, "running", "38"), crawl(8, "finished", "134"), crawl(14, "finished", "0")],
        ..well()
    }
}

fn new() -> SitePage {
    SitePage {
        headline: Headline {
            subject: "The first crawl".to_owned(),
            rest: " of shop.example begins in a moment.".to_owned(),
        },
        tone: Tone::Unknown,
        lede: "The first results are here within a minute; this page fills by itself.".to_owned(),
        running: Some(Progress { text: "Reading robots.txt and sitemaps".to_owned(), done: 0, total: 0 }),
        has_data: false,
        forgiven: Vec::new(),
        begins: None,
        robots: Robots { figure: "–".to_owned(), text: "Not read yet.".to_owned(), tag: None },
        crawls: Vec::new(),
        next: "The first crawl is under way.".to_owned(),
        ..well()
    }
}

fn a_lot() -> SitePage {
    let forgiven = (1..=20).map(|i| {
        let title = format!("/a-rather-long-section-name-that-goes-on-{i}/* failed with 502 and timeouts");
        outage(
            Verdict::Brief,
            &title,
            &format!(
                "41,210 URLs, from Sat 21 Nov, 10:02 CET, after deploy {}",
                "0123456789".repeat(1 + i % 2 * 9)
            ),
            "1 h 10 min to 1 h 50 min",
        )
    });
    SitePage {
        paused: true,
        running: None,
        begins: Some(begins::samples::without_deploys()),
        forgiven: forgiven.clone().take(5).collect(),
        more_forgiven: forgiven.skip(5).collect(),
        more_forgiven_label: "15 more in the last 90 days".to_owned(),
        crawls: (0..20).map(|i| crawl(i * 6, "finished", "1,204")).collect(),
        ..trouble()
    }
}

pub(crate) fn all() -> Vec<(&'static str, SitePage)> {
    vec![("site-new-born", new()), ("site-well", well()), ("site", trouble()), ("site-many", a_lot())]
}
