//! What an answer's head says, as evidence: the library's types made ours.

use hyper::ext::ReasonPhrase;
use reqwest::header::{HeaderValue, LOCATION};
use reqwest::{Response, Version};

use crate::domain::page_url::PageUrl;
use crate::fetch::Head;

/// The statuses that point elsewhere. Source: RFC 9110, 15.4.
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// Status line and headers.
pub(super) fn head_of(response: &Response) -> Head {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Head {
        version: match response.version() {
            Version::HTTP_2 => "HTTP/2",
            Version::HTTP_10 => "HTTP/1.0",
            _ => "HTTP/1.1",
        },
        status: response.status().as_u16(),
        reason: reason_of(response),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
    }
}

/// What stood behind the status. The library keeps only what differs from the standard's words.
fn reason_of(response: &Response) -> Option<String> {
    if response.version() == Version::HTTP_2 {
        return None;
    }
    let sent = response.extensions().get::<ReasonPhrase>();
    let sent = sent.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    sent.or_else(|| response.status().canonical_reason().map(str::to_owned))
}

/// Where an answer points, when it does.
pub(super) fn redirect_of(from: &PageUrl, response: &Response) -> Option<PageUrl> {
    if !REDIRECTS.contains(&response.status().as_u16()) {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    from.join(&String::from_utf8_lossy(location.as_bytes())).ok()
}
