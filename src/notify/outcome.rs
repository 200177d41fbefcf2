//! What came of sending a message: a receipt, or why not and whether to try again. How long to wait between tries, and how many
//! there are, is the outbox's to say.

use std::time::Duration;

use thiserror::Error;

/// The other side took the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What it answered, in one line: `250 2.0.0 Ok: queued as 4F1`, `HTTP 204`.
    pub said: String,
}

/// Whether another try makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Yes, after growing waits: what stands in the way passes.
    Later,
    /// Yes, but not before so long: the other side asked for it.
    After(Duration),
    /// A few times, far apart: it was refused for good, but for a reason that somebody may repair, such as a password.
    Seldom,
    /// No: the same message to the same recipient would be refused again.
    Never,
}

/// Why a message was not sent: what happened, to what, and what to do. There is no secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{why}")]
pub struct NotSent {
    /// Whether another try makes sense.
    pub again: Again,
    /// Complete sentences, in one line.
    pub why: String,
}

impl NotSent {
    pub(super) fn new(again: Again, why: impl Into<String>) -> Self {
        Self { again, why: why.into() }
    }

    pub(super) fn later(why: impl Into<String>) -> Self {
        Self::new(Again::Later, why)
    }

    pub(super) fn seldom(why: impl Into<String>) -> Self {
        Self::new(Again::Seldom, why)
    }

    pub(super) fn never(why: impl Into<String>) -> Self {
        Self::new(Again::Never, why)
    }
}
