//! The API for programs, `/api/v1`: sites, their outages in the one shape of `report::json`, and a crawl on request.
//!
//! It is asked with a token (`Authorization: Bearer …`) and never with a cookie. Errors are problem details (RFC 9457).

pub(crate) mod messages;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::listing;
use super::pages::site::find;
use super::state::AppState;
use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions};
use crate::domain::observation::OutageId;
use crate::domain::site::Site;
use crate::report::json::{OutageJson, rfc3339};
use crate::report::summary;

/// So many outages come at a time, if no other number is asked for, and at most.
const OUTAGES: u32 = 100;
const MOST_OUTAGES: u32 = 1_000;

/// An error as a program reads it.
#[derive(Debug)]
pub(crate) struct Problem(Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<crate::store::StoreError> for Problem {
    fn from(error: crate::store::StoreError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        problem(&self.0)
    }
}

/// The error as problem details.
pub(crate) fn problem(error: &Error) -> Response {
    let status = error.status();
    if status.is_server_error() {
        tracing::error!(%error, "a request of a program failed");
    }
    let (title, detail) = error.told();
    let body = serde_json::json!({ "title": title, "detail": detail, "status": status.as_u16() });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// A site.
#[derive(Debug, Serialize)]
pub(crate) struct SiteJson {
    id: i64,
    site: String,
    start_url: String,
    paused: bool,
    urls: u64,
    failing_urls: u64,
    next_crawl_at: Option<String>,
}

/// A crawl.
#[derive(Debug, Serialize)]
pub(crate) struct CrawlJson {
    id: i64,
    state: &'static str,
    requested: String,
    started: Option<String>,
}

/// How many outages are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    limit: Option<u32>,
}

/// `GET /api/v1/sites`
pub(crate) async fn sites(State(app): State<AppState>) -> Result<Json<Vec<SiteJson>>, Problem> {
    let mut sites = Vec::new();
    for site in app.store.sites().await? {
        sites.push(told(&app, &site).await?);
    }
    Ok(Json(sites))
}

/// `GET /api/v1/sites/{id}`
pub(crate) async fn site(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<SiteJson>, Problem> {
    let site = find(&app, &id).await?;
    Ok(Json(told(&app, &site).await?))
}

/// `GET /api/v1/sites/{id}/outages`: newest first.
pub(crate) async fn outages(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<OutageJson>>, Problem> {
    let site = find(&app, &id).await?;
    let limit = listing::wanted(query)?.limit.unwrap_or(OUTAGES);
    if limit == 0 || limit > MOST_OUTAGES {
        return Err(Error::Query(format!("the limit is from 1 to {MOST_OUTAGES}")).into());
    }
    let stored = app.store.outages(site.id, None).await?;
    let newest = stored.into_iter().take(limit as usize).collect();
    Ok(Json(summary::told(&app.store, &site, newest, app.now()).await?))
}

/// `GET /api/v1/outages/{id}`
pub(crate) async fn outage(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<OutageJson>, Problem> {
    let id = id.parse().map(OutageId).map_err(|_| Error::NotFound)?;
    let stored = app.store.outage(id).await?.ok_or(Error::NotFound)?;
    let site = app.store.site(stored.site).await?.ok_or(Error::NotFound)?;
    let told = summary::told(&app.store, &site, vec![stored], app.now()).await?;
    told.into_iter().next().map(Json).ok_or_else(|| Error::NotFound.into())
}

/// `POST /api/v1/sites/{id}/crawls`: asks for a crawl; when one is unfinished, that one is meant.
pub(crate) async fn crawl(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<CrawlJson>), Problem> {
    let site = find(&app, &id).await?;
    let options = CrawlOptions { confirm: false, ..CrawlOptions::default() };
    let crawl = app.store.request_crawl(site.id, CrawlKind::Manual, &options, app.now()).await?;
    app.wake.notify_one();
    Ok((StatusCode::ACCEPTED, Json(crawl_json(&crawl))))
}

async fn told(app: &AppState, site: &Site) -> Result<SiteJson, Error> {
    Ok(SiteJson {
        id: site.id.0,
        site: site.origin.as_str().to_owned(),
        start_url: site.start_url.to_string(),
        paused: site.paused,
        urls: app.store.count_urls(site).await?,
        failing_urls: app.store.count_failing_urls(site).await?,
        next_crawl_at: site.next_crawl_at.map(rfc3339),
    })
}

fn crawl_json(crawl: &Crawl) -> CrawlJson {
    CrawlJson {
        id: crawl.id.0,
        state: crawl.state.word(),
        requested: rfc3339(crawl.requested_at),
        started: crawl.started_at.map(rfc3339),
    }
}

pub(crate) mod logs;

#[cfg(test)]
mod tests;
