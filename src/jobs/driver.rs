//! The driver: sees which sites have work that is due, and sends a patrol to each. One patrol a site at a time, so many
//! sites at once. It does not know what the work is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::patrol::{Back, Patrols};
use crate::domain::observation::SiteId;

/// How often the driver looks for due work when nobody wakes it. Policy durations go down to one second.
const POLL: Duration = Duration::from_millis(500);

/// How many sites are worked on at a time.
const MOST_PATROLS: usize = 16;

/// How often it is tried whether something can be stored again.
const RECORDING_EVERY: Duration = Duration::from_secs(5);

/// How long a site rests when our own connection was found to be down.
const OFFLINE_REST: Duration = Duration::from_secs(15);

/// How long a site rests after its patrol failed.
const REST: Duration = Duration::from_mins(1);

/// Sends out patrols.
pub struct Driver {
    patrols: Patrols,
    wake: Arc<Notify>,
    out: JoinSet<(SiteId, anyhow::Result<Back>)>,
    on_duty: HashSet<SiteId>,
    resting: HashMap<SiteId, Instant>,
    /// When it was last tried whether something can be stored.
    checked: Option<Instant>,
}

impl Driver {
    /// A driver; whoever notifies `wake` makes it look at once.
    pub fn new(patrols: Patrols, wake: Arc<Notify>) -> Self {
        let (out, on_duty, resting) = (JoinSet::new(), HashSet::new(), HashMap::new());
        Self { patrols, wake, out, on_duty, resting, checked: None }
    }

    /// Drives until `stop` is cancelled, and then until the last patrol has come back.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            if self.may_record().await {
                self.send_out(&stop).await;
            }
            tokio::select! {
                Some(back) = self.out.join_next() => self.welcome(back).await,
                () = tokio::time::sleep(POLL) => {}
                () = self.wake.notified() => {}
                () = stop.cancelled() => {}
            }
        }
        while let Some(back) = self.out.join_next().await {
            self.welcome(back).await;
        }
        Ok(())
    }

    /// Whether what is seen can be stored; while it cannot, nobody is sent out.
    async fn may_record(&mut self) -> bool {
        let store = &self.patrols.store;
        if store.standstill().is_none() {
            return store.is_in_place(self.patrols.clock.now());
        }
        if self.checked.is_some_and(|at| at.elapsed() < RECORDING_EVERY) {
            return false;
        }
        let goes_on = store.check_recording(self.patrols.clock.now()).await;
        self.checked = Some(Instant::now());
        if goes_on {
            // They rest because nothing could be stored.
            self.resting.clear();
        }
        goes_on
    }

    async fn send_out(&mut self, stop: &CancellationToken) {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
        let due = match self.patrols.store.due_sites(self.patrols.clock.now()).await {
            Ok(due) => due,
            Err(error) => {
                tracing::debug!(%error, "what is due could not be read");
                let now = self.patrols.clock.now();
                if !self.patrols.store.note_damage(&error, now) {
                    self.patrols.store.check_recording(now).await;
                }
                return;
            }
        };
        for site in due {
            let is_free = !self.on_duty.contains(&site) && !self.resting.contains_key(&site);
            if is_free && self.out.len() < MOST_PATROLS {
                let (patrols, stop) = (self.patrols.clone(), stop.clone());
                self.on_duty.insert(site);
                self.out.spawn(async move { (site, patrols.patrol(site, &stop).await) });
            }
        }
    }

    async fn welcome(&mut self, back: Result<(SiteId, anyhow::Result<Back>), tokio::task::JoinError>) {
        match back {
            Ok((site, result)) => {
                self.on_duty.remove(&site);
                let rest = match result {
                    Ok(Back::Done) => return,
                    Ok(Back::Offline) => OFFLINE_REST,
                    // Said once already, by whoever could not store; and if that was not why, it is found out here.
                    Err(error) if self.shows_damage(&error) || !self.can_record().await => REST,
                    Err(error) => {
                        tracing::error!(site.id = %site, error = format!("{error:#}"), "patrol failed");
                        REST
                    }
                };
                self.resting.insert(site, Instant::now() + rest);
            }
            // The panic has been reported where it happened; which site it was is not known, so all may go again.
            Err(error) => {
                tracing::error!(%error, "patrol died");
                self.on_duty.clear();
            }
        }
    }

    fn shows_damage(&self, error: &anyhow::Error) -> bool {
        self.patrols.store.note_damage(error.as_ref(), self.patrols.clock.now())
    }

    async fn can_record(&self) -> bool {
        let store = &self.patrols.store;
        store.standstill().is_none() && store.check_recording(self.patrols.clock.now()).await
    }
}
