//! lighttpd: an XHTML page of its own for each status. An upstream that hangs up is a 500 there, not a 502.

use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused,
    UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Body, BodyStarts, Header, HeaderIs, HeaderStarts, NoBody, Status};
use crate::diagnosis::signature::{Sign, Signature, Source};

const SEEN: Source = Source::Measured("lighttpd 1.4.69");
const PAGE: Sign = BodyStarts(
    "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional",
);

const fn page(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::Lighttpd,
        signs,
        causes,
        confidence: 0.95,
        is_page: true,
        shows,
        source: SEEN,
    }
}

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    page(
        "lighttpd_503",
        &[PAGE, Body("<h1>503 Service ")],
        &[(UpstreamRefused, 0.65), (UpstreamTimeout, 0.2), (UpstreamUnavailable, 0.1)],
        "the page is lighttpd's own for 503: the backend could not be connected to",
    ),
    page(
        "lighttpd_500",
        &[PAGE, Body("<h1>500 Internal Server Error")],
        &[
            (UpstreamEmpty, 0.6),
            (UpstreamReset, 0.15),
            (UpstreamInvalid, 0.1),
            (UpstreamTls, 0.08),
            (ApplicationMade, 0.05),
        ],
        "the page is lighttpd's own for 500, which it also sends when the backend hangs up before it answered",
    ),
    page(
        "lighttpd_502",
        &[PAGE, Body("<h1>502 Bad Gateway")],
        &[(UpstreamInvalid, 0.8), (UpstreamHeaderTooBig, 0.12)],
        "the page is lighttpd's own for 502: what the backend sent is not HTTP, or too large a head",
    ),
    page(
        "lighttpd_504",
        &[PAGE, Body("<h1>504 Gateway Timeout")],
        &[(UpstreamTimeout, 0.97)],
        "the page is lighttpd's own for 504: the backend did not answer in time",
    ),
    Signature {
        name: "lighttpd_head",
        gateway: Gateway::Lighttpd,
        signs: &[
            Status(&[500, 502, 503, 504]),
            NoBody,
            HeaderStarts("server", "lighttpd"),
            HeaderIs("content-type", "text/html"),
            Header("content-length"),
        ],
        causes: &[
            (UpstreamRefused, 0.5),
            (UpstreamEmpty, 0.2),
            (UpstreamTimeout, 0.1),
            (UpstreamInvalid, 0.1),
        ],
        confidence: 0.85,
        is_page: false,
        shows: "the head is lighttpd's own; the page is missing, as in an answer to HEAD",
        source: SEEN,
    },
];
