//! Text of others, made harmless: one line where one line is due, and nothing in it that a reader does not see. What a chat's
//! markup means is escaped where that chat's body is made.

/// A text as one line: what breaks lines becomes a blank, and what is not to be seen goes.
pub(super) fn line(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_whitespace() { ' ' } else { c });
    let line: String = visible.collect();
    line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A text with its lines, without what is not to be seen.
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\t') || !is_hidden(*c)).collect()
}

/// A text of at most so many UTF-16 units, by which most chats count; what is cut off is told by an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> String {
    cut_by(text, most, char::len_utf16)
}

/// The same, counted in bytes of UTF-8.
pub(super) fn cut_bytes(text: &str, most: usize) -> String {
    cut_by(text, most, char::len_utf8)
}

/// The same, counted in UTF-16 units once some characters are replaced by what `escaped` has for them. No replacement is cut in
/// two.
pub(super) fn cut_escaped(text: &str, most: usize, escaped: fn(char) -> Option<&'static str>) -> String {
    let length = |c: char| escaped(c).map_or(c.len_utf16(), str::len);
    let kept = cut_by(text, most, length);
    kept.chars().fold(String::with_capacity(kept.len()), |mut whole, c| {
        match escaped(c) {
            Some(replacement) => whole.push_str(replacement),
            None => whole.push(c),
        }
        whole
    })
}

fn cut_by(text: &str, most: usize, length: impl Fn(char) -> usize) -> String {
    const ELLIPSIS: char = '…';
    if text.chars().map(&length).sum::<usize>() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(length(ELLIPSIS));
    let mut taken = 0;
    let fits = |c: &char| {
        taken += length(*c);
        taken <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}{ELLIPSIS}", kept.trim_end())
}

/// Control characters other than blanks, and those that turn the direction of what follows: a title with them can make an
/// address read as another. Source: Unicode Standard Annex #9, "Explicit directional formatting characters"; the marks
/// without width of Unicode Technical Report #36, 3.1.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(
            c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'
                ..='\u{202e}' | '\u{2060}' | '\u{2066}'
                ..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_would_begin_a_header_is_one_line() {
        assert_eq!(line("Sale\r\nBcc: everybody@shop.example"), "Sale Bcc: everybody@shop.example");
        assert_eq!(line("  a\u{2028}b\u{85}c\t d\u{0}\u{1b}[31m  "), "a b c d[31m");
    }

    #[test]
    fn what_turns_the_direction_of_reading_goes() {
        assert_eq!(line("pay\u{202e}gpj.exe\u{2066}x\u{200f}"), "paygpj.exex");
        assert_eq!(line("שלום עולם"), "שלום עולם");
    }

    #[test]
    fn a_text_keeps_its_lines() {
        assert_eq!(lines("a\r\nb\n\n\u{202e}c\u{7}"), "a\nb\n\nc");
    }

    #[test]
    fn a_cut_text_says_so_and_is_no_longer_than_allowed() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        // An emoji is two units, and is not cut in two.
        assert_eq!(cut("a😀😀", 4), "a😀…");
        assert_eq!(cut_bytes("ääää", 7), "ää…");
    }
}
