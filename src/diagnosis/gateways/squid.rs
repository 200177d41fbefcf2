//! Squid as a reverse proxy: a header of its own names its error, and often the error number of the system.

use crate::diagnosis::cause::Cause::{
    self, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, Body, Header, HeaderStarts};
use crate::diagnosis::signature::{Sign, Signature, Source};

const HEADER: &str = "x-squid-error";

const fn row(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::Squid,
        signs,
        causes,
        confidence: 0.98,
        is_page: false,
        shows,
        source: Source::Measured("Squid 5.7"),
    }
}

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    row(
        "squid_connect_timeout",
        &[HeaderStarts(HEADER, "ERR_CONNECT_FAIL 110")],
        &[(UpstreamTimeout, 0.95)],
        "Squid says ERR_CONNECT_FAIL 110: the connection timed out",
    ),
    row(
        "squid_connect_fail",
        &[HeaderStarts(HEADER, "ERR_CONNECT_FAIL")],
        &[(UpstreamRefused, 0.85), (UpstreamTimeout, 0.05), (UpstreamTls, 0.04), (UpstreamUnavailable, 0.04)],
        "Squid says ERR_CONNECT_FAIL: no connection to the origin",
    ),
    row(
        "squid_zero_size",
        &[HeaderStarts(HEADER, "ERR_ZERO_SIZE_OBJECT")],
        &[
            (UpstreamEmpty, 0.75),
            (UpstreamInvalid, 0.1),
            (UpstreamTls, 0.08),
            (UpstreamReset, 0.04),
            (UpstreamRefused, 0.01),
            (UpstreamTimeout, 0.01),
        ],
        "Squid says ERR_ZERO_SIZE_OBJECT: the origin hung up without a byte",
    ),
    row(
        "squid_read_error",
        &[HeaderStarts(HEADER, "ERR_READ_ERROR 104")],
        &[
            (UpstreamReset, 0.7),
            (UpstreamEmpty, 0.12),
            (UpstreamInvalid, 0.1),
            (UpstreamTls, 0.04),
            (UpstreamRefused, 0.02),
            (UpstreamTimeout, 0.01),
        ],
        "Squid says ERR_READ_ERROR 104: the origin reset the connection",
    ),
    row(
        "squid_peer_dead",
        &[HeaderStarts(HEADER, "ERR_READ_ERROR")],
        &[
            (UpstreamRefused, 0.45),
            (UpstreamTimeout, 0.15),
            (UpstreamReset, 0.12),
            (UpstreamDns, 0.1),
            (UpstreamEmpty, 0.08),
            (UpstreamTls, 0.05),
            (UpstreamInvalid, 0.03),
        ],
        "Squid says ERR_READ_ERROR without an error number: it had marked the origin dead before",
    ),
    row(
        "squid_invalid",
        &[HeaderStarts(HEADER, "ERR_INVALID_RESP")],
        &[(UpstreamInvalid, 0.9), (UpstreamHeaderTooBig, 0.05)],
        "Squid says ERR_INVALID_RESP: what came is not HTTP",
    ),
    row(
        "squid_too_big",
        &[HeaderStarts(HEADER, "ERR_TOO_BIG")],
        &[(UpstreamHeaderTooBig, 0.9), (UpstreamInvalid, 0.05)],
        "Squid says ERR_TOO_BIG: the head is larger than reply_header_max_size",
    ),
    row(
        "squid_read_timeout",
        &[HeaderStarts(HEADER, "ERR_READ_TIMEOUT")],
        &[(UpstreamTimeout, 0.97)],
        "Squid says ERR_READ_TIMEOUT",
    ),
    row(
        "squid_dns",
        &[HeaderStarts(HEADER, "ERR_DNS_FAIL")],
        &[(UpstreamDns, 0.97)],
        "Squid says ERR_DNS_FAIL: the origin's name has no address",
    ),
    row(
        "squid_tls",
        &[HeaderStarts(HEADER, "ERR_SECURE_CONNECT_FAIL")],
        &[(UpstreamTls, 0.97)],
        "Squid says ERR_SECURE_CONNECT_FAIL",
    ),
    row(
        "squid_forward",
        &[Any(&[HeaderStarts(HEADER, "ERR_CANNOT_FORWARD"), HeaderStarts(HEADER, "ERR_NO_RELAY")])],
        &[(UpstreamUnavailable, 0.9)],
        "Squid says ERR_CANNOT_FORWARD: no origin can be used",
    ),
    row(
        "squid_other",
        &[Header(HEADER)],
        &[(UpstreamUnavailable, 0.5), (Cause::EdgeRule, 0.3)],
        "Squid names an error of its own in X-Squid-Error",
    ),
    Signature {
        name: "squid_page",
        gateway: Gateway::Squid,
        signs: &[
            Body("<title>ERROR: The requested URL could not be retrieved</title>"),
            Body("The Squid Software Foundation"),
        ],
        causes: &[
            (UpstreamUnavailable, 0.4),
            (UpstreamRefused, 0.3),
            (UpstreamTimeout, 0.1),
            (UpstreamInvalid, 0.1),
        ],
        confidence: 0.95,
        is_page: true,
        shows: "the page is Squid's own; the header that names its error is missing",
        source: Source::Measured("Squid 5.7"),
    },
];
