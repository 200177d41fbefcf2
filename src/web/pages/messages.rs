//! The outbox: what was sent, what waits, what was given up and why. A message that was given up can be tried again.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use chrono_tz::UTC;

use super::Shell;
use crate::domain::delivery::{MOST_TRIES, Standing};
use crate::notify::Message;
use crate::report::wording::{number, plural, until};
use crate::store::messages::{OutboxMessage, Tally};
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::Instant;

/// So many are listed: who looks for older ones looks into the mailbox.
const LISTED: u32 = 200;

#[derive(Debug, Template)]
#[template(path = "pages/messages.html")]
pub(crate) struct MessagesPage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) lede: String,
    pub(crate) rows: Vec<MessageRow>,
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct MessageRow {
    pub(crate) href: String,
    pub(crate) subject: String,
    pub(crate) recipient: String,
    pub(crate) kind: &'static str,
    pub(crate) written: Instant,
    pub(crate) standing: Standing,
    /// "delivered", "given up after 12 tries", "waiting; try 2 in 4 min".
    pub(crate) state: String,
    pub(crate) error: Option<String>,
    /// It may be tried again, or dropped.
    pub(crate) is_open: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/message_sent.html")]
pub(crate) struct SentPage {
    pub(crate) shell: Shell,
    pub(crate) row: MessageRow,
    /// Its text; `None`: it is not kept any more.
    pub(crate) text: Option<String>,
}

/// `GET /settings/messages`
pub(crate) async fn show(State(app): State<AppState>) -> Result<Html<String>, Error> {
    let messages = app.store.messages(LISTED).await?;
    html(&page(&messages, &app.store.tally_messages().await?, app.now()))
}

/// `GET /settings/messages/{id}`
pub(crate) async fn one(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let id = number_of(&id)?;
    let message = app.store.message(id).await?.ok_or(Error::NotFound)?;
    let body = app.store.message_body(id).await?.unwrap_or_default();
    let text = serde_json::from_str(&body).ok().map(|message: Message| message.text);
    html(&SentPage { shell: Shell::inside("/settings"), row: row(&message, app.now()), text })
}

/// `POST /settings/messages/{id}/retry`
pub(crate) async fn retry(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    back(app.store.retry(number_of(&id)?, app.now()).await?)
}

/// `POST /settings/messages/{id}/drop`
pub(crate) async fn give_up(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    back(app.store.drop_message(number_of(&id)?, app.now()).await?)
}

fn back(is_done: bool) -> Result<Redirect, Error> {
    if is_done { Ok(Redirect::to("/settings/messages")) } else { Err(Error::NotFound) }
}

fn number_of(id: &str) -> Result<i64, Error> {
    id.parse().map_err(|_| Error::NotFound)
}

fn page(messages: &[OutboxMessage], tally: &Tally, now: chrono::DateTime<chrono::Utc>) -> MessagesPage {
    let title = match (messages.len(), tally.dead, tally.failing) {
        (0, ..) => "No message was written yet".to_owned(),
        (_, 0, 0) => "Messages arrive".to_owned(),
        (_, 0, failing) => format!("{} could not be delivered yet", plural(failing, "message", "messages")),
        (_, dead, _) => {
            let was = if dead == 1 { "was" } else { "were" };
            format!("{} {was} given up", plural(dead, "message", "messages"))
        }
    };
    MessagesPage {
        shell: Shell::inside("/settings"),
        title,
        lede: format!(
            "A message is tried up to {} times within about two days, and fewer where somebody has to mend something first; then it is given up. Given up or not, it can be tried again by hand.",
            number(u64::from(MOST_TRIES)).to_lowercase()
        ),
        rows: messages.iter().map(|message| row(message, now)).collect(),
    }
}

fn row(message: &OutboxMessage, now: chrono::DateTime<chrono::Utc>) -> MessageRow {
    let tries = plural(u64::from(message.tries), "try", "tries");
    let state = match message.standing {
        Standing::Delivered => "delivered".to_owned(),
        Standing::Dropped => "dropped by hand".to_owned(),
        Standing::Dead => format!("given up after {tries}"),
        Standing::Waiting if message.tries == 0 => "to be sent now".to_owned(),
        Standing::Waiting => format!("{tries} in vain, the next {}", until(message.due_at, now)),
    };
    MessageRow {
        href: format!("/settings/messages/{}", message.id),
        subject: message.subject.clone(),
        recipient: message.recipient_name.clone(),
        kind: message.kind.word(),
        written: Instant::minute(message.created_at, UTC, now),
        standing: message.standing,
        state,
        error: message.last_error.clone(),
        is_open: matches!(message.standing, Standing::Waiting | Standing::Dead),
    }
}

/// What every reader must know: messages do not arrive.
pub(crate) fn notice(tally: &Tally) -> Option<String> {
    let says = match (tally.dead, tally.failing) {
        (0, 0) => return None,
        (0, failing) => format!("{} could not be delivered yet", plural(failing, "message", "messages")),
        (dead, _) => {
            let was = if dead == 1 { "was" } else { "were" };
            format!("{} {was} given up", plural(dead, "message", "messages"))
        }
    };
    Some(format!(
        "{says}: who relies on mail and alerts may not know what is going on. The settings page on messages says why."
    ))
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
