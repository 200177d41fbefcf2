//! How far a crawl is, in a line and a bar: on the site's page and on the crawl's own, and as the events that keep both
//! fresh while they are open.
//!
//! The events carry the same words as the page, so that a script puts them in place and makes none of its own.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::TimeDelta;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::watch;

use crate::crawl::progress::{Phase, Progress as Counts};
use crate::domain::crawl::Crawl;
use crate::domain::observation::SiteId;
use crate::report::wording::{count, length, plural, until};
use crate::web::error::Error;
use crate::web::pages::site::find;
use crate::web::state::AppState;
use crate::web::status::Status;

/// From here on it is said that a site is asked slower than usual.
const NOTABLE_SLOWDOWN: f64 = 1.5;

/// An event at most so often: an eye reads no faster.
const EVERY: Duration = Duration::from_millis(400);

/// How often is looked whether a run has begun that was not under way.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A crawl that is under way.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Progress {
    /// Where its events come from.
    #[serde(skip)]
    pub(crate) events: String,
    /// The crawl's own page; `None`: this is it, or there is none yet.
    #[serde(skip)]
    pub(crate) href: Option<String>,
    pub(crate) text: String,
    pub(crate) done: u64,
    /// 0: not known yet.
    pub(crate) total: u64,
}

/// Of a site's crawl; `None`: none waits, runs or is due.
pub(crate) fn of(status: &Status) -> Option<Progress> {
    if !status.is_busy() {
        return None;
    }
    let live = status.live.as_ref().filter(|live| live.phase == Phase::Crawling);
    let (done, failing) = status.crawled;
    let text = if status.crawl.as_ref().is_some_and(Crawl::is_held) {
        "The crawl is paused, and rests until it is resumed".to_owned()
    } else if let Some(at) = status.waits_until() {
        format!("The crawl waits for the site to come back, and tries again {}", until(at, status.now))
    } else if let Some(live) = live {
        crawling(live)
    } else if status.is_crawling() && done > 0 {
        let of = plural(status.known_urls, "known URL", "known URLs");
        format!("Crawling: {} of {of} looked at, {} failing", count(done), count(failing))
    } else if status.is_crawling() {
        "Reading robots.txt and sitemaps".to_owned()
    } else {
        "A crawl is about to begin".to_owned()
    };
    let (done, total) =
        live.map_or((done, status.known_urls), |live| (live.fetched, live.fetched + live.waiting));
    let events = format!("/sites/{}/events", status.site.id);
    let href = status.crawl.as_ref().map(|crawl| format!("/crawls/{}", crawl.id));
    Some(Progress { events, href, text, done, total: if done > 0 { total } else { 0 } })
}

/// `Crawling: 1,204 fetched, 96 wait, 3 failing, 4.9 a second, about 20 s left`.
fn crawling(live: &Counts) -> String {
    let Counts { fetched, waiting, failing, rate, slowdown, .. } = live;
    let mut text = format!(
        "Crawling: {} fetched, {} wait, {} failing, {rate:.1} a second",
        count(*fetched),
        count(*waiting),
        count(*failing)
    );
    if *slowdown >= NOTABLE_SLOWDOWN {
        text += ", slowed down because the site slows or fails";
    }
    if let Some(left) = live.remaining().and_then(|left| TimeDelta::from_std(left).ok()) {
        text.extend([", about ", &length(left), " left"]);
    }
    text
}

/// Of a run in this process, by its own counts.
fn counted(counts: &Counts) -> Progress {
    let text = match counts.phase {
        Phase::Opening => "Reading robots.txt and sitemaps".to_owned(),
        Phase::Crawling => crawling(counts),
        Phase::Confirming => "Looking again at what failed".to_owned(),
        Phase::Paused => "The crawl waits for the site to come back".to_owned(),
        Phase::Done => "The crawl is over".to_owned(),
    };
    let is_known = counts.phase == Phase::Crawling && counts.fetched > 0;
    let total = if is_known { counts.fetched + counts.waiting } else { 0 };
    Progress { events: String::new(), href: None, text, done: counts.fetched, total }
}

/// Where the events of a site are.
enum Following {
    /// No run is under way in this process.
    Waiting(SiteId),
    /// One is.
    Run(SiteId, watch::Receiver<Counts>),
    /// The last event was sent.
    Over,
}

/// `GET /sites/{id}/events`: `progress` while the crawl of a site runs, and `over` when nothing is under way any more.
pub(crate) async fn events(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let site = find(&app, &id).await?.id;
    let events = stream::unfold(Following::Waiting(site), move |following| next(app.clone(), following));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

async fn next(app: AppState, following: Following) -> Option<(Result<Event, Infallible>, Following)> {
    let closing = app.closing.clone();
    // A dashboard that is being stopped does not wait for those who watch it.
    tokio::select! {
        next = event(app, following) => next.map(|(event, following)| (Ok(event), following)),
        () = closing.cancelled() => None,
    }
}

async fn event(app: AppState, following: Following) -> Option<(Event, Following)> {
    let (site, mut run) = match following {
        Following::Over => return None,
        Following::Run(site, run) => (site, run),
        Following::Waiting(site) => match begun(&app, site).await {
            Some(run) => return Some((told(&run.borrow()), Following::Run(site, run.clone()))),
            None => return Some((over(), Following::Over)),
        },
    };
    tokio::time::sleep(EVERY).await;
    match run.changed().await {
        Ok(()) => {
            let event = told(&run.borrow_and_update());
            Some((event, Following::Run(site, run)))
        }
        // The run has ended; whether its crawl has, the store knows.
        Err(_) => Some((over(), Following::Over)),
    }
}

/// Waits until a run is under way here; `None`: no crawl is, anywhere.
async fn begun(app: &AppState, site: SiteId) -> Option<watch::Receiver<Counts>> {
    loop {
        if let Some(run) = app.board.watch(site) {
            return Some(run);
        }
        let site = app.store.site(site).await.ok().flatten()?;
        let crawl = app.store.unfinished_crawl(site.id).await.ok()?;
        let is_due = !site.paused && site.next_crawl_at.is_some_and(|at| at <= app.now());
        if crawl.is_none() && !is_due {
            return None;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn told(counts: &Counts) -> Event {
    // Text and numbers can always be written as JSON; were they not, the page would keep what it shows.
    Event::default().event("progress").data(serde_json::to_string(&counted(counts)).unwrap_or_default())
}

fn over() -> Event {
    // A browser passes over an event without data.
    Event::default().event("over").data("over")
}
