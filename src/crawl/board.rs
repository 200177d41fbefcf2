//! The runs that are under way in this process, by site: whoever wants to show one looks here. It holds no counts of its
//! own; each run's dispatcher owns them, and nothing happens to a run because somebody looks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::progress::Progress;
use crate::domain::observation::SiteId;

/// Where runs are announced; clones are one board.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<HashMap<SiteId, watch::Receiver<Progress>>>>);

impl Board {
    /// Announces a run over a site, until what is returned is dropped.
    pub fn announce(&self, site: SiteId) -> watch::Sender<Progress> {
        let (sender, receiver) = watch::channel(Progress::default());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(site, receiver);
        sender
    }

    /// How far the run over a site is; `None`: there is none in this process.
    pub fn of(&self, site: SiteId) -> Option<Progress> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The channel of a run that has ended is closed.
        runs.retain(|_, run| run.has_changed().is_ok());
        runs.get(&site).map(|run| run.borrow().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_on_the_board_with_its_newest_counts_until_it_ends() {
        let board = Board::default();
        assert_eq!(board.of(SiteId(1)), None);
        let run = board.announce(SiteId(1));
        run.send_modify(|progress| progress.fetched = 7);
        assert_eq!(board.of(SiteId(1)).map(|progress| progress.fetched), Some(7));
        assert_eq!(board.of(SiteId(2)), None);
        drop(run);
        assert_eq!(board.of(SiteId(1)), None);
    }
}
