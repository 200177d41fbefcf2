//! Paths that repeat themselves. A relative link that should have been a root-relative one leads ever deeper:
//! `/a/b/a/b/a/b`, and with several such links to every order of the same few words.
//!
//! Two signs: the same segments three times in a row; and a section in which most deep paths are made of words that have
//! stood at three places already. In a tree of directories a word has its place, save for a few (`src`, `tests`).

use rustc_hash::FxHashMap;

use super::address::{Address, digest};
use super::rules::Trap;

/// Of so many sections the words are known; in later ones only the first sign counts.
const MOST_SECTIONS: usize = 1000;

/// So many words are known of the site, and so many of a section. A word more is taken for a name that has its place.
const MOST_WORDS: usize = 65_536;
const MOST_WORDS_OF_SECTION: u32 = 4096;

/// Numbers and single letters repeat in shards (`/0/0/0/7.html`): for them it takes so many times.
const SHARD_TIMES: usize = 6;

/// At so many places a word has none of its own.
const PLACES: u32 = 3;

/// So many directories have the paths whose words are learnt, at least,
const LEARNT: usize = 3;
/// and those that are asked whether their words have a place: what lies above has shown it.
const ASKED: usize = 4;

/// So many paths without a place tell a trap, when they are half of the deep ones.
const ASTRAY: u64 = 300;

/// Which words stand where.
#[derive(Debug, Default)]
pub(super) struct Places {
    words: FxHashMap<u64, u32>,
    sections: FxHashMap<u64, Section>,
}

#[derive(Debug, Default)]
struct Section {
    words: u32,
    deep: u64,
    astray: u64,
}

/// Whether the same segments follow each other three times.
pub(super) fn repeats_in_a_row(address: &Address<'_>) -> bool {
    let segments: Vec<&str> = address.segments().collect();
    (1..=segments.len() / 2).any(|period| {
        let mut run = 0;
        for (at, later) in segments.iter().enumerate().skip(period) {
            run = if segments[at - period] == *later { run + 1 } else { 0 };
            let unit = &segments[at + 1 - period..=at];
            if run >= period * (times(unit) - 1) {
                return true;
            }
        }
        false
    })
}

fn times(unit: &[&str]) -> usize {
    let is_shard = |segment: &&str| segment.len() == 1 || segment.bytes().all(|byte| byte.is_ascii_digit());
    let is_shards = match unit {
        [one] => is_shard(one),
        several => several.iter().all(|segment| segment.bytes().all(|byte| byte.is_ascii_digit())),
    };
    if is_shards { SHARD_TIMES } else { Trap::Repetition.rule().limit as usize }
}

impl Places {
    /// How many paths without a place were let in, when this is another one.
    pub(super) fn stopped_at(&self, address: &Address<'_>) -> Option<u64> {
        let section = self.sections.get(&digest(address.section()))?;
        let is_trap = section.astray >= ASTRAY && section.astray * 2 >= section.deep;
        (is_trap && self.is_astray(address)).then_some(section.astray)
    }

    pub(super) fn learn(&mut self, address: &Address<'_>) {
        let depth = address.segments().count();
        if depth <= LEARNT {
            return;
        }
        let name = digest(address.section());
        if self.sections.len() >= MOST_SECTIONS && !self.sections.contains_key(&name) {
            return;
        }
        let is_astray = self.is_astray(address);
        let section = self.sections.entry(name).or_default();
        section.deep += u64::from(depth > ASKED);
        section.astray += u64::from(is_astray);
        for (at, segment) in address.segments().take(depth - 1).enumerate() {
            let place = 1_u32 << at.min(31);
            let has_room = self.words.len() < MOST_WORDS && section.words < MOST_WORDS_OF_SECTION;
            match self.words.get_mut(&digest((name, segment))) {
                Some(places) => *places |= place,
                None if has_room => {
                    self.words.insert(digest((name, segment)), place);
                    section.words += 1;
                }
                None => {}
            }
        }
    }

    /// Whether none of its directories, from the second on, has a place of its own.
    fn is_astray(&self, address: &Address<'_>) -> bool {
        let depth = address.segments().count();
        let name = digest(address.section());
        let places =
            |segment| self.words.get(&digest((name, segment))).map_or(0, |places| places.count_ones());
        depth > ASKED && address.segments().take(depth - 1).skip(1).all(|segment| places(segment) >= PLACES)
    }
}
