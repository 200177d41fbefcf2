//! Sitemaps: XML lists of a site's addresses, and indexes of such lists, plain or gzipped.
//!
//! Limits are those of sitemaps.org (50,000 entries and 50 MiB a file). In a file that breaks in the middle, what came
//! before counts, and a [`Problem`] says what is wrong.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use quick_xml::Reader;
use quick_xml::events::Event;
use thiserror::Error;

use crate::domain::page_url::{Origin, PageUrl};

/// How many entries a file may have. Source: <https://www.sitemaps.org/protocol.html>.
const MOST_ENTRIES: usize = 50_000;

/// How many bytes a file may have once it is decoded. Source: the same.
pub const MOST_BYTES: u64 = 52_428_800;

/// The first bytes of a gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

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
    /// It is neither XML nor a list of addresses.
    #[error("it is no sitemap: it holds neither a urlset nor a sitemapindex")]
    NoSitemap,
    /// The XML breaks off or is wrong.
    #[error("its XML is broken ({0}): what came before was taken")]
    Broken(String),
    /// The compressed data cannot be read.
    #[error("its gzip data cannot be read ({0})")]
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
}

/// Whose addresses are taken from a sitemap.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    /// The site that the sitemap is read for. A sitemap may lie on another host when the site's robots.txt names it.
    site: &'a Origin,
    /// Where the sitemap lies; an index may name others beside it.
    address: &'a PageUrl,
}

/// Reads a sitemap of this site that was fetched from `address`.
pub fn read(bytes: &[u8], address: &PageUrl, site: &Origin) -> Sitemap {
    let place = Place { site, address };
    let mut sitemap = Sitemap::default();
    let text = match plain(bytes) {
        Ok((text, is_whole)) => {
            if !is_whole {
                sitemap.problems.push(Problem::TooLong);
            }
            text
        }
        Err(error) => {
            sitemap.problems.push(Problem::Gzip(error.to_string()));
            return sitemap;
        }
    };
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if is_html(text) {
        sitemap.problems.push(Problem::Html);
    } else if text.starts_with('<') {
        read_xml(text, place, &mut sitemap);
    } else {
        read_lines(text, place, &mut sitemap);
    }
    sitemap
}

/// The bytes unpacked, up to the limit, and whether that is all of them.
fn plain(bytes: &[u8]) -> std::io::Result<(Vec<u8>, bool)> {
    let mut plain = Vec::new();
    if bytes.starts_with(&GZIP_MAGIC) {
        MultiGzDecoder::new(bytes).take(MOST_BYTES + 1).read_to_end(&mut plain)?;
    } else {
        bytes.take(MOST_BYTES + 1).read_to_end(&mut plain)?;
    }
    let is_whole = plain.len() as u64 <= MOST_BYTES;
    plain.truncate(usize::try_from(MOST_BYTES).unwrap_or(usize::MAX));
    Ok((plain, is_whole))
}

fn is_html(text: &str) -> bool {
    let start: String = text.chars().take(64).collect::<String>().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")
}

fn read_xml(text: &str, place: Place<'_>, sitemap: &mut Sitemap) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let (mut kind, mut loc, mut foreign) = (None, None::<String>, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => match tag.local_name().as_ref() {
                "urlset" => kind = Some(Kind::Urlset),
                "sitemapindex" => kind = Some(Kind::Index),
                "html" if kind.is_none() => return sitemap.problems.push(Problem::Html),
                "loc" => loc = Some(String::new()),
                _ => {}
            },
            Ok(Event::Text(part)) => append(&mut loc, Some(&part.xml10_content())),
            Ok(Event::CData(part)) => append(&mut loc, Some(&part.xml10_content())),
            Ok(Event::GeneralRef(reference)) => {
                let entity = format!("&{};", &*reference);
                append(&mut loc, quick_xml::escape::unescape(&entity).ok().as_deref());
            }
            Ok(Event::End(tag)) if tag.local_name().as_ref() == "loc" => {
                if let (Some(kind), Some(text)) = (kind, loc.take()) {
                    take_in(kind, text.trim(), place, sitemap, &mut foreign);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                sitemap.problems.push(Problem::Broken(error.to_string()));
                break;
            }
        }
        if sitemap.urls.len() + sitemap.sitemaps.len() >= MOST_ENTRIES {
            sitemap.problems.push(Problem::TooLong);
            break;
        }
    }
    if kind.is_none() && sitemap.problems.is_empty() {
        sitemap.problems.push(Problem::NoSitemap);
    }
    if foreign > 0 {
        sitemap.problems.push(Problem::Foreign(foreign));
    }
}

fn append(loc: &mut Option<String>, part: Option<&str>) {
    if let (Some(loc), Some(part)) = (loc, part) {
        loc.push_str(part);
    }
}

fn take_in(kind: Kind, text: &str, place: Place<'_>, sitemap: &mut Sitemap, foreign: &mut usize) {
    match PageUrl::parse(text) {
        Ok(url) if kind == Kind::Urlset && url.origin() == *place.site => sitemap.urls.push(url),
        Ok(url) if kind == Kind::Index && place.may_name(&url) => sitemap.sitemaps.push(url),
        Ok(_) | Err(_) => *foreign += 1,
    }
}

impl Place<'_> {
    fn may_name(&self, sitemap: &PageUrl) -> bool {
        let origin = sitemap.origin();
        origin == *self.site || origin == self.address.origin()
    }
}

/// A text sitemap: one address a line.
fn read_lines(text: &str, place: Place<'_>, sitemap: &mut Sitemap) {
    let mut foreign = 0;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_ENTRIES) {
        take_in(Kind::Urlset, line, place, sitemap, &mut foreign);
    }
    if sitemap.urls.is_empty() {
        sitemap.problems.push(Problem::NoSitemap);
    } else if foreign > 0 {
        sitemap.problems.push(Problem::Foreign(foreign));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn read_bytes(bytes: &[u8]) -> Sitemap {
        let address = PageUrl::parse("http://shop.example/sitemap.xml").unwrap();
        read(bytes, &address, &address.origin())
    }

    fn read_text(text: &str) -> Sitemap {
        read_bytes(text.as_bytes())
    }

    fn paths(urls: &[PageUrl]) -> Vec<&str> {
        urls.iter().map(PageUrl::path_and_query).collect()
    }

    #[test]
    fn a_urlset_lists_pages_whatever_its_prefix_escapes_and_white_space() {
        let sitemap = read_text(
            "\u{feff}<?xml version=\"1.0\"?>\n<s:urlset xmlns:s=\"http://www.sitemaps.org/schemas/sitemap/0.9\">
               <s:url><s:loc> http://shop.example/a?x=1&amp;y=2 </s:loc><s:lastmod>2026-01-01</s:lastmod></s:url>
               <s:url><s:loc><![CDATA[http://shop.example/b?x&y]]></s:loc></s:url></s:urlset>",
        );
        assert_eq!(paths(&sitemap.urls), ["/a?x=1&y=2", "/b?x&y"]);
        assert_eq!(sitemap.problems, []);
    }

    #[test]
    fn an_index_lists_sitemaps() {
        let sitemap = read_text(
            "<sitemapindex><sitemap><loc>http://shop.example/s1.xml</loc></sitemap></sitemapindex>",
        );
        assert_eq!(paths(&sitemap.sitemaps), ["/s1.xml"]);
    }

    #[test]
    fn a_gzipped_sitemap_is_told_by_its_first_bytes() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"<urlset><url><loc>http://shop.example/a</loc></url></urlset>").unwrap();
        assert_eq!(paths(&read_bytes(&encoder.finish().unwrap()).urls), ["/a"]);
        assert!(matches!(read_bytes(&[0x1f, 0x8b, 1, 2]).problems[..], [Problem::Gzip(_)]));
    }

    #[test]
    fn what_came_before_a_break_counts() {
        let sitemap = read_text(
            "<urlset><url><loc>http://shop.example/a</loc></url><url><loc>http://shop.example/b</lo",
        );
        assert_eq!(paths(&sitemap.urls), ["/a"]);
        assert!(matches!(sitemap.problems[..], [Problem::Broken(_)]), "{:?}", sitemap.problems);
    }

    #[test]
    fn a_web_page_and_other_texts_are_no_sitemaps() {
        assert_eq!(read_text("<!DOCTYPE html><html><p>Welcome").problems, [Problem::Html]);
        assert_eq!(read_text("<?xml version='1.0'?><html/><html></html>").problems, [Problem::Html]);
        assert_eq!(read_text("<rss></rss>").problems, [Problem::NoSitemap]);
        assert_eq!(read_text("Not Found").problems, [Problem::NoSitemap]);
        assert_eq!(read_text("").problems, [Problem::NoSitemap]);
    }

    #[test]
    fn addresses_of_other_sites_are_left_out_and_counted() {
        let sitemap = read_text("http://shop.example/a\nhttp://other.example/b\nnonsense\n");
        assert_eq!((paths(&sitemap.urls), &sitemap.problems[..]), (vec!["/a"], &[Problem::Foreign(2)][..]));
    }

    #[test]
    fn a_sitemap_on_another_host_lists_pages_of_the_site_that_it_is_read_for() {
        let address = PageUrl::parse("http://cdn.example/sitemap.xml").unwrap();
        let site = PageUrl::parse("http://shop.example/").unwrap().origin();
        let list = "http://shop.example/a\nhttp://cdn.example/b\n";
        assert_eq!(paths(&read(list.as_bytes(), &address, &site).urls), ["/a"]);
        let index = "<sitemapindex><sitemap><loc>http://cdn.example/s1.xml</loc></sitemap></sitemapindex>";
        assert_eq!(paths(&read(index.as_bytes(), &address, &site).sitemaps), ["/s1.xml"]);
    }

    #[test]
    fn more_entries_than_a_sitemap_may_have_are_left_out() {
        let entry = "<url><loc>http://shop.example/a</loc></url>";
        let sitemap = read_text(&format!("<urlset>{}</urlset>", entry.repeat(MOST_ENTRIES + 5)));
        assert_eq!((sitemap.urls.len(), &sitemap.problems[..]), (MOST_ENTRIES, &[Problem::TooLong][..]));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "(<urlset>|<loc>|</loc>|<!\\[CDATA\\[|&amp;|&x;|<!DOCTYPE x>|http://shop.example/|.){0,20}") {
            let _ = read_text(&text);
        }
    }
}
