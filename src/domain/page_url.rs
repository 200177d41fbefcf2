//! Addresses: one URL of a site in its normal form, the site's origin, and the section that a path belongs to.
//!
//! Two spellings of one address are one URL: scheme and host in lower case, the default port and the fragment
//! dropped, percent-encoding normalised (RFC 3986, 6.2.2). The query keeps its order: two orders may be two pages.
//! User names and passwords in an address are dropped, so that they reach neither database nor log.
//!
//! An address is kept as its text (24 bytes and the text; a `url::Url` takes 88), and most links of a page are resolved by
//! joining texts: a page has dozens, and the `url` crate took more time for them than the page for being read.

mod bad_url;
mod section;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::bad_url::BadUrl;
use self::bad_url::syntax;
pub use self::section::Section;
use super::percent;

/// One normalised http or https address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl {
    text: Box<str>,
    /// Where the path begins.
    path_at: u32,
}

/// Scheme, host and port: what a search engine throttles as one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl PageUrl {
    /// Reads and normalises an absolute address.
    pub fn parse(text: &str) -> Result<Self, BadUrl> {
        let text = text.trim();
        if let Some(plain) = Self::parse_plain(text) {
            return Ok(plain);
        }
        Self::parse_any(text)
    }

    /// Reads an absolute address whose text is its normal form; `None`: it is not.
    fn parse_plain(text: &str) -> Option<Self> {
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let (scheme, rest) =
            text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
        let (host, _) = rest.split_once('/')?;
        let path_at = scheme.len() + 3 + host.len();
        let is_normal = is_plain_host(host) && is_plain(&text[path_at..], false);
        is_normal
            .then(|| u32::try_from(path_at).ok().map(|path_at| Self { text: text.into(), path_at }))
            .flatten()
    }

    fn parse_any(text: &str) -> Result<Self, BadUrl> {
        // The url crate reads `https:///x` as the host `x`; nobody means that.
        if text.split_once("://").is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('/')) {
            return Err(BadUrl::NoHost { text: text.to_owned() });
        }
        let url = Url::parse(text).map_err(|e| syntax(text, e))?;
        Self::of(url, text)
    }

    /// Resolves a reference found on this page, such as an `href` or a `Location`. ASCII white space around and line
    /// breaks inside it do not count (WHATWG URL, 4.4).
    pub fn join(&self, reference: &str) -> Result<Self, BadUrl> {
        self.join_plain(reference).map_or_else(|| self.join_parsed(reference), Ok)
    }

    fn join_parsed(&self, reference: &str) -> Result<Self, BadUrl> {
        let url = self.as_url().join(reference).map_err(|e| syntax(reference, e))?;
        Self::of(url, reference)
    }

    /// Resolves a reference that is plain, so that its text is its normal form; `None`: it is not.
    fn join_plain(&self, reference: &str) -> Option<Self> {
        let origin = self.before_path();
        let reference =
            reference.strip_prefix(origin).filter(|rest| rest.starts_with('/')).unwrap_or(reference);
        let reference = reference.split_once('#').map_or(reference, |(before, _)| before);
        if reference.starts_with('/') {
            let is_plain = !reference.starts_with("//") && is_plain(reference, false);
            return is_plain.then(|| self.with_path(&[reference]));
        }
        if let Some(absolute) = Self::parse_plain(reference) {
            return Some(absolute);
        }
        // Up from the directory of this page, as far as there is one. The url crate does not go up from `C:`.
        let (mut directory, mut rest) = (parent(self.path()), reference);
        if reference.starts_with('.') && directory.contains([':', '|']) {
            return None;
        }
        loop {
            if let Some(behind) = rest.strip_prefix("../") {
                (directory, rest) = (parent(directory.strip_suffix('/').unwrap_or_default()), behind);
            } else if let Some(behind) = rest.strip_prefix("./") {
                rest = behind;
            } else {
                break;
            }
        }
        (!rest.is_empty() && !rest.starts_with('?') && is_plain(rest, true))
            .then(|| self.with_path(&[directory, rest]))
    }

    fn with_path(&self, parts: &[&str]) -> Self {
        let origin = self.before_path();
        let length = parts.iter().map(|part| part.len()).sum::<usize>() + origin.len();
        let mut text = String::with_capacity(length);
        text.push_str(origin);
        for part in parts {
            text.push_str(part);
        }
        Self { text: text.into(), path_at: self.path_at }
    }

    /// Resolves a reference found on a page in another encoding than UTF-8: browsers write its query in the encoding of
    /// the page (WHATWG URL, 4.4), and the server expects it so.
    pub fn join_encoded(
        &self,
        reference: &str,
        encode: &dyn Fn(&str) -> Cow<'_, [u8]>,
    ) -> Result<Self, BadUrl> {
        let base = self.as_url();
        let options = Url::options().base_url(Some(&base)).encoding_override(Some(encode));
        let url = options.parse(reference).map_err(|e| syntax(reference, e))?;
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
        if url.has_authority() && (!url.username().is_empty() || url.password().is_some()) {
            // Neither can fail on an http URL with a host.
            let _ = url.set_username("");
            let _ = url.set_password(None);
        }
        if let Some(path) = normal_escapes(url.path()) {
            url.set_path(&path);
        }
        if let Some(query) = url.query().and_then(normal_escapes) {
            url.set_query(Some(&query));
        }
        let before = url[..url::Position::BeforePath].len();
        let path_at = u32::try_from(before).map_err(|_| syntax(text, url::ParseError::Overflow))?;
        Ok(Self { text: String::from(url).into(), path_at })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> Origin {
        Origin(self.before_path().to_owned())
    }

    /// Whether it is of this origin. Cheaper than to compare origins: a crawl asks it of each link of each page.
    pub fn is_of(&self, origin: &Origin) -> bool {
        self.before_path() == origin.0
    }

    /// `https://www.example.com`: an address has no user name and no default port.
    fn before_path(&self) -> &str {
        &self.text[..self.path_at as usize]
    }

    /// `/path?query`: what tells it from the other URLs of its site.
    pub fn path_and_query(&self) -> &str {
        &self.text[self.path_at as usize..]
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        self.path_and_query().split('?').next().unwrap_or_default()
    }

    /// The path template that it belongs to.
    pub fn section(&self) -> Section {
        Section::of_path(self.path())
    }

    /// Host name or address, without the port.
    pub fn host(&self) -> &str {
        self.host_and_port().0
    }

    /// The port that is asked: the scheme's own where none is written.
    pub fn port(&self) -> u16 {
        let usual = if self.text.starts_with("https:") { 443 } else { 80 };
        self.host_and_port().1.and_then(|port| port.parse().ok()).unwrap_or(usual)
    }

    fn host_and_port(&self) -> (&str, Option<&str>) {
        let authority = self.before_path().split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            // A colon within brackets is one of an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address as the `url` crate has it, parsed anew.
    ///
    /// # Panics
    ///
    /// Never: the text came from the `url` crate.
    #[expect(clippy::expect_used, reason = "a normal form is a URL")]
    pub fn as_url(&self) -> Url {
        Url::parse(&self.text).expect("a normal form is a URL")
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

/// The directory of a path, with its slash.
fn parent(path: &str) -> &str {
    path.rfind('/').map_or("/", |slash| &path[..=slash])
}

/// Whether a host is a name as the `url` crate would write it. Not of one that may be a number or in another script.
fn is_plain_host(host: &str) -> bool {
    let is_label = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.is_empty()
            && !label.starts_with('-')
            && !label.starts_with("xn--")
            && !label.ends_with('-')
            && label.len() < 64
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    host.len() < 254 && host.split('.').all(is_label) && top.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a path with its query is as the `url` crate would write it: nothing to encode or to decode, no segment of dots,
/// no white space. `is_relative`: it begins with a segment, which must not look like a scheme.
fn is_plain(text: &str, is_relative: bool) -> bool {
    let mut before = if is_relative { b'/' } else { 0 };
    let mut is_path = true;
    for &byte in text.as_bytes() {
        let is_fine = match byte {
            b'.' => !(is_path && before == b'/'),
            b':' => !(is_path && is_relative),
            b'?' => {
                is_path = false;
                true
            }
            _ => PLAIN[usize::from(byte)],
        };
        if !is_fine {
            return false;
        }
        before = byte;
    }
    true
}

/// Bytes that stand for themselves in paths and queries.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let marks = b"-_~!$&()*+,;=@/";
    let mut at = 0;
    while at < marks.len() {
        plain[marks[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let is_alphanumeric = (byte as u8).is_ascii_alphanumeric();
        plain[byte] = plain[byte] || is_alphanumeric;
        byte += 1;
    }
    plain
};

/// Escapes of unreserved characters are undone, the hex digits of the others are in upper case (RFC 3986, 6.2.2).
///
/// `None`: it is like that already, as nearly every address is.
fn normal_escapes(text: &str) -> Option<String> {
    let begin = text.find('%')?;
    let mut out = text[..begin].to_owned();
    // The url crate leaves ASCII only.
    let mut rest = &text.as_bytes()[begin..];
    while let Some((first, behind)) = rest.split_first() {
        let Some(byte) = percent::escaped_byte(rest) else {
            out.push(char::from(*first));
            rest = behind;
            continue;
        };
        if percent::is_unreserved(byte) && !would_become_an_escape(out.as_bytes(), byte) {
            out.push(char::from(byte));
        } else {
            percent::push_escape(&mut out, byte);
        }
        rest = &rest[3..];
    }
    (out != text).then_some(out)
}

/// Behind a `%` that is no escape, as in `100%`, a decoded digit would make it one: `%2%45` is not `%2E`.
fn would_become_an_escape(before: &[u8], byte: u8) -> bool {
    byte.is_ascii_hexdigit()
        && match before {
            [.., b'%'] => true,
            [.., b'%', digit] => digit.is_ascii_hexdigit(),
            _ => false,
        }
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

impl TryFrom<String> for PageUrl {
    type Error = BadUrl;

    fn try_from(text: String) -> Result<Self, BadUrl> {
        Self::parse(&text)
    }
}

impl From<PageUrl> for String {
    fn from(url: PageUrl) -> Self {
        url.text.into()
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
            ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
            ("https://shop.example/%2e%2E/a/%2E/b", "https://shop.example/a/b"),
            ("https://shop.example?a", "https://shop.example/?a"),
            ("https://shop.example:8443/", "https://shop.example:8443/"),
            ("https://shop.example\\a\\b", "https://shop.example/a/b"),
            ("https://shop.example/a b/ü?q=ü x#f", "https://shop.example/a%20b/%C3%BC?q=%C3%BC%20x"),
            ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
            ("https://shop.example/%2%45", "https://shop.example/%2%45"),
            ("https://shop.example/?%%32e", "https://shop.example/?%%32e"),
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
        assert_eq!(normal("http://shop.example/%x0%61"), "http://shop.example/%x0a");
    }

    #[test]
    fn a_reference_is_resolved_as_a_browser_does() {
        let page = PageUrl::parse("http://shop.example/dir/page?x=1").unwrap();
        for (reference, expected) in [
            (" \n b ", "http://shop.example/dir/b"),
            ("/a\n/b\t/c", "http://shop.example/a/b/c"),
            ("?y=2", "http://shop.example/dir/page?y=2"),
            ("//cdn.example/x", "http://cdn.example/x"),
            ("../../up", "http://shop.example/up"),
            ("\u{a0}b", "http://shop.example/dir/%C2%A0b"),
            ("HTTPS:/b", "https://b/"),
        ] {
            assert_eq!(page.join(reference).unwrap().as_str(), expected, "{reference:?}");
        }
        let latin1 = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let joined = page.join_encoded("/ü?q=ü", &|text| Cow::Owned(latin1(text))).unwrap();
        assert_eq!(joined.as_str(), "http://shop.example/%C3%BC?q=%FC");
    }

    #[test]
    fn an_address_knows_its_origin() {
        let url = PageUrl::parse("https://user:secret@Shop.example:8443/a").unwrap();
        assert_eq!(url.origin().as_str(), "https://shop.example:8443");
        assert!(url.is_of(&url.origin()));
        for other in ["https://shop.example/a", "http://shop.example:8443/a", "https://shop.example:8444/"] {
            assert!(!PageUrl::parse(other).unwrap().is_of(&url.origin()), "{other}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(
            start in prop::sample::select(&["http://shop.example", "HTTPS://ünal.Example:443", "http://u:p@[::1]:80"][..]),
            path in "(/|%|%2|%4|2|5|E|e|\\.|%2e|%2E%2e|\\?|=|&|é|~| |\\||'|\"|\\\\|\t|#|%C3|%ff|%25|\\+){0,24}",
        ) {
            // Whatever follows the host is a path or a query.
            let once = normal(&format!("{start}/{path}"));
            prop_assert_eq!(&normal(&once), &once);
            let again = PageUrl::parse(&once).unwrap();
            prop_assert_eq!(again.origin().url(again.path_and_query()).unwrap(), again);
        }

        #[test]
        fn a_plain_reference_is_resolved_as_any_other(
            base in prop::sample::select(&["http://shop.example", "https://ünal.example:8443", "http://[2001:db8::1]"][..]),
            path in "(/|a|b\\.|\\?|%41|:|;){0,8}",
            reference in "(/|\\.\\./|\\./|\\.\\.|\\.|http:|https://|http://shop\\.example|a|B|%41|%C3|é|\\?|=|&|#|:|@|'|\"|\\[|\\^|\\||\\\\| |\t|~|;){0,10}",
        ) {
            let page = PageUrl::parse(&format!("{base}/{path}")).unwrap();
            if let Some(joined) = page.join_plain(&reference) {
                prop_assert_eq!(Ok(joined.clone()), page.join_parsed(&reference), "{}", page);
                prop_assert_eq!(normal(joined.as_str()), joined.as_str());
            }
        }

        #[test]
        fn a_plain_address_is_read_as_any_other(
            text in "https?://(shop\\.example|[a-z0-9.-]{0,8}|xn--a|1\\.2\\.3\\.4|0x7f\\.1|h|a--b|u@h|h:80)/(/|\\.|a|%41|\\?|#|:|'){0,6}",
        ) {
            if let Some(plain) = PageUrl::parse_plain(&text) {
                prop_assert_eq!(Ok(plain), PageUrl::parse_any(&text));
            }
        }

        #[test]
        fn an_address_tells_its_parts_as_the_url_crate_does(
            text in "https?://(shop\\.example|ü\\.example|\\[::1\\]|127\\.1|u:p@h\\.example)(:80|:443|:8080|:0|:)?(/[a:@]{0,3})?(\\?[a:/@?]{0,4})?",
        ) {
            let (page, url) = (PageUrl::parse(&text).unwrap(), Url::parse(&text).unwrap());
            prop_assert_eq!((Some(page.host()), Some(page.port())), (url.host_str(), url.port_or_known_default()));
            prop_assert_eq!((page.path(), page.path_and_query()), (url.path(), &url[url::Position::BeforePath..]));
        }

        #[test]
        fn no_text_makes_it_fail(text in "\\PC{0,40}", reference in "\\PC{0,40}") {
            let _ = PageUrl::parse(&text);
            let _ = PageUrl::parse("http://shop.example/a").unwrap().join(&reference);
        }
    }
}
