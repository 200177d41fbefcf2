//! The product's [`Fetch`]: one GET over HTTP/1.1 or HTTP/2, its answer, and every way of failing told apart.
//!
//! It follows no redirect, keeps no cookie, uses no proxy and repeats nothing that the site has answered or broken: an
//! observation is what one request met. Two requests that met nothing are made again: one that an HTTP/2 server
//! declares unprocessed (by reqwest), and one whose connection, kept open from an earlier request, was closed under it.
//!
//! A broken body turns only a 2xx into a network error. With any other status the status is the message, and a 502
//! whose body is cut short is still a 502; what happened to its body stands in `detail`.
#![expect(clippy::disallowed_methods, reason = "the one owner of the HTTP client")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, USER_AGENT,
};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::time::Instant;
use tower::util::MapFutureLayer;

use self::head::{head_of, redirect_of};
use super::body::{self, Body, Fault, Limits};
use super::classify::{Failure, classify};
use super::guard::{self, Guard, PrivateAccess};
use super::{Fetch, Fetched, Fetching, NotFetched, Offline, Request, local, reuse};
use crate::clock::Clock;
use crate::domain::outcome::{NetworkError, Outcome};
use crate::domain::page_url::PageUrl;

/// What is asked for: pages first, but anything is taken.
const ACCEPTED_TYPES: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// How long an idle connection is kept: less than the shortest common limit of servers, 5 s (Apache `KeepAliveTimeout`,
/// <https://httpd.apache.org/docs/2.4/mod/core.html#keepalivetimeout>; Node.js `server.keepAliveTimeout`).
const IDLE_KEPT: Duration = Duration::from_secs(4);

/// How many header lines an answer may have, and how many bytes of them over HTTP/2. Browsers take 256 KiB; the
/// libraries' own limits of 100 and 16 KiB would call pages broken that everybody can read.
const MOST_HEADERS: usize = 1000;
const MOST_HEADER_BYTES: u32 = 256 << 10;

/// How to fetch.
#[derive(Debug, Clone)]
pub struct Options {
    /// The whole `User-Agent` header.
    pub user_agent: String,
    /// How long the resolver may take to give a name's addresses.
    pub dns_timeout: Duration,
    /// How long TCP and TLS may take, over all addresses of the host; time that the resolver left over adds to it.
    pub connect_timeout: Duration,
    /// How long the answer's head may take from the start, and each further piece of the body.
    pub read_timeout: Duration,
    /// How long the whole may take.
    pub total_timeout: Duration,
    /// How many decoded bytes of a body are kept; the rest is left unread.
    pub body_cap: usize,
    /// Which hosts may be at private addresses.
    pub private: PrivateAccess,
    /// How many idle connections are kept per host: as many as there are requests at one time.
    pub idle_per_host: usize,
    /// A file of PEM certificates that are trusted beside Mozilla's.
    pub ca_file: Option<PathBuf>,
}

impl Default for Options {
    /// - `read_timeout` is just beyond the 60 s after which most gateways give up on their upstream (nginx
    ///   `proxy_read_timeout`, Apache `ProxyTimeout`, AWS load balancers), so that their own 504 is seen.
    /// - `body_cap` is what Google's crawlers read, 15 MB:
    ///   <https://developers.google.com/crawling/docs/crawlers-fetchers/overview-google-crawlers>.
    /// - `ca_file` is what `SSL_CERT_FILE` names, as OpenSSL has it.
    fn default() -> Self {
        Self {
            user_agent: super::USER_AGENT.to_owned(),
            dns_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(15),
            read_timeout: Duration::from_secs(65),
            total_timeout: Duration::from_mins(2),
            body_cap: 15 << 20,
            private: PrivateAccess::Refused,
            idle_per_host: 16,
            ca_file: std::env::var_os("SSL_CERT_FILE").map(PathBuf::from),
        }
    }
}

/// Why a client cannot be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A phase would be cut off by the limit of a later one, and be called by its name.
    #[error(
        "the timeouts do not fit each other: dns {dns:?} + connect {connect:?} must be less than read {read:?}, and that not more than total {total:?}"
    )]
    Timeouts {
        /// For the resolver.
        dns: Duration,
        /// For TCP and TLS.
        connect: Duration,
        /// For the head.
        read: Duration,
        /// For everything.
        total: Duration,
    },
    /// The file of certificates cannot be used.
    #[error("the certificates in {} cannot be used ({why}): give a PEM file, or unset SSL_CERT_FILE", .path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The TLS library has no protocol version in common with its cryptography.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// A setting that the HTTP library does not take, such as a user agent with a line break.
    #[error("the HTTP client cannot be set up, check the user agent: {0}")]
    Http(#[from] reqwest::Error),
}

/// Makes requests over the network.
#[derive(Debug)]
pub struct Client {
    /// Keeps connections open.
    pooled: reqwest::Client,
    /// Makes a connection for each request.
    fresh: reqwest::Client,
    guard: Guard,
    options: Options,
    clock: Arc<dyn Clock>,
}

impl Client {
    /// A client with these options, which reads instants from the clock.
    pub fn new(options: Options, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        check_timeouts(&options)?;
        let guard = Guard::new(options.private.clone(), options.dns_timeout);
        let tls = tls_config(options.ca_file.as_deref())?;
        let built = |idle| http_client(&options, &guard, tls.clone(), idle);
        Ok(Self { pooled: built(options.idle_per_host)?, fresh: built(0)?, guard, options, clock })
    }

    async fn run(&self, request: &Request) -> Result<Fetched, NotFetched> {
        self.guard.check_literal(&request.url)?;
        if !request.fresh_connection {
            let (fetched, reused) = reuse::watched(self.attempt(&self.pooled, request)).await;
            let fetched = fetched?;
            if !(reused && fetched.outcome == Outcome::Network(NetworkError::Reset)) {
                return Ok(fetched);
            }
        }
        self.attempt(&self.fresh, request).await
    }

    async fn attempt(&self, client: &reqwest::Client, request: &Request) -> Result<Fetched, NotFetched> {
        let start = Instant::now();
        let mut fetched = self.asked(&request.url);
        let sent = message(client, request).send();
        match tokio::time::timeout_at(start + self.options.read_timeout, sent).await {
            Ok(Ok(response)) => {
                let limits = self.limits(request, start);
                self.take_answer(&mut fetched, response, limits).await;
            }
            Ok(Err(error)) => match classify(&error) {
                Failure::Refused(refused) => return Err(refused.into()),
                Failure::Ours(why) => return Err(Offline { asked_at: fetched.asked_at, why }.into()),
                Failure::Network(..) if no_way_to(&request.url) => {
                    let why = format!("this machine has no route to {}", request.url.host());
                    return Err(Offline { asked_at: fetched.asked_at, why }.into());
                }
                Failure::Network(error, words) => self.fail(&mut fetched, error, words),
            },
            Err(_) => {
                let words = format!("no answer in {:?}", self.options.read_timeout);
                self.fail(&mut fetched, NetworkError::ReadTimeout, words);
            }
        }
        fetched.elapsed = start.elapsed();
        Ok(fetched)
    }

    /// A record to which nothing has come yet.
    fn asked(&self, url: &PageUrl) -> Fetched {
        let now = self.clock.now();
        Fetched {
            url: url.clone(),
            asked_at: now,
            at: now,
            elapsed: Duration::ZERO,
            outcome: Outcome::Network(NetworkError::Protocol),
            head: None,
            body: Vec::new(),
            body_capped: false,
            wire_bytes: 0,
            redirect: None,
            detail: None,
            remote: None,
        }
    }

    fn limits(&self, request: &Request, start: Instant) -> Limits {
        Limits {
            cap: request.body_cap.unwrap_or(self.options.body_cap),
            pause: self.options.read_timeout,
            deadline: start + self.options.total_timeout,
        }
    }

    async fn take_answer(&self, fetched: &mut Fetched, response: Response, limits: Limits) {
        let head = head_of(&response);
        fetched.at = self.clock.now();
        fetched.outcome = Outcome::of_status(head.status);
        if !matches!(fetched.outcome, Outcome::Status(_)) {
            fetched.detail = Some(format!("the status {} is not a final one", head.status));
        }
        fetched.redirect = redirect_of(&fetched.url, &response);
        fetched.remote = response.remote_addr().map(|address| address.ip());
        fetched.head = Some(head);

        let body = body::read(response, limits).await;
        self.take_body(fetched, body);
    }

    fn take_body(&self, fetched: &mut Fetched, body: Body) {
        fetched.body = body.bytes;
        fetched.body_capped = body.capped;
        fetched.wire_bytes = body.wire_bytes;
        let after = format!("after {} bytes of body", body.wire_bytes);
        let (error, words) = match body.fault {
            None => return,
            Some(Fault::Undecodable(words)) => {
                fetched.detail = Some(words);
                return;
            }
            Some(Fault::Cut(why)) => {
                (NetworkError::Incomplete, format!("the answer was cut short {after}: {why}"))
            }
            Some(Fault::Late) => {
                (NetworkError::ReadTimeout, format!("the answer did not come to its end in time, {after}"))
            }
        };
        if is_answered_by_its_body(fetched.outcome) {
            self.fail(fetched, error, words);
        } else {
            fetched.detail = Some(words);
        }
    }

    fn fail(&self, fetched: &mut Fetched, error: NetworkError, words: String) {
        fetched.at = self.clock.now();
        fetched.outcome = Outcome::Network(error);
        fetched.detail = Some(words);
    }
}

impl Fetch for Client {
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a> {
        Box::pin(self.run(request))
    }
}

/// A version is asked for by its tag where it has one, and by its date too for servers that know no tags; a server that
/// knows both goes by the tag (RFC 9110, 13.2.2).
fn message(client: &reqwest::Client, request: &Request) -> RequestBuilder {
    let mut message = client.get(request.url.as_url().clone());
    if let Some(version) = &request.unless {
        let conditions = [(IF_NONE_MATCH, &version.etag), (IF_MODIFIED_SINCE, &version.last_modified)];
        for (name, value) in conditions {
            // What a server sent that no header may hold is not sent back.
            if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
                message = message.header(name, value);
            }
        }
    }
    match &request.user_agent {
        Some(agent) => message.header(USER_AGENT, agent),
        None => message,
    }
}

/// Whether the URL states an address that this machine has no route to. A name's addresses were looked at before.
fn no_way_to(url: &PageUrl) -> bool {
    guard::literal(url).is_some_and(|address| !local::has_route(address))
}

/// Whether the body is what was asked for, so that a broken one is a failed fetch.
fn is_answered_by_its_body(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Status(200..=299))
}

fn check_timeouts(options: &Options) -> Result<(), BuildError> {
    let &Options {
        dns_timeout: dns, connect_timeout: connect, read_timeout: read, total_timeout: total, ..
    } = options;
    if dns.saturating_add(connect) < read && read <= total {
        return Ok(());
    }
    Err(BuildError::Timeouts { dns, connect, read, total })
}

fn http_client(
    options: &Options,
    guard: &Guard,
    tls: ClientConfig,
    idle: usize,
) -> reqwest::Result<reqwest::Client> {
    let headers = [
        (ACCEPT, HeaderValue::from_static(ACCEPTED_TYPES)),
        (ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED)),
    ];
    reqwest::Client::builder()
        .user_agent(&options.user_agent)
        .default_headers(HeaderMap::from_iter(headers))
        .no_proxy()
        .redirect(Policy::none())
        .dns_resolver(Arc::new(guard.clone()))
        .tls_backend_preconfigured(tls)
        // reqwest counts the look-up in, which has its own limit.
        .connect_timeout(options.dns_timeout + options.connect_timeout)
        .connector_layer(MapFutureLayer::new(reuse::connecting))
        .pool_idle_timeout(IDLE_KEPT)
        .pool_max_idle_per_host(idle)
        .http1_max_headers(MOST_HEADERS)
        .http2_max_header_list_size(MOST_HEADER_BYTES)
        // Search engines and browsers read past a malformed header line.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .build()
}

/// Mozilla's certificates and the given ones; HTTP/2 where the server has it.
pub(super) fn tls_config(ca_file: Option<&Path>) -> Result<ClientConfig, BuildError> {
    let mozilla = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    let mut roots: RootCertStore = mozilla.collect();
    if let Some(path) = ca_file {
        trust_file(&mut roots, path)
            .map_err(|why| BuildError::Certificates { path: path.to_owned(), why })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn trust_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| error.to_string())?;
    // A system's file may hold old certificates that cannot be read; the others count.
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err("it holds no certificate".to_owned());
    }
    Ok(())
}

mod head;
#[cfg(test)]
mod tests;
