//! `LogFormat` of Apache: directives with a percent sign, and what each of them tells. Source:
//! <https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats>.

use super::super::BadFormat;
use super::super::field::Field;
use super::super::field::Unit::{Micros, Millis, Seconds};
use super::{Piece, bad};

/// Takes a format string apart: what stands before the first directive, and the directives.
pub(super) fn pieces(text: &str) -> Result<(Vec<u8>, Vec<Piece>), BadFormat> {
    let mut head = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        literal(&mut head, &mut pieces, before);
        if let Some(after) = after.strip_prefix('%') {
            literal(&mut head, &mut pieces, "%");
            rest = after;
            continue;
        }
        let (piece, after) = directive(text, after)?;
        // %t writes brackets that the format string does not show.
        if piece.name == "%t" {
            literal(&mut head, &mut pieces, "[");
            pieces.push(piece);
            literal(&mut head, &mut pieces, "]");
        } else {
            pieces.push(piece);
        }
        rest = after;
    }
    literal(&mut head, &mut pieces, rest);
    Ok((head, pieces))
}

/// Adds text behind the last directive, or before the first.
fn literal(head: &mut Vec<u8>, pieces: &mut [Piece], text: &str) {
    // Apache's own names for bytes that cannot stand in a line of its configuration.
    let text = text.replace("\\t", "\t");
    match pieces.last_mut() {
        Some(piece) => piece.until.extend_from_slice(text.as_bytes()),
        None => head.extend_from_slice(text.as_bytes()),
    }
}

/// A directive, and what stands behind it: conditions on the status and `<` or `>`, `{argument}`, and its letters.
fn directive<'a>(text: &str, rest: &'a str) -> Result<(Piece, &'a str), BadFormat> {
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '!' | ',' | '<' | '>'));
    let (argument, rest) = match rest.strip_prefix('{') {
        Some(braced) => {
            let (argument, rest) = braced.split_once('}').ok_or_else(|| bad(text, "a `%{` has no `}`"))?;
            (Some(argument), rest.trim_start_matches(['<', '>']))
        }
        None => (None, rest),
    };
    let length = if rest.starts_with('^') { 3 } else { 1 };
    let letters = rest.get(..length).ok_or_else(|| bad(text, "a percent sign has no letter behind it"))?;
    let name = argument.map_or_else(|| format!("%{letters}"), str::to_owned);
    let piece = Piece { name, field: field(letters, argument), until: Vec::new() };
    Ok((piece, &rest[length..]))
}

fn field(letters: &str, argument: Option<&str>) -> Field {
    let argument = argument.unwrap_or_default();
    match letters {
        "a" if argument.is_empty() => Field::Client,
        "h" => Field::Client,
        "t" => time(argument),
        "r" => Field::Request,
        "m" => Field::Method,
        "U" => Field::Path,
        "q" => Field::Query,
        "s" => Field::Status,
        "B" | "b" | "O" => Field::Bytes,
        "v" | "V" => Field::Host,
        "p" => Field::Port,
        "D" => Field::Elapsed(Micros),
        "T" => Field::Elapsed(match argument {
            "ms" => Millis,
            "us" => Micros,
            _ => Seconds,
        }),
        "L" => Field::RequestId,
        "i" => header(argument),
        "n" if argument.eq_ignore_ascii_case("error-notes") => Field::Termination,
        "e" if argument.eq_ignore_ascii_case("UNIQUE_ID") => Field::RequestId,
        "x" | "e"
            if argument.eq_ignore_ascii_case("SSL_PROTOCOL") || argument.eq_ignore_ascii_case("HTTPS") =>
        {
            Field::Tls
        }
        _ => Field::Other,
    }
}

fn header(name: &str) -> Field {
    match name.to_ascii_lowercase().as_str() {
        "user-agent" => Field::Agent,
        "x-forwarded-for" => Field::Forwarded,
        "host" => Field::Host,
        "x-request-id" => Field::RequestId,
        _ => Field::Other,
    }
}

fn time(pattern: &str) -> Field {
    let pattern = pattern.trim_start_matches("begin:").trim_start_matches("end:");
    match pattern {
        "" | "sec" | "msec" | "usec" => Field::Time,
        // What is left of a second, beside a time that is written by another directive.
        "msec_frac" | "usec_frac" => Field::Other,
        // A zone or an hour alone is no time.
        pattern if !["%d", "%e", "%D", "%F", "%c", "%s", "%j"].iter().any(|day| pattern.contains(day)) => {
            Field::Other
        }
        pattern => Field::TimeBy(pattern.into()),
    }
}
