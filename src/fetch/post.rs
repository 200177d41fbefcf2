//! Brings one body to an address and reads the short answer: the second door to the network, with the same guard as the first.
//!
//! It is not for crawling, and nothing that it meets is an observation. Unlike [`super::client`], which tells every way of failing
//! apart for the record, it tells who calls whether to try again, and a reader what was wrong. A redirect is an answer here: a body
//! is not handed to whom the answer names.
#![expect(clippy::disallowed_methods, reason = "the one owner of the HTTP client")]

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use thiserror::Error;
use tokio::time::Instant;
use url::Url;

use super::body::{self, Limits};
use super::classify::{Failure, classify};
use super::client::{BuildError, tls_config};
use super::guard::{Guard, PrivateAccess};
use super::{Refused, USER_AGENT};
use crate::domain::outcome::NetworkError;

/// How much of an answer is read: more than any service answers, and little enough for any machine.
const ANSWER_CAP: usize = 64 << 10;

/// How bodies are brought.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which hosts may be at private addresses.
    pub private: PrivateAccess,
    /// How long the whole may take, from the name to the end of the answer.
    pub timeout: Duration,
    /// A file of PEM certificates that are trusted beside Mozilla's.
    pub ca_file: Option<std::path::PathBuf>,
}

/// A body and where it goes. Its address is shown to nobody: with many services it is a password.
pub struct Post {
    /// Where it goes.
    pub url: Url,
    /// JSON.
    pub body: Vec<u8>,
    /// Further headers; one that HTTP does not allow is an error.
    pub headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`, as it came.
    pub retry_after: Option<String>,
    /// The begin of the body; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// Why there is no answer. The text tells neither path nor query of the address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotPosted {
    /// We do not ask this address.
    #[error("{host} is at the private or local address {address}")]
    Refused {
        /// The host that was to be asked.
        host: String,
        /// The address that it has.
        address: IpAddr,
    },
    /// This machine is out of something.
    #[error("this machine has no connection: {0}")]
    Ours(String),
    /// It could not be reached, or broke off.
    #[error("{1}")]
    Network(NetworkError, String),
    /// It did not answer in time.
    #[error("it gave no answer within {}", humantime::format_duration(*.0))]
    Late(Duration),
    /// A header holds what no header may hold.
    #[error("the header {0} would hold a character that no header may hold")]
    Header(&'static str),
}

/// Brings bodies.
#[derive(Debug)]
pub struct Poster {
    client: reqwest::Client,
    guard: Guard,
    timeout: Duration,
}

impl Poster {
    /// One with these options.
    pub fn new(options: Options) -> Result<Self, BuildError> {
        let guard = Guard::new(options.private, options.timeout);
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            .redirect(Policy::none())
            .dns_resolver(Arc::new(guard.clone()))
            .tls_backend_preconfigured(tls_config(options.ca_file.as_deref())?)
            // Messages are rare: an idle connection would only be closed under the next one.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { client, guard, timeout: options.timeout })
    }

    /// Brings one body, once.
    pub async fn post(&self, post: Post) -> Result<Answer, NotPosted> {
        self.guard.check(&post.url)?;
        let deadline = Instant::now() + self.timeout;
        let headers = headers(post.headers)?;
        let sent = self.client.post(post.url).headers(headers).body(post.body).send();
        let response = match tokio::time::timeout_at(deadline, sent).await {
            Err(_) => return Err(NotPosted::Late(self.timeout)),
            Ok(Err(error)) => return Err(classify(&error).into()),
            Ok(Ok(response)) => response,
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        // The head is the answer; a body that breaks off or never ends changes nothing.
        let limits = Limits { cap: ANSWER_CAP, pause: self.timeout, deadline };
        let body = body::read(response, limits).await;
        Ok(Answer { status, retry_after, body: String::from_utf8_lossy(&body.bytes).into_owned() })
    }
}

fn headers(given: Vec<(&'static str, String)>) -> Result<HeaderMap, NotPosted> {
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    for (name, value) in given {
        let bad = || NotPosted::Header(name);
        let mut value = HeaderValue::from_str(&value).map_err(|_| bad())?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?, value);
    }
    Ok(headers)
}

impl From<Refused> for NotPosted {
    fn from(refused: Refused) -> Self {
        Self::Refused { host: refused.host, address: refused.address }
    }
}

impl From<Failure> for NotPosted {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => refused.into(),
            Failure::Ours(why) => Self::Ours(why),
            Failure::Network(error, why) => Self::Network(error, why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault_server::{Deed, FaultServer};
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn poster(private: PrivateAccess, timeout: Duration) -> Poster {
        Poster::new(Options { private, timeout, ca_file: None }).unwrap()
    }

    fn to(url: &str) -> Post {
        Post { url: Url::parse(url).unwrap(), body: b"{}".to_vec(), headers: Vec::new() }
    }

    async fn answered(deed: Deed, within: Duration) -> Result<Answer, NotPosted> {
        let server = FaultServer::start(deed).await;
        poster(PrivateAccess::Allowed, within).post(to(server.url("/secret-path").as_str())).await
    }

    #[tokio::test]
    async fn a_private_address_is_asked_only_where_that_is_allowed() {
        for url in
            ["http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/", "http://169.254.169.254/"]
        {
            let refused = poster(PrivateAccess::Refused, PATIENCE).post(to(url)).await;
            assert!(matches!(refused, Err(NotPosted::Refused { .. })), "{url}: {refused:?}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let answer =
            "HTTP/1.1 308 Permanent Redirect\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(answered(Deed::Send(answer.into()), PATIENCE).await.unwrap().status, 308);
    }

    #[tokio::test]
    async fn of_a_long_answer_the_begin_is_kept_and_of_an_endless_one_too() {
        let head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\n\r\n";
        let many = Deed::Repeat(head.into(), vec![b'a'; 32 << 10], Duration::ZERO);
        let answer = answered(many, PATIENCE).await.unwrap();
        assert_eq!((answer.status, answer.retry_after.as_deref()), (429, Some("7")));
        assert_eq!(answer.body.len(), ANSWER_CAP);
        let stays = format!("{head}hold on").into_bytes();
        assert_eq!(answered(Deed::SendAndStay(stays), Duration::from_secs(2)).await.unwrap().body, "hold on");
    }

    #[tokio::test]
    async fn who_does_not_answer_is_told_without_the_path() {
        let late = Duration::from_millis(300);
        for (deed, within) in [
            (Deed::SendAndStay(Vec::new()), late),
            (Deed::ResetAtOnce, PATIENCE),
            (Deed::Send(b"SSH-2.0\r\n\r\n".to_vec()), PATIENCE),
        ] {
            let told = answered(deed.clone(), within).await.unwrap_err();
            assert!(!told.to_string().contains("secret-path"), "{told}");
            assert_eq!(matches!(told, NotPosted::Late(_)), within == late, "{deed:?}: {told}");
        }
    }

    #[tokio::test]
    async fn a_header_that_would_begin_another_is_refused() {
        let post = Post { headers: vec![("x-token", "a\r\nX: y".to_owned())], ..to("http://127.0.0.1:9/") };
        let refused = poster(PrivateAccess::Allowed, PATIENCE).post(post).await;
        assert_eq!(refused, Err(NotPosted::Header("x-token")));
    }
}
