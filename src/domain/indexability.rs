//! Whether a URL can be in a search index at all. One that cannot has nothing to lose there, however long it fails; it
//! still costs crawl rate.
//!
//! What a page says of itself is learned from its healthy answers only: an error page says nothing of the page that it
//! stands for. A URL that never answered may be indexable, for all we know, and counts as such.

use super::page_url::PageUrl;

/// What a healthy answer says of its URL, as far as indexing goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UrlFacts {
    /// It asks not to be indexed.
    pub noindex: bool,
    /// It names another address as its own, or has moved to it for good.
    pub canonical: Option<PageUrl>,
}

/// All that is known of a URL that may keep it out of the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// What it last said of itself.
    pub facts: UrlFacts,
    /// robots.txt keeps Googlebot out.
    pub disallowed: bool,
    /// Its last answer that was no server error was a 4xx: it was on its way out of the index already.
    pub gone: bool,
    /// It is robots.txt or a sitemap: a file for crawlers.
    pub is_file: bool,
}

/// What keeps a URL out of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bar {
    /// It is a file for crawlers, and no page.
    File,
    /// Googlebot may not fetch it.
    Disallowed,
    /// It answered 4xx.
    Gone,
    /// It asks not to be indexed.
    Noindex,
    /// Another address stands for it.
    CanonicalElsewhere(PageUrl),
}

impl Standing {
    /// What keeps this URL out of the index, strongest first; empty: it can be indexed.
    pub fn bars(&self, url: &PageUrl) -> Vec<Bar> {
        let elsewhere = self.facts.canonical.as_ref().filter(|canonical| *canonical != url);
        let bars = [
            self.is_file.then_some(Bar::File),
            self.disallowed.then_some(Bar::Disallowed),
            self.gone.then_some(Bar::Gone),
            self.facts.noindex.then_some(Bar::Noindex),
            elsewhere.cloned().map(Bar::CanonicalElsewhere),
        ];
        bars.into_iter().flatten().collect()
    }
}

impl Bar {
    /// In a few words: `noindex`, `disallowed for Googlebot`.
    pub fn says(&self) -> String {
        match self {
            Self::File => "a file for crawlers".to_owned(),
            Self::Disallowed => "disallowed for Googlebot".to_owned(),
            Self::Gone => "was gone (4xx) before".to_owned(),
            Self::Noindex => "noindex".to_owned(),
            Self::CanonicalElsewhere(url) => format!("canonical is {url}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://shop.example{path}")).unwrap()
    }

    fn bars(standing: &Standing) -> Vec<String> {
        standing.bars(&url("/a")).iter().map(Bar::says).collect()
    }

    #[test]
    fn a_page_of_which_nothing_is_known_or_that_is_its_own_canonical_can_be_indexed() {
        assert_eq!(bars(&Standing::default()), Vec::<String>::new());
        let own = UrlFacts { noindex: false, canonical: Some(url("/a")) };
        assert_eq!(bars(&Standing { facts: own, ..Standing::default() }), Vec::<String>::new());
    }

    #[test]
    fn each_thing_that_keeps_a_page_out_of_the_index_is_named() {
        let facts = UrlFacts { noindex: true, canonical: Some(url("/b")) };
        let all = Standing { facts, disallowed: true, gone: true, is_file: true };
        assert_eq!(
            bars(&all),
            [
                "a file for crawlers",
                "disallowed for Googlebot",
                "was gone (4xx) before",
                "noindex",
                "canonical is https://shop.example/b",
            ]
        );
    }
}
