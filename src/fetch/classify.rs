//! From the error of the HTTP client to the word of the contract: `dns`, `refused`, `tls` and so on.
//!
//! It does not see timeouts of answers, nor broken bodies: the client keeps that time itself and knows the phase. What
//! went wrong is said by the innermost cause that means anything, so the chain is walked to its end. The walk takes
//! `io::Error::get_ref` before `source`: an I/O error's `source` skips the error that it wraps, and TLS errors sit
//! there. The types must be those of the very versions that reqwest uses, or nothing matches; the fault tests of
//! `client` would show it.

use std::error::Error;
use std::io::{self, ErrorKind};

use super::guard::NoAddress;
use super::{Refused, local};
use crate::domain::outcome::NetworkError;

/// What an error of the HTTP client means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The guard refused the address.
    Refused(Refused),
    /// The fault is this machine's, in words.
    Ours(String),
    /// The site failed; with the reason in words.
    Network(NetworkError, String),
}

/// Classifies an error that came in place of an answer's head.
pub(super) fn classify(error: &reqwest::Error) -> Failure {
    let connecting = error.is_connect();
    // What reqwest itself times is the making of the connection.
    let late = error.is_timeout() && connecting;
    let mut found = late.then_some(NetworkError::ConnectTimeout);
    for link in links(error) {
        if let Some(refused) = link.downcast_ref::<Refused>() {
            return Failure::Refused(refused.clone());
        }
        if let Some(words) = our_fault(link) {
            return Failure::Ours(words);
        }
        found = meaning(link, connecting).or(found);
    }
    let words = format!("{}: {}", found.map_or(UNKNOWN, phrase), innermost(error));
    Failure::Network(found.unwrap_or(NetworkError::Protocol), words)
}

/// Said of an error in which no cause is known. No word of the contract fits it; it is counted as `protocol`.
const UNKNOWN: &str = "the request failed";

/// What one link of the chain says of this machine.
fn our_fault(link: &(dyn Error + 'static)) -> Option<String> {
    let of_io = |error: &io::Error| local::fault(error).map(|words| format!("{words} ({error})"));
    match link.downcast_ref::<NoAddress>() {
        Some(NoAddress::NoRoute(..)) => Some(link.to_string()),
        Some(NoAddress::Failed(_, error)) => of_io(error),
        Some(_) => None,
        None => link.downcast_ref::<io::Error>().and_then(of_io),
    }
}

/// What one link of the chain says by itself.
fn meaning(link: &(dyn Error + 'static), connecting: bool) -> Option<NetworkError> {
    if link.is::<NoAddress>() {
        Some(NetworkError::Dns)
    } else if link.is::<rustls::Error>() {
        Some(NetworkError::Tls)
    } else if let Some(error) = link.downcast_ref::<hyper::Error>() {
        of_hyper(error)
    } else if let Some(error) = link.downcast_ref::<h2::Error>() {
        of_h2(error)
    } else if let Some(error) = link.downcast_ref::<io::Error>() {
        of_io(error.kind(), connecting)
    } else {
        None
    }
}

fn of_hyper(error: &hyper::Error) -> Option<NetworkError> {
    if error.is_parse() {
        Some(NetworkError::Protocol)
    } else if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        Some(NetworkError::Reset)
    } else {
        None
    }
}

/// `is_library` means that we found the peer's HTTP/2 to be wrong; otherwise the peer ended stream or connection.
fn of_h2(error: &h2::Error) -> Option<NetworkError> {
    if error.is_library() {
        Some(NetworkError::Protocol)
    } else if error.is_remote() || error.is_reset() || error.is_go_away() {
        Some(NetworkError::Reset)
    } else {
        None
    }
}

/// A handshake that the peer cuts off is `reset`, not `tls`: it says nothing about certificates. A host or network
/// that cannot be reached is `connect_timeout`: nobody there answered, whereas `refused` is an answer.
fn of_io(kind: ErrorKind, connecting: bool) -> Option<NetworkError> {
    match kind {
        ErrorKind::ConnectionRefused => Some(NetworkError::Refused),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(NetworkError::Reset),
        ErrorKind::TimedOut if !connecting => Some(NetworkError::ReadTimeout),
        ErrorKind::TimedOut
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NotConnected => Some(NetworkError::ConnectTimeout),
        ErrorKind::InvalidData => Some(NetworkError::Protocol),
        _ => None,
    }
}

/// A network error as the opening of a sentence that goes on with its cause.
fn phrase(error: NetworkError) -> &'static str {
    match error {
        NetworkError::Dns => "the name could not be resolved",
        NetworkError::Refused => "the connection was refused",
        NetworkError::ConnectTimeout => "the connection was not made",
        NetworkError::Tls => "the TLS handshake failed",
        NetworkError::Reset => "the connection was closed before the answer's head was whole",
        NetworkError::ReadTimeout => "no answer came in time",
        NetworkError::Incomplete => "the body was cut short",
        NetworkError::Protocol => "what came was not valid HTTP",
    }
}

/// The text of the innermost cause.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    links(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The causes of an error, from the outermost in; the error itself is the first.
pub(crate) fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link| cause(*link))
}

fn cause<'a>(link: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let io = link.downcast_ref::<io::Error>();
    match io.and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => link.source(),
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the faults of HTTP/2 need a client that speaks it without TLS"
)]
mod tests {
    use h2::Reason;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// What a client makes of the end of an HTTP/2 connection that `serve` answers.
    async fn met<F: Future<Output = ()>>(serve: impl FnOnce(TcpStream) -> F) -> Failure {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        // reqwest asks for one though nothing here speaks TLS; a second install is refused and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().unwrap();
        let served = async {
            let (stream, _) = listener.accept().await.unwrap();
            serve(stream).await;
            std::future::pending().await
        };
        tokio::select! {
            answer = client.get(url).send() => classify(&answer.unwrap_err()),
            never = served => never,
        }
    }

    fn word(failure: &Failure) -> &'static str {
        match failure {
            Failure::Network(error, _) => error.word(),
            Failure::Refused(_) => "blocked",
            Failure::Ours(_) => "ours",
        }
    }

    #[tokio::test]
    async fn a_stream_that_the_peer_resets_is_a_reset() {
        let failure = met(|stream| async {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let (_, mut respond) = connection.accept().await.unwrap().unwrap();
            respond.send_reset(Reason::INTERNAL_ERROR);
            while connection.accept().await.is_some() {}
        })
        .await;
        assert_eq!(word(&failure), "reset", "{failure:?}");
    }

    #[tokio::test]
    async fn a_connection_that_the_peer_ends_is_a_reset() {
        let failure = met(|stream| async {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let _request = connection.accept().await.unwrap().unwrap();
            connection.abrupt_shutdown(Reason::INTERNAL_ERROR);
            while connection.accept().await.is_some() {}
        })
        .await;
        assert_eq!(word(&failure), "reset", "{failure:?}");
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_a_reset() {
        let failure = met(|stream| async {
            let mut connection = h2::server::handshake(stream).await.unwrap();
            let request = connection.accept().await.unwrap().unwrap();
            drop((connection, request));
        })
        .await;
        assert_eq!(word(&failure), "reset", "{failure:?}");
    }

    #[tokio::test]
    async fn frames_that_are_no_http_2_are_a_protocol_error() {
        let failure = met(|mut stream| async move {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
            // Until the client has had enough.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        })
        .await;
        assert_eq!(word(&failure), "protocol", "{failure:?}");
    }
}
