//! The authorisation table: every route of the dashboard, with who may use it. The router is built from this table and
//! from nothing else, so a route that is not in it cannot be reached, and a test can walk all of them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use tower_http::compression::CompressionLayer;

use super::auth::{self, Guard};
use super::state::AppState;
use super::{api, asset, demo, pages, ready, shared};
use crate::domain::role::Role;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Everybody, without an account.
    Everybody,
    /// Somebody who is logged in, with this role at least.
    Account(Role),
    /// A program that brings a token with this role at least. A cookie does not do: so no website can use it.
    Token(Role),
}

/// How a route is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// One route.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) who: Who,
    /// Its answers are the same for all of a role, and may be shared for a moment.
    is_shared: bool,
    handler: MethodRouter<AppState>,
}

/// All routes.
pub(crate) fn table() -> Vec<Route> {
    [everybody(), readers(), viewers(), admins(), programs()].into_iter().flatten().collect()
}

/// The router of the table.
pub(crate) fn router(app: &AppState) -> Router<AppState> {
    table().into_iter().fold(Router::new(), |router, route| {
        let guard = Guard { app: app.clone(), who: route.who };
        // The last one added comes first: nothing is shared or worked on before it is known who asks.
        let handler = match (route.method, route.is_shared) {
            (Method::Post, _) => route.handler.route_layer(from_fn_with_state(app.clone(), shared::void)),
            (Method::Get, true) => route
                .handler
                .route_layer(CompressionLayer::new())
                .route_layer(from_fn_with_state(app.clone(), shared::share)),
            (Method::Get, false) => route.handler,
        };
        router.route(route.path, handler.route_layer(from_fn_with_state(guard, auth::guard)))
    })
}

fn row(who: Who) -> impl Fn(Method, &'static str, MethodRouter<AppState>) -> Route {
    move |method, path, handler| Route { method, path, who, is_shared: false, handler }
}

fn everybody() -> Vec<Route> {
    use Method::{Get, Post};
    use pages::{login, setup, unsubscribe};
    let row = row(Who::Everybody);
    vec![
        row(Get, "/login", get(login::show)),
        row(Post, "/login", post(login::log_in)),
        row(Post, "/logout", post(login::log_out)),
        row(Get, "/setup/{token}", get(setup::show)),
        row(Post, "/setup/{token}", post(setup::create)),
        row(Get, "/demo/{token}", get(demo::enter)),
        row(Get, "/unsubscribe/{token}", get(unsubscribe::ask)),
        row(Post, "/unsubscribe/{token}", post(unsubscribe::stop)),
        row(Get, "/assets/{name}", get(asset)),
        row(Get, "/healthz", get(async || "ok\n")),
        row(Get, "/readyz", get(ready)),
    ]
}

/// Pages that hold nothing of their reader but the role.
fn readers() -> Vec<Route> {
    use pages::public_status;
    use pages::{bots, crawl, crawls, outage, outages, overview, site, url, urls};
    let shared = |who, path, handler| Route { method: Method::Get, path, who, is_shared: true, handler };
    let page = |path, handler| shared(Who::Account(Role::Viewer), path, handler);
    vec![
        page("/", get(overview::show)),
        page("/sites/{id}", get(site::show)),
        page("/sites/{id}/bots", get(bots::show)),
        page("/sites/{id}/crawls", get(crawls::show)),
        page("/sites/{id}/urls", get(urls::show)),
        page("/sites/{id}/outages", get(outages::show)),
        page("/outages/{id}", get(outage::show)),
        page("/crawls/{id}", get(crawl::show)),
        page("/urls/{id}", get(url::show)),
        shared(Who::Everybody, "/status/{host}", get(public_status::show)),
        shared(Who::Everybody, "/status/{host}/badge.svg", get(public_status::badge)),
    ]
}

fn viewers() -> Vec<Route> {
    use Method::{Get, Post};
    use pages::{account, crawl, outage, outages, urls};
    let row = row(Who::Account(Role::Viewer));
    vec![
        row(Get, "/sites/{id}/events", get(crawl::live::events)),
        row(Get, "/sites/{id}/urls.csv", get(urls::export)),
        row(Get, "/sites/{id}/outages.csv", get(outages::export)),
        row(Get, "/outages/{id}/urls.csv", get(outage::export)),
        row(Get, "/account", get(account::show)),
        row(Post, "/account/password", post(account::change_password)),
        row(Post, "/account/sessions", post(account::end_session)),
    ]
}

fn admins() -> Vec<Route> {
    use Method::{Get, Post};
    use pages::{
        about, crawl, messages, outage, recipients, site, site_new, site_remove, site_settings, storage,
        tokens, users,
    };
    let row = row(Who::Account(Role::Admin));
    vec![
        row(Get, "/sites/new", get(site_new::show)),
        row(Post, "/sites/new", post(site_new::add)),
        row(Post, "/sites/{id}/crawl", post(site::crawl_now)),
        row(Post, "/sites/{id}/pause", post(site::pause)),
        row(Post, "/sites/{id}/resume", post(site::resume)),
        row(Get, "/sites/{id}/settings", get(site_settings::show)),
        row(Post, "/sites/{id}/settings", post(site_settings::change)),
        row(Get, "/sites/{id}/remove", get(site_remove::ask)),
        row(Post, "/sites/{id}/remove", post(site_remove::remove)),
        row(Post, "/crawls/{id}/stop", post(crawl::stop)),
        row(Post, "/crawls/{id}/pause", post(crawl::pause)),
        row(Post, "/crawls/{id}/resume", post(crawl::resume)),
        row(Post, "/outages/{id}/mute", post(outage::mute::mute)),
        row(Post, "/outages/{id}/unmute", post(outage::mute::unmute)),
        row(Get, "/settings", get(about::show)),
        row(Get, "/settings/storage", get(storage::show)),
        row(Get, "/settings/recipients", get(recipients::show)),
        row(Post, "/settings/recipients", post(recipients::add)),
        row(Get, "/settings/recipients/{id}", get(recipients::ask)),
        row(Post, "/settings/recipients/{id}", post(recipients::change)),
        row(Post, "/settings/recipients/{id}/test", post(recipients::test)),
        row(Post, "/settings/recipients/{id}/remove", post(recipients::remove)),
        row(Get, "/settings/messages", get(messages::show)),
        row(Get, "/settings/messages/{id}", get(messages::one)),
        row(Post, "/settings/messages/{id}/retry", post(messages::retry)),
        row(Post, "/settings/messages/{id}/drop", post(messages::give_up)),
        row(Get, "/settings/users", get(users::show)),
        row(Post, "/settings/users", post(users::add)),
        row(Get, "/settings/users/{name}", get(users::ask)),
        row(Post, "/settings/users/{name}/role", post(users::set_role)),
        row(Post, "/settings/users/{name}/remove", post(users::remove)),
        row(Get, "/settings/tokens", get(tokens::show)),
        row(Post, "/settings/tokens", post(tokens::create)),
        row(Post, "/settings/tokens/revoke", post(tokens::revoke)),
    ]
}

fn programs() -> Vec<Route> {
    use Method::{Get, Post};
    let row_of = row(Who::Token(Role::Viewer));
    let admin = row(Who::Token(Role::Admin));
    vec![
        row_of(Get, "/api/v1/sites", get(api::sites)),
        row_of(Get, "/api/v1/sites/{id}", get(api::site)),
        row_of(Get, "/api/v1/sites/{id}/outages", get(api::outages)),
        row_of(Get, "/api/v1/outages/{id}", get(api::outage)),
        admin(Get, "/api/v1/recipients", get(api::messages::recipients)),
        admin(Get, "/api/v1/messages", get(api::messages::messages)),
        admin(Post, "/api/v1/sites/{id}/crawls", post(api::crawl)),
        admin(Post, "/api/v1/sites/{id}/logs", post(api::logs::take)),
    ]
}

#[cfg(test)]
mod tests;
