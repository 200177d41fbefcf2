//! One crawl: how far it is or what it came to, what changed since the one before it, and the ways to pause, resume and
//! stop it.
//!
//! What a person asks is noted in the store, where whoever makes the crawl finds it; a run in this process hears it at
//! once from the board. So it works for a crawl of another process, too, a few seconds later.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};

use super::Shell;
use crate::chart::tone::Tone;
use crate::domain::crawl::{Crawl, Intervention};
use crate::domain::observation::CrawlId;
use crate::domain::site::Site;
use crate::report::wording::headline::Headline;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::status::Status;
use crate::web::wording::Instant;

pub(crate) mod live;
pub(crate) mod row;
mod view;

/// So many URLs are shown that began to fail, and that are well again.
const CHANGES_SHOWN: u32 = 20;

#[derive(Debug, Template)]
#[template(path = "pages/crawl.html")]
pub(crate) struct CrawlPage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) site_href: String,
    pub(crate) host: String,
    pub(crate) headline: Headline,
    /// `None`: it says neither that all is well nor that something fails.
    pub(crate) tone: Option<Tone>,
    pub(crate) lede: String,
    /// It can be stopped, and paused or resumed.
    pub(crate) is_unfinished: bool,
    pub(crate) is_held: bool,
    pub(crate) running: Option<live::Progress>,
    /// What a reader of its result must know, a sentence each.
    pub(crate) notes: Vec<String>,
    /// `None`: it has not begun.
    pub(crate) changes: Option<Changes>,
    pub(crate) outcomes: Vec<OutcomeRow>,
    pub(crate) facts: Vec<(&'static str, String)>,
}

/// What changed since the crawl before.
#[derive(Debug, Clone)]
pub(crate) struct Changes {
    /// When that one began; `None`: this is the first.
    pub(crate) before: Option<Instant>,
    pub(crate) before_href: String,
    pub(crate) summary: String,
    pub(crate) began: Vec<ChangedRow>,
    /// "And 84 more."
    pub(crate) began_more: Option<String>,
    pub(crate) ended: Vec<ChangedRow>,
    pub(crate) ended_more: Option<String>,
}

/// A URL that changed.
#[derive(Debug, Clone)]
pub(crate) struct ChangedRow {
    pub(crate) href: String,
    pub(crate) path: String,
    pub(crate) said: String,
    pub(crate) since: Instant,
}

/// One outcome, and how often it was met.
#[derive(Debug, Clone)]
pub(crate) struct OutcomeRow {
    pub(crate) answer: String,
    pub(crate) is_failing: bool,
    pub(crate) fetches: String,
    pub(crate) share: String,
    /// In the crawl before.
    pub(crate) before: String,
}

/// `GET /crawls/{id}`
pub(crate) async fn show(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let (crawl, site) = find(&app, &id).await?;
    let before = app.store.crawl_before(&crawl).await?;
    let changes = match crawl.started_at {
        Some(started) => {
            let from = before.as_ref().and_then(|before| before.finished_at).unwrap_or(started);
            let to = crawl.finished_at.unwrap_or_else(|| app.now());
            Some(app.store.changes(site.id, from, to, CHANGES_SHOWN).await?)
        }
        None => None,
    };
    let status = Status::of(&app, site).await?;
    html(&view::page(&status, &crawl, before.as_ref(), changes.as_ref()))
}

/// `POST /crawls/{id}/stop`
pub(crate) async fn stop(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    intervene(&app, &id, Some(Intervention::Stop)).await
}

/// `POST /crawls/{id}/pause`
pub(crate) async fn pause(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    intervene(&app, &id, Some(Intervention::Pause)).await
}

/// `POST /crawls/{id}/resume`
pub(crate) async fn resume(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    intervene(&app, &id, None).await
}

/// A crawl that is over stays as it is: its page says so.
async fn intervene(app: &AppState, id: &str, asked: Option<Intervention>) -> Result<Redirect, Error> {
    let (crawl, site) = find(app, id).await?;
    if app.store.intervene(crawl.id, asked).await? && asked.is_some() {
        app.board.interrupt(site.id);
    }
    app.wake.notify_one();
    Ok(Redirect::to(&format!("/crawls/{}", crawl.id)))
}

async fn find(app: &AppState, id: &str) -> Result<(Crawl, Site), Error> {
    let id = id.parse().map(CrawlId).map_err(|_| Error::NotFound)?;
    let crawl = app.store.crawl(id).await?.ok_or(Error::NotFound)?;
    let site = app.store.site(crawl.site).await?.ok_or(Error::NotFound)?;
    Ok((crawl, site))
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
