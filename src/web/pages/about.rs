//! The settings' first page: which Gatecrawl this is, and what it stores.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::Shell;
use crate::report::wording::{bytes, count};
use crate::web::error::{Error, html};
use crate::web::state::AppState;

#[derive(Debug, Template)]
#[template(path = "pages/about.html")]
pub(crate) struct AboutPage {
    pub(crate) shell: Shell,
    pub(crate) version: &'static str,
    pub(crate) stored: Vec<(&'static str, String)>,
}

/// `GET /settings`
pub(crate) async fn show(State(app): State<AppState>) -> Result<Html<String>, Error> {
    let stock = app.store.stock().await?;
    html(&AboutPage {
        shell: Shell::inside("/settings"),
        version: crate::VERSION,
        stored: vec![
            ("Sites", count(stock.sites)),
            ("URLs", count(stock.urls)),
            ("Outages", count(stock.outages)),
            ("Crawls", count(stock.crawls)),
            ("Failing answers kept as evidence", count(stock.evidence)),
            ("The database", bytes(stock.bytes)),
            ("Its schema", format!("version {}", stock.schema)),
        ],
    })
}

#[cfg(test)]
impl AboutPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let stored =
            [("Sites", "3"), ("URLs", "41,204"), ("The database", "61.2 MB"), ("Its schema", "version 13")];
        let page = Self {
            shell: Shell::inside("/settings"),
            version: "0.1.0",
            stored: stored.map(|(name, value)| (name, value.to_owned())).into(),
        };
        vec![("settings", page)]
    }
}

#[cfg(test)]
mod tests {
    use crate::web::testing::World;

    #[tokio::test]
    async fn an_admin_sees_what_is_stored_and_how_large_it_is() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/", 0, "502").await;
        let page = world.get("/settings").await;
        let stored = page.text("#stored dl");
        assert!(stored.starts_with("Sites1URLs1Outages1Crawls0"), "{stored}");
        assert!(stored.contains(" kB"), "{stored}");
    }
}
