//! Answers that are none: no connection, no byte, bytes that are not HTTP, a body that breaks off. No page tells who made
//! them; what is known is how they ended.

use super::cause::Cause::{
    self, UpstreamDns, UpstreamEmpty, UpstreamInvalid, UpstreamRefused, UpstreamReset, UpstreamTimeout,
    UpstreamTls, UpstreamTruncated,
};
use super::signature::MadeBy;
use crate::domain::outcome::NetworkError;

/// What a broken exchange says.
#[derive(Debug)]
pub(super) struct Broken {
    error: NetworkError,
    pub(super) made_by: MadeBy,
    pub(super) causes: &'static [(Cause, f32)],
    pub(super) shows: &'static str,
}

/// A row for each error. Where a connection was made and something came, the hop that is nearest to us ended it; before that,
/// nobody has said anything.
const BROKEN: [Broken; 8] = [
    Broken {
        error: NetworkError::Dns,
        made_by: MadeBy::Unknown,
        causes: &[(UpstreamDns, 0.9)],
        shows: "the site's own name has no address: no gateway was reached",
    },
    Broken {
        error: NetworkError::Refused,
        made_by: MadeBy::Unknown,
        causes: &[(UpstreamRefused, 0.9)],
        shows: "the site's own address refused the connection: nothing listens there",
    },
    Broken {
        error: NetworkError::ConnectTimeout,
        made_by: MadeBy::Unknown,
        causes: &[(UpstreamTimeout, 0.6), (UpstreamRefused, 0.3)],
        shows: "the connection to the site itself was not made in time: the machine is down, or a firewall swallows what arrives",
    },
    Broken {
        error: NetworkError::Tls,
        made_by: MadeBy::Unknown,
        causes: &[(UpstreamTls, 0.9)],
        shows: "TLS with the site itself failed, before anything was asked",
    },
    Broken {
        error: NetworkError::Reset,
        made_by: MadeBy::Unknown,
        causes: &[
            (UpstreamEmpty, 0.5),
            (UpstreamReset, 0.25),
            (UpstreamRefused, 0.1),
            (UpstreamTimeout, 0.1),
            (UpstreamInvalid, 0.04),
        ],
        shows: "the connection was closed without a byte of an answer, as a layer 4 load balancer does whose server is gone, a \
                process that dies, and HAProxy and Apache on a connection that was used before",
    },
    Broken {
        error: NetworkError::ReadTimeout,
        made_by: MadeBy::Unknown,
        causes: &[(UpstreamTimeout, 0.85), (UpstreamTruncated, 0.05)],
        shows: "the connection stood, and no answer came in time",
    },
    Broken {
        error: NetworkError::Incomplete,
        made_by: MadeBy::Gateway,
        causes: &[(UpstreamTruncated, 0.75), (UpstreamTimeout, 0.12), (UpstreamInvalid, 0.1)],
        shows: "the answer says 200, but its body breaks off: what made it crashed or stalled in the middle; no gateway can take \
                back a status that it has sent",
    },
    Broken {
        error: NetworkError::Protocol,
        made_by: MadeBy::Gateway,
        causes: &[(UpstreamInvalid, 0.9)],
        shows: "what came is no final HTTP answer; nginx before 1.23 passes on an upstream's bytes that are not HTTP as they are",
    },
];

/// What this error says.
pub(super) fn by(error: NetworkError) -> Option<&'static Broken> {
    BROKEN.iter().find(|row| row.error == error)
}
