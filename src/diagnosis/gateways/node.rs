//! Proxies that are libraries of Node.js: `http-proxy-middleware`, `express-http-proxy`, `@fastify/http-proxy`. They say 500 or
//! 504 where others say 502, and often name the fault, with the backend's address.

use crate::diagnosis::cause::Cause::{
    self, Overload, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused,
    UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamTruncated, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, Body, BodyStarts, Header, HeaderIs, Names, NoBody, Status};
use crate::diagnosis::signature::{Sign, Signature, Source};

const fn row(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
    seen: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::Node,
        signs,
        causes,
        confidence: 0.95,
        is_page: false,
        shows,
        source: Source::Measured(seen),
    }
}

const FASTIFY: &str = "@fastify/http-proxy 11.6.3";
const EXPRESS: &str = "express-http-proxy 2.1.2";
const MIDDLEWARE: &str = "http-proxy-middleware 3.0.10";

/// Codes of undici and of the proxy; an application's own error has none of them.
const FROM: Sign =
    Any(&[Body("\"code\":\"FST_REPLY_FROM_"), Body("\"code\":\"UND_ERR_"), Body("\"code\":\"ECONN")]);
const STACK: Sign = Any(&[
    BodyStarts("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>"),
    Header("x-powered-by"),
]);
const TRYING: Sign = BodyStarts("Error occurred while trying to proxy");

/// The rows.
pub(super) const SIGNATURES: &[Signature] = &[
    row(
        "fastify_refused",
        &[FROM, Any(&[Body("ECONNREFUSED"), Body("EHOSTUNREACH")])],
        &[(UpstreamRefused, 0.96)],
        "the proxy's error names ECONNREFUSED or EHOSTUNREACH",
        FASTIFY,
    ),
    row(
        "fastify_dns",
        &[FROM, Any(&[Body("ENOTFOUND"), Body("FST_REPLY_FROM_SERVICE_UNAVAILABLE")])],
        &[(UpstreamDns, 0.85), (UpstreamUnavailable, 0.1)],
        "the proxy's error says that the backend's name has no address",
        FASTIFY,
    ),
    row(
        "fastify_timeout",
        &[
            FROM,
            Any(&[
                Body("FST_REPLY_FROM_GATEWAY_TIMEOUT"),
                Body("UND_ERR_CONNECT_TIMEOUT"),
                Body("UND_ERR_HEADERS_TIMEOUT"),
                Body("UND_ERR_BODY_TIMEOUT"),
            ]),
        ],
        &[(UpstreamTimeout, 0.96)],
        "the proxy's error names a timeout",
        FASTIFY,
    ),
    row(
        "fastify_header_too_big",
        &[FROM, Body("Headers Overflow Error")],
        &[(UpstreamHeaderTooBig, 0.96)],
        "the proxy's error says that the backend's headers are too large",
        FASTIFY,
    ),
    row(
        "fastify_invalid",
        &[FROM, Any(&[Body("does not match the HTTP/1.1 protocol"), Body("does not match content-length")])],
        &[(UpstreamInvalid, 0.96)],
        "the proxy's error says that what came is not HTTP",
        FASTIFY,
    ),
    row(
        "fastify_tls",
        &[FROM, Any(&[Body("SSL routines"), Body("certificate"), Body("CERT_")])],
        &[(UpstreamTls, 0.95)],
        "the proxy's error says that TLS with the backend failed",
        FASTIFY,
    ),
    row(
        "fastify_cut",
        &[FROM, Body("other side closed")],
        &[(UpstreamTruncated, 0.6), (UpstreamEmpty, 0.3)],
        "the proxy's error says that the backend closed the connection early",
        FASTIFY,
    ),
    row(
        "fastify_reset",
        &[FROM, Body("ECONNRESET")],
        &[(UpstreamReset, 0.7), (UpstreamEmpty, 0.15), (UpstreamInvalid, 0.1)],
        "the proxy's error names ECONNRESET",
        FASTIFY,
    ),
    row(
        "fastify_socket",
        &[FROM, Body("UND_ERR_SOCKET")],
        &[(UpstreamEmpty, 0.65), (UpstreamInvalid, 0.15), (UpstreamTls, 0.1), (UpstreamReset, 0.05)],
        "the proxy's error says that the backend hung up before it answered",
        FASTIFY,
    ),
    row(
        "fastify_other",
        &[FROM],
        &[(UpstreamUnavailable, 0.4), (UpstreamInvalid, 0.3), (Overload, 0.1)],
        "the error's code is one of @fastify/http-proxy's",
        FASTIFY,
    ),
    row(
        "express_http_proxy_refused",
        &[STACK, Any(&[Body("Error: connect ECONNREFUSED"), Body("Error: connect EHOSTUNREACH")])],
        &[(UpstreamRefused, 0.93)],
        "the page of the Node.js proxy shows ECONNREFUSED or EHOSTUNREACH",
        EXPRESS,
    ),
    row(
        "express_http_proxy_dns",
        &[STACK, Body("Error: getaddrinfo ")],
        &[(UpstreamDns, 0.93)],
        "the page of the Node.js proxy shows that the backend's name has no address",
        EXPRESS,
    ),
    row(
        "express_http_proxy_header_too_big",
        &[STACK, Body("Parse Error: Header overflow")],
        &[(UpstreamHeaderTooBig, 0.93)],
        "the page of the Node.js proxy shows that the backend's headers are too large",
        EXPRESS,
    ),
    row(
        "express_http_proxy_invalid",
        &[STACK, Body("Error: Parse Error: ")],
        &[(UpstreamInvalid, 0.93)],
        "the page of the Node.js proxy shows that what the backend sent is not HTTP",
        EXPRESS,
    ),
    row(
        "express_http_proxy_tls",
        &[
            STACK,
            Any(&[Body("SSL routines"), Body("certificate"), Body("_tls_wrap")]),
            Body("&nbsp; &nbsp;at "),
        ],
        &[(UpstreamTls, 0.93)],
        "the page of the Node.js proxy shows that TLS with the backend failed",
        EXPRESS,
    ),
    row(
        "express_http_proxy_reset",
        &[Header("x-timeout-reason")],
        &[
            (UpstreamEmpty, 0.4),
            (UpstreamReset, 0.25),
            (UpstreamTimeout, 0.2),
            (UpstreamInvalid, 0.08),
            (UpstreamTls, 0.05),
        ],
        "the header X-Timeout-Reason is express-http-proxy's: the backend hung up, or was too slow",
        EXPRESS,
    ),
    row(
        "http_proxy_middleware_504",
        &[TRYING, Status(&[504])],
        &[
            (UpstreamRefused, 0.4),
            (UpstreamEmpty, 0.2),
            (UpstreamReset, 0.1),
            (UpstreamTimeout, 0.1),
            (UpstreamDns, 0.06),
            (UpstreamInvalid, 0.06),
            (UpstreamTls, 0.05),
        ],
        "the text is http-proxy-middleware's; with 504 it means refused, reset, no address or too slow",
        MIDDLEWARE,
    ),
    row(
        "http_proxy_middleware_502",
        &[TRYING, Status(&[502])],
        &[(UpstreamInvalid, 0.95)],
        "the text is http-proxy-middleware's; with 502 it means that what came is not HTTP",
        MIDDLEWARE,
    ),
    row(
        "http_proxy_middleware_500",
        &[TRYING],
        &[(UpstreamTls, 0.3), (UpstreamHeaderTooBig, 0.25), (UpstreamRefused, 0.25), (UpstreamInvalid, 0.15)],
        "the text is http-proxy-middleware's; with 500 it means a fault in TLS, no route, or a head that is too large",
        MIDDLEWARE,
    ),
    row(
        "http_proxy_middleware_head",
        &[
            Status(&[504]),
            NoBody,
            HeaderIs("x-powered-by", "Express"),
            Names(&["X-Powered-By", "Date", "Connection", "Keep-Alive"]),
        ],
        &[(UpstreamRefused, 0.45), (UpstreamEmpty, 0.2), (UpstreamTimeout, 0.2), (UpstreamReset, 0.1)],
        "the head is http-proxy-middleware's; its text is missing, as in an answer to HEAD",
        MIDDLEWARE,
    ),
];
