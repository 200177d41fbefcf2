//! Who may look: the one-time set-up link, sessions, and the guard before every page that needs one.
//!
//! A session is a random token in a cookie that scripts cannot read and other websites cannot send along with a form.
//! The cookie is `Secure` when the request came over https, as a proxy in front says; a false claim there can only keep
//! the cookie from being sent.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use chrono::{DateTime, Utc};

use super::error::Error;
use super::secret;
use super::state::AppState;
use crate::domain::span::Span;
use crate::store::Store;
use crate::store::accounts::Account;

/// The cookie's name.
pub(crate) const COOKIE: &str = "gatecrawl_session";
/// A session ends after so long without use.
const IDLE: Span = Span::days(14);
/// And after so long in any case.
const ABSOLUTE: Span = Span::days(90);

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

/// Starts a session and puts it into a cookie.
pub(crate) async fn start_session(
    app: &AppState,
    account: &Account,
    headers: &HeaderMap,
    jar: CookieJar,
) -> Result<CookieJar, Error> {
    let token = secret::token()?;
    app.store.start_session(&secret::token_hash(&token), account.id, app.now()).await?;
    Ok(jar.add(cookie(token, is_https(headers))))
}

/// Ends the session of this cookie, and takes the cookie away.
pub(crate) async fn end_session(app: &AppState, jar: CookieJar) -> Result<CookieJar, Error> {
    if let Some(cookie) = jar.get(COOKIE) {
        app.store.end_session(&secret::token_hash(cookie.value())).await?;
    }
    Ok(jar.remove(Cookie::build(COOKIE).path("/")))
}

/// Lets a request pass that has a session, and sends others to the login.
pub(crate) async fn require_session(
    State(app): State<AppState>,
    jar: CookieJar,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    if account(&app, &jar).await?.is_some() {
        return Ok(next.run(request).await);
    }
    // A form that was sent without a session cannot be sent again by following a link.
    let is_page = request.method() == Method::GET;
    let next = request.uri().path_and_query().filter(|_| is_page);
    Err(Error::LoginNeeded { next: next.map_or_else(|| "/".to_owned(), ToString::to_string) })
}

async fn account(app: &AppState, jar: &CookieJar) -> Result<Option<Account>, Error> {
    let Some(cookie) = jar.get(COOKIE) else { return Ok(None) };
    let hash = secret::token_hash(cookie.value());
    Ok(app.store.session_account(&hash, app.now(), IDLE, ABSOLUTE).await?)
}

fn cookie(token: String, secure: bool) -> Cookie<'static> {
    Cookie::build((COOKIE, token))
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
        let plain = cookie("token".to_owned(), false).to_string();
        assert!(plain.contains("HttpOnly") && plain.contains("SameSite=Lax") && plain.contains("Path=/"));
        assert!(!plain.contains("Secure"));
        assert!(cookie("token".to_owned(), true).to_string().contains("Secure"));
    }
}
