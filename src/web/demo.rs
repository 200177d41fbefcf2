//! What the dashboard of a demo does otherwise: every page says that it is one, a one-time link lets its owner in without
//! a password, and its cookie has a name of its own. It knows nothing of what the demo shows.
//!
//! The decision that a reader would question: the cookie's name. A browser sends cookies to a host whatever the port, so a
//! demo on this machine would else log its owner out of the Gatecrawl that runs beside it.

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;

use super::auth::start_session;
use super::error::Error;
use super::secret::token_hash;
use super::state::AppState;

/// The name of the demo's own account.
pub const ACCOUNT: &str = "demo";
/// The cookie's name in a demo.
pub(crate) const COOKIE: &str = "gatecrawl_demo";
/// No password has this hash, so that none opens the account.
const NO_PASSWORD: &str = "none";

tokio::task_local! {
    /// Pages are made without the state at hand; see `auth::CALLER`.
    static DEMO: ();
}

/// Whether the request that is answered is one of a demo.
pub(crate) fn is_on() -> bool {
    DEMO.try_with(|()| ()).is_ok()
}

/// Marks every request as one of a demo.
pub(crate) async fn mark(request: Request, next: Next) -> Response {
    DEMO.scope((), next.run(request)).await
}

/// `GET /demo/{token}`: makes the demo's account and lets its owner in, once. There is no such page where there is no demo.
pub(crate) async fn enter(
    State(app): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Error> {
    if !app.is_demo {
        return Err(Error::NotFound);
    }
    let made = app.store.use_setup_link(&token_hash(&token), ACCOUNT, NO_PASSWORD, app.now()).await?;
    let account = made.ok_or(Error::DemoLink)?;
    let jar = start_session(&app, &account, &headers, jar).await?;
    Ok((jar, Redirect::to("/")).into_response())
}

#[cfg(test)]
mod tests {
    use crate::web::auth::new_setup_link;
    use crate::web::testing::{World, start};

    #[tokio::test]
    async fn the_link_of_a_demo_lets_its_owner_in_once_and_under_a_cookie_of_its_own() {
        let mut world = World::of_demo().await;
        let link = format!("/demo/{}", new_setup_link(&world.store, start()).await.unwrap().unwrap());
        let entered = world.get(&link).await;
        assert_eq!(entered.location(), "/");
        assert!(entered.header("set-cookie").unwrap().starts_with("gatecrawl_demo="));
        let again = world.get(&link).await;
        assert_eq!((again.status, again.text("h1").as_str()), (404, "This link has been used"));
        world.keep(&entered);
        assert_eq!(world.get("/").await.text("h1"), "No site is watched yet.");
        world.post("/logout", &[]).await;
        assert_eq!(world.get("/").await.location(), "/login", "the session is over");
        let guess = [("name", "demo"), ("password", "none")];
        assert_eq!(world.post("/login", &guess).await.status, 401, "no password opens the account");
    }

    #[tokio::test]
    async fn every_page_of_a_demo_says_that_it_is_one() {
        let mut world = World::of_demo().await;
        let link = format!("/demo/{}", new_setup_link(&world.store, start()).await.unwrap().unwrap());
        for path in ["/login", "/nowhere"] {
            assert!(world.get(path).await.text(".demo").starts_with("This is a demo."), "{path}");
        }
        let entered = world.get(&link).await;
        world.keep(&entered);
        for path in ["/", "/settings", "/account", "/sites/new", "/nowhere"] {
            assert!(world.get(path).await.text(".demo").starts_with("This is a demo."), "{path}");
        }
    }

    #[tokio::test]
    async fn where_there_is_no_demo_nobody_gets_in_by_its_link() {
        let world = World::new().await;
        let token = new_setup_link(&world.store, start()).await.unwrap().unwrap();
        assert_eq!(world.get(&format!("/demo/{token}")).await.status, 404);
        assert!(!world.store.has_accounts().await.unwrap());
        assert!(!world.get("/login").await.body.contains("class=\"demo"));
    }
}
