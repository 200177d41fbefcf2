//! H2O: one line of text that names the fault, under the reason phrase "Gateway Error".

use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    Any, Body, BodyIs, BodyWithin, HeaderStarts, NoBody, Reason, Status,
};
use crate::diagnosis::signature::{Sign, Signature, Source};

/// Its server name stands on what it passes on, too; the line decides.
const HERE: Sign = HeaderStarts("server", "h2o");

const fn row(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::H2o,
        signs,
        causes,
        confidence: 0.97,
        is_page: false,
        shows,
        source: Source::Measured("h2o 2.2.5"),
    }
}

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    row(
        "h2o_connection_failed",
        &[
            HERE,
            Any(&[
                BodyIs("connection failed"),
                BodyIs("failed to connect to host"),
                BodyIs("connection refused"),
            ]),
        ],
        &[(UpstreamRefused, 0.93)],
        "H2O says that the connection failed",
    ),
    row(
        "h2o_timeout",
        &[HERE, Any(&[BodyIs("I/O timeout"), BodyIs("connection timeout"), BodyIs("first byte timeout")])],
        &[(UpstreamTimeout, 0.97)],
        "H2O says that the upstream was too slow",
    ),
    row(
        "h2o_dns",
        &[HERE, Any(&[Body("Name or service not known"), Body("name resolution")])],
        &[(UpstreamDns, 0.97)],
        "H2O says that the upstream's name has no address",
    ),
    row(
        "h2o_io_error",
        &[HERE, Any(&[BodyIs("I/O error (head)"), BodyIs("I/O error"), BodyIs("disconnected")])],
        &[(UpstreamEmpty, 0.6), (UpstreamReset, 0.15), (UpstreamInvalid, 0.12), (UpstreamTls, 0.08)],
        "H2O says \"I/O error (head)\": the upstream hung up before its head was whole",
    ),
    row(
        "h2o_parse",
        &[HERE, BodyIs("failed to parse the response")],
        &[(UpstreamInvalid, 0.8), (UpstreamHeaderTooBig, 0.1), (ApplicationMade, 0.05)],
        "H2O says that it failed to parse the response",
    ),
    row(
        "h2o_invalid",
        &[HERE, Body("invalid response from upstream")],
        &[(UpstreamInvalid, 0.95)],
        "H2O says \"invalid response from upstream\"",
    ),
    row(
        "h2o_tls",
        &[HERE, Any(&[Body("ssl handshake failure"), Body("certificate"), Body("TLS")]), BodyWithin(120)],
        &[(UpstreamTls, 0.95)],
        "H2O says that TLS with the upstream failed",
    ),
    row(
        "h2o_other",
        &[Reason("Gateway Error"), Any(&[HERE, BodyWithin(120)])],
        &[(UpstreamUnavailable, 0.4), (UpstreamRefused, 0.35), (UpstreamEmpty, 0.1), (UpstreamTimeout, 0.1)],
        "the reason phrase \"Gateway Error\" is H2O's",
    ),
    row(
        "h2o_head",
        &[Status(&[502]), HERE, NoBody, HeaderStarts("content-type", "text/plain")],
        &[(UpstreamUnavailable, 0.4), (UpstreamRefused, 0.35), (UpstreamEmpty, 0.1), (UpstreamTimeout, 0.1)],
        "the head is H2O's own; its line of text is missing, as in an answer to HEAD",
    ),
];
