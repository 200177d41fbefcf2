//! Writes summaries, when they are due. Each is of one local date, and its key says so: whatever clocks and processes do, there
//! is one for a date.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::PostOffice;
use super::compose::{Post, summary_message};
use crate::domain::cadence::Period;
use crate::domain::delivery::Kind;
use crate::domain::recipient::Recipient;
use crate::report::digest::Digest;
use crate::report::digest::gather::Asked;
use crate::store::outbox::Told;

impl PostOffice {
    /// Those that are due and were not written yet. `settled`: keys of which that is known.
    pub(super) async fn write_summaries(
        &self,
        settled: &mut HashSet<String>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        for recipient in self.store.recipients().await? {
            let wishes = &recipient.wishes;
            for cadence in &wishes.summary {
                let period = Period::last_due(*cadence, wishes.at, wishes.time_zone, now);
                let key = summary_key(&recipient, &period);
                if settled.contains(&key) {
                    continue;
                }
                self.write_summary(&recipient, &period, &key, now).await?;
                settled.insert(key);
            }
        }
        Ok(())
    }

    async fn write_summary(
        &self,
        recipient: &Recipient,
        period: &Period,
        key: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let since = self.store.summaries_since(recipient.id).await?;
        if since.is_none_or(|since| period.to < since) || self.store.is_posted(key).await? {
            return Ok(());
        }
        let digest = self.digest(recipient, period).await?;
        if digest.is_quiet() && !recipient.wishes.quiet_days {
            return Ok(());
        }
        let post = Post { key: key.to_owned(), kind: Kind::Summary, recipient };
        self.write(&post, &Told::default(), now, |unsubscribe| summary_message(&digest, key, unsubscribe))
            .await
    }

    /// The summary of a period, for one reader.
    pub async fn digest(&self, recipient: &Recipient, period: &Period) -> anyhow::Result<Digest> {
        let asked = Asked {
            cadence: period.cadence,
            from: period.from,
            to: period.to,
            zone: recipient.wishes.time_zone,
            sites: recipient.sites.clone(),
            base: self.base.clone(),
        };
        Ok(Digest::gather(&self.store, &asked).await?)
    }
}

/// Names the summary of a period to a reader.
pub(super) fn summary_key(recipient: &Recipient, period: &Period) -> String {
    format!("summary-{}-{}", recipient.id, period.key())
}
