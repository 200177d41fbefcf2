//! The post office: writes the messages that are due (news, reminders, summaries) into the outbox, and delivers what lies in
//! there. What a message says is made in `report`, how it is sent in `notify`.
//!
//! Writing and delivering are two steps with the outbox between them: whatever happens to the process or to the relay, a
//! message that was written is delivered, and one that was delivered is not written again.

mod alerts;
mod by_hand;
mod compose;
mod delivery;
mod enrol;
mod robots;
mod standstill;
mod summaries;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

pub use self::enrol::Refused;
use crate::clock::Clock;
use crate::domain::channel::Channel;
use crate::domain::span::Span;
use crate::notify::{Secrets, Sender};
use crate::store::Store;
use crate::store::outbox::Which;

/// How often it looks when nothing happens: news waits a minute for more anyhow.
const POLL: Duration = Duration::from_secs(1);

/// How often it looks at the robots.txt of sites, whose ladder is climbed by time alone.
const ROBOTS_EVERY: Span = Span::seconds(15);

/// How often it looks for old texts.
const TIDY_EVERY: Span = Span::hours(6);

/// The texts of delivered messages are kept so long; the messages themselves, as the configuration says.
const TEXTS_KEPT_FOR: Span = Span::days(14);

/// Writes and delivers messages.
#[derive(Clone)]
pub struct PostOffice {
    /// Where the outbox is.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How messages leave; it changes when the configuration is read again.
    pub sender: watch::Receiver<Sender>,
    /// What recipients' addresses may refer to; this as well.
    pub secrets: watch::Receiver<Arc<Secrets>>,
    /// Where the dashboard is, for links; without a slash at its end.
    pub base: String,
}

/// What does not change.
pub fn fixed<T>(value: T) -> watch::Receiver<T> {
    watch::channel(value).1
}

/// What need not be asked of the store again and again.
#[derive(Debug, Default)]
struct Memory {
    /// Keys of summaries that were written, or had nothing to say.
    settled: HashSet<String>,
    robots_at: Option<DateTime<Utc>>,
    tidied_at: Option<DateTime<Utc>>,
    standstill: standstill::Known,
}

impl PostOffice {
    /// How messages leave now.
    pub fn sender(&self) -> Sender {
        self.sender.borrow().clone()
    }

    /// What addresses may refer to now.
    pub fn secrets(&self) -> Arc<Secrets> {
        Arc::clone(&self.secrets.borrow())
    }

    /// Works until `stop` is cancelled; what is being sent then is sent to its end.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut memory = Memory::default();
        let mut out = JoinSet::new();
        let mut busy = HashSet::new();
        while !stop.is_cancelled() {
            match self.store.standstill() {
                Some(still) => {
                    let telling = self.tell_standstill(&mut memory.standstill, &still, self.clock.now());
                    // A relay that hangs does not hold up the end.
                    stop.run_until_cancelled(telling).await;
                }
                None => self.write_due(&mut memory).await,
            }
            for channel in self.due_channels().await {
                if busy.insert(channel) {
                    let (office, stop) = (self.clone(), stop.clone());
                    out.spawn(async move { (channel, office.deliver(Which::Channel(channel), &stop).await) });
                }
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                Some(back) = out.join_next() => self.settle(back, &mut busy),
                () = stop.cancelled() => {}
            }
        }
        while let Some(back) = out.join_next().await {
            self.settle(back, &mut busy);
        }
        Ok(())
    }

    /// The ways that messages go which are due.
    async fn due_channels(&self) -> Vec<Channel> {
        // What cannot be noted as delivered would be delivered again and again.
        if self.store.standstill().is_some() {
            return Vec::new();
        }
        self.store.due_channels(self.clock.now()).await.unwrap_or_else(|error| {
            self.report("delivery", Err(error.into()));
            Vec::new()
        })
    }

    /// Writes what is due. One part that fails does not keep the others from their work; it is tried again in the next round.
    async fn write_due(&self, memory: &mut Memory) {
        let now = self.clock.now();
        self.report("the end of a standstill", self.tell_end(&mut memory.standstill, now).await);
        if is_due(memory.robots_at, ROBOTS_EVERY, now) {
            memory.robots_at = Some(now);
            self.report("the robots.txt ladders", self.watch_robots(now).await);
        }
        self.report("alerts", self.write_alerts(now).await);
        self.report("reminders", self.write_reminders(now).await);
        self.report("summaries", self.write_summaries(&mut memory.settled, now).await);
        if is_due(memory.tidied_at, TIDY_EVERY, now) {
            memory.tidied_at = Some(now);
            let kept = self.store.forget_texts(now - TEXTS_KEPT_FOR.delta()).await;
            self.report("old messages", kept.map_err(anyhow::Error::from));
        }
    }

    /// Notes that a channel has no more to deliver for now.
    fn settle(&self, back: Result<(Channel, anyhow::Result<()>), JoinError>, busy: &mut HashSet<Channel>) {
        match back {
            Ok((channel, done)) => {
                busy.remove(&channel);
                self.report("delivery", done);
            }
            // The panic has been reported where it happened; which channel it was is not known, so all may go again.
            Err(error) => {
                busy.clear();
                self.report("delivery", Err(error.into()));
            }
        }
    }

    fn report(&self, part: &str, done: anyhow::Result<()>) {
        let Err(error) = done else { return };
        // That is said once, and lasts.
        if !self.store.note_damage(error.as_ref(), self.clock.now()) {
            tracing::error!(
                part,
                error = format!("{error:#}"),
                "messages could not be worked on; trying again"
            );
        }
    }
}

/// A clock that was set back makes it due as well.
fn is_due(last: Option<DateTime<Utc>>, every: Span, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| now - last >= every.delta() || last > now)
}

#[cfg(test)]
mod tests;
