//! Delivers what lies in the outbox: several messages at a time, each once, and each again when it was not taken. Each channel has
//! its own hands, so that a relay that hangs holds back no webhook.

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::PostOffice;
use crate::domain::delivery::{Refusal, next_try};
use crate::domain::span::Span;
use crate::notify::{Address, Again, Message, NotSent};
use crate::store::StoreError;
use crate::store::messages::OutboxMessage;
use crate::store::outbox::Which;

/// How many messages are sent at a time.
const AT_A_TIME: u32 = 8;

/// A message is held for so much longer than sending it may take: whoever holds it longer has died.
const MARGIN: Span = Span::seconds(15);

impl PostOffice {
    /// Delivers what of these is due, until nothing is, or `stop` is cancelled: what is being sent then is sent to its end.
    pub(super) async fn deliver(&self, which: Which<'_>, stop: &CancellationToken) -> anyhow::Result<()> {
        let lease = Span::from(self.sender().patience() + MARGIN.duration());
        loop {
            if stop.is_cancelled() {
                return Ok(());
            }
            let taken = self.store.take_due(self.clock.now(), lease, (AT_A_TIME, which)).await?;
            if taken.is_empty() {
                return Ok(());
            }
            let settled = join_all(taken.iter().map(|(message, body)| self.deliver_one(message, body))).await;
            settled.into_iter().collect::<Result<(), StoreError>>()?;
        }
    }

    async fn deliver_one(&self, message: &OutboxMessage, body: &str) -> Result<(), StoreError> {
        let sent = self.send(message, body).await?;
        let now = self.clock.now();
        match sent {
            Ok(said) => {
                tracing::info!(
                    message.key,
                    message.recipient = message.recipient_name,
                    said,
                    "message delivered"
                );
                self.store.note_delivered(message.id, now).await
            }
            Err((why, refusal)) => {
                let again = next_try(message.tries, refusal, now);
                tracing::warn!(message.key, message.recipient = message.recipient_name, message.tries, why, again = ?again, "message not delivered");
                self.store.note_failed(message.id, &why, again, now).await
            }
        }
    }

    /// Sends a message; what the other side said, or why it was not taken.
    async fn send(
        &self,
        message: &OutboxMessage,
        body: &str,
    ) -> Result<Result<String, (String, Refusal)>, StoreError> {
        let Some(recipient) = self.store.recipient(message.recipient).await? else {
            return Ok(Err(("The recipient has been removed.".to_owned(), Refusal::ForGood)));
        };
        let secret = recipient.secret.as_deref();
        let address = match Address::parse(recipient.channel, &recipient.target, secret, &self.secrets()) {
            Ok(address) => address,
            Err(why) => return Ok(Err((format!("{why}."), Refusal::UntilMended))),
        };
        let message: Message = match serde_json::from_str(body) {
            Ok(message) => message,
            Err(why) => return Ok(Err((format!("The message cannot be read ({why})."), Refusal::ForGood))),
        };
        Ok(match self.sender().send(&address, &message).await {
            Ok(receipt) => Ok(receipt.said),
            Err(NotSent { again, why }) => Err((why, refusal(again))),
        })
    }
}

fn refusal(again: Again) -> Refusal {
    match again {
        Again::Later => Refusal::ForNow,
        Again::After(asked) => Refusal::For(Span::from(asked)),
        Again::Seldom => Refusal::UntilMended,
        Again::Never => Refusal::ForGood,
    }
}
