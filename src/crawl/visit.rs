//! One visit of one URL: wait for a turn, fetch, read the page, and hand back what a run needs of it. A visit decides
//! nothing and stores nothing.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::entry::{MOST_BYTES as ROBOTS_BYTES, ROBOTS_PATH};
use super::frontier::hash;
use super::politeness::pace::Pace;
use super::politeness::retry_after::retry_after;
use crate::diagnosis;
use crate::diagnosis::answer::Answer;
use crate::discover::page::{self, Link, Page};
use crate::domain::evidence::BODY_KEPT;
use crate::domain::indexability::UrlFacts;
use crate::domain::load::CONTROL_RATE;
use crate::domain::observation::{CrawlId, SiteId};
use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_version::PageVersion;
use crate::fetch::{Fetch, Fetched, NotFetched, Request};
use crate::store::urls::KnownUrl;
use crate::store::writer::{Asked, Reading, Record};

/// The headers that are read beside a body.
const READ_HEADERS: [&str; 2] = ["x-robots-tag", "link"];

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

/// How pages are read in a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    /// Hash of what decides which links are taken in.
    pub(super) hash: u64,
    /// Links are taken in.
    pub(super) follow: bool,
}

/// A visit that was made.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) task: Task,
    pub(super) fetched: Fetched,
    /// What the page links to; empty when it is no healthy HTML page, or was read before.
    pub(super) links: Vec<Link>,
    /// What it says of itself; `None` when the answer says nothing of the page, as an error does, or nothing new.
    pub(super) reading: Option<Reading>,
    /// It is a web page.
    pub(super) is_html: bool,
    /// Requests a second at which the site was asked.
    pub(super) rate: f64,
    /// Until when the server asks to be left alone.
    pub(super) not_before: Option<DateTime<Utc>>,
}

impl Visit {
    /// At which rate it was made, where that may have decided what came: in a crawl, and as a slow look at what failed.
    pub(super) fn asked(&self) -> Option<Asked> {
        let is_control = match self.task.purpose {
            Purpose::Crawl => false,
            Purpose::Recheck if self.rate <= CONTROL_RATE => true,
            Purpose::Recheck | Purpose::Sentinel => return None,
        };
        Some(Asked { rate: self.rate, is_control })
    }
}

/// Makes a visit.
pub(super) async fn visit(
    fetch: Arc<dyn Fetch>,
    pace: Arc<Pace>,
    task: Task,
    scope: Scope,
) -> Result<Visit, NotFetched> {
    let rate = pace.turn().await;
    let fetched = fetch.fetch(&request(&task, scope)).await?;
    Ok(read(task, fetched, scope, rate))
}

fn request(task: &Task, scope: Scope) -> Request {
    let url = task.known.url.clone();
    match task.purpose {
        Purpose::Crawl => Request::of(url).unless(may_be_unchanged(&task.known, scope).cloned()),
        // A probe that judges a failure gets a connection of its own: gateways answer the second request of one
        // differently.
        Purpose::Recheck | Purpose::Sentinel => Request::probe(url),
    }
}

/// The version that was read before, if an answer that says no more than "unchanged" tells all that is wanted.
fn may_be_unchanged(known: &KnownUrl, scope: Scope) -> Option<&PageVersion> {
    let is_healthy = known.newest.is_some_and(|spell| spell.outcome.class() == Class::Healthy);
    let version = known.version.as_ref()?;
    // Rules are read each time that they come, and there is no second copy of them here.
    (is_healthy && !is_robots(known) && (!scope.follow || version.scope == scope.hash)).then_some(version)
}

fn read(task: Task, mut fetched: Fetched, scope: Scope, rate: f64) -> Visit {
    if is_error_in_disguise(&task.known, &fetched) {
        fetched.outcome = Outcome::SoftError;
    }
    let content_type = fetched.header("content-type").map(str::to_owned);
    let is_healthy = fetched.outcome.class() == Class::Healthy && fetched.redirect.is_none();
    let is_html = is_healthy && page::is_html(content_type.as_deref(), &fetched.body);
    let version = version(&task, &fetched, scope);
    let is_known = version.as_ref().is_some_and(|version| {
        may_be_unchanged(&task.known, scope).is_some_and(|known| known.body_hash == version.body_hash)
    });
    let page = (is_html && !is_known)
        .then(|| page::read_typed(&fetched.body, content_type.as_deref(), &task.known.url));
    let reading =
        facts(&fetched, page.as_ref()).filter(|_| !is_known).map(|facts| Reading { facts, version });
    let links = page.map(|page| page.links).unwrap_or_default();
    let not_before = retry_after(fetched.outcome, fetched.header("retry-after"), fetched.at);
    // A body may be large; behind this point it is needed as evidence only, and as the rules of a robots.txt.
    fetched.body.truncate(match fetched.outcome.is_failing() {
        true => BODY_KEPT,
        false if is_robots(&task.known) => ROBOTS_BYTES,
        false => 0,
    });
    fetched.body.shrink_to_fit();
    Visit { task, fetched, links, reading, is_html, rate, not_before }
}

/// Whether it is the error page of a gateway under a status that says that all is well. A robots.txt is none: whatever stands
/// there is read as rules, by search engines too.
fn is_error_in_disguise(known: &KnownUrl, fetched: &Fetched) -> bool {
    let is_well = matches!(fetched.outcome, Outcome::Status(200..=299));
    let is_small = !fetched.body.is_empty() && fetched.body.len() <= BODY_KEPT;
    let is_page = is_well && is_small && !is_robots(known);
    is_page && diagnosis::is_soft_error(Answer::fetched(&fetched.evidence(), fetched.outcome, None))
}

/// The version that came; `None` when it is not whole, or its links are not taken in.
fn version(task: &Task, fetched: &Fetched, scope: Scope) -> Option<PageVersion> {
    let is_whole =
        fetched.outcome == Outcome::Status(200) && !fetched.body_capped && fetched.detail.is_none();
    (task.purpose == Purpose::Crawl && scope.follow && is_whole).then(|| PageVersion {
        etag: fetched.header("etag").map(str::to_owned),
        last_modified: fetched.header("last-modified").map(str::to_owned),
        body_hash: hash(&what_is_read(fetched)),
        scope: scope.hash,
    })
}

fn is_robots(known: &KnownUrl) -> bool {
    known.url.path_and_query() == ROBOTS_PATH
}

/// The body, and the headers that say something of the page: a `noindex` may come and go without a change of the page.
fn what_is_read(fetched: &Fetched) -> Cow<'_, [u8]> {
    let says: Vec<&str> = READ_HEADERS.iter().flat_map(|name| headers(fetched, name)).collect();
    if says.is_empty() {
        return Cow::Borrowed(&fetched.body);
    }
    Cow::Owned([&fetched.body[..], says.join("\n").as_bytes()].concat())
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
        elapsed: fetched.elapsed,
        bytes: fetched.wire_bytes,
        crawl,
        evidence: fetched.outcome.is_failing().then(|| fetched.evidence()),
        ..Record::of(site, known, fetched.observation())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::observation::UrlId;
    use crate::domain::page_url::PageUrl;
    use crate::fetch::Head;

    const SCOPE: Scope = Scope { hash: 7, follow: true };

    fn visited(status: u16, headers: &[(&str, &str)], body: &str) -> Visit {
        read_at(&PageUrl::parse("http://shop.example/a").unwrap(), status, headers, body)
    }

    fn read_at(url: &PageUrl, status: u16, headers: &[(&str, &str)], body: &str) -> Visit {
        let url = url.clone();
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let head = Head { version: "HTTP/1.1", status, reason: None, headers };
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
        let known = KnownUrl {
            id: UrlId(1),
            section: url.section(),
            url,
            depth: 0,
            newest: None,
            version: None,
            nofollow: false,
        };
        read(Task { known, purpose: Purpose::Crawl }, fetched, SCOPE, 1.0)
    }

    fn told(status: u16, headers: &[(&str, &str)], body: &str) -> Option<(bool, Option<String>)> {
        let facts = visited(status, headers, body).reading?.facts;
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
    fn a_robots_txt_keeps_its_rules_and_a_page_does_not_keep_its_body() {
        let at = |path: &str| {
            let url = PageUrl::parse("http://shop.example/").unwrap().join(path).unwrap();
            let text = "User-agent: *\nDisallow: /private/".repeat(1000);
            read_at(&url, 200, &[("Content-Type", "text/plain")], &text).fetched.body.len()
        };
        assert_eq!(at("/robots.txt"), 33_000);
        assert_eq!(at("/notes.txt"), 0);
    }

    #[test]
    fn another_header_is_another_version_and_the_date_is_none() {
        let hash = |headers: &[(&str, &str)]| {
            visited(200, headers, "<p>")
                .reading
                .and_then(|reading| reading.version)
                .map(|version| version.body_hash)
        };
        assert_eq!(hash(&[HTML, ("Date", "now")]), hash(&[HTML, ("Date", "then")]));
        assert_ne!(hash(&[HTML]), hash(&[HTML, ("X-Robots-Tag", "noindex")]));
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
    fn the_error_page_of_a_gateway_is_an_error_under_every_status() {
        let nginx = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
        let outcome = |status, body: &str| visited(status, &[HTML], body).fetched.outcome.to_string();
        assert_eq!(outcome(200, nginx), "soft_error");
        assert_eq!(outcome(502, nginx), "502");
        assert_eq!(outcome(404, nginx), "404");
        assert_eq!(outcome(200, "<p>How to repair a 502 Bad Gateway of nginx"), "200");
        let manual = format!("{nginx}{}", "<p>What it means, at length. ".repeat(200));
        assert_eq!(outcome(200, &manual), "200", "a page that shows the error page is a manual");
    }

    #[test]
    fn an_error_says_nothing_of_the_page_whatever_it_holds() {
        let noindex = "<meta name=robots content=noindex><link rel=canonical href=/error>";
        for status in [404, 429, 500, 502, 503] {
            assert_eq!(told(status, &[HTML, ("X-Robots-Tag", "noindex")], noindex), None, "{status}");
        }
    }
}
