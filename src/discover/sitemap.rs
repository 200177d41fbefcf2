//! Sitemaps: lists of a site's addresses, and indexes of such lists. As XML, as a feed (RSS, Atom) or as text, plain or
//! gzipped, in any encoding; Google takes all of these.
//! Source: <https://developers.google.com/search/docs/crawling-indexing/sitemaps/build-sitemap>.
//!
//! Limits are those of sitemaps.org (50,000 entries and 50 MiB a file). In a file that breaks in the middle, what came
//! before counts, and a [`Problem`] says what is wrong.

mod source;
mod xml;

use std::io::{self, BufRead, Read};

use thiserror::Error;

pub use self::source::MOST_BYTES;
use self::source::Source;
use crate::domain::page_url::{BadUrl, Origin, PageUrl};

/// How many entries a file may have. Source: <https://www.sitemaps.org/protocol.html>.
const MOST_ENTRIES: usize = 50_000;

/// How many bytes an address may have. Servers refuse longer ones; sitemaps.org allows 2,048.
const MOST_ADDRESS: usize = 16 * 1024;

/// What a sitemap lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// Pages of this site.
    pub urls: Vec<PageUrl>,
    /// Further sitemaps of this site.
    pub sitemaps: Vec<PageUrl>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// What is wrong with a sitemap.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum Problem {
    /// A web page stands where a sitemap should be.
    #[error(
        "it is a web page (HTML) and no sitemap: serve XML there, answer 404, or name the right address in robots.txt"
    )]
    Html,
    /// It is neither XML of a known form nor a list of addresses.
    #[error(
        "it is no sitemap: it holds neither a urlset nor a sitemapindex, and is neither a feed nor a list of addresses"
    )]
    NoSitemap,
    /// The XML breaks off or is wrong.
    #[error("its XML is broken ({0}): what came before was taken")]
    Broken(String),
    /// The compressed data cannot be read, or not to its end.
    #[error("its gzip data cannot be read ({0}): what came before was taken")]
    Gzip(String),
    /// It has more than a sitemap may have.
    #[error("it is longer than a sitemap may be (50,000 entries, 50 MiB): the rest was left out")]
    TooLong,
    /// It lists addresses of other sites.
    #[error("{0} of its addresses are of other sites or no addresses: they were left out")]
    Foreign(usize),
}

/// Which kind of list is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Urlset,
    Index,
    Feed,
}

/// Whose addresses are taken from a sitemap.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    /// The site that the sitemap is read for. A sitemap may lie on another host when the site's robots.txt names it.
    site: &'a Origin,
    /// Where the sitemap lies; an index may name others beside it.
    address: &'a PageUrl,
}

/// Collects what a sitemap lists while it is read.
#[derive(Debug)]
struct Finds<'a> {
    place: Place<'a>,
    sitemap: Sitemap,
    foreign: usize,
    /// It has more than the entries that a sitemap may have.
    is_full: bool,
}

/// Reads a sitemap of this site that was fetched from `address`.
pub fn read(bytes: &[u8], address: &PageUrl, site: &Origin) -> Sitemap {
    let place = Place { site, address };
    let mut finds = Finds { place, sitemap: Sitemap::default(), foreign: 0, is_full: false };
    match Source::open(bytes) {
        Ok(mut source) => {
            if let Err(error) = finds.read(&mut source) {
                finds.problem(Problem::Gzip(error.to_string()));
            }
            finds.sum_up(source.is_cut())
        }
        Err(error) => {
            finds.problem(Problem::Gzip(error.to_string()));
            finds.sitemap
        }
    }
}

impl Place<'_> {
    fn may_name(&self, sitemap: &PageUrl) -> bool {
        sitemap.is_of(self.site) || sitemap.is_of(&self.address.origin())
    }
}

impl Finds<'_> {
    fn read(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        let start = source.start()?;
        if is_html(start) {
            self.problem(Problem::Html);
        } else if start.starts_with('<') {
            xml::read(source, self);
        } else {
            self.read_lines(source)?;
        }
        Ok(())
    }

    /// A text sitemap: one address a line.
    fn read_lines(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        let most = MOST_ADDRESS as u64;
        let mut line = String::new();
        while !self.is_full {
            line.clear();
            let length = source.by_ref().take(most).read_line(&mut line)? as u64;
            match line.trim() {
                "" if length == 0 => break,
                "" => {}
                _ if length == most => {
                    self.refuse();
                    source.skip_until(b'\n')?;
                }
                address => self.absolute(Kind::Urlset, address),
            }
        }
        if self.sitemap.urls.is_empty() {
            self.foreign = 0;
            self.problem(Problem::NoSitemap);
        }
        Ok(())
    }

    /// Takes in an address that must be whole.
    fn absolute(&mut self, kind: Kind, text: &str) {
        self.take_in(kind, PageUrl::parse(text));
    }

    /// Takes in an address of a feed, which may be relative.
    fn relative(&mut self, text: &str) {
        self.take_in(Kind::Feed, self.place.address.join(text));
    }

    fn take_in(&mut self, kind: Kind, url: Result<PageUrl, BadUrl>) {
        match url {
            _ if self.is_at_limit() => self.is_full = true,
            Ok(url) if kind == Kind::Index && self.place.may_name(&url) => self.sitemap.sitemaps.push(url),
            Ok(url) if kind != Kind::Index && url.is_of(self.place.site) => self.sitemap.urls.push(url),
            Ok(_) | Err(_) => self.refuse(),
        }
    }

    /// Counts an entry that is left out.
    fn refuse(&mut self) {
        if self.is_at_limit() {
            self.is_full = true;
        } else {
            self.foreign += 1;
        }
    }

    fn is_at_limit(&self) -> bool {
        self.sitemap.urls.len() + self.sitemap.sitemaps.len() + self.foreign >= MOST_ENTRIES
    }

    fn problem(&mut self, problem: Problem) {
        self.sitemap.problems.push(problem);
    }

    fn sum_up(mut self, is_cut: bool) -> Sitemap {
        if is_cut || self.is_full {
            // Where we stopped reading, the file is not broken.
            self.sitemap.problems.retain(|problem| !matches!(problem, Problem::Broken(_)));
            self.problem(Problem::TooLong);
        }
        if self.foreign > 0 {
            self.problem(Problem::Foreign(self.foreign));
        }
        self.sitemap
    }
}

fn is_html(text: &str) -> bool {
    let start: String = text.chars().take(64).collect::<String>().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")
}

#[cfg(test)]
mod tests;
