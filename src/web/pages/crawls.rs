//! The crawls of a site as a list, newest first.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::Shell;
use super::crawl::row::{self, CrawlRow};
use super::site::{find, view::next};
use crate::report::wording::plural;
use crate::web::error::{Error, html};
use crate::web::listing::{self, Cut, PER_PAGE, Pages};
use crate::web::state::AppState;
use crate::web::status::Status;
use crate::web::wording::host;

#[derive(Debug, Template)]
#[template(path = "pages/crawls.html")]
pub(crate) struct CrawlsPage {
    pub(crate) shell: Shell,
    pub(crate) host: String,
    pub(crate) site_href: String,
    /// "41 crawls".
    pub(crate) title: String,
    /// When the next one is due.
    pub(crate) next: String,
    pub(crate) rows: Vec<CrawlRow>,
    pub(crate) pages: Option<Pages>,
}

/// What the address asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    page: Option<u64>,
}

/// `GET /sites/{id}/crawls`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    let cut = Cut::of(wanted.page, app.store.count_crawls(site.id).await?)?;
    let crawls = app.store.crawls_from(site.id, cut.offset(), PER_PAGE).await?;
    let status = Status::of(&app, site).await?;
    let path = format!("/sites/{}/crawls", status.site.id);
    html(&CrawlsPage {
        shell: Shell::inside(""),
        host: host(&status.site.origin).to_owned(),
        site_href: format!("/sites/{}", status.site.id),
        title: plural(cut.count, "crawl", "crawls"),
        next: next(&status),
        rows: crawls.iter().map(|crawl| row::of(&status, crawl)).collect(),
        pages: cut.pages(|page| format!("{path}?page={page}")),
    })
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::web::pages::crawl::row::samples::crawl;

    pub(crate) fn all() -> Vec<(&'static str, CrawlsPage)> {
        let page = |title: &str, rows: Vec<CrawlRow>, pages| CrawlsPage {
            shell: Shell::inside(""),
            host: "shop.example".to_owned(),
            site_href: "/sites/1".to_owned(),
            title: title.to_owned(),
            next: "The next crawl begins in 2 h.".to_owned(),
            rows,
            pages,
        };
        let many = Pages {
            previous: None,
            next: Some("/sites/1/crawls?page=2".to_owned()),
            text: "1 to 100 of 368".to_owned(),
        };
        let rows = (0..100).map(|n| crawl(n * 6, "finished", if n == 3 { "134" } else { "0" })).collect();
        vec![
            ("crawls-none", page("0 crawls", Vec::new(), None)),
            ("crawls", page("368 crawls", rows, Some(many))),
        ]
    }
}
