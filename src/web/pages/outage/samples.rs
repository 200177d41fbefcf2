//! A brief outage with both ends seen, a persistent one that goes on over thousands of URLs, one with next to nothing
//! known.

use chrono::{DateTime, TimeDelta, Utc};

use super::members::Member;
use super::mute::Mute;
use super::*;
use crate::chart::bounds::OutageAxis;
use crate::domain::bounds::Bounds;
use crate::domain::policy::rule;
use crate::domain::verdict::Verdict;
use crate::web::listing::{Choice, Pages};

fn now() -> DateTime<Utc> {
    "2026-11-23T03:00:00Z".parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn shown(at: DateTime<Utc>) -> Instant {
    Instant::second(at, chrono_tz::UTC, now())
}

fn axis(
    before: Option<&str>,
    first: &str,
    last: &str,
    after: Option<&str>,
    verdict: Verdict,
) -> (Drawing, Vec<NamedInstant>) {
    let bounds = Bounds {
        healthy_before: before.map(at),
        first_failing: at(first),
        last_failing: at(last),
        healthy_after: after.map(at),
        unknown: TimeDelta::zero(),
    };
    let description =
        "It began between 21:38:10 and 21:40:02 and ended between 22:19:30 and 22:20:05.".to_owned();
    let axis =
        OutageAxis { bounds, now: now(), zone: chrono_tz::UTC, tone: Tone::Failing(verdict), description };
    let named =
        |name, at: Option<DateTime<Utc>>, otherwise| NamedInstant { name, at: at.map(shown), otherwise };
    let instants = vec![
        named("Last good before", bounds.healthy_before, "never seen healthy"),
        named("First failing", Some(bounds.first_failing), ""),
        named("Last failing", Some(bounds.last_failing), ""),
        named("Good again", bounds.healthy_after, "not yet"),
    ];
    (axis.draw(), instants)
}

fn line(key: &str, text: &str, reached: bool) -> Line {
    Line { text: text.to_owned(), tag: rule(key).map(Tag::from).unwrap(), reached }
}

fn points(of: &[(&str, &str, &str, Option<&str>)]) -> Vec<Point> {
    let point = |(id, name, text, key): &(&str, &str, &str, Option<&str>)| {
        let tag = key.and_then(rule).map(Tag::from);
        let says = vec![Said { text: (*text).to_owned(), tag, link: None }];
        Point { id: (*id).to_owned(), name: (*name).to_owned(), says }
    };
    of.iter().map(point).collect()
}

fn answer(name: &'static str, at: DateTime<Utc>) -> Answer {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Answer {
        name,
        at: shown(at),
        url: "https://shop.example/product/red-shoes-42?variant=<script>".to_owned(),
        timing: "answered after 12 ms".to_owned(),
        reads: Some("502 Bad Gateway nginx/1.22.1".to_owned()),
        status_line: "HTTP/1.1 502 Bad Gateway".to_owned(),
        headers: vec![
            header("Server", "nginx/1.22.1"),
            header("Content-Type", "text/html"),
            header("Content-Length", "157"),
        ],
        body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>".to_owned(),
        note: None,
    }
}

fn two_sides() -> Vec<SideRow> {
    let side = |name: &str, met: &str, expected: &str, seen: bool| SideRow {
        name: name.to_owned(),
        href: (seen && !expected.is_empty()).then(|| "/outages/9".to_owned()),
        met: met.to_owned(),
        expected: expected.to_owned(),
        between: seen.then(|| (shown(at("2026-11-19T21:52:40Z")), shown(at("2026-11-23T02:31:07Z")))),
    };
    vec![
        side("Gatecrawl", "5,000 of 5,000 URLs", "", true),
        side("googlebot", "1,204 of 5,000 URLs", "1,180 to 1,233", true),
        side("bingbot", "0 of 5,000 URLs", "fewer than 1", false),
    ]
}

fn course() -> Vec<Event> {
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    let event = |hours: i64, text: &str, tone: Option<Verdict>| Event {
        at: Instant::minute(now - chrono::TimeDelta::hours(hours), chrono_tz::Europe::Berlin, now),
        text: text.to_owned(),
        link: text.contains("crawl").then(|| "/crawls/8".to_owned()),
        tag: tone.and_then(|_| crate::domain::policy::rule("persistent_after")).map(Tag::from),
        tone: tone.map(Tone::Failing),
        is_ahead: hours < 0,
    };
    vec![
        event(77, "The last good answer before it", None),
        event(77, "Deploy v2.31 <b>", None),
        event(76, "The first failing answer", None),
        event(75, "A crawl began, and waited for the site", None),
        event(52, "More than brief", Some(Verdict::Prolonged)),
        event(28, "Persistent: URLs begin to leave the index", Some(Verdict::Persistent)),
        event(-92, "Treated like pages that are gone (404)", None),
    ]
}

fn listed(title: &str, rows: Vec<Member>, pages: Option<Pages>) -> Members {
    Members {
        title: title.to_owned(),
        action: "/outages/7".to_owned(),
        text: "\"><script>".to_owned(),
        sort: "longest",
        is_long: rows.len() > 10,
        orders: vec![Choice {
            label: "first failing",
            href: "/outages/7#members".to_owned(),
            is_chosen: true,
        }],
        rows,
        pages,
        export: "/outages/7/urls.csv".to_owned(),
    }
}

fn members(count: i64) -> Vec<Member> {
    (0..count)
        .map(|i| Member {
            href: format!("/urls/{i}"),
            path: format!("/product/a-page-with-a-fairly-long-name-{i}.html?colour=red&size=42"),
            outcome: "502".to_owned(),
            first: shown(at("2026-11-19T21:40:02Z") + TimeDelta::seconds(i)),
            last: shown(at("2026-11-19T22:19:30Z") - TimeDelta::seconds(i)),
            lasted: "39 to 42 min".to_owned(),
            index: if i % 3 == 1 { "not indexable: noindex" } else { "no effect" }.to_owned(),
        })
        .collect()
}

fn brief() -> OutagePage {
    let (axis, instants) = axis(
        Some("2026-11-19T21:38:10Z"),
        "2026-11-19T21:40:02Z",
        "2026-11-19T22:19:30Z",
        Some("2026-11-19T22:20:05Z"),
        Verdict::Brief,
    );
    OutagePage {
        shell: Shell::inside(""),
        id: "71".to_owned(),
        host: "shop.example".to_owned(),
        site_href: "/sites/1".to_owned(),
        title: "Whole site answered 502".to_owned(),
        headline: Headline {
            subject: "The whole site".to_owned(),
            rest: " answered 502 for about 40 minutes on Thursday evening. It was brief: no lasting effect.".to_owned(),
        },
        tone: Tone::Failing(Verdict::Brief),
        mute: Mute::default(),
        summary: "certain, resolved, 310 of 4,812 URLs seen failing".to_owned(),
        lasted: "At least 39 min 28 s, at most 41 min 55 s".to_owned(),
        times: "Thursday 19 November, times in UTC".to_owned(),
        deploy: Some(deploy::samples::certain()),
        axis,
        instants,
        points: points(&[
            ("happened", "What happened", "310 of the 4,812 URLs known of this site failed, in /product/ (200), /blog/ (60), /help/ (40) and 3 other parts. It began on Thu 19 Nov between 21:38:10 and 21:40:02 UTC: the last good answer, and the first failing one. It ended on Thu 19 Nov between 22:19:30 and 22:20:05 UTC.", None),
            ("long", "How long", "At least 39 min 28 s: from the first failing answer to the last one. At most 41 min 55 s: from the last good answer to the next good one.", None),
            ("why", "Why “brief”", "It was not seen failing for longer than 24 h; up to there, an outage is brief.", Some("brief_max")),
            ("certain", "How certain", "Certain: the shortest and the longest duration give the same verdict.", None),
            ("google", "What Google does", "Nothing is dropped from its index.", Some("brief_max")),
            ("index", "In the index", "297 of its 310 URLs can be in the index. Nothing was lost there.", None),
            ("next", "What comes next", "Nothing: it is over, and forgiven.", None),
        ]),
        advice: vec![
            "For search, nothing: it was forgiven.".to_owned(),
            "To keep it from happening at each deploy, let nginx drain the old process before the new one takes over, or answer 503 with Retry-After while it restarts.".to_owned(),
        ],
        lines: vec![
            line("brief_max", "Brief up to 24h", true),
            line("persistent_after", "Persistent after 48h", false),
            line("treated_as_gone_after", "Treated like a 404 after 7d", false),
        ],
        course: course(),
        sides: Vec::new(),
        diagnosis: vec![
            "nginx wrote these answers (0.97). 121 URLs' answers say so, 2 do not tell.".to_owned(),
            "Most likely, the upstream refused the connection (0.45). The same answer comes when the upstream hung up without an answer, or when the upstream reset the connection.".to_owned(),
        ],
        outcomes: vec![("502".to_owned(), "301 fetches".to_owned()), ("504".to_owned(), "9 fetches".to_owned())],
        evidence: vec![answer("First failing answer", at("2026-11-19T21:40:02Z")), answer("Last failing answer", at("2026-11-19T22:19:30Z"))],
        no_evidence: String::new(),
        members: listed("4 URLs", members(4), None),
    }
}

fn persistent() -> OutagePage {
    let (axis, instants) = axis(
        Some("2026-11-19T21:38:10Z"),
        "2026-11-19T21:40:02Z",
        "2026-11-23T02:57:30Z",
        None,
        Verdict::Persistent,
    );
    let mut long = answer("Last failing answer", at("2026-11-23T02:57:30Z"));
    long.headers.extend((0..30).map(|i| (format!("X-Trace-{i}"), "0123456789abcdef".repeat(9))));
    long.body = "no spaces in this one".replace(' ', "").repeat(200);
    long.note = Some("The body was cut at 4 KB.".to_owned());
    let pages = Pages {
        previous: Some("/outages/71?page=2#members".to_owned()),
        next: Some("/outages/71?page=4#members".to_owned()),
        text: "201 to 300 of 5,000".to_owned(),
    };
    OutagePage {
        mute: Mute {
            muted: Some((shown(at("2026-11-22T08:00:00Z")), "<b>nadia</b>".to_owned())),
            may_change: true,
        },
        title: "/product/* answers 502".to_owned(),
        headline: Headline {
            subject: "5,000 pages under /product/".to_owned(),
            rest: " have answered 502 for three days. Google drops URLs after two days.".to_owned(),
        },
        tone: Tone::Failing(Verdict::Persistent),
        deploy: Some(deploy::samples::possible()),
        summary: "certain, ongoing, 5,000 of 48,120 URLs failing".to_owned(),
        lasted: "At least 3 d 5 h, and going on".to_owned(),
        axis,
        instants,
        points: points(&[
            (
                "happened",
                "What happened",
                "5,000 of the 48,120 URLs known of this site failed, all in /product/. Meanwhile 902 other URLs were seen healthy. It has not been seen to be over: the newest failing answer came on Mon 23 Nov, 02:57:30 UTC.",
                None,
            ),
            (
                "long",
                "How long",
                "At least 3 d 5 h: from the first failing answer to the last one so far. For 14 h in between nobody looked; that time counts only towards the most.",
                Some("max_gap"),
            ),
            (
                "why",
                "Why “persistent”",
                "It was seen failing for 3 d 5 h, which is longer than 48 h.",
                Some("persistent_after"),
            ),
            (
                "index",
                "In the index",
                "4,988 of its 5,000 URLs can be in the index. Those that still fail are being dropped.",
                Some("persistent_after"),
            ),
            (
                "next",
                "What comes next",
                "If it goes on, its URLs are treated like pages that are gone (404) from Thu 26 Nov, 21:40 UTC on.",
                Some("treated_as_gone_after"),
            ),
        ]),
        lines: vec![
            line("brief_max", "Brief up to 24h", true),
            line("persistent_after", "Persistent after 48h", true),
            line("treated_as_gone_after", "Treated like a 404 after 7d", false),
        ],
        sides: two_sides(),
        evidence: vec![answer("First failing answer", at("2026-11-19T21:40:02Z")), long],
        members: listed("5,000 URLs", members(100), Some(pages)),
        ..brief()
    }
}

fn hardly_known() -> OutagePage {
    let (axis, instants) = axis(None, "2026-11-23T02:58:00Z", "2026-11-23T02:58:00Z", None, Verdict::Brief);
    OutagePage {
        headline: Headline { subject: "/search".to_owned(), rest: " has not answered in time since 02:58. If it ends before Tue 24 Nov, 02:58 UTC, it stays brief and is forgiven.".to_owned() },
        summary: "may be worse: up to persistent; ongoing, 1 URL failing".to_owned(),
        lasted: "Seen once so far".to_owned(),
        axis,
        instants,
        diagnosis: vec!["No gateway answered, so there is nobody to name.".to_owned()],
        evidence: Vec::new(),
        no_evidence: "No answer came: the connection was made, and nothing followed within 20 s.".to_owned(),
        members: listed("1 URL", members(1), None),
        ..brief()
    }
}

pub(crate) fn all() -> Vec<(&'static str, OutagePage)> {
    vec![("outage", brief()), ("outage-many", persistent()), ("outage-hardly-known", hardly_known())]
}
