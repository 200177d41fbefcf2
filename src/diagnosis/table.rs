//! A quicker way through the table of signatures. It finds what trying the rows one after the other would find: the words
//! that rows look for in a body are all looked for at once, and a row whose words are not there is not tried.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::answer::Seen;
use super::gateways::FAMILIES;
use super::signature::{Sign, Signature};

/// A row, and the words without which it cannot hold: of each group one must stand in the body.
#[derive(Debug)]
struct Prepared {
    row: &'static Signature,
    needs: Vec<Vec<usize>>,
}

/// The rows by status, and all words that they look for.
#[derive(Debug)]
struct Table {
    by_status: Vec<Vec<Prepared>>,
    words: Vec<&'static str>,
    /// `None`: the words cannot be looked for at once, so each row looks by itself.
    search: Option<AhoCorasick>,
}

/// Statuses beyond it are as good as none.
const HIGHEST_STATUS: u16 = 600;

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// The first row of those wanted that holds.
pub(super) fn first(seen: &Seen<'_>, wants: impl Fn(&Signature) -> bool) -> Option<&'static Signature> {
    let status = usize::from(seen.status().unwrap_or_default().min(HIGHEST_STATUS));
    let found = TABLE.found(&seen.text);
    let rows = TABLE.by_status.get(status)?.iter();
    let may_hold = |row: &&Prepared| found.as_ref().is_none_or(|found| row.may_hold(found));
    rows.filter(may_hold).map(|row| row.row).find(|row| wants(row) && row.holds(seen))
}

impl Table {
    fn new() -> Self {
        let mut words: Vec<&'static str> = FAMILIES.iter().copied().flatten().flat_map(words_of).collect();
        words.sort_unstable();
        words.dedup();
        let by_status = (0..=HIGHEST_STATUS).map(|status| rows_for(status, &words)).collect();
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&words).ok();
        Self { by_status, words, search }
    }

    /// Which words stand in a body.
    fn found(&self, text: &str) -> Option<Vec<bool>> {
        let mut found = vec![false; self.words.len()];
        for hit in self.search.as_ref()?.find_overlapping_iter(text) {
            if let Some(word) = found.get_mut(hit.pattern().as_usize()) {
                *word = true;
            }
        }
        Some(found)
    }
}

impl Prepared {
    fn may_hold(&self, found: &[bool]) -> bool {
        let is_found = |word: &usize| found.get(*word).copied().unwrap_or(true);
        self.needs.iter().all(|group| group.iter().any(is_found))
    }
}

fn rows_for(status: u16, words: &[&'static str]) -> Vec<Prepared> {
    let excludes = |sign: &Sign| matches!(sign, Sign::Status(statuses) if !statuses.contains(&status));
    let rows = FAMILIES.iter().copied().flatten().filter(|row| !row.signs.iter().any(excludes));
    let place = |word: &str| words.binary_search(&word).ok();
    rows.map(|row| {
        let groups = row.signs.iter().filter_map(group);
        Prepared { row, needs: groups.filter_map(|group| group.into_iter().map(place).collect()).collect() }
    })
    .collect()
}

fn words_of(row: &'static Signature) -> impl Iterator<Item = &'static str> {
    row.signs.iter().filter_map(group).flatten()
}

/// The words of which one must stand in the body for this sign to hold; `None`: it can hold without.
fn group(sign: &'static Sign) -> Option<Vec<&'static str>> {
    match sign {
        Sign::Body(word) => Some(vec![*word]),
        Sign::Any(signs) => signs.iter().map(group).collect::<Option<Vec<_>>>().map(|groups| groups.concat()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::answer::Answer;
    use crate::domain::evidence::Evidence;
    use crate::domain::outcome::Outcome;
    use proptest::prelude::*;

    /// As the table is meant: one row after the other.
    fn slowly(seen: &Seen<'_>) -> Option<&'static str> {
        FAMILIES.iter().copied().flatten().find(|row| row.holds(seen)).map(|row| row.name)
    }

    proptest! {
        #[test]
        fn the_quick_way_finds_what_the_plain_way_finds(
            status in prop_oneof![Just(None), (100_u16..999).prop_map(Some), Just(Some(502)), Just(Some(503))],
            words in prop::collection::vec(prop::sample::select(TABLE.words.clone()), 0..4),
            server in prop::sample::select(vec!["nginx", "cloudflare", "h2o/2.2.5", "mitmproxy 11", "awselb/2.0"]),
        ) {
            let evidence = Evidence {
                status,
                headers: vec![("Server".to_owned(), server.to_owned())],
                body: words.join("\n").into_bytes(),
                ..Evidence::default()
            };
            let seen = Seen::of(Answer::of(&evidence, Outcome::Status(502)));
            prop_assert_eq!(first(&seen, |_| true).map(|row| row.name), slowly(&seen));
        }
    }
}
