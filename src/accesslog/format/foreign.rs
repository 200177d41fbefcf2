//! Lines that are no requests but are met among them: error logs above all. They are named, so that who gave the wrong file
//! is told so.

use memchr::{memchr, memmem};

use super::Rejected;

/// What a log is called, and whether a line is of it.
type Foreign = (&'static str, fn(&[u8]) -> bool);

/// The logs that are known.
const FOREIGN: [Foreign; 4] = [
    ("nginx's error log", is_nginx_error),
    ("Apache's error log", is_apache_error),
    ("HAProxy's own messages", is_haproxy_message),
    ("a web page", |line| line.starts_with(b"<!DOCTYPE") || line.starts_with(b"<html")),
];

/// Why a line that no format takes is none.
pub fn why(line: &[u8], otherwise: Rejected) -> Rejected {
    if memchr(0, line).is_some() {
        return Rejected::Binary;
    }
    let known = FOREIGN.iter().find(|(_, is)| is(line));
    known.map_or(otherwise, |(name, _)| Rejected::Foreign(name))
}

/// `2026/11/28 13:58:00 [error] 123#123: *1 connect() failed ...`.
fn is_nginx_error(line: &[u8]) -> bool {
    matches!(line, [_, _, _, _, b'/', _, _, b'/', _, _, b' ', _, _, b':', _, _, b':', _, _, b' ', b'[', ..])
}

/// `[Sat Nov 28 13:58:00.123456 2026] [proxy:error] [pid 123] ...`.
fn is_apache_error(line: &[u8]) -> bool {
    line.starts_with(b"[") && memmem::find(line.get(..64).unwrap_or(line), b"] [").is_some()
}

/// `[NOTICE]   (123) : New worker ...`, `Server shop/s1 is DOWN, ...`.
fn is_haproxy_message(line: &[u8]) -> bool {
    let starts = [&b"[NOTICE]"[..], b"[WARNING]", b"[ALERT]", b"Proxy ", b"Server ", b"backend "];
    starts.iter().any(|start| line.starts_with(start))
}
