//! Messages that somebody asks for now: a test, or the summary of a date. They go through the outbox like all others, and the
//! asker is told what became of them.

use chrono::NaiveDate;
use tokio_util::sync::CancellationToken;

use super::PostOffice;
use super::compose::{Post, summary_message, test_message};
use super::summaries::summary_key;
use crate::domain::cadence::{Cadence, Period};
use crate::domain::delivery::Kind;
use crate::domain::recipient::Recipient;
use crate::store::messages::OutboxMessage;
use crate::store::outbox::Told;
use crate::store::outbox::Which;

impl PostOffice {
    /// Writes a test message to a recipient, to be delivered at once; returns its key.
    pub async fn write_test(&self, recipient: &Recipient) -> anyhow::Result<String> {
        let now = self.clock.now();
        let key = format!("test-{}-{}", recipient.id, now.timestamp_millis());
        let post = Post { key: key.clone(), kind: Kind::Test, recipient };
        self.write(&post, &Told::default(), now, |_| test_message(&key, &self.base, now)).await?;
        Ok(key)
    }

    /// Writes the summary of a date to a recipient, or finds the one that was written; returns its key.
    pub async fn write_summary_of(
        &self,
        recipient: &Recipient,
        cadence: Cadence,
        date: Option<NaiveDate>,
    ) -> anyhow::Result<String> {
        let (now, wishes) = (self.clock.now(), &recipient.wishes);
        let period = match date {
            Some(date) => Period::on(cadence, date, wishes.at, wishes.time_zone),
            None => Period::last_due(cadence, wishes.at, wishes.time_zone, now),
        };
        // Written before its time it would keep the whole one from being sent.
        anyhow::ensure!(
            period.to <= now,
            "the summary of {} is not due yet: give a date that is past",
            period.date
        );
        let key = summary_key(recipient, &period);
        let digest = self.digest(recipient, &period).await?;
        let post = Post { key: key.clone(), kind: Kind::Summary, recipient };
        self.write(&post, &Told::default(), now, |unsubscribe| summary_message(&digest, &key, unsubscribe))
            .await?;
        Ok(key)
    }

    /// Delivers the message with this key, if it is due, and says what became of it; `None`: it is not there any more.
    pub async fn deliver_now(&self, key: &str) -> anyhow::Result<Option<OutboxMessage>> {
        self.deliver(Which::Key(key), &CancellationToken::new()).await?;
        Ok(self.store.message_with_key(key).await?)
    }
}
