//! Sums of hits: how many, what they got, and how long it took.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::accesslog::record::{NO_TIME, NO_URL, Record, Seen};

/// Some hits together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// By what they got.
    pub by_seen: BTreeMap<Seen, u64>,
    /// How long they took, in milliseconds, where the log says it.
    pub elapsed: u64,
    /// How long those took that failed.
    pub failing_elapsed: u64,
}

/// Some hits of one section.
#[derive(Debug, Clone, Default)]
pub struct SectionCount {
    /// The hits.
    pub count: Count,
    /// The URLs that failed at least once.
    pub failing_urls: FxHashSet<u32>,
}

impl Count {
    /// Adds a hit.
    pub fn take(&mut self, record: &Record) {
        *self.by_seen.entry(record.seen).or_default() += 1;
        if record.elapsed != NO_TIME {
            self.elapsed += u64::from(record.elapsed);
            if record.seen.is_failing() {
                self.failing_elapsed += u64::from(record.elapsed);
            }
        }
    }

    /// How many there were.
    pub fn hits(&self) -> u64 {
        self.by_seen.values().sum()
    }

    /// How many failed.
    pub fn failing(&self) -> u64 {
        self.by_seen.iter().filter(|(seen, _)| seen.is_failing()).map(|(_, hits)| hits).sum()
    }

    /// How many of them say anything.
    pub fn known(&self) -> u64 {
        self.by_seen.iter().filter(|(seen, _)| **seen != Seen::Unknown).map(|(_, hits)| hits).sum()
    }

    /// By the words of what they got.
    pub fn by_outcome(&self) -> BTreeMap<String, u64> {
        self.by_seen.iter().map(|(seen, hits)| (seen.to_string(), *hits)).collect()
    }
}

impl SectionCount {
    /// Adds a hit.
    pub fn take(&mut self, record: &Record) {
        self.count.take(record);
        if record.seen.is_failing() && record.url != NO_URL {
            self.failing_urls.insert(record.url);
        }
    }
}

impl std::fmt::Display for Seen {
    /// The outcome's word, or `unknown`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Outcome(outcome) => outcome.fmt(f),
        }
    }
}
