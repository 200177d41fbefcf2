//! All sites at a glance, the worst first: one sentence, and a line for each.
//!
//! With many sites, those that are healthy are folded away: at three in the morning the four that are not should not
//! have to be looked for among two hundred.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::{Shell, messages};
use crate::chart::Svg;
use crate::chart::tone::Tone;
use crate::report::wording::headline::Headline;
use crate::report::wording::silence;
use crate::web::error::{Error, html};
use crate::web::listing;
use crate::web::state::AppState;
use crate::web::status::Status;

pub(crate) mod view;

#[derive(Debug, Template)]
#[template(path = "pages/overview.html")]
pub(crate) struct OverviewPage {
    pub(crate) shell: Shell,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    pub(crate) lede: String,
    /// There is no site.
    pub(crate) is_empty: bool,
    /// There are so many that one has to look for one.
    pub(crate) has_search: bool,
    /// What is looked for.
    pub(crate) text: String,
    /// Worst first.
    pub(crate) rows: Vec<SiteRow>,
    /// Healthy sites, when there are many.
    pub(crate) folded: Vec<SiteRow>,
    pub(crate) folded_label: String,
}

/// One site.
#[derive(Debug, Clone)]
pub(crate) struct SiteRow {
    pub(crate) href: String,
    pub(crate) host: String,
    pub(crate) tone: Tone,
    /// What is happening, in a sentence.
    pub(crate) story: String,
    /// The last 90 days.
    pub(crate) strip: Svg,
    /// Outages in that time, by what they came to.
    pub(crate) tallies: Vec<(Tone, String)>,
    /// The share of its known URLs that fails.
    pub(crate) failing: String,
    /// "of 4,812".
    pub(crate) of: String,
    /// "in 2 h".
    pub(crate) next: String,
}

/// What the address asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
}

/// `GET /`
pub(crate) async fn show(
    State(app): State<AppState>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let text = listing::text(listing::wanted(query)?.q.as_deref())?;
    let mut page = view::page(Status::of_all(&app).await?, &text);
    let silent = silence::notice(&super::silences(&app).await?, chrono_tz::UTC, app.now());
    let undelivered = messages::notice(&app.store.tally_messages().await?);
    page.shell.notice = silent.or(undelivered);
    html(&page)
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::clock::Clock as _;
    use crate::domain::deploy::Deploy;
    use crate::web::testing::{World, start};

    #[tokio::test]
    async fn the_worst_site_comes_first_and_makes_the_headline() {
        let world = World::logged_in().await;
        let well = world.site("https://a-well.example/").await;
        world.fetched(&well, "/", 0, "200").await;
        let bad = world.site("https://shop.example/").await;
        world.fetched(&bad, "/", 0, "200").await;
        for minute in 0..=50 {
            world.fetched(&bad, "/search", minute * 60, "502").await;
        }
        world.clock.advance(TimeDelta::hours(50));
        let page = world.get("/").await;
        assert_eq!(
            page.text("h1"),
            "shop.example/search has answered 502 for two days. Google drops URLs after two days."
        );
        assert_eq!(page.text("tbody tr:first-child .site"), "shop.example");
        assert_eq!(page.text("tbody tr:first-child .state"), "Persistent");
        assert_eq!(page.text("tbody tr:first-child .failing"), "50 %of 2");
        assert_eq!(page.text("tbody tr:last-child .state"), "Healthy");
        assert!(page.text(".lede").starts_with("One site needs you."));
    }

    #[tokio::test]
    async fn an_outage_that_began_with_a_deploy_says_so_in_the_words_of_its_own_page() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (3, "502"), (40, "502")] {
            world.fetched(&site, "/", minute, outcome).await;
        }
        let deploy = Deploy::stored(start() - TimeDelta::seconds(20), "v42");
        world.store.mark_deploy(&[site.id], &deploy, start()).await.unwrap();
        world.clock.advance(TimeDelta::hours(1));
        let story = world.get("/").await.text(".story");
        let said = "It began under 4 min after deploy v42.";
        assert!(story.ends_with(said), "{story}");
        assert!(world.get("/outages/1").await.text(".began").starts_with(said));
    }

    #[tokio::test]
    async fn among_many_sites_one_is_found_by_its_name() {
        let world = World::logged_in().await;
        for n in 0..14 {
            world.site(&format!("https://shop-{n}.example/")).await;
        }
        assert!(world.get("/").await.body.contains("name=\"q\""));
        let found = world.get("/?q=SHOP-13").await;
        assert_eq!(found.body.matches("class=\"site\"").count(), 1);
        assert!(found.text("tbody").starts_with("shop-13.example"));
        let none = world.get("/?q=%3Cb%3E").await;
        assert!(none.text(".none").starts_with("No site is called like that."));
        assert!(!none.body.contains("<b>\""));
        assert_eq!(world.get(&format!("/?q={}", "x".repeat(301))).await.status, 400);
    }

    #[tokio::test]
    async fn a_brief_outage_that_is_over_is_forgiven() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502"), (42, "200")] {
            world.fetched(&site, "/", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::hours(2));
        let page = world.get("/").await;
        assert_eq!(page.text("h1"), "All is well. Your site answers as it should.");
        assert_eq!(page.text(".lede"), "One brief outage this week costs nothing that lasts.");
        assert_eq!(page.text(".days .tally"), "1 brief");
        assert!(page.body.contains("90 days: 1 brief, 89 unknown"), "{}", page.text(".days"));
    }

    #[tokio::test]
    async fn that_our_own_connection_is_down_is_said_first_and_no_longer_than_it_lasts() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/", 0, "200").await;
        let began = world.clock.now();
        world.store.begin_silence(began, "the gateway did not answer").await.unwrap();
        world.store.begin_silence(began, "nor did it a minute later").await.unwrap();
        for path in ["/".to_owned(), format!("/sites/{}", site.id)] {
            let page = world.get(&path).await;
            assert!(page.text(".silence").starts_with("Gatecrawl itself has had no connection"), "{path}");
            assert!(page.text(".silence").ends_with("the gateway did not answer."), "{path}");
        }
        world.clock.advance(TimeDelta::minutes(30));
        world.store.end_silence(world.clock.now()).await.unwrap();
        assert!(!world.get("/").await.body.contains("no connection"));
        let page = world.get(&format!("/sites/{}", site.id)).await;
        assert!(page.body.contains("was down once in the last week"), "{}", page.text("main"));
    }

    #[tokio::test]
    async fn a_new_site_is_neither_well_nor_failing() {
        let world = World::logged_in().await;
        world.site("https://shop.example/").await;
        let page = world.get("/").await;
        assert_eq!(page.text("h1"), "Your site is being looked at for the first time.");
        assert_eq!(page.text("tbody .state"), "Unknown");
        assert_eq!(page.text("tbody .story"), "The first crawl is about to begin.");
    }
}
