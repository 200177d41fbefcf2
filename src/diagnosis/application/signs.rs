//! What applications put on their errors, whatever they are built with, and gateways on none of theirs.
//!
//! All of it was seen in answers of applications through 15 gateways, and in no page that a gateway wrote; the weights are our
//! own model.

use crate::diagnosis::signature::Sign::{
    self, All, BodyStarts, Header, HeaderHas, HeaderIs, HeaderStarts, NoBody, Reason,
};

/// A sign of an application, and how much it weighs.
#[derive(Debug)]
pub(super) struct GeneralSign {
    pub(super) sign: Sign,
    /// How sure it is by this sign alone, 0 to 1.
    pub(super) weight: f32,
    pub(super) shows: &'static str,
}

const fn sign(sign: Sign, weight: f32, shows: &'static str) -> GeneralSign {
    GeneralSign { sign, weight, shows }
}

pub(super) const SIGNS: &[GeneralSign] = &[
    sign(
        All(&[NoBody, HeaderIs("transfer-encoding", "chunked")]),
        0.4,
        "there is no body, but it was announced in chunks, where a gateway sends a length of 0",
    ),
    sign(
        HeaderStarts("content-type", "application/problem+json"),
        0.7,
        "the error is told as application/problem+json (RFC 9457)",
    ),
    sign(HeaderStarts("content-type", "application/json"), 0.5, "the error is told as JSON"),
    sign(BodyStarts("{\""), 0.2, "the body is a JSON object"),
    sign(
        HeaderStarts("etag", "W/\""),
        0.5,
        "the error has a weak ETag, as web frameworks add it to whatever they send",
    ),
    sign(Header("set-cookie"), 0.4, "the error sets a cookie"),
    sign(Header("content-security-policy"), 0.3, "the error has a Content-Security-Policy"),
    sign(Header("cross-origin-opener-policy"), 0.3, "the error has a Cross-Origin-Opener-Policy"),
    sign(Header("referrer-policy"), 0.2, "the error has a Referrer-Policy"),
    sign(HeaderIs("keep-alive", "timeout=5"), 0.5, "the header `Keep-Alive: timeout=5` is that of Node.js"),
    sign(HeaderIs("keep-alive", "timeout=72"), 0.5, "the header `Keep-Alive: timeout=72` is that of Fastify"),
    sign(Reason(""), 0.5, "the status line has no reason phrase, as application servers in Java send it"),
    sign(Reason("BAD GATEWAY"), 0.6, "the reason phrase is in capitals, as Python's werkzeug writes it"),
    sign(Header("x-powered-by"), 0.5, "X-Powered-By names what an application is built with"),
    sign(Header("x-runtime"), 0.6, "X-Runtime is added by Ruby's Rack"),
    sign(Header("x-request-id"), 0.35, "the error has a request id of the application"),
    sign(Header("retry-after"), 0.2, "the error says when to come back"),
    sign(HeaderIs("x-content-type-options", "nosniff"), 0.3, "the error has X-Content-Type-Options: nosniff"),
    sign(HeaderStarts("content-type", "text/plain"), 0.35, "the error is plain text"),
    sign(
        Header("x-envoy-upstream-service-time"),
        0.6,
        "Envoy measured how long the application took, so the application answered",
    ),
    sign(HeaderHas("server", "gunicorn"), 0.6, "Server names gunicorn, an application server"),
    sign(HeaderHas("server", "uvicorn"), 0.6, "Server names uvicorn, an application server"),
    sign(HeaderHas("server", "Kestrel"), 0.6, "Server names Kestrel, the server of ASP.NET Core"),
    sign(HeaderHas("server", "Werkzeug"), 0.6, "Server names Werkzeug, the server of Flask"),
    sign(HeaderHas("server", "Jetty"), 0.6, "Server names Jetty, an application server"),
    sign(HeaderHas("server", "Cowboy"), 0.4, "Server names Cowboy, the server of Elixir's frameworks"),
];
