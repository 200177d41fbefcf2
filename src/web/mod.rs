//! The dashboard: pages made on the server, that work without JavaScript and load nothing from elsewhere.
//!
//! It shows what `store` knows in the words of `report::wording`; it judges nothing itself.

mod assets;
pub mod auth;
mod error;
mod listing;
mod pages;
mod secret;
mod security;
mod state;
mod status;
mod throttle;
mod values;
mod wording;

#[cfg(test)]
mod testing;

use axum::extract::{DefaultBodyLimit, Path};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};

use self::error::Error;
pub use self::state::AppState;

/// Forms are small.
const LARGEST_FORM: usize = 64 * 1024;

/// The dashboard as a service.
pub fn make_app(state: AppState) -> Router {
    let guard = middleware::from_fn_with_state(state.clone(), auth::require_session);
    let routes = inside().route_layer(guard).merge(outside()).fallback(async || Error::NotFound);
    security::protect(routes.layer(DefaultBodyLimit::max(LARGEST_FORM)).with_state(state))
}

/// For those who are logged in.
fn inside() -> Router<AppState> {
    use pages::{crawl, crawls, outage, outages, overview, site, site_new, site_remove, url, urls};
    Router::new()
        .route("/", get(overview::show))
        .route("/sites/new", get(site_new::show).post(site_new::add))
        .route("/sites/{id}", get(site::show))
        .route("/sites/{id}/crawl", post(site::crawl_now))
        .route("/sites/{id}/pause", post(site::pause))
        .route("/sites/{id}/resume", post(site::resume))
        .route("/sites/{id}/events", get(crawl::live::events))
        .route("/sites/{id}/crawls", get(crawls::show))
        .route("/sites/{id}/remove", get(site_remove::ask).post(site_remove::remove))
        .route("/sites/{id}/urls", get(urls::show))
        .route("/sites/{id}/urls.csv", get(urls::export))
        .route("/sites/{id}/outages", get(outages::show))
        .route("/sites/{id}/outages.csv", get(outages::export))
        .route("/outages/{id}", get(outage::show))
        .route("/outages/{id}/urls.csv", get(outage::export))
        .route("/crawls/{id}", get(crawl::show))
        .route("/crawls/{id}/stop", post(crawl::stop))
        .route("/crawls/{id}/pause", post(crawl::pause))
        .route("/crawls/{id}/resume", post(crawl::resume))
        .route("/urls/{id}", get(url::show))
}

/// For everybody.
fn outside() -> Router<AppState> {
    use pages::{login, setup};
    Router::new()
        .route("/login", get(login::show).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/setup/{token}", get(setup::show).post(setup::create))
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(async || "ok\n"))
}

async fn asset(Path(name): Path<String>) -> Result<Response, Error> {
    let asset = assets::find(&format!("/assets/{name}")).ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        // The name changes with the content.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests;
