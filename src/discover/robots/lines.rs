//! The lines of a robots.txt as they mean something to a crawler; the others are passed over. It knows no groups.
//!
//! Read as Google's published parser reads them: a colon may be missing, keys may be misspelt or go on behind what is
//! known (`Disallow-all: /` is a `Disallow`). Who writes such a line wants to be understood, and a crawler that is told
//! to stay out had better stay out. Source: <https://github.com/google/robotstxt>.

/// A line that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) key: Key,
    /// Without white space around it.
    pub(super) value: &'a [u8],
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Whom the group is for.
    Agent,
    /// What it may ask for.
    Allow,
    /// What it may not ask for.
    Disallow,
    /// How long it waits between two requests.
    Delay,
    /// Where a sitemap is.
    Sitemap,
}

/// The keys, and the misspellings of them that are common enough for Google to know.
const KEYS: [(&str, Key); 15] = [
    ("user-agent", Key::Agent),
    ("useragent", Key::Agent),
    ("user agent", Key::Agent),
    ("allow", Key::Allow),
    ("disallow", Key::Disallow),
    ("dissallow", Key::Disallow),
    ("dissalow", Key::Disallow),
    ("disalow", Key::Disallow),
    ("diasllow", Key::Disallow),
    ("disallaw", Key::Disallow),
    ("sitemap", Key::Sitemap),
    ("site-map", Key::Sitemap),
    ("crawl-delay", Key::Delay),
    ("crawldelay", Key::Delay),
    ("crawl delay", Key::Delay),
];

/// Longer lines are cut here: eight times the longest address that Internet Explorer knew, as in Google's parser.
const LONGEST_LINE: usize = 2083 * 8 - 1;

/// UTF-8's byte order mark.
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// The lines of a file that say something. Lines end with LF, CR or both.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    without_bom(bytes).split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(line)
}

/// A byte order mark that lost its tail is no part of the first line either.
fn without_bom(mut bytes: &[u8]) -> &[u8] {
    for mark in BOM {
        match bytes.split_first() {
            Some((first, rest)) if *first == mark => bytes = rest,
            _ => break,
        }
    }
    bytes
}

fn line(text: &[u8]) -> Option<Line<'_>> {
    let text = &text[..text.len().min(LONGEST_LINE)];
    let text = text.split(|byte| matches!(byte, b'#' | 0)).next()?.trim_ascii();
    let (word, value) = key_and_value(text)?;
    let (_, key) = KEYS.iter().find(|(known, _)| starts_with(word, known.as_bytes()))?;
    Some(Line { key: *key, value: value.trim_ascii() })
}

/// `key: value`; `key value` counts too, when nothing stands behind it.
fn key_and_value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(colon) = text.iter().position(|byte| *byte == b':') {
        return Some((text[..colon].trim_ascii(), &text[colon + 1..]));
    }
    let space = text.iter().position(u8::is_ascii_whitespace)?;
    let value = text[space..].trim_ascii();
    (!value.iter().any(u8::is_ascii_whitespace)).then_some((&text[..space], value))
}

fn starts_with(key: &[u8], known: &[u8]) -> bool {
    key.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known))
}
