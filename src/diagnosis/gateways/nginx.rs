//! nginx: one built-in page for each status, which names the product. Its kin have the same page with another name in it.
//!
//! The page says nothing of the fault: 22 faults were seen to bring the same bytes.

use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig,
    UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    Any, Body, BodyStarts, DateAddedLater, HeaderIs, HeaderStarts, NoBody, Reason, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const SEEN: Source = Source::Measured("nginx 1.22.1");

/// What brings the page of a 502, as often as it is met in operation: first of all, nothing listens.
pub(super) const FAULTS_OF_502: &[(Cause, f32)] = &[
    (UpstreamRefused, 0.45),
    (UpstreamEmpty, 0.2),
    (UpstreamReset, 0.08),
    (UpstreamUnavailable, 0.07),
    (UpstreamHeaderTooBig, 0.05),
    (UpstreamInvalid, 0.05),
    (UpstreamTls, 0.04),
    (UpstreamDns, 0.03),
    (ApplicationMade, 0.03),
];

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "nginx_page_of_another",
        gateway: Gateway::Nginx,
        signs: &[
            Status(&[502, 503, 504]),
            BodyStarts("<html>\n<head><title>50"),
            Body("<hr><center>nginx"),
            DateAddedLater,
        ],
        causes: &[(ApplicationMade, 0.6), (UpstreamUnavailable, 0.35)],
        confidence: 0.5,
        is_page: false,
        shows: "the page reads as nginx's own, but nginx would have sent a Date beside its Server; this one was added later, so \
                something else may have copied the page",
        source: SEEN,
    },
    Signature {
        name: "nginx_502",
        gateway: Gateway::Nginx,
        signs: &[
            BodyStarts("<html>\n<head><title>502 Bad Gateway</title></head>"),
            Body("<hr><center>nginx"),
        ],
        causes: FAULTS_OF_502,
        confidence: 0.97,
        is_page: true,
        shows: "the page is the one built into nginx, which is the same for 22 faults of the upstream",
        source: SEEN,
    },
    Signature {
        name: "nginx_504",
        gateway: Gateway::Nginx,
        signs: &[BodyStarts("<html>\n<head><title>504 Gateway Time-out"), Body("<hr><center>nginx")],
        causes: &[(UpstreamTimeout, 0.95)],
        confidence: 0.97,
        is_page: true,
        shows: "the page is the one built into nginx for an upstream that did not connect or answer in time",
        source: SEEN,
    },
    Signature {
        name: "nginx_503",
        gateway: Gateway::Nginx,
        signs: &[
            BodyStarts("<html>\n<head><title>503 Service Temporarily Unavailable"),
            Body("<hr><center>nginx"),
        ],
        causes: &[(RateLimited, 0.5), (Cause::Maintenance, 0.3), (Overload, 0.1), (UpstreamUnavailable, 0.1)],
        confidence: 0.97,
        is_page: true,
        shows: "the page is nginx's own for 503, which it sends by limit_req, limit_conn or `return 503`, and never for a fault of \
                the upstream; in a Kubernetes ingress it stands for a service without endpoints",
        source: Source::Documented(
            "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_status",
        ),
    },
    Signature {
        name: "nginx_429",
        gateway: Gateway::Nginx,
        signs: &[Status(&[429]), Body("<hr><center>nginx")],
        causes: &[(RateLimited, 0.95)],
        confidence: 0.95,
        is_page: false,
        shows: "the page is nginx's own for 429",
        source: Source::Documented(
            "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_status",
        ),
    },
    Signature {
        name: "nginx_500",
        gateway: Gateway::Nginx,
        signs: &[
            BodyStarts("<html>\n<head><title>500 Internal Server Error</title></head>"),
            Body("<hr><center>nginx"),
        ],
        causes: &[(Cause::EdgeRule, 0.6), (Overload, 0.2), (UpstreamUnavailable, 0.1)],
        confidence: 0.95,
        is_page: true,
        shows: "the page is nginx's own for 500: its configuration failed, such as a rewrite loop, a full disk or no free worker \
                connection",
        source: Source::Documented("https://nginx.org/en/docs/http/ngx_http_core_module.html#internal"),
    },
    Signature {
        name: "nginx_old_page",
        gateway: Gateway::Nginx,
        signs: &[
            Any(&[Body("<center>nginx</center>"), Body("<center>nginx/")]),
            Any(&[Body("502 Bad Gateway"), Body("504 Gateway Time-out")]),
        ],
        causes: FAULTS_OF_502,
        confidence: 0.93,
        is_page: true,
        shows: "the page is nginx's own in another version's form",
        source: Source::Code("nginx: src/http/ngx_http_special_response.c"),
    },
    Signature {
        name: "nginx_head",
        gateway: Gateway::Nginx,
        signs: &[
            Status(&[502, 504]),
            NoBody,
            HeaderStarts("server", "nginx"),
            HeaderIs("content-type", "text/html"),
            // The length of the built-in page, by the length of the version in it.
            Any(&[
                HeaderIs("content-length", "150"),
                HeaderIs("content-length", "157"),
                HeaderIs("content-length", "158"),
                HeaderIs("content-length", "160"),
                HeaderIs("content-length", "167"),
                HeaderIs("content-length", "168"),
            ]),
        ],
        causes: FAULTS_OF_502,
        confidence: 0.85,
        is_page: false,
        shows: "the head is nginx's own, with the length of its built-in page; the page itself is missing, as in an answer to HEAD",
        source: SEEN,
    },
    Signature {
        name: "nginx_custom_504",
        gateway: Gateway::Nginx,
        signs: &[Status(&[504]), Reason("Gateway Time-out"), HeaderStarts("server", "nginx")],
        causes: &[(UpstreamTimeout, 0.85), (ApplicationMade, 0.1)],
        confidence: 0.85,
        is_page: false,
        shows: "the reason phrase \"Gateway Time-out\" is nginx's; the page is one of the site's own",
        source: SEEN,
    },
];
