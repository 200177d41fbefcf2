//! Akamai: pages in capitals with a reference number, whose first part is the class of the error. The number comes plain
//! (`Reference #6.`) or with every sign as an entity (`Reference&#32;&#35;6&#46;`): both forms are rows' signs, no decoding needed.

use crate::diagnosis::cause::Cause::{
    EdgeRule, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamInvalid, UpstreamRefused,
    UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{self, Any, Body, BodyStarts, HeaderStarts, Status};
use crate::diagnosis::signature::{Signature, Source};

const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::Akamai,
    signs: &[],
    causes: &[],
    confidence: 0.97,
    is_page: true,
    shows: "",
    source: Source::Captured("https://gist.github.com/chrisvanpatten (the classes of reference numbers)"),
};

/// Its pages begin so; cheap, and asked before the body is searched.
const MAY_BE: Sign = Any(&[
    BodyStarts("<HTML><HEAD>"),
    BodyStarts("<HTML>\n<HEAD>"),
    BodyStarts("<html><head>"),
    HeaderStarts("server", "Akamai"),
]);

/// The page names a reference of this class.
macro_rules! class {
    ($class:literal) => {
        Any(&[
            Body(concat!("Reference&#32;&#35;", $class, "&#46;")),
            Body(concat!("Reference #", $class, ".")),
        ])
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "akamai_dns",
        signs: &[MAY_BE, Any(&[class!("11"), Body("Service Unavailable - DNS failure")])],
        causes: &[(UpstreamDns, 0.97)],
        shows: "Akamai's page for class 11: it cannot resolve the name of the origin",
        ..ROW
    },
    Signature {
        name: "akamai_connect",
        signs: &[MAY_BE, Any(&[class!("6"), Body("Service Unavailable - Fail to connect")])],
        causes: &[(UpstreamRefused, 0.8), (UpstreamTimeout, 0.2)],
        shows: "Akamai's page for class 6: the origin, or a firewall before it, refuses the connection",
        ..ROW
    },
    Signature {
        name: "akamai_timeout",
        signs: &[
            MAY_BE,
            Any(&[
                class!("1"),
                Body("Gateway Timeout - In read"),
                Body("did not receive a timely response from the upstream"),
            ]),
        ],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "Akamai's page for class 1: the origin took longer than the time set (120 seconds if nothing is)",
        ..ROW
    },
    Signature {
        name: "akamai_empty",
        signs: &[MAY_BE, Any(&[class!("15"), Body("Service Unavailable - Zero size object")])],
        causes: &[(UpstreamEmpty, 0.97)],
        shows: "Akamai's page for class 15: the origin closed the connection without an answer",
        source: Source::Captured(
            "`Service Unavailable - Zero size object` with reference 15 in a public repository, 2026",
        ),
        ..ROW
    },
    Signature {
        name: "akamai_read",
        signs: &[MAY_BE, Any(&[class!("3"), Body("Internal Server Error - Read")])],
        causes: &[(UpstreamEmpty, 0.45), (UpstreamReset, 0.35), (UpstreamInvalid, 0.2)],
        shows: "Akamai's page for class 3: the origin took the connection, but sent no head that can be read",
        ..ROW
    },
    Signature {
        name: "akamai_write",
        signs: &[MAY_BE, Any(&[class!("4"), Body("Internal Server Error - Write")])],
        causes: &[(UpstreamReset, 0.95)],
        shows: "Akamai's page for class 4: the origin closed the connection before the request was sent",
        ..ROW
    },
    Signature {
        name: "akamai_denied",
        signs: &[
            MAY_BE,
            Any(&[class!("18"), Body("edgesuite.net/18."), Body("edgesuite&#46;net&#47;18&#46;")]),
        ],
        causes: &[(EdgeRule, 0.97)],
        shows: "Akamai's page for class 18: a rule of the site denies access",
        source: Source::Captured("pages with reference 18 in many public repositories, 2021 to 2026"),
        ..ROW
    },
    Signature {
        name: "akamai_url",
        signs: &[MAY_BE, Any(&[class!("9"), Body("<TITLE>Invalid URL</TITLE>")])],
        causes: &[(EdgeRule, 0.95)],
        shows: "Akamai's page for class 9: it has no configuration for this host name or path",
        ..ROW
    },
    Signature {
        name: "akamai_limited",
        signs: &[Status(&[429]), HeaderStarts("server", "AkamaiGHost")],
        causes: &[(RateLimited, 0.95)],
        is_page: false,
        shows: "Akamai says that this client sent too many requests",
        source: Source::Captured("heads with `Server: AkamaiGHost` in public repositories"),
        ..ROW
    },
    Signature {
        name: "akamai_error",
        signs: &[
            MAY_BE,
            Body("An error occurred while processing your request"),
            Any(&[
                Body("Reference&#32;"),
                Body("Reference #"),
                Body("edgesuite"),
                HeaderStarts("server", "Akamai"),
            ]),
        ],
        causes: &[(UpstreamUnavailable, 0.4), (EdgeRule, 0.35), (UpstreamTls, 0.15), (Overload, 0.1)],
        shows: "the page is Akamai's, of a class that names no fault; its owner can look the reference up",
        source: Source::Captured(
            "pages with references 30, 50, 97, 179 and 221 in public repositories, 2017 to 2026",
        ),
        ..ROW
    },
    Signature {
        name: "akamai_page",
        signs: &[
            MAY_BE,
            Any(&[
                Body("Reference&#32;&#35;"),
                Body("errors.edgesuite.net"),
                Body("errors&#46;edgesuite&#46;net"),
            ]),
        ],
        causes: &[(UpstreamUnavailable, 0.5), (EdgeRule, 0.5)],
        shows: "the page is Akamai's",
        ..ROW
    },
    Signature {
        name: "akamai_head",
        signs: &[Status(&[500, 502, 503, 504]), HeaderStarts("server", "AkamaiGHost")],
        causes: &[(UpstreamUnavailable, 0.6), (UpstreamTimeout, 0.2), (Overload, 0.2)],
        confidence: 0.85,
        is_page: false,
        shows: "`Server: AkamaiGHost` is on answers that Akamai itself makes",
        source: Source::Captured("heads with `Server: AkamaiGHost` in public repositories"),
        ..ROW
    },
];
