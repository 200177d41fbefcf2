//! The only user of reqwest: one request, one answer, every way of failing told apart. [`client`] asks pages, [`post`] brings
//! messages.
//!
//! It is not a policy: what to fetch, how often and what to make of the answer is decided above. It never returns
//! an error for what a server did: a refused connection is an outcome like any other. What is an error is
//! [`NotFetched`]: an address that we ourselves will not ask, or a fault of our own that says nothing of the site.

mod body;
mod classify;
pub mod client;
pub mod egress;
#[cfg(test)]
mod fault_server;
pub mod guard;
mod local;
pub mod post;
pub mod redirects;
pub mod retry_after;
mod reuse;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub(crate) use self::classify::links as causes;
use crate::domain::evidence::{BODY_KEPT, Evidence};
use crate::domain::observation::Observation;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::page_version::PageVersion;

/// How we introduce ourselves.
const USER_AGENT: &str = concat!("Gatecrawl/", env!("CARGO_PKG_VERSION"), " (robots.txt token: gatecrawl)");

/// One request to make.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to fetch.
    pub url: PageUrl,
    /// Open a new connection: gateways answer differently on the second request of one.
    pub fresh_connection: bool,
    /// How many decoded bytes of body to read, where it is not the client's usual: a sitemap may have 50 MB.
    pub body_cap: Option<usize>,
    /// Send the body only if it is another version than this one; the answer is a 304 otherwise.
    pub unless: Option<PageVersion>,
    /// Another `User-Agent` than the client's own.
    pub user_agent: Option<String>,
}

/// What came of a request that was made.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// What was fetched.
    pub url: PageUrl,
    /// When the request was sent.
    pub asked_at: DateTime<Utc>,
    /// When the head of the answer, or the error, was there.
    pub at: DateTime<Utc>,
    /// The whole time, until the end of the body or the error.
    pub elapsed: std::time::Duration,
    /// The exact result.
    pub outcome: Outcome,
    /// Status line and headers, when a head came.
    pub head: Option<Head>,
    /// The decoded body, up to the cap.
    pub body: Vec<u8>,
    /// The body went on beyond the cap and was left unread.
    pub body_capped: bool,
    /// Bytes of body that came over the wire, before decoding.
    pub wire_bytes: u64,
    /// Where a 3xx points, when it does.
    pub redirect: Option<PageUrl>,
    /// What went wrong, in words: for an outcome that is a network error, and for a body that could not be read to its
    /// end or decoded although the status stands.
    pub detail: Option<String>,
    /// The address that answered.
    pub remote: Option<IpAddr>,
}

/// Status line and headers of an answer, as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: &'static str,
    /// The status code.
    pub status: u16,
    /// The reason phrase as it came, empty or not; `None`: HTTP/2 has none.
    pub reason: Option<String>,
    /// Names and values in their order; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
}

/// An address that this installation does not ask.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error(
    "{} a private or local address, which is not asked unless the site allows it: add the site with --allow-private, or set allow_private=true",
    self.place()
)]
pub struct Refused {
    /// The host that was to be asked.
    pub host: String,
    /// The address that it has.
    pub address: IpAddr,
}

/// Our own connection is down, or this machine is out of something that a request needs: of the site nothing is known.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error(
    "Gatecrawl itself has no connection: {why}. What failed is unknown, and was not recorded; check this machine's network"
)]
pub struct Offline {
    /// When the request was sent that shows it.
    pub asked_at: DateTime<Utc>,
    /// What shows it.
    pub why: String,
}

/// Why a request met nothing that the site did.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum NotFetched {
    /// We do not ask this address.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// We cannot ask.
    #[error(transparent)]
    Offline(#[from] Offline),
}

impl Refused {
    /// A literal address has no other name.
    fn place(&self) -> String {
        let Self { host, address } = self;
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(_) => format!("{address} is"),
            Err(_) => format!("{host} is at {address},"),
        }
    }
}

/// A future of [`Fetch::fetch`].
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Fetched, NotFetched>> + Send + 'a>>;

/// Makes requests. The product's is [`client::Client`]; tests of what lies above may answer from a script.
pub trait Fetch: Send + Sync {
    /// Makes one request and reads the answer. Redirects are reported, not followed.
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a>;
}

impl Request {
    /// A request on whatever connection is open.
    pub fn of(url: PageUrl) -> Self {
        Self { url, fresh_connection: false, body_cap: None, unless: None, user_agent: None }
    }

    /// A request on a connection of its own, for a probe that judges a failure.
    pub fn probe(url: PageUrl) -> Self {
        Self { fresh_connection: true, ..Self::of(url) }
    }

    /// The same request with its own limit, in bytes, on the decoded body.
    #[must_use]
    pub fn capped_at(self, bytes: usize) -> Self {
        Self { body_cap: Some(bytes), ..self }
    }

    /// The same request, for which an unchanged page need not be sent again.
    #[must_use]
    pub fn unless(self, version: Option<PageVersion>) -> Self {
        Self { unless: version.filter(PageVersion::has_validator), ..self }
    }
}

impl Fetched {
    /// What the judgement needs of it.
    pub fn observation(&self) -> Observation {
        Observation { asked_at: self.asked_at, at: self.at, outcome: self.outcome }
    }

    /// What is kept of it, for people and for the diagnosis.
    pub fn evidence(&self) -> Evidence {
        let head = self.head.as_ref();
        Evidence {
            version: head.map(|head| head.version.to_owned()),
            status: head.map(|head| head.status),
            reason: head.and_then(|head| head.reason.clone()),
            headers: head.map(|head| head.headers.clone()).unwrap_or_default(),
            body: self.body.iter().take(BODY_KEPT).copied().collect(),
            detail: self.detail.clone(),
        }
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.head.as_ref()?;
        head.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
