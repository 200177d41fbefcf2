//! The site that really fails: a server on 127.0.0.1 with some dozens of pages, which answers 502 or 503 as nginx does
//! where the script says so. It knows nothing of who crawls it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::answers::http_date;
use super::script::{self, POLICY, SECTIONS};
use crate::clock::Clock;
use crate::domain::crawl::{CrawlKind, CrawlOptions};
use crate::domain::observation::SiteId;
use crate::domain::page_url::PageUrl;
use crate::domain::site::{Settings, Site};
use crate::store::Store;
use crate::store::sites::NewSite;

/// Between the two faults of the script.
const LOOK_AGAIN: Duration = Duration::from_secs(11);

/// A server that is bound to a port and waits to be run.
#[derive(Debug)]
pub struct LiveSite {
    listener: TcpListener,
    address: SocketAddr,
}

#[derive(Debug, Clone)]
struct Stage {
    clock: Arc<dyn Clock>,
    began: DateTime<Utc>,
}

impl LiveSite {
    /// Takes a free port.
    pub async fn bind() -> anyhow::Result<Self> {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = bound.context("the faulty site of the demo needs a free port on 127.0.0.1")?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Its start page.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves for ever; its script begins now.
    pub async fn run(self, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
        let stage = Stage { began: clock.now(), clock };
        let app = Router::new().fallback(answer).with_state(stage);
        Ok(axum::serve(self.listener, app).await?)
    }
}

/// Has it watched, by a policy in fast time; it is due at once.
pub async fn add_live_site(store: &Store, live: &LiveSite, now: DateTime<Utc>) -> anyhow::Result<Site> {
    let mut settings = Settings::default();
    settings.set_all(&POLICY)?;
    Ok(store.add_site(&NewSite { start_url: PageUrl::parse(&live.url())?, settings }, now).await?)
}

/// Has it crawled once more soon after the section began to fail, as a person would who sees it: by then each of its pages is
/// known, and the page says how many fail.
pub async fn look_again(
    store: Store,
    site: SiteId,
    wake: Arc<Notify>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<()> {
    tokio::time::sleep(LOOK_AGAIN).await;
    store.request_crawl(site, CrawlKind::Manual, &CrawlOptions::default(), clock.now()).await?;
    wake.notify_one();
    std::future::pending().await
}

async fn answer(State(stage): State<Stage>, uri: Uri) -> Response {
    let now = stage.clock.now();
    let path = uri.path();
    if let Some(gateway) = script::failing(path, now - stage.began) {
        let status = StatusCode::from_u16(gateway.status().0).unwrap_or(StatusCode::BAD_GATEWAY);
        return with_headers(status, gateway.headers(now), gateway.body().to_owned());
    }
    let (status, kind, body) = match path {
        "/robots.txt" => (StatusCode::OK, "text/plain", "User-agent: *\nAllow: /\n".to_owned()),
        path if is_page(path) => (StatusCode::OK, "text/html; charset=utf-8", page(path)),
        _ => (StatusCode::NOT_FOUND, "text/html; charset=utf-8", "<h1>There is no such page</h1>".to_owned()),
    };
    let headers = vec![
        ("server", "nginx/1.22.1".to_owned()),
        ("date", http_date(now)),
        ("content-type", kind.to_owned()),
    ];
    with_headers(status, headers, body)
}

fn with_headers(status: StatusCode, headers: Vec<(&'static str, String)>, body: String) -> Response {
    let mut answer = (status, body).into_response();
    answer.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    answer
}

fn is_page(path: &str) -> bool {
    script::pages().iter().any(|page| page == path)
}

/// A page with a link to each section's pages; deep enough that a crawl has something to follow.
fn page(path: &str) -> String {
    let section = SECTIONS.iter().find(|(prefix, _)| path.starts_with(prefix));
    let firsts = SECTIONS.iter().map(|(prefix, _)| format!("{prefix}1"));
    let own = section.iter().flat_map(|(prefix, count)| (1..=*count).map(move |n| format!("{prefix}{n}")));
    let all = std::iter::once("/".to_owned()).chain(firsts).chain(own);
    let links: Vec<String> = all.map(|to| format!("<li><a href=\"{to}\">{to}</a></li>\n")).collect();
    let links = links.concat();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<title>{path} of a made-up shop</title>\n<h1>{path}</h1>\n\
         <p>This page belongs to the demo of Gatecrawl. It fails on purpose, now and then.</p>\n<ul>\n{links}</ul>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::clock::TestClock;

    async fn get(path: &str, second: i64) -> Response {
        let began = DateTime::UNIX_EPOCH;
        let clock: Arc<dyn Clock> = Arc::new(TestClock::at(began + TimeDelta::seconds(second)));
        answer(State(Stage { clock, began }), path.parse().unwrap()).await
    }

    async fn body(answer: Response) -> String {
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn every_page_is_linked_from_the_start_page_or_its_section() {
        let start = body(get("/", 0).await).await;
        for (prefix, _) in SECTIONS {
            assert!(start.contains(&format!("href=\"{prefix}1\"")), "{prefix}");
        }
        let section = body(get("/product/1", 0).await).await;
        for path in script::pages().iter().filter(|path| path.starts_with("/product/")) {
            assert!(section.contains(&format!("href=\"{path}\"")), "{path}");
            assert_eq!(get(path, 0).await.status(), 200);
        }
        assert_eq!(get("/product/15", 0).await.status(), 404);
    }

    #[tokio::test]
    async fn a_fault_is_answered_as_nginx_does() {
        let failed = get("/product/3", 10).await;
        assert_eq!(failed.status(), 502);
        let names: Vec<&str> = failed.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["server", "date", "content-type", "content-length", "connection"]);
        assert!(body(failed).await.contains("<hr><center>nginx/1.22.1</center>"));
        assert_eq!(get("/blog/1", 10).await.status(), 200);
        assert_eq!(get("/robots.txt", 21).await.status(), 503, "then all of it is down");
        assert_eq!(get("/product/3", 21).await.status(), 502);
    }
}
