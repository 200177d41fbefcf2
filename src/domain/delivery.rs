//! When a message that could not be delivered is tried again, and when it is given up. It delivers nothing.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::span::Span;

/// How long is waited after each failed try; the last one is followed by none. Our model: a relay that greylists accepts
/// after minutes (RFC 6647 section 4.5), one that is down is often mended within a working day, and what is more than
/// two days old is news no longer. RFC 5321 section 4.5.4.1 asks for half an hour between tries after the first ones.
const WAITS: [Span; 11] = [
    Span::minutes(1),
    Span::minutes(5),
    Span::minutes(15),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(4),
    Span::hours(8),
    Span::hours(8),
    Span::hours(8),
    Span::hours(8),
];

/// How often a message is tried before it is given up.
pub const MOST_TRIES: u32 = 12;

/// The longest that is waited for another try, whatever the other side asks for.
pub const LONGEST_WAIT: Span = Span::days(1);

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is to be delivered, now or later.
    Waiting,
    /// It has been given up: it was tried too often, or the other side will never take it.
    Dead,
    /// Somebody decided that it need not be delivered.
    Dropped,
    /// The other side took it.
    Delivered,
}

/// Why a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Something is news.
    Alert,
    /// What was told goes on.
    Reminder,
    /// A day, a week or a month is over.
    Summary,
    /// Somebody wants to see whether messages arrive.
    Test,
}

/// A word that names no standing and no kind.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a message is never `{0}`")]
pub struct NoSuchMessage(String);

/// What the other side said when it did not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It may take it later.
    ForNow,
    /// It asked not to be asked again before this has passed.
    For(Span),
    /// It does not take it, for a reason that somebody may mend: a password, a full mailbox, a relay that knows us not.
    UntilMended,
    /// It will never take it.
    ForGood,
}

/// How long is waited for somebody to mend something, and how often it is tried then.
const MENDING: (Span, u32) = (Span::hours(4), 6);

/// When it is tried again after so many tries, of which the last one failed now; `None`: it is given up.
pub fn next_try(tries: u32, refusal: Refusal, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let rung = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
    let wait = WAITS.get(rung)?;
    match refusal {
        Refusal::ForGood => None,
        Refusal::UntilMended => (tries < MENDING.1).then(|| now + MENDING.0.delta()),
        Refusal::ForNow => Some(now + wait.delta()),
        Refusal::For(asked) => Some(now + asked.min(LONGEST_WAIT).max(*wait).delta()),
    }
}

impl Standing {
    /// All of them, in the order in which a page lists them.
    pub const ALL: [Self; 4] = [Self::Dead, Self::Waiting, Self::Dropped, Self::Delivered];

    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
            Self::Delivered => "delivered",
        }
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Alert, Self::Reminder, Self::Summary, Self::Test];

    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Reminder => "reminder",
            Self::Summary => "summary",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = NoSuchMessage;

    fn from_str(word: &str) -> Result<Self, NoSuchMessage> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| NoSuchMessage(word.to_owned()))
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Standing {
    type Err = NoSuchMessage;

    fn from_str(word: &str) -> Result<Self, NoSuchMessage> {
        let found = Self::ALL.into_iter().find(|standing| standing.word() == word);
        found.ok_or_else(|| NoSuchMessage(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(tries: u32, refusal: Refusal) -> Option<i64> {
        let now = DateTime::UNIX_EPOCH;
        next_try(tries, refusal, now).map(|at| (at - now).num_seconds())
    }

    #[test]
    fn waits_grow_and_after_the_stated_number_of_tries_it_is_given_up() {
        let waits: Vec<Option<i64>> = (1..=MOST_TRIES).map(|n| wait(n, Refusal::ForNow)).collect();
        assert!(waits[..waits.len() - 1].iter().all(Option::is_some), "{waits:?}");
        assert!(waits[..waits.len() - 1].is_sorted());
        assert_eq!((waits[0], waits[waits.len() - 1]), (Some(60), None));
    }

    #[test]
    fn what_the_other_side_asks_for_is_heeded_up_to_a_day_and_never_shortens_the_wait() {
        assert_eq!(wait(1, Refusal::For(Span::minutes(10))), Some(600));
        assert_eq!(wait(1, Refusal::For(Span::seconds(0))), Some(60));
        assert_eq!(wait(1, Refusal::For(Span::days(9))), Some(86_400));
        assert_eq!(wait(1, Refusal::ForGood), None);
    }

    #[test]
    fn what_somebody_may_mend_is_tried_a_few_times_far_apart() {
        let waits: Vec<Option<i64>> = (1..=6).map(|n| wait(n, Refusal::UntilMended)).collect();
        assert_eq!(waits, [Some(14_400), Some(14_400), Some(14_400), Some(14_400), Some(14_400), None]);
    }
}
