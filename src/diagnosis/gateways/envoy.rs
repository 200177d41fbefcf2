//! Envoy: a line of plain text that names what happened. Where `x-envoy-upstream-service-time` stands beside it, this Envoy
//! only passed the line on, and another one behind it wrote it.

use crate::diagnosis::cause::Cause::{
    self, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, Body, BodyIs, BodyStarts, HeaderIs, NoBody, NoHeader, Status};
use crate::diagnosis::signature::{Sign, Signature, Source};

const SEEN: Source = Source::Measured("Envoy 1.40.0");
const CODE: Source = Source::Code("envoyproxy/envoy: source/common/http/utility.cc, resetReasonToString");

/// So all of its lines about resets begin.
const LINE: Sign = BodyStarts("upstream connect error or disconnect/reset before headers");

const fn row(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
    source: Source,
) -> Signature {
    Signature { name, gateway: Gateway::Envoy, signs, causes, confidence: 0.97, is_page: true, shows, source }
}

const UNREACHED: &[(Cause, f32)] =
    &[(UpstreamUnavailable, 0.4), (UpstreamRefused, 0.4), (UpstreamTls, 0.12), (UpstreamTimeout, 0.05)];

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    row(
        "envoy_tls",
        &[LINE, Any(&[Body("TLS_error"), Body("TLS error"), Body("CERTIFICATE_VERIFY_FAILED")])],
        &[(UpstreamTls, 0.95)],
        "Envoy says that TLS with the upstream failed",
        CODE,
    ),
    row(
        "envoy_refused",
        &[LINE, Any(&[Body("Connection refused"), Body("delayed connect error: 111")])],
        &[(UpstreamRefused, 0.95)],
        "Envoy says that the upstream refused the connection (errno 111)",
        CODE,
    ),
    row(
        "envoy_unreachable",
        &[LINE, Body("delayed connect error: 113")],
        &[(UpstreamRefused, 0.9)],
        "Envoy says that there is no route to the upstream (errno 113)",
        CODE,
    ),
    row(
        "envoy_connect_timeout",
        &[LINE, Any(&[Body("reset reason: connection timeout"), Body("delayed connect error: 110")])],
        &[(UpstreamTimeout, 0.95)],
        "Envoy says that the connection to the upstream timed out",
        CODE,
    ),
    row(
        "envoy_connection_failure",
        &[
            LINE,
            Any(&[
                Body("reset reason: remote connection failure"),
                Body("reset reason: connection failure"),
                Body("reset reason: local connection failure"),
            ]),
        ],
        UNREACHED,
        "Envoy says \"connection failure\": the upstream refused, was not there, or failed in TLS",
        SEEN,
    ),
    row(
        "envoy_termination",
        &[LINE, Body("reset reason: connection termination")],
        &[(UpstreamEmpty, 0.6), (UpstreamReset, 0.2), (UpstreamTls, 0.08), (UpstreamInvalid, 0.08)],
        "Envoy says \"connection termination\": the upstream hung up before it answered",
        SEEN,
    ),
    row(
        "envoy_protocol_error",
        &[LINE, Body("reset reason: protocol error")],
        &[(UpstreamInvalid, 0.75), (UpstreamHeaderTooBig, 0.2)],
        "Envoy says \"protocol error\": what the upstream sent is not HTTP, or too large a head",
        SEEN,
    ),
    row(
        "envoy_overflow",
        &[LINE, Body("reset reason: overflow")],
        &[(Overload, 0.95)],
        "Envoy says \"overflow\": a circuit breaker is open, with too many requests waiting",
        CODE,
    ),
    row(
        "envoy_reset",
        &[
            LINE,
            Any(&[
                Body("reset reason: remote reset"),
                Body("reset reason: remote refused stream reset"),
                Body("reset reason: local reset"),
            ]),
        ],
        &[(UpstreamReset, 0.85), (UpstreamTimeout, 0.05), (UpstreamEmpty, 0.05)],
        "Envoy says that the stream to the upstream was reset",
        CODE,
    ),
    row(
        "envoy_other_reset",
        &[LINE],
        &[(UpstreamUnavailable, 0.4), (UpstreamRefused, 0.3), (UpstreamReset, 0.15), (UpstreamEmpty, 0.1)],
        "the line is Envoy's own, without a reason that is known",
        CODE,
    ),
    row(
        "envoy_no_healthy",
        &[BodyIs("no healthy upstream")],
        &[(UpstreamUnavailable, 0.45), (UpstreamDns, 0.35), (UpstreamRefused, 0.15)],
        "Envoy says \"no healthy upstream\": the cluster has no endpoint, because its name has no address, or because health \
         checks took all of them out",
        SEEN,
    ),
    row(
        "envoy_timeout",
        &[BodyIs("upstream request timeout")],
        &[(UpstreamTimeout, 0.97)],
        "Envoy says \"upstream request timeout\" (15 s where no other limit is set)",
        SEEN,
    ),
    row(
        "envoy_max_header",
        &[Any(&[BodyIs("upstream max stream duration reached"), BodyIs("stream timeout")])],
        &[(UpstreamTimeout, 0.95)],
        "Envoy says that the stream lasted longer than it may",
        CODE,
    ),
    row(
        "envoy_rate_limited",
        &[Status(&[429, 503]), BodyIs("local_rate_limited")],
        &[(RateLimited, 0.97)],
        "Envoy says \"local_rate_limited\": its own limit of requests",
        Source::Documented(
            "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter",
        ),
    ),
    row(
        "envoy_overload",
        &[Status(&[503]), BodyIs("envoy overloaded")],
        &[(Overload, 0.97)],
        "Envoy says \"envoy overloaded\": its overload manager sheds requests",
        CODE,
    ),
    Signature {
        name: "envoy_head",
        gateway: Gateway::Envoy,
        signs: &[
            Status(&[502, 503, 504]),
            NoBody,
            HeaderIs("server", "envoy"),
            HeaderIs("content-type", "text/plain"),
            NoHeader("x-envoy-upstream-service-time"),
        ],
        causes: UNREACHED,
        confidence: 0.9,
        is_page: false,
        shows: "the head is Envoy's own; its line of text is missing, as in an answer to HEAD",
        source: SEEN,
    },
];
