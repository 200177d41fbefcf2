//! Word to systemd, or whoever else started us and wants to know: when `serve` is ready, that it still works, that it stops.
//!
//! The watchdog is fed only while the database answers and the writer takes observations: a process that runs and records
//! nothing is worse than one that is started anew. A full disk is no reason: a new start would not help. Without
//! `NOTIFY_SOCKET` nothing is said. The protocol: <https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::store::readiness::Readiness;

/// Says that we are ready, feeds the watchdog, and says that we stop.
pub(super) async fn attend(readiness: Readiness, stop: CancellationToken) -> anyhow::Result<()> {
    tell(NotifyState::Ready);
    // Half of what is allowed, as the manual advises: one that comes late is then no fault yet.
    if let Some(allowed) = sd_notify::watchdog_enabled() {
        feed(&readiness, allowed / 2, &stop).await;
    }
    stop.cancelled().await;
    tell(NotifyState::Stopping);
    Ok(())
}

async fn feed(readiness: &Readiness, every: Duration, stop: &CancellationToken) {
    let mut was_ready = true;
    loop {
        let checked = readiness.is_alive().await;
        match &checked {
            Ok(()) => tell(NotifyState::Watchdog),
            Err(why) if was_ready => {
                tracing::error!(error = %why, "the watchdog is not fed: the service manager will start us anew");
            }
            Err(_) => {}
        }
        was_ready = checked.is_ok();
        if stop.run_until_cancelled(sleep(every)).await.is_none() {
            return;
        }
    }
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager could not be told how we are: check NOTIFY_SOCKET");
    }
}
