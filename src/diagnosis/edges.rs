//! Which gateways an answer came through, by what they add to it. Nearly all of them leave their name on answers that they
//! did not write, so this never says who wrote one; it says whether the one who did stood behind another.

use super::answer::Seen;
use super::gateway::Gateway;
use super::signature::Sign::{self, Any, Header, HeaderHas, HeaderIs, HeaderStarts};

/// A gateway, and what it adds.
#[derive(Debug)]
struct Trace {
    gateway: Gateway,
    sign: Sign,
    shows: &'static str,
}

const fn trace(gateway: Gateway, sign: Sign, shows: &'static str) -> Trace {
    Trace { gateway, sign, shows }
}

/// Measured where the gateway could be run, else from its vendor's documentation; see the gateways' own files.
const TRACES: &[Trace] = &[
    trace(Gateway::Cloudflare, Header("cf-ray"), "cf-ray"),
    trace(Gateway::Cloudfront, Header("x-amz-cf-id"), "x-amz-cf-id"),
    trace(Gateway::Fastly, HeaderStarts("x-served-by", "cache-"), "x-served-by"),
    trace(
        Gateway::Akamai,
        Any(&[Header("x-akamai-request-id"), HeaderIs("server", "AkamaiGHost")]),
        "its headers",
    ),
    trace(Gateway::AzureFrontDoor, Header("x-azure-ref"), "x-azure-ref"),
    trace(Gateway::Imperva, Header("x-iinfo"), "x-iinfo"),
    trace(Gateway::Sucuri, Header("x-sucuri-id"), "x-sucuri-id"),
    trace(Gateway::Vercel, Header("x-vercel-id"), "x-vercel-id"),
    trace(Gateway::Netlify, Header("x-nf-request-id"), "x-nf-request-id"),
    trace(Gateway::Fly, Header("fly-request-id"), "fly-request-id"),
    trace(Gateway::Render, Header("rndr-id"), "rndr-id"),
    trace(Gateway::Heroku, Any(&[HeaderHas("via", "vegur"), HeaderHas("via", "heroku-router")]), "Via"),
    trace(Gateway::GoogleCloudLb, HeaderIs("via", "1.1 google"), "Via: 1.1 google"),
    trace(Gateway::AwsApiGateway, Header("x-amz-apigw-id"), "x-amz-apigw-id"),
    trace(Gateway::AwsElb, HeaderStarts("server", "awselb"), "Server"),
    trace(Gateway::Istio, HeaderIs("server", "istio-envoy"), "Server"),
    trace(
        Gateway::Envoy,
        Any(&[Header("x-envoy-upstream-service-time"), HeaderIs("server", "envoy")]),
        "x-envoy-upstream-service-time or Server",
    ),
    trace(
        Gateway::Kong,
        Any(&[Header("x-kong-upstream-latency"), HeaderStarts("via", "kong")]),
        "its headers",
    ),
    trace(Gateway::Varnish, Any(&[Header("x-varnish"), HeaderHas("via", "varnish")]), "Via and X-Varnish"),
    trace(Gateway::Squid, Any(&[HeaderHas("via", "(squid"), Header("x-squid-error")]), "Via"),
    trace(
        Gateway::Trafficserver,
        Any(&[HeaderStarts("server", "ATS"), HeaderHas("via", "ApacheTrafficServer")]),
        "Server",
    ),
    trace(Gateway::H2o, HeaderStarts("server", "h2o"), "Server"),
    trace(Gateway::Nghttpx, Any(&[HeaderHas("via", "nghttpx"), HeaderStarts("server", "nghttpx")]), "Via"),
    trace(Gateway::Tinyproxy, HeaderHas("via", "tinyproxy"), "Via"),
    trace(Gateway::Caddy, Any(&[HeaderIs("server", "Caddy"), HeaderHas("via", "Caddy")]), "Server"),
    trace(Gateway::Openresty, HeaderStarts("server", "openresty"), "Server"),
    trace(Gateway::Tengine, HeaderStarts("server", "tengine"), "Server"),
    trace(Gateway::Litespeed, HeaderStarts("server", "litespeed"), "Server"),
    trace(Gateway::Lighttpd, HeaderStarts("server", "lighttpd"), "Server"),
    trace(Gateway::Iis, HeaderStarts("server", "microsoft-iis"), "Server"),
    trace(Gateway::Apache, HeaderStarts("server", "apache"), "Server"),
    trace(Gateway::Nginx, HeaderStarts("server", "nginx"), "Server"),
];

/// The order in which headers stand on a gateway's own error page when nothing stands before it. Proxies add, drop and sort.
/// Measured: nginx 1.22.1, Apache 2.4.71, and as they write names.
const OWN_HEADS: &[(Gateway, u16, &[&str])] = &[
    (Gateway::Nginx, 502, &["Server", "Date", "Content-Type", "Content-Length", "Connection"]),
    (Gateway::Apache, 503, &["Date", "Server", "Content-Length", "Connection", "Content-Type"]),
];

/// Software that is one family to a reader: the name in `Server` may be the one's or the other's.
const KIN: &[(Gateway, Gateway)] = &[(Gateway::Envoy, Gateway::Istio)];

/// A gateway on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) gateway: Gateway,
    pub(super) shows: &'static str,
}

/// The gateways that left a trace, the outermost first as far as that is known.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Edge> {
    let left = TRACES.iter().filter(|trace| trace.sign.holds(seen));
    left.map(|trace| Edge { gateway: trace.gateway, shows: trace.shows }).collect()
}

/// Whether what this gateway wrote came to us through something else.
pub(super) fn is_behind_another(seen: &Seen<'_>, gateway: Gateway, edges: &[Edge]) -> bool {
    let is_kin = |other: Gateway| KIN.contains(&(gateway, other)) || KIN.contains(&(other, gateway));
    let is_other = |edge: &Edge| edge.gateway != gateway && !is_kin(edge.gateway);
    edges.iter().any(is_other) || has_anothers_head(seen, gateway)
}

/// Whether the head is not as the gateway itself writes it.
fn has_anothers_head(seen: &Seen<'_>, gateway: Gateway) -> bool {
    let evidence = seen.answer.evidence;
    let is_ordered = evidence.version.as_deref().is_some_and(|version| version.starts_with("HTTP/1"));
    let is_page =
        |of: Gateway, status: u16| of == gateway && seen.status() == Some(status) && !seen.text.is_empty();
    let own = OWN_HEADS.iter().find(|(of, status, _)| is_page(*of, *status));
    let Some((.., own)) = own.filter(|_| is_ordered) else {
        return false;
    };
    !seen.names_begin(own)
}
