//! Caddy: its own errors have no body at all, so what tells is the head: `Server: Caddy`, a Date, a length of 0, in this
//! order. An application's empty 502 behind it has the same headers in another order, or others beside them.

use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{HeaderIs, Names, NoBody, NoHeader, Status};
use crate::diagnosis::signature::{Signature, Source};

const SEEN: Source = Source::Measured("Caddy 2.6.2");

const FAULTS: &[(Cause, f32)] = &[
    (UpstreamUnavailable, 0.4),
    (UpstreamRefused, 0.25),
    (UpstreamEmpty, 0.1),
    (UpstreamReset, 0.05),
    (UpstreamInvalid, 0.05),
    (UpstreamTls, 0.05),
    (UpstreamDns, 0.04),
    (UpstreamTimeout, 0.03),
    (ApplicationMade, 0.02),
    (UpstreamHeaderTooBig, 0.01),
];

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "caddy_502",
        gateway: Gateway::Caddy,
        signs: &[
            Status(&[502, 503]),
            NoBody,
            HeaderIs("server", "Caddy"),
            Names(&["Server", "Date", "Content-Length"]),
        ],
        causes: FAULTS,
        confidence: 0.93,
        is_page: false,
        shows: "no body, and Caddy's own head: it answers so for whatever goes wrong with the upstream but slowness",
        source: SEEN,
    },
    Signature {
        name: "caddy_504",
        gateway: Gateway::Caddy,
        signs: &[Status(&[504]), NoBody, HeaderIs("server", "Caddy"), NoHeader("content-type")],
        causes: &[(UpstreamTimeout, 0.95)],
        confidence: 0.93,
        is_page: false,
        shows: "no body, and Caddy's own head: the upstream did not answer in time",
        source: SEEN,
    },
    Signature {
        name: "caddy_502_passed_on",
        gateway: Gateway::Caddy,
        signs: &[
            Status(&[502, 503]),
            NoBody,
            HeaderIs("server", "Caddy"),
            NoHeader("content-type"),
            NoHeader("transfer-encoding"),
        ],
        causes: FAULTS,
        confidence: 0.75,
        is_page: false,
        shows: "no body and `Server: Caddy`, in a head that another gateway has put in its own order",
        source: SEEN,
    },
];
