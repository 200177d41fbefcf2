//! What a failing fetch brought, kept to be read by a person and by the diagnosis: status line, headers, the start of
//! the body, and what went wrong in words. It holds nothing of the request.

/// So many bytes of a body are kept. Error pages of gateways are shorter; the longest known is 2 KB.
pub const BODY_KEPT: usize = 4096;

/// The answer of a failing fetch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// `HTTP/1.1` or `HTTP/2`; `None`: no head came.
    pub version: Option<String>,
    /// The status code; `None`: no head came.
    pub status: Option<u16>,
    /// The reason phrase of the status line as it came; `None`: there is none, as in HTTP/2, or it was not kept.
    pub reason: Option<String>,
    /// Names and values in their order.
    pub headers: Vec<(String, String)>,
    /// The first [`BODY_KEPT`] bytes of the decoded body.
    pub body: Vec<u8>,
    /// What went wrong, for a network error.
    pub detail: Option<String>,
}

/// Headers that differ between two answers that are otherwise the same; they do not make new evidence.
pub const VOLATILE_HEADERS: &[&str] = &[
    "date",
    "age",
    "expires",
    "last-modified",
    "set-cookie",
    "x-request-id",
    "x-correlation-id",
    "x-amz-cf-id",
    "x-amzn-trace-id",
    "x-varnish",
    "x-timer",
    "cf-ray",
    "via-id",
    "x-envoy-upstream-service-time",
];

impl Evidence {
    /// The headers that are the same in each answer of this kind.
    pub fn steady_headers(&self) -> impl Iterator<Item = &(String, String)> {
        self.headers.iter().filter(|(name, _)| !VOLATILE_HEADERS.iter().any(|v| name.eq_ignore_ascii_case(v)))
    }
}
