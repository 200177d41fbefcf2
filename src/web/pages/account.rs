//! One's own account: another password, and where one is logged in.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::UTC;
use serde::Deserialize;

use super::Shell;
use crate::domain::role::Role;
use crate::store::accounts::Session;
use crate::web::auth::{ABSOLUTE, Caller, IDLE};
use crate::web::error::{Error, html};
use crate::web::secret::objection;
use crate::web::state::AppState;
use crate::web::wording::Instant;

/// So many letters of a session's hash name it in a form: it opens nothing, and need not be long.
const HANDLE: usize = 16;

#[derive(Debug, Template)]
#[template(path = "pages/account.html")]
pub(crate) struct AccountPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) refusal: Option<String>,
    pub(crate) done: Option<&'static str>,
    pub(crate) sessions: Vec<SessionRow>,
}

/// Somewhere one is logged in.
#[derive(Debug, Clone)]
pub(crate) struct SessionRow {
    pub(crate) handle: String,
    pub(crate) created: Instant,
    pub(crate) used: Instant,
    pub(crate) is_this: bool,
}

/// What the form for the password sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Passwords {
    old: String,
    new: String,
}

/// What the form that ends a session sends: its handle, or `all`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ended {
    session: String,
}

/// `GET /account`
pub(crate) async fn show(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
) -> Result<Html<String>, Error> {
    html(&page(&app, &caller, None, None).await?)
}

/// `POST /account/password`
pub(crate) async fn change_password(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    form: Result<Form<Passwords>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let account = &caller.account;
    // Guessing here is guessing at the login.
    if let Some(wait) = app.throttle.wait(&account.name, None, app.now()) {
        let told =
            format!("Too many tries: wait {}, and then try again.", crate::report::wording::spoken(wait));
        return refused(&app, &caller, told).await;
    }
    if !app.passwords.check(form.old, Some(account.password_hash.clone())).await? {
        app.throttle.failed(&account.name, None, app.now());
        return refused(&app, &caller, "That is not the present password.".to_owned()).await;
    }
    app.throttle.passed(&account.name, None);
    if let Some(told) = objection(&form.new) {
        return refused(&app, &caller, told).await;
    }
    let hash = app.passwords.hash(form.new).await?;
    app.store.change_password(account.id, &hash, &caller.session).await?;
    let done = "Your password is changed, and you are logged out everywhere else.";
    Ok(html(&page(&app, &caller, None, Some(done)).await?)?.into_response())
}

/// `POST /account/sessions`
pub(crate) async fn end_session(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    form: Result<Form<Ended>, FormRejection>,
) -> Result<Redirect, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    if form.session == "all" {
        app.store.end_sessions(caller.account.id, None).await?;
        return Ok(Redirect::to("/login"));
    }
    // Only among one's own.
    let sessions = sessions(&app, &caller).await?;
    let ended = sessions.iter().find(|session| handle(session) == form.session).ok_or(Error::NotFound)?;
    app.store.end_session(&ended.token_hash).await?;
    Ok(Redirect::to("/account"))
}

async fn refused(app: &AppState, caller: &Caller, told: String) -> Result<Response, Error> {
    let page = page(app, caller, Some(told), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

async fn page(
    app: &AppState,
    caller: &Caller,
    refusal: Option<String>,
    done: Option<&'static str>,
) -> Result<AccountPage, Error> {
    let row = |session: &Session| SessionRow {
        handle: handle(session).to_owned(),
        created: Instant::minute(session.created_at, UTC, app.now()),
        used: Instant::minute(session.used_at, UTC, app.now()),
        is_this: session.token_hash == caller.session,
    };
    Ok(AccountPage {
        shell: Shell::inside("/account"),
        name: caller.account.name.clone(),
        role: match caller.account.role {
            Role::Admin => "You are an admin: you can change everything here.",
            Role::Viewer => "You are a viewer: you look at everything, and an admin changes it.",
        },
        refusal,
        done,
        sessions: sessions(app, caller).await?.iter().map(row).collect(),
    })
}

async fn sessions(app: &AppState, caller: &Caller) -> Result<Vec<Session>, Error> {
    Ok(app.store.sessions(caller.account.id, app.now(), IDLE, ABSOLUTE).await?)
}

fn handle(session: &Session) -> &str {
    session.token_hash.get(..HANDLE).unwrap_or(&session.token_hash)
}

#[cfg(test)]
impl AccountPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let now = "2026-11-23T03:00:00Z".parse().unwrap();
        let session = |handle: &str, hours, is_this| SessionRow {
            handle: handle.to_owned(),
            created: Instant::minute(now - chrono::TimeDelta::hours(hours), UTC, now),
            used: Instant::minute(now, UTC, now),
            is_this,
        };
        let page = |refusal: Option<&str>| Self {
            shell: Shell::inside("/account"),
            name: "nadia".to_owned(),
            role: "You are an admin: you can change everything here.",
            refusal: refusal.map(str::to_owned),
            done: None,
            sessions: vec![session("a", 2, true), session("b", 90, false)],
        };
        vec![("account", page(None)), ("account-refused", page(Some("That is not the present password.")))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::secret::Passwords;
    use crate::web::testing::{World, start};

    async fn world() -> World {
        let mut world = World::new().await;
        let hash = Passwords::new().hash("correct horse".to_owned()).await.unwrap();
        world.store.add_account("nadia", &hash, Role::Viewer, start()).await.unwrap();
        log_in(&mut world).await;
        world
    }

    async fn log_in(world: &mut World) {
        let answer = world.post("/login", &[("name", "nadia"), ("password", "correct horse")]).await;
        world.keep(&answer);
    }

    #[tokio::test]
    async fn a_password_is_changed_by_who_knows_the_old_one_and_ends_the_other_sessions() {
        let mut world = world().await;
        log_in(&mut world).await;
        assert_eq!(world.get("/account").await.body.matches("Log out there").count(), 1);
        let change = async |old, new| world.post("/account/password", &[("old", old), ("new", new)]).await;
        let wrong = change("wrong horse", "a gate for crawlers").await;
        assert_eq!(
            (wrong.status, wrong.text(".refusal").as_str()),
            (422, "That is not the present password.")
        );
        assert!(change("correct horse", "short").await.text(".refusal").contains("at least 10"));
        let done = change("correct horse", "a gate for crawlers").await;
        assert!(done.text(".done").starts_with("Your password is changed"));
        assert!(!done.body.contains("Log out there"), "the other session is over, and this one goes on");
        assert_eq!(world.get("/").await.status, 200);
    }

    #[tokio::test]
    async fn who_guesses_the_old_password_has_to_wait() {
        let world = world().await;
        let mut last = String::new();
        for _ in 0..6 {
            let form = [("old", "guess guess"), ("new", "a gate for crawlers")];
            last = world.post("/account/password", &form).await.text(".refusal");
        }
        assert!(last.starts_with("Too many tries"), "{last}");
    }

    #[tokio::test]
    async fn sessions_are_ended_one_by_one_or_all_and_never_those_of_others() {
        let mut world = world().await;
        let first = world.get("/account").await;
        log_in(&mut world).await;
        let page = world.get("/account").await;
        let other = page.body.split("name=\"session\" value=\"").nth(1).unwrap()[..16].to_owned();
        assert_eq!(first.status, 200);
        assert_eq!(world.post("/account/sessions", &[("session", &other)]).await.location(), "/account");
        assert!(!world.get("/account").await.body.contains("Log out there"));
        for nonsense in ["", "nobody", &other, "<b>"] {
            assert_eq!(
                world.post("/account/sessions", &[("session", nonsense)]).await.status,
                404,
                "{nonsense}"
            );
        }
        assert_eq!(world.post("/account/sessions", &[("session", "all")]).await.location(), "/login");
        assert_eq!(world.get("/account").await.status, 303);
    }
}
