//! Addresses: one URL of a site in its normal form, the site's origin, and the section that a path belongs to.
//!
//! Two spellings of one address are one URL: scheme and host in lower case, the default port and the fragment
//! dropped, percent-encoding normalised (RFC 3986, 6.2.2). The query keeps its order: two orders may be two pages.
//! User names and passwords in an address are dropped, so that they reach neither database nor log.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

/// One normalised http or https address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl(Url);

/// Scheme, host and port: what a search engine throttles as one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// A path template such as `/product/*`: the URLs below one first path segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Section(String);

/// Why a text is not an address that can be crawled.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadUrl {
    /// It is not a URL at all.
    #[error("`{text}` is not a URL ({why}): write it as https://www.example.com/")]
    Syntax {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// `mailto:`, `ftp:` and the like.
    #[error("`{text}` uses the scheme `{scheme}`, but only http and https can be crawled")]
    Scheme {
        /// What was given.
        text: String,
        /// Its scheme.
        scheme: String,
    },
    /// `https:///path`.
    #[error("`{text}` has no host: write it as https://www.example.com/")]
    NoHost {
        /// What was given.
        text: String,
    },
}

impl PageUrl {
    /// Reads and normalises an absolute address.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        let text = text.trim();
        // The url crate reads `https:///x` as the host `x`; nobody means that.
        if text.split_once("://").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('/')) {
            return Err(BadUrl::NoHost { text: text.to_owned() });
        }
        let url = Url::parse(text).map_err(|e| syntax(text, e))?;
        Self::of(url, text)
    }

    /// Resolves a reference found on this page, such as an `href` or a `Location`.
    pub fn join(&self, reference: &str) -> Result<Self, BadUrl> {
        let url = self.0.join(reference.trim()).map_err(|e| syntax(reference, e))?;
        Self::of(url, reference)
    }

    fn of(mut url: Url, text: &str) -> Result<Self, BadUrl> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadUrl::Scheme { text: text.to_owned(), scheme: url.scheme().to_owned() });
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(BadUrl::NoHost { text: text.to_owned() });
        }
        url.set_fragment(None);
        // Neither can fail on an http URL with a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let path = normal_escapes(url.path());
        url.set_path(&path);
        let query = url.query().map(normal_escapes);
        url.set_query(query.as_deref());
        Ok(Self(url))
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> Origin {
        Origin(self.0.origin().ascii_serialization())
    }

    /// `/path?query`: what tells it from the other URLs of its site.
    pub fn path_and_query(&self) -> &str {
        &self.0[url::Position::BeforePath..]
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The path template that it belongs to.
    pub fn section(&self) -> Section {
        Section::of_path(self.path())
    }

    /// Host name or address, without the port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port that is asked: the scheme's own where none is written.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as the `url` crate has it.
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl Origin {
    /// The URL of this origin with the given `/path?query`.
    pub fn url(&self, path_and_query: &str) -> Result<PageUrl, BadUrl> {
        PageUrl::parse(&format!("{}{path_and_query}", self.0))
    }

    /// `https://www.example.com`, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Section {
    /// The section of a path: its first segment, when something lies below it.
    ///
    /// `/product/7` is of `/product/*`; `/about` and `/` are of `/*`.
    pub fn of_path(path: &str) -> Self {
        match path.trim_start_matches('/').split_once('/') {
            Some((first, _)) if !first.is_empty() => Self(format!("/{first}/*")),
            _ => Self("/*".to_owned()),
        }
    }

    /// A section as it was stored.
    pub fn stored(template: String) -> Self {
        Self(template)
    }

    /// `/product/*`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn syntax(text: &str, error: url::ParseError) -> BadUrl {
    match error {
        url::ParseError::EmptyHost => BadUrl::NoHost { text: text.to_owned() },
        other => BadUrl::Syntax { text: text.to_owned(), why: other.to_string() },
    }
}

/// Escapes of unreserved characters are undone, the hex digits of the others are in upper case. After a `%` that is no
/// escape, nothing is undone that would make it one: `%0%61` is not `%0a`.
fn normal_escapes(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut bare) = (0, None);
    while let Some(at) = bytes[rest..].iter().position(|b| *b == b'%').map(|i| rest + i) {
        out.push_str(&text[rest..at]);
        let Some(byte) = bytes.get(at + 1..at + 3).and_then(hex_byte) else {
            bare = Some(out.len());
            out.push('%');
            rest = at + 1;
            continue;
        };
        let completes = byte.is_ascii_hexdigit() && bare.is_some_and(|bare| out.len() - bare < 3);
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' if !completes => {
                out.push(char::from(byte));
            }
            _ => out.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]),
        }
        rest = at + 3;
    }
    out.push_str(&text[rest..]);
    out
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    let value = digit(digits[0])? * 16 + digit(digits[1])?;
    u8::try_from(value).ok()
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PageUrl {
    type Error = BadUrl;

    fn try_from(text: String) -> Result<Self, BadUrl> {
        Self::parse(&text)
    }
}

impl From<PageUrl> for String {
    fn from(url: PageUrl) -> Self {
        url.0.into()
    }
}

impl TryFrom<String> for Origin {
    type Error = BadUrl;

    fn try_from(text: String) -> Result<Self, BadUrl> {
        PageUrl::parse(&text).map(|url| url.origin())
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(text: &str) -> String {
        PageUrl::parse(text).unwrap().to_string()
    }

    #[test]
    fn two_spellings_of_one_address_are_one_url() {
        for (given, expected) in [
            ("HTTP://Shop.Example:80/a#top", "http://shop.example/a"),
            ("https://shop.example:443", "https://shop.example/"),
            ("https://shop.example/%7euser/%c3%a9", "https://shop.example/~user/%C3%A9"),
            ("https://shop.example/a/../b/./c", "https://shop.example/b/c"),
            ("https://user:secret@shop.example/", "https://shop.example/"),
            ("https://shop.example/?q=%2f&r=%41", "https://shop.example/?q=%2F&r=A"),
            ("https://shop.example/100%", "https://shop.example/100%"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("https://ünal.example/", "https://xn--nal-goa.example/"),
        ] {
            assert_eq!(normal(given), expected, "{given}");
        }
    }

    #[test]
    fn what_cannot_be_crawled_is_refused_with_its_reason() {
        let refusal = |text| PageUrl::parse(text).unwrap_err().to_string();
        assert!(refusal("https:///path").contains("no host"));
        assert!(refusal("https://").contains("no host"));
        assert!(refusal("ftp://shop.example/").contains("scheme `ftp`"));
        assert!(refusal("mailto:someone@shop.example").contains("scheme `mailto`"));
        assert!(refusal("shop.example").contains("not a URL"));
        assert!(refusal("").contains("not a URL"));
    }

    #[test]
    fn a_percent_sign_that_escapes_nothing_does_not_become_an_escape() {
        assert_eq!(normal("http://shop.example/%0%61"), "http://shop.example/%0%61");
        assert_eq!(normal("http://shop.example/%%610"), "http://shop.example/%%610");
        assert_eq!(normal("http://shop.example/%x%61"), "http://shop.example/%x%61", "nor when it could not");
        assert_eq!(normal("http://shop.example/%x0%61"), "http://shop.example/%x0a");
    }

    #[test]
    fn a_section_is_the_first_segment_that_has_something_below_it() {
        for (path, section) in [
            ("/", "/*"),
            ("/about.html", "/*"),
            ("/product/7", "/product/*"),
            ("/product/", "/product/*"),
            ("/a/b/c", "/a/*"),
            ("//x", "/*"),
        ] {
            assert_eq!(Section::of_path(path).as_str(), section, "{path}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(path in "[a-z%0-9A-F/.?=&~é]{0,40}") {
            let once = normal(&format!("http://shop.example/{path}"));
            prop_assert_eq!(normal(&once), once);
        }
    }
}
