//! One URL: what it answers now, what it answered before and to whom, what is known of the page, and what a failing answer
//! looked like.
//!
//! A URL that fails is told by its own bounds, which are those of its outage or narrower; the verdict that counts is the
//! outage's, and it is linked.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::Shell;
use super::outage::Answer;
use crate::chart::Drawing;
use crate::chart::tone::Tone;
use crate::domain::observation::UrlId;
use crate::report::wording::headline::Headline;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::{Instant, Tag};

mod view;

/// So many spells are read; the newest ones.
const SPELLS_SHOWN: u32 = 200;
/// So many runs of failures are read; the newest ones.
const EPISODES_SHOWN: u32 = 20;

#[derive(Debug, Clone, Template)]
#[template(path = "pages/url.html")]
pub(crate) struct UrlPage {
    pub(crate) shell: Shell,
    pub(crate) host: String,
    pub(crate) site_href: String,
    pub(crate) path: String,
    /// Where it is on the web.
    pub(crate) address: String,
    pub(crate) headline: Headline,
    pub(crate) tone: Option<Tone>,
    pub(crate) lede: String,
    /// `None`: never fetched.
    pub(crate) seen: Option<Seen>,
    pub(crate) outages: Vec<Failure>,
    /// Said when more are kept than shown.
    pub(crate) more_outages: Option<String>,
    pub(crate) index: String,
    pub(crate) index_tag: Option<Tag>,
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Other URLs of its section.
    pub(crate) section_href: String,
    pub(crate) evidence: Vec<Answer>,
    pub(crate) no_evidence: String,
}

/// What was seen of it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) drawing: Drawing,
    /// The tones that the drawing shows; 4xx has none.
    pub(crate) legend: Vec<Tone>,
    pub(crate) has_gone: bool,
    pub(crate) observers: Vec<ObserverRow>,
    pub(crate) spells: Vec<SpellRow>,
    /// Said when more are kept than shown.
    pub(crate) more: Option<String>,
}

/// What one observer saw of it.
#[derive(Debug, Clone)]
pub(crate) struct ObserverRow {
    pub(crate) name: String,
    pub(crate) now: String,
    pub(crate) fetches: String,
    pub(crate) failing: String,
    pub(crate) last: Instant,
}

/// The same answer, for as long as it was seen.
#[derive(Debug, Clone)]
pub(crate) struct SpellRow {
    pub(crate) outcome: String,
    pub(crate) class: &'static str,
    pub(crate) observer: String,
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    pub(crate) lasted: String,
    pub(crate) fetches: String,
}

/// A run of failures, with its outage.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) href: String,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) lasted: String,
}

/// `GET /urls/{id}`
pub(crate) async fn show(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let id = id.parse().map(UrlId).map_err(|_| Error::NotFound)?;
    let url = app.store.url(id).await?.ok_or(Error::NotFound)?;
    let site = app.store.site(url.site).await?.ok_or(Error::NotFound)?;
    html(&view::Life::of(&app, site, url).await?.page())
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::web::testing::World;

    #[tokio::test]
    async fn a_url_shows_each_spell_with_its_bounds_and_links_its_outage() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502"), (42, "200"), (60, "404")] {
            world.fetched(&site, "/search", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::days(1));
        let id = url_id(&world, "/search").await;
        let page = world.get(&format!("/urls/{id}")).await;
        assert!(
            page.text("h1")
                .starts_with("/search answers 404: to a search engine it does not exist. It failed once")
        );
        assert_eq!(page.text("#spells tbody tr:nth-child(1) td"), "404");
        let failing = page.text("#spells tbody tr:nth-child(3)");
        assert!(failing.starts_with("502") && failing.contains("38 to 42 min"), "{failing}");
        assert!(page.body.contains("class=\"t-gone\"") && page.body.contains("class=\"t-brief\""));
        assert!(page.body.contains("href=\"/outages/1\""));
        assert!(page.text(".evidence").contains("HTTP/1.1 502 Bad Gateway"));
        assert!(page.text("#index").contains("on its way out of the index"), "{}", page.text("#index"));
    }

    #[tokio::test]
    async fn a_url_that_fails_is_told_with_how_long_and_what_becomes_of_its_place() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/product/1", 0, "200").await;
        for hour in 1..=60 {
            world.fetched(&site, "/product/1", hour * 60, "502").await;
        }
        world.clock.advance(TimeDelta::hours(60));
        let id = url_id(&world, "/product/1").await;
        let page = world.get(&format!("/urls/{id}")).await;
        assert!(page.text("h1").starts_with("/product/1 has answered 502 for"), "{}", page.text("h1"));
        assert!(page.text(".lede").starts_with("Persistent"), "{}", page.text(".lede"));
        assert!(page.text("#index").contains("being dropped"), "{}", page.text("#index"));
    }

    #[tokio::test]
    async fn a_url_that_is_not_there_is_said_to_be_missing() {
        let world = World::logged_in().await;
        for path in ["/urls/1", "/urls/x", "/urls/99999999999999999999"] {
            assert_eq!(world.get(path).await.status, 404, "{path}");
        }
    }

    async fn url_id(world: &World, path: &str) -> String {
        let sites = world.store.sites().await.unwrap();
        let urls = world.store.known_urls(&sites[0]).await.unwrap();
        urls.iter().find(|url| url.url.path_and_query() == path).unwrap().id.to_string()
    }
}
