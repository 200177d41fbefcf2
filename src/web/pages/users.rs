//! Who may look and who may change: the accounts as admins see them.
//!
//! There is always an admin. The store refuses to take the last one away, so that two admins who remove each other at the
//! same moment leave one.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::UTC;
use serde::Deserialize;

use super::Shell;
use crate::domain::role::Role;
use crate::report::wording::plural;
use crate::store::accounts::{Account, Changed, ListedAccount};
use crate::web::auth::{Caller, NewAccountRefused, add_account};
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::Instant;

#[derive(Debug, Template)]
#[template(path = "pages/users.html")]
pub(crate) struct UsersPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) users: Vec<UserRow>,
    pub(crate) refusal: Option<String>,
    pub(crate) done: Option<String>,
    /// The name that was typed and could not be taken.
    pub(crate) typed: String,
}

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct UserRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) is_self: bool,
    pub(crate) since: Instant,
    pub(crate) seen: Option<Instant>,
}

/// One account, to be changed.
#[derive(Debug, Template)]
#[template(path = "pages/user.html")]
pub(crate) struct UserPage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) role_says: &'static str,
    pub(crate) other_role: Role,
    pub(crate) other_role_said: &'static str,
    pub(crate) refusal: Option<&'static str>,
}

/// What the form that adds one sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    name: String,
    password: String,
    role: String,
}

/// What the form that changes a role sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SentRole {
    role: String,
}

/// `GET /settings/users`
pub(crate) async fn show(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
) -> Result<Html<String>, Error> {
    html(&page(&app, &caller).await?)
}

/// `POST /settings/users`
pub(crate) async fn add(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    form: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let role = form.role.parse().map_err(|why| Error::Form(format!("{why}")))?;
    let (refusal, done) = match add_account(&app.store, &form.name, form.password, role, app.now()).await {
        Ok(name) => (None, Some(format!("{name} can log in now."))),
        Err(NewAccountRefused::Unusable(why)) => (Some(why), None),
        Err(NewAccountRefused::Failed(error)) => return Err(Error::Secret(format!("{error:#}"))),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let typed = if refusal.is_some() { form.name } else { String::new() };
    let page = UsersPage { refusal, done, typed, ..page(&app, &caller).await? };
    Ok((status, html(&page)?).into_response())
}

/// `GET /settings/users/{name}`
pub(crate) async fn ask(
    State(app): State<AppState>,
    Path(name): Path<String>,
) -> Result<Html<String>, Error> {
    html(&user(&find(&app, &name).await?, None))
}

/// `POST /settings/users/{name}/role`
pub(crate) async fn set_role(
    State(app): State<AppState>,
    Path(name): Path<String>,
    form: Result<Form<SentRole>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let account = find(&app, &name).await?;
    let role = form.role.parse().map_err(|why| Error::Form(format!("{why}")))?;
    told(app.store.set_role(&account.name, role).await?, &account)
}

/// `POST /settings/users/{name}/remove`
pub(crate) async fn remove(State(app): State<AppState>, Path(name): Path<String>) -> Result<Response, Error> {
    let account = find(&app, &name).await?;
    told(app.store.remove_account(&account.name).await?, &account)
}

fn told(changed: Changed, account: &Account) -> Result<Response, Error> {
    match changed {
        Changed::Done => Ok(Redirect::to("/settings/users").into_response()),
        Changed::NoAccount => Err(Error::NotFound),
        Changed::LastAdmin => {
            let why = "This is the only admin: nobody could change anything afterwards. Make another user an admin first.";
            Ok((StatusCode::CONFLICT, html(&user(account, Some(why)))?).into_response())
        }
    }
}

async fn find(app: &AppState, name: &str) -> Result<Account, Error> {
    app.store.account(name).await?.ok_or(Error::NotFound)
}

async fn page(app: &AppState, caller: &Caller) -> Result<UsersPage, Error> {
    let accounts = app.store.accounts().await?;
    let row = |listed: &ListedAccount| UserRow {
        href: href(&listed.account.name),
        name: listed.account.name.clone(),
        role: listed.account.role,
        is_self: listed.account.id == caller.account.id,
        since: Instant::minute(listed.created_at, UTC, app.now()),
        seen: listed.used_at.map(|at| Instant::minute(at, UTC, app.now())),
    };
    Ok(UsersPage {
        shell: Shell::inside("/settings"),
        title: plural(accounts.len() as u64, "user", "users"),
        users: accounts.iter().map(row).collect(),
        refusal: None,
        done: None,
        typed: String::new(),
    })
}

fn user(account: &Account, refusal: Option<&'static str>) -> UserPage {
    let (role_says, other_role, other_role_said) = match account.role {
        Role::Admin => ("An admin changes everything.", Role::Viewer, "a viewer"),
        Role::Viewer => ("A viewer looks at everything and changes nothing.", Role::Admin, "an admin"),
    };
    UserPage {
        shell: Shell::inside("/settings"),
        href: href(&account.name),
        name: account.name.clone(),
        role_says,
        other_role,
        other_role_said,
        refusal,
    }
}

fn href(name: &str) -> String {
    // A name may hold anything, a slash among it.
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/settings/users/{}", name.replace('+', "%20"))
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
