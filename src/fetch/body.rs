//! Reads an answer's body within limits: so many bytes, so long between two pieces, so long in all.
//!
//! It does not judge: it tells how the body ended, and `client` makes an outcome of that. Decoding is done here and not
//! by reqwest, because only so can a body be counted as it came and cut as it unfolds: a gzip bomb costs no more than
//! the cap, and a body of nothing but empty compressed blocks is cut by the same number on the wire.
//!
//! A body in an unknown coding, or one that does not decode, is no failure of the transfer: the fault is told, and what
//! was decoded up to it, which is nothing in an unknown coding, is kept.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use futures_util::stream::{self, StreamExt};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, Version};
use tokio::io::{AsyncBufRead, AsyncReadExt};
use tokio::time::Instant;
use tokio_util::bytes::Bytes;
use tokio_util::io::StreamReader;

use super::classify::innermost;

/// The codings that are asked for. `deflate` is understood but not asked for: servers disagree on what it is.
pub(super) const ACCEPTED: &str = "gzip, br, zstd";

/// The largest zstd window, as a power of two: 8 MB. Source: RFC 9659, which sets it for exactly this use.
const ZSTD_WINDOW_LOG: u32 = 23;

/// How many codings may lie over each other; nobody uses more than one, and each has its memory.
const MOST_CODINGS: usize = 3;

/// How much and how long to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Decoded bytes to keep.
    pub(super) cap: usize,
    /// The longest wait for the next piece.
    pub(super) pause: Duration,
    /// When the whole must be over.
    pub(super) deadline: Instant,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Body {
    /// Decoded bytes, up to the cap.
    pub(super) bytes: Vec<u8>,
    /// There was more than the cap.
    pub(super) capped: bool,
    /// Bytes as they came.
    pub(super) wire_bytes: u64,
    /// What kept it from being read to its end, if anything did.
    pub(super) fault: Option<Fault>,
}

/// What went wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection ended before the body did.
    Cut(String),
    /// The body did not go on, or not fast enough.
    Late,
    /// It came whole, but in a coding that cannot be undone.
    Undecodable(String),
}

/// What the reader on the wire tells to whoever reads the decoded end.
#[derive(Debug, Default)]
struct Wire {
    bytes: AtomicU64,
    fault: OnceLock<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Zlib,
    Brotli,
    Zstd,
}

/// The names of codings. Source: <https://www.iana.org/assignments/http-parameters/>, "HTTP Content Coding Registry".
const CODINGS: [(&str, Coding); 5] = [
    ("gzip", Coding::Gzip),
    ("x-gzip", Coding::Gzip),
    ("deflate", Coding::Zlib),
    ("br", Coding::Brotli),
    ("zstd", Coding::Zstd),
];

/// Reads the body of an answer.
pub(super) async fn read(response: Response, limits: Limits) -> Body {
    let codings = codings(response.headers());
    let ends_by_close = ends_by_close(&response);
    let wire = Wire::default();
    let cap = u64::try_from(limits.cap).unwrap_or(u64::MAX);
    let mut source = StreamReader::new(Box::pin(pieces(response, limits, &wire)));
    let mut bytes = Vec::new();
    let plain = decoder(&mut source, codings.as_deref().unwrap_or_default());
    let outcome = plain.take(cap.saturating_add(1)).read_to_end(&mut bytes).await;
    let capped = bytes.len() > limits.cap || wire.count() > cap;
    bytes.truncate(limits.cap);
    if !capped {
        // A decoder stops at its own end; only the rest of the wire tells whether the message was whole. A fault on it
        // is noted in `wire`.
        let _ = tokio::io::copy_buf(&mut source, &mut tokio::io::sink()).await;
    }
    drop(source);

    let coding_fault = match codings {
        Err(unknown) => {
            bytes.clear();
            Some(Fault::Undecodable(unknown))
        }
        // An answer such as a 304 names the coding of the body that it does not have.
        Ok(_) if capped || wire.count() == 0 => None,
        Ok(_) => outcome.err().map(|e| decoding_fault(&e, ends_by_close)),
    };
    Body {
        bytes,
        capped,
        wire_bytes: wire.count(),
        // What happens beyond the cap is nobody's concern.
        fault: wire.fault.into_inner().filter(|_| !capped).or(coding_fault),
    }
}

/// The body as it comes, piece by piece, until its end, the cap, or the first fault.
fn pieces(
    response: Response,
    limits: Limits,
    wire: &Wire,
) -> impl stream::Stream<Item = io::Result<Bytes>> + Send {
    let cap = u64::try_from(limits.cap).unwrap_or(u64::MAX);
    let next = move |response: Option<Response>| async move {
        let mut response = response?;
        if wire.count() > cap {
            return None;
        }
        let until = limits.deadline.min(Instant::now() + limits.pause);
        match tokio::time::timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                wire.add(&piece);
                Some((Ok(piece), Some(response)))
            }
            Ok(Ok(None)) => None,
            Ok(Err(error)) => Some((Err(wire.fail(Fault::Cut(innermost(&error)))), None)),
            Err(_) => Some((Err(wire.fail(Fault::Late)), None)),
        }
    };
    stream::unfold(Some(response), next).fuse()
}

/// The codings of a body in the order in which they were applied, or the one that is unknown.
fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, String> {
    let mut found = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for word in String::from_utf8_lossy(value.as_bytes()).split(',') {
            let word = word.trim().to_ascii_lowercase();
            if word.is_empty() || word == "identity" {
                continue;
            }
            match CODINGS.iter().find(|(name, _)| *name == word) {
                Some((_, coding)) if found.len() < MOST_CODINGS => found.push(*coding),
                _ => return Err(format!("the body is in the unknown coding `{word}`")),
            }
        }
    }
    Ok(found)
}

/// Undoes codings; the one applied last is undone first.
fn decoder<'a>(
    source: &'a mut (dyn AsyncBufRead + Send + Unpin),
    codings: &[Coding],
) -> Pin<Box<dyn AsyncBufRead + Send + 'a>> {
    let raw: Pin<Box<dyn AsyncBufRead + Send + 'a>> = Box::pin(source);
    codings.iter().rev().fold(raw, |inner, coding| match coding {
        Coding::Gzip => {
            let mut gzip = GzipDecoder::new(inner);
            // RFC 1952, 2.2: a file is a series of members.
            gzip.multiple_members(true);
            Box::pin(tokio::io::BufReader::new(gzip))
        }
        Coding::Zlib => Box::pin(tokio::io::BufReader::new(ZlibDecoder::new(inner))),
        Coding::Brotli => Box::pin(tokio::io::BufReader::new(BrotliDecoder::new(inner))),
        Coding::Zstd => {
            let window = [DParameter::window_log_max(ZSTD_WINDOW_LOG)];
            let zstd = ZstdDecoder::with_params(inner, &window);
            Box::pin(tokio::io::BufReader::new(zstd))
        }
    })
}

/// Whether only the end of the connection ends the body, so that HTTP cannot tell a whole one from a cut one.
fn ends_by_close(response: &Response) -> bool {
    let headers = response.headers();
    response.version() <= Version::HTTP_11
        && !headers.contains_key(CONTENT_LENGTH)
        && !headers.contains_key(TRANSFER_ENCODING)
}

/// Data that end too early were cut off on the way where HTTP could not have told; elsewhere they were sent like that.
fn decoding_fault(error: &io::Error, ends_by_close: bool) -> Fault {
    if ends_by_close && error.kind() == ErrorKind::UnexpectedEof {
        Fault::Cut("the connection was closed within the compressed data".to_owned())
    } else {
        Fault::Undecodable(format!("the body does not decode: {error}"))
    }
}

impl Wire {
    fn count(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn add(&self, piece: &Bytes) {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.bytes.fetch_add(length, Ordering::Relaxed);
    }

    /// Keeps the first fault and stands for it in the reader's error.
    fn fail(&self, fault: Fault) -> io::Error {
        let _ = self.fault.set(fault);
        io::Error::other("the body broke off")
    }
}
