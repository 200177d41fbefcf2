//! A bot's hit as it is stored: with a key by which it is known again when its line is read once more, from whichever file.
//!
//! The key is of what tells the request from others of its second, and of how many of the same there were in that second
//! before. So two equal requests in one second are two, and each of them is the same one at the next reading.

use std::time::Duration;

use rustc_hash::FxHashMap;

use super::record::{Kind, NO_TIME, short};
use super::tally::Known;
use super::urls::Urls;
use crate::domain::page_url::PageUrl;
use crate::store::logged::LoggedHit;

/// Makes hits ready to be stored, in the order of their instants.
#[derive(Debug)]
pub struct Keeper {
    trust: bool,
    second: i64,
    /// How many there were of each in this second.
    before: FxHashMap<u64, u32>,
}

impl Keeper {
    /// Whoever names a bot is taken to be it, if it is trusted.
    pub fn new(trust: bool) -> Self {
        Self { trust, second: i64::MIN, before: FxHashMap::default() }
    }

    /// The hit, ready to be stored.
    pub fn keep(&mut self, hit: &Known, urls: &Urls) -> LoggedHit {
        let record = &hit.record;
        let elapsed = if record.elapsed == NO_TIME { 0 } else { record.elapsed };
        let observation = if hit.counts(self.trust) { hit.observation() } else { None };
        let saw = observation.and_then(|seen| Some((PageUrl::parse(urls.text(record.url)).ok()?, seen)));
        LoggedHit {
            key: self.key(hit),
            at: hit.at(),
            bot: hit.bot.name,
            verification: hit.verification.word(),
            outcome: record.seen.outcome(),
            elapsed: Duration::from_millis(u64::from(elapsed)),
            saw,
        }
    }

    fn key(&mut self, hit: &Known) -> u64 {
        let record = &hit.record;
        if record.kind == Kind::NamedFetch {
            return record.key;
        }
        let second = record.at.div_euclid(1000);
        if second != self.second {
            self.second = second;
            self.before.clear();
        }
        let before = self.before.entry(record.key).or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&record.key.to_le_bytes()).update(&second.to_le_bytes()).update(&before.to_le_bytes());
        *before += 1;
        short(&hasher.finalize())
    }
}
