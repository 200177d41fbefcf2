//! The door: name and password.

use std::net::IpAddr;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::Shell;
use crate::report::wording::spoken;
use crate::web::auth::{end_session, local_path, start_session};
use crate::web::error::{Error, html};
use crate::web::front::Client;
use crate::web::state::AppState;

#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub(crate) struct LoginPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    /// Where to go afterwards: a path of this dashboard.
    pub(crate) next: String,
    pub(crate) refusal: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoginForm {
    name: String,
    password: String,
    next: String,
}

/// What the address may carry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    next: String,
}

/// `GET /login`
pub(crate) async fn show(Query(wanted): Query<Wanted>) -> Result<Html<String>, Error> {
    html(&LoginPage::new(String::new(), &wanted.next, None))
}

/// `POST /login`
pub(crate) async fn log_in(
    State(app): State<AppState>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
    jar: CookieJar,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let (now, from) = (app.now(), client.map(|Extension(Client(address))| address));
    if let Some(wait) = app.throttle.wait(&form.name, from, now) {
        let told = format!("Too many tries: wait {}, and then try again.", spoken(wait));
        return refused(StatusCode::TOO_MANY_REQUESTS, form, told);
    }
    let account = app.store.account(&form.name).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let is_right = app.passwords.check(form.password.clone(), stored).await?;
    let Some(account) = account.filter(|_| is_right) else {
        return failed(&app, form, from);
    };
    app.throttle.passed(&form.name, from);
    let jar = start_session(&app, &account, &headers, jar).await?;
    Ok((jar, Redirect::to(local_path(&form.next))).into_response())
}

/// `POST /logout`
pub(crate) async fn log_out(State(app): State<AppState>, jar: CookieJar) -> Result<Response, Error> {
    Ok((end_session(&app, jar).await?, Redirect::to("/login")).into_response())
}

fn failed(app: &AppState, form: LoginForm, from: Option<IpAddr>) -> Result<Response, Error> {
    tracing::warn!(account.name = form.name, client = from.map(|ip| ip.to_string()), "login failed");
    app.throttle.failed(&form.name, from, app.now());
    refused(StatusCode::UNAUTHORIZED, form, "That name and password do not go together.".to_owned())
}

fn refused(status: StatusCode, form: LoginForm, told: String) -> Result<Response, Error> {
    Ok((status, html(&LoginPage::new(form.name, &form.next, Some(told)))?).into_response())
}

impl LoginPage {
    fn new(name: String, next: &str, refusal: Option<String>) -> Self {
        Self { shell: Shell::outside(), name, next: local_path(next).to_owned(), refusal }
    }
}

#[cfg(test)]
impl LoginPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |name: &str, refusal: Option<&str>| Self {
            shell: Shell::outside(),
            name: name.to_owned(),
            next: "/".to_owned(),
            refusal: refusal.map(str::to_owned),
        };
        vec![
            ("login", page("", None)),
            (
                "login-refused",
                page(
                    "nadia",
                    Some(
                        "That name and password do not go together. Check both, or set a new password on the server.",
                    ),
                ),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::web::secret::Passwords;
    use crate::web::testing::{World, start};

    async fn world() -> World {
        let world = World::new().await;
        let hash = Passwords::new().hash("correct horse".to_owned()).await.unwrap();
        world.store.add_account("nadia", &hash, crate::domain::role::Role::Admin, start()).await.unwrap();
        world
    }

    fn form<'a>(name: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
        [("name", name), ("password", password)]
    }

    #[tokio::test]
    async fn the_right_password_leads_to_where_one_wanted_to_be() {
        let mut world = world().await;
        let asked = world.get("/login?next=%2Fsites%2Fnew").await;
        assert!(asked.body.contains("value=\"/sites/new\""));
        let fields = [("name", "nadia"), ("password", "correct horse"), ("next", "/sites/new")];
        let answer = world.post("/login", &fields).await;
        assert_eq!(answer.location(), "/sites/new");
        world.keep(&answer);
        assert_eq!(world.get("/sites/new").await.status, 200);
    }

    #[tokio::test]
    async fn a_login_leads_to_no_other_website() {
        let fields = [("name", "nadia"), ("password", "correct horse"), ("next", "//evil.example/")];
        assert_eq!(world().await.post("/login", &fields).await.location(), "/");
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_name_are_told_the_same() {
        let world = world().await;
        let wrong = world.post("/login", &form("nadia", "wrong horse")).await;
        let unknown = world.post("/login", &form("omar", "correct horse")).await;
        assert_eq!((wrong.status, unknown.status), (401, 401));
        assert_eq!(wrong.text(".refusal"), unknown.text(".refusal"));
        assert!(wrong.body.contains("value=\"nadia\"") && wrong.header("set-cookie").is_none());
    }

    #[tokio::test]
    async fn who_guesses_has_to_wait_even_with_the_right_password() {
        let world = world().await;
        for _ in 0..5 {
            assert_eq!(world.post("/login", &form("nadia", "guess")).await.status, 401);
        }
        let waiting = world.post("/login", &form("nadia", "correct horse")).await;
        assert_eq!(waiting.status, 429);
        assert_eq!(waiting.text(".refusal"), "Too many tries: wait 30 seconds, and then try again.");
        world.clock.advance(TimeDelta::seconds(31));
        assert_eq!(world.post("/login", &form("nadia", "correct horse")).await.status, 303);
    }

    #[tokio::test]
    async fn behind_https_the_cookie_never_travels_in_the_clear() {
        let world = world().await;
        let fields = form("nadia", "correct horse");
        let plain = world.post("/login", &fields).await;
        assert!(!plain.header("set-cookie").unwrap().contains("Secure"));
        let https = world.post_with("/login", &fields, "x-forwarded-proto: https\r\n").await;
        assert!(https.header("set-cookie").unwrap().contains("Secure"));
    }
}
