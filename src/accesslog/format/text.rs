//! Bytes of a log to text: the escapes that servers write are undone, and bytes that are not UTF-8 are replaced.
//!
//! The decision that a reader would question: broken UTF-8 rejects nothing. Attackers and old clients send such bytes every
//! day; the line is true all the same.

use std::borrow::Cow;

use memchr::memchr;

use super::field::Raw;
use crate::domain::percent::escaped_byte;

/// How a format writes bytes that it cannot write as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Not at all, or the reader has undone them.
    #[default]
    None,
    /// `\x22` of nginx, `\"` of Apache.
    Backslash,
    /// `#22` of HAProxy.
    Hash,
    /// A plus for each space, as IIS does.
    Plus,
    /// `%20`, as CloudFront does.
    Percent,
}

/// A field as text.
pub(super) fn text(raw: Raw<'_>, escapes: Escapes) -> Cow<'_, str> {
    match unescaped(raw, escapes) {
        // Checking alone is many times as fast as replacing, and most lines need no more.
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        },
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
        }),
    }
}

fn unescaped(raw: Raw<'_>, escapes: Escapes) -> Raw<'_> {
    let mark = match escapes {
        Escapes::None => return raw,
        Escapes::Backslash => b'\\',
        Escapes::Hash => b'#',
        Escapes::Plus => b'+',
        Escapes::Percent => b'%',
    };
    match memchr(mark, &raw) {
        None => raw,
        Some(first) => Cow::Owned(undo(&raw, first, escapes)),
    }
}

fn undo(raw: &[u8], first: usize, escapes: Escapes) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(&raw[..first]);
    let mut rest = &raw[first..];
    let mut was_plus = false;
    while let Some((byte, after)) = rest.split_first() {
        let (undone, length) = match (escapes, byte) {
            (Escapes::Backslash, b'\\') => backslash(after),
            (Escapes::Hash, b'#') => hex(after).map_or((b'#', 0), |byte| (byte, 2)),
            (Escapes::Plus, b'+') => (b' ', 0),
            (Escapes::Percent, b'%') => escaped_byte(rest).map_or((b'%', 0), |byte| (byte, 2)),
            _ => (*byte, 0),
        };
        // IIS leaves a plus as it is: of two, the first was a space.
        let is_plus = escapes == Escapes::Plus && *byte == b'+' && !was_plus;
        out.push(if was_plus && *byte == b'+' { b'+' } else { undone });
        was_plus = is_plus;
        rest = after.get(length..).unwrap_or_default();
    }
    out
}

/// The byte that an escape stands for, and how much of what follows the backslash belongs to it.
fn backslash(after: &[u8]) -> (u8, usize) {
    match after {
        [b'x', digits @ ..] => hex(digits).map_or((b'\\', 0), |byte| (byte, 3)),
        [b'n', ..] => (b'\n', 1),
        [b't', ..] => (b'\t', 1),
        [b'r', ..] => (b'\r', 1),
        [escaped @ (b'"' | b'\\' | b'\''), ..] => (*escaped, 1),
        _ => (b'\\', 0),
    }
}

fn hex(digits: &[u8]) -> Option<u8> {
    let [high, low, ..] = digits else { return None };
    escaped_byte(&[b'%', *high, *low])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &[u8], escapes: Escapes) -> String {
        text(Cow::Borrowed(raw), escapes).into_owned()
    }

    #[test]
    fn the_escapes_of_each_server_are_undone() {
        for (raw, escapes, is) in [
            ("Bot/1;++http://a.example+b", Escapes::Plus, "Bot/1; +http://a.example b"),
            (r#"a\x22b\"c\\d\q\x"#, Escapes::Backslash, r#"a"b"c\d\q\x"#),
            ("(#22x#7c#) #zz", Escapes::Hash, "(\"x|#) #zz"),
            (
                "Mozilla/5.0+(compatible;+Googlebot/2.1)",
                Escapes::Plus,
                "Mozilla/5.0 (compatible; Googlebot/2.1)",
            ),
            ("a%20b%2", Escapes::Percent, "a b%2"),
            (r"a\x22+%20#22", Escapes::None, r"a\x22+%20#22"),
        ] {
            assert_eq!(read(raw.as_bytes(), escapes), is);
        }
    }

    #[test]
    fn broken_utf_8_is_replaced_wherever_it_stands() {
        assert_eq!(read(b"caf\xe9", Escapes::None), "caf\u{fffd}");
        assert_eq!(read(br"caf\xE9", Escapes::Backslash), "caf\u{fffd}");
        assert_eq!(read("café".as_bytes(), Escapes::Backslash), "café");
    }

    #[test]
    fn what_needs_no_change_is_not_copied() {
        assert!(matches!(text(Cow::Borrowed(b"Googlebot/2.1"), Escapes::Backslash), Cow::Borrowed(_)));
    }
}
