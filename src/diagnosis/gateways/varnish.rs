//! Varnish: everything that goes wrong is "503 Backend fetch failed"; only the time that it took tells more.

use crate::diagnosis::cause::Cause::{
    self, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTimeout, UpstreamTls, UpstreamTruncated, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, Body, HeaderIs, NoBody, Reason, Status};
use crate::diagnosis::signature::{Signature, Source};

const SEEN: Source = Source::Measured("Varnish 7.1.1");

const FAULTS: &[(Cause, f32)] = &[
    (UpstreamRefused, 0.4),
    (UpstreamEmpty, 0.2),
    (UpstreamTimeout, 0.15),
    (UpstreamInvalid, 0.06),
    (UpstreamReset, 0.05),
    (UpstreamHeaderTooBig, 0.05),
    (UpstreamTls, 0.04),
    (UpstreamUnavailable, 0.03),
    (UpstreamDns, 0.02),
];

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "varnish_503",
        gateway: Gateway::Varnish,
        signs: &[Body("Backend fetch failed"), Body("Guru Meditation:")],
        causes: FAULTS,
        confidence: 0.97,
        is_page: true,
        shows: "the page is Varnish's own: the fetch from the backend failed; it says the same of every fault",
        source: SEEN,
    },
    Signature {
        name: "varnish_503_in_body",
        gateway: Gateway::Varnish,
        signs: &[Body("503 Service Unavailable"), Body("Guru Meditation:"), Body("XID: ")],
        causes: &[(UpstreamTruncated, 0.9)],
        confidence: 0.97,
        is_page: true,
        shows: "the page is Varnish's own for a body that broke off while Varnish was still taking it in",
        source: SEEN,
    },
    Signature {
        name: "varnish_guru",
        gateway: Gateway::Varnish,
        signs: &[Body("Guru Meditation:"), Any(&[Body("Varnish cache server"), Body("XID: ")])],
        causes: &[
            (UpstreamUnavailable, 0.4),
            (UpstreamRefused, 0.25),
            (UpstreamTimeout, 0.15),
            (Cause::EdgeRule, 0.15),
        ],
        confidence: 0.95,
        is_page: true,
        shows: "the page is Varnish's own, in another version's or the site's words",
        source: Source::Code("varnish-cache: bin/varnishd/builtin.vcl"),
    },
    Signature {
        name: "varnish_head",
        gateway: Gateway::Varnish,
        signs: &[
            Status(&[503]),
            NoBody,
            Any(&[Reason("Backend fetch failed"), HeaderIs("server", "Varnish")]),
        ],
        causes: FAULTS,
        confidence: 0.93,
        is_page: false,
        shows: "the head is Varnish's own; the page is missing, as in an answer to HEAD",
        source: SEEN,
    },
];
