//! Reads what a person pastes: an answer as `curl -i` or `curl -v` writes it, raw bytes of a capture, curl's own error, or an
//! entry of a HAR. It fetches nothing and judges nothing.
//!
//! It is lenient where HTTP libraries are strict, because broken answers are what is pasted: no status line, a header
//! without a colon, a body that breaks off. Whatever bytes come, there is an answer to diagnose or a reason why not.

mod curl;
mod framing;
mod har;
mod head;

use std::time::Duration;

use thiserror::Error;

use crate::domain::evidence::{BODY_KEPT, Evidence};
use crate::domain::outcome::{NetworkError, Outcome};

use self::framing::Framed;
use self::head::Head;

/// One answer that was read from a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Pasted {
    /// What came.
    pub evidence: Evidence,
    /// What it came to.
    pub outcome: Outcome,
    /// How long it took, where the text says so.
    pub elapsed: Option<Duration>,
    /// What was asked, where the text says so.
    pub url: Option<String>,
    /// An interim answer (1xx) came before it.
    pub after_interim: bool,
    /// What a reader must know, as whole sentences.
    pub notes: Vec<String>,
}

/// Why a text is no answer.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing is there.
    #[error("there is nothing in it: give a whole answer, as `curl -i URL` writes it")]
    Empty,
    /// It is JSON, and no HAR.
    #[error(
        "it is JSON, but no HAR ({0}): give a HAR, or a whole answer with its status line, as `curl -i URL` writes it"
    )]
    NoHar(String),
    /// A HAR without a request.
    #[error("the HAR has no entries")]
    NoEntries,
    /// There is no such entry.
    #[error("the HAR has {has} entries, and no entry {wanted}: count them from 1")]
    NoSuchEntry {
        /// How many there are.
        has: usize,
        /// Which one was asked for.
        wanted: usize,
    },
}

/// Reads a text.
pub fn read(bytes: &[u8]) -> Result<Pasted, Unreadable> {
    read_entry(bytes, None)
}

/// Reads a text; of a HAR the entry of this number, counted from 1, else the first that fails, else the last.
pub fn read_entry(bytes: &[u8], entry: Option<usize>) -> Result<Pasted, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match bytes.first() {
        None => Err(Unreadable::Empty),
        Some(b'{' | b'[') => har::read(bytes, entry),
        Some(b'<') if !bytes.starts_with(b"< ") => Ok(page_alone(bytes)),
        Some(_) => Ok(curl::verbose(bytes).unwrap_or_else(|| raw(bytes))),
    }
}

/// Bytes as they came over the wire.
fn raw(bytes: &[u8]) -> Pasted {
    if bytes.starts_with(b"HTTP/") {
        return answered(bytes, false);
    }
    curl::failed(bytes).unwrap_or_else(|| no_http(bytes, "what came does not begin with a status line"))
}

/// The last final answer of those that stand one behind the other.
fn answered(bytes: &[u8], to_head: bool) -> Pasted {
    let (mut rest, mut finals, mut after_interim) = (bytes, 0_usize, false);
    loop {
        let head = Head::read(rest);
        let behind = rest.get(head.length..).unwrap_or_default();
        if head.is_interim() {
            after_interim = true;
            if behind.starts_with(b"HTTP/") {
                rest = behind;
                continue;
            }
            return Pasted { after_interim, ..interim_alone(&head) };
        }
        finals += 1;
        let framed = Framed::read(&head, behind, to_head);
        let next = behind.get(framed.length..).unwrap_or_default();
        // What follows a 101 is of another protocol, whatever it looks like.
        if next.starts_with(b"HTTP/") && head.status.is_some_and(|status| status != 101) {
            rest = next;
            continue;
        }
        let mut pasted = Pasted { after_interim, ..whole(head, framed, behind) };
        if finals > 1 {
            pasted.notes.push(format!(
                "The text holds {finals} answers, one behind the other; the last is diagnosed."
            ));
        }
        return pasted;
    }
}

/// An answer with its head.
fn whole(head: Head, framed: Framed, behind: &[u8]) -> Pasted {
    let Some(status) = head.status else {
        return Pasted { notes: head.notes.clone(), ..no_status(head, behind) };
    };
    let mut notes = head.notes;
    notes.extend(framed.note.map(str::to_owned));
    let outcome = match Outcome::of_status(status) {
        Outcome::Status(200..=299) if framed.cut.is_some() => Outcome::Network(NetworkError::Incomplete),
        outcome => outcome,
    };
    let detail = match outcome {
        Outcome::Network(NetworkError::Protocol) => Some(format!("the status {status} is not a final one")),
        _ => framed.cut,
    };
    let evidence = Evidence {
        version: Some(head.version),
        status: Some(status),
        reason: head.reason,
        headers: head.headers,
        body: kept(&framed.body),
        detail,
    };
    Pasted { evidence, outcome, elapsed: None, url: None, after_interim: false, notes }
}

/// Only an interim answer came.
fn interim_alone(head: &Head) -> Pasted {
    let status = head.status.unwrap_or_default();
    let detail = format!("an interim answer came ({status}), and no final one after it");
    let evidence = Evidence { headers: head.headers.clone(), detail: Some(detail), ..Evidence::default() };
    broken(evidence, NetworkError::Protocol)
}

/// `HTTP/1.1 XYZ Nope`: headers, but no status.
fn no_status(head: Head, behind: &[u8]) -> Pasted {
    let detail = Some(format!("the status line has no status: {}", head.line));
    let evidence = Evidence { headers: head.headers, body: kept(behind), detail, ..Evidence::default() };
    broken(evidence, NetworkError::Protocol)
}

fn no_http(bytes: &[u8], detail: &str) -> Pasted {
    let evidence = Evidence { body: kept(bytes), detail: Some(detail.to_owned()), ..Evidence::default() };
    broken(evidence, NetworkError::Protocol)
}

fn broken(evidence: Evidence, error: NetworkError) -> Pasted {
    let outcome = Outcome::Network(error);
    Pasted { evidence, outcome, elapsed: None, url: None, after_interim: false, notes: Vec::new() }
}

/// The source of a page, without its head: its title may say which status it came with.
fn page_alone(bytes: &[u8]) -> Pasted {
    let page = super::error_page::read(bytes.get(..BODY_KEPT).unwrap_or(bytes));
    let titles = [page.title, page.heading].into_iter().flatten();
    let status = titles.flat_map(|title| statuses(&title)).next();
    let mut pasted = no_http(bytes, "only a page was given, without the head of its answer");
    pasted
        .notes
        .push("The status line is missing: give the whole answer, as `curl -i URL` writes it.".to_owned());
    if let Some(status) = status {
        pasted.evidence.status = Some(status);
        pasted.evidence.detail = None;
        pasted.outcome = Outcome::Status(status);
        pasted.notes.push(format!("The page speaks of {status}, so that is taken for its status."));
    }
    pasted
}

/// Statuses of errors of a server that stand in a title.
fn statuses(title: &str) -> Vec<u16> {
    let words = title.split(|c: char| !c.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).filter(|status| matches!(status, 429 | 500..=599)).collect()
}

fn kept(body: &[u8]) -> Vec<u8> {
    body.iter().take(BODY_KEPT).copied().collect()
}

#[cfg(test)]
mod tests;
