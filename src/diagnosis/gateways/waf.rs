//! Web application firewalls that are gateways: Imperva (Incapsula), Sucuri.
//!
//! One page of Imperva serves all faults; the number of the fault stands in the address of its frame, `edet=8`.

use crate::diagnosis::cause::Cause::{
    EdgeRule, Overload, RateLimited, UpstreamDns, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{self, Any, Body, Header, HeaderStarts, NoBody, Status};
use crate::diagnosis::signature::{Signature, Source};

const IMPERVA: Signature = Signature {
    name: "",
    gateway: Gateway::Imperva,
    signs: &[],
    causes: &[],
    confidence: 0.98,
    is_page: true,
    shows: "",
    source: Source::Captured(
        "pages with `_Incapsula_Resource` and `edet`, and a table of its codes, in public repositories",
    ),
};

const SUCURI: Signature = Signature {
    gateway: Gateway::Sucuri,
    confidence: 0.95,
    source: Source::Captured("pages and heads with `X-Sucuri-Block` in public repositories"),
    ..IMPERVA
};

/// The page is Imperva's; asked before its number is searched.
const PAGE: Sign = Body("ncapsula");
/// The page within the frame, which some clients are given at once.
const FRAME: Sign = Any(&[PAGE, Body("The proxy failed to connect to the web server")]);

/// The page names a fault of this number.
macro_rules! fault {
    ($number:literal) => {
        Any(&[
            Body(concat!("edet=", $number, "&")),
            Body(concat!("Error ", $number, "<")),
            Body(concat!("Error code ", $number, "<")),
        ])
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "imperva_timeout",
        signs: &[FRAME, Any(&[fault!("20"), Body("due to TCP connection timeout")])],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "Imperva's error 20: the origin did not take the connection in time",
        ..IMPERVA
    },
    Signature {
        name: "imperva_refused",
        signs: &[FRAME, Any(&[fault!("8"), Body("due to TCP connection rejection")])],
        causes: &[(UpstreamRefused, 0.75), (UpstreamReset, 0.25)],
        shows: "Imperva's error 8: the origin refused or reset the connection",
        ..IMPERVA
    },
    Signature {
        name: "imperva_tls",
        signs: &[
            PAGE,
            Any(&[fault!("26"), fault!("29"), fault!("35"), fault!("40"), Body("SSL connection failed")]),
        ],
        causes: &[(UpstreamTls, 0.97)],
        shows: "Imperva's error 26, 29, 35 or 40: TLS to the origin failed, or its certificate is not accepted",
        ..IMPERVA
    },
    Signature {
        name: "imperva_unreachable",
        signs: &[PAGE, Any(&[fault!("30"), fault!("32")])],
        causes: &[(UpstreamUnavailable, 0.8), (UpstreamRefused, 0.2)],
        shows: "Imperva's error 30 or 32: no origin is set, or none can be reached",
        ..IMPERVA
    },
    Signature {
        name: "imperva_dns",
        signs: &[PAGE, Any(&[fault!("22"), fault!("23"), fault!("24"), fault!("39")])],
        causes: &[(UpstreamDns, 0.6), (EdgeRule, 0.4)],
        shows: "Imperva's error 22, 23, 24 or 39: the DNS records of the site do not fit its set-up there",
        ..IMPERVA
    },
    Signature {
        name: "imperva_invalid",
        signs: &[PAGE, fault!("5")],
        causes: &[(UpstreamInvalid, 0.95)],
        shows: "Imperva's error 5: it could not read the origin's answer",
        ..IMPERVA
    },
    Signature {
        name: "imperva_overload",
        signs: &[PAGE, fault!("43")],
        causes: &[(Overload, 0.95)],
        shows: "Imperva's error 43: too many connections to the origin are open",
        ..IMPERVA
    },
    Signature {
        name: "imperva_limited",
        signs: &[PAGE, fault!("17")],
        causes: &[(RateLimited, 0.95)],
        shows: "Imperva's error 17: this client sent too many requests",
        ..IMPERVA
    },
    Signature {
        name: "imperva_blocked",
        signs: &[Any(&[Body("_Incapsula_Resource"), Body("Incapsula incident ID")])],
        causes: &[(EdgeRule, 0.9), (UpstreamUnavailable, 0.1)],
        shows: "the page is Imperva's: a rule of the site blocks this client, or wants to see a browser",
        ..IMPERVA
    },
    Signature {
        name: "imperva_head",
        signs: &[Status(&[403, 429, 503]), Header("x-iinfo"), NoBody],
        causes: &[(EdgeRule, 0.6), (UpstreamUnavailable, 0.4)],
        confidence: 0.6,
        is_page: false,
        shows: "it came through Imperva, without a page",
        ..IMPERVA
    },
    Signature {
        name: "sucuri_timeout",
        signs: &[Body("Backend or gateway connection timeout")],
        causes: &[(UpstreamTimeout, 0.8), (UpstreamRefused, 0.2)],
        confidence: 0.85,
        shows: "the page is Sucuri's: the origin does not answer it",
        source: Source::Captured("`HTTP 504: Backend or gateway connection timeout` of a site behind Sucuri"),
        ..SUCURI
    },
    Signature {
        name: "sucuri_blocked",
        signs: &[Any(&[
            Header("x-sucuri-block"),
            Body("Sucuri WebSite Firewall - Access Denied"),
            Body("Sucuri Website Firewall"),
            Body("sucuri-firewall-block.css"),
        ])],
        causes: &[(EdgeRule, 0.97)],
        shows: "the page is Sucuri's: a rule of the site blocks this client",
        ..SUCURI
    },
    Signature {
        name: "sucuri_head",
        signs: &[Status(&[502, 503, 504]), HeaderStarts("server", "Sucuri/Cloudproxy"), NoBody],
        causes: &[(UpstreamUnavailable, 0.6), (UpstreamTimeout, 0.4)],
        confidence: 0.6,
        is_page: false,
        shows: "it came through Sucuri, without a page",
        ..SUCURI
    },
];
