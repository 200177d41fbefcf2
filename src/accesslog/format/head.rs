//! What other programs write around a line when they carry it: syslog (RFC 3164 and 5424, and the ISO times of rsyslog), and
//! the runtimes of containers.

use memchr::{memchr, memchr_iter, memmem};

/// The line within an object of JSON, as Docker's `json-file` keeps it: `{"log":"the line\n","stream":"stdout",...}`.
pub fn wrapped(line: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Wrapper {
        log: String,
    }
    memmem::find(line, b"\"log\":").filter(|_| line.starts_with(b"{"))?;
    let Wrapper { mut log } = serde_json::from_slice(line).ok()?;
    log.truncate(log.trim_end().len());
    Some(log)
}

/// The line itself, where something stands before it.
pub fn body(line: &[u8]) -> Option<&[u8]> {
    match line.first()? {
        b'<' => {
            let end = memchr(b'>', line.get(..6).unwrap_or(line))?;
            line[1..end].iter().all(u8::is_ascii_digit).then_some(())?;
            let rest = &line[end + 1..];
            newer(rest).or_else(|| older(rest)).or_else(|| iso(rest))
        }
        b'A'..=b'Z' => older(line),
        b'0'..=b'9' => iso(line),
        _ => None,
    }
}

/// RFC 3164: `Nov 28 13:58:00 host haproxy[123]: `.
fn older(line: &[u8]) -> Option<&[u8]> {
    let (time, rest) = line.split_at_checked(16)?;
    let [_, _, _, b' ', _, day, b' ', _, _, b':', _, _, b':', _, _, b' '] = time else { return None };
    day.is_ascii_digit().then_some(())?;
    tagged(rest)
}

/// `2026-11-28T13:58:00.123+01:00 host haproxy[123]: `, or `... stdout F ` of containers.
fn iso(line: &[u8]) -> Option<&[u8]> {
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..] = line else { return None };
    let rest = &line[memchr(b' ', line)? + 1..];
    let stream = [&b"stdout "[..], b"stderr "].iter().find_map(|stream| rest.strip_prefix(*stream));
    match stream {
        Some(rest) => rest.strip_prefix(b"F ").or_else(|| rest.strip_prefix(b"P ")),
        None => tagged(rest),
    }
}

/// RFC 5424: `1 2026-11-28T13:58:00Z host haproxy 123 - - `.
fn newer(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line.strip_prefix(b"1 ")?;
    for _ in 0..5 {
        rest = &rest[memchr(b' ', rest)? + 1..];
    }
    let rest = if rest.starts_with(b"[") {
        &rest[memmem::find(rest, b"] ")? + 2..]
    } else {
        rest.strip_prefix(b"- ")?
    };
    Some(rest.strip_prefix("\u{feff}".as_bytes()).unwrap_or(rest))
}

/// `host haproxy[123]: `, or without the host, as programs write it to a local socket.
fn tagged(rest: &[u8]) -> Option<&[u8]> {
    let end = memmem::find(rest.get(..200).unwrap_or(rest), b": ")?;
    let spaces = memchr_iter(b' ', &rest[..end]).count();
    (spaces <= 1).then_some(rest[end + 2..].trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carriers_write_before_a_line_is_taken_away() {
        for line in [
            "Nov 28 13:58:00 lb haproxy[123]: the line",
            "Nov  8 13:58:00 haproxy[123]: the line",
            "<134>Nov 28 13:58:00 lb haproxy[123]: the line",
            "<134>1 2026-11-28T13:58:00Z lb haproxy 123 - - the line",
            "<134>1 2026-11-28T13:58:00Z lb haproxy 123 - [a b=\"c\"] the line",
            "2026-11-28T13:58:00.123+01:00 lb haproxy[123]: the line",
            "2026-11-28T13:58:00.123456789Z stdout F the line",
        ] {
            assert_eq!(body(line.as_bytes()), Some(&b"the line"[..]), "{line}");
        }
    }

    #[test]
    fn other_lines_have_nothing_before_them() {
        for line in [
            "",
            "66.249.66.1 - - [28/Nov/2026:13:58:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"a: b\"",
            "2026-11-28 13:58:00 10.0.0.1 GET /",
            "<html>",
            "<134>",
            "{\"a\": 1}",
        ] {
            assert_eq!(body(line.as_bytes()), None, "{line}");
        }
    }
}
