//! What stands in front of the dashboard: a proxy that shows it under a path of its own, and says on whose behalf it asks.
//!
//! Handlers and templates know nothing of it: every path in them begins at the root. On the way in the path is taken off; on the
//! way out it is put before each link of a page, before `Location` and into cookies. What a reader would question: a request
//! without the path is answered, too, because some proxies take it off themselves, and so does a health check on this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use ipnet::IpNet;
use tower::Layer;
use tower::util::MapRequestLayer;

use crate::config::Web;

/// Attributes of our pages that hold a path. Text cannot look like one: a quote in it is escaped.
const LINKS: [&str; 5] = [" href=\"/", " action=\"/", " src=\"/", " formaction=\"/", " data-busy=\"/"];

/// What a proxy says of those for whom it asks; the nearest is last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// How the dashboard is reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct Front {
    base_path: Arc<str>,
    trusted: Arc<[IpNet]>,
    pub(crate) is_tls: bool,
}

/// Who asks, as far as those that are trusted say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client(pub(crate) IpAddr);

tokio::task_local! {
    /// Where pages are made this is at hand, like the caller: it would else be passed through all of them.
    static BASE_PATH: Arc<str>;
}

impl Front {
    pub(crate) fn new(web: &Web) -> Self {
        Self {
            base_path: web.base_path.as_str().into(),
            trusted: web.trusted_proxies.as_slice().into(),
            is_tls: web.tls.is_some(),
        }
    }

    /// Puts the way in and the way out around all routes.
    pub(crate) fn around(self, routes: Router) -> Router {
        let base_path = Arc::clone(&self.base_path);
        let routes = routes.layer(from_fn_with_state(self, pass));
        if base_path.is_empty() {
            return routes;
        }
        // Before a route is chosen, which a layer of the router would come too late for.
        let strip = MapRequestLayer::new(move |request: Request| stripped(request, &base_path));
        Router::new().fallback_service(strip.layer(routes))
    }

    /// The nearest of those who asked that is no trusted proxy.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let is_trusted = |ip: IpAddr| self.trusted.iter().any(|network| network.contains(&ip.to_canonical()));
        let lists =
            headers.get_all(FORWARDED_FOR).iter().rev().map(|value| value.to_str().unwrap_or_default());
        let mut claims = lists.flat_map(|list| list.rsplit(','));
        let mut nearest = peer.to_canonical();
        while is_trusted(nearest) {
            // What is no address was written by nobody whom we trust.
            let Some(claimed) = claims.next().and_then(address) else { break };
            nearest = claimed;
        }
        Client(nearest)
    }
}

/// An address as proxies write it, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse().or_else(|_| with_port()).map(|ip: IpAddr| ip.to_canonical()).ok()
}

/// Says who asks, and puts the path before what the answer points to.
async fn pass(State(front): State<Front>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let client = front.client(peer.ip(), request.headers());
        request.extensions_mut().insert(client);
    }
    let base_path = Arc::clone(&front.base_path);
    let mut answer = BASE_PATH.scope(base_path, next.run(request)).await;
    if !front.base_path.is_empty() {
        move_headers(answer.headers_mut(), &front.base_path);
    }
    answer
}

fn move_headers(headers: &mut HeaderMap, base_path: &str) {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let moved = location.filter(|path| path.starts_with('/')).map(|path| format!("{base_path}{path}"));
    if let Some(moved) = moved.and_then(|path| HeaderValue::try_from(path).ok()) {
        headers.insert(header::LOCATION, moved);
    }
    if let header::Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) {
        for cookie in cookies.iter_mut() {
            let moved =
                cookie.to_str().unwrap_or_default().replacen("Path=/", &format!("Path={base_path}"), 1);
            if let Ok(moved) = HeaderValue::try_from(moved) {
                *cookie = moved;
            }
        }
    }
}

fn stripped(mut request: Request, base_path: &str) -> Request {
    let whole = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let rest = whole.strip_prefix(base_path).and_then(|rest| match rest.chars().next() {
        None | Some('?') => Some(format!("/{rest}")),
        Some('/') => Some(rest.to_owned()),
        Some(_) => None,
    });
    if let Some(uri) = rest.and_then(|rest| rest.parse::<Uri>().ok()) {
        *request.uri_mut() = uri;
    }
    request
}

/// A page with the path before each of its links.
pub(crate) fn moved(page: String) -> String {
    let base_path = BASE_PATH.try_with(Arc::clone).unwrap_or_default();
    if base_path.is_empty() {
        return page;
    }
    LINKS
        .iter()
        .fold(page, |page, link| page.replace(link, &format!("{}{base_path}/", link.trim_end_matches('/'))))
}

/// A path of the dashboard as its readers have to write it.
pub(crate) fn shown(path: &str) -> String {
    let base_path = BASE_PATH.try_with(Arc::clone).unwrap_or_default();
    format!("{base_path}{path}")
}

/// Makes pages as they are under this path.
#[cfg(test)]
pub(crate) fn under<T>(base_path: &str, make: impl FnOnce() -> T) -> T {
    BASE_PATH.sync_scope(base_path.into(), make)
}

#[cfg(test)]
mod tests;
