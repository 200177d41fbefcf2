//! What to do about a fault, whichever gateway told of it.

use super::Advice;
use crate::diagnosis::cause::Cause;

const fn about(cause: Cause, text: &'static str) -> Advice {
    Advice { gateway: None, cause, text, source: "" }
}

/// A row for each cause.
pub(super) const GENERAL: &[Advice] = &[
    about(
        Cause::UpstreamRefused,
        "Look at the server behind the gateway first: is its process running, and does it listen where the gateway asks? If it runs, compare address and port with the gateway's configuration, and look for a firewall between them.",
    ),
    about(
        Cause::UpstreamReset,
        "Look at the upstream's log at the first failing instant: a crash, a restart, a worker that was killed, or an idle limit shorter than the gateway's. Let the upstream keep idle connections longer than the gateway does.",
    ),
    about(
        Cause::UpstreamEmpty,
        "Look at the upstream's log at the first failing instant: it took the request and hung up, so look for a crash, a worker that was killed for time or memory (dmesg: \"Out of memory\"), or a restart by a deploy.",
    ),
    about(
        Cause::UpstreamTimeout,
        "Look at what the upstream is waiting for: slow queries, a dependency that hangs, workers that are all busy. Compare how long it takes with the gateway's limit before you raise the limit.",
    ),
    about(
        Cause::UpstreamInvalid,
        "Ask the upstream directly, with curl -v from the gateway's own machine, and look at its first bytes: the wrong port, HTTP/2 or TLS where HTTP/1.1 is expected, or a header that is not allowed.",
    ),
    about(
        Cause::UpstreamHeaderTooBig,
        "Look at the headers that the upstream sends, above all at Set-Cookie and Link: something has grown. Make them smaller, or give the gateway larger buffers.",
    ),
    about(
        Cause::UpstreamDns,
        "Resolve the upstream's name on the gateway's machine. Many gateways look a name up only at their start: after a change, reload them.",
    ),
    about(
        Cause::UpstreamTls,
        "Try openssl s_client -connect UPSTREAM:PORT -servername NAME from the gateway's machine: look for a certificate that has expired or has another name, and for a port that speaks no TLS.",
    ),
    about(
        Cause::UpstreamTruncated,
        "Look for a process that dies while it answers: the upstream's log at that instant, and dmesg for \"Out of memory\". If it takes about as long each time, a limit of time cuts it instead.",
    ),
    about(
        Cause::UpstreamUnavailable,
        "Look at the gateway's own error log at the first failing instant: it names the upstream and what went wrong. Then look at that server.",
    ),
    about(
        Cause::Overload,
        "Look at what rises: requests, or the time each takes. Give it more workers or fewer requests, and shed the rest with 503 and Retry-After before it falls over.",
    ),
    about(
        Cause::Maintenance,
        "This is deliberate. Keep it to a day or two with 503 and Retry-After, and see to it that it ends: search engines begin to drop URLs after that.",
    ),
    about(
        Cause::RateLimited,
        "Requests are limited. Google takes 429 for an error of the server: let verified search crawlers through the limit, and crawl more slowly if it was Gatecrawl that met it.",
    ),
    about(
        Cause::ApplicationMade,
        "Look into the application's own log at the first failing instant; the gateways before it only passed the answer on.",
    ),
    about(
        Cause::EdgeRule,
        "Look at the gateway's rules, of its firewall above all: one of them answers in the application's place. See to it that verified search crawlers pass.",
    ),
    about(
        Cause::Unknown,
        "The answer does not say who made it. Look at the gateway that is nearest to the visitor, and follow the request inwards through the logs by its time.",
    ),
];
