//! nginx and what is built from it: one error page for all, which names the product.

use crate::diagnosis::cause::Cause::{
    UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Body, BodyStarts, Status};
use crate::diagnosis::signature::{Signature, Source};

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[Signature {
    name: "nginx_502",
    gateway: Gateway::Nginx,
    signs: &[
        Status(&[502]),
        BodyStarts("<html>\n<head><title>502 Bad Gateway</title></head>"),
        Body("<hr><center>nginx"),
    ],
    causes: &[
        (UpstreamRefused, 0.4),
        (UpstreamEmpty, 0.2),
        (UpstreamReset, 0.1),
        (UpstreamInvalid, 0.1),
        (UpstreamHeaderTooBig, 0.05),
        (UpstreamTls, 0.05),
        (UpstreamDns, 0.05),
        (UpstreamUnavailable, 0.05),
    ],
    confidence: 0.97,
    is_page: true,
    shows: "the page is the one built into nginx; it is the same for 22 faults",
    source: Source::Measured("nginx 1.22.1"),
}];
