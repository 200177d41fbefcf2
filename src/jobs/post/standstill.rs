//! Tells people that nothing can be recorded, and that it goes on.
//!
//! What a reader would question: the first of the two does not go through the outbox, which lies on the same full disk. It is sent
//! at once, again every few minutes to whom it did not reach, and a process that is started anew may send it once more.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde_json::json;

use super::PostOffice;
use super::compose::Post;
use crate::chart::tone::Tone;
use crate::domain::delivery::Kind;
use crate::domain::recipient::{Recipient, RecipientId};
use crate::domain::span::Span;
use crate::notify::{Address, Message};
use crate::report::json::rfc3339;
use crate::report::wording::standstill::{notice, over};
use crate::store::outbox::Told;
use crate::store::recording::Standstill;

/// A standstill is told when it has lasted so long: two more tries to store something have failed by then.
const TOLD_AFTER: Span = Span::seconds(10);

/// How long it rests before it tries again those whom it did not reach.
const AGAIN_AFTER: Span = Span::minutes(5);

/// Who was told of a standstill.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Since when it lasts, and whether it ends by itself.
    which: Option<(DateTime<Utc>, bool)>,
    told: BTreeSet<RecipientId>,
    tried_at: Option<DateTime<Utc>>,
}

impl PostOffice {
    /// Tells everybody who wants alerts, once.
    pub(super) async fn tell_standstill(&self, known: &mut Known, still: &Standstill, now: DateTime<Utc>) {
        let which = Some((still.since, still.is_final));
        if known.which.is_some_and(|before| Some(before) != which) {
            // Another one, or worse than was told.
            *known = Known::default();
        }
        let rests = known.tried_at.is_some_and(|at| now - at < AGAIN_AFTER.delta() && at <= now);
        if now - still.since < TOLD_AFTER.delta() || rests {
            return;
        }
        let is_first = known.tried_at.is_none();
        known.which = which;
        known.tried_at = Some(now);
        // Who cannot be read cannot be told; pages and the log say it all the same.
        let recipients = self.store.recipients().await.unwrap_or_default();
        let wants = |one: &&Recipient| {
            one.wishes.alerts && one.wishes.quiet_until(now).is_none() && !known.told.contains(&one.id)
        };
        let waiting: Vec<&Recipient> = recipients.iter().filter(wants).collect();
        let reached = join_all(waiting.iter().map(|one| self.reach(one, still, now))).await;
        for (recipient, reached) in waiting.into_iter().zip(reached) {
            match reached {
                Ok(()) => drop(known.told.insert(recipient.id)),
                Err(why) if is_first => {
                    tracing::warn!(message.recipient = recipient.name, why, "a standstill could not be told");
                }
                Err(why) => tracing::debug!(message.recipient = recipient.name, why, "nor now"),
            }
        }
    }

    async fn reach(
        &self,
        recipient: &Recipient,
        still: &Standstill,
        now: DateTime<Utc>,
    ) -> Result<(), String> {
        let secret = recipient.secret.as_deref();
        let address = Address::parse(recipient.channel, &recipient.target, secret, &self.secrets())
            .map_err(|why| why.to_string())?;
        let key = format!("standstill-{}-{}", recipient.id, still.since.timestamp_millis());
        let message = self.message(key, "nothing is recorded", "standstill", &notice(still, now), now);
        self.sender().send(&address, &message).await.map(drop).map_err(|error| error.why)
    }

    /// Tells those who were told that it goes on.
    pub(super) async fn tell_end(&self, known: &mut Known, now: DateTime<Utc>) -> anyhow::Result<()> {
        let Some((since, _)) = known.which else { return Ok(()) };
        while let Some(id) = known.told.first().copied() {
            if let Some(recipient) = self.store.recipient(id).await? {
                let key = format!("standstill-over-{id}-{}", since.timestamp_millis());
                let text = over(since, now);
                let message = self.message(key.clone(), "recording goes on", "standstill_over", &text, now);
                let post = Post { key, kind: Kind::Alert, recipient: &recipient };
                self.write(&post, &Told::default(), now, |_| message).await?;
            }
            known.told.remove(&id);
        }
        *known = Known::default();
        Ok(())
    }

    fn message(&self, key: String, says: &str, event: &str, text: &str, now: DateTime<Utc>) -> Message {
        let subject = format!("Gatecrawl: {says}");
        Message {
            key,
            text: format!("{text}\n\nDashboard: {}/\n", self.base),
            html: None,
            images: Vec::new(),
            json: json!({"schema": 1, "event": event, "at": rfc3339(now), "subject": subject, "text": text}),
            link: Some(format!("{}/", self.base)),
            tone: Tone::Unknown,
            unsubscribe: None,
            subject,
            at: now,
        }
    }
}
