//! Cloudflare: codes of its own (520 to 530), and pages that are told by the code in them, in four forms: the branded page of
//! today, the one of 2015, `error code: 521` for clients that are no browsers, and JSON for those that ask for it.
//!
//! A branded 502 or 504 says that the *origin* said so; one that only says `cloudflare` under a line is Cloudflare's own.

use crate::diagnosis::cause::Cause::{
    ApplicationMade, EdgeRule, Maintenance, Overload, RateLimited, Unknown, UpstreamDns, UpstreamEmpty,
    UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls,
    UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{self, Any, Body, BodyIs, BodyStarts, Header, HeaderIs, Status};
use crate::diagnosis::signature::{Signature, Source};

/// What most rows share.
const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::Cloudflare,
    signs: &[],
    causes: &[],
    confidence: 0.98,
    is_page: true,
    shows: "",
    source: Source::Documented(
        "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/",
    ),
};

/// It may be one of its pages; asked before the code is searched in all its forms.
const MAY_BE: Sign = Any(&[
    BodyStarts("error code: "),
    BodyStarts("{\"type\":\"https://developers.cloudflare.com"),
    Header("cf-error-type"),
    Body("cf-error"),
    Body("Ray ID"),
]);

/// A page of Cloudflare about this code, in any of its forms.
macro_rules! page {
    ($code:literal) => {
        page!($code, "")
    };
    ($code:literal, $title:literal) => {
        Any(&[
            HeaderIs("cf-error-type", $code),
            BodyIs(concat!("error code: ", $code)),
            Body(concat!("| ", $code, ": ", $title)),
            Body(concat!("errorcode_", $code)),
            Body(concat!("cf-error-", $code)),
            Body(concat!("cf-error-code\">", $code)),
            Body(concat!("\"error_code\":", $code)),
        ])
    };
}

/// A code of its own: by status, as the header `cf-error-type`, or by its page.
macro_rules! code {
    ($number:literal, $code:literal) => {
        &[Any(&[Status(&[$number]), MAY_BE]), Any(&[Status(&[$number]), page!($code)])]
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "cloudflare_challenge",
        signs: &[
            Any(&[Status(&[403, 429, 503]), BodyStarts("<!DOCTYPE html>")]),
            Any(&[
                HeaderIs("cf-mitigated", "challenge"),
                Body("<title>Just a moment...</title>"),
                Body("cf-browser-verification"),
                Body("DDoS protection by Cloudflare"),
            ]),
        ],
        causes: &[(EdgeRule, 0.97)],
        shows: "it is a challenge of Cloudflare, which wants a browser and a person before it lets anybody through",
        source: Source::Documented(
            "https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_530_1016",
        signs: &[MAY_BE, page!("1016")],
        causes: &[(UpstreamDns, 0.97)],
        shows: "error 1016: Cloudflare cannot resolve the name of the origin",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1016/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_530_1033",
        signs: &[MAY_BE, Any(&[page!("1033"), Body("Cloudflare Tunnel error"), Body("Argo Tunnel error")])],
        causes: &[(UpstreamUnavailable, 0.9), (UpstreamRefused, 0.1)],
        shows: "error 1033: no cloudflared is connected for this tunnel",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1033/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_1015",
        signs: &[MAY_BE, Any(&[page!("1015"), Body("You are being rate limited")])],
        causes: &[(RateLimited, 0.97)],
        shows: "error 1015: a rate limit of the site at Cloudflare",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1015/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_1101",
        signs: &[MAY_BE, Any(&[page!("1101"), Body("Worker threw exception")])],
        causes: &[(UpstreamEmpty, 0.9)],
        shows: "error 1101: the site's own code in a Cloudflare Worker threw an exception",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1101/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_1102",
        signs: &[MAY_BE, Any(&[page!("1102"), Body("Worker exceeded resource limits")])],
        causes: &[(Overload, 0.9), (UpstreamTimeout, 0.1)],
        shows: "error 1102: the site's own code in a Cloudflare Worker used more time or memory than it may",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1102/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_1000",
        signs: &[
            MAY_BE,
            Any(&[
                page!("1000"),
                page!("1001"),
                page!("1002"),
                page!("1018"),
                page!("1023"),
                Body("DNS points to prohibited IP"),
                Body("DNS resolution error"),
            ]),
        ],
        causes: &[(UpstreamDns, 0.9), (EdgeRule, 0.1)],
        shows: "an error 1000 to 1023: the site's DNS records at Cloudflare lead nowhere, or back to Cloudflare",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_1020",
        signs: &[
            MAY_BE,
            Any(&[
                page!("1020"),
                page!("1005"),
                page!("1006"),
                page!("1009"),
                page!("1010"),
                page!("1012"),
                Body("Sorry, you have been blocked"),
                Body("Attention Required! | Cloudflare"),
            ]),
        ],
        causes: &[(EdgeRule, 0.97)],
        shows: "a rule of the site at Cloudflare blocks this client, its network or its country",
        source: Source::Documented(
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_520",
        signs: code!(520, "520"),
        causes: &[
            (UpstreamEmpty, 0.35),
            (UpstreamInvalid, 0.3),
            (UpstreamReset, 0.2),
            (UpstreamHeaderTooBig, 0.15),
        ],
        shows: "code 520: the origin sent nothing, or what Cloudflare could not read, or a head over 128 KB",
        ..ROW
    },
    Signature {
        name: "cloudflare_521",
        signs: code!(521, "521"),
        causes: &[(UpstreamRefused, 0.95), (UpstreamReset, 0.05)],
        shows: "code 521: the origin refused the connection of Cloudflare",
        ..ROW
    },
    Signature {
        name: "cloudflare_522",
        signs: code!(522, "522"),
        causes: &[(UpstreamTimeout, 0.9), (UpstreamUnavailable, 0.1)],
        shows: "code 522: the origin did not take the connection of Cloudflare in time",
        ..ROW
    },
    Signature {
        name: "cloudflare_523",
        signs: code!(523, "523"),
        causes: &[(UpstreamRefused, 0.6), (UpstreamDns, 0.4)],
        shows: "code 523: no route from Cloudflare to the origin, or the address in its DNS record is wrong",
        ..ROW
    },
    Signature {
        name: "cloudflare_524",
        signs: code!(524, "524"),
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "code 524: the origin took the request, but no answer came while Cloudflare waited (120 seconds unless set otherwise)",
        ..ROW
    },
    Signature {
        name: "cloudflare_525",
        signs: code!(525, "525"),
        causes: &[(UpstreamTls, 0.97)],
        shows: "code 525: the TLS handshake between Cloudflare and the origin failed",
        ..ROW
    },
    Signature {
        name: "cloudflare_526",
        signs: code!(526, "526"),
        causes: &[(UpstreamTls, 0.97)],
        shows: "code 526: Cloudflare does not accept the certificate of the origin",
        ..ROW
    },
    Signature {
        name: "cloudflare_527",
        signs: code!(527, "527"),
        causes: &[(UpstreamTimeout, 0.4), (UpstreamRefused, 0.3), (UpstreamReset, 0.2), (UpstreamTls, 0.1)],
        shows: "code 527: the connection to the origin's Railgun listener failed",
        ..ROW
    },
    Signature {
        name: "cloudflare_530",
        signs: &[Status(&[530])],
        causes: &[(UpstreamDns, 0.6), (UpstreamUnavailable, 0.3), (UpstreamRefused, 0.1)],
        confidence: 0.95,
        is_page: false,
        shows: "code 530: Cloudflare cannot resolve the origin, or no tunnel to it is connected",
        ..ROW
    },
    Signature {
        name: "cloudflare_502_branded",
        signs: &[
            MAY_BE,
            Any(&[page!("502", "Bad gateway"), Body("The web server reported a bad gateway error")]),
        ],
        causes: &[
            (UpstreamUnavailable, 0.55),
            (UpstreamRefused, 0.2),
            (ApplicationMade, 0.15),
            (UpstreamEmpty, 0.1),
        ],
        shows: "the page is Cloudflare's, but it says that the origin answered 502: look at the gateway or the tunnel behind",
        ..ROW
    },
    Signature {
        name: "cloudflare_504_branded",
        signs: &[
            MAY_BE,
            Any(&[
                page!("504", "Gateway time-out"),
                Body("The web server reported a gateway time-out error"),
            ]),
        ],
        causes: &[(UpstreamTimeout, 0.85), (ApplicationMade, 0.1), (Overload, 0.05)],
        shows: "the page is Cloudflare's, but it says that the origin answered 504: look at the gateway behind",
        ..ROW
    },
    Signature {
        name: "cloudflare_500_branded",
        signs: &[MAY_BE, page!("500", "Internal server error")],
        causes: &[(Unknown, 0.7), (ApplicationMade, 0.2), (Overload, 0.1)],
        shows: "the page says that something failed within Cloudflare itself",
        source: Source::Captured(
            "a page with the title `| 500: Internal server error`, pasted in a public repository",
        ),
        ..ROW
    },
    Signature {
        name: "cloudflare_502_own",
        signs: &[BodyStarts("<html>"), Body("<h1>502 "), Body("<hr><center>cloudflare")],
        causes: &[(UpstreamUnavailable, 0.45), (UpstreamInvalid, 0.35), (Overload, 0.2)],
        shows: "the page is Cloudflare's own, not one that it shows for the origin: bad compression from the origin, or trouble in its data centre",
        ..ROW
    },
    Signature {
        name: "cloudflare_504_own",
        signs: &[BodyStarts("<html>"), Body("<h1>504 "), Body("<hr><center>cloudflare")],
        causes: &[(UpstreamTimeout, 0.85), (Overload, 0.15)],
        shows: "the page is Cloudflare's own, not one that it shows for the origin",
        ..ROW
    },
    Signature {
        name: "cloudflare_503_own",
        signs: &[BodyStarts("<html>"), Body("<h1>503 "), Body("<hr><center>cloudflare")],
        causes: &[(Overload, 0.5), (UpstreamUnavailable, 0.3), (RateLimited, 0.2)],
        shows: "the page is Cloudflare's own: a connection failed within one of its data centres",
        ..ROW
    },
    Signature {
        name: "cloudflare_520_own",
        signs: &[BodyStarts("<html>"), Body("<h1>520 "), Body("<hr><center>cloudflare")],
        causes: &[(UpstreamEmpty, 0.4), (UpstreamInvalid, 0.35), (UpstreamReset, 0.25)],
        shows: "the page is Cloudflare's, for an origin that sent nothing or what it could not read",
        ..ROW
    },
    Signature {
        name: "cloudflare_500_own",
        signs: &[BodyStarts("<html>"), Body("<h1>500 "), Body("<hr><center>cloudflare")],
        causes: &[(Unknown, 0.7), (EdgeRule, 0.2), (Overload, 0.1)],
        shows: "the page is Cloudflare's own: something failed within it, or a page rule of the site is broken",
        ..ROW
    },
    Signature {
        name: "cloudflare_waiting_room",
        signs: &[BodyStarts("<!DOCTYPE html>"), Body("Waiting Room powered by Cloudflare")],
        causes: &[(Overload, 0.7), (EdgeRule, 0.2), (Maintenance, 0.1)],
        shows: "it is a waiting room of the site at Cloudflare: more visitors than it lets in",
        source: Source::Documented("https://developers.cloudflare.com/waiting-room/"),
        ..ROW
    },
];
