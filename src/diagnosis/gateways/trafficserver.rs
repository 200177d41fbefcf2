//! Apache Traffic Server: reason phrases of its own name the fault; the pages are shared by several.

use crate::diagnosis::cause::Cause::{
    self, UpstreamDns, UpstreamEmpty, UpstreamHeaderTooBig, UpstreamInvalid, UpstreamRefused, UpstreamReset,
    UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{Any, Body, BodyStarts, Reason};
use crate::diagnosis::signature::{Sign, Signature, Source};

/// So its pages begin.
const PAGE: Sign = BodyStarts("<HTML>\n<HEAD>\n<TITLE>");

const fn row(
    name: &'static str,
    signs: &'static [Sign],
    causes: &'static [(Cause, f32)],
    shows: &'static str,
) -> Signature {
    Signature {
        name,
        gateway: Gateway::Trafficserver,
        signs,
        causes,
        confidence: 0.96,
        is_page: true,
        shows,
        source: Source::Measured("Apache Traffic Server 9.2.9"),
    }
}

/// The rows, those with a reason phrase first: HTTP/2 has none.
pub(super) const SIGNATURES: &[Signature] = &[
    row(
        "trafficserver_refused",
        &[Reason("Connection refused")],
        &[(UpstreamRefused, 0.95)],
        "Traffic Server says \"Connection refused\"",
    ),
    row(
        "trafficserver_connect_failed",
        &[Reason("connect failed")],
        &[(UpstreamTimeout, 0.75), (UpstreamRefused, 0.2)],
        "Traffic Server says \"connect failed\"",
    ),
    row(
        "trafficserver_terminated",
        &[Reason("internal error - server connection terminated")],
        &[(UpstreamRefused, 0.85), (UpstreamReset, 0.05), (UpstreamTls, 0.05)],
        "Traffic Server says \"server connection terminated\": no way to the origin",
    ),
    row(
        "trafficserver_dns",
        &[Any(&[Reason("Cannot find server."), Body("the server does not have a DNS entry")]), PAGE],
        &[(UpstreamDns, 0.97)],
        "Traffic Server says that the origin's name has no address",
    ),
    row(
        "trafficserver_malformed",
        &[Reason("Malformed Server Response Status")],
        &[(UpstreamEmpty, 0.6), (UpstreamInvalid, 0.15), (UpstreamReset, 0.12), (UpstreamTls, 0.08)],
        "Traffic Server says \"Malformed Server Response Status\", which it also says when nothing came at all",
    ),
    row(
        "trafficserver_invalid",
        &[Reason("Invalid HTTP Response")],
        &[(UpstreamInvalid, 0.8), (UpstreamHeaderTooBig, 0.12)],
        "Traffic Server says \"Invalid HTTP Response\"",
    ),
    row(
        "trafficserver_hangup",
        &[Reason("Server Hangup")],
        &[(UpstreamInvalid, 0.7), (UpstreamReset, 0.12), (UpstreamEmpty, 0.1)],
        "Traffic Server says \"Server Hangup\": the origin closed the connection in the middle of its head",
    ),
    row(
        "trafficserver_timeout",
        &[Any(&[Reason("Connection Timed Out"), Body("Too much time has passed without sending any data")])],
        &[(UpstreamTimeout, 0.96)],
        "Traffic Server says that too much time has passed without data",
    ),
    row(
        "trafficserver_no_connection",
        &[PAGE, Body("Description: Could not connect to the requested server host.")],
        &[(UpstreamRefused, 0.6), (UpstreamTimeout, 0.2), (UpstreamUnavailable, 0.15)],
        "the page is Traffic Server's own: it could not connect to the origin",
    ),
    row(
        "trafficserver_web_error",
        &[
            PAGE,
            Any(&[
                Body("Description: The host requested did not return the document correctly."),
                Body("Description: The server requested closed the connection"),
            ]),
        ],
        &[
            (UpstreamEmpty, 0.4),
            (UpstreamInvalid, 0.3),
            (UpstreamReset, 0.1),
            (UpstreamHeaderTooBig, 0.1),
            (UpstreamTls, 0.05),
        ],
        "the page is Traffic Server's own: the origin hung up, or sent what is not HTTP",
    ),
];
