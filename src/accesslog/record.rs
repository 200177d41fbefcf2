//! A bot's hit as it is kept until it is judged: 40 bytes, its texts in tables. Also what its status says.
//!
//! The decision that a reader would question: some statuses that stand in logs are no outcome. The server wrote 499 because
//! the client had gone, so what it would have answered is not known; a request like that is counted, and judges nothing.

use std::net::IpAddr;

use super::hit::{Client, Hit};
use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;
use crate::domain::outcome::{NetworkError, Outcome};

/// One hit of a bot. Ordered by its instant, and then by what it is, so that the order of lines does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What makes it the same request as another: see [`key`].
    pub key: u64,
    /// The file that it stands in.
    pub source: u16,
    /// What the bot got: see [`Seen`].
    pub seen: Seen,
    /// Its URL in [`super::urls::Urls`]; [`NO_URL`]: it has none.
    pub url: u32,
    /// Which bot, from where, in [`super::gather::Who`]s.
    pub who: u32,
    /// How long it took, in milliseconds; [`NO_TIME`]: the log does not say.
    pub elapsed: u32,
    /// Who made the answer, by its place in [`Gateway::ALL`]; [`NOTHING`]: the log does not say.
    pub gateway: u8,
    /// Why, by its place in [`Cause::ALL`]; [`NOTHING`]: the log does not say.
    pub cause: u8,
    /// What kind of request it was.
    pub kind: Kind,
}

/// A hit without a URL.
pub const NO_URL: u32 = u32::MAX;
/// A hit of which the log does not say how long it took.
pub const NO_TIME: u32 = u32::MAX;
/// No gateway, or no cause.
pub const NOTHING: u8 = u8::MAX;

/// What a request was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It asked for a page, and may be one that another server logged, too.
    Fetch,
    /// The same, and it has an id by which others know it.
    NamedFetch,
    /// Anything else than `GET` and `HEAD`: it does not say how the URL is.
    Other,
}

/// What the bot got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// It did not wait for an answer, or the log does not know one.
    Unknown,
    /// This.
    Outcome(Outcome),
}

/// Statuses that stand in logs and that no client got.
const LOG_ONLY: &[(u16, Seen)] = &[
    // nginx: the client closed the connection. <https://nginx.org/en/docs/dev/development_guide.html>
    (499, Seen::Unknown),
    // AWS load balancers: the client closed the connection, or sent what is no request.
    // <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html>
    (460, Seen::Unknown),
    // nginx: closed without an answer, as the configuration asks. <https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return>
    (444, Seen::Outcome(Outcome::Network(NetworkError::Reset))),
    // nginx: these go to the client as 400 (src/http/ngx_http_special_response.c).
    (494, Seen::Outcome(Outcome::Status(400))),
    (495, Seen::Outcome(Outcome::Status(400))),
    (496, Seen::Outcome(Outcome::Status(400))),
    (497, Seen::Outcome(Outcome::Status(400))),
];

impl Seen {
    /// What a hit says that the bot got.
    pub fn of(hit: &Hit<'_>) -> Self {
        if let Some((_, seen)) = LOG_ONLY.iter().find(|(status, _)| *status == hit.status) {
            return *seen;
        }
        match hit.status {
            0..=100 | 102..=199 => Self::Unknown,
            status if status < 500 && is_cut_by_server(hit) => {
                Self::Outcome(Outcome::Network(NetworkError::Incomplete))
            }
            status => Self::Outcome(Outcome::of_status(status)),
        }
    }

    /// The outcome; `None`: unknown.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Unknown => None,
            Self::Outcome(outcome) => Some(outcome),
        }
    }

    /// Whether a search engine takes it as a server error.
    pub fn is_failing(self) -> bool {
        self.outcome().is_some_and(Outcome::is_failing)
    }

    fn code(self) -> u16 {
        match self {
            Self::Unknown => 0,
            Self::Outcome(Outcome::Status(status)) => status,
            Self::Outcome(Outcome::Network(NetworkError::Reset)) => 1,
            Self::Outcome(Outcome::Network(NetworkError::Incomplete)) => 2,
            Self::Outcome(Outcome::Network(_) | Outcome::SoftError) => 3,
        }
    }

    fn of_code(code: u16) -> Self {
        match code {
            0 => Self::Unknown,
            1 => Self::Outcome(Outcome::Network(NetworkError::Reset)),
            2 => Self::Outcome(Outcome::Network(NetworkError::Incomplete)),
            3 => Self::Outcome(Outcome::Network(NetworkError::Protocol)),
            status => Self::Outcome(Outcome::of_status(status)),
        }
    }
}

/// `HAProxy` says in its termination state that the server behind it broke off (`S`) or fell silent (`s`) while it sent data
/// (`D`): the status was sent long before. <https://docs.haproxy.org/3.0/configuration.html#8.5>
fn is_cut_by_server(hit: &Hit<'_>) -> bool {
    hit.facts.gateway == Some(Gateway::Haproxy)
        && hit
            .facts
            .termination
            .as_deref()
            .is_some_and(|state| state.starts_with("SD") || state.starts_with("sD"))
}

/// What makes a request the same as one that another server logged: its id and target, or all that identifies it otherwise.
/// The second in which it was made stands beside it. Keys are stored, so they stay the same from version to version.
pub fn key(hit: &Hit<'_>) -> u64 {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&bytes.len().to_le_bytes());
        hasher.update(bytes);
    };
    part(hit.target.as_bytes());
    if let Some(id) = &hit.request_id {
        part(id.as_bytes());
    } else {
        match hit.client {
            Client::Hidden => part(&[]),
            Client::Address(IpAddr::V4(address)) => part(&address.octets()),
            Client::Address(IpAddr::V6(address)) => part(&address.octets()),
        }
        part(&hit.status.to_le_bytes());
        part(hit.method.as_bytes());
        part(hit.agent.as_bytes());
    }
    short(&hasher.finalize())
}

/// The first 8 bytes of a digest.
pub(super) fn short(digest: &blake3::Hash) -> u64 {
    digest.as_bytes().iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

/// The place of a gateway or a cause among all of them.
pub fn place<T: PartialEq>(all: &[T], one: Option<T>) -> u8 {
    let found = one.and_then(|one| all.iter().position(|other| *other == one));
    found.and_then(|at| u8::try_from(at).ok()).unwrap_or(NOTHING)
}

/// A record as bytes.
pub const BYTES: usize = 35;

impl Record {
    /// Who made the answer, where the log says it.
    pub fn gateway(&self) -> Option<Gateway> {
        Gateway::ALL.get(usize::from(self.gateway)).copied()
    }

    /// Why, where the log says it.
    pub fn cause(&self) -> Option<Cause> {
        Cause::ALL.get(usize::from(self.cause)).copied()
    }

    /// As it is written to a file.
    pub fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(&self.at.to_le_bytes());
        put(&self.key.to_le_bytes());
        put(&self.source.to_le_bytes());
        put(&self.seen.code().to_le_bytes());
        put(&self.url.to_le_bytes());
        put(&self.who.to_le_bytes());
        put(&self.elapsed.to_le_bytes());
        put(&[self.gateway, self.cause, self.kind as u8]);
        bytes
    }

    /// As it was written.
    pub fn of_bytes(bytes: &[u8; BYTES]) -> Self {
        let mut at = 0;
        let mut next = |length: usize| {
            let mut word = [0; 8];
            word[..length].copy_from_slice(&bytes[at..at + length]);
            at += length;
            u64::from_le_bytes(word)
        };
        #[expect(clippy::cast_possible_truncation, reason = "each is as long as it was written")]
        Self {
            at: next(8).cast_signed(),
            key: next(8),
            source: next(2) as u16,
            seen: Seen::of_code(next(2) as u16),
            url: next(4) as u32,
            who: next(4) as u32,
            elapsed: next(4) as u32,
            gateway: next(1) as u8,
            cause: next(1) as u8,
            kind: match next(1) {
                0 => Kind::Fetch,
                1 => Kind::NamedFetch,
                _ => Kind::Other,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use chrono::DateTime;

    use super::super::hit::GatewayFacts;
    use super::*;

    fn hit(status: u16, termination: Option<&'static str>) -> Hit<'static> {
        Hit {
            at: DateTime::UNIX_EPOCH,
            client: Client::Hidden,
            host: None,
            scheme: None,
            method: Cow::Borrowed("GET"),
            target: Cow::Borrowed("/"),
            status,
            agent: Cow::Borrowed("Googlebot"),
            bytes: None,
            elapsed: None,
            facts: GatewayFacts {
                gateway: Some(Gateway::Haproxy),
                termination: termination.map(Cow::Borrowed),
                ..GatewayFacts::default()
            },
            request_id: None,
        }
    }

    #[test]
    fn a_status_that_no_client_got_is_what_the_client_got() {
        let seen = |status, termination| {
            Seen::of(&hit(status, termination)).outcome().map(|outcome| outcome.to_string())
        };
        for (status, termination, is) in [
            (200, None, Some("200")),
            (502, Some("SH--"), Some("502")),
            (429, None, Some("429")),
            (0, None, None),
            (499, None, None),
            (460, None, None),
            (444, None, Some("reset")),
            (497, None, Some("400")),
            (200, Some("SD--"), Some("incomplete")),
            (200, Some("CD--"), Some("200")),
            (101, None, Some("101")),
            (700, None, Some("protocol")),
        ] {
            assert_eq!(seen(status, termination).as_deref(), is, "{status} {termination:?}");
        }
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        for status in [0, 101, 200, 304, 404, 444, 502, 599, 700] {
            let record = Record {
                at: -5,
                key: u64::MAX - 3,
                source: 300,
                seen: Seen::of(&hit(status, None)),
                url: 70_000,
                who: 9,
                elapsed: NO_TIME,
                gateway: place(Gateway::ALL, Some(Gateway::Haproxy)),
                cause: NOTHING,
                kind: Kind::NamedFetch,
            };
            assert_eq!(Record::of_bytes(&record.to_bytes()), record);
            assert_eq!((record.gateway(), record.cause()), (Some(Gateway::Haproxy), None));
        }
    }
}
