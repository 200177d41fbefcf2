//! API gateways: Kong, Apache APISIX, Tyk. Kong writes the same sentence as JSON, HTML, XML or plain text, as the client
//! asks; the sentence is the sign. APISIX is an nginx with a line of its own.

use crate::diagnosis::cause::Cause::{
    Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyStarts, BodyWithin, Header, HeaderStarts, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const KONG: Signature = Signature {
    name: "",
    gateway: Gateway::Kong,
    signs: &[],
    causes: &[],
    confidence: 0.98,
    is_page: true,
    shows: "",
    source: Source::Code("Kong/kong, kong/error_handlers.lua"),
};

const APISIX: Signature = Signature {
    gateway: Gateway::Apisix,
    source: Source::Captured(
        "pages with `Powered by <a href=\"https://apisix.apache.org/\">` in public repositories",
    ),
    ..KONG
};

const TYK: Signature = Signature {
    gateway: Gateway::Tyk,
    source: Source::Code("TykTechnologies/tyk, reverse_proxy.go"),
    ..KONG
};

/// Its answers are short.
const SHORT: Sign = BodyWithin(700);

const PEERS: &[(crate::diagnosis::cause::Cause, f32)] = &[
    (UpstreamRefused, 0.4),
    (UpstreamEmpty, 0.2),
    (UpstreamReset, 0.15),
    (UpstreamInvalid, 0.1),
    (UpstreamTls, 0.1),
    (UpstreamHeaderTooBig, 0.05),
];

/// The page of APISIX with this title, or nginx's page from a server that calls itself so.
macro_rules! apisix {
    ($title:literal) => {
        &[
            BodyStarts("<html>"),
            Body(concat!("<head><title>", $title)),
            Any(&[HeaderStarts("server", "APISIX"), Body("https://apisix.apache.org/")]),
        ]
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "kong_502",
        signs: &[SHORT, Body("An invalid response was received from the upstream server")],
        causes: PEERS,
        shows: "the sentence is Kong's for an upstream that refuses, closes, or sends what it cannot read",
        ..KONG
    },
    Signature {
        name: "kong_503",
        signs: &[SHORT, Body("The upstream server is currently unavailable")],
        causes: &[(UpstreamUnavailable, 0.9), (Overload, 0.1)],
        shows: "the sentence is Kong's for an upstream that is not available",
        ..KONG
    },
    Signature {
        name: "kong_504",
        signs: &[SHORT, Body("The upstream server is timing out")],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the sentence is Kong's for an upstream that took too long",
        ..KONG
    },
    Signature {
        name: "kong_no_peer",
        signs: &[SHORT, Body("failure to get a peer from the ring-balancer")],
        causes: &[(UpstreamUnavailable, 0.97)],
        shows: "Kong says that no target of the upstream is healthy, or that it has none",
        source: Source::Code("Kong/kong, the balancer's `failure to get a peer from the ring-balancer`"),
        ..KONG
    },
    Signature {
        name: "kong_dns",
        signs: &[SHORT, Status(&[500, 503]), Body("name resolution failed")],
        causes: &[(UpstreamDns, 0.97)],
        is_page: false,
        confidence: 0.9,
        shows: "Kong says that the upstream's name has no address",
        source: Source::Captured(
            "503 with `{\"message\":\"name resolution failed\"}` in public repositories, 2025 and 2026",
        ),
        ..KONG
    },
    Signature {
        name: "kong_500",
        signs: &[
            Status(&[500]),
            SHORT,
            Body("An unexpected error occurred"),
            Any(&[HeaderStarts("server", "kong/"), Header("x-kong-response-latency"), Body("Kong Error")]),
        ],
        causes: &[(UpstreamInvalid, 0.5), (UpstreamUnavailable, 0.5)],
        confidence: 0.9,
        is_page: false,
        shows: "the sentence is Kong's for an error of its own, often of a plugin",
        ..KONG
    },
    Signature {
        name: "kong_limited",
        signs: &[Status(&[429]), SHORT, Body("API rate limit exceeded")],
        causes: &[(RateLimited, 0.97)],
        confidence: 0.85,
        is_page: false,
        shows: "the sentence is Kong's for a client that sent too many requests",
        ..KONG
    },
    Signature {
        name: "apisix_502",
        signs: apisix!("502 Bad Gateway"),
        causes: PEERS,
        shows: "the page is nginx's with the line of Apache APISIX",
        ..APISIX
    },
    Signature {
        name: "apisix_503",
        signs: apisix!("503 Service Temporarily Unavailable"),
        causes: &[(UpstreamUnavailable, 0.6), (RateLimited, 0.3), (Overload, 0.1)],
        shows: "the page is nginx's with the line of Apache APISIX: no node of the upstream is usable, or a limit is reached",
        ..APISIX
    },
    Signature {
        name: "apisix_504",
        signs: apisix!("504 Gateway Time-out"),
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the page is nginx's with the line of Apache APISIX",
        ..APISIX
    },
    Signature {
        name: "apisix_429",
        signs: apisix!("429 Too Many Requests"),
        causes: &[(RateLimited, 0.97)],
        shows: "the page is nginx's with the line of Apache APISIX",
        ..APISIX
    },
    Signature {
        name: "apisix_500",
        signs: apisix!("500 Internal Server Error"),
        causes: &[(UpstreamUnavailable, 0.6), (UpstreamInvalid, 0.4)],
        shows: "the page is nginx's with the line of Apache APISIX: an error of its own, often of a plugin",
        ..APISIX
    },
    Signature {
        name: "tyk_dns",
        signs: &[SHORT, Body("Upstream host lookup failed")],
        causes: &[(UpstreamDns, 0.97)],
        shows: "the sentence is Tyk's for an upstream whose name has no address",
        ..TYK
    },
    Signature {
        name: "tyk_timeout",
        signs: &[SHORT, Body("Upstream service reached hard timeout")],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the sentence is Tyk's for an upstream that took too long",
        ..TYK
    },
    Signature {
        name: "tyk_500",
        signs: &[
            SHORT,
            Any(&[
                Body("There was a problem proxying the request"),
                Body("there was a problem proxying the request"),
            ]),
        ],
        causes: PEERS,
        shows: "the sentence is Tyk's for an upstream that refuses, closes, or sends what it cannot read",
        ..TYK
    },
];
