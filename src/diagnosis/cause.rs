//! The faults that lie behind an error answer, and their words.

use super::gateway::words;

words! {
    /// Why there was no good answer.
    Cause {
        /// Nothing accepted the connection to the upstream: not listening, no route.
        UpstreamRefused = "upstream_refused",
        /// The upstream reset the connection before it answered.
        UpstreamReset = "upstream_reset",
        /// The upstream closed the connection without a byte: crashed, killed, restarted.
        UpstreamEmpty = "upstream_empty",
        /// The upstream, or the connection to it, took longer than the gateway waits.
        UpstreamTimeout = "upstream_timeout",
        /// The upstream sent what is not HTTP, or a head that breaks its rules.
        UpstreamInvalid = "upstream_invalid",
        /// The head was larger than the gateway takes.
        UpstreamHeaderTooBig = "upstream_header_too_big",
        /// The upstream's name has no address.
        UpstreamDns = "upstream_dns",
        /// TLS between gateway and upstream failed.
        UpstreamTls = "upstream_tls",
        /// The answer broke off in its body.
        UpstreamTruncated = "upstream_truncated",
        /// The upstream cannot be used; why cannot be told closer.
        UpstreamUnavailable = "upstream_unavailable",
        /// More requests than it is made for.
        Overload = "overload",
        /// Deliberate: planned work.
        Maintenance = "maintenance",
        /// This client sent more than it is allowed to.
        RateLimited = "rate_limited",
        /// The application's own code said so.
        ApplicationMade = "application_made",
        /// A rule of the gateway said so, such as one of a web application firewall.
        EdgeRule = "edge_rule",
        /// Nothing is known.
        Unknown = "unknown",
    }
}
