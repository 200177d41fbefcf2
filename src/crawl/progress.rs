//! How far a run is: counts that its dispatcher owns, and that a progress bar or a page only reads.

/// The counts of a run at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Fetches made.
    pub fetched: u64,
    /// Fetches that failed.
    pub failing: u64,
    /// URLs that wait.
    pub waiting: u64,
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
    /// Done.
    Done,
}
