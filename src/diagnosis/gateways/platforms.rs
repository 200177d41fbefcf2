//! Platforms that run applications: Heroku, Vercel, Netlify, Fly.io, Render, Railway, `DigitalOcean`'s App Platform.
//!
//! Their headers are on answers of the application too, except those that name an error; the rows rest on the latter, or on
//! the page.

use crate::diagnosis::cause::Cause::{
    EdgeRule, Maintenance, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyStarts, Header, HeaderHas, HeaderIs, HeaderStarts, NoBody, NoHeader, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const ROW: Signature = Signature {
    name: "",
    gateway: Gateway::Heroku,
    signs: &[],
    causes: &[],
    confidence: 0.98,
    is_page: true,
    shows: "",
    source: Source::Captured("pages with an iframe of herokucdn.com/error-pages in many public repositories"),
};

const VERCEL: Signature = Signature {
    gateway: Gateway::Vercel,
    is_page: false,
    source: Source::Documented("https://vercel.com/docs/errors"),
    ..ROW
};

const NETLIFY: Signature = Signature {
    gateway: Gateway::Netlify,
    confidence: 0.95,
    source: Source::Captured("answers of Netlify in public repositories"),
    ..ROW
};

const RENDER: Signature = Signature {
    gateway: Gateway::Render,
    is_page: false,
    source: Source::Captured("heads with `x-render-routing` in public repositories, 2025 and 2026"),
    ..ROW
};

const DIGITALOCEAN: Signature = Signature {
    gateway: Gateway::Envoy,
    confidence: 0.85,
    is_page: false,
    source: Source::Captured(
        "heads with `x-do-failure-code` and pages with `via_upstream` in public repositories",
    ),
    ..ROW
};

/// It may be an answer of Vercel's own; cheap, and asked before the body is searched.
const MAY_BE_VERCEL: Sign = Any(&[
    Header("x-vercel-error"),
    BodyStarts("A server error has occurred"),
    BodyStarts("An error occurred with"),
    BodyStarts("The deployment could not be found on Vercel"),
    Header("x-vercel-id"),
]);

/// Vercel's code contains this, in its header or in the body.
macro_rules! code {
    ($code:literal) => {
        Any(&[HeaderHas("x-vercel-error", $code), Body($code)])
    };
}

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "heroku_maintenance",
        signs: &[
            Body("heroku"),
            Any(&[Body("/error-pages/maintenance-mode"), Body("heroku_pages/maintenance")]),
        ],
        causes: &[(Maintenance, 0.97)],
        shows: "Heroku's page for an application in maintenance mode",
        ..ROW
    },
    Signature {
        name: "heroku_no_such_app",
        signs: &[Body("herokucdn.com/error-pages/no-such-app")],
        causes: &[(EdgeRule, 0.95)],
        shows: "Heroku knows no application for this host name",
        ..ROW
    },
    Signature {
        name: "heroku_application_error",
        signs: &[
            Body("heroku"),
            Any(&[
                Body("/error-pages/application-error"),
                Body("heroku_pages/error.html"),
                Body("heroku logs --tail"),
            ]),
        ],
        causes: &[
            (UpstreamUnavailable, 0.35),
            (UpstreamTimeout, 0.3),
            (UpstreamEmpty, 0.2),
            (UpstreamRefused, 0.15),
        ],
        shows: "Heroku's page for an application that crashed, did not start, or took over 30 seconds; its log has the H code",
        ..ROW
    },
    Signature {
        name: "vercel_timeout",
        signs: &[MAY_BE_VERCEL, code!("INVOCATION_TIMEOUT")],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "Vercel says that the site's function took longer than it may",
        ..VERCEL
    },
    Signature {
        name: "vercel_crashed",
        signs: &[
            MAY_BE_VERCEL,
            Any(&[code!("INVOCATION_FAILED"), code!("NO_RESPONSE_FROM_FUNCTION"), code!("MIDDLEWARE_ERROR")]),
        ],
        causes: &[(UpstreamEmpty, 0.9), (UpstreamInvalid, 0.1)],
        shows: "Vercel says that the site's function failed or gave no answer",
        ..VERCEL
    },
    Signature {
        name: "vercel_throttled",
        signs: &[MAY_BE_VERCEL, Any(&[code!("FUNCTION_THROTTLED"), code!("TOO_MANY_")])],
        causes: &[(Overload, 0.9), (RateLimited, 0.1)],
        shows: "Vercel says that more of the site's functions run at once than may",
        ..VERCEL
    },
    Signature {
        name: "vercel_dns",
        signs: &[MAY_BE_VERCEL, code!("DNS_HOSTNAME_")],
        causes: &[(UpstreamDns, 0.97)],
        shows: "Vercel cannot resolve the name of the origin that the site rewrites to",
        ..VERCEL
    },
    Signature {
        name: "vercel_tls",
        signs: &[MAY_BE_VERCEL, code!("ROUTER_EXTERNAL_TARGET_HANDSHAKE_ERROR")],
        causes: &[(UpstreamTls, 0.97)],
        shows: "Vercel says that TLS to the origin that the site rewrites to failed",
        ..VERCEL
    },
    Signature {
        name: "vercel_external",
        signs: &[MAY_BE_VERCEL, code!("ROUTER_EXTERNAL_TARGET_")],
        causes: &[
            (UpstreamRefused, 0.4),
            (UpstreamUnavailable, 0.3),
            (UpstreamReset, 0.2),
            (UpstreamTimeout, 0.1),
        ],
        shows: "Vercel could not reach the origin that the site rewrites to",
        ..VERCEL
    },
    Signature {
        name: "vercel_invalid",
        signs: &[
            MAY_BE_VERCEL,
            Any(&[code!("BODY_NOT_A_STRING"), code!("BODY_TOO_LARGE"), code!("RESPONSE_PAYLOAD_TOO_LARGE")]),
        ],
        causes: &[(UpstreamInvalid, 0.97)],
        shows: "Vercel does not take what the site's function gave",
        ..VERCEL
    },
    Signature {
        name: "vercel_paused",
        signs: &[
            MAY_BE_VERCEL,
            Any(&[code!("DEPLOYMENT_PAUSED"), code!("DEPLOYMENT_DISABLED"), code!("DEPLOYMENT_BLOCKED")]),
        ],
        causes: &[(EdgeRule, 0.7), (Maintenance, 0.3)],
        shows: "Vercel says that the deployment is paused, disabled or blocked: by its owner, its limits or its bill",
        ..VERCEL
    },
    Signature {
        name: "vercel_not_found",
        signs: &[MAY_BE_VERCEL, Any(&[code!("NOT_FOUND"), code!("DEPLOYMENT_DELETED")])],
        causes: &[(EdgeRule, 0.9)],
        shows: "Vercel has no deployment, or no page, for this address",
        ..VERCEL
    },
    Signature {
        name: "vercel_other",
        signs: &[Header("x-vercel-error")],
        causes: &[(UpstreamUnavailable, 0.6), (EdgeRule, 0.4)],
        shows: "Vercel names an error of its own in X-Vercel-Error",
        ..VERCEL
    },
    Signature {
        name: "netlify_edge_crashed",
        signs: &[BodyStarts("uncaught exception during edge function invocation")],
        causes: &[(UpstreamEmpty, 0.95)],
        shows: "Netlify says that the site's edge function threw an exception",
        ..NETLIFY
    },
    Signature {
        name: "netlify_timeout",
        signs: &[
            Any(&[Header("x-nf-request-id"), HeaderIs("server", "Netlify")]),
            Any(&[Body("Task timed out after"), Body("Inactivity Timeout"), Body("TimeoutError")]),
        ],
        causes: &[(UpstreamTimeout, 0.97)],
        is_page: false,
        shows: "Netlify says that the site's function, or what it passes to, took longer than it may",
        ..NETLIFY
    },
    Signature {
        name: "netlify_crashed",
        signs: &[
            Status(&[500, 502, 503]),
            Any(&[Header("x-nf-request-id"), HeaderIs("server", "Netlify")]),
            Any(&[
                Body("This function has crashed"),
                Body("\"errorType\""),
                Body("error decoding lambda response"),
            ]),
        ],
        causes: &[(UpstreamEmpty, 0.7), (UpstreamInvalid, 0.3)],
        is_page: false,
        shows: "Netlify says that the site's function failed",
        ..NETLIFY
    },
    Signature {
        name: "render_suspended",
        signs: &[Any(&[
            HeaderStarts("x-render-routing", "suspend"),
            Body("This service has been suspended by its owner."),
        ])],
        causes: &[(Maintenance, 0.6), (EdgeRule, 0.4)],
        is_page: true,
        shows: "Render says that the service is suspended",
        ..RENDER
    },
    Signature {
        name: "render_asleep",
        signs: &[HeaderHas("x-render-routing", "hibernate")],
        causes: &[(UpstreamUnavailable, 0.9), (UpstreamTimeout, 0.1)],
        shows: "Render says that the service sleeps, and did not wake in time",
        ..RENDER
    },
    Signature {
        name: "render_limited",
        signs: &[HeaderHas("x-render-routing", "rate-limit")],
        causes: &[(RateLimited, 0.95)],
        shows: "Render says that this client sent too many requests",
        ..RENDER
    },
    Signature {
        name: "render_no_server",
        signs: &[Header("x-render-routing"), NoHeader("x-render-origin-server")],
        causes: &[
            (UpstreamUnavailable, 0.4),
            (UpstreamRefused, 0.3),
            (UpstreamReset, 0.15),
            (UpstreamTimeout, 0.15),
        ],
        shows: "Render names in X-Render-Routing why no instance of the service answered",
        ..RENDER
    },
    Signature {
        name: "render_page",
        signs: &[
            Body("<title>502</title>"),
            Body("This service is currently unavailable. Please try again in a few minutes."),
        ],
        causes: &[
            (UpstreamUnavailable, 0.4),
            (UpstreamRefused, 0.3),
            (UpstreamReset, 0.15),
            (UpstreamTimeout, 0.15),
        ],
        confidence: 0.9,
        is_page: true,
        shows: "the page is Render's: no instance of the service answered",
        ..RENDER
    },
    Signature {
        name: "railway_failed",
        signs: &[
            Status(&[500, 502, 503, 504]),
            Any(&[HeaderIs("x-railway-fallback", "true"), Body("Application failed to respond")]),
        ],
        causes: &[
            (UpstreamRefused, 0.5),
            (UpstreamUnavailable, 0.25),
            (UpstreamTimeout, 0.15),
            (UpstreamEmpty, 0.1),
        ],
        gateway: Gateway::Railway,
        is_page: false,
        shows: "Railway says that the application does not respond: it is down, or listens on another port",
        source: Source::Captured("502 with `x-railway-fallback: true` in public repositories, 2026"),
        ..ROW
    },
    Signature {
        name: "railway_no_app",
        signs: &[Status(&[404]), HeaderIs("x-railway-fallback", "true")],
        causes: &[(EdgeRule, 0.9), (UpstreamUnavailable, 0.1)],
        gateway: Gateway::Railway,
        is_page: false,
        shows: "Railway knows no application for this host name",
        source: Source::Captured("404 with `x-railway-fallback: true` in public repositories, 2026"),
        ..ROW
    },
    Signature {
        name: "fly_no_answer",
        signs: &[Status(&[502, 503, 504]), Header("fly-request-id"), NoBody, NoHeader("content-type")],
        causes: &[(UpstreamRefused, 0.5), (UpstreamUnavailable, 0.3), (UpstreamReset, 0.2)],
        confidence: 0.8,
        gateway: Gateway::Fly,
        is_page: false,
        shows: "Fly.io's proxy answered without a body: no machine of the application takes the request",
        source: Source::Captured("heads with `fly-request-id` and `server: Fly/...` in public repositories"),
    },
    Signature {
        name: "digitalocean_unhealthy",
        signs: &[Any(&[
            HeaderHas("x-do-failure-msg", "no_healthy_upstream"),
            HeaderIs("x-do-failure-code", "UH"),
        ])],
        causes: &[(UpstreamUnavailable, 0.97)],
        shows: "DigitalOcean's App Platform (Envoy inside) says that no instance is healthy",
        ..DIGITALOCEAN
    },
    Signature {
        name: "digitalocean_timeout",
        signs: &[Any(&[
            HeaderHas("x-do-failure-msg", "timed_out"),
            HeaderHas("x-do-failure-msg", "timeout"),
            HeaderIs("x-do-failure-code", "UT"),
        ])],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "DigitalOcean's App Platform (Envoy inside) says that the application took too long",
        ..DIGITALOCEAN
    },
    Signature {
        name: "digitalocean_failed",
        signs: &[Any(&[
            Header("x-do-failure-code"),
            Body("App Platform failed to forward this request to the application"),
        ])],
        causes: &[(UpstreamRefused, 0.4), (UpstreamReset, 0.3), (UpstreamUnavailable, 0.3)],
        is_page: true,
        shows: "DigitalOcean's App Platform (Envoy inside) could not pass the request to the application",
        ..DIGITALOCEAN
    },
];
