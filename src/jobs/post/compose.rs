//! Makes messages of what a report says, and writes them into the outbox.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::PostOffice;
use crate::chart::tone::Tone;
use crate::domain::channel::Channel;
use crate::domain::delivery::Kind;
use crate::domain::recipient::Recipient;
use crate::notify::{Image, Message, unsubscribe};
use crate::report::alert::Alert;
use crate::report::digest::Digest;
use crate::report::digest::group::Group;
use crate::report::digest::html::{CHART_CID, Shown};
use crate::report::json::rfc3339;
use crate::store::outbox::{NewMessage, Told};

/// A message that is to be written: its key, why, and to whom.
pub(super) struct Post<'a> {
    pub(super) key: String,
    pub(super) kind: Kind,
    pub(super) recipient: &'a Recipient,
}

impl PostOffice {
    /// Writes a message and takes away what it tells. `make` is given the link by which the reader stops such messages.
    pub(super) async fn write(
        &self,
        post: &Post<'_>,
        told: &Told,
        now: DateTime<Utc>,
        make: impl FnOnce(Option<String>) -> Message,
    ) -> anyhow::Result<()> {
        let message = make(self.unsubscribe_link(post).await?);
        let new = NewMessage {
            key: post.key.clone(),
            recipient: post.recipient.id,
            kind: post.kind,
            subject: message.subject.clone(),
            body: serde_json::to_string(&message)?,
        };
        if self.store.post(&new, told, now).await? {
            tracing::info!(
                message.key = new.key,
                message.recipient = post.recipient.name,
                message.subject = new.subject,
                "message written"
            );
        }
        Ok(())
    }

    async fn unsubscribe_link(&self, post: &Post<'_>) -> anyhow::Result<Option<String>> {
        // In a chat, everybody could stop what somebody else asked for.
        if post.recipient.channel != Channel::Mail {
            return Ok(None);
        }
        let Some(list) = unsubscribe::List::of(post.kind) else { return Ok(None) };
        let key = self.store.signing_key(unsubscribe::KEY).await?;
        Ok(Some(format!("{}/unsubscribe/{}", self.base, unsubscribe::token(&key, post.recipient.id, list))))
    }
}

/// A summary as a message.
pub(super) fn summary_message(digest: &Digest, key: &str, unsubscribe: Option<String>) -> Message {
    let picture = digest.picture();
    let html = digest.html(picture.as_ref(), Shown::InMail, unsubscribe.as_deref());
    let image = picture.map(|picture| Image {
        cid: CHART_CID.to_owned(),
        png: picture.png,
        alt: digest
            .chart
            .as_ref()
            .map(|chart| format!("{}. {}", chart.title, chart.description))
            .unwrap_or_default(),
    });
    Message {
        key: key.to_owned(),
        subject: digest.subject(),
        text: with_link(digest.text(), "Stop these mails", unsubscribe.as_deref()),
        html: Some(html),
        images: image.into_iter().collect(),
        json: serde_json::to_value(digest.json()).unwrap_or_default(),
        link: Some(format!("{}/", digest.base)),
        tone: digest.entries().map(|(_, entry)| entry.group).min().map_or(Tone::Healthy, Group::tone),
        unsubscribe,
        at: digest.to,
    }
}

/// An alert as a message.
pub(super) fn alert_message(alert: &Alert, key: &str, unsubscribe: Option<String>) -> Message {
    Message {
        key: key.to_owned(),
        subject: alert.subject(),
        text: with_link(alert.text(), "Stop alerts", unsubscribe.as_deref()),
        html: Some(alert.html(unsubscribe.as_deref())),
        images: Vec::new(),
        json: alert.json(),
        link: Some(alert.link()),
        tone: alert.tone(),
        unsubscribe,
        at: alert.now,
    }
}

/// A message that says only that messages arrive.
pub(super) fn test_message(key: &str, base: &str, now: DateTime<Utc>) -> Message {
    let says = "This is a test: messages of Gatecrawl arrive here. You will be told when an outage crosses a line, and by your summaries.";
    Message {
        key: key.to_owned(),
        subject: "Gatecrawl: a test message".to_owned(),
        text: format!("{says}\n\nDashboard: {base}/\n"),
        html: None,
        images: Vec::new(),
        json: json!({"schema": 1, "event": "test", "at": rfc3339(now), "subject": "Gatecrawl: a test message", "text": says}),
        link: Some(format!("{base}/")),
        tone: Tone::Healthy,
        unsubscribe: None,
        at: now,
    }
}

fn with_link(text: String, says: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{text}{says}: {link}\n"),
        None => text,
    }
}
