//! What stands behind a combined line: fields that many sites add, and that no format names. What a field is, is told by its
//! key where it has one, and else by what it looks like.
//!
//! The decision that a reader would question: guesses are few. A bare number may be anything; a list of addresses is
//! `X-Forwarded-For`, a list of statuses is `$upstream_status`, and a number with a decimal point is `$request_time`.

use memchr::memchr_iter;

use super::super::draft::{Draft, address_of, is_statuses};
use super::super::field::{Field, Unit, Value};
use super::super::{Rejected, Scratch};
use super::{is_same_name, variable};
use crate::accesslog::client::ClientFrom;
use crate::diagnosis::gateway::Gateway;

/// Keys that sites use for nginx's variables; `rt`, `uct`, `uht` and `urt` are of nginx's own guide to logging.
const KEYS: &[(&str, Field)] = &[
    ("rt", Field::Elapsed(Unit::Seconds)),
    ("us", Field::UpstreamStatus),
    ("ustatus", Field::UpstreamStatus),
    ("uht", Field::HeaderTime),
    ("xff", Field::Forwarded),
    ("x_forwarded_for", Field::Forwarded),
    ("vhost", Field::Host),
    ("rid", Field::RequestId),
    ("reqid", Field::RequestId),
];

/// Reads what follows.
pub(super) fn read<'a>(rest: &'a [u8], draft: &mut Draft<'a>, scratch: &mut Scratch) -> Result<(), Rejected> {
    let mut rest = rest.trim_ascii_start();
    let mut has_elapsed = false;
    while !rest.is_empty() {
        let (key, value, is_quoted, after) = token(rest);
        rest = after.trim_ascii_start();
        let field = match key {
            Some(key) => of_key(key),
            None => guess(value, is_quoted, draft, &mut has_elapsed),
        };
        if field == Field::UpstreamStatus {
            // No other server writes it.
            draft.gateway = draft.gateway.or(Some(Gateway::Nginx));
        }
        if let (Some(key), ClientFrom::Field(name)) = (key, &scratch.client_from)
            && std::str::from_utf8(key).is_ok_and(|key| is_same_name(key, name))
        {
            draft.put_named(Value::text(value));
        }
        draft.put(&field, Value::text(value), scratch)?;
    }
    Ok(())
}

fn of_key(key: &[u8]) -> Field {
    let Ok(key) = std::str::from_utf8(key) else { return Field::Other };
    match KEYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
        Some((_, field)) => field.clone(),
        // A second time or status would only contradict the line.
        None => match variable(key) {
            field @ (Field::Forwarded
            | Field::Host
            | Field::Scheme
            | Field::Elapsed(_)
            | Field::UpstreamStatus
            | Field::HeaderTime
            | Field::RequestId) => field,
            _ => Field::Other,
        },
    }
}

fn guess(value: &[u8], is_quoted: bool, draft: &Draft<'_>, has_elapsed: &mut bool) -> Field {
    let is_list = value.contains(&b',');
    if value.is_empty() || value == b"-" {
        Field::Other
    } else if is_statuses(value)
        && (is_list || is_quoted || (draft.status() >= 500 && value == draft.status().to_string().as_bytes()))
    {
        Field::UpstreamStatus
    } else if value.split(|byte| *byte == b',').all(|part| address_of(part.trim_ascii()).is_some()) {
        // An upstream is written with its port.
        let has_port = memchr_iter(b':', value).count() == 1;
        if has_port { Field::Other } else { Field::Forwarded }
    } else if !*has_elapsed && value.contains(&b'.') && Value::text(value).real().is_some() {
        *has_elapsed = true;
        Field::Elapsed(Unit::Seconds)
    } else if value.len() == 32 && value.iter().all(u8::is_ascii_hexdigit) {
        Field::RequestId
    } else if matches!(value, b"http" | b"https") {
        Field::Scheme
    } else {
        Field::Other
    }
}

/// Takes one field: its key, its value, whether it stood in quotes, and the rest.
fn token(rest: &[u8]) -> (Option<&[u8]>, &[u8], bool, &[u8]) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let word = rest.iter().take_while(|byte| is_word(byte)).count();
    let (key, rest) = match rest.get(word) {
        Some(b'=') if word > 0 => (Some(&rest[..word]), &rest[word + 1..]),
        // `upstream_status:"502"`; without the quotes it may be an address.
        Some(b':') if word > 0 && rest.get(word + 1) == Some(&b'"') => {
            (Some(&rest[..word]), &rest[word + 1..])
        }
        _ => (None, rest),
    };
    if let Some(quoted) = rest.strip_prefix(b"\"") {
        let end = super::quote(quoted, b"\"").unwrap_or(quoted.len());
        return (key, &quoted[..end], true, quoted.get(end + 1..).unwrap_or_default());
    }
    let end = super::list_end(rest).unwrap_or(rest.len());
    (key, &rest[..end], false, &rest[end..])
}
