//! What the headers of an answer say of its page: whether it is one, whether a search engine may index it, which address it
//! names as its own.

use super::{META_NAMES, has_word, is_one_of, says};
use crate::domain::page_url::PageUrl;

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
        if is_for_us && says(rule, "noindex") {
            return true;
        }
    }
    false
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
    use super::*;

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
}
