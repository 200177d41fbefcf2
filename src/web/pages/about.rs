//! The settings' first page: which Gatecrawl this is, and how large its database is.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::Shell;
use crate::report::wording::bytes;
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
            ("The database", bytes(stock.bytes)),
            ("Its schema", format!("version {}", stock.schema)),
        ],
    })
}

#[cfg(test)]
impl AboutPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let stored = [("The database", "61.2 MB"), ("Its schema", "version 22")];
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
    async fn an_admin_sees_which_gatecrawl_this_is_and_how_large_its_database_is() {
        let world = World::logged_in().await;
        let page = world.get("/settings").await;
        let stored = page.text("#stored dl");
        assert!(stored.starts_with("The database") && stored.contains(" kB"), "{stored}");
    }
}
