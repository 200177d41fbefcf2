//! How a crawl's page is made of what is known of the crawl and of its site.

use chrono::{DateTime, Utc};

use super::row::{kind, looked_at, notes};
use super::{ChangedRow, Changes, CrawlPage, OutcomeRow, live};
use crate::chart::tone::Tone;
use crate::domain::crawl::{Crawl, CrawlOptions, CrawlState};
use crate::report::json::share;
use crate::report::wording::headline::Headline;
use crate::report::wording::url::said;
use crate::report::wording::{bytes, count, instant, length, percent, plural};
use crate::store::crawl_changes::{self, Changed};
use crate::web::pages::Shell;
use crate::web::status::Status;
use crate::web::wording::{Instant, host};

/// The page.
pub(super) fn page(
    status: &Status,
    crawl: &Crawl,
    before: Option<&Crawl>,
    changes: Option<&crawl_changes::Changes>,
) -> CrawlPage {
    let site = &status.site;
    let is_this = status.crawl.as_ref().is_some_and(|unfinished| unfinished.id == crawl.id);
    CrawlPage {
        shell: Shell::inside(""),
        href: format!("/crawls/{}", crawl.id),
        site_href: format!("/sites/{}", site.id),
        host: host(&site.origin).to_owned(),
        headline: headline(status, crawl),
        tone: (crawl.state == CrawlState::Finished && crawl.failing == 0).then_some(Tone::Healthy),
        lede: lede(status, crawl),
        is_unfinished: crawl.is_unfinished(),
        is_held: crawl.is_held(),
        running: live::of(status)
            .filter(|_| is_this)
            .map(|progress| live::Progress { href: None, ..progress }),
        notes: notes(crawl),
        changes: changes.map(|changes| changed(status, before, changes)),
        outcomes: outcomes(crawl, before),
        facts: facts(status, crawl),
    }
}

fn headline(status: &Status, crawl: &Crawl) -> Headline {
    let (urls, failing) = looked_at(status, crawl);
    let looked = plural(urls, "URL", "URLs");
    let (subject, rest) = match crawl.state {
        _ if crawl.is_held() => ("This crawl is paused.".to_owned(), format!(" {looked} looked at so far.")),
        CrawlState::Waiting => ("This crawl has not begun.".to_owned(), String::new()),
        CrawlState::Running => (
            "This crawl is under way.".to_owned(),
            format!(" {looked} looked at so far, {} failing.", count(failing)),
        ),
        CrawlState::Stopped => {
            (format!("Stopped after {looked}."), format!(" {} of them failed.", count(failing)))
        }
        CrawlState::Finished if failing == 0 => {
            ("Nothing failed.".to_owned(), format!(" {looked} looked at."))
        }
        CrawlState::Finished => (format!("{} of {looked} failed.", count(failing)), String::new()),
    };
    Headline { subject, rest }
}

/// "Asked for by the schedule. It began Mon 23 Nov, 03:00 CET and took 42 min."
fn lede(status: &Status, crawl: &Crawl) -> String {
    let at = |at: DateTime<Utc>| instant(at, status.site.settings.time_zone, status.now);
    let asked = format!("Asked for by {}.", kind(crawl.kind));
    match (crawl.started_at, crawl.finished_at) {
        (None, _) => format!("{asked} It waits since {}.", at(crawl.requested_at)),
        (Some(began), None) => format!("{asked} It began {}.", at(began)),
        (Some(began), Some(ended)) => {
            format!("{asked} It began {} and took {}.", at(began), length(ended - began))
        }
    }
}

fn changed(status: &Status, before: Option<&Crawl>, changes: &crawl_changes::Changes) -> Changes {
    let rows = |changed: &Changed| changed.urls.iter().map(|url| changed_row(status, url)).collect();
    let more = |changed: &Changed| {
        let more = changed.count.saturating_sub(changed.urls.len() as u64);
        (more > 0).then(|| format!("And {} more.", count(more)))
    };
    Changes {
        before: before.map(|before| {
            let at = before.started_at.unwrap_or(before.requested_at);
            Instant::minute(at, status.site.settings.time_zone, status.now)
        }),
        before_href: before.map(|before| format!("/crawls/{}", before.id)).unwrap_or_default(),
        summary: format!(
            "{} began to fail, {} well again, {} in both. {} found.",
            plural(changes.began.count, "URL", "URLs"),
            match changes.ended.count {
                1 => "1 is".to_owned(),
                n => format!("{} are", count(n)),
            },
            match changes.still {
                1 => "1 failed".to_owned(),
                n => format!("{} failed", count(n)),
            },
            plural(changes.found, "new URL was", "new URLs were"),
        ),
        began: rows(&changes.began),
        began_more: more(&changes.began),
        ended: rows(&changes.ended),
        ended_more: more(&changes.ended),
    }
}

fn changed_row(status: &Status, url: &crawl_changes::ChangedUrl) -> ChangedRow {
    ChangedRow {
        href: format!("/urls/{}", url.id),
        path: url.path.clone(),
        said: said(url.outcome),
        since: Instant::minute(url.since, status.site.settings.time_zone, status.now),
    }
}

/// Most often first; failing ones are not hidden among the others, as they wear a colour and stand by name.
fn outcomes(crawl: &Crawl, before: Option<&Crawl>) -> Vec<OutcomeRow> {
    let all: u64 = crawl.by_outcome.values().sum();
    let mut met: Vec<_> = crawl.by_outcome.iter().map(|(outcome, n)| (*outcome, *n)).collect();
    met.sort_by_key(|(_, fetches)| std::cmp::Reverse(*fetches));
    let earlier = |outcome| before.map(|before| before.by_outcome.get(&outcome).copied().unwrap_or_default());
    met.into_iter()
        .map(|(outcome, fetches)| OutcomeRow {
            answer: said(outcome),
            is_failing: outcome.is_failing(),
            fetches: count(fetches),
            share: percent(share(fetches, all)),
            before: earlier(outcome).map_or_else(|| "–".to_owned(), count),
        })
        .collect()
}

fn facts(status: &Status, crawl: &Crawl) -> Vec<(&'static str, String)> {
    let (urls, _) = looked_at(status, crawl);
    let mut facts =
        vec![("URLs", count(urls)), ("Fetches", count(crawl.fetches)), ("Over the wire", bytes(crawl.bytes))];
    if let Some(began) = crawl.started_at {
        let took = crawl.finished_at.unwrap_or(status.now) - began;
        facts.push(("Took", length(took)));
        #[expect(clippy::cast_precision_loss, reason = "fetches stay far below 2^52")]
        let rate = crawl.fetches as f64 / took.as_seconds_f64().max(1.0);
        facts.push(("Speed", format!("{rate:.1} fetches a second")));
    }
    if crawl.pauses > 0 {
        facts.push(("Waited for the site", plural(u64::from(crawl.pauses), "time", "times")));
    }
    if !crawl.options.selects_as(&CrawlOptions::default()) {
        facts.push(("Selection", selection(&crawl.options)));
    }
    facts
}

/// What it left out on purpose.
fn selection(options: &CrawlOptions) -> String {
    let told = [
        options.max_urls.map(|urls| format!("at most {}", plural(urls, "URL", "URLs"))),
        options
            .max_depth
            .map(|depth| format!("at most {} from the start page", plural(depth.into(), "link", "links"))),
        (!options.include.is_empty()).then(|| format!("only {}", options.include.join(", "))),
        (!options.exclude.is_empty()).then(|| format!("not {}", options.exclude.join(", "))),
        options.sitemap_only.then(|| "what sitemaps list".to_owned()),
        (!options.list.is_empty()).then(|| plural(options.list.len() as u64, "named URL", "named URLs")),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
