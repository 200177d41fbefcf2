//! The daily round of the house: what is older than it is kept goes, the file gives space back, and what is left is counted.
//!
//! It runs when the process starts, too: one that is restarted every night would else never do it. What cannot be done today is
//! tried again in an hour.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::keep::{Keep, ROWS};
use crate::domain::span::Span;
use crate::store::{Store, StoreError};

/// How often it goes round.
const EVERY: Span = Span::hours(24);

/// How often it looks whether it is time, in which a clock that was set is noticed.
const POLL: Duration = Duration::from_mins(1);

/// A clock that goes ahead by so much more than the time that passed has jumped.
const JUMP: Span = Span::hours(1);

/// What is stored is aged by a clock that is ahead of the newest batch by so much at most.
const LONGEST_ABSENCE: Span = Span::days(2);

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
        let mut trust = Trust::new(self.clock.now());
        while !stop.is_cancelled() {
            let now = self.clock.now();
            let mut rest = POLL;
            if trust.holds(now, Instant::now()) && is_due(last, now) && self.store.standstill().is_none() {
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
        // A clock that is wrong by years when we start must not make everything old.
        let newest = self.store.newest_batch().await;
        let by = newest.map_or(now, |newest| now.min(newest + LONGEST_ABSENCE.delta()));
        for row in ROWS {
            let Some(before) = keep.limit(row.kind, by) else { continue };
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
        // It reads the whole file: nobody waits for that when the end is asked for.
        stop.run_until_cancelled(self.store.measure(now)).await.unwrap_or(Ok(()))
    }
}

/// Whether the clock can be trusted with what cannot be undone.
#[derive(Debug)]
struct Trust {
    seen: (DateTime<Utc>, Instant),
    /// It jumped ahead, and nothing is removed before then.
    suspended_until: Option<Instant>,
}

impl Trust {
    fn new(now: DateTime<Utc>) -> Self {
        Self { seen: (now, Instant::now()), suspended_until: None }
    }

    /// A clock that goes ahead by more than the time that passed is wrong, or was: which, nobody knows for a day.
    fn holds(&mut self, now: DateTime<Utc>, instant: Instant) -> bool {
        let passed = TimeDelta::from_std(instant - self.seen.1).unwrap_or_default();
        let ahead = now - self.seen.0 - passed;
        self.seen = (now, instant);
        if ahead > JUMP.delta() {
            tracing::warn!(
                ahead.hours = ahead.num_hours(),
                "the clock jumped ahead: no old data is removed for a day"
            );
            self.suspended_until = Some(instant + EVERY.duration());
        }
        self.suspended_until.is_none_or(|until| instant >= until)
    }
}

/// Once a day; a clock that was set back makes it due as well.
fn is_due(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|at| now - at >= EVERY.delta() || at > now)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_clock_that_jumps_ahead_is_not_trusted_for_a_day() {
        let now: DateTime<Utc> = "2026-11-28T09:00:00Z".parse().unwrap();
        let mut trust = Trust::new(now);
        let begin = trust.seen.1;
        let after = |minutes: u64| begin + Duration::from_secs(minutes * 60);
        assert!(trust.holds(now + TimeDelta::minutes(1), after(1)));
        let ahead = now + TimeDelta::days(4 * 365);
        assert!(!trust.holds(ahead, after(2)), "years in a minute");
        assert!(!trust.holds(now + TimeDelta::minutes(3), after(3)), "and it was put right");
        assert!(trust.holds(now + TimeDelta::minutes(24 * 60 + 3), after(24 * 60 + 3)));
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
