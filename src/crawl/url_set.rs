//! Which URLs of a site a run knows: a set of 64-bit hashes, at most 16 bytes for each. It cannot say what they were.
//!
//! Among ten million URLs, two share a hash with a chance of 1 in 370,000.
//!
//! The decision that a reader would question: eight sets instead of one. A hash table doubles when it is full, and then
//! takes 20 bytes an entry, and 30 while it moves. Shards of unequal shares double one after the other, so that all of
//! them together always take about 14.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// How many shards there are. Each is 2^(1/8) times as large as the one before it, so that their doublings are evenly
/// spread between two doublings of the whole.
const SHARDS: usize = 8;

/// Where each shard but the last ends, as a share of all hashes in 1/65536: the sums of 2^(i/8) over i, scaled.
const ENDS: [u16; SHARDS - 1] = [5_932, 12_400, 19_455, 27_147, 35_535, 44_683, 54_658];

/// Passes a hash through as it is.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A set of URLs of one site, by path and query.
#[derive(Debug, Default)]
pub(super) struct UrlSet {
    shards: [HashSet<u64, BuildHasherDefault<AsItIs>>; SHARDS],
}

impl UrlSet {
    /// Adds a URL; whether it is new.
    pub(super) fn insert(&mut self, path_and_query: &str) -> bool {
        let hash = hash(path_and_query);
        self.shards[shard(hash)].insert(hash)
    }

    pub(super) fn contains(&self, path_and_query: &str) -> bool {
        let hash = hash(path_and_query);
        self.shards[shard(hash)].contains(&hash)
    }

    /// How many URLs are in it.
    pub(super) fn len(&self) -> u64 {
        self.shards.iter().map(|shard| shard.len() as u64).sum()
    }
}

/// The same text has the same hash in this process only.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Sixteen bits in the middle: the table uses those at the ends.
fn shard(hash: u64) -> usize {
    let bits = u16::try_from((hash >> 32) & 0xffff).unwrap_or_default();
    ENDS.iter().filter(|end| bits >= **end).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(number: usize) -> String {
        format!("/product/{number}?colour=green")
    }

    #[test]
    fn a_url_is_new_once() {
        let mut set = UrlSet::default();
        assert!(set.insert("/a"));
        assert!(!set.insert("/a"));
        assert!(set.insert("/a?b"));
        assert!(set.contains("/a") && !set.contains("/b"));
    }

    /// A table has eight entries for each seven that it can hold, each of eight bytes and one of its own.
    #[test]
    fn a_url_costs_sixteen_bytes_at_most_however_many_there_are() {
        let mut set = UrlSet::default();
        for number in 0..300_000 {
            set.insert(&path(number));
            let count = number + 1;
            if count > 20_000 && count.is_multiple_of(1_000) {
                let slots: usize = set.shards.iter().map(|shard| shard.capacity() * 8 / 7).sum();
                assert!(slots * 9 <= count * 16, "{} bytes for {count} URLs", slots * 9);
            }
        }
    }
}
