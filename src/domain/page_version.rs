//! Which version of a page was read last: by what its server tells it from others, and by its bytes. So a page that has
//! not changed is neither sent nor read again.
//!
//! The decision that a reader would question: a version is only as good as the rules under which its links were taken
//! in. When robots.txt or the limits of a crawl change, an old page may have new links for us; so the version carries a
//! hash of them, and one of another scope is as good as none.

/// A version of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageVersion {
    /// The `ETag` as it was sent.
    pub etag: Option<String>,
    /// The `Last-Modified` as it was sent.
    pub last_modified: Option<String>,
    /// Hash of the decoded body.
    pub body_hash: u64,
    /// Hash of the rules and limits under which its links were taken in.
    pub scope: u64,
}

impl PageVersion {
    /// Whether its server can be asked for changes since.
    pub fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}
