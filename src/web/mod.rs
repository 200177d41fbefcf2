//! The dashboard: pages made on the server, that work without JavaScript and load nothing from elsewhere.
//!
//! It shows what `store` knows in the words of `report::wording`; it judges nothing itself.

mod assets;
pub mod auth;
mod pages;
mod state;
mod wording;

use axum::Router;
use axum::routing::get;

pub use self::state::AppState;

/// The dashboard as a service.
pub fn make_app(state: AppState) -> Router {
    Router::new().route("/healthz", get(|| async { "ok" })).with_state(state)
}
