//! The tokens by which programs ask. A token is shown once, on the page that answers the form, and nowhere else.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::UTC;
use serde::Deserialize;

use super::Shell;
use crate::domain::role::Role;
use crate::domain::span::Span;
use crate::report::wording::plural;
use crate::store::api_tokens::ApiToken;
use crate::web::auth::{NewTokenRefused, add_token};
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::Instant;

#[derive(Debug, Template)]
#[template(path = "pages/tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) tokens: Vec<TokenRow>,
    /// Name and token of one that was just made.
    pub(crate) made: Option<(String, String)>,
    pub(crate) refusal: Option<String>,
    pub(crate) typed: String,
}

/// One token.
#[derive(Debug, Clone)]
pub(crate) struct TokenRow {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) made: Instant,
    pub(crate) used: Option<Instant>,
    pub(crate) until: Option<Instant>,
    pub(crate) has_expired: bool,
}

/// What the form that makes one sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    name: String,
    role: String,
    days: String,
}

/// What the form that revokes one sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Revoked {
    name: String,
}

/// `GET /settings/tokens`
pub(crate) async fn show(State(app): State<AppState>) -> Result<Html<String>, Error> {
    html(&page(&app).await?)
}

/// `POST /settings/tokens`
pub(crate) async fn create(
    State(app): State<AppState>,
    form: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let role = form.role.parse().map_err(|why| Error::Form(format!("{why}")))?;
    let made = match days(&form.days) {
        Ok(lasts) => add_token(&app.store, &form.name, role, lasts, app.now()).await,
        Err(why) => Err(NewTokenRefused::Unusable(why)),
    };
    let (status, page) = match made {
        Ok(token) => {
            let made = Some((form.name.trim().to_owned(), token));
            (StatusCode::OK, TokensPage { made, ..page(&app).await? })
        }
        Err(NewTokenRefused::Unusable(why)) => {
            let page = TokensPage { refusal: Some(why), typed: form.name, ..page(&app).await? };
            (StatusCode::UNPROCESSABLE_ENTITY, page)
        }
        Err(NewTokenRefused::Failed(error)) => return Err(Error::Secret(format!("{error:#}"))),
    };
    Ok((status, html(&page)?).into_response())
}

/// `POST /settings/tokens/revoke`
pub(crate) async fn revoke(
    State(app): State<AppState>,
    form: Result<Form<Revoked>, FormRejection>,
) -> Result<Redirect, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    if app.store.revoke_api_token(&form.name).await? {
        Ok(Redirect::to("/settings/tokens"))
    } else {
        Err(Error::NotFound)
    }
}

/// How long it works; `None`: until it is revoked.
fn days(typed: &str) -> Result<Option<Span>, String> {
    /// Ten years.
    const MOST: u32 = 3_650;
    match typed.trim() {
        "" => Ok(None),
        days => match days.parse::<u32>() {
            Ok(days @ 1..=MOST) => Ok(Some(Span::days(days.into()))),
            _ => Err(format!(
                "A token works for 1 to {MOST} days, or, with nothing there, until it is revoked."
            )),
        },
    }
}

async fn page(app: &AppState) -> Result<TokensPage, Error> {
    let (tokens, now) = (app.store.api_tokens().await?, app.now());
    let shown = |at| Instant::minute(at, UTC, now);
    let row = |token: &ApiToken| TokenRow {
        name: token.name.clone(),
        role: token.role,
        made: shown(token.created_at),
        used: token.used_at.map(shown),
        until: token.expires_at.map(shown),
        has_expired: token.expires_at.is_some_and(|at| at <= now),
    };
    Ok(TokensPage {
        shell: Shell::inside("/settings"),
        title: match tokens.len() {
            0 => "No API tokens".to_owned(),
            n => plural(n as u64, "API token", "API tokens"),
        },
        tokens: tokens.iter().map(row).collect(),
        made: None,
        refusal: None,
        typed: String::new(),
    })
}

#[cfg(test)]
impl TokensPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let now = "2026-11-23T03:00:00Z".parse().unwrap();
        let at = |days| Instant::minute(now + chrono::TimeDelta::days(days), UTC, now);
        let row = |name: &str, role, used, until: Option<i64>| TokenRow {
            name: name.to_owned(),
            role,
            made: at(-100),
            used,
            until: until.map(at),
            has_expired: until.is_some_and(|days| days < 0),
        };
        let page = |tokens: Vec<TokenRow>, made| Self {
            shell: Shell::inside("/settings"),
            title: if tokens.is_empty() { "No API tokens".to_owned() } else { "2 API tokens".to_owned() },
            tokens,
            made,
            refusal: None,
            typed: String::new(),
        };
        let two = vec![
            row("deploy pipeline", Role::Admin, Some(at(-1)), Some(60)),
            row("<i>wall display</i>", Role::Viewer, None, Some(-3)),
        ];
        let token = "c0ffee".repeat(11);
        vec![
            ("tokens-none", page(Vec::new(), None)),
            ("tokens", page(two, Some(("wall display".to_owned(), token)))),
        ]
    }
}
