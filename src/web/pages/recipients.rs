//! Who is told, by which way, and whether messages arrive. The address of a chat is a password: it is typed here once, and
//! shown only by its host.

use std::collections::HashMap;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::UTC;
use serde::Deserialize;

use super::{Shell, site_settings};
use crate::domain::channel::Channel;
use crate::domain::observation::SiteId;
use crate::domain::recipient::{BadWish, Recipient, RecipientId, Wishes};
use crate::jobs::post::{PostOffice, Refused};
use crate::report::wording::{number, plural};
use crate::store::recipients::NewRecipient;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::{Instant, host};

#[derive(Debug, Template)]
#[template(path = "pages/recipients.html")]
pub(crate) struct RecipientsPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) rows: Vec<RecipientRow>,
    /// Why no mail can be sent; `None`: it can.
    pub(crate) no_relay: bool,
    pub(crate) channels: Vec<ChannelChoice>,
    pub(crate) refusal: Option<String>,
    pub(crate) typed_name: String,
    pub(crate) typed_target: String,
}

/// One of those who are told.
#[derive(Debug, Clone)]
pub(crate) struct RecipientRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) by: &'static str,
    pub(crate) target: String,
    /// "daily at 07:00 Europe/Berlin", "never".
    pub(crate) summary: String,
    pub(crate) alerts: &'static str,
    pub(crate) sites: String,
    pub(crate) last: Option<Instant>,
}

/// A way to be told.
#[derive(Debug, Clone)]
pub(crate) struct ChannelChoice {
    pub(crate) word: &'static str,
    pub(crate) name: &'static str,
    pub(crate) is_chosen: bool,
}

/// One of those who are told, to be changed.
#[derive(Debug, Template)]
#[template(path = "pages/recipient.html")]
pub(crate) struct RecipientPage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) by: &'static str,
    pub(crate) target: String,
    pub(crate) has_secret: bool,
    pub(crate) refusal: Option<String>,
    pub(crate) done: Option<String>,
    pub(crate) wishes: Vec<site_settings::Setting>,
    pub(crate) all_sites: bool,
    pub(crate) sites: Vec<SiteChoice>,
}

/// A site that may be followed.
#[derive(Debug, Clone)]
pub(crate) struct SiteChoice {
    pub(crate) id: SiteId,
    pub(crate) host: String,
    pub(crate) is_chosen: bool,
}

/// What the form that adds one sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    name: String,
    channel: String,
    target: String,
    secret: String,
}

type Typed = HashMap<String, String>;

/// `GET /settings/recipients`
pub(crate) async fn show(State(app): State<AppState>) -> Result<Html<String>, Error> {
    html(&page(&app).await?)
}

/// `POST /settings/recipients`
pub(crate) async fn add(
    State(app): State<AppState>,
    form: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Error> {
    let Form(form) = form.map_err(|why| Error::Form(why.to_string()))?;
    let channel: Channel = form.channel.parse().map_err(|why| Error::Form(format!("{why}")))?;
    let wishes = if channel == Channel::Mail { Wishes::default() } else { Wishes::of_program() };
    let secret = Some(form.secret.trim().to_owned()).filter(|secret| !secret.is_empty());
    let (name, target) = (form.name.clone(), form.target.clone());
    let new = NewRecipient { name, channel, target, secret, sites: None, wishes };
    match app.office.enrol(new).await {
        Ok(made) => Ok(Redirect::to(&href(made.id)).into_response()),
        Err(Refused::Store(error)) => Err(error.into()),
        Err(why) => {
            let page = RecipientsPage {
                refusal: Some(why.to_string()),
                typed_name: form.name,
                // The address of a chat is a secret; an e-mail address is none.
                typed_target: if channel == Channel::Mail { form.target } else { String::new() },
                channels: channels(channel),
                ..page(&app).await?
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

/// `GET /settings/recipients/{id}`
pub(crate) async fn ask(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let recipient = find(&app, &id).await?;
    html(&one(&app, &recipient, &Typed::new(), &Typed::new()).await?)
}

/// `POST /settings/recipients/{id}`
pub(crate) async fn change(
    State(app): State<AppState>,
    Path(id): Path<String>,
    form: Result<Form<Typed>, FormRejection>,
) -> Result<Response, Error> {
    let Form(typed) = form.map_err(|why| Error::Form(why.to_string()))?;
    let recipient = find(&app, &id).await?;
    let (changed, wrong) = changed(&recipient, &typed)?;
    let refusal = if wrong.is_empty() {
        match app.office.amend(&changed).await {
            Ok(()) => return Ok(Redirect::to("/settings/recipients").into_response()),
            Err(Refused::Store(error)) => return Err(error.into()),
            Err(why) => format!("Nothing was changed: {why}."),
        }
    } else {
        let need = if wrong.len() == 1 { "field needs" } else { "fields need" };
        format!("Nothing was changed: {} {need} another look.", number(wrong.len() as u64).to_lowercase())
    };
    let page = RecipientPage { refusal: Some(refusal), ..one(&app, &recipient, &typed, &wrong).await? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

/// `POST /settings/recipients/{id}/test`
pub(crate) async fn test(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    let recipient = find(&app, &id).await?;
    app.office.write_test(&recipient).await.map_err(|error| Error::Secret(format!("{error:#}")))?;
    Ok(Redirect::to("/settings/messages"))
}

/// `POST /settings/recipients/{id}/remove`
pub(crate) async fn remove(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    let recipient = find(&app, &id).await?;
    app.store.remove_recipient(recipient.id).await?;
    Ok(Redirect::to("/settings/recipients"))
}

/// The recipient as the form has it, and what is wrong with which field. What is left empty stays as it is where it is secret.
fn changed(recipient: &Recipient, typed: &Typed) -> Result<(Recipient, Typed), Error> {
    let mut changed = recipient.clone();
    let mut wrong = Typed::new();
    for (key, value) in typed {
        let value = value.trim();
        match key.as_str() {
            "name" => value.clone_into(&mut changed.name),
            "target" if !value.is_empty() => value.clone_into(&mut changed.target),
            "secret" if !value.is_empty() => changed.secret = Some(value.to_owned()),
            "target" | "secret" | "all_sites" | "follows" => {}
            key if key.starts_with("site-") => {}
            key => match changed.wishes.set(key, value) {
                Ok(()) => {}
                Err(BadWish::UnknownKey(key)) => {
                    return Err(Error::Form(format!("there is no setting {key}")));
                }
                Err(why) => {
                    wrong.insert(key.to_owned(), why.to_string());
                }
            },
        }
    }
    // A form without a tick in it sends no site; that it asked for them says this field.
    if typed.contains_key("follows") {
        let chosen = typed.keys().filter_map(|key| key.strip_prefix("site-")?.parse().ok().map(SiteId));
        changed.sites = (!typed.contains_key("all_sites")).then(|| chosen.collect());
    }
    Ok((changed, wrong))
}

async fn find(app: &AppState, id: &str) -> Result<Recipient, Error> {
    let id = id.parse().map(RecipientId).map_err(|_| Error::NotFound)?;
    app.store.recipient(id).await?.ok_or(Error::NotFound)
}

fn href(id: RecipientId) -> String {
    format!("/settings/recipients/{id}")
}

async fn page(app: &AppState) -> Result<RecipientsPage, Error> {
    let recipients = app.store.recipients().await?;
    let sites = app.store.sites().await?.len();
    let mut rows = Vec::with_capacity(recipients.len());
    for recipient in &recipients {
        let last = app.store.last_delivered(recipient.id).await?;
        let last = last.map(|at| Instant::minute(at, UTC, app.now()));
        rows.push(row(&app.office, recipient, sites, last));
    }
    Ok(RecipientsPage {
        shell: Shell::inside("/settings"),
        title: match rows.len() {
            0 => "Nobody is told yet".to_owned(),
            n => plural(n as u64, "recipient", "recipients"),
        },
        no_relay: !app.office.sender().has_relay(),
        rows,
        channels: channels(Channel::Mail),
        refusal: None,
        typed_name: String::new(),
        typed_target: String::new(),
    })
}

fn row(office: &PostOffice, recipient: &Recipient, all: usize, last: Option<Instant>) -> RecipientRow {
    let wishes = &recipient.wishes;
    let cadences: Vec<&str> = wishes.summary.iter().map(|cadence| cadence.word()).collect();
    let summary = if cadences.is_empty() {
        "never".to_owned()
    } else {
        format!("{} at {} {}", cadences.join(", "), wishes.at.format("%H:%M"), wishes.time_zone.name())
    };
    RecipientRow {
        href: href(recipient.id),
        name: recipient.name.clone(),
        by: recipient.channel.name(),
        target: office.shown(recipient),
        summary,
        alerts: if wishes.alerts { "at once" } else { "never" },
        sites: match &recipient.sites {
            None => "all".to_owned(),
            Some(sites) => format!("{} of {all}", sites.len()),
        },
        last,
    }
}

fn channels(chosen: Channel) -> Vec<ChannelChoice> {
    let choice = |channel: Channel| ChannelChoice {
        word: channel.word(),
        name: channel.name(),
        is_chosen: channel == chosen,
    };
    Channel::ALL.map(choice).into()
}

/// The page of one recipient with what was typed in place of what is set, and what is wrong with it.
async fn one(
    app: &AppState,
    recipient: &Recipient,
    typed: &Typed,
    wrong: &Typed,
) -> Result<RecipientPage, Error> {
    let sites = app.store.sites().await?;
    let choice = |site: &crate::domain::site::Site| SiteChoice {
        id: site.id,
        host: host(&site.origin).to_owned(),
        is_chosen: recipient.sites.as_ref().is_some_and(|sites| sites.contains(&site.id)),
    };
    Ok(RecipientPage {
        shell: Shell::inside("/settings"),
        href: href(recipient.id),
        name: recipient.name.clone(),
        by: recipient.channel.name(),
        target: app.office.shown(recipient),
        has_secret: recipient.secret.is_some(),
        refusal: None,
        done: None,
        wishes: wishes(&recipient.wishes, typed, wrong),
        all_sites: recipient.sites.is_none(),
        sites: sites.iter().map(choice).collect(),
    })
}

fn wishes(set: &Wishes, typed: &Typed, wrong: &Typed) -> Vec<site_settings::Setting> {
    let defaults: HashMap<&str, String> =
        Wishes::default().values().into_iter().map(|(row, value)| (row.key, value)).collect();
    let setting = |(row, value): (&'static crate::domain::recipient::Key, String)| site_settings::Setting {
        key: row.key,
        name: site_settings::sentence(row.key),
        about: row.about,
        field: super::Field {
            value: typed.get(row.key).cloned().unwrap_or(value),
            error: wrong.get(row.key).cloned(),
        },
        default: defaults.get(row.key).cloned().unwrap_or_default(),
        tag: None,
    };
    set.values().into_iter().map(setting).collect()
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
