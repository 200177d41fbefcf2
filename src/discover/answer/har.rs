//! An entry of a HAR, as the network panel of a browser saves it ("copy as HAR"). Source: HAR 1.2,
//! <http://www.softwareishard.com/blog/har-12-spec/>.

use std::time::Duration;

use serde::Deserialize;

use super::{Pasted, Unreadable, broken, kept};
use crate::domain::evidence::Evidence;
use crate::domain::outcome::NetworkError::{
    self, ConnectTimeout, Dns, Incomplete, Protocol, ReadTimeout, Refused, Reset, Tls,
};
use crate::domain::outcome::Outcome;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Har {
    Whole { log: Log },
    List(Vec<Entry>),
    One(Box<Entry>),
}

#[derive(Debug, Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    request: Option<Request>,
    response: Response,
    #[serde(default)]
    time: Option<f64>,
    #[serde(default)]
    timings: Timings,
    #[serde(rename = "_error", default)]
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Request {
    #[serde(default)]
    method: String,
    #[serde(default)]
    url: String,
}

#[derive(Debug, Default, Deserialize)]
struct Timings {
    #[serde(default)]
    wait: Option<f64>,
    #[serde(default)]
    send: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    status: i64,
    #[serde(default)]
    status_text: String,
    #[serde(default)]
    http_version: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    content: Content,
    #[serde(rename = "_error", default)]
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Default, Deserialize)]
struct Content {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    encoding: Option<String>,
}

/// What browsers write when there is no answer, and what it comes to. Sources: Chromium, `net/base/net_error_list.h`; Firefox,
/// `xpcom/base/ErrorList.py`.
const ERRORS: &[(&str, NetworkError)] = &[
    ("ERR_NAME_NOT_RESOLVED", Dns),
    ("ERR_CONNECTION_REFUSED", Refused),
    ("ERR_ADDRESS_UNREACHABLE", Refused),
    ("ERR_CONNECTION_TIMED_OUT", ConnectTimeout),
    ("ERR_TIMED_OUT", ReadTimeout),
    ("ERR_EMPTY_RESPONSE", Reset),
    ("ERR_CONNECTION_RESET", Reset),
    ("ERR_CONNECTION_CLOSED", Reset),
    ("ERR_HTTP2_SERVER_REFUSED_STREAM", Reset),
    ("ERR_CONTENT_LENGTH_MISMATCH", Incomplete),
    ("ERR_INCOMPLETE_CHUNKED_ENCODING", Incomplete),
    ("ERR_HTTP2_PROTOCOL_ERROR", Incomplete),
    ("ERR_INVALID_HTTP_RESPONSE", Protocol),
    ("ERR_SSL", Tls),
    ("ERR_CERT", Tls),
    ("NS_ERROR_UNKNOWN_HOST", Dns),
    ("NS_ERROR_CONNECTION_REFUSED", Refused),
    ("NS_ERROR_NET_TIMEOUT", ReadTimeout),
    ("NS_ERROR_NET_RESET", Reset),
    ("NS_ERROR_NET_PARTIAL_TRANSFER", Incomplete),
    ("SSL_ERROR", Tls),
    ("SEC_ERROR", Tls),
];

/// Reads the entry that is wanted.
pub(super) fn read(bytes: &[u8], wanted: Option<usize>) -> Result<Pasted, Unreadable> {
    let har: Har = serde_json::from_slice(bytes).map_err(|error| Unreadable::NoHar(why(bytes, &error)))?;
    let entries = match har {
        Har::Whole { log } => log.entries,
        Har::List(entries) => entries,
        Har::One(entry) => vec![*entry],
    };
    let place = place(&entries, wanted)?;
    let failing = entries.iter().filter(|entry| entry.is_failing()).count();
    let Some(entry) = entries.get(place) else { return Err(Unreadable::NoEntries) };
    let mut pasted = entry.pasted();
    if entries.len() > 1 {
        pasted.notes.push(format!(
            "The HAR has {} entries, of which {failing} fail; entry {} is diagnosed.",
            entries.len(),
            place + 1
        ));
    }
    Ok(pasted)
}

/// What is wrong with a JSON that has no form of a HAR: the parser's reason, where it is not JSON at all.
fn why(bytes: &[u8], error: &serde_json::Error) -> String {
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Err(broken) => broken.to_string(),
        Ok(_) if error.is_data() => "it has no log with entries, and no response".to_owned(),
        Ok(_) => error.to_string(),
    }
}

fn place(entries: &[Entry], wanted: Option<usize>) -> Result<usize, Unreadable> {
    let has = entries.len();
    match wanted {
        _ if has == 0 => Err(Unreadable::NoEntries),
        Some(wanted) if wanted == 0 || wanted > has => Err(Unreadable::NoSuchEntry { has, wanted }),
        Some(wanted) => Ok(wanted - 1),
        None => Ok(entries.iter().position(Entry::is_failing).unwrap_or(has - 1)),
    }
}

impl Entry {
    fn error(&self) -> Option<&str> {
        let words = self.response.error.as_deref().or(self.error.as_deref());
        words.filter(|words| !words.is_empty())
    }

    fn status(&self) -> Option<u16> {
        u16::try_from(self.response.status).ok().filter(|status| *status >= 100)
    }

    fn outcome(&self) -> Outcome {
        let named =
            |words: &str| ERRORS.iter().find(|(part, _)| words.contains(part)).map(|(_, error)| *error);
        let broken = self.error().and_then(named);
        match (self.status(), broken) {
            (Some(200..=299) | None, Some(error)) => Outcome::Network(error),
            (Some(status), _) => Outcome::of_status(status),
            (None, None) => Outcome::Network(Protocol),
        }
    }

    fn is_failing(&self) -> bool {
        self.outcome().is_failing() && !self.is_unfinished()
    }

    /// A request that the browser itself gave up, or a page that it had no answer for yet.
    fn is_unfinished(&self) -> bool {
        self.status().is_none()
            && self.error().is_none_or(|words| words.contains("ERR_ABORTED") || words.contains("BLOCKED"))
    }

    fn pasted(&self) -> Pasted {
        let response = &self.response;
        let version = match response.http_version.as_str() {
            "" | "unknown" => None,
            "h2" | "http/2.0" | "HTTP/2.0" => Some("HTTP/2".to_owned()),
            "h3" => Some("HTTP/3".to_owned()),
            other => Some(other.to_uppercase()),
        };
        let is_plural = version.as_deref().is_some_and(|version| version.starts_with("HTTP/1"));
        let detail = self.error().map(str::to_owned);
        let detail =
            detail.or_else(|| self.status().is_none().then(|| "the browser kept no answer".to_owned()));
        let evidence = Evidence {
            version,
            status: self.status(),
            reason: (is_plural && self.status().is_some()).then(|| response.status_text.clone()),
            headers: response.headers.iter().map(|h| (h.name.clone(), h.value.clone())).collect(),
            body: kept(&response.content.bytes()),
            detail,
        };
        let url = self.request.as_ref().map(|request| request.url.clone()).filter(|url| !url.is_empty());
        let mut pasted = Pasted { elapsed: self.took(), url, ..broken(evidence, Protocol) };
        pasted.outcome = self.outcome();
        if self.request.as_ref().is_some_and(|request| request.method == "HEAD") {
            pasted.notes.push("It answers a HEAD request, so it has no body to go by.".to_owned());
        }
        pasted
    }

    /// Until the head of the answer, in milliseconds as HAR has it.
    fn took(&self) -> Option<Duration> {
        let wait = self.timings.wait.filter(|wait| *wait >= 0.0);
        let sent = self.timings.send.filter(|send| *send >= 0.0).unwrap_or_default();
        let milliseconds = wait.map(|wait| wait + sent).or(self.time)?;
        Duration::try_from_secs_f64(milliseconds / 1000.0).ok()
    }
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        use base64::Engine;
        let text = self.text.as_deref().unwrap_or_default();
        let packed = self.encoding.as_deref().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
        let unpacked =
            packed.then(|| base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()).flatten();
        unpacked.unwrap_or_else(|| text.as_bytes().to_vec())
    }
}
