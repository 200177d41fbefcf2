//! One outage: what happened, between which instants, why it is judged as it is, who said so, and what to do.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::Shell;
use crate::chart::Drawing;
use crate::chart::tone::Tone;
use crate::domain::observation::OutageId;
use crate::report::wording::headline::Headline;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::{Instant, Tag};

mod deploy;
mod view;

pub(crate) use self::deploy::DeployLine;
use view::index::Index;

/// So many URLs are on a page.
const PER_PAGE: u64 = 100;

#[derive(Debug, Template)]
#[template(path = "pages/outage.html")]
pub(crate) struct OutagePage {
    pub(crate) shell: Shell,
    pub(crate) id: String,
    pub(crate) host: String,
    pub(crate) site_href: String,
    /// In a few words, for the browser's tab.
    pub(crate) title: String,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    /// Certainty, state and extent in a line.
    pub(crate) summary: String,
    /// "At least 39 min 28 s, at most 41 min 55 s".
    pub(crate) lasted: String,
    /// On which day, and in which zone the times are.
    pub(crate) times: String,
    /// The deploy that it began with.
    pub(crate) deploy: Option<DeployLine>,
    pub(crate) axis: Drawing,
    pub(crate) instants: Vec<NamedInstant>,
    /// Time in which nobody looked, if there was any.
    pub(crate) unknown: Option<String>,
    /// What becomes of its URLs in the index.
    pub(crate) index: Index,
    pub(crate) advice: Vec<String>,
    pub(crate) why: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) diagnosis: String,
    pub(crate) outcomes: Vec<(String, String)>,
    pub(crate) evidence: Vec<Answer>,
    /// Said when there is none.
    pub(crate) no_evidence: String,
    pub(crate) members: Members,
}

/// One of the four instants.
#[derive(Debug, Clone)]
pub(crate) struct NamedInstant {
    pub(crate) name: &'static str,
    pub(crate) at: Option<Instant>,
    /// Said when it was not seen.
    pub(crate) otherwise: &'static str,
}

/// A threshold, and whether this outage has passed it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) tag: Tag,
    pub(crate) reached: bool,
}

/// A failing answer, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    pub(crate) at: Instant,
    pub(crate) url: String,
    pub(crate) timing: String,
    /// What a person would read on it, where it is a page.
    pub(crate) reads: Option<String>,
    pub(crate) status_line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) note: Option<String>,
}

/// The URLs that failed, a page of them.
#[derive(Debug, Clone)]
pub(crate) struct Members {
    pub(crate) title: String,
    pub(crate) rows: Vec<Member>,
    pub(crate) pages: Option<Pages>,
}

/// One URL.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) path: String,
    pub(crate) outcome: String,
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    pub(crate) lasted: String,
    /// How far it is out of the index, or what keeps it out anyway.
    pub(crate) index: String,
}

/// Where one is in a list of several pages.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) text: String,
}

/// Which page of the URLs, counted from 1.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    page: Option<u64>,
}

/// `GET /outages/{id}`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let id = id.parse().map(OutageId).map_err(|_| Error::NotFound)?;
    let stored = app.store.outage(id).await?.ok_or(Error::NotFound)?;
    let site = app.store.site(stored.site).await?.ok_or(Error::NotFound)?;
    let page = wanted.ok().and_then(|Query(wanted)| wanted.page).unwrap_or(1);
    let case = view::Case::of(&app, site, stored, page).await?;
    html(&case.page())
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::web::testing::World;

    #[tokio::test]
    async fn an_outage_is_told_with_bounds_reasons_and_evidence() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502"), (42, "200")] {
            world.fetched(&site, "/search", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::days(4));
        let page = world.get("/outages/1").await;
        assert_eq!(
            page.text("h1"),
            "/search answered 502 for about 40 minutes on Thursday evening. It was brief: no lasting effect."
        );
        assert_eq!(page.text(".when h2"), "At least 38 min, at most 42 min");
        assert_eq!(page.text("main .lede"), "Brief certain, resolved, 1 URL seen failing");
        assert!(page.text(".lines .reached").starts_with("Brief up to 24h documented"));
        assert!(page.body.contains("href=\"https://developers.google.com/"));
        assert!(page.text("#members tbody").starts_with("/search502"));
        let evidence = page.text(".evidence");
        assert!(
            evidence.contains("HTTP/1.1 502 Bad Gateway Server: nginx/1.22.1 <script>alert(2)</script>"),
            "{evidence}"
        );
        assert!(evidence.contains("<script>alert(40)</script>"), "{evidence}");
        assert!(!page.body.contains("<script>"));
    }

    #[tokio::test]
    async fn a_long_list_of_urls_has_pages() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for n in 0..120 {
            world.fetched(&site, &format!("/product/{n:03}"), 0, "502").await;
            world.fetched(&site, &format!("/product/{n:03}"), 5, "502").await;
        }
        let first = world.get("/outages/1").await;
        assert_eq!(first.text("#members h2"), "120 URLs");
        assert_eq!(first.text(".pages"), "1 to 100 of 120 Next →");
        assert!(first.body.contains("/product/099") && !first.body.contains("/product/100"));
        let second = world.get("/outages/1?page=2").await;
        assert_eq!(second.text(".pages"), "← Previous 101 to 120 of 120");
        assert!(second.body.contains("/product/119") && !second.body.contains("/product/050"));
        assert_eq!(world.get("/outages/1?page=99").await.text(".pages"), second.text(".pages"));
        assert_eq!(world.get("/outages/1?page=x").await.text(".pages"), first.text(".pages"));
    }
}
