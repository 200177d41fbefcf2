//! The request line of a log: `GET /a?b HTTP/1.1`, and all that stands there instead.

use memchr::{memchr, memmem, memrchr};

use crate::accesslog::hit::Scheme;

/// What a request line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// `-` where it is no request.
    pub(super) method: &'a [u8],
    pub(super) target: &'a [u8],
    /// Of an absolute address.
    pub(super) scheme: Option<Scheme>,
    pub(super) host: Option<&'a [u8]>,
}

/// Takes a request line apart. What is none, such as the first bytes of TLS on a port for HTTP, has the method `-`.
pub(super) fn asked(line: &[u8]) -> Asked<'_> {
    let nothing =
        Asked { method: b"-", target: if line.is_empty() { b"-" } else { line }, scheme: None, host: None };
    let Some(space) = memchr(b' ', line) else { return nothing };
    let (method, rest) = (&line[..space], &line[space + 1..]);
    if method.is_empty()
        || !method.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    {
        return nothing;
    }
    // The address may hold spaces: the protocol is what stands last.
    let target = match memrchr(b' ', rest) {
        Some(last) if rest[last + 1..].starts_with(b"HTTP/") || rest[last + 1..].starts_with(b"QUIC/") => {
            &rest[..last]
        }
        _ => rest,
    };
    let (scheme, host, target) = relative(target);
    Asked { method, target, scheme, host }
}

/// Scheme, host, and what stands behind the host of an absolute address.
pub(super) fn relative(target: &[u8]) -> (Option<Scheme>, Option<&[u8]>, &[u8]) {
    let whole = (None, None, target);
    if target.first() == Some(&b'/') {
        return whole;
    }
    let Some(end) = memmem::find(target, b"://") else { return whole };
    let Some(scheme) = Scheme::named(&target[..end]) else { return whole };
    let rest = &target[end + 3..];
    let length = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (host, path) = rest.split_at(length);
    let host = without_port(host, scheme);
    (Some(scheme), (!host.is_empty()).then_some(host), if path.is_empty() { b"/" } else { path })
}

/// A host without the port that its scheme has anyway.
pub(super) fn without_port(host: &[u8], scheme: Scheme) -> &[u8] {
    let port: &[u8] = match scheme {
        Scheme::Http => b":80",
        Scheme::Https => b":443",
    };
    host.strip_suffix(port).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (String, String, Option<Scheme>, Option<String>) {
        let asked = asked(line.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(asked.method), text(asked.target), asked.scheme, asked.host.map(text))
    }

    #[test]
    fn method_and_target_are_told_whatever_the_target_holds() {
        for (line, method, target) in [
            ("GET /a?b=c HTTP/1.1", "GET", "/a?b=c"),
            ("GET /a b c HTTP/1.0", "GET", "/a b c"),
            ("GET /old", "GET", "/old"),
            ("M-SEARCH * HTTP/1.1", "M-SEARCH", "*"),
            ("CONNECT shop.example:443 HTTP/1.1", "CONNECT", "shop.example:443"),
            ("-", "-", "-"),
            ("", "-", "-"),
            (r"\x16\x03\x01", "-", r"\x16\x03\x01"),
            (r"\x16\x03 \x01", "-", r"\x16\x03 \x01"),
            ("GET  HTTP/1.1", "GET", ""),
        ] {
            assert_eq!(parts(line), (method.to_owned(), target.to_owned(), None, None), "{line}");
        }
    }

    #[test]
    fn an_absolute_address_is_taken_apart() {
        for (line, target, scheme, host) in [
            ("GET http://shop.example/a?b HTTP/1.1", "/a?b", Scheme::Http, "shop.example"),
            ("GET https://shop.example:443/ HTTP/2.0", "/", Scheme::Https, "shop.example"),
            ("GET https://shop.example:8443 HTTP/2.0", "/", Scheme::Https, "shop.example:8443"),
            ("GET http://[2001:db8::1]?q HTTP/1.1", "?q", Scheme::Http, "[2001:db8::1]"),
        ] {
            let (_, told, its_scheme, its_host) = parts(line);
            assert_eq!((told.as_str(), its_scheme, its_host.as_deref()), (target, Some(scheme), Some(host)));
        }
    }
}
