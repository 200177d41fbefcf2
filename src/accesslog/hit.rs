//! One request as an access log tells it: the one door between the formats of logs and the judgement of what bots met.
//! Whether it was a bot, and which, is not said here.
//!
//! The decision that a reader would question: a hit borrows from its line. A log of ten million lines has a few thousand
//! hits of bots; copying the others would cost more than reading them.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;

/// One request, and what the client got.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<'a> {
    /// When it was logged, or had begun, as the format has it.
    pub at: DateTime<Utc>,
    /// Who asked, after [`super::client::ClientFrom`].
    pub client: Client,
    /// The host that was asked, where the log has it; with a port where that is not the scheme's own.
    pub host: Option<Cow<'a, str>>,
    /// The scheme, where the log has it.
    pub scheme: Option<Scheme>,
    /// Such as `GET`; `-` where there was no request, or what came was not one.
    pub method: Cow<'a, str>,
    /// Path and query as asked; of an absolute address, what stands behind its host. `-` where there was none.
    pub target: Cow<'a, str>,
    /// What the client got; 0 where the connection broke before there was a status.
    pub status: u16,
    /// The User-Agent, unescaped; empty where the log has none.
    pub agent: Cow<'a, str>,
    /// The size of the answer in bytes, as the log counts it: with or without its head.
    pub bytes: Option<u64>,
    /// How long the request took.
    pub elapsed: Option<Duration>,
    /// What the log knows of the cause.
    pub facts: GatewayFacts<'a>,
    /// By which a request that several hops logged is known again.
    pub request_id: Option<Cow<'a, str>>,
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// From this address.
    Address(IpAddr),
    /// The log does not say: a Unix socket, `-`, a name, an address that was made anonymous.
    Hidden,
}

/// How it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// By TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// By its word, in any case; those of `WebSocket` are HTTP.
    pub fn named(word: &[u8]) -> Option<Self> {
        if word.eq_ignore_ascii_case(b"https") || word.eq_ignore_ascii_case(b"wss") {
            Some(Self::Https)
        } else if word.eq_ignore_ascii_case(b"http") || word.eq_ignore_ascii_case(b"ws") {
            Some(Self::Http)
        } else {
            None
        }
    }
}

/// What the server that wrote the log knows of why an answer failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewayFacts<'a> {
    /// The server that wrote the log, where the format names it.
    pub gateway: Option<Gateway>,
    /// What the servers behind it answered, as logged: `502, 200` of nginx, `target_status_code` of an AWS load balancer.
    /// `None`: the log does not say, or none of them answered.
    pub upstream_status: Option<Cow<'a, str>>,
    /// How the gateway says that the request ended: `SC--` of HAProxy, `OriginDnsError` of CloudFront.
    pub termination: Option<Cow<'a, str>>,
    /// The fault, where the facts decide it.
    pub cause: Option<Cause>,
}

impl Hit<'_> {
    /// The same, on its own: for those that are kept.
    pub fn into_owned(self) -> Hit<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Hit {
            at: self.at,
            client: self.client,
            host: self.host.map(own),
            scheme: self.scheme,
            method: own(self.method),
            target: own(self.target),
            status: self.status,
            agent: own(self.agent),
            bytes: self.bytes,
            elapsed: self.elapsed,
            facts: GatewayFacts {
                gateway: self.facts.gateway,
                upstream_status: self.facts.upstream_status.map(own),
                termination: self.facts.termination.map(own),
                cause: self.facts.cause,
            },
            request_id: self.request_id.map(own),
        }
    }
}
