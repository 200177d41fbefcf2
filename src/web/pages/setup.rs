//! The first page ever seen: it makes the first account. Its address carries a token that is printed once, on the
//! machine itself.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::Shell;
use crate::web::auth::start_session;
use crate::web::error::{Error, html};
use crate::web::secret::{objection, token_hash, unusable_name};
use crate::web::state::AppState;

#[derive(Debug, Template)]
#[template(path = "pages/setup.html")]
pub(crate) struct SetupPage {
    pub(crate) shell: Shell,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) refusal: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SetupForm {
    name: String,
    password: String,
}

/// `GET /setup/{token}`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Html<String>, Error> {
    if !app.store.setup_link_is(&token_hash(&token)).await? {
        return Err(Error::SetupLink);
    }
    html(&SetupPage { shell: Shell::outside(), token, name: String::new(), refusal: None })
}

/// `POST /setup/{token}`
pub(crate) async fn create(
    State(app): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    jar: CookieJar,
    form: Result<Form<SetupForm>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let link = token_hash(&token);
    if !app.store.setup_link_is(&link).await? {
        return Err(Error::SetupLink);
    }
    let name = form.name.trim().to_owned();
    if let Some(refusal) = unusable_name(&name).or_else(|| objection(&form.password)) {
        let page = SetupPage { shell: Shell::outside(), token, name, refusal: Some(refusal) };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    }
    let hash = app.passwords.hash(form.password).await?;
    let account = app.store.use_setup_link(&link, &name, &hash, app.now()).await?;
    let account = account.ok_or(Error::SetupLink)?;
    let jar = start_session(&app, &account, &headers, jar).await?;
    Ok((jar, Redirect::to("/")).into_response())
}

#[cfg(test)]
impl SetupPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |name: &str, refusal: Option<&str>| Self {
            shell: Shell::outside(),
            token: "0123".to_owned(),
            name: name.to_owned(),
            refusal: refusal.map(str::to_owned),
        };
        vec![
            ("setup", page("", None)),
            ("setup-refused", page("nadia", Some("The password has 6 characters; at least 10 are needed."))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::web::auth::new_setup_link;
    use crate::web::testing::{World, start};

    const FORM: [(&str, &str); 2] = [("name", " nadia "), ("password", "correct horse")];

    #[tokio::test]
    async fn the_first_account_is_made_by_the_link_and_is_logged_in_at_once() {
        let mut world = World::new().await;
        let link = format!("/setup/{}", new_setup_link(&world.store, start()).await.unwrap().unwrap());
        assert_eq!(world.get(&link).await.text("h1"), "One account, and you are in");
        let made = world.post(&link, &FORM).await;
        assert_eq!(made.location(), "/");
        world.keep(&made);
        assert_eq!(world.get("/").await.text("h1"), "No site is watched yet.");
        assert!(world.store.account("nadia").await.unwrap().is_some());
        assert_eq!(new_setup_link(&world.store, start()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_link_works_once_and_the_newest_one_alone() {
        let world = World::new().await;
        let old = format!("/setup/{}", new_setup_link(&world.store, start()).await.unwrap().unwrap());
        let link = format!("/setup/{}", new_setup_link(&world.store, start()).await.unwrap().unwrap());
        assert_eq!(world.post(&old, &FORM).await.status, 404);
        assert_eq!(world.post(&link, &FORM).await.status, 303);
        assert_eq!(world.get(&link).await.status, 404);
        let again = world.post(&link, &[("name", "omar"), ("password", "another horse")]).await;
        assert_eq!(again.text("h1"), "This set-up link does not work");
        assert!(world.store.account("omar").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_short_password_is_refused_and_the_name_is_kept() {
        let world = World::new().await;
        let link = format!("/setup/{}", new_setup_link(&world.store, start()).await.unwrap().unwrap());
        let answer = world.post(&link, &[("name", "nadia"), ("password", "short")]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.text(".refusal"), "The password has 5 characters; at least 10 are needed.");
        assert!(answer.body.contains("value=\"nadia\"") && !answer.body.contains("short\""));
        assert_eq!(world.post(&link, &[("name", " "), ("password", "correct horse")]).await.status, 422);
        assert!(!world.store.has_accounts().await.unwrap());
    }
}
