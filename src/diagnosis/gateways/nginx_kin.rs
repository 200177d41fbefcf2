//! What is built from nginx and shows its page under another name: OpenResty, Tengine, ingress-nginx, and those that no
//! list names. Azure's and APISIX's stand with their own families; nginx itself has its own file.

use crate::diagnosis::cause::Cause;
use crate::diagnosis::cause::Cause::{
    ApplicationMade, Maintenance, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig,
    UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyStarts, Header, HeaderStarts, NoHeader, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::Openresty,
    signs: &[],
    causes: &[],
    confidence: 0.97,
    is_page: true,
    shows: "",
    source: Source::Captured("pages with `<hr><center>openresty` in many public repositories"),
};

const TENGINE: Signature = Signature {
    gateway: Gateway::Tengine,
    source: Source::Captured(
        "pages with `Powered by Tengine` and `<center>tengine</center>` in public repositories, 2018 to 2026",
    ),
    ..ROW
};

const INGRESS: Signature = Signature {
    gateway: Gateway::IngressNginx,
    confidence: 0.7,
    is_page: false,
    source: Source::Captured(
        "answers without `Server` and with `max-age=15724800` in Strict-Transport-Security, in public repositories",
    ),
    ..ROW
};

const OTHER: Signature = Signature {
    gateway: Gateway::Nginx,
    confidence: 0.6,
    source: Source::Captured("pages with `<hr><center>stgw</center>` and the like in public repositories"),
    ..ROW
};

/// As in nginx: one page for all.
const BAD_GATEWAY: &[(Cause, f32)] = &[
    (UpstreamRefused, 0.4),
    (UpstreamEmpty, 0.2),
    (UpstreamReset, 0.1),
    (UpstreamInvalid, 0.1),
    (UpstreamHeaderTooBig, 0.05),
    (UpstreamTls, 0.05),
    (UpstreamDns, 0.05),
    (UpstreamUnavailable, 0.05),
];
const TIMEOUT: &[(Cause, f32)] = &[(UpstreamTimeout, 0.97)];
const LIMITED: &[(Cause, f32)] = &[(RateLimited, 0.97)];
/// nginx itself says 503 only for its own limits, or where its configuration tells it to.
const UNAVAILABLE: &[(Cause, f32)] =
    &[(RateLimited, 0.35), (Maintenance, 0.3), (UpstreamUnavailable, 0.2), (Overload, 0.15)];
const FAILED: &[(Cause, f32)] = &[(ApplicationMade, 0.5), (UpstreamUnavailable, 0.3), (UpstreamInvalid, 0.2)];

const OPENRESTY_FOOT: Sign = Any(&[Body("<hr><center>openresty"), Body("<hr><center>OpenResty")]);
const TENGINE_FOOT: Sign =
    Any(&[Body("Powered by Tengine"), Body("<hr><center>tengine"), Body("<hr><center>Tengine")]);
/// nginx's page without a version, and a head without `Server`.
const INGRESS_SIGNS: Sign = Body("<hr><center>nginx</center>");

/// nginx's page with this title, and one more sign.
macro_rules! page {
    ($title:literal, $foot:expr) => {
        &[
            Any(&[BodyStarts("<html>"), BodyStarts("<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">")]),
            Body(concat!("<head><title>", $title)),
            $foot,
        ]
    };
}

macro_rules! ingress {
    ($status:literal) => {
        &[
            Status(&[$status]),
            NoHeader("server"),
            Any(&[
                Header("date"),
                Header("content-type"),
                HeaderStarts("strict-transport-security", "max-age=15724800"),
            ]),
            BodyStarts("<html>"),
            INGRESS_SIGNS,
        ]
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "openresty_502",
        signs: page!("502 ", OPENRESTY_FOOT),
        causes: BAD_GATEWAY,
        shows: "the page is nginx's under the name of OpenResty; it is one for all faults",
        ..ROW
    },
    Signature {
        name: "openresty_504",
        signs: page!("504 ", OPENRESTY_FOOT),
        causes: TIMEOUT,
        shows: "the page is nginx's under the name of OpenResty",
        ..ROW
    },
    Signature {
        name: "openresty_503",
        signs: page!("503 ", OPENRESTY_FOOT),
        causes: UNAVAILABLE,
        shows: "the page is nginx's under the name of OpenResty: a limit, or its configuration says so",
        ..ROW
    },
    Signature {
        name: "openresty_500",
        signs: page!("500 ", OPENRESTY_FOOT),
        causes: FAILED,
        shows: "the page is nginx's under the name of OpenResty: its own Lua code or its configuration failed",
        ..ROW
    },
    Signature {
        name: "openresty_429",
        signs: page!("429 ", OPENRESTY_FOOT),
        causes: LIMITED,
        shows: "the page is nginx's under the name of OpenResty",
        ..ROW
    },
    Signature {
        name: "tengine_502",
        signs: page!("502 ", TENGINE_FOOT),
        causes: BAD_GATEWAY,
        shows: "the page is that of Tengine; it is one for all faults",
        ..TENGINE
    },
    Signature {
        name: "tengine_504",
        signs: page!("504 ", TENGINE_FOOT),
        causes: TIMEOUT,
        shows: "the page is that of Tengine",
        ..TENGINE
    },
    Signature {
        name: "tengine_503",
        signs: page!("503 ", TENGINE_FOOT),
        causes: UNAVAILABLE,
        shows: "the page is that of Tengine: a limit, or its configuration says so",
        ..TENGINE
    },
    Signature {
        name: "tengine_500",
        signs: page!("500 ", TENGINE_FOOT),
        causes: FAILED,
        shows: "the page is that of Tengine",
        ..TENGINE
    },
    Signature {
        name: "tengine_429",
        signs: page!("429 ", TENGINE_FOOT),
        causes: LIMITED,
        shows: "the page is that of Tengine",
        ..TENGINE
    },
    Signature {
        name: "ingress_nginx_502",
        signs: ingress!(502),
        causes: BAD_GATEWAY,
        shows: "the page is nginx's, without a version and without `Server`, as the ingress controller of Kubernetes sends it",
        ..INGRESS
    },
    Signature {
        name: "ingress_nginx_503",
        signs: ingress!(503),
        causes: &[(UpstreamUnavailable, 0.85), (RateLimited, 0.15)],
        shows: "the page is nginx's, without a version and without `Server`: the service behind the ingress has no endpoint",
        ..INGRESS
    },
    Signature {
        name: "ingress_nginx_504",
        signs: ingress!(504),
        causes: TIMEOUT,
        shows: "the page is nginx's, without a version and without `Server`, as the ingress controller of Kubernetes sends it",
        ..INGRESS
    },
    Signature {
        name: "ingress_nginx_default",
        signs: &[BodyStarts("default backend - 404")],
        causes: &[(UpstreamUnavailable, 0.6), (Cause::EdgeRule, 0.4)],
        is_page: true,
        confidence: 0.9,
        shows: "the ingress controller of Kubernetes knows no rule for this host and path",
        source: Source::Code("kubernetes/ingress-nginx, test/e2e, `default backend - 404`"),
        ..INGRESS
    },
];

/// The page of nginx with a name in its foot that no list knows; tried after all that are known.
pub(super) const UNLISTED: &[Signature] = &[
    Signature {
        name: "nginx_branded_502",
        signs: page!("502 Bad Gateway", Body("<hr><center>")),
        causes: BAD_GATEWAY,
        shows: "the page is nginx's under another name; it is one for all faults",
        ..OTHER
    },
    Signature {
        name: "nginx_branded_504",
        signs: page!("504 Gateway Time-out", Body("<hr><center>")),
        causes: TIMEOUT,
        shows: "the page is nginx's under another name",
        ..OTHER
    },
    Signature {
        name: "nginx_branded_503",
        signs: page!("503 Service Temporarily Unavailable", Body("<hr><center>")),
        causes: UNAVAILABLE,
        shows: "the page is nginx's under another name: a limit, or its configuration says so",
        ..OTHER
    },
];
