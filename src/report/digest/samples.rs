//! Summaries with made-up data, for tests and for looking at.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::group::Group;
use super::{Digest, Efficiency, Entry, SiteDigest};
use crate::chart::timeline::{Bucket, Timeline};
use crate::domain::cadence::Cadence;
use crate::domain::efficiency::Effort;
use crate::domain::observation::{OutageId, SiteId};
use crate::domain::verdict::Verdict;

fn now() -> DateTime<Utc> {
    "2026-11-28T06:00:00Z".parse().unwrap()
}

fn site(id: i64, host: &str, entries: Vec<Entry>) -> SiteDigest {
    let effort = |fetches, wasted_fetches| Effort { fetches, wasted_fetches, ..Effort::default() };
    SiteDigest {
        id: SiteId(id),
        host: host.to_owned(),
        origin: format!("https://{host}"),
        is_seen: true,
        known_urls: 4_812,
        failing_urls: entries
            .iter()
            .filter(|entry| entry.group <= Group::Failing)
            .map(|entry| entry.urls)
            .sum(),
        entries,
        transient: 3,
        robots: None,
        efficiency: Efficiency {
            failing_share: Some(0.028),
            failing_share_before: Some(0.011),
            effort: effort(6_120, 410),
            effort_before: effort(41_000, 500),
        },
    }
}

fn entry(group: Group, id: i64, urls: u64, sentence: &str, lines: &[&str]) -> Entry {
    Entry {
        group,
        outage: Some(OutageId(id)),
        urls,
        answer: "502".to_owned(),
        sentence: sentence.to_owned(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        json: None,
    }
}

fn chart() -> Timeline {
    let bucket = |i: u32| Bucket {
        failing: match i {
            40..44 => vec![(Verdict::Brief, 310)],
            96.. => vec![(Verdict::Persistent, 134)],
            _ => Vec::new(),
        },
        observed: !(20..30).contains(&i),
    };
    Timeline {
        from: now() - TimeDelta::days(7),
        to: now(),
        zone: Tz::Europe__Berlin,
        buckets: (0..168).map(bucket).collect(),
        deploys: Vec::new(),
        title: "URLs failing, last 7 days".to_owned(),
        description: "At most 310 URLs failed at once; at the end 134 did.".to_owned(),
    }
}

fn digest(sites: Vec<SiteDigest>, chart: Option<Timeline>) -> Digest {
    Digest {
        cadence: Cadence::Daily,
        from: now() - TimeDelta::days(1),
        to: now(),
        zone: Tz::Europe__Berlin,
        sites,
        notice: None,
        chart,
        base: "https://watch.example".to_owned(),
    }
}

/// A bad day: something persists, something is over, something was forgiven.
pub(crate) fn bad() -> Digest {
    let persistent = entry(
        Group::Persistent,
        7,
        134,
        "134 pages under /product/ have answered 502 for two days. Google drops URLs after two days.",
        &[
            "Failing since Wed 25 Nov, 21:40 CET: 2 d 9 h so far.",
            "134 URLs, 120 of them indexable.",
            "Next, if it goes on: the URLs are treated like a 404, from Wed 2 Dec, 21:40 CET on (reported).",
            "Answered by nginx; most likely: the upstream refused the connection.",
        ],
    );
    let recovered = entry(
        Group::Recovered,
        6,
        12,
        "12 pages under /<b>help</b>/ answered 504 for 30 hours, starting on Wednesday morning. Crawl rate returns late.",
        &["From Thu 26 Nov, 04:02 CET to Fri 27 Nov, 10:20 CET: 30 h.", "12 URLs, all indexable."],
    );
    let brief = |id, sentence: &str| {
        entry(
            Group::Brief,
            id,
            310,
            sentence,
            &["From Fri 27 Nov, 12:00 CET to Fri 27 Nov, 12:12 CET: 12 min."],
        )
    };
    let shop = site(
        1,
        "shop.example",
        vec![
            persistent,
            recovered,
            brief(
                5,
                "The whole site answered 502 for about ten minutes yesterday afternoon. Search engines forgive that.",
            ),
            brief(
                4,
                "The whole site answered 502 for about ten minutes yesterday evening. Search engines forgive that.",
            ),
        ],
    );
    digest(vec![shop, site(2, "blog.example", Vec::new())], Some(chart()))
}

/// A day on which nothing happened.
pub(crate) fn quiet() -> Digest {
    let mut sites = vec![site(1, "shop.example", Vec::new()), site(2, "blog.example", Vec::new())];
    for site in &mut sites {
        site.transient = 0;
        site.efficiency.failing_share = Some(0.0);
    }
    digest(sites, None)
}

/// Before there is a site.
pub(crate) fn empty() -> Digest {
    digest(Vec::new(), None)
}
