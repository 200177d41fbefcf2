//! What a gateway's own log says of why an answer failed: a table, each row with its source. Where a log does not decide
//! it, nothing is said; who reads the answers themselves is [`crate::diagnosis`].
//!
//! The decision that a reader would question: an upstream that answered 502, 503 or 504 by itself has no row. Whether an
//! application or one more gateway said so is not in the log of the gateway before it. nginx alone writes its own 502 where an
//! upstream's would stand; only `$upstream_header_time` tells them apart, and without it the commoner one is named.

use memchr::memmem;

use super::draft::Draft;
use crate::diagnosis::cause::Cause::{
    self, ApplicationMade, EdgeRule, Overload, RateLimited, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig,
    UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamTruncated,
    UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway::{
    self, Apache, AwsElb, Caddy, Cloudflare, Cloudfront, GoogleCloudLb, Haproxy, Iis, IngressNginx, Nginx,
    Openresty, Tengine, Traefik,
};

/// A row: when all of it is so, this is the cause.
#[derive(Debug)]
struct Fact {
    gateways: &'static [Gateway],
    /// Of the answer; empty: any.
    statuses: &'static [u16],
    sign: Sign,
    cause: Cause,
    /// Where the rule stands.
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there to be read, and a test asks for it"))]
    source: &'static str,
}

/// What a row asks of the log.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// The status is all.
    Status,
    /// The word for the end begins so.
    Ends(&'static str),
    /// The gateway's own sentence has these words in it.
    Says(&'static str),
    /// It begins so, and there was no server to be asked.
    EndsWithoutServer(&'static str),
    /// The log has a place for what the upstream answered, and it is empty.
    NobodyAsked,
    /// The upstream's last status is this.
    Upstream(&'static str),
    /// The upstream sent no head.
    NoHead,
    /// So many bytes were sent, as many as the gateway's own text has.
    Bytes(u64),
}

const NGINX: &[Gateway] = &[Nginx, Openresty, Tengine, IngressNginx];

const NGINX_SOURCE: &str = "https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_status: when no server can be asked the variable keeps 502; measured with nginx 1.22";
const HAPROXY_SOURCE: &str = "https://docs.haproxy.org/2.6/configuration.html#8.5, session state at disconnection; measured with HAProxy 2.6";
const ALB_SOURCE: &str = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html and load-balancer-access-logs.html";
const CLOUDFRONT_SOURCE: &str = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html, x-edge-detailed-result-type";
const CLOUDFLARE_SOURCE: &str =
    "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/";
const IIS_SOURCE: &str = "https://learn.microsoft.com/en-us/troubleshoot/developer/webapps/iis/application-request-routing/troubleshooting-502-errors-in-arr and the error messages of WinHTTP";
const IIS_CODES: &str = "https://learn.microsoft.com/en-us/troubleshoot/developer/webapps/iis/www-administration-management/http-status-code";
const GOOGLE_SOURCE: &str =
    "https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring, statusDetails";
const APACHE_SOURCE: &str = "apache httpd: modules/proxy/proxy_util.c and mod_proxy_http.c, the note error-notes; measured with Apache 2.4";
const CADDY_SOURCE: &str = "caddy: modules/caddyhttp/reverseproxy, statusError; its own answers have no body. Measured with Caddy 2.6";
const TRAEFIK_SOURCE: &str =
    "traefik: pkg/proxy/httputil/proxy.go, ErrorHandler; its texts are those of net/http";

const fn fact(
    gateways: &'static [Gateway],
    statuses: &'static [u16],
    sign: Sign,
    cause: Cause,
    source: &'static str,
) -> Fact {
    Fact { gateways, statuses, sign, cause, source }
}

const fn haproxy(sign: Sign, cause: Cause) -> Fact {
    fact(&[Haproxy], &[], sign, cause, HAPROXY_SOURCE)
}

const fn cloudfront(word: &'static str, cause: Cause) -> Fact {
    fact(&[Cloudfront], &[], Sign::Ends(word), cause, CLOUDFRONT_SOURCE)
}

const fn cloudflare(status: &'static [u16], cause: Cause) -> Fact {
    fact(&[Cloudflare], status, Sign::Status, cause, CLOUDFLARE_SOURCE)
}

const fn iis(words: &'static str, cause: Cause, source: &'static str) -> Fact {
    fact(&[Iis], &[], Sign::Ends(words), cause, source)
}

const fn apache(notes: &'static str, cause: Cause) -> Fact {
    fact(&[Apache], &[], Sign::Says(notes), cause, APACHE_SOURCE)
}

const fn google(word: &'static str, cause: Cause) -> Fact {
    fact(&[GoogleCloudLb], &[], Sign::Ends(word), cause, GOOGLE_SOURCE)
}

/// The rows; of one gateway, the first that holds is right.
const FACTS: &[Fact] = &[
    fact(NGINX, &[500, 502, 503, 504], Sign::NobodyAsked, EdgeRule, NGINX_SOURCE),
    fact(NGINX, &[429], Sign::NobodyAsked, RateLimited, NGINX_SOURCE),
    fact(NGINX, &[504], Sign::NoHead, UpstreamTimeout, NGINX_SOURCE),
    fact(NGINX, &[502], Sign::NoHead, UpstreamUnavailable, NGINX_SOURCE),
    fact(NGINX, &[500], Sign::Upstream("500"), ApplicationMade, NGINX_SOURCE),
    haproxy(Sign::EndsWithoutServer("SC"), UpstreamUnavailable),
    haproxy(Sign::Ends("SC"), UpstreamRefused),
    haproxy(Sign::Ends("sC"), UpstreamTimeout),
    haproxy(Sign::Ends("SH"), UpstreamEmpty),
    haproxy(Sign::Ends("sH"), UpstreamTimeout),
    haproxy(Sign::Ends("PH"), UpstreamInvalid),
    haproxy(Sign::Ends("SD"), UpstreamTruncated),
    haproxy(Sign::Ends("sD"), UpstreamTruncated),
    haproxy(Sign::Ends("PD"), UpstreamInvalid),
    haproxy(Sign::Ends("sQ"), Overload),
    haproxy(Sign::Ends("PC"), Overload),
    haproxy(Sign::Ends("R"), Overload),
    haproxy(Sign::Ends("D"), UpstreamUnavailable),
    fact(&[Haproxy], &[429], Sign::Ends("PR"), RateLimited, HAPROXY_SOURCE),
    fact(&[Haproxy], &[500, 502, 503, 504], Sign::Ends("PR"), EdgeRule, HAPROXY_SOURCE),
    haproxy(Sign::Ends("PT"), EdgeRule),
    fact(&[Haproxy], &[429], Sign::Ends("LR"), RateLimited, HAPROXY_SOURCE),
    fact(&[Haproxy], &[500, 502, 503, 504], Sign::Ends("LR"), EdgeRule, HAPROXY_SOURCE),
    fact(&[Haproxy], &[500], Sign::Ends("--"), ApplicationMade, HAPROXY_SOURCE),
    fact(&[AwsElb], &[], Sign::Ends("LambdaThrottling"), Overload, ALB_SOURCE),
    fact(&[AwsElb], &[], Sign::Ends("LambdaConnectionTimeout"), UpstreamTimeout, ALB_SOURCE),
    fact(&[AwsElb], &[], Sign::Ends("LambdaConnectionError"), UpstreamRefused, ALB_SOURCE),
    fact(&[AwsElb], &[], Sign::Ends("Lambda"), UpstreamInvalid, ALB_SOURCE),
    fact(&[AwsElb], &[500, 502, 503, 504], Sign::Ends("WAF"), EdgeRule, ALB_SOURCE),
    fact(&[AwsElb], &[502, 503], Sign::NobodyAsked, UpstreamUnavailable, ALB_SOURCE),
    fact(&[AwsElb], &[504], Sign::NobodyAsked, UpstreamTimeout, ALB_SOURCE),
    fact(&[AwsElb], &[500], Sign::Upstream("500"), ApplicationMade, ALB_SOURCE),
    cloudfront("OriginDnsError", UpstreamDns),
    cloudfront("OriginConnectError", UpstreamRefused),
    cloudfront("OriginCommError", UpstreamTimeout),
    cloudfront("OriginHeaderTooBigError", UpstreamHeaderTooBig),
    cloudfront("OriginZeroSizeObjectError", UpstreamEmpty),
    cloudfront("OriginReadError", UpstreamReset),
    cloudfront("OriginWriteError", UpstreamReset),
    cloudfront("OriginInvalidResponseError", UpstreamInvalid),
    cloudfront("OriginContentRangeLengthError", UpstreamInvalid),
    cloudfront("OriginError", UpstreamInvalid),
    cloudfront("AbortedOrigin", UpstreamTruncated),
    cloudfront("LambdaValidationError", UpstreamInvalid),
    cloudfront("LambdaExecutionError", UpstreamInvalid),
    cloudfront("LambdaLimitExceeded", Overload),
    cloudfront("LimitExceeded", Overload),
    cloudfront("CapacityExceeded", Overload),
    cloudfront("InvalidRequestBlocked", EdgeRule),
    cloudfront("ClientGeoBlocked", EdgeRule),
    cloudflare(&[520], UpstreamInvalid),
    cloudflare(&[521, 523], UpstreamRefused),
    cloudflare(&[522, 524], UpstreamTimeout),
    cloudflare(&[525, 526], UpstreamTls),
    cloudflare(&[530], UpstreamUnavailable),
    fact(&[Cloudflare], &[504], Sign::NobodyAsked, UpstreamTimeout, CLOUDFLARE_SOURCE),
    fact(&[Cloudflare], &[502, 503], Sign::NobodyAsked, UpstreamUnavailable, CLOUDFLARE_SOURCE),
    fact(&[Cloudflare], &[429], Sign::NobodyAsked, RateLimited, CLOUDFLARE_SOURCE),
    fact(&[Cloudflare], &[500], Sign::Upstream("500"), ApplicationMade, CLOUDFLARE_SOURCE),
    iis("502.3 12002", UpstreamTimeout, IIS_SOURCE),
    iis("502.3 12007", UpstreamDns, IIS_SOURCE),
    iis("502.3 12029", UpstreamRefused, IIS_SOURCE),
    iis("502.3 12030", UpstreamReset, IIS_SOURCE),
    iis("502.3 12152", UpstreamInvalid, IIS_SOURCE),
    iis("502.3 12175", UpstreamTls, IIS_SOURCE),
    iis("502.3 ", UpstreamUnavailable, IIS_SOURCE),
    iis("502.1 ", UpstreamTimeout, IIS_CODES),
    iis("502.2 ", UpstreamEmpty, IIS_CODES),
    iis("502.4 ", UpstreamUnavailable, IIS_CODES),
    iis("503.0 ", UpstreamUnavailable, IIS_CODES),
    iis("503.2 ", Overload, IIS_CODES),
    iis("503.3 ", Overload, IIS_CODES),
    iis("503.4 ", Overload, IIS_CODES),
    apache("DNS lookup failure", UpstreamDns),
    apache("Error during SSL Handshake", UpstreamTls),
    apache("Corrupt status line", UpstreamInvalid),
    apache("Timeout on", UpstreamTimeout),
    apache("Error reading from remote server", UpstreamUnavailable),
    google("failed_to_connect_to_backend", UpstreamRefused),
    google("failed_to_pick_backend", UpstreamUnavailable),
    google("backend_timeout", UpstreamTimeout),
    google("backend_connection_closed_before_data_sent_to_client", UpstreamEmpty),
    google("backend_connection_closed_after_partial_response_sent", UpstreamTruncated),
    google("denied_by_security_policy", EdgeRule),
    fact(&[Caddy], &[504], Sign::Bytes(0), UpstreamTimeout, CADDY_SOURCE),
    fact(&[Caddy], &[502, 503], Sign::Bytes(0), UpstreamUnavailable, CADDY_SOURCE),
    fact(&[Traefik], &[504], Sign::Bytes(15), UpstreamTimeout, TRAEFIK_SOURCE),
    fact(&[Traefik], &[502], Sign::Bytes(11), UpstreamUnavailable, TRAEFIK_SOURCE),
    fact(&[Traefik], &[503], Sign::Bytes(20), UpstreamUnavailable, TRAEFIK_SOURCE),
    fact(&[Traefik], &[500], Sign::Bytes(21), UpstreamInvalid, TRAEFIK_SOURCE),
];

/// The cause that a line decides, if it does.
pub(super) fn cause(draft: &Draft<'_>) -> Option<Cause> {
    let gateway = draft.gateway?;
    let status = draft.status();
    let holds = |fact: &&Fact| {
        fact.gateways.contains(&gateway)
            && (fact.statuses.is_empty() || fact.statuses.contains(&status))
            && fact.sign.holds(draft)
    };
    FACTS.iter().find(holds).map(|fact| fact.cause)
}

impl Sign {
    fn holds(self, draft: &Draft<'_>) -> bool {
        let ends =
            |word: &str| draft.termination.as_deref().is_some_and(|end| end.starts_with(word.as_bytes()));
        match self {
            Self::Status => true,
            Self::Ends(word) => ends(word),
            Self::Says(words) => {
                draft.termination.as_deref().is_some_and(|end| memmem::find(end, words.as_bytes()).is_some())
            }
            Self::EndsWithoutServer(word) => draft.has_no_server && ends(word),
            Self::NobodyAsked => draft.has_upstream_status && draft.upstream_status.is_none(),
            Self::Upstream(status) => {
                draft.upstream_status.as_deref().is_some_and(|all| all.ends_with(status.as_bytes()))
            }
            // What nginx itself writes when there was no good answer is the status that it then sends.
            Self::NoHead => {
                let says_the_same = || {
                    let status = draft.status().to_string();
                    draft.upstream_status.as_deref().is_some_and(|all| all.ends_with(status.as_bytes()))
                };
                draft.has_head.map_or_else(says_the_same, |has_head| !has_head)
            }
            Self::Bytes(bytes) => draft.bytes() == Some(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_source_and_none_is_hidden_by_one_before_it() {
        for (at, fact) in FACTS.iter().enumerate() {
            assert!(fact.source.len() > 20 && !fact.gateways.is_empty(), "{fact:?}");
            for before in &FACTS[..at] {
                let same = before.gateways == fact.gateways
                    && (before.statuses.is_empty() || before.statuses == fact.statuses);
                let hides = match (before.sign, fact.sign) {
                    (Sign::Ends(all), Sign::Ends(word)) => word.starts_with(all),
                    (Sign::Status, _) => true,
                    _ => false,
                };
                assert!(!(same && hides), "{before:?} hides {fact:?}");
            }
        }
    }
}
