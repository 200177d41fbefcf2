//! What the time says that an answer took: gateways wait for round limits of their own, so an error that came just then
//! came from a timer. Over many fetches, the times gather there ([`mode_near_a_limit`]).

use std::time::Duration;

use super::Likely;
use super::cause::Cause;
use super::gateway::Gateway;

/// How long a gateway waits where nobody has set another limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Whose.
    pub gateway: Gateway,
    /// How long it waits for its upstream.
    pub waits: Duration,
    /// The setting's name.
    pub setting: &'static str,
    /// Where it is written.
    pub source: &'static str,
}

const fn limit(gateway: Gateway, seconds: u64, setting: &'static str, source: &'static str) -> Limit {
    Limit { gateway, waits: Duration::from_secs(seconds), setting, source }
}

/// The limits as they are without configuration.
pub const LIMITS: &[Limit] = &[
    limit(
        Gateway::Nginx,
        60,
        "proxy_read_timeout",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
    ),
    limit(
        Gateway::IngressNginx,
        60,
        "proxy-read-timeout",
        "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/",
    ),
    limit(
        Gateway::Openresty,
        60,
        "proxy_read_timeout",
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
    ),
    limit(
        Gateway::Apache,
        60,
        "ProxyTimeout (by default that of Timeout)",
        "https://httpd.apache.org/docs/2.4/mod/core.html#timeout",
    ),
    limit(
        Gateway::Varnish,
        60,
        "first_byte_timeout",
        "https://varnish-cache.org/docs/trunk/reference/varnishd.html",
    ),
    limit(
        Gateway::Envoy,
        15,
        "route timeout",
        "https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
    ),
    limit(
        Gateway::AwsElb,
        60,
        "idle timeout",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
    ),
    limit(
        Gateway::AwsApiGateway,
        29,
        "integration timeout",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    ),
    limit(
        Gateway::Cloudfront,
        30,
        "origin response timeout",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html",
    ),
    limit(
        Gateway::GoogleCloudLb,
        30,
        "backend service timeout",
        "https://cloud.google.com/load-balancing/docs/backend-service",
    ),
    limit(
        Gateway::Heroku,
        30,
        "router timeout (H12)",
        "https://devcenter.heroku.com/articles/request-timeout",
    ),
];

/// An answer within this after a limit came from its timer, and not from what the upstream did: transport and scheduling
/// take up to so long.
const SLACK: Duration = Duration::from_secs(2);

/// How sure a time at a limit makes it that the timer fired.
const AT_THE_LIMIT: f32 = 0.85;

/// An answer before this came from no timer: no gateway waits less.
const TOO_SOON: Duration = Duration::from_millis(900);

/// HAProxy tries a refused connection three times more, a second apart (`retries 3`,
/// <https://docs.haproxy.org/2.6/configuration.html#4.2-retries>): measured 3.0 s.
const HAPROXY_RETRIES: (Duration, Duration) = (Duration::from_millis(2900), Duration::from_millis(3600));

/// The limit of this gateway that a time stands at.
pub fn limit_near(gateway: Gateway, took: Duration) -> Option<&'static Limit> {
    LIMITS.iter().find(|limit| limit.gateway == gateway && took >= limit.waits && took <= limit.waits + SLACK)
}

/// Weighs the causes by the time that the answer took; says what it saw, when it saw something.
pub(super) fn weigh(causes: &mut Vec<Likely<Cause>>, gateway: Gateway, took: Duration) -> Option<String> {
    let seconds = took.as_secs_f64();
    if let Some(limit) = limit_near(gateway, took).filter(|_| has(causes, Cause::UpstreamTimeout)) {
        prefer(causes, Cause::UpstreamTimeout, AT_THE_LIMIT);
        return Some(format!(
            "it took {seconds:.1} s, where the limit of {} is {} s by default",
            limit.setting,
            limit.waits.as_secs()
        ));
    }
    let (from, to) = HAPROXY_RETRIES;
    if gateway == Gateway::Haproxy && took >= from && took <= to && has(causes, Cause::UpstreamRefused) {
        prefer(causes, Cause::UpstreamRefused, AT_THE_LIMIT);
        return Some(format!(
            "it took {seconds:.1} s, as HAProxy does when it is refused and tries three times more, a second apart"
        ));
    }
    if took < TOO_SOON && causes.len() > 1 && has(causes, Cause::UpstreamTimeout) {
        let (late, rest): (Vec<_>, Vec<_>) =
            causes.drain(..).partition(|cause| cause.name == Cause::UpstreamTimeout);
        causes.extend(rest);
        causes
            .extend(late.into_iter().map(|cause| Likely { confidence: cause.confidence.min(0.02), ..cause }));
        return Some(format!("it took {seconds:.2} s, too little for a timeout"));
    }
    None
}

fn has(causes: &[Likely<Cause>], cause: Cause) -> bool {
    causes.iter().any(|one| one.name == cause)
}

/// Puts a cause first; the others share what is left, in the shares that they had.
pub(super) fn prefer(causes: &mut Vec<Likely<Cause>>, first: Cause, confidence: f32) {
    causes.retain(|cause| cause.name != first);
    let whole: f32 = causes.iter().map(|cause| cause.confidence).sum();
    let left = (1.0 - confidence).min(whole);
    for cause in causes.iter_mut() {
        cause.confidence *= if whole > 0.0 { left / whole } else { 0.0 };
    }
    causes.insert(0, Likely { name: first, confidence });
}

/// Of the times that many failing fetches took: the limit of this gateway at which at least `share` of them gather, of at
/// least `few` fetches.
pub fn mode_near_a_limit(
    gateway: Gateway,
    took: &[Duration],
    share: f64,
    few: usize,
) -> Option<&'static Limit> {
    let limits = LIMITS.iter().filter(|limit| limit.gateway == gateway);
    let near = |limit: &Limit| took.iter().filter(|took| limit_near(gateway, **took) == Some(limit)).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of fetches stay far below 2^52")]
    let is_mode = |limit: &&Limit| took.len() >= few && near(limit) as f64 >= share * took.len() as f64;
    limits.into_iter().find(is_mode)
}
