//! The URLs that bots asked for, each once, in one block of memory: a text costs its length and 30 bytes, and a hit finds it
//! without being copied.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::domain::page_url::{Origin, PageUrl, Section};

/// The URLs.
#[derive(Debug, Default)]
pub struct Urls {
    texts: String,
    entries: Vec<Entry>,
    /// By the hash of their texts; one that is taken already moves on.
    places: FxHashMap<u64, u32>,
    known: Vec<Known>,
    origins: Numbered<Origin>,
    sections: Numbered<Section>,
}

/// Values, each once, by their numbers.
#[derive(Debug)]
struct Numbered<T> {
    all: Vec<T>,
    numbers: FxHashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn number(&mut self, one: T) -> u32 {
        *self.numbers.entry(one).or_insert_with_key(|one| {
            self.all.push(one.clone());
            size(self.all.len() - 1)
        })
    }
}

/// A text as it stood in a log, and the URL that it is.
#[derive(Debug, Clone, Copy)]
struct Entry {
    from: usize,
    length: u32,
    /// `None`: it is no URL.
    url: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    entry: u32,
    origin: u32,
    section: u32,
}

impl Urls {
    /// The place of the URL that this text is; `None`: it is none.
    pub fn place(&mut self, text: &str) -> Option<u32> {
        if let Some(entry) = self.entry(text) {
            return self.entries.get(entry as usize).and_then(|entry| entry.url);
        }
        let Ok(url) = PageUrl::parse(text) else {
            self.add(text, None);
            return None;
        };
        if url.as_str() == text {
            return Some(self.add_url(&url));
        }
        // Another spelling of a URL that may be known.
        let known = self.entry(url.as_str()).and_then(|entry| self.entries.get(entry as usize)?.url);
        let place = known.unwrap_or_else(|| self.add_url(&url));
        self.add(text, Some(place));
        Some(place)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The address at this place.
    pub fn text(&self, place: u32) -> &str {
        self.known.get(place as usize).map_or("", |known| self.text_of(known.entry))
    }

    /// The number of its origin in [`Urls::origins`], and that of its section in [`Urls::sections`].
    pub fn belongs(&self, place: u32) -> Option<(u32, u32)> {
        self.known.get(place as usize).map(|known| (known.origin, known.section))
    }

    /// The sections, each once.
    pub fn sections(&self) -> &[Section] {
        &self.sections.all
    }

    /// The origins, each once.
    pub fn origins(&self) -> &[Origin] {
        &self.origins.all
    }

    fn text_of(&self, entry: u32) -> &str {
        let entry = self.entries.get(entry as usize);
        entry
            .and_then(|entry| self.texts.get(entry.from..entry.from + entry.length as usize))
            .unwrap_or_default()
    }

    fn entry(&self, text: &str) -> Option<u32> {
        let mut hash = hash(text);
        loop {
            let entry = *self.places.get(&hash)?;
            if self.text_of(entry) == text {
                return Some(entry);
            }
            hash = hash.wrapping_add(1);
        }
    }

    fn add(&mut self, text: &str, url: Option<u32>) -> u32 {
        let entry = size(self.entries.len());
        self.entries.push(Entry { from: self.texts.len(), length: size(text.len()), url });
        self.texts.push_str(text);
        let mut hash = hash(text);
        while self.places.contains_key(&hash) {
            hash = hash.wrapping_add(1);
        }
        self.places.insert(hash, entry);
        entry
    }

    fn add_url(&mut self, url: &PageUrl) -> u32 {
        let place = size(self.known.len());
        let entry = self.add(url.as_str(), Some(place));
        let origin = self.origins.number(url.origin());
        let section = self.sections.number(url.section());
        self.known.push(Known { entry, origin, section });
        place
    }
}

fn size(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.as_bytes().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_address_are_one_url() {
        let mut urls = Urls::default();
        let a = urls.place("https://shop.example/a%7Eb").unwrap();
        assert_eq!(urls.place("https://SHOP.example:443/a~b"), Some(a));
        assert_eq!(urls.place("https://SHOP.example:443/a~b"), Some(a));
        assert_eq!(urls.place("https://shop.example/a~b"), Some(a));
        assert_eq!(urls.text(a), "https://shop.example/a~b");
        let other = urls.place("https://shop.example/product/7").unwrap();
        assert_ne!(a, other);
        assert_eq!(urls.place("https://"), None);
        assert_eq!(urls.place("https://"), None);
        let (origin, section) = urls.belongs(other).unwrap();
        assert_eq!(urls.origins()[origin as usize].as_str(), "https://shop.example");
        assert_eq!(urls.sections()[section as usize].as_str(), "/product/*");
        assert_eq!(urls.len(), 2);
    }
}
