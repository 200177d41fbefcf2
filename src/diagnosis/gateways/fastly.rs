//! Fastly: always 503 for a fault of its own, with the cause as the reason phrase, in the title and in the page, which is
//! Varnish's with `Details: cache-...` in place of an XID. The three words are tried in both places, because HTTP/2 has no reason.

use crate::diagnosis::cause::Cause::{
    EdgeRule, Overload, UpstreamDns, UpstreamEmpty, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyIs, BodyStarts, HeaderHas, HeaderStarts, Reason, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::Fastly,
    signs: &[],
    causes: &[],
    confidence: 0.97,
    is_page: true,
    shows: "",
    source: Source::Documented("https://www.fastly.com/documentation/guides/vcl/errors/"),
};

/// It came through Fastly, or is its page.
const FASTLY: Sign = Any(&[
    HeaderStarts("x-served-by", "cache-"),
    HeaderHas("x-served-by", ", cache-"),
    BodyStarts("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE html PUBLIC"),
    BodyStarts("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\""),
]);

/// One of Fastly's words for a fault, as the reason phrase or in the page.
macro_rules! word {
    ($word:literal) => {
        Any(&[Reason($word), Body(concat!("<title>503 ", $word)), Body(concat!("Error 503 ", $word))])
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "fastly_unknown_domain",
        signs: &[Body("Fastly error: unknown domain")],
        causes: &[(EdgeRule, 0.97)],
        shows: "Fastly knows no service for this host name",
        source: Source::Captured(
            "500 with `Fastly error: unknown domain` and `X-Served-By: cache-fra-...`, 2023",
        ),
        ..ROW
    },
    Signature {
        name: "fastly_timeout",
        signs: &[
            FASTLY,
            Any(&[
                word!("first byte timeout"),
                word!("between bytes timeout"),
                word!("connection timed out"),
                word!("connect timeout"),
                word!("connection timeout"),
                word!("Backend unavailable, connection timeout"),
                word!("Backend fetch failed, timeout"),
            ]),
        ],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "Fastly says that the origin took longer than the time set",
        ..ROW
    },
    Signature {
        name: "fastly_read_error",
        signs: &[
            FASTLY,
            Any(&[word!("backend read error"), word!("Backend read error"), word!("backend write error")]),
        ],
        causes: &[(UpstreamEmpty, 0.4), (UpstreamReset, 0.35), (UpstreamTimeout, 0.25)],
        shows: "Fastly says that reading from the origin, or writing to it, broke off",
        ..ROW
    },
    Signature {
        name: "fastly_unhealthy",
        signs: &[
            FASTLY,
            Any(&[
                word!("All backends failed or unhealthy"),
                word!("All Backends Failed or Unhealthy"),
                word!("Backend is unhealthy"),
                word!("backend is unhealthy"),
                word!("No Healthy Backends"),
                word!("No healthy backends"),
                word!("quorum weight not reached"),
            ]),
        ],
        causes: &[(UpstreamUnavailable, 0.9), (UpstreamRefused, 0.1)],
        shows: "Fastly says that no origin is healthy",
        ..ROW
    },
    Signature {
        name: "fastly_tls",
        signs: &[
            FASTLY,
            Any(&[
                word!("SSL "),
                word!("hostname doesn't match against certificate"),
                word!("certificate"),
                word!("unable to get local issuer certificate"),
                word!("unknown CA"),
                word!("wrong version number"),
            ]),
        ],
        causes: &[(UpstreamTls, 0.97)],
        shows: "Fastly says that TLS to the origin failed",
        ..ROW
    },
    Signature {
        name: "fastly_refused",
        signs: &[
            FASTLY,
            Any(&[
                word!("connection refused"),
                word!("Connection refused"),
                word!("connection failure"),
                word!("connect failure"),
                word!("Backend unavailable"),
                word!("No route to host"),
                word!("Network is unreachable"),
                BodyIs("connection failure"),
            ]),
        ],
        causes: &[(UpstreamRefused, 0.8), (UpstreamTimeout, 0.1), (UpstreamDns, 0.1)],
        shows: "Fastly says that it could not connect to the origin",
        ..ROW
    },
    Signature {
        name: "fastly_limit",
        signs: &[FASTLY, Any(&[word!("backend.max_conn reached"), word!("Backend.max_conn reached")])],
        causes: &[(Overload, 0.97)],
        shows: "Fastly has as many connections to the origin open as it may",
        ..ROW
    },
    Signature {
        name: "fastly_invalid",
        signs: &[
            FASTLY,
            Any(&[
                word!("illegal "),
                word!("Response object too large"),
                word!("Header overflow"),
                word!("Bad response"),
                word!("HTTP parse error"),
            ]),
        ],
        causes: &[(UpstreamInvalid, 0.9), (UpstreamTimeout, 0.1)],
        shows: "Fastly says that it could not take the origin's answer",
        ..ROW
    },
    Signature {
        name: "fastly_loop",
        signs: &[
            FASTLY,
            Any(&[word!("Loop detected"), word!("Max restarts limit reached"), word!("Too many restarts")]),
        ],
        causes: &[(EdgeRule, 0.95)],
        shows: "the site's own rules at Fastly go round in circles",
        ..ROW
    },
    Signature {
        name: "fastly_503",
        signs: &[
            Any(&[Status(&[500, 502, 503, 504]), Body("<title>503 ")]),
            Any(&[BodyStarts("<?xml"), BodyStarts("<!DOCTYPE"), BodyStarts("<html>")]),
            Body("Details: cache-"),
        ],
        causes: &[(UpstreamUnavailable, 0.5), (UpstreamTimeout, 0.3), (Overload, 0.2)],
        shows: "the page is Fastly's",
        source: Source::Captured(
            "pages with `Error 54113` or `Guru Mediation` and `Details: cache-...`, 2013 to 2026",
        ),
        ..ROW
    },
    Signature {
        name: "fastly_blocked",
        signs: &[Status(&[403, 406, 429, 451]), Body("Details: cache-")],
        causes: &[(EdgeRule, 0.95)],
        is_page: false,
        shows: "Fastly refuses this request by a rule of the site",
        source: Source::Captured("403 and 451 with `Error 54113` and `Details: cache-...`, 2022 to 2026"),
        ..ROW
    },
];
