//! What is built on Go's `net/http`: Traefik, with a bare status text, and `httputil.ReverseProxy`, with nothing at all. They
//! are known by what is missing, so they stand last; an application in Go that answers with a bare status is the same.

use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, BodyIs, HeaderIs, Names, NoBody, Status};
use crate::diagnosis::signature::{Sign, Signature, Source};

const TRAEFIK: Source = Source::Code("traefik/traefik: pkg/proxy/httputil/proxy.go");

/// Its own answers have these headers and no others.
const BARE_TEXT: Sign = Names(&["Date", "Content-Length", "Content-Type"]);
const TEXT: Sign = HeaderIs("content-type", "text/plain; charset=utf-8");

const fn traefik(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::Traefik,
        signs,
        causes,
        confidence: 0.85,
        is_page: false,
        shows,
        source: TRAEFIK,
    }
}

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    traefik(
        "traefik_502",
        &[Status(&[502]), TEXT, BARE_TEXT, BodyIs("Bad Gateway")],
        &[
            (UpstreamRefused, 0.45),
            (UpstreamEmpty, 0.2),
            (UpstreamReset, 0.12),
            (UpstreamDns, 0.08),
            (UpstreamTls, 0.06),
            (ApplicationMade, 0.05),
        ],
        "a bare \"Bad Gateway\" without Server and ETag, as Traefik sends it when the service refuses, hangs up or has no address",
    ),
    traefik(
        "traefik_504",
        &[Status(&[504]), TEXT, BARE_TEXT, BodyIs("Gateway Timeout")],
        &[(UpstreamTimeout, 0.9), (ApplicationMade, 0.05)],
        "a bare \"Gateway Timeout\", as Traefik sends it when the service is too slow",
    ),
    traefik(
        "traefik_500",
        &[Status(&[500]), TEXT, BARE_TEXT, BodyIs("Internal Server Error")],
        &[(UpstreamInvalid, 0.6), (UpstreamTls, 0.3), (ApplicationMade, 0.05)],
        "a bare \"Internal Server Error\", as Traefik sends it when the service sent what is not HTTP, or failed in TLS",
    ),
    traefik(
        "traefik_head",
        &[Status(&[502, 504]), TEXT, BARE_TEXT, NoBody],
        &[
            (UpstreamRefused, 0.45),
            (UpstreamEmpty, 0.2),
            (UpstreamTimeout, 0.1),
            (ApplicationMade, 0.1),
            (UpstreamUnavailable, 0.05),
        ],
        "the head is one that Traefik sends; its text is missing, as in an answer to HEAD",
    ),
    Signature {
        name: "go_passed_on",
        gateway: Gateway::Go,
        signs: &[
            Status(&[502, 504]),
            NoBody,
            HeaderIs("content-length", "0"),
            Names(&["Content-Length", "Date"]),
        ],
        causes: &[(ApplicationMade, 0.6), (UpstreamUnavailable, 0.3)],
        confidence: 0.6,
        is_page: false,
        shows: "an empty answer whose head came through a Go proxy, which puts the headers that it passes on in the order of the \
                alphabet",
        source: Source::Measured("Go 1.19 httputil.ReverseProxy"),
    },
    Signature {
        name: "go_502",
        gateway: Gateway::Go,
        // An answer to HEAD has the Date alone.
        signs: &[Status(&[502]), NoBody, Any(&[Names(&["Date", "Content-Length"]), Names(&["Date"])])],
        causes: &[
            (UpstreamUnavailable, 0.35),
            (UpstreamRefused, 0.25),
            (ApplicationMade, 0.1),
            (UpstreamEmpty, 0.08),
            (UpstreamTimeout, 0.08),
            (UpstreamInvalid, 0.04),
            (UpstreamReset, 0.03),
            (UpstreamDns, 0.03),
            (UpstreamTls, 0.02),
            (UpstreamHeaderTooBig, 0.01),
        ],
        confidence: 0.6,
        is_page: false,
        shows: "a Date and a length of 0 and nothing else: a Go reverse proxy answers so for every fault, and so does an application \
                in Go that sets the status alone",
        source: Source::Measured("Go 1.19 httputil.ReverseProxy"),
    },
];
