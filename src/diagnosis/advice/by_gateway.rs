//! What to do about a fault behind a gateway whose log and settings are known: the line to look for, by its own words.

use super::Advice;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;

const fn at(gateway: Gateway, cause: Cause, text: &'static str, source: &'static str) -> Advice {
    Advice { gateway: Some(gateway), cause, text, source }
}

const NGINX: &str = "https://github.com/nginx/nginx/blob/master/src/http/ngx_http_upstream.c";
const HAPROXY: &str = "https://docs.haproxy.org/2.8/configuration.html#8.5";
const APACHE: &str = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html";
const ENVOY: &str =
    "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags";
const VARNISH: &str = "https://varnish-cache.org/docs/trunk/users-guide/troubleshooting.html";
const CLOUDFLARE: &str =
    "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/";
const ALB: &str =
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html";
const CLOUDFRONT: &str =
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-502-bad-gateway.html";
const GOOGLE: &str = "https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring";
const HEROKU: &str = "https://devcenter.heroku.com/articles/error-codes";

/// The rows.
pub(super) const BY_GATEWAY: &[Advice] = &[
    at(
        Gateway::Nginx,
        Cause::UpstreamRefused,
        "Look into nginx's error.log for \"connect() failed (111: Connection refused) while connecting to upstream\": the line names the upstream. Then look whether that server runs and listens there. Other faults of the upstream bring the same page, and the same line says which.",
        NGINX,
    ),
    at(
        Gateway::Nginx,
        Cause::UpstreamUnavailable,
        "Look into nginx's error.log at the first failing instant for \"while connecting to upstream\" or \"while reading response header from upstream\": the line says what went wrong, and with which server.",
        NGINX,
    ),
    at(
        Gateway::Nginx,
        Cause::UpstreamEmpty,
        "Look into nginx's error.log for \"upstream prematurely closed connection while reading response header from upstream\", then into that server's own log for a crash or a killed worker.",
        NGINX,
    ),
    at(
        Gateway::Nginx,
        Cause::UpstreamTimeout,
        "Look into nginx's error.log for \"upstream timed out (110: Connection timed out)\": \"while connecting\" means that the server is not reached, \"while reading response header\" that it is too slow. The limit is proxy_read_timeout, 60 s by default.",
        NGINX,
    ),
    at(
        Gateway::Nginx,
        Cause::UpstreamHeaderTooBig,
        "Look into nginx's error.log for \"upstream sent too big header while reading response header from upstream\". Make the headers smaller, or raise proxy_buffer_size (fastcgi_buffer_size for PHP).",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffer_size",
    ),
    at(
        Gateway::Nginx,
        Cause::RateLimited,
        "Look into nginx's error.log for \"limiting requests\" or \"limiting connections\", and at limit_req and limit_conn. Let verified search crawlers through, and answer 429 rather than 503 (limit_req_status).",
        "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html",
    ),
    at(
        Gateway::IngressNginx,
        Cause::UpstreamUnavailable,
        "The service has no ready endpoint: kubectl get endpoints, then the pods' readiness probes and events.",
        "https://kubernetes.github.io/ingress-nginx/troubleshooting/",
    ),
    at(
        Gateway::Haproxy,
        Cause::UpstreamUnavailable,
        "Look into HAProxy's log at the termination state: \"SC\" means that no connection was made, \"sC\" that it timed out, and \"<NOSRV>\" that health checks had taken all servers out; `show servers state` on the stats socket names them.",
        HAPROXY,
    ),
    at(
        Gateway::Haproxy,
        Cause::UpstreamRefused,
        "Look into HAProxy's log for the termination state \"SC\": the server refused the connection, three more times too. Look whether it runs and listens where the backend says.",
        HAPROXY,
    ),
    at(
        Gateway::Haproxy,
        Cause::UpstreamEmpty,
        "Look into HAProxy's log: the termination state \"SH\" means that the server hung up before its headers were whole, \"PH\" that HAProxy did not take them (`show errors` on the stats socket shows why). Then look into that server's log.",
        HAPROXY,
    ),
    at(
        Gateway::Haproxy,
        Cause::UpstreamTimeout,
        "Look into HAProxy's log for the termination state \"sH\": the server did not answer within `timeout server`. Look at what that server waits for.",
        HAPROXY,
    ),
    at(
        Gateway::Apache,
        Cause::UpstreamRefused,
        "Look into Apache's error log for AH00957 (\"attempt to connect to ... failed\") and AH01114 (\"failed to make connection to backend\"). After a failure Apache does not try that backend again for `retry` seconds, 60 by default; the server may be back already.",
        APACHE,
    ),
    at(
        Gateway::Apache,
        Cause::UpstreamEmpty,
        "Look into Apache's error log for AH01102 (\"error reading status line from remote server\") and AH00898 (\"Error reading from remote server\"): the backend hung up, or took longer than ProxyTimeout. How long it took tells which.",
        APACHE,
    ),
    at(
        Gateway::Apache,
        Cause::UpstreamTimeout,
        "Look into Apache's error log for AH01102 with \"The timeout specified has expired\": the backend took longer than ProxyTimeout, which is that of Timeout, 60 s, by default.",
        APACHE,
    ),
    at(
        Gateway::Envoy,
        Cause::UpstreamUnavailable,
        "Look into Envoy's access log at the response flags: \"UF\" means that the connection failed, \"UH\" that no host was healthy, \"NR\" that there is no route; the field upstream_transport_failure_reason says why.",
        ENVOY,
    ),
    at(
        Gateway::Envoy,
        Cause::UpstreamEmpty,
        "Look into Envoy's access log for the response flag \"UC\": the upstream closed the connection. If it happens now and then, its idle limit is shorter than Envoy's: raise the one or lower the other, and retry on reset.",
        ENVOY,
    ),
    at(
        Gateway::Envoy,
        Cause::UpstreamTimeout,
        "Look into Envoy's access log for the response flag \"UT\": the route's timeout, 15 s by default, ran out. Look at what the upstream waits for.",
        ENVOY,
    ),
    at(
        Gateway::Envoy,
        Cause::UpstreamInvalid,
        "Look into Envoy's access log for the response flag \"UPE\": the upstream's answer broke the protocol. Its details say which rule: too many or too large headers, a bad header, HTTP/2 where HTTP/1.1 is expected.",
        ENVOY,
    ),
    at(
        Gateway::Istio,
        Cause::UpstreamUnavailable,
        "Look into the sidecar's access log at the response flags: \"UF\" with URX means that no connection was made, \"UH\" that no endpoint is ready, \"NR\" that no route matches. istioctl proxy-config endpoints shows what it knows.",
        "https://istio.io/latest/docs/ops/common-problems/network-issues/",
    ),
    at(
        Gateway::Varnish,
        Cause::UpstreamRefused,
        "Varnish tells the fault in its log alone: varnishlog -g request -q 'FetchError', and varnishadm backend.list for backends that its probes hold to be sick.",
        VARNISH,
    ),
    at(
        Gateway::Varnish,
        Cause::UpstreamUnavailable,
        "Varnish tells the fault in its log alone: varnishlog -g request -q 'FetchError', and varnishadm backend.list for backends that its probes hold to be sick.",
        VARNISH,
    ),
    at(
        Gateway::Varnish,
        Cause::UpstreamTimeout,
        "varnishlog -g request -q 'FetchError' says \"first byte timeout\" or \"backend.. connect timeout\". The limits are first_byte_timeout (60 s) and connect_timeout (3.5 s).",
        VARNISH,
    ),
    at(
        Gateway::Caddy,
        Cause::UpstreamUnavailable,
        "Look into Caddy's log (level error, logger http.log.error): it names the fault, such as \"dial tcp ...: connect: connection refused\" or \"EOF\", and the upstream.",
        "https://caddyserver.com/docs/caddyfile/directives/reverse_proxy",
    ),
    at(
        Gateway::Traefik,
        Cause::UpstreamRefused,
        "Set Traefik's log to DEBUG for a moment: \"'502 Bad Gateway' caused by: dial tcp ...: connect: connection refused\" names the server and the fault.",
        "https://github.com/traefik/traefik/blob/master/pkg/proxy/httputil/proxy.go",
    ),
    at(
        Gateway::Cloudflare,
        Cause::UpstreamRefused,
        "Cloudflare reached the origin's address and was refused (521): look whether the web server runs, and whether a firewall there drops Cloudflare's addresses.",
        CLOUDFLARE,
    ),
    at(
        Gateway::Cloudflare,
        Cause::UpstreamTimeout,
        "Cloudflare waited for the origin in vain: with 522 no connection was made, with 524 no answer came within about 100 s. Look at the origin's load and firewall, and move slow work to the background.",
        CLOUDFLARE,
    ),
    at(
        Gateway::Cloudflare,
        Cause::UpstreamTls,
        "TLS between Cloudflare and the origin failed: with 525 the handshake, with 526 the certificate. Renew it, or install one of Cloudflare's origin CA; the mode \"Full (strict)\" checks it.",
        CLOUDFLARE,
    ),
    at(
        Gateway::Cloudflare,
        Cause::UpstreamUnavailable,
        "The origin itself answered with an error, and Cloudflare put its own page around it: look at the origin, not at Cloudflare. Ask it directly with curl --resolve HOST:443:ORIGIN-ADDRESS.",
        CLOUDFLARE,
    ),
    at(
        Gateway::AwsElb,
        Cause::UpstreamUnavailable,
        "Look into the load balancer's access log: a target_status_code of \"-\" means that the target sent nothing, and error_reason says why; HTTPCode_ELB_5XX_Count counts them. For 503, look at the health of the target group.",
        ALB,
    ),
    at(
        Gateway::AwsElb,
        Cause::UpstreamReset,
        "The target closed the connection. Give it a keep-alive longer than the load balancer's idle timeout (60 s by default), and look into its log for a crash.",
        ALB,
    ),
    at(
        Gateway::AwsElb,
        Cause::UpstreamTimeout,
        "No target answered within the idle timeout, 60 s by default, or a connection within 10 s. Compare target_processing_time in the access log.",
        ALB,
    ),
    at(
        Gateway::Cloudfront,
        Cause::UpstreamUnavailable,
        "CloudFront could not use the origin: look whether it answers on the port and protocol of the distribution, with a certificate for its name; x-edge-detailed-result-type in the log says what failed.",
        CLOUDFRONT,
    ),
    at(
        Gateway::GoogleCloudLb,
        Cause::UpstreamUnavailable,
        "Look into the load balancer's log at jsonPayload.statusDetails: failed_to_connect_to_backend, backend_timeout, failed_to_pick_backend. Then look at the backend's health check.",
        GOOGLE,
    ),
    at(
        Gateway::Heroku,
        Cause::UpstreamUnavailable,
        "heroku logs --tail names the code: H10 the app crashed, H12 it took over 30 s, H13 it hung up, H20 and H21 it did not start or refused.",
        HEROKU,
    ),
    at(
        Gateway::Heroku,
        Cause::UpstreamTimeout,
        "The app took over 30 s (H12). Move slow work to a worker, and look for what it waits for.",
        HEROKU,
    ),
    at(
        Gateway::Vercel,
        Cause::UpstreamTimeout,
        "The function ran into its limit of time: look at its log, and at maxDuration.",
        "https://vercel.com/docs/errors/FUNCTION_INVOCATION_TIMEOUT",
    ),
    at(
        Gateway::Node,
        Cause::UpstreamRefused,
        "Look whether the server behind this Node.js proxy runs and listens; the proxy's own log has ECONNREFUSED with the address.",
        "https://github.com/chimurai/http-proxy-middleware",
    ),
];
