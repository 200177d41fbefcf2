//! Writes alerts and reminders: when news has waited long enough for more, and when what was told goes on.

use chrono::{DateTime, Utc};

use super::PostOffice;
use super::compose::{Post, alert_message};
use crate::domain::delivery::Kind;
use crate::domain::news::News;
use crate::domain::observation::OutageId;
use crate::domain::recipient::{Recipient, Wishes};
use crate::report::alert::{Alert, Asked};
use crate::store::news::{Awaited, StoredNews};
use crate::store::outbox::Told;

/// News that keeps coming is told at the latest after so many times what it waits for more.
const LONGEST_GATHERING: i32 = 5;

impl PostOffice {
    /// One alert for each recipient whose news has waited long enough.
    pub(super) async fn write_alerts(&self, now: DateTime<Utc>) -> anyhow::Result<()> {
        for awaited in self.store.awaited_news().await? {
            let Some(recipient) = self.store.recipient(awaited.recipient).await? else { continue };
            if is_ripe(&awaited, &recipient.wishes, now) {
                self.write_alert(&recipient, now).await?;
            }
        }
        Ok(())
    }

    async fn write_alert(&self, recipient: &Recipient, now: DateTime<Utc>) -> anyhow::Result<()> {
        // A site may have been left by its follower since its news came.
        let is_heard = |news: &StoredNews| !news.muted && recipient.follows(news.site);
        let waiting = self.store.waiting_news(recipient.id).await?;
        let (heard, unheard): (Vec<StoredNews>, Vec<StoredNews>) = waiting.into_iter().partition(is_heard);
        let mut told = told_by(&heard);
        told.news.extend(unheard.iter().map(|news| news.id));
        let Some(newest) = heard.iter().map(|news| news.id).max() else {
            return Ok(self.store.pass_over(recipient.id, &told, now).await?);
        };
        let alert = Alert::gather(&self.store, &heard, &self.asked(recipient, now, false)).await?;
        if alert.lines.is_empty() {
            // What it was about has gone meanwhile, with its site.
            return Ok(self.store.pass_over(recipient.id, &told, now).await?);
        }
        let post = Post { key: format!("alert-{}-{newest}", recipient.id), kind: Kind::Alert, recipient };
        self.write(&post, &told, now, |unsubscribe| alert_message(&alert, &post.key, unsubscribe)).await
    }

    /// One reminder for each recipient who asked for it, of what was told long enough ago and goes on.
    pub(super) async fn write_reminders(&self, now: DateTime<Utc>) -> anyhow::Result<()> {
        for recipient in self.store.recipients().await? {
            let Some(every) = recipient.wishes.remind.filter(|_| recipient.wishes.alerts) else { continue };
            if recipient.wishes.quiet_until(now).is_some() {
                continue;
            }
            let due = self.store.told_before(recipient.id, now - every.delta()).await?;
            if let Some(oldest) = due.iter().map(|(_, at)| *at).min() {
                let outages: Vec<OutageId> = due.into_iter().map(|(outage, _)| outage).collect();
                self.write_reminder(&recipient, &outages, oldest, now).await?;
            }
        }
        Ok(())
    }

    async fn write_reminder(
        &self,
        recipient: &Recipient,
        outages: &[OutageId],
        oldest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let mut again = Vec::new();
        for outage in outages {
            again.extend(self.still(*outage, now).await?.filter(|news| recipient.follows(news.site)));
        }
        let told = Told { ongoing: outages.to_vec(), ..Told::default() };
        if again.is_empty() {
            return Ok(self.store.pass_over(recipient.id, &told, now).await?);
        }
        let alert = Alert::gather(&self.store, &again, &self.asked(recipient, now, true)).await?;
        // Two processes that see the same to be due write the same key.
        let key = format!("reminder-{}-{}", recipient.id, oldest.timestamp_millis());
        let post = Post { key, kind: Kind::Reminder, recipient };
        self.write(&post, &told, now, |unsubscribe| alert_message(&alert, &post.key, unsubscribe)).await
    }

    /// What an outage that goes on is told as; `None`: it costs nothing any more.
    async fn still(&self, id: OutageId, now: DateTime<Utc>) -> anyhow::Result<Option<StoredNews>> {
        let Some(stored) = self.store.outage(id).await? else { return Ok(None) };
        let Some(site) = self.store.site(stored.site).await? else { return Ok(None) };
        let verdict = stored.outage.judge(now, &site.settings.policy).verdict;
        let news = News::Crossed(verdict);
        Ok(verdict.is_costly().then_some(StoredNews {
            id: 0,
            site: site.id,
            outage: Some(id),
            news,
            at: now,
            muted: false,
        }))
    }

    fn asked(&self, recipient: &Recipient, now: DateTime<Utc>, is_reminder: bool) -> Asked {
        Asked { now, zone: recipient.wishes.time_zone, base: self.base.clone(), is_reminder }
    }
}

/// Whether news has waited long enough for more. News of the future was written before a clock was set back.
fn is_ripe(awaited: &Awaited, wishes: &Wishes, now: DateTime<Utc>) -> bool {
    if wishes.quiet_until(now).is_some() {
        return false;
    }
    let gather = wishes.gather.delta();
    let is_of_the_future = awaited.first > now + gather;
    now - awaited.last >= gather || now - awaited.first >= gather * LONGEST_GATHERING || is_of_the_future
}

fn told_by(news: &[StoredNews]) -> Told {
    let mut told = Told { news: news.iter().map(|news| news.id).collect(), ..Told::default() };
    for one in news {
        let Some(outage) = one.outage else { continue };
        told.ongoing.retain(|of| *of != outage);
        told.over.retain(|of| *of != outage);
        if one.news.is_good() { told.over.push(outage) } else { told.ongoing.push(outage) }
    }
    told
}
