//! Asks before a site and its history are thrown away.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};

use super::{Shell, site};
use crate::report::wording::plural;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::host;

#[derive(Debug, Template)]
#[template(path = "pages/site_remove.html")]
pub(crate) struct SiteRemovePage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) host: String,
    /// What goes with it: "4,812 URLs and 7 outages."
    pub(crate) loses: String,
}

/// `GET /sites/{id}/remove`
pub(crate) async fn ask(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let site = site::find(&app, &id).await?;
    let urls = plural(app.store.count_urls(&site).await?, "URL", "URLs");
    let outages = plural(app.store.outages(site.id, None).await?.len() as u64, "outage", "outages");
    html(&SiteRemovePage {
        shell: Shell::inside(""),
        href: format!("/sites/{}", site.id),
        host: host(&site.origin).to_owned(),
        loses: format!("What goes with it: {urls} and {outages}."),
    })
}

/// `POST /sites/{id}/remove`
pub(crate) async fn remove(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    let site = site::find(&app, &id).await?;
    if site.declared {
        return Err(Error::Declared);
    }
    app.store.remove_site(site.id).await?;
    Ok(Redirect::to("/"))
}

#[cfg(test)]
impl SiteRemovePage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = Self {
            shell: Shell::inside(""),
            href: "/sites/1".to_owned(),
            host: "shop.example".to_owned(),
            loses: "What goes with it: 4,812 URLs and 17 outages.".to_owned(),
        };
        vec![("site-remove", page)]
    }
}

#[cfg(test)]
mod tests {
    use crate::web::testing::World;

    #[tokio::test]
    async fn a_site_goes_only_after_the_question_was_answered() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/", 0, "502").await;
        let path = format!("/sites/{}/remove", site.id);
        let asked = world.get(&path).await;
        assert_eq!(asked.text("h1"), "Remove shop.example and all that is known about it?");
        assert!(
            asked.text(".lede").starts_with("What goes with it: 1 URL and 1 outage."),
            "{}",
            asked.text(".lede")
        );
        assert_eq!(world.store.sites().await.unwrap().len(), 1);
        assert_eq!(world.post(&path, &[]).await.location(), "/");
        assert!(world.store.sites().await.unwrap().is_empty());
        assert_eq!(world.get(&path).await.status, 404);
    }
}
