//! Gateways that fit no family: `LiteSpeed`, Pound, Sōzu, Traefik's own words, Huawei Cloud's load balancer.

use crate::diagnosis::cause::Cause::{
    ApplicationMade, EdgeRule, Overload, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyIs, BodyStarts, BodyWithin, Header, HeaderStarts, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const LITESPEED: Signature = Signature {
    name: "",
    gateway: Gateway::Litespeed,
    signs: &[],
    causes: &[],
    confidence: 0.95,
    is_page: true,
    shows: "",
    source: Source::Captured("pages of LiteSpeed in public repositories, 2026"),
};

const SOZU: Signature = Signature {
    gateway: Gateway::Sozu,
    confidence: 0.98,
    source: Source::Code("sozu-proxy/sozu, lib/src/protocol/kawa_h1/answers.rs"),
    ..LITESPEED
};

const POUND: Signature = Signature {
    gateway: Gateway::Pound,
    confidence: 0.75,
    source: Source::Code("Pound 2, config.c and pound.c: the default texts of Err500 and Err503"),
    ..LITESPEED
};

/// Gateways for which the contract has no word; the fault is known all the same.
const NAMELESS: Signature = Signature { gateway: Gateway::Unknown, confidence: 0.0, ..LITESPEED };

/// The page of `LiteSpeed` in its two designs, or a page from a server that calls itself so.
const LITESPEED_PAGE: Sign = Any(&[
    HeaderStarts("server", "LiteSpeed"),
    Body("powered by LiteSpeed Web Server"),
    Body("The server is temporarily busy, try again later!"),
]);
const LITESPEED_STARTS: Sign = Any(&[BodyStarts("<!DOCTYPE html>"), BodyStarts("<html")]);

/// Sōzu's page for this title.
macro_rules! sozu {
    ($title:literal) => {
        &[BodyStarts("<html><head>"), Body(concat!("<h1>", $title)), Body("This is an automatic answer by S")]
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "sozu_502",
        signs: sozu!("502 "),
        causes: &[(UpstreamInvalid, 0.8), (UpstreamEmpty, 0.1), (UpstreamReset, 0.1)],
        shows: "the page is Sōzu's: it could not read the backend's answer, and says where",
        ..SOZU
    },
    Signature {
        name: "sozu_503",
        signs: sozu!("503 "),
        causes: &[(UpstreamRefused, 0.5), (UpstreamUnavailable, 0.3), (UpstreamEmpty, 0.2)],
        shows: "the page is Sōzu's: no backend took the request",
        ..SOZU
    },
    Signature {
        name: "sozu_504",
        signs: sozu!("504 "),
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the page is Sōzu's: the backend took too long",
        ..SOZU
    },
    Signature {
        name: "sozu_507",
        signs: sozu!("507 "),
        causes: &[(UpstreamHeaderTooBig, 0.95), (UpstreamInvalid, 0.05)],
        shows: "the page is Sōzu's: the head of the backend's answer is larger than its buffer",
        ..SOZU
    },
    Signature {
        name: "litespeed_503",
        signs: &[LITESPEED_STARTS, Body("503"), Body("Service Unavailable"), LITESPEED_PAGE],
        causes: &[(UpstreamUnavailable, 0.6), (Overload, 0.4)],
        shows: "the page is LiteSpeed's: the application behind it does not start, has crashed, or has no process free",
        ..LITESPEED
    },
    Signature {
        name: "litespeed_502",
        signs: &[LITESPEED_STARTS, Body("502"), Body("Bad Gateway"), LITESPEED_PAGE],
        causes: &[(UpstreamRefused, 0.5), (UpstreamInvalid, 0.25), (UpstreamEmpty, 0.25)],
        shows: "the page is LiteSpeed's, as a proxy",
        ..LITESPEED
    },
    Signature {
        name: "litespeed_504",
        signs: &[LITESPEED_STARTS, Body("504"), Body("Gateway Time"), LITESPEED_PAGE],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the page is LiteSpeed's: what lies behind took too long",
        ..LITESPEED
    },
    Signature {
        name: "litespeed_500",
        signs: &[LITESPEED_STARTS, Body("500"), Body("Internal Server Error"), LITESPEED_PAGE],
        causes: &[(ApplicationMade, 0.7), (UpstreamEmpty, 0.3)],
        shows: "the page is LiteSpeed's for an application that failed",
        ..LITESPEED
    },
    Signature {
        name: "traefik_no_server",
        signs: &[BodyIs("no available server")],
        causes: &[(UpstreamUnavailable, 0.97)],
        gateway: Gateway::Traefik,
        shows: "the text is Traefik's: no server of the service is healthy, or it has none",
        source: Source::Captured("503 with `no available server` in public repositories, 2026"),
        ..LITESPEED
    },
    Signature {
        name: "pound_503",
        signs: &[BodyWithin(700), Body("The service is not available. Please try again later.")],
        causes: &[(UpstreamRefused, 0.4), (UpstreamUnavailable, 0.4), (UpstreamTimeout, 0.2)],
        shows: "the text is Pound's: no backend is alive",
        ..POUND
    },
    Signature {
        name: "pound_500",
        signs: &[BodyWithin(700), Body("An internal server error occurred. Please try again later.")],
        causes: &[(UpstreamEmpty, 0.4), (UpstreamReset, 0.3), (UpstreamTimeout, 0.2), (UpstreamInvalid, 0.1)],
        shows: "the text is Pound's: it could not read the backend's answer",
        ..POUND
    },
    Signature {
        name: "huawei_no_backend",
        signs: &[Status(&[500, 502, 503, 504]), Header("x-router-code")],
        causes: &[(UpstreamUnavailable, 0.85), (UpstreamRefused, 0.1), (EdgeRule, 0.05)],
        gateway: Gateway::HuaweiElb,
        confidence: 0.85,
        is_page: false,
        shows: "a Huawei Cloud load balancer says in X-Router-Code that its backends are not available",
        source: Source::Documented("https://support.huaweicloud.com/intl/en-us/elb_faq/elb_faq_0100.html"),
    },
    Signature {
        name: "hosting_508",
        signs: &[Any(&[Status(&[508]), Body("<title>508")]), Body("Resource Limit Is Reached")],
        causes: &[(Overload, 0.97)],
        shows: "the limit of the hosting (CloudLinux) on processes or memory of this account is reached",
        source: Source::Captured("pages of shared hosting with `508 Resource Limit Is Reached`"),
        ..NAMELESS
    },
    Signature {
        name: "citrix_503",
        signs: &[BodyWithin(200), Body("<b>Http/1.1 Service Unavailable</b>")],
        causes: &[(UpstreamUnavailable, 0.9), (Overload, 0.1)],
        shows: "the page is that of a Citrix NetScaler: no server of its group is up",
        source: Source::Captured(
            "`<html><body><b>Http/1.1 Service Unavailable</b></body> </html>` in public repositories",
        ),
        ..NAMELESS
    },
    Signature {
        name: "f5_rejected",
        signs: &[
            BodyWithin(2000),
            Body("The requested URL was rejected. Please consult with your administrator."),
        ],
        causes: &[(EdgeRule, 0.97)],
        shows: "the page is that of an F5 BIG-IP: its firewall refuses this request",
        source: Source::Captured(
            "`The requested URL was rejected. Please consult with your administrator.` in public repositories",
        ),
        ..NAMELESS
    },
];
