//! The daily round of the house: what is older than it is kept goes, the file gives space back, and what is left is counted.
//!
//! It runs when the process starts, too: one that is restarted every night would else never do it. What cannot be done today is
//! tried again in an hour.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::keep::{Keep, ROWS};
use crate::domain::span::Span;
use crate::store::{Store, StoreError};

/// How often it goes round.
const EVERY: Span = Span::hours(24);

/// How often it looks whether it is time, in which a clock that was set is noticed.
const POLL: Duration = Duration::from_mins(1);

/// How long it rests after it failed.
const REST: Duration = Duration::from_hours(1);

/// How long the writer has for others between two batches.
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps the database small.
pub struct Tidy {
    /// What is tidied.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How long each kind is kept; it may change meanwhile.
    pub keep: watch::Receiver<Keep>,
}

impl Tidy {
    /// Works until `stop` is cancelled.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut last: Option<DateTime<Utc>> = None;
        while !stop.is_cancelled() {
            let now = self.clock.now();
            let mut rest = POLL;
            if is_due(last, now) && self.store.standstill().is_none() {
                match self.round(now, &stop).await {
                    Ok(()) => last = Some(now),
                    Err(error) => {
                        tracing::warn!(%error, "old data could not be removed; trying again in an hour");
                        rest = REST;
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                Ok(()) = self.keep.changed() => last = None,
                () = stop.cancelled() => {}
            }
        }
        Ok(())
    }

    /// Removes what is old, gives the space back, and counts what is left.
    async fn round(&self, now: DateTime<Utc>, stop: &CancellationToken) -> Result<(), StoreError> {
        let keep = self.keep.borrow().clone();
        for row in ROWS {
            let Some(before) = keep.limit(row.kind, now) else { continue };
            let mut removed = 0;
            while !stop.is_cancelled() {
                let some = self.store.forget_some(row.kind, before).await?;
                removed += some;
                if some == 0 {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
            if removed > 0 {
                tracing::info!(kind = row.key, rows = removed, %before, "old data removed");
            }
        }
        while !stop.is_cancelled() && self.store.give_back_space().await? {
            tokio::time::sleep(PAUSE).await;
        }
        self.store.measure(now).await
    }
}

/// Once a day; a clock that was set back makes it due as well.
fn is_due(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|at| now - at >= EVERY.delta() || at > now)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use tokio::task::JoinSet;

    use super::*;
    use crate::clock::TestClock;
    use crate::domain::crawl::{CrawlKind, CrawlOptions, CrawlState};
    use crate::domain::keep::Kind;
    use crate::domain::page_url::PageUrl;
    use crate::domain::site::Settings;
    use crate::store::sites::NewSite;

    #[test]
    fn it_goes_round_once_a_day_whatever_the_clock_does() {
        let now: DateTime<Utc> = "2026-11-28T09:00:00Z".parse().unwrap();
        assert!(is_due(None, now));
        assert!(!is_due(Some(now - TimeDelta::hours(23)), now));
        assert!(is_due(Some(now - TimeDelta::hours(24)), now));
        assert!(is_due(Some(now + TimeDelta::hours(3)), now), "the clock was set back");
    }

    /// Waits until it has counted at this instant, which ends its round.
    async fn counted(store: &Store, at: DateTime<Utc>) {
        let wait = async {
            while store.measures().await.unwrap().first().is_none_or(|measure| measure.measured_at != at) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), wait).await.expect("it goes round");
    }

    #[tokio::test]
    async fn what_is_old_goes_at_the_start_and_as_soon_as_it_is_to_be_kept_for_a_shorter_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let begin: DateTime<Utc> = "2024-01-01T00:00:00Z".parse().unwrap();
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let site =
            store.add_site(&NewSite { start_url, settings: Settings::default() }, begin).await.unwrap();
        for day in [0, 500, 800, 801] {
            let asked = begin + TimeDelta::days(day);
            let options = CrawlOptions::default();
            let crawl = store.request_crawl(site.id, CrawlKind::Manual, &options, asked).await.unwrap();
            store.finish_crawl(crawl.id, CrawlState::Finished, asked, None).await.unwrap();
        }
        let clock = Arc::new(TestClock::at(begin + TimeDelta::days(802)));
        let keep = watch::Sender::new(Keep::default());
        let tidy = Tidy { store: store.clone(), clock: clock.clone(), keep: keep.subscribe() };
        let (mut running, stop) = (JoinSet::new(), CancellationToken::new());
        running.spawn(tidy.run(stop.clone()));
        counted(&store, clock.now()).await;
        assert_eq!(store.crawls(site.id, 10).await.unwrap().len(), 3, "730 days are kept");
        clock.set(begin + TimeDelta::days(802) + TimeDelta::seconds(1));
        keep.send_modify(|keep| keep.set(Kind::Crawls, "30d".parse().unwrap()).unwrap());
        counted(&store, clock.now()).await;
        assert_eq!(store.crawls(site.id, 10).await.unwrap().len(), 2);
        stop.cancel();
        running.join_all().await.into_iter().for_each(Result::unwrap);
    }
}
