//! How far a run is: counts that its dispatcher owns, and that a progress bar or a page only reads.

/// The counts of a run at one instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Fetches made.
    pub fetched: u64,
    /// Fetches that failed.
    pub failing: u64,
    /// URLs that wait, as far as they are known.
    pub waiting: u64,
    /// Requests a second, over the last few seconds.
    pub rate: f64,
    /// How many times slower than usual the site is asked, because it slows or fails; 0 or 1: it is not.
    pub slowdown: f64,
    /// What it is doing, when that is not fetching.
    pub phase: Phase,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// Asking for robots.txt and sitemaps.
    #[default]
    Opening,
    /// Fetching pages.
    Crawling,
    /// Waiting to look again at what failed.
    Confirming,
    /// Waiting for the site to come back.
    Paused,
    /// Done.
    Done,
}

impl Progress {
    /// How long it will take at the present rate; `None`: nothing tells.
    pub fn remaining(&self) -> Option<std::time::Duration> {
        let is_known = self.phase == Phase::Crawling && self.rate > 0.0;
        #[expect(clippy::cast_precision_loss, reason = "URLs stay far below 2^52")]
        is_known.then(|| std::time::Duration::from_secs_f64(self.waiting as f64 / self.rate))
    }
}
