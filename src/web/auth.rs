//! Who may look: the one-time set-up link, sessions, and the guard before every route of the table in `routes`.
//!
//! A session is a random token in a cookie that scripts cannot read and other websites cannot send along with a form.
//! The cookie is `Secure` when the request came over https, as a proxy in front says; a false claim there can only keep
//! the cookie from being sent.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use chrono::{DateTime, Utc};

use super::error::Error;
use super::routes::Who;
use super::state::AppState;
use super::{api, demo, secret};
use crate::domain::role::Role;
use crate::domain::span::Span;
use crate::report::wording::standstill;
use crate::store::Store;
use crate::store::accounts::Account;
use crate::store::api_tokens::ApiToken;

/// The cookie's name.
pub(crate) const COOKIE: &str = "gatecrawl_session";
/// A session ends after so long without use.
pub(crate) const IDLE: Span = Span::days(14);
/// And after so long in any case.
pub(crate) const ABSOLUTE: Span = Span::days(90);

/// Makes a one-time link for the first account and returns its token; `None`: there is an account already.
pub async fn new_setup_link(store: &Store, now: DateTime<Utc>) -> anyhow::Result<Option<String>> {
    if store.has_accounts().await? {
        return Ok(None);
    }
    let token = secret::token()?;
    store.put_setup_link(&secret::token_hash(&token), now).await?;
    Ok(Some(token))
}

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordRefused {
    /// It is too short or too long.
    #[error("{0}")]
    Unusable(String),
    /// Nobody has this name.
    #[error("there is no account `{0}`: `gatecrawl user list` shows the accounts")]
    NoAccount(String),
    /// It could not be hashed or stored.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Gives an account another password, and logs it out everywhere.
pub async fn set_password(store: &Store, name: &str, password: String) -> Result<(), PasswordRefused> {
    if let Some(why) = secret::objection(&password) {
        return Err(PasswordRefused::Unusable(why));
    }
    let hash = secret::Passwords::new().hash(password).await.map_err(anyhow::Error::from)?;
    if store.set_password(name, &hash).await.map_err(anyhow::Error::from)? {
        return Ok(());
    }
    Err(PasswordRefused::NoAccount(name.to_owned()))
}

/// Why an account was not added.
#[derive(Debug, thiserror::Error)]
pub enum NewAccountRefused {
    /// Name or password cannot be taken.
    #[error("{0}")]
    Unusable(String),
    /// It could not be hashed or stored.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Adds an account and returns its name.
pub async fn add_account(
    store: &Store,
    name: &str,
    password: String,
    role: Role,
    now: DateTime<Utc>,
) -> Result<String, NewAccountRefused> {
    let name = name.trim();
    if let Some(why) = secret::unusable_name(name).or_else(|| secret::objection(&password)) {
        return Err(NewAccountRefused::Unusable(why));
    }
    let hash = secret::Passwords::new().hash(password).await.map_err(anyhow::Error::from)?;
    if store.add_account(name, &hash, role, now).await.map_err(anyhow::Error::from)? {
        return Ok(name.to_owned());
    }
    Err(NewAccountRefused::Unusable(format!("The name {name} is taken: choose another one.")))
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum NewTokenRefused {
    /// Its name cannot be taken.
    #[error("{0}")]
    Unusable(String),
    /// It could not be made or stored.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Makes a token for programs and returns it, once: only its hash is kept.
pub async fn add_token(
    store: &Store,
    name: &str,
    role: Role,
    lasts: Option<Span>,
    now: DateTime<Utc>,
) -> Result<String, NewTokenRefused> {
    let name = name.trim();
    if let Some(why) = secret::unusable_name(name) {
        return Err(NewTokenRefused::Unusable(why));
    }
    let token = secret::token().map_err(anyhow::Error::from)?;
    let kept = ApiToken {
        name: name.to_owned(),
        role,
        created_at: now,
        expires_at: lasts.map(|lasts| now + lasts.delta()),
        used_at: None,
    };
    if store.add_api_token(&kept, &secret::token_hash(&token)).await.map_err(anyhow::Error::from)? {
        return Ok(token);
    }
    Err(NewTokenRefused::Unusable(format!(
        "There is a token {name} already: revoke it, or choose another name."
    )))
}

/// Starts a session and puts it into a cookie.
pub(crate) async fn start_session(
    app: &AppState,
    account: &Account,
    headers: &HeaderMap,
    jar: CookieJar,
) -> Result<CookieJar, Error> {
    let token = secret::token()?;
    app.store.start_session(&secret::token_hash(&token), account.id, app.now()).await?;
    Ok(jar.add(cookie(cookie_name(app), token, app.front.is_tls || is_https(headers))))
}

/// Ends the session of this cookie, and takes the cookie away.
pub(crate) async fn end_session(app: &AppState, jar: CookieJar) -> Result<CookieJar, Error> {
    if let Some(cookie) = jar.get(cookie_name(app)) {
        app.store.end_session(&secret::token_hash(cookie.value())).await?;
    }
    Ok(jar.remove(Cookie::build(cookie_name(app)).path("/")))
}

/// Who asks, while a request is answered.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: Account,
    /// Of the session that the request came with.
    pub(crate) session: String,
    /// What everybody must know who is logged in: nothing can be recorded.
    pub(crate) alarm: Option<String>,
}

tokio::task_local! {
    /// What surrounds a page depends on who reads it; so it is at hand where pages are made, and not passed through all
    /// of them. What a request may do is decided before, by the table of routes.
    static CALLER: Caller;
}

/// The role of who asks; `None`: nobody is logged in.
pub(crate) fn caller_role() -> Option<Role> {
    CALLER.try_with(|caller| caller.account.role).ok()
}

/// What has to be said on every page.
pub(crate) fn alarm() -> Option<String> {
    CALLER.try_with(|caller| caller.alarm.clone()).ok().flatten()
}

/// Makes pages as somebody with this role sees them.
#[cfg(test)]
pub(crate) fn as_seen_by<T>(role: Role, make: impl FnOnce() -> T) -> T {
    let account = Account { id: 1, name: "nadia".to_owned(), password_hash: String::new(), role };
    CALLER.sync_scope(Caller { account, session: String::new(), alarm: None }, make)
}

/// What stands before a route.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) app: AppState,
    pub(crate) who: Who,
}

/// Lets a request pass that may, and tells others why not.
pub(crate) async fn guard(
    State(Guard { app, who }): State<Guard>,
    jar: CookieJar,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    match who {
        Who::Everybody => Ok(next.run(request).await),
        Who::Account(role) => for_account(&app, role, &jar, request, next).await,
        // A program reads no page.
        Who::Token(role) => Ok(match for_token(&app, role, request.headers()).await {
            Ok(()) => next.run(request).await,
            Err(error) => api::problem(&error),
        }),
    }
}

async fn for_account(
    app: &AppState,
    role: Role,
    jar: &CookieJar,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    let Some(caller) = caller(app, jar).await? else {
        // A form that was sent without a session cannot be sent again by following a link.
        let is_page = request.method() == Method::GET;
        let next = request.uri().path_and_query().filter(|_| is_page);
        return Err(Error::LoginNeeded { next: next.map_or_else(|| "/".to_owned(), ToString::to_string) });
    };
    let may = caller.account.role >= role;
    request.extensions_mut().insert(caller.clone());
    let answer = async { if may { next.run(request).await } else { Error::NotAllowed.into_response() } };
    Ok(CALLER.scope(caller, answer).await)
}

async fn for_token(app: &AppState, role: Role, headers: &HeaderMap) -> Result<(), Error> {
    let brought = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = brought.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Error::TokenNeeded)?;
    let known = app.store.use_api_token(&secret::token_hash(token.trim()), app.now()).await?;
    let known = known.ok_or(Error::TokenNeeded)?;
    if known.role >= role { Ok(()) } else { Err(Error::NotAllowed) }
}

async fn caller(app: &AppState, jar: &CookieJar) -> Result<Option<Caller>, Error> {
    let Some(cookie) = jar.get(cookie_name(app)) else { return Ok(None) };
    let session = secret::token_hash(cookie.value());
    let account = app.store.session_account(&session, app.now(), IDLE, ABSOLUTE).await?;
    let alarm = app.store.standstill().map(|still| standstill::notice(&still, app.now()));
    Ok(account.map(|account| Caller { account, session, alarm }))
}

fn cookie_name(app: &AppState) -> &'static str {
    if app.is_demo { demo::COOKIE } else { COOKIE }
}

fn cookie(name: &'static str, token: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        // Ninety days fit; were they not to, the cookie would end at once rather than never.
        .max_age(ABSOLUTE.duration().try_into().unwrap_or_default())
        .build()
}

fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// A path of this dashboard, or the overview: where a login may lead, whatever the form says.
pub(crate) fn local_path(wanted: &str) -> &str {
    let is_local =
        wanted.starts_with('/') && !wanted.starts_with("//") && !wanted.contains(['\\', '\r', '\n']);
    if is_local { wanted } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_no_other_website() {
        assert_eq!(local_path("/outages/7?page=2"), "/outages/7?page=2");
        for elsewhere in
            ["https://evil.example/", "//evil.example/", "/\\evil.example/", "evil", "", "/a\r\nb: c"]
        {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere:?}");
        }
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_websites() {
        let plain = cookie(COOKIE, "token".to_owned(), false).to_string();
        assert!(plain.contains("HttpOnly") && plain.contains("SameSite=Lax") && plain.contains("Path=/"));
        assert!(!plain.contains("Secure"));
        assert!(cookie(COOKIE, "token".to_owned(), true).to_string().contains("Secure"));
    }
}
