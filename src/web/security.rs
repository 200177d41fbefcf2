//! Headers that every answer carries, and the guard against forms that other websites send.
//!
//! The policy allows what the dashboard itself serves and nothing else: no inline script, no inline style, no frame
//! around it. Cross-site requests are told by `Sec-Fetch-Site` and `Origin`, so that forms need no token.

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::{self, HeaderValue};
use axum::response::IntoResponse;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

use super::error::Error;

const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers, unless a handler has set its own.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Puts the guard and the headers around all routes.
pub(crate) fn protect(routes: Router) -> Router {
    let guarded = routes.layer(
        CsrfLayer::new().with_rejection_response(|_: ProtectionError| Error::CrossSite.into_response()),
    );
    let with_headers = HEADERS.into_iter().fold(guarded, |routes, (name, value)| {
        routes.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    });
    with_headers.layer(CompressionLayer::new())
}
