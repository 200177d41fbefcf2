//! HAProxy: three pages, no Date and no Server. "No server is available" stands for all that keeps it from a connection.

use crate::diagnosis::cause::Cause::{
    self, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Body, HeaderIs, Names, NoBody, NoHeader, Status};
use crate::diagnosis::signature::{Signature, Source};

const SEEN: Source = Source::Measured("HAProxy 2.6.12");

const NO_SERVER: &[(Cause, f32)] = &[
    (UpstreamUnavailable, 0.45),
    (UpstreamRefused, 0.35),
    (UpstreamTimeout, 0.07),
    (UpstreamTls, 0.05),
    (UpstreamDns, 0.05),
    (Overload, 0.03),
];

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "haproxy_503",
        gateway: Gateway::Haproxy,
        signs: &[Body("No server is available to handle this request.")],
        causes: NO_SERVER,
        confidence: 0.97,
        is_page: true,
        shows: "the page is HAProxy's own: no server of the backend could be connected to",
        source: SEEN,
    },
    Signature {
        name: "haproxy_502",
        gateway: Gateway::Haproxy,
        signs: &[Body("The server returned an invalid or incomplete response.")],
        causes: &[
            (UpstreamEmpty, 0.45),
            (UpstreamReset, 0.25),
            (UpstreamInvalid, 0.15),
            (UpstreamHeaderTooBig, 0.08),
            (UpstreamTls, 0.07),
        ],
        confidence: 0.97,
        is_page: true,
        shows: "the page is HAProxy's own: the server closed or reset the connection, or sent what is not HTTP",
        source: SEEN,
    },
    Signature {
        name: "haproxy_504",
        gateway: Gateway::Haproxy,
        signs: &[Body("The server didn't respond in time.")],
        causes: &[(UpstreamTimeout, 0.97)],
        confidence: 0.97,
        is_page: true,
        shows: "the page is HAProxy's own: the server took longer than `timeout server`",
        source: SEEN,
    },
    Signature {
        name: "haproxy_429",
        gateway: Gateway::Haproxy,
        signs: &[Status(&[429]), Body("You have sent too many requests in a given amount of time.")],
        causes: &[(RateLimited, 0.97)],
        confidence: 0.95,
        is_page: false,
        shows: "the page is HAProxy's own for a rule that denies with 429",
        source: Source::Code("haproxy: src/http.c, http_err_msgs"),
    },
    Signature {
        name: "haproxy_500",
        gateway: Gateway::Haproxy,
        signs: &[Status(&[500]), Body("An internal server error occurred.\n</body></html>")],
        causes: &[(Cause::EdgeRule, 0.7), (Overload, 0.2)],
        confidence: 0.95,
        is_page: false,
        shows: "the page is HAProxy's own for a fault of its own, such as a limit of memory or buffers",
        source: Source::Code("haproxy: src/http.c, http_err_msgs"),
    },
    Signature {
        name: "haproxy_head",
        gateway: Gateway::Haproxy,
        signs: &[
            Status(&[502, 503, 504]),
            NoBody,
            NoHeader("date"),
            NoHeader("server"),
            HeaderIs("cache-control", "no-cache"),
            Names(&["content-length", "cache-control", "content-type"]),
        ],
        causes: NO_SERVER,
        confidence: 0.85,
        is_page: false,
        shows: "the head is HAProxy's own, without Date and Server; the page is missing, as in an answer to HEAD",
        source: SEEN,
    },
];
