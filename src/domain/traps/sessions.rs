//! Session ids, and the order of parameters: what makes many addresses of one page. The first address of a page is taken,
//! whatever it carries; the others are left out.
//!
//! A session id is known by its name. One without a known name is known by what it does: long random values come back on
//! many paths, and many of them on each; the id of a document stays on its own.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::address::{Address, digest};
use super::distinct::Distinct;
use super::rules::Trap;

/// So many pages with several addresses are known, at eight bytes each; those of later ones are let in.
const MOST_PAGES: usize = 1 << 19;

/// Of so many parameters the random values are counted.
const MOST_KEYS: usize = 1000;

/// Names that mean a session whatever the value.
const NAMES: [&str; 14] = [
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "session-id",
    "sessid",
    "aspsessionid",
    "asp.net_sessionid",
    "cfid",
    "cftoken",
    "oscsid",
    "zenid",
    "xtcsid",
    "mscssid",
];

/// Names that mean one when the value is random.
const DOUBTFUL_NAMES: [&str; 6] = ["sid", "s", "session", "sess", "ssid", "sessionkey"];

/// A parameter with random values is a session when it was seen so often,
const SEEN: u64 = 300;
/// with so many values,
const VALUES: f64 = 50.0;
/// on so many pages,
const PAGES: f64 = 20.0;
/// each value and each page so often on the average.
const EACH: f64 = 3.0;

/// The pages that were seen with several addresses.
#[derive(Debug, Default)]
pub(super) struct Variants {
    pages: FxHashSet<u64>,
    tokens: FxHashMap<u64, Token>,
}

/// A parameter with random values.
#[derive(Debug, Default)]
struct Token {
    seen: u64,
    values: Distinct,
    pages: Distinct,
    is_session: bool,
}

impl Variants {
    /// Whether the page of this address is known by another one, and what the two differ in.
    pub(super) fn of_known_page(&self, address: &Address<'_>) -> Option<Trap> {
        let is_known = |page| self.pages.contains(&page);
        let plain = address.pairs.len() > 1;
        if has_session(address) {
            let page = page(address, is_session);
            return (is_known(digest(("session", page))) || (plain && is_known(page)))
                .then_some(Trap::Session);
        }
        if plain && is_known(page(address, |_| false)) {
            return Some(Trap::Permutation);
        }
        let mut tokens = tokens(address);
        let by_token = |key| is_known(digest((key, page(address, |(k, _)| k == key))));
        tokens.any(|key| self.is_session(address, key) && by_token(key)).then_some(Trap::Session)
    }

    pub(super) fn learn(&mut self, address: &Address<'_>) {
        if has_session(address) {
            return self.note(digest(("session", page(address, is_session))));
        }
        if address.pairs.len() > 1 {
            self.note(page(address, |_| false));
        }
        for key in tokens(address) {
            let rest = page(address, |(k, _)| k == key);
            self.note(digest((key, rest)));
            self.learn_token(address, key, rest);
        }
    }

    fn learn_token(&mut self, address: &Address<'_>, key: &str, page: u64) {
        let name = digest((address.section(), key));
        if self.tokens.len() >= MOST_KEYS && !self.tokens.contains_key(&name) {
            return;
        }
        let token = self.tokens.entry(name).or_default();
        token.seen += 1;
        token.pages.add(page);
        for (_, value) in address.pairs.iter().filter(|(k, _)| *k == key) {
            token.values.add(digest(value));
        }
        // The question costs more than the count.
        if token.seen.is_multiple_of(64) {
            token.is_session |= token.behaves_like_a_session();
        }
    }

    fn is_session(&self, address: &Address<'_>, key: &str) -> bool {
        self.tokens.get(&digest((address.section(), key))).is_some_and(|token| token.is_session)
    }

    fn note(&mut self, page: u64) {
        if self.pages.len() < MOST_PAGES {
            self.pages.insert(page);
        }
    }
}

impl Token {
    fn behaves_like_a_session(&self) -> bool {
        let (values, pages) = (self.values.count(), self.pages.count());
        // No page comes twice with the same value, so what was seen is pairs.
        let seen = f64::from(u32::try_from(self.seen).unwrap_or(u32::MAX));
        self.seen >= SEEN && values >= VALUES && pages >= PAGES && seen >= EACH * values.max(pages)
    }
}

/// What tells a page from others, whatever the order of its parameters, without those that `is_dropped`.
fn page<'a>(address: &Address<'a>, is_dropped: impl Fn((&'a str, &'a str)) -> bool) -> u64 {
    let mut pairs: Vec<_> = address.pairs.iter().copied().filter(|pair| !is_dropped(*pair)).collect();
    // Stable: the order of values of one key may mean something.
    pairs.sort_by_key(|(key, _)| *key);
    digest((without_session(address.path), pairs))
}

fn has_session(address: &Address<'_>) -> bool {
    address.pairs.iter().any(|pair| is_session(*pair)) || without_session(address.path) != address.path
}

fn is_session((key, value): (&str, &str)) -> bool {
    let is_one_of = |names: &[&str]| names.iter().any(|name| key.eq_ignore_ascii_case(name));
    (value.len() >= 8 && is_one_of(&NAMES)) || (is_one_of(&DOUBTFUL_NAMES) && is_random(value))
}

/// A path without `;jsessionid=...` and `(S(...))/`.
fn without_session(path: &str) -> Cow<'_, str> {
    let cut = |from: usize, length: usize| Cow::Owned(format!("{}{}", &path[..from], &path[from + length..]));
    if let Some(at) = path.find("/(S(")
        && let Some(length) = path[at..].find("))")
    {
        return cut(at, length + 2);
    }
    for (at, _) in path.match_indices(';') {
        let end = path[at + 1..].find(['/', ';']).map_or(path.len(), |length| at + 1 + length);
        if path[at + 1..end].split_once('=').is_some_and(is_session) {
            return cut(at, end - at);
        }
    }
    Cow::Borrowed(path)
}

/// The keys of parameters with random values.
fn tokens<'a>(address: &Address<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let keys: Vec<_> =
        address.pairs.iter().filter(|(_, value)| is_random(value)).map(|(key, _)| *key).collect();
    keys.into_iter()
}

/// Long, of letters and digits, and no words: a digit for each eight letters at least.
fn is_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let marks = value.len() - digits - letters;
    value.len() >= 16 && marks * 8 <= value.len() && letters > 0 && digits * 8 >= letters
}
