//! The runs that are under way in this process, by site: whoever wants to show one looks here. It holds no counts of its
//! own; each run's dispatcher owns them, and nothing happens to a run because somebody looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use crate::domain::observation::SiteId;

/// Where runs are announced; clones are one board.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<HashMap<SiteId, Run>>>);

#[derive(Debug)]
struct Run {
    progress: watch::Receiver<Progress>,
    stop: CancellationToken,
}

impl Board {
    /// Announces a run over a site that ends soon after `stop` is cancelled, until what is returned is dropped.
    pub fn announce(&self, site: SiteId, stop: CancellationToken) -> watch::Sender<Progress> {
        let (sender, progress) = watch::channel(Progress::default());
        self.put(site, progress, stop);
        sender
    }

    /// Announces a run that somebody else follows, too.
    pub fn put(&self, site: SiteId, progress: watch::Receiver<Progress>, stop: CancellationToken) {
        self.runs().insert(site, Run { progress, stop });
    }

    /// Lets the run over a site end soon, with its crawl unfinished; does nothing when there is none in this process.
    pub fn interrupt(&self, site: SiteId) {
        if let Some(run) = self.runs().get(&site) {
            run.stop.cancel();
        }
    }

    /// How far the run over a site is; `None`: there is none in this process.
    pub fn of(&self, site: SiteId) -> Option<Progress> {
        self.watch(site).map(|run| run.borrow().clone())
    }

    /// The run over a site, to be followed; `None`: there is none in this process.
    pub fn watch(&self, site: SiteId) -> Option<watch::Receiver<Progress>> {
        let mut runs = self.runs();
        // The channel of a run that has ended is closed.
        runs.retain(|_, run| run.progress.has_changed().is_ok());
        runs.get(&site).map(|run| run.progress.clone())
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<SiteId, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_on_the_board_with_its_newest_counts_until_it_ends() {
        let board = Board::default();
        assert_eq!(board.of(SiteId(1)), None);
        let stop = CancellationToken::new();
        let run = board.announce(SiteId(1), stop.clone());
        run.send_modify(|progress| progress.fetched = 7);
        assert_eq!(board.of(SiteId(1)).map(|progress| progress.fetched), Some(7));
        assert_eq!(board.of(SiteId(2)), None);
        board.interrupt(SiteId(2));
        assert!(!stop.is_cancelled());
        board.interrupt(SiteId(1));
        assert!(stop.is_cancelled());
        drop(run);
        assert_eq!(board.of(SiteId(1)), None);
    }
}
