//! The dashboard: pages made on the server, that work without JavaScript and load nothing from elsewhere.
//!
//! It shows what `store` knows in the words of `report::wording`; it judges nothing itself.

mod api;
mod assets;
pub mod auth;
pub mod demo;
mod error;
mod front;
pub mod listen;
mod listing;
mod pages;
mod routes;
mod secret;
mod security;
mod shared;
mod state;
mod status;
mod throttle;
mod values;
mod wording;

#[cfg(test)]
mod testing;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};

use self::error::Error;
pub use self::state::AppState;

/// Forms are small.
const LARGEST_FORM: usize = 64 * 1024;

/// The dashboard as a service.
pub fn make_app(state: AppState) -> Router {
    let (front, is_demo) = (state.front.clone(), state.is_demo);
    let routes = routes::router(&state).fallback(async || Error::NotFound);
    let app = security::protect(routes.layer(DefaultBodyLimit::max(LARGEST_FORM)).with_state(state));
    front.around(if is_demo { app.layer(from_fn(demo::mark)) } else { app })
}

/// `GET /readyz`: whether what is seen can be recorded, for whoever decides if requests are sent here.
async fn ready(State(state): State<AppState>) -> Response {
    let Some(readiness) = &state.readiness else { return "ready\n".into_response() };
    match readiness.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
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
