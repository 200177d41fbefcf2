//! Google's gateways: its load balancers and the front end of App Engine and Cloud Run, which write the same pages.
//!
//! `Via: 1.1 google` and `Server: Google Frontend` are on answers of the application too, so that no row rests on them alone.
//! Newer load balancers are Envoy inside; those texts stand in `mesh`.

use crate::diagnosis::cause::Cause::{
    ApplicationMade, Overload, RateLimited, UpstreamEmpty, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTimeout, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{self, Any, Body, BodyIs, BodyStarts, HeaderHas, HeaderIs, Status};
use crate::diagnosis::signature::{Signature, Source};

const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::GoogleCloudLb,
    signs: &[],
    causes: &[],
    confidence: 0.97,
    is_page: true,
    shows: "",
    source: Source::Captured(
        "pages pasted in public repositories, with this title and `Error: Server Error`",
    ),
};

/// Its page: `<title>502 Server Error</title>`, and the same heading for every status.
macro_rules! page {
    ($status:literal) => {
        &[
            Any(&[BodyStarts("<html><head>"), BodyStarts("<html>\n<head>")]),
            Body(concat!("<title>", $status, " Server Error</title>")),
            Body("Error: Server Error</h1>"),
        ]
    };
}

/// It came from a front end of Google.
const FRONT_END: Sign = Any(&[HeaderIs("server", "Google Frontend"), HeaderHas("via", "1.1 google")]);

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "google_502",
        signs: page!("502"),
        causes: &[
            (UpstreamTimeout, 0.3),
            (UpstreamReset, 0.25),
            (UpstreamRefused, 0.2),
            (UpstreamUnavailable, 0.15),
            (UpstreamInvalid, 0.1),
        ],
        shows: "the page is that of a Google load balancer, which says 502 for a backend that is down, too slow, or closes early",
        ..ROW
    },
    Signature {
        name: "google_503",
        signs: page!("503"),
        causes: &[(UpstreamUnavailable, 0.5), (Overload, 0.3), (UpstreamReset, 0.2)],
        shows: "the page is that of Google's front end: no instance takes the request",
        ..ROW
    },
    Signature {
        name: "google_504",
        signs: page!("504"),
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the page is that of Google's front end: the backend took longer than the time set",
        ..ROW
    },
    Signature {
        name: "google_500",
        signs: page!("500"),
        causes: &[(UpstreamEmpty, 0.5), (Overload, 0.25), (UpstreamUnavailable, 0.25)],
        shows: "the page is that of Google's front end: the application failed or did not start",
        ..ROW
    },
    Signature {
        name: "google_robot",
        signs: &[
            Any(&[
                BodyStarts("<!DOCTYPE html>\n<html lang=en>"),
                BodyStarts("<!DOCTYPE html><html lang=en>"),
            ]),
            Any(&[
                Body("<title>Error 502 (Server Error)!!1"),
                Body("<title>Error 500 (Server Error)!!1"),
                Body("<title>Error 503 ("),
                Body("<title>Error 504 ("),
                Body("<title>Error 429 ("),
            ]),
        ],
        causes: &[(UpstreamUnavailable, 0.5), (Overload, 0.3), (UpstreamTimeout, 0.2)],
        shows: "the page is Google's, with the broken robot: the service behind failed",
        source: Source::Captured("https://github.com/kubernetes/cloud-provider-gcp/issues/753"),
        ..ROW
    },
    Signature {
        name: "google_run_429",
        signs: &[Status(&[429]), BodyIs("Rate exceeded.")],
        causes: &[(Overload, 0.6), (RateLimited, 0.4)],
        is_page: false,
        shows: "Google's front end has no free instance of the application for this request",
        source: Source::Documented("https://github.com/ahmetb/cloud-run-faq/issues/54"),
        ..ROW
    },
    Signature {
        name: "google_run_503",
        signs: &[Status(&[503]), BodyIs("Service Unavailable"), FRONT_END],
        causes: &[(UpstreamUnavailable, 0.5), (UpstreamReset, 0.2), (UpstreamInvalid, 0.2), (Overload, 0.1)],
        confidence: 0.8,
        is_page: false,
        shows: "Cloud Run says that the container did not start, crashed, or sent what it could not read",
        source: Source::Captured("https://github.com/GoogleCloudPlatform/esp-v2/issues/438"),
        ..ROW
    },
    Signature {
        name: "google_run_500",
        signs: &[Status(&[500]), BodyIs("Internal Server Error"), FRONT_END],
        causes: &[(ApplicationMade, 0.6), (UpstreamUnavailable, 0.2), (Overload, 0.2)],
        confidence: 0.5,
        is_page: false,
        shows: "the front end of Google passed or wrote a bare 500: the application failed",
        source: Source::Captured(
            "500 `Internal Server Error` with `via: 1.1 google`, in a public repository",
        ),
        ..ROW
    },
];
