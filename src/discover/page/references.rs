//! Character references in attributes: `&amp;`, `&#x2F;`. What is none stays as it is: `?a=1&copy=2` is a query.

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

/// The longest name of a character is `CounterClockwiseContourIntegral`.
const LONGEST_NAME: usize = 32;

/// A text with its character references resolved.
pub(super) fn resolved(text: &str) -> Cow<'_, str> {
    let Some((before, mut rest)) = text.split_once('&') else { return Cow::Borrowed(text) };
    let mut out = before.to_owned();
    loop {
        if let Some((character, behind)) = reference(rest) {
            out.push_str(&character);
            rest = behind;
        } else {
            out.push('&');
        }
        let Some((before, behind)) = rest.split_once('&') else { break };
        out.push_str(before);
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What stands behind an ampersand, as far as it is a reference, and the rest.
fn reference(text: &str) -> Option<(Cow<'static, str>, &str)> {
    if let Some(number) = text.strip_prefix('#') {
        let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let code = if end == 0 { return None } else { u32::from_str_radix(&digits[..end], radix) };
        let character = code.ok().and_then(char::from_u32).filter(|c| *c != '\0').unwrap_or('\u{fffd}');
        let behind = &digits[end..];
        return Some((character.to_string().into(), behind.strip_prefix(';').unwrap_or(behind)));
    }
    let end = text.bytes().take(LONGEST_NAME).position(|byte| !byte.is_ascii_alphanumeric())?;
    let behind = text[end..].strip_prefix(';')?;
    Some((resolve_html5_entity(&text[..end])?.into(), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_and_queries_stay() {
        for (text, expected) in [
            ("/a", "/a"),
            ("/a?x=1&amp;y=2&AMP;z", "/a?x=1&y=2&z"),
            ("&#x2f;a&#47;b&#65", "/a/bA"),
            ("/?a=1&copy=2&y", "/?a=1&copy=2&y"),
            ("/?q=&eacute;&nosuch;&;&", "/?q=é&nosuch;&;&"),
            ("&#0;&#xD800;&#99999999999;&#;&#x;", "\u{fffd}\u{fffd}\u{fffd}&#;&#x;"),
            ("&amp;amp;", "&amp;"),
        ] {
            assert_eq!(resolved(text), expected, "{text}");
        }
    }
}
