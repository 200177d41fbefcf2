//! `option httplog` of HAProxy, and `httpslog`, which goes on behind the request. Source:
//! <https://docs.haproxy.org/2.6/configuration.html#8.2.3>.
//!
//! The decision that a reader would question: which captured header is which is guessed. The line does not name them; only an
//! agent looks like an agent.

use memchr::{memchr, memmem};

use super::draft::{Draft, address_of};
use super::field::{Field, Unit, Value};
use super::text::Escapes;
use super::{Rejected, Scratch};
use crate::accesslog::client::ClientFrom;
use crate::accesslog::hit::Hit;
use crate::diagnosis::gateway::Gateway;

/// Reads a line: client [time] frontend backend/server timers status bytes cookie cookie termination connections queues
/// {request headers} {answer headers} "request".
pub(super) fn read<'a>(line: &'a [u8], scratch: &mut Scratch) -> Result<Hit<'a>, Rejected> {
    let mut draft = Draft::by(Some(Gateway::Haproxy), Escapes::Hash);
    let begin = memmem::find(line, b" [").ok_or(Rejected::Shape)?;
    let client = &line[..begin];
    if memchr(b' ', client).is_some() {
        return Err(Rejected::Shape);
    }
    let (time, rest) = cut(&line[begin + 2..], b"] ").ok_or(Rejected::Shape)?;
    draft.put(&Field::Client, Value::text(client), scratch)?;
    draft.put(&Field::Time, Value::text(time), scratch)?;
    let rest = counts(rest, &mut draft, scratch)?;
    let (headers, request) = match rest.first() {
        Some(b'{') => cut(rest, b"} \"").ok_or(Rejected::Shape)?,
        Some(b'"') => (&rest[..0], &rest[1..]),
        _ => return Err(Rejected::Shape),
    };
    for header in headers.split(|byte| matches!(byte, b'{' | b'}' | b'|')) {
        guess(header, &mut draft, scratch)?;
    }
    // A line that syslog cut has no end.
    let request = &request[..memchr(b'"', request).unwrap_or(request.len())];
    let request: &[u8] = if request.starts_with(b"<BADREQ>") { b"" } else { request };
    draft.put(&Field::Request, Value::text(request), scratch)?;
    draft.finish(scratch)
}

/// Reads the fields from the frontend to the queues.
fn counts<'a>(rest: &'a [u8], draft: &mut Draft<'a>, scratch: &mut Scratch) -> Result<&'a [u8], Rejected> {
    let mut rest = rest;
    let mut next = || {
        let (field, after) = cut(rest, b" ")?;
        rest = after;
        Some(field)
    };
    let mut fields = [&b""[..]; 10];
    for field in &mut fields {
        *field = next().ok_or(Rejected::Shape)?;
    }
    let [frontend, server, timers, status, bytes, _, _, termination, connections, queues] = fields;
    let is_right = timers.contains(&b'/')
        && termination.len() == 4
        && [connections, queues].iter().all(|n| n.contains(&b'/'));
    if !is_right {
        return Err(Rejected::Shape);
    }
    // The frontend ends in a tilde when it was asked by TLS.
    if frontend.ends_with(b"~") {
        draft.put(&Field::Scheme, Value::text(b"https"), scratch)?;
    }
    draft.has_no_server = server.ends_with(b"/<NOSRV>");
    let elapsed = timers.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    draft.put(&Field::Elapsed(Unit::Millis), Value::text(elapsed), scratch)?;
    draft.put(&Field::Status, Value::text(status), scratch)?;
    draft.put(&Field::Bytes, Value::text(bytes.strip_prefix(b"+").unwrap_or(bytes)), scratch)?;
    draft.put(&Field::Termination, Value::text(termination), scratch)?;
    // All went well between both sides: the status is the server's.
    let is_passed_on = termination.starts_with(b"--") && !server.ends_with(b">");
    draft.put(&Field::UpstreamStatus, Value::text(if is_passed_on { status } else { b"-" }), scratch)?;
    Ok(rest)
}

/// Puts in a captured header as what it looks like.
fn guess<'a>(header: &'a [u8], draft: &mut Draft<'a>, scratch: &mut Scratch) -> Result<(), Rejected> {
    let header = header.trim_ascii();
    let is_host = || {
        header.contains(&b'.')
            && header.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'))
    };
    let field = if header.is_empty() {
        Field::Other
    } else if header.split(|byte| *byte == b',').all(|part| address_of(part.trim_ascii()).is_some()) {
        Field::Forwarded
    } else if header.contains(&b'/') && !header.starts_with(b"http://") && !header.starts_with(b"https://") {
        Field::Agent
    } else if is_host() {
        Field::Host
    } else {
        Field::Other
    };
    if field == Field::Forwarded && matches!(scratch.client_from, ClientFrom::Field(_)) {
        draft.put_named(Value::text(header));
    }
    draft.put(&field, Value::text(header), scratch)
}

/// What stands before and behind the first of these bytes.
fn cut<'a>(text: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let found = memmem::find(text, at)?;
    Some((&text[..found], &text[found + at.len()..]))
}
