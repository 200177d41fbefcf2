//! What one fetch came to: an HTTP status, a network error, or an error page in disguise, and its class.
//!
//! The class follows Google's table of status codes: 5xx, 429 and every network error are server errors, other 4xx
//! say that the page is gone, the rest is healthy. Source: "How HTTP status codes, and network and DNS errors affect
//! Google Search", <https://developers.google.com/search/docs/crawling-indexing/http-network-errors>.
//!
//! A network error is never written as a made-up status: 524 means that Cloudflare said 524.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The exact result of a fetch. Written as one word: `502`, `read_timeout`, `soft_error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Outcome {
    /// A final HTTP status: 101, or 200 to 599.
    Status(u16),
    /// No HTTP answer, or a broken one.
    Network(NetworkError),
    /// A gateway's error page, served with a status that says all is well.
    SoftError,
}

/// The ways in which a fetch ends without a whole HTTP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkError {
    /// The host's name has no address, or the resolver did not answer.
    Dns,
    /// The host refused the connection.
    Refused,
    /// The connection was not made in time.
    ConnectTimeout,
    /// The TLS handshake or the certificate failed.
    Tls,
    /// The connection was closed or reset before the answer's head was whole.
    Reset,
    /// The connection was made, but the answer did not come in time.
    ReadTimeout,
    /// The head came, but the body was cut short.
    Incomplete,
    /// What came was not HTTP.
    Protocol,
}

/// How a search engine takes an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// 2xx, 3xx.
    Healthy,
    /// 4xx other than 429: the page does not exist, which is not an outage.
    Gone,
    /// A server error: 5xx, 429, any network error, a soft error.
    Failing,
}

/// The network errors and their words; the one place where they are spelled.
const NETWORK_WORDS: [(NetworkError, &str); 8] = [
    (NetworkError::Dns, "dns"),
    (NetworkError::Refused, "refused"),
    (NetworkError::ConnectTimeout, "connect_timeout"),
    (NetworkError::Tls, "tls"),
    (NetworkError::Reset, "reset"),
    (NetworkError::ReadTimeout, "read_timeout"),
    (NetworkError::Incomplete, "incomplete"),
    (NetworkError::Protocol, "protocol"),
];

const SOFT_ERROR: &str = "soft_error";

/// A word that names no outcome.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is not an outcome: give a status from 200 to 599, or one of dns, refused, connect_timeout, tls, reset, read_timeout, incomplete, protocol, soft_error"
)]
pub struct UnknownOutcome(pub String);

impl Outcome {
    /// The outcome of a final status: 101, by which the server switches protocols (RFC 9110, 15.2.2), and 200 to 599. Any
    /// other is not HTTP as we know it: `protocol`.
    pub fn of_status(status: u16) -> Self {
        match status {
            101 | 200..=599 => Self::Status(status),
            _ => Self::Network(NetworkError::Protocol),
        }
    }

    /// How a search engine takes it.
    pub fn class(self) -> Class {
        match self {
            Self::Status(429 | 500..) | Self::Network(_) | Self::SoftError => Class::Failing,
            Self::Status(400..=499) => Class::Gone,
            Self::Status(_) => Class::Healthy,
        }
    }

    /// Whether a search engine takes it as a server error.
    pub fn is_failing(self) -> bool {
        self.class() == Class::Failing
    }
}

impl NetworkError {
    /// The word of spec and database: `read_timeout`.
    pub fn word(self) -> &'static str {
        NETWORK_WORDS.iter().find(|(error, _)| *error == self).map_or("protocol", |(_, word)| word)
    }
}

impl Class {
    /// `healthy`, `gone` or `failing`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Network(error) => f.write_str(error.word()),
            Self::SoftError => f.write_str(SOFT_ERROR),
        }
    }
}

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(word: &str) -> Result<Self, UnknownOutcome> {
        if word == SOFT_ERROR {
            return Ok(Self::SoftError);
        }
        if let Some((error, _)) = NETWORK_WORDS.iter().find(|(_, w)| *w == word) {
            return Ok(Self::Network(*error));
        }
        match word.parse() {
            Ok(status @ (101 | 200..=599)) => Ok(Self::Status(status)),
            _ => Err(UnknownOutcome(word.to_owned())),
        }
    }
}

impl TryFrom<String> for Outcome {
    type Error = UnknownOutcome;

    fn try_from(word: String) -> Result<Self, UnknownOutcome> {
        word.parse()
    }
}

impl From<Outcome> for String {
    fn from(outcome: Outcome) -> Self {
        outcome.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_reads_back_from_its_own_word() {
        let statuses = (200..=599).map(Outcome::Status);
        let errors = NETWORK_WORDS.iter().map(|(error, _)| Outcome::Network(*error));
        for outcome in statuses.chain(errors).chain([Outcome::SoftError]) {
            assert_eq!(outcome.to_string().parse(), Ok(outcome));
        }
    }

    #[test]
    fn google_takes_5xx_and_429_and_network_errors_as_server_errors_and_other_4xx_as_gone() {
        let class = |word: &str| word.parse::<Outcome>().unwrap().class();
        for word in ["500", "502", "503", "504", "520", "599", "429", "refused", "incomplete", "soft_error"] {
            assert_eq!(class(word), Class::Failing, "{word}");
        }
        for word in ["400", "401", "403", "404", "410", "428", "430", "499"] {
            assert_eq!(class(word), Class::Gone, "{word}");
        }
        for word in ["200", "204", "301", "304", "399"] {
            assert_eq!(class(word), Class::Healthy, "{word}");
        }
    }

    #[test]
    fn a_status_that_is_not_http_is_a_protocol_error_and_not_a_made_up_status() {
        assert_eq!(Outcome::of_status(600), Outcome::Network(NetworkError::Protocol));
        assert!("600".parse::<Outcome>().is_err());
        assert!("-1".parse::<Outcome>().is_err());
    }
}
