//! Envoy under other names: Istio, and the newer load balancers of Google. The texts are Envoy's; a header names the house.
//! Plain Envoy has its own file.

use crate::diagnosis::cause::Cause::{
    Overload, UpstreamDns, UpstreamEmpty, UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout,
    UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    Any, Body, BodyIs, BodyStarts, HeaderIs, HeaderStarts, NoBody, NoHeader, Status,
};
use crate::diagnosis::signature::{Signature, Source};

/// The rows of one house: the prefix of their names, the gateway, the signs of the house, and the source.
macro_rules! rows {
    ($prefix:literal, $gateway:expr, [$($house:expr),*], $source:expr) => {
        &[
            Signature {
                name: concat!($prefix, "_tls"),
                signs: &[
                    $($house,)*
                    BodyStarts("upstream connect error or disconnect/reset before headers"),
                    Any(&[Body("TLS error"), Body("TLS_error"), Body("CERTIFICATE_VERIFY_FAILED"), Body("SSL routines")]),
                ],
                causes: &[(UpstreamTls, 0.97)],
                shows: "the text is Envoy's: TLS between it and the service failed",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_connect_timeout"),
                signs: &[
                    $($house,)*
                    BodyStarts("upstream connect error or disconnect/reset before headers"),
                    Any(&[Body("connection timeout"), Body("delayed connect error: 110")]),
                ],
                causes: &[(UpstreamTimeout, 0.97)],
                shows: "the text is Envoy's: the service did not take the connection in time",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_overflow"),
                signs: &[
                    $($house,)*
                    BodyStarts("upstream connect error or disconnect/reset before headers"),
                    Body("reset reason: overflow"),
                ],
                causes: &[(Overload, 0.97)],
                shows: "the text is Envoy's: more requests are open than its circuit breaker allows",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_invalid"),
                signs: &[
                    $($house,)*
                    BodyStarts("upstream connect error or disconnect/reset before headers"),
                    Body("protocol error"),
                ],
                causes: &[(UpstreamInvalid, 0.9), (UpstreamTls, 0.1)],
                shows: "the text is Envoy's: the service sent what is not HTTP, or breaks its rules",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_reset"),
                signs: &[
                    $($house,)*
                    BodyStarts("upstream connect error or disconnect/reset before headers"),
                    Any(&[Body("connection termination"), Body("remote reset")]),
                ],
                causes: &[(UpstreamEmpty, 0.5), (UpstreamReset, 0.5)],
                shows: "the text is Envoy's: the service closed the connection before it answered",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_connect"),
                signs: &[$($house,)* BodyStarts("upstream connect error or disconnect/reset before headers")],
                causes: &[(UpstreamRefused, 0.75), (UpstreamReset, 0.1), (UpstreamTls, 0.1), (UpstreamEmpty, 0.05)],
                shows: "the text is Envoy's: it could not connect to the service",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_no_healthy"),
                signs: &[$($house,)* BodyStarts("no healthy upstream")],
                causes: &[(UpstreamUnavailable, 0.85), (UpstreamDns, 0.15)],
                shows: "the text is Envoy's: no endpoint of the service is healthy, or it has none",
                ..row($gateway, $source)
            },
            Signature {
                name: concat!($prefix, "_timeout"),
                signs: &[
                    $($house,)*
                    Any(&[BodyIs("upstream request timeout"), BodyIs("stream timeout")]),
                ],
                causes: &[(UpstreamTimeout, 0.97)],
                shows: "the text is Envoy's: the service took longer than the time set for the route",
                ..row($gateway, $source)
            },
        ]
    };
}

const fn row(gateway: Gateway, source: Source) -> Signature {
    Signature {
        name: "",
        gateway,
        signs: &[],
        causes: &[],
        confidence: 0.95,
        is_page: false,
        shows: "",
        source,
    }
}

const ISTIO: Source =
    Source::Captured("answers with `server: istio-envoy` and Envoy's texts, in public repositories");

/// The rows of Istio.
pub(super) const SIGNATURES: &[Signature] = rows!(
    "istio",
    Gateway::Istio,
    [Status(&[502, 503, 504]), HeaderIs("server", "istio-envoy"), NoHeader("x-envoy-upstream-service-time")],
    ISTIO
);

/// The rows of Google's load balancers.
pub(super) const GOOGLE: &[Signature] = rows!(
    "google_envoy",
    Gateway::GoogleCloudLb,
    [
        Status(&[502, 503, 504]),
        Any(&[HeaderStarts("via", "1.1 google"), HeaderIs("server", "Google Frontend")]),
        Any(&[NoHeader("server"), HeaderIs("server", "Google Frontend")]),
        NoHeader("x-envoy-upstream-service-time")
    ],
    Source::Documented("https://cloud.google.com/load-balancing/docs/https/troubleshooting-ext-https-lbs")
);

/// What Istio says without a text.
pub(super) const ISTIO_REST: &[Signature] = &[Signature {
    name: "istio_no_route",
    signs: &[
        Status(&[503]),
        HeaderIs("server", "istio-envoy"),
        NoBody,
        NoHeader("x-envoy-upstream-service-time"),
    ],
    causes: &[(UpstreamUnavailable, 0.9), (UpstreamDns, 0.1)],
    shows: "Istio knows no service for this route",
    confidence: 0.8,
    ..row(Gateway::Istio, ISTIO)
}];
