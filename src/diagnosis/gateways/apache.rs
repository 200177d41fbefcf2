//! Apache httpd with `mod_proxy`: the reason phrase "Proxy Error" and the words behind `Reason:` are its own; flask's
//! `abort(502)` has the same sentence on one line.

use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, Maintenance, Overload, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig,
    UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    Any, Body, HeaderHas, HeaderIs, HeaderStarts, NoBody, NotBody, Reason, Status,
};
use crate::diagnosis::signature::{Sign, Signature, Source};

const SEEN: Source = Source::Measured("Apache httpd 2.4.71");

/// All of its error pages say so.
const LATIN1: Sign = HeaderIs("content-type", "text/html; charset=iso-8859-1");

const fn reason(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::Apache,
        signs,
        causes,
        confidence: 0.97,
        is_page: true,
        shows,
        source: SEEN,
    }
}

/// The rows, those that name their reason first.
pub(super) const SIGNATURES: &[Signature] = &[
    reason(
        "apache_dns",
        &[Body("Reason: <strong>DNS lookup failure for")],
        &[(UpstreamDns, 0.98)],
        "Apache's page says: DNS lookup failure",
    ),
    reason(
        "apache_tls",
        &[Body("Reason: <strong>Error during SSL Handshake with remote server")],
        &[(UpstreamTls, 0.98)],
        "Apache's page says: Error during SSL Handshake with remote server",
    ),
    reason(
        "apache_corrupt_status",
        &[Body("Reason: <strong>Corrupt status line returned by remote server")],
        &[(UpstreamInvalid, 0.98)],
        "Apache's page says: Corrupt status line returned by remote server",
    ),
    reason(
        "apache_read_failed",
        &[Body("Reason: <strong>Error reading from remote server")],
        &[
            (UpstreamEmpty, 0.45),
            (UpstreamReset, 0.2),
            (UpstreamTimeout, 0.2),
            (UpstreamInvalid, 0.08),
            (UpstreamTls, 0.07),
        ],
        "Apache's page says: Error reading from remote server; so it says of an upstream that hangs up and of one that is too slow",
    ),
    reason(
        "apache_other_reason",
        &[Body("The proxy server"), Body("Reason: <strong>")],
        &[(UpstreamInvalid, 0.5), (UpstreamUnavailable, 0.3), (UpstreamEmpty, 0.1)],
        "the page is Apache's mod_proxy's own, with a reason in it",
    ),
    Signature {
        name: "apache_bad_head",
        gateway: Gateway::Apache,
        signs: &[Body("<p>The proxy server received an invalid\nresponse from an upstream server.<br />")],
        causes: &[
            (UpstreamInvalid, 0.5),
            (UpstreamHeaderTooBig, 0.3),
            (ApplicationMade, 0.1),
            (UpstreamEmpty, 0.05),
        ],
        confidence: 0.96,
        is_page: true,
        shows: "the page is Apache's own for 502 without a reason: it could not take the head of the answer, which is not HTTP or \
                too large (a line over 8 KB); with ProxyErrorOverride, the application may have said 502",
        source: SEEN,
    },
    Signature {
        name: "apache_503",
        gateway: Gateway::Apache,
        signs: &[Body(
            "The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\nproblems.",
        )],
        causes: &[
            (UpstreamRefused, 0.5),
            (UpstreamEmpty, 0.15),
            (UpstreamTimeout, 0.12),
            (UpstreamUnavailable, 0.1),
            (Overload, 0.05),
            (Maintenance, 0.05),
        ],
        confidence: 0.96,
        is_page: true,
        shows: "the page is Apache's own for 503; with mod_proxy it says that the backend could not be connected to, and for a \
                minute after that (`retry`) it says so without asking",
        source: SEEN,
    },
    reason(
        "apache_504",
        &[Body("The gateway did not receive a timely response\nfrom the upstream server or application.")],
        &[(UpstreamTimeout, 0.97)],
        "the page is Apache's own for 504: the upstream took longer than ProxyTimeout",
    ),
    Signature {
        name: "apache_500",
        gateway: Gateway::Apache,
        signs: &[
            Status(&[500]),
            Body(
                "The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.",
            ),
        ],
        causes: &[(UpstreamInvalid, 0.35), (ApplicationMade, 0.35), (Cause::EdgeRule, 0.2)],
        confidence: 0.95,
        is_page: false,
        shows: "the page is Apache's own for 500: a script or a rule of its own failed, or the upstream sent a header that it does \
                not take",
        source: SEEN,
    },
    Signature {
        name: "apache_php_fatal",
        gateway: Gateway::Apache,
        signs: &[
            Status(&[500]),
            NoBody,
            HeaderStarts("server", "apache"),
            HeaderStarts("content-type", "text/html; charset=utf-8"),
        ],
        causes: &[(ApplicationMade, 0.75), (UpstreamHeaderTooBig, 0.15)],
        confidence: 0.8,
        is_page: false,
        shows: "a 500 without a body, as PHP sends it for a fatal error whose message is not shown",
        source: Source::Measured("Apache httpd 2.4.71 with PHP-FPM 8.2"),
    },
    Signature {
        name: "apache_head",
        gateway: Gateway::Apache,
        signs: &[Status(&[500, 502, 503, 504]), NoBody, HeaderStarts("server", "apache"), LATIN1],
        causes: &[
            (UpstreamRefused, 0.5),
            (UpstreamEmpty, 0.15),
            (UpstreamTimeout, 0.15),
            (UpstreamInvalid, 0.05),
            (UpstreamUnavailable, 0.05),
        ],
        confidence: 0.9,
        is_page: false,
        shows: "the head is Apache's own; the page is missing, as in an answer to HEAD",
        source: SEEN,
    },
    Signature {
        name: "apache_custom_page",
        gateway: Gateway::Apache,
        signs: &[
            Any(&[Reason("Proxy Error")]),
            NotBody("Reason: <strong>"),
            Any(&[HeaderHas("server", "Apache"), LATIN1]),
        ],
        causes: &[(UpstreamEmpty, 0.4), (UpstreamReset, 0.2), (UpstreamTimeout, 0.2), (UpstreamInvalid, 0.1)],
        confidence: 0.9,
        is_page: false,
        shows: "the reason phrase \"Proxy Error\" is Apache's; the page is one of the site's own",
        source: SEEN,
    },
];
