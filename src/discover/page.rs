//! A web page: where it links to, and what it says of itself to a search engine.
//!
//! It is read in one streaming pass by `lol_html`, which was measured five times faster than a DOM with the same links;
//! text in scripts and comments is no markup. When a page breaks in the middle, what was found before counts.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use lol_html::html_content::Element;
use lol_html::{HandlerResult, HtmlRewriter, Settings, element};

use crate::domain::page_url::PageUrl;

/// What a page says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Where it links to, each address once, in its order.
    pub links: Vec<Link>,
    /// The address that it names as its own.
    pub canonical: Option<PageUrl>,
    /// It asks search engines not to index it.
    pub noindex: bool,
}

/// A link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub url: PageUrl,
    /// It asks search engines not to follow it.
    pub nofollow: bool,
}

/// Whose `<meta name>` is read: everybody's, and Google's.
const META_NAMES: [&str; 2] = ["robots", "googlebot"];

/// The relations of a `<link>` that lead to pages of the site.
const LINK_RELATIONS: [&str; 3] = ["next", "canonical", "alternate"];

/// Collects what a page says while it is read.
struct Reader {
    address: PageUrl,
    base: PageUrl,
    page: Page,
    seen: HashSet<PageUrl>,
}

/// Reads a page that was fetched from `address`.
pub fn read(body: &[u8], address: &PageUrl) -> Page {
    let reader = Reader {
        address: address.clone(),
        base: address.clone(),
        page: Page::default(),
        seen: HashSet::new(),
    };
    let reader = Rc::new(RefCell::new(reader));
    let on = |tell: fn(&mut Reader, &Element<'_, '_>)| {
        let reader = Rc::clone(&reader);
        move |el: &mut Element<'_, '_>| -> HandlerResult {
            tell(&mut reader.borrow_mut(), el);
            Ok(())
        }
    };
    let settings = Settings::new()
        .append_element_content_handler(element!("a[href], area[href]", on(Reader::anchor)))
        .append_element_content_handler(element!("base[href]", on(Reader::rebase)))
        .append_element_content_handler(element!("link[rel][href]", on(Reader::relation)))
        .append_element_content_handler(element!("meta[name][content]", on(Reader::meta)));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| ());
    // A page that breaks its own markup is read up to there.
    if rewriter.write(body).is_ok() {
        let _ = rewriter.end();
    }
    std::mem::take(&mut reader.borrow_mut().page)
}

impl Reader {
    fn anchor(&mut self, el: &Element<'_, '_>) {
        let nofollow = has_word(el.get_attribute("rel").as_deref(), "nofollow");
        if let Some(url) = self.target(el) {
            self.link(url, nofollow);
        }
    }

    /// Only the first `base` counts, and it is relative to the page's own address.
    fn rebase(&mut self, el: &Element<'_, '_>) {
        if self.base == self.address
            && let Some(base) = self.target(el)
        {
            self.base = base;
        }
    }

    fn relation(&mut self, el: &Element<'_, '_>) {
        let rel = el.get_attribute("rel");
        if !LINK_RELATIONS.iter().any(|word| has_word(rel.as_deref(), word)) || is_a_feed(el) {
            return;
        }
        let Some(url) = self.target(el) else { return };
        if has_word(rel.as_deref(), "canonical") && self.page.canonical.is_none() {
            self.page.canonical = Some(url.clone());
        }
        self.link(url, false);
    }

    fn meta(&mut self, el: &Element<'_, '_>) {
        let name = el.get_attribute("name").unwrap_or_default();
        if is_one_of(&META_NAMES, name.trim()) {
            self.page.noindex |= el.get_attribute("content").is_some_and(|content| says_noindex(&content));
        }
    }

    fn target(&self, el: &Element<'_, '_>) -> Option<PageUrl> {
        let href = el.get_attribute("href")?;
        let href = unescape(href.trim());
        // A reference to a place on the same page leads nowhere.
        if href.starts_with('#') || href.is_empty() { None } else { self.base.join(&href).ok() }
    }

    fn link(&mut self, url: PageUrl, nofollow: bool) {
        if self.seen.insert(url.clone()) {
            self.page.links.push(Link { url, nofollow });
        }
    }
}

/// A feed or another format of the page is an alternate, but no page.
fn is_a_feed(el: &Element<'_, '_>) -> bool {
    el.get_attribute("type").is_some_and(|media| !media.trim().to_ascii_lowercase().starts_with("text/html"))
}

fn has_word(attribute: Option<&str>, word: &str) -> bool {
    attribute.is_some_and(|value| value.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case(word)))
}

fn says_noindex(directives: &str) -> bool {
    directives
        .split(',')
        .map(str::trim)
        .any(|d| d.eq_ignore_ascii_case("noindex") || d.eq_ignore_ascii_case("none"))
}

/// Character references in an address; `&amp;` is all but the only one that occurs.
fn unescape(text: &str) -> String {
    if text.contains('&') {
        quick_xml::escape::unescape(text).map_or_else(|_| text.replace("&amp;", "&"), Into::into)
    } else {
        text.to_owned()
    }
}

/// Whether an answer is a web page: by its media type, or by its first bytes when it states none.
pub fn is_html(content_type: Option<&str>, body: &[u8]) -> bool {
    let Some(media) = content_type else {
        let start = String::from_utf8_lossy(&body[..body.len().min(512)]).trim_start().to_ascii_lowercase();
        return start.starts_with("<!doctype html") || start.starts_with("<html");
    };
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "text/html" || media == "application/xhtml+xml"
}

/// Rules of an `X-Robots-Tag` that have a value after a colon, and so look like the name of a crawler.
/// Source: <https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag>.
const RULES_WITH_VALUE: [&str; 4] =
    ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"];

/// Whether `X-Robots-Tag` headers keep a page out of the index: `noindex`, or `googlebot: noindex`.
pub fn x_robots_noindex<'a>(mut values: impl Iterator<Item = &'a str>) -> bool {
    values.any(header_says_noindex)
}

/// The name of a crawler holds for the rules behind it, up to the next name: a gateway may have joined several headers.
fn header_says_noindex(value: &str) -> bool {
    let mut is_for_us = true;
    for part in value.split(',') {
        let (agent, rule) = match part.split_once(':') {
            Some((name, _)) if is_one_of(&RULES_WITH_VALUE, name.trim()) => continue,
            // The time of day in the date of an unavailable_after.
            Some((name, _)) if name.trim().contains(char::is_whitespace) => continue,
            Some((name, rule)) => (Some(name.trim()), rule),
            None => (None, part),
        };
        if let Some(agent) = agent {
            is_for_us = is_one_of(&META_NAMES, agent);
        }
        if is_for_us && says_noindex(rule) {
            return true;
        }
    }
    false
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The address that `Link` headers name as canonical: `<https://shop.example/a>; rel="canonical"`.
pub fn header_canonical<'a>(values: impl Iterator<Item = &'a str>, address: &PageUrl) -> Option<PageUrl> {
    values.flat_map(links_of_header).find_map(|(target, parameters)| {
        let rel = parameters
            .split(';')
            .filter_map(|parameter| parameter.split_once('='))
            .find_map(|(n, v)| n.trim().eq_ignore_ascii_case("rel").then(|| v.trim().trim_matches('"')));
        if has_word(rel, "canonical") { address.join(target).ok() } else { None }
    })
}

/// Each target of a `Link` header with its parameters. A comma separates links only behind a target (RFC 8288, 3).
fn links_of_header(value: &str) -> Vec<(&str, &str)> {
    let mut links = Vec::new();
    let mut rest = value;
    while let Some((target, behind)) = rest.split_once('<').and_then(|(_, inside)| inside.split_once('>')) {
        let end = behind.find(", <").or_else(|| behind.find(",<")).unwrap_or(behind.len());
        links.push((target, &behind[..end]));
        rest = &behind[end..];
    }
    links
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(html: &str) -> Page {
        read(html.as_bytes(), &PageUrl::parse("http://shop.example/dir/page").unwrap())
    }

    fn paths(html: &str) -> Vec<String> {
        page(html).links.into_iter().map(|link| link.url.path_and_query().to_owned()).collect()
    }

    #[test]
    fn links_are_resolved_and_each_is_told_once() {
        let html = r##"<a href="x">1</a><a href=/y?a=1&amp;b=2>2</a><area href='../z'><a href="x#top">3</a><a href="#top">4</a>"##;
        assert_eq!(paths(html), ["/dir/x", "/y?a=1&b=2", "/z"]);
    }

    #[test]
    fn a_base_moves_relative_links() {
        assert_eq!(paths(r#"<base href="/other/"><a href="x">1</a>"#), ["/other/x"]);
    }

    #[test]
    fn text_in_scripts_and_comments_and_addresses_that_are_no_pages_are_no_links() {
        let html = r#"<script>var s = '<a href="/no">';</script><!-- <a href="/no2"> -->
            <a href="javascript:go()">x</a><a href="mailto:a@b.example">m</a><a href="data:text/html,x">d</a>"#;
        assert_eq!(paths(html), Vec::<String>::new());
    }

    #[test]
    fn canonical_noindex_and_nofollow_are_told() {
        let page = page(
            r#"<link rel=canonical href=/c><meta name=Robots content="noarchive, NOINDEX"><a rel="nofollow x" href=/n>"#,
        );
        assert_eq!(page.canonical.unwrap().path(), "/c");
        assert!(page.noindex);
        assert!(page.links.iter().any(|link| link.nofollow && link.url.path() == "/n"));
        assert!(!self::page("<meta name=description content=noindex>").noindex);
    }

    #[test]
    fn an_x_robots_tag_counts_for_everybody_or_for_google() {
        for (value, noindex) in [
            ("noindex", true),
            ("nofollow, none", true),
            ("googlebot: noindex", true),
            ("Googlebot: nofollow, NoIndex", true),
            ("otherbot: noindex", false),
            ("otherbot: nofollow, noindex", false),
            ("otherbot: noindex, googlebot: noindex", true),
            ("googlebot: nofollow, otherbot: noindex", false),
            ("max-snippet:-1, noindex", true),
            ("max-image-preview: none", false),
            ("unavailable_after: Wed, 25 Jun 2031 15:00:00 PST, noindex", true),
            ("unavailable_after: 25 Jun 2031 15:00:00 PST", false),
            ("all", false),
            ("", false),
        ] {
            assert_eq!(x_robots_noindex([value].into_iter()), noindex, "{value}");
        }
        assert!(x_robots_noindex(["otherbot: noindex", "googlebot: none"].into_iter()));
    }

    #[test]
    fn a_link_header_names_the_canonical_address() {
        let canonical = |values: &[&str]| {
            let address = PageUrl::parse("http://shop.example/dir/page").unwrap();
            header_canonical(values.iter().copied(), &address).map(|url| url.to_string())
        };
        let a = Some("http://shop.example/a".to_owned());
        assert_eq!(canonical(&["<http://shop.example/a>; rel=\"canonical\""]), a);
        assert_eq!(canonical(&["</a>; title=\"x\"; REL=canonical"]), a);
        assert_eq!(canonical(&["</s.css?a,b>; rel=preload; as=style, </a>; rel=\"next canonical\""]), a);
        assert_eq!(canonical(&["</s.css>; rel=preload", "<../a>; rel=canonical"]), a);
        assert_eq!(canonical(&["</a>; rel=alternate", "nonsense", "<", "<mailto:a@b>; rel=canonical"]), None);
    }

    #[test]
    fn a_page_is_told_by_its_media_type_or_else_by_its_first_bytes() {
        assert!(is_html(Some("text/html; charset=utf-8"), b""));
        assert!(!is_html(Some("application/pdf"), b"<html>"));
        assert!(is_html(None, b"  <!DOCTYPE html><p>"));
        assert!(!is_html(None, b"%PDF-1.7"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(body in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&body, &PageUrl::parse("http://shop.example/").unwrap());
        }
    }
}
