//! In which character encoding a page is written, as browsers find out: the byte order mark, the `Content-Type`, the first
//! `<meta charset>` (WHATWG HTML, 13.2.3). They guess where nothing is said; we take UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Browsers look for a `<meta charset>` in so many bytes. Source: WHATWG HTML, 13.2.3.2.
const META_WITHIN: usize = 1024;

/// The encoding of a page.
pub(super) fn of_page(content_type: Option<&str>, body: &[u8]) -> &'static Encoding {
    let by_mark = Encoding::for_bom(body).map(|(encoding, _)| encoding);
    by_mark
        .or_else(|| content_type.and_then(|value| charset(value.as_bytes())))
        .or_else(|| meta_charset(&body[..body.len().min(META_WITHIN)]))
        .unwrap_or(UTF_8)
}

/// Who can write a `<meta>` that is read before the encoding is known does not write UTF-16.
fn meta_charset(head: &[u8]) -> Option<&'static Encoding> {
    let mut from = 0;
    while let Some(equals) = head[from..].iter().position(|byte| *byte == b'=').map(|at| from + at) {
        let tag = head[..equals].iter().rposition(|byte| *byte == b'<').map(|at| &head[at + 1..equals]);
        if tag.is_some_and(|tag| starts_with(tag, b"meta") && ends_with(tag.trim_ascii_end(), b"charset")) {
            let encoding = label(&head[equals + 1..])?;
            return Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding });
        }
        from = equals + 1;
    }
    None
}

/// The charset in `text/html; charset=utf-8`.
fn charset(value: &[u8]) -> Option<&'static Encoding> {
    let parameters = value.split(|byte| *byte == b';').skip(1);
    let charset = parameters.map(<[u8]>::trim_ascii).find(|parameter| starts_with(parameter, b"charset"))?;
    label(charset.split(|byte| *byte == b'=').nth(1)?)
}

fn label(text: &[u8]) -> Option<&'static Encoding> {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"\"").or_else(|| text.strip_prefix(b"'")).unwrap_or(text);
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\'' | b';' | b'>' | b'/') || byte.is_ascii_whitespace();
    Encoding::for_label(text.split(is_end).next()?)
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn ends_with(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[text.len() - word.len()..].eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_counts_before_the_header_and_the_header_before_the_page() {
        let koi = "<META http-equiv=content-type content='text/html; Charset = KOI8-R'>";
        for (header, body, expected) in [
            (None, "<p>", "UTF-8"),
            (None, "<meta name=viewport content='width=1'><meta charset=\"Shift_JIS\" />", "Shift_JIS"),
            (None, koi, "KOI8-R"),
            (Some("text/html"), koi, "KOI8-R"),
            (Some("text/html; charset=\"latin1\""), koi, "windows-1252"),
            (Some("text/html; charset=latin1"), "\u{feff}<p>", "UTF-8"),
            (Some("text/html; charset=nonsense"), "<p>", "UTF-8"),
            (None, "<meta charset=utf-16le>", "UTF-8"),
            (None, "<a charset=latin1><script>charset=latin1", "UTF-8"),
        ] {
            assert_eq!(of_page(header, body.as_bytes()).name(), expected, "{header:?} {body}");
        }
        assert_eq!(of_page(None, b"\xff\xfe<\0").name(), "UTF-16LE");
    }
}
