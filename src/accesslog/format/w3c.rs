//! The extended log format of the W3C, <https://www.w3.org/TR/WD-logfile.html>: a line `#Fields:` names the columns of those
//! below it. IIS writes it with spaces, CloudFront with tabs. Times are in UTC.
//!
//! The decision that a reader would question: a line without `#Fields` above it is read by the columns that IIS and
//! CloudFront have when nobody changes them, when it has as many. A piece of a log that was cut in two is still a log.

use memchr::{memchr, memchr_iter};

use super::draft::Draft;
use super::field::Field::{
    self, Agent, Bytes, Client, Elapsed, Forwarded, Host, Method, Other, Path, Port, Query, RequestId,
    Scheme, Status, Substatus, Termination, TimeOfDay, Win32,
};
use super::field::Unit::{Millis, Seconds};
use super::field::Value;
use super::pattern::is_same_name;
use super::text::Escapes;
use super::{Rejected, Scratch};
use crate::accesslog::client::ClientFrom;
use crate::accesslog::hit::Hit;
use crate::diagnosis::gateway::Gateway;

/// The columns of a log, as `#Fields` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    name: &'static str,
    gateway: Option<Gateway>,
    fields: Vec<(Box<str>, Field)>,
    separator: u8,
    escapes: Escapes,
}

/// Fields that tell something; `time-taken` differs, and is told apart by who writes it. Sources:
/// <https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging>, and the reference of CloudFront's standard logs.
const FIELDS: &[(&str, Field)] = &[
    ("date", Field::Date),
    ("time", TimeOfDay),
    ("c-ip", Client),
    ("cs-method", Method),
    ("cs-uri-stem", Path),
    ("cs-uri-query", Query),
    ("cs-uri", Field::Target),
    ("sc-status", Status),
    ("sc-substatus", Substatus),
    ("sc-win32-status", Win32),
    ("sc-bytes", Bytes),
    ("cs(user-agent)", Agent),
    ("cs(x-forwarded-for)", Forwarded),
    ("x-forwarded-for", Forwarded),
    ("s-port", Port),
    ("x-host-header", Host),
    ("cs-host", Host),
    ("cs-protocol", Scheme),
    ("x-edge-request-id", RequestId),
    ("x-edge-detailed-result-type", Termination),
];

impl Columns {
    /// The columns that these servers write when nobody changes them.
    pub(super) const KNOWN: [(&'static str, &'static str); 2] = [
        (
            "iis",
            "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
        ),
        (
            "cloudfront",
            "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end",
        ),
    ];

    /// From a line that says how those below it are written; `None`: it is none.
    pub fn declared(line: &[u8]) -> Option<Self> {
        let fields = line.strip_prefix(b"#Fields:")?;
        let fields = std::str::from_utf8(fields).ok()?;
        let is_cloudfront = fields.contains("x-edge-");
        Some(Self::of(if is_cloudfront { "cloudfront" } else { "iis" }, fields))
    }

    /// From the names of the columns.
    pub(super) fn of(name: &'static str, fields: &str) -> Self {
        let is_cloudfront = name == "cloudfront";
        let column = |field: &str| {
            let lower = field.to_ascii_lowercase();
            let known = FIELDS.iter().find(|(known, _)| *known == lower).map(|(_, field)| field.clone());
            let field = match lower.as_str() {
                "time-taken" if is_cloudfront => Elapsed(Seconds),
                "time-taken" => Elapsed(Millis),
                // CloudFront's own name, not the one that was asked for.
                "cs(host)" if !is_cloudfront => Host,
                _ => known.unwrap_or(Other),
            };
            (lower.into(), field)
        };
        Self {
            name,
            gateway: Some(if is_cloudfront { Gateway::Cloudfront } else { Gateway::Iis }),
            fields: fields.split_ascii_whitespace().map(column).collect(),
            separator: if is_cloudfront { b'\t' } else { b' ' },
            escapes: if is_cloudfront { Escapes::Percent } else { Escapes::Plus },
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Reads a line.
    pub(super) fn read<'a>(&self, line: &'a [u8], scratch: &mut Scratch) -> Result<Hit<'a>, Rejected> {
        if !line.first().is_some_and(u8::is_ascii_digit) && memchr(b'\t', line).is_none() {
            return Err(Rejected::Shape);
        }
        let mut draft = Draft::by(self.gateway, self.escapes);
        let mut count = 0;
        for ((name, field), value) in self.fields.iter().zip(line.split(|byte| *byte == self.separator)) {
            count += 1;
            draft.put(field, Value::text(value), scratch)?;
            if let ClientFrom::Field(asked) = &scratch.client_from
                && (is_same_name(name, asked)
                    || is_same_name(name.trim_start_matches("cs(").trim_end_matches(')'), asked))
            {
                draft.put_named(Value::text(value));
            }
        }
        let has_more = memchr_iter(self.separator, line).count() >= self.fields.len();
        if count < self.fields.len() || has_more {
            return Err(Rejected::Shape);
        }
        draft.finish(scratch)
    }
}
