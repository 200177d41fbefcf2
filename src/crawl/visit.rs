//! One visit of one URL: wait for a turn, fetch, read the page, and hand back what a run needs of it. A visit decides
//! nothing and stores nothing.

use std::sync::Arc;

use super::politeness::Pace;
use crate::discover::page;
use crate::domain::crawl::UrlFacts;
use crate::domain::evidence::{BODY_KEPT, Evidence};
use crate::domain::observation::{CrawlId, Observer, SiteId};
use crate::domain::outcome::Class;
use crate::domain::page_url::PageUrl;
use crate::fetch::{Fetch, Fetched, Refused, Request};
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
    /// What it says of itself; `None` when it is no healthy page.
    pub(super) facts: Option<UrlFacts>,
    /// It is a web page.
    pub(super) is_html: bool,
}

/// Makes a visit.
pub(super) async fn visit(fetch: Arc<dyn Fetch>, pace: Arc<Pace>, task: Task) -> Result<Visit, Refused> {
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
    let (mut links, mut facts) = (Vec::new(), None);
    if is_html {
        let page = page::read(&fetched.body, &task.known.url);
        links = page.links.into_iter().map(|link| link.url).collect();
        let by_header = page::x_robots_noindex(headers(&fetched, "x-robots-tag"));
        facts = Some(UrlFacts {
            noindex: page.noindex || by_header,
            canonical: page.canonical,
            disallowed: false,
        });
    }
    // A body may be large; nothing behind this point needs more of it than evidence keeps.
    fetched.body.truncate(BODY_KEPT);
    fetched.body.shrink_to_fit();
    Visit { task, fetched, links, facts, is_html }
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
