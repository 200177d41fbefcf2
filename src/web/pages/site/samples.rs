//! A site that is new, one in trouble, one that is well, one with a great deal of history.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::chart::share::ShareChart;
use crate::chart::timeline::{Bucket, Timeline};
use crate::domain::outcome::Outcome;
use crate::domain::policy::rule;
use crate::domain::robots_ladder::Failure;
use crate::domain::sitemap_state::COST;
use crate::domain::verdict::Verdict;
use crate::report::history;
use crate::store::rollups::HourRow;
use crate::web::pages::crawl::row::samples::crawl;
use crate::web::wording::Instant;
use view::efficiency::Figure;
use view::sitemaps::FailingSitemap;

mod panels;

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
        values: view::charts::values(&timeline.buckets, timeline.from, timeline.to, timeline.zone),
    }
}

fn ninety(days: &[Tone]) -> DaysChart {
    let first = history::first_day(crate::web::status::DAYS, chrono_tz::Europe::Berlin, now());
    view::charts::days_chart(days, first, chrono_tz::Europe::Berlin)
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
        public_href: Some("/status/shop.example".to_owned()),
        headline: Headline { subject: "All is well.".to_owned(), rest: " None of its 4,812 known URLs is failing.".to_owned() },
        tone: Tone::Healthy,
        lede: "Two brief outages in the last 90 days were forgiven.".to_owned(),
        silence: None,
        load: None,
        running: None,
        is_waiting: false,
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
        clock: None,
        sections: None,
        makers: None,
        chart: None,
        begins: Some(begins::samples::too_few()),
        days: ninety(&[Tone::Healthy; 90]),
        robots: Robots { figure: "200".to_owned(), text: "Read 2 hours ago. If it ever fails, Google stops crawling for 12 hours, then uses its copy for 30 days.".to_owned(), tag: rule("brief_max").map(Tag::from) },
        ladder: None,
        sitemaps: Some(Sitemaps {
            text: "2 sitemaps, all good: 4,790 addresses listed. Read 2 h ago.".to_owned(),
            cost: None,
            failing: Vec::new(),
            more: None,
        }),
        efficiency: None,
        settings,
        crawls: vec![crawl(2, "finished", "0"), crawl(8, "finished", "0"), crawl(14, "interrupted", "134")],
        next: "The next crawl begins in 4 h.".to_owned(),
    }
}

fn ladder() -> Ladder {
    let failure = Failure {
        since: now() - TimeDelta::hours(13),
        outcome: Outcome::Status(503),
        has_copy: true,
        site_is_up: true,
    };
    view::robots::ladder(&failure, chrono_tz::Europe::Berlin, now())
}

fn sitemaps() -> Sitemaps {
    let minute = |hours| Instant::minute(now() - TimeDelta::hours(hours), chrono_tz::Europe::Berlin, now());
    let row = |url: &str, fault: &str, good| FailingSitemap {
        url: url.to_owned(),
        fault: fault.to_owned(),
        since: minute(75),
        looked: minute(2),
        good,
        urls: "50,000".to_owned(),
    };
    Sitemaps {
        text: "2 of 3 sitemaps are of no use. Read 2 h ago.".to_owned(),
        cost: Some((COST.says, Tag::from(COST))),
        failing: vec![
            row("/sitemaps/products-1.xml.gz", "It failed with 502.", Some(minute(81))),
            row(
                "https://a-rather-long-name.cdn.example/sitemaps/of/the/shop/blog.xml?<script>",
                "It is a web page (HTML) and no sitemap: serve XML there, answer 404, or name the right address in robots.txt.",
                None,
            ),
        ],
        more: Some("30 more fail.".to_owned()),
    }
}

fn efficiency() -> Efficiency {
    let share = |i: u32| match i {
        60..=64 => None,
        20 => Some(0.62),
        90..=95 => Some(0.004),
        160.. => Some(0.028),
        _ => Some(0.0),
    };
    let note =
        "At most 62 % of the known URLs failed at a time. It was above 1 % for up to 3 d 12 h.".to_owned();
    let chart = ShareChart {
        from: now() - TimeDelta::days(30),
        to: now(),
        zone: chrono_tz::Europe::Berlin,
        shares: (0..180).map(share).collect(),
        line: 0.01,
        line_name: "1 % line".to_owned(),
        title: "Crawl efficiency, last 30 days".to_owned(),
        description: note.clone(),
    };
    let hour = |n: i64, word: &str, fetches| HourRow {
        hour: now() - TimeDelta::hours(n),
        outcome: word.parse().unwrap(),
        fetches,
        elapsed: std::time::Duration::from_secs(fetches),
        bytes: 0,
    };
    let hours: Vec<HourRow> = (1..30)
        .rev()
        .flat_map(|day| [hour(day * 24, "200", 3_400), hour(day * 24, "502", 37 * day.unsigned_abs())])
        .collect();
    let figure = |name, value: &str, of: &str| Figure { name, value: value.to_owned(), of: of.to_owned() };
    Efficiency {
        title: "Crawl efficiency, last 30 days",
        drawing: chart.draw(),
        values: view::efficiency::values(&chart.shares, chart.from, chart.to, chart.zone),
        by_day: view::efficiency::by_day(&hours, chart.zone),
        note,
        line: "Above 1 % of the URLs, look for a real fault.".to_owned(),
        line_tag: rule("failing_share_line").map(Tag::from),
        figures: vec![
            figure(
                "of our fetches came to nothing",
                "4.1 %",
                "4,120 of 100,480, re-checks of what fails among them",
            ),
            figure("of our fetch time came to nothing", "38 %", "3 h 12 min of 8 h 25 min"),
        ],
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
        silence: Some("Gatecrawl's own connection was down once in the last week, Tue 02:10, for 31 min: of that time nothing is known.".to_owned()),
        load: Some(("502s begin above 14 requests a second: 31 % of the fetches failed above that rate and 0.2 % below it, in 9 hours, and 41 slow looks at the same URLs went well. Set a lower rate for this site, or give it more room.".to_owned(), Tag::from(GROUND))),
        running: Some(Progress {
            events: "/sites/1/events".to_owned(),
            href: Some("/crawls/8".to_owned()),
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
        clock: Some(panels::clock()),
        sections: Some(panels::sections()),
        makers: Some(panels::makers()),
        chart: Some(chart()),
        begins: Some(begins::samples::with_patterns()),
        days: ninety(&days),
        robots: Robots {
            figure: "503".to_owned(),
            text: "It cannot be had since Sun 22 Nov, 14:00 UTC, for 13 h. What that means stands above."
                .to_owned(),
            tag: None,
        },
        ladder: Some(ladder()),
        sitemaps: Some(sitemaps()),
        efficiency: Some(efficiency()),
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
        silence: None,
        load: None,
        running: Some(Progress {
            events: "/sites/1/events".to_owned(),
            href: Some("/crawls/8".to_owned()),
            text: "Reading robots.txt and sitemaps".to_owned(),
            done: 0,
            total: 0,
        }),
        has_data: false,
        forgiven: Vec::new(),
        begins: None,
        robots: Robots { figure: "–".to_owned(), text: "Not read yet.".to_owned(), tag: None },
        sitemaps: None,
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
    let notice = "Gatecrawl itself has had no connection since Thu 19 Nov, 21:12:40 UTC. What fails meanwhile is unknown: it is not recorded, and no site is called down by it. What shows it: shop.example failed (the connection was not made), and gateway.example:443 did not answer either.";
    SitePage {
        shell: Shell { notice: Some(notice.to_owned()), ..Shell::inside("") },
        paused: true,
        public_href: Some("/status/shop.example".to_owned()),
        silence: None,
        load: None,
        running: None,
        is_waiting: false,
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
