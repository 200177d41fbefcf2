//! AWS load balancers: the application one, whose lines begin with a type, and the classic one. Sources:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html> and
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html>.

use memchr::memchr;

use super::draft::Draft;
use super::field::{Field, Unit, Value};
use super::text::Escapes;
use super::{Rejected, Scratch};
use crate::accesslog::hit::{Hit, Scheme};
use crate::diagnosis::gateway::Gateway;

/// The columns behind the type; durations are added up apart.
const COLUMNS: &[Field] = &[
    Field::Time,
    Field::Other,
    Field::Client,
    Field::Other,
    Field::Other,
    Field::Other,
    Field::Other,
    Field::Status,
    Field::UpstreamStatus,
    Field::Other,
    Field::Bytes,
    Field::Request,
    Field::Agent,
    Field::Other,
    Field::Other,
    Field::Other,
    Field::RequestId,
    Field::Host,
    Field::Other,
    Field::Other,
    Field::Other,
    Field::Other,
    Field::Other,
    Field::Termination,
];

/// Where the three durations stand.
const DURATIONS: std::ops::Range<usize> = 4..7;

/// A line that ends before it is none of these logs.
const SHORTEST: usize = 13;

/// Reads a line.
pub(super) fn read<'a>(line: &'a [u8], scratch: &mut Scratch) -> Result<Hit<'a>, Rejected> {
    let mut draft = Draft::by(Some(Gateway::AwsElb), Escapes::Backslash);
    let mut fields = Fields { rest: line };
    let end = memchr(b' ', line).ok_or(Rejected::Shape)?;
    // `h2` is HTTPS, `grpcs` too; the request names its scheme anyway.
    let kind = &line[..end];
    if matches!(kind, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss") {
        fields.rest = &line[end + 1..];
        let is_tls = Scheme::named(kind) != Some(Scheme::Http);
        draft.put(&Field::Scheme, Value::text(if is_tls { b"https" } else { b"http" }), scratch)?;
    }
    let mut elapsed = 0.0;
    let mut count = 0;
    for (at, (column, field)) in COLUMNS.iter().zip(fields).enumerate() {
        if DURATIONS.contains(&at) {
            // -1: the request did not come so far.
            elapsed += Value::text(field).real().ok_or(Rejected::Shape)?.max(0.0);
        }
        draft.put(column, Value::text(field), scratch)?;
        count = at + 1;
    }
    if count < SHORTEST {
        return Err(Rejected::Shape);
    }
    draft.put(&Field::Elapsed(Unit::Seconds), Value::Real(elapsed), scratch)?;
    draft.finish(scratch)
}

/// Fields between spaces, or within quotes.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (field, rest) = if let Some(quoted) = self.rest.strip_prefix(b"\"") {
            let end = memchr(b'"', quoted).unwrap_or(quoted.len());
            let rest = quoted.get(end + 1..).unwrap_or_default();
            (&quoted[..end], rest.strip_prefix(b" ").unwrap_or(rest))
        } else {
            let end = memchr(b' ', self.rest).unwrap_or(self.rest.len());
            (&self.rest[..end], self.rest.get(end + 1..).unwrap_or_default())
        };
        self.rest = rest;
        Some(field)
    }
}
