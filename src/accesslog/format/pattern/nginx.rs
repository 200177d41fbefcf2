//! `log_format` of nginx: variables with a dollar, and what each of them tells.

use super::super::BadFormat;
use super::super::field::Field::{
    self, Agent, Bytes, Client, ClientBehindHost, Elapsed, Forwarded, HeaderTime, Host, HostAndPort, Ident,
    Method, Path, Port, Query, Request, RequestId, Scheme, Status, Target, Time, Tls, UpstreamStatus,
};
use super::super::field::Unit::{Millis, Seconds};
use super::{Piece, bad};

/// Variables that tell something; source: <https://nginx.org/en/docs/varindex.html>. Those at the end are our own, for
/// formats that are not nginx's.
const VARIABLES: &[(&str, Field)] = &[
    ("remote_addr", Client),
    ("realip_remote_addr", Field::Other),
    ("http_x_forwarded_for", Forwarded),
    ("proxy_add_x_forwarded_for", Forwarded),
    ("time_local", Time),
    ("time_iso8601", Time),
    ("msec", Time),
    ("request", Request),
    ("request_method", Method),
    ("request_uri", Target),
    ("uri", Path),
    ("document_uri", Path),
    ("args", Query),
    ("query_string", Query),
    ("status", Status),
    ("body_bytes_sent", Bytes),
    ("bytes_sent", Bytes),
    ("http_user_agent", Agent),
    ("host", Host),
    ("http_host", Host),
    ("server_name", Host),
    ("server_port", Port),
    ("scheme", Scheme),
    ("https", Tls),
    ("ssl_protocol", Tls),
    ("request_time", Elapsed(Seconds)),
    ("upstream_status", UpstreamStatus),
    ("upstream_header_time", HeaderTime),
    ("request_id", RequestId),
    ("req_id", RequestId),
    ("http_x_request_id", RequestId),
    ("our_host_and_port", HostAndPort),
    ("our_client_behind_host", ClientBehindHost),
    ("our_millis", Elapsed(Millis)),
    ("our_ident", Ident),
];

/// What a variable tells.
pub(in super::super) fn variable(name: &str) -> Field {
    VARIABLES.iter().find(|(known, _)| *known == name).map_or(Field::Other, |(_, field)| field.clone())
}

/// Takes a format string apart: what stands before the first variable, and the variables.
pub(super) fn pieces(text: &str) -> Result<(Vec<u8>, Vec<Piece>), BadFormat> {
    let mut parts = text.split('$');
    let head = parts.next().unwrap_or_default().as_bytes().to_vec();
    let mut pieces = Vec::new();
    for part in parts {
        let (name, until) = if let Some(braced) = part.strip_prefix('{') {
            braced.split_once('}').ok_or_else(|| bad(text, "a `${` has no `}`"))?
        } else {
            let end = part.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
            part.split_at(end.unwrap_or(part.len()))
        };
        if name.is_empty() {
            return Err(bad(text, "a dollar has no name behind it"));
        }
        pieces.push(Piece { name: name.to_owned(), field: variable(name), until: until.as_bytes().to_vec() });
    }
    Ok((head, pieces))
}
