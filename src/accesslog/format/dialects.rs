//! The keys that servers write in JSON, and what each of them tells. A server that is not here but uses nginx's names is
//! read as nginx; the names of nginx's variables are what most people take as keys.

use super::field::Field::{
    self, Agent, Bytes, Client, Elapsed, Forwarded, HeaderTime, Host, Method, Query, Request, RequestId,
    Scheme, Status, Target, Time, Tls, UpstreamStatus,
};
use super::field::Unit::{Millis, Nanos, Seconds};
use crate::diagnosis::gateway::Gateway;

/// A server's way to write JSON.
#[derive(Debug, PartialEq)]
pub struct Dialect {
    pub(super) name: &'static str,
    pub(super) gateway: Option<Gateway>,
    /// Keys, the outer ones first; of two that tell the same, the one that stands first here is used. At most 63.
    pub(super) keys: &'static [(&'static [&'static str], Field)],
    /// An address and a value there that mark lines which are of another log of the same server.
    pub(super) not_if: Option<(&'static [&'static str], &'static str)>,
}

/// The dialects, those with the most particular keys first.
pub(super) static DIALECTS: [Dialect; 5] = [
    // https://caddyserver.com/docs/caddyfile/directives/log; the client is the one that Caddy's `trusted_proxies` found.
    Dialect {
        name: "caddy",
        gateway: Some(Gateway::Caddy),
        keys: &[
            (&["ts"], Time),
            (&["request", "client_ip"], Client),
            (&["request", "remote_ip"], Client),
            (&["request", "remote_addr"], Client),
            (&["request", "method"], Method),
            (&["request", "host"], Host),
            (&["request", "uri"], Target),
            (&["request", "tls", "proto"], Tls),
            (&["request", "tls", "version"], Tls),
            (&["request", "headers", "User-Agent"], Agent),
            (&["request", "headers", "X-Forwarded-For"], Forwarded),
            (&["request", "headers", "X-Request-Id"], RequestId),
            (&["status"], Status),
            (&["size"], Bytes),
            (&["duration"], Elapsed(Seconds)),
        ],
        not_if: Some((&["logger"], "http.log.error")),
    },
    // https://doc.traefik.io/traefik/observability/access-logs/; headers are there when they are kept.
    Dialect {
        name: "traefik",
        gateway: Some(Gateway::Traefik),
        keys: &[
            (&["StartUTC"], Time),
            (&["time"], Field::Other),
            (&["ClientHost"], Client),
            (&["ClientAddr"], Client),
            (&["RequestMethod"], Method),
            (&["RequestHost"], Host),
            (&["RequestPath"], Target),
            (&["RequestScheme"], Scheme),
            (&["DownstreamStatus"], Status),
            (&["DownstreamContentSize"], Bytes),
            (&["OriginStatus"], UpstreamStatus),
            (&["Duration"], Elapsed(Nanos)),
            (&["request_User-Agent"], Agent),
            (&["request_X-Forwarded-For"], Forwarded),
            (&["request_X-Request-Id"], RequestId),
        ],
        not_if: None,
    },
    // https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/
    Dialect {
        name: "cloudflare",
        gateway: Some(Gateway::Cloudflare),
        keys: &[
            (&["EdgeStartTimestamp"], Time),
            (&["ClientIP"], Client),
            (&["ClientXForwardedFor"], Forwarded),
            (&["ClientRequestMethod"], Method),
            (&["ClientRequestHost"], Host),
            (&["ClientRequestURI"], Target),
            (&["ClientRequestScheme"], Scheme),
            (&["ClientRequestUserAgent"], Agent),
            (&["EdgeResponseStatus"], Status),
            (&["EdgeResponseBytes"], Bytes),
            (&["OriginResponseStatus"], UpstreamStatus),
            (&["EdgeTimeToFirstByteMs"], Elapsed(Millis)),
            (&["RayID"], RequestId),
        ],
        not_if: None,
    },
    // https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
    Dialect {
        name: "google_cloud_lb",
        gateway: Some(Gateway::GoogleCloudLb),
        keys: &[
            (&["timestamp"], Time),
            (&["httpRequest", "remoteIp"], Client),
            (&["httpRequest", "requestMethod"], Method),
            (&["httpRequest", "requestUrl"], Target),
            (&["httpRequest", "userAgent"], Agent),
            (&["httpRequest", "status"], Status),
            (&["httpRequest", "responseSize"], Bytes),
            (&["httpRequest", "latency"], Elapsed(Seconds)),
            (&["jsonPayload", "statusDetails"], Field::Termination),
            (&["trace"], RequestId),
        ],
        not_if: None,
    },
    // Keys are chosen by who configures it: the names of variables, and others that are met in public configurations.
    Dialect {
        name: "nginx_json",
        gateway: Some(Gateway::Nginx),
        keys: &[
            (&["time_local"], Time),
            (&["time_iso8601"], Time),
            (&["msec"], Time),
            (&["time"], Time),
            (&["timestamp"], Time),
            (&["@timestamp"], Time),
            (&["ts"], Time),
            (&["remote_addr"], Client),
            (&["remote_ip"], Client),
            (&["client_ip"], Client),
            (&["clientip"], Client),
            (&["client"], Client),
            (&["http_x_forwarded_for"], Forwarded),
            (&["x_forwarded_for"], Forwarded),
            (&["xff"], Forwarded),
            (&["request"], Request),
            (&["request_method"], Method),
            (&["method"], Method),
            (&["request_uri"], Target),
            (&["uri"], Target),
            (&["url"], Target),
            (&["path"], Target),
            (&["args"], Query),
            (&["query_string"], Query),
            (&["status"], Status),
            (&["response_code"], Status),
            (&["body_bytes_sent"], Bytes),
            (&["bytes_sent"], Bytes),
            (&["bytes"], Bytes),
            (&["size"], Bytes),
            (&["http_user_agent"], Agent),
            (&["user_agent"], Agent),
            (&["useragent"], Agent),
            (&["agent"], Agent),
            (&["host"], Host),
            (&["http_host"], Host),
            (&["server_name"], Host),
            (&["vhost"], Host),
            (&["domain"], Host),
            (&["scheme"], Scheme),
            (&["ssl_protocol"], Tls),
            (&["request_time"], Elapsed(Seconds)),
            (&["responsetime"], Elapsed(Seconds)),
            (&["upstream_status"], UpstreamStatus),
            (&["upstreamstatus"], UpstreamStatus),
            (&["upstream_header_time"], HeaderTime),
            (&["request_id"], RequestId),
            (&["req_id"], RequestId),
        ],
        not_if: None,
    },
];
