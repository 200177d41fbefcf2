//! What programs may know of recipients and messages: who is told, and what became of what was sent. No secret is in it, and
//! no address that is one.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Problem;
use crate::domain::recipient::Recipient;
use crate::report::json::rfc3339;
use crate::store::messages::OutboxMessage;
use crate::web::state::AppState;

/// So many messages are told.
const MOST: u32 = 500;

/// A recipient.
#[derive(Debug, Serialize)]
pub(crate) struct RecipientJson {
    id: i64,
    name: String,
    channel: &'static str,
    target: String,
    sites: Option<Vec<i64>>,
    settings: Map<String, Value>,
    created: String,
    last_delivered: Option<String>,
}

/// A message.
#[derive(Debug, Serialize)]
pub(crate) struct MessageJson {
    id: i64,
    key: String,
    recipient: String,
    kind: &'static str,
    subject: String,
    written: String,
    state: &'static str,
    tries: u32,
    next_try: Option<String>,
    last_error: Option<String>,
    settled: Option<String>,
}

/// `GET /api/v1/recipients`
pub(crate) async fn recipients(State(app): State<AppState>) -> Result<Json<Vec<RecipientJson>>, Problem> {
    let mut told = Vec::new();
    for recipient in app.store.recipients().await? {
        told.push(recipient_json(&app, &recipient).await?);
    }
    Ok(Json(told))
}

/// `GET /api/v1/messages`: what was given up first, then what waits, then the newest.
pub(crate) async fn messages(State(app): State<AppState>) -> Result<Json<Vec<MessageJson>>, Problem> {
    Ok(Json(app.store.messages(MOST).await?.into_iter().map(message_json).collect()))
}

async fn recipient_json(app: &AppState, recipient: &Recipient) -> Result<RecipientJson, Problem> {
    let settings = recipient.wishes.values().into_iter();
    Ok(RecipientJson {
        id: recipient.id.0,
        name: recipient.name.clone(),
        channel: recipient.channel.word(),
        target: app.office.shown(recipient),
        sites: recipient.sites.as_ref().map(|sites| sites.iter().map(|site| site.0).collect()),
        settings: settings.map(|(row, value)| (row.key.to_owned(), value.into())).collect(),
        created: rfc3339(recipient.created_at),
        last_delivered: app.store.last_delivered(recipient.id).await?.map(rfc3339),
    })
}

fn message_json(message: OutboxMessage) -> MessageJson {
    let is_waiting = message.settled_at.is_none();
    MessageJson {
        id: message.id,
        key: message.key,
        recipient: message.recipient_name,
        kind: message.kind.word(),
        subject: message.subject,
        written: rfc3339(message.created_at),
        state: message.standing.word(),
        tries: message.tries,
        next_try: is_waiting.then(|| rfc3339(message.due_at)),
        last_error: message.last_error,
        settled: message.settled_at.map(rfc3339),
    }
}
