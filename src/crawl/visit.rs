//! One visit of one URL: wait for a turn, fetch, read the page, and hand back what a run needs of it. A visit decides
//! nothing and stores nothing.

use std::sync::Arc;

use super::politeness::Pace;
use crate::discover::page::{self, Page};
use crate::domain::evidence::{BODY_KEPT, Evidence};
use crate::domain::indexability::UrlFacts;
use crate::domain::observation::{CrawlId, Observer, SiteId};
use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_url::PageUrl;
use crate::fetch::{Fetch, Fetched, NotFetched, Request};
use crate::store::urls::KnownUrl;
use crate::store::writer::Record;

/// Why a URL is visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is part of the crawl.
    Crawl,
    /// It failed, and is looked at again.
    Recheck,
    /// It stands for its section between two crawls.
    Sentinel,
}

/// A URL to visit.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) known: KnownUrl,
    pub(super) purpose: Purpose,
}

/// A visit that was made.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) task: Task,
    pub(super) fetched: Fetched,
    /// What the page links to; empty when it is no healthy HTML page.
    pub(super) links: Vec<PageUrl>,
    /// What it says of itself; `None` when the answer says nothing of the page, as an error does.
    pub(super) facts: Option<UrlFacts>,
    /// It is a web page.
    pub(super) is_html: bool,
}

/// Makes a visit.
pub(super) async fn visit(fetch: Arc<dyn Fetch>, pace: Arc<Pace>, task: Task) -> Result<Visit, NotFetched> {
    pace.turn().await;
    // A probe that judges a failure gets a connection of its own: gateways answer the second request of one differently.
    let request = match task.purpose {
        Purpose::Crawl => Request::of(task.known.url.clone()),
        Purpose::Recheck | Purpose::Sentinel => Request::probe(task.known.url.clone()),
    };
    let fetched = fetch.fetch(&request).await?;
    Ok(read(task, fetched))
}

fn read(task: Task, mut fetched: Fetched) -> Visit {
    let content_type = fetched.header("content-type").map(str::to_owned);
    let is_healthy = fetched.outcome.class() == Class::Healthy && fetched.redirect.is_none();
    let is_html = is_healthy && page::is_html(content_type.as_deref(), &fetched.body);
    let page = is_html.then(|| page::read(&fetched.body, &task.known.url));
    let facts = facts(&fetched, page.as_ref());
    let links = page.map(|page| page.links.into_iter().map(|link| link.url).collect()).unwrap_or_default();
    // A body may be large; nothing behind this point needs more of it than evidence keeps.
    fetched.body.truncate(BODY_KEPT);
    fetched.body.shrink_to_fit();
    Visit { task, fetched, links, facts, is_html }
}

/// What an answer says of its URL. A document that is no web page speaks by its headers alone.
fn facts(fetched: &Fetched, page: Option<&Page>) -> Option<UrlFacts> {
    match (fetched.outcome, &fetched.redirect) {
        // What has moved for good leaves its place in the index to where it went.
        (Outcome::Status(301 | 308), Some(target)) => {
            Some(UrlFacts { noindex: false, canonical: Some(target.clone()) })
        }
        (Outcome::Status(200..=299), None) => {
            let by_header = page::header_canonical(headers(fetched, "link"), &fetched.url);
            Some(UrlFacts {
                noindex: page.is_some_and(|page| page.noindex)
                    || page::x_robots_noindex(headers(fetched, "x-robots-tag")),
                canonical: page.and_then(|page| page.canonical.clone()).or(by_header),
            })
        }
        _ => None,
    }
}

fn headers<'a>(fetched: &'a Fetched, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = fetched.head.iter().flat_map(|head| &head.headers);
    all.filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// What is stored of a fetch.
pub(super) fn record(site: SiteId, known: &KnownUrl, fetched: &Fetched, crawl: Option<CrawlId>) -> Record {
    Record {
        site,
        url: known.id,
        section: known.section.clone(),
        observer: Observer::gatecrawl(),
        observation: fetched.observation(),
        elapsed: fetched.elapsed,
        bytes: fetched.wire_bytes,
        crawl,
        evidence: fetched.outcome.is_failing().then(|| evidence(fetched)),
    }
}

fn evidence(fetched: &Fetched) -> Evidence {
    Evidence {
        version: fetched.head.as_ref().map(|head| head.version.to_owned()),
        status: fetched.head.as_ref().map(|head| head.status),
        headers: fetched.head.as_ref().map(|head| head.headers.clone()).unwrap_or_default(),
        body: fetched.body.iter().take(BODY_KEPT).copied().collect(),
        detail: fetched.detail.clone(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::observation::UrlId;
    use crate::fetch::Head;

    fn visited(status: u16, headers: &[(&str, &str)], body: &str) -> Visit {
        let url = PageUrl::parse("http://shop.example/a").unwrap();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let head = Head { version: "HTTP/1.1", status, headers };
        let mut fetched = Fetched {
            url: url.clone(),
            asked_at: DateTime::UNIX_EPOCH,
            at: DateTime::UNIX_EPOCH,
            elapsed: std::time::Duration::ZERO,
            outcome: Outcome::of_status(status),
            head: Some(head),
            body: body.as_bytes().to_vec(),
            body_capped: false,
            wire_bytes: 0,
            redirect: None,
            detail: None,
            remote: None,
        };
        fetched.redirect = fetched.header("location").map(|to| url.join(to).unwrap());
        let known = KnownUrl { id: UrlId(1), section: url.section(), url, depth: 0, newest: None };
        read(Task { known, purpose: Purpose::Crawl }, fetched)
    }

    fn told(status: u16, headers: &[(&str, &str)], body: &str) -> Option<(bool, Option<String>)> {
        let facts = visited(status, headers, body).facts?;
        Some((facts.noindex, facts.canonical.map(|url| url.path().to_owned())))
    }

    const HTML: (&str, &str) = ("Content-Type", "text/html");

    #[test]
    fn a_page_speaks_by_its_markup_and_by_its_headers() {
        assert_eq!(told(200, &[HTML], "<p>"), Some((false, None)));
        assert_eq!(told(200, &[HTML], "<meta name=googlebot content=none>"), Some((true, None)));
        assert_eq!(told(200, &[HTML, ("X-Robots-Tag", "googlebot: noindex")], ""), Some((true, None)));
        assert_eq!(told(200, &[HTML], "<link rel=canonical href=/b>"), Some((false, Some("/b".to_owned()))));
        let link = ("Link", "</c>; rel=\"canonical\"");
        assert_eq!(told(200, &[HTML, link], ""), Some((false, Some("/c".to_owned()))));
    }

    #[test]
    fn a_document_that_is_no_page_speaks_by_its_headers() {
        let pdf = ("Content-Type", "application/pdf");
        assert_eq!(told(200, &[pdf, ("X-Robots-Tag", "noindex")], "%PDF"), Some((true, None)));
        let link = ("Link", "</c>; rel=canonical");
        assert_eq!(told(200, &[pdf, link], "%PDF"), Some((false, Some("/c".to_owned()))));
    }

    #[test]
    fn what_has_moved_for_good_is_elsewhere_and_what_has_moved_for_now_says_nothing() {
        assert_eq!(told(301, &[("Location", "/b")], ""), Some((false, Some("/b".to_owned()))));
        assert_eq!(told(302, &[("Location", "/b")], ""), None);
    }

    #[test]
    fn an_error_says_nothing_of_the_page_whatever_it_holds() {
        let noindex = "<meta name=robots content=noindex><link rel=canonical href=/error>";
        for status in [404, 429, 500, 502, 503] {
            assert_eq!(told(status, &[HTML, ("X-Robots-Tag", "noindex")], noindex), None, "{status}");
        }
    }
}
