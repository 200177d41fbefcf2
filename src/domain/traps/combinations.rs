//! Facets: parameters that can be combined without end. What tells them from a shop's 50,000 products is that the same
//! few values come back: a combination is new, but each path and each value in it has been seen many times before. An id
//! comes once, so it is never stopped, however many there are.
//!
//! One parameter alone is never a trap, and the number of a page of a list does not count: `?id=7`, `?brand=x&page=400`.

use rustc_hash::FxHashMap;

use super::address::{Address, digest};
use super::distinct::Distinct;

/// Of so many groups combinations are counted; those of later groups are let in.
const MOST_GROUPS: usize = 1000;

/// Of so many parameters of a group the values are counted.
const MOST_KEYS: usize = 16;

/// Two kinds of combinations: of two parameters, which may be a catalogue of its own, and of more, which hardly are.
const KINDS: [Kind; 2] = [Kind { share: 1, reuse: 20.0 }, Kind { share: 5, reuse: 10.0 }];

/// When a kind of combinations is a trap.
#[derive(Debug)]
struct Kind {
    /// The budget is divided by this.
    share: u32,
    /// So often, at least, each value was used on the average.
    reuse: f64,
}

/// The combinations of a site.
#[derive(Debug, Default)]
pub(super) struct Combinations {
    tallies: FxHashMap<(u64, usize), Tally>,
}

/// The combinations of one kind in one group.
#[derive(Debug, Default)]
struct Tally {
    let_in: u64,
    all: Distinct,
    paths: Distinct,
    values: Vec<(u64, Distinct)>,
    is_trap: bool,
}

impl Combinations {
    /// How many were let in before these were seen to be a trap; `None`: they are none.
    pub(super) fn stopped_at(&self, address: &Address<'_>) -> Option<u64> {
        let tally = self.tallies.get(&place(address)?)?;
        tally.is_trap.then_some(tally.let_in)
    }

    /// Counts an address. Without a budget nothing becomes a trap.
    pub(super) fn learn(&mut self, address: &Address<'_>, budget: u32) {
        let Some(place) = place(address) else { return };
        if self.tallies.len() >= MOST_GROUPS && !self.tallies.contains_key(&place) {
            return;
        }
        let tally = self.tallies.entry(place).or_default();
        tally.learn(address);
        // The question costs more than the count.
        if budget > 0 && !tally.is_trap && tally.let_in.is_multiple_of(64) {
            tally.is_trap = tally.explodes(f64::from(budget / KINDS[place.1].share), KINDS[place.1].reuse);
        }
    }
}

/// Group and kind; `None`: it combines nothing.
fn place(address: &Address<'_>) -> Option<(u64, usize)> {
    let kind = match address.choices().take(3).count() {
        0 | 1 => return None,
        2 => 0,
        _ => 1,
    };
    Some((digest(address.group()), kind))
}

impl Tally {
    fn learn(&mut self, address: &Address<'_>) {
        self.let_in += 1;
        let path = digest(address.path);
        self.paths.add(path);
        let mut all = path;
        for (key, value) in address.choices() {
            let (key, pair) = (digest(key), digest((key, value)));
            // In any order they are the same combination.
            all = all.wrapping_add(pair);
            if let Some((_, values)) = self.values.iter_mut().find(|(known, _)| *known == key) {
                values.add(pair);
            } else if self.values.len() < MOST_KEYS {
                let mut values = Distinct::default();
                values.add(pair);
                self.values.push((key, values));
            }
        }
        self.all.add(digest(all));
    }

    fn explodes(&self, budget: f64, reuse: f64) -> bool {
        let all = self.all.count();
        let widest = self.values.iter().map(|(_, values)| values.count()).fold(self.paths.count(), f64::max);
        all >= budget && all >= reuse * widest
    }
}
