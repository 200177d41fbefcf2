//! One crawl as a row of a list.

use crate::domain::crawl::{Crawl, CrawlKind, CrawlState};
use crate::report::wording::{count, length};
use crate::web::status::Status;
use crate::web::wording::Instant;

/// One crawl.
#[derive(Debug, Clone)]
pub(crate) struct CrawlRow {
    pub(crate) href: String,
    pub(crate) started: Instant,
    pub(crate) state: &'static str,
    /// Who asked for it.
    pub(crate) kind: &'static str,
    /// What a reader of its result must know, a sentence each.
    pub(crate) notes: Vec<String>,
    pub(crate) urls: String,
    pub(crate) fetches: String,
    pub(crate) failing: String,
    pub(crate) any_failing: bool,
    pub(crate) took: String,
}

/// Of a crawl of this site.
pub(crate) fn of(status: &Status, crawl: &Crawl) -> CrawlRow {
    let (urls, failing) = looked_at(status, crawl);
    CrawlRow {
        href: format!("/crawls/{}", crawl.id),
        started: Instant::minute(
            crawl.started_at.unwrap_or(crawl.requested_at),
            status.site.settings.time_zone,
            status.now,
        ),
        state: state(crawl),
        kind: kind(crawl.kind),
        notes: notes(crawl),
        urls: count(urls),
        fetches: count(crawl.fetches),
        failing: count(failing),
        any_failing: failing > 0,
        took: crawl
            .started_at
            .map_or_else(|| "–".to_owned(), |begun| length(crawl.finished_at.unwrap_or(status.now) - begun)),
    }
}

/// URLs that it has looked at, and how many of them fail.
pub(crate) fn looked_at(status: &Status, crawl: &Crawl) -> (u64, u64) {
    if crawl.state == CrawlState::Running { status.crawled } else { (crawl.urls, crawl.failing) }
}

/// What a reader of its result must know, a sentence each.
pub(crate) fn notes(crawl: &Crawl) -> Vec<String> {
    crawl.note.iter().flat_map(|note| note.lines()).map(str::to_owned).collect()
}

/// Who asks for crawls of a kind.
pub(crate) fn kind(kind: CrawlKind) -> &'static str {
    match kind {
        CrawlKind::Scheduled => "the schedule",
        CrawlKind::Manual => "hand",
    }
}

fn state(crawl: &Crawl) -> &'static str {
    match crawl.state {
        _ if crawl.is_held() => "paused",
        CrawlState::Waiting => "waiting",
        CrawlState::Running if crawl.resume_at.is_some() => "waiting for the site",
        CrawlState::Running => "under way",
        CrawlState::Finished => "finished",
        CrawlState::Stopped => "stopped",
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;

    /// A crawl that began so many hours before the samples' now.
    pub(crate) fn crawl(hours: i64, state: &'static str, failing: &str) -> CrawlRow {
        let now: DateTime<Utc> = "2026-11-23T03:00:00Z".parse().unwrap();
        CrawlRow {
            href: "/crawls/8".to_owned(),
            started: Instant::minute(now - TimeDelta::hours(hours), chrono_tz::Europe::Berlin, now),
            state,
            kind: "the schedule",
            notes: Vec::new(),
            urls: "4,812".to_owned(),
            fetches: "5,104".to_owned(),
            failing: failing.to_owned(),
            any_failing: failing != "0",
            took: "42 min 10 s".to_owned(),
        }
    }
}
