//! A small web server in this process, for questions that nginx cannot be asked: a site of a million pages that nobody
//! wrote to disk, and pages that fail by plan.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::http::Uri;
use axum::response::Response;
use axum::routing::get;
use tokio::runtime::Builder;

/// Answers requests on a thread of its own until this process ends; returns the site's address.
///
/// `answer` makes an answer for each path; every request is a GET.
pub fn serve(answer: impl Fn(&str) -> Response + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("this machine has a port");
    listener.set_nonblocking(true).expect("a socket can be told not to block");
    let address = listener.local_addr().expect("a listener has an address");
    let answer = Arc::new(answer);
    let router = Router::new().fallback(get(move |uri: Uri| {
        let answer = Arc::clone(&answer);
        async move { answer(uri.path()) }
    }));
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener is taken over");
            axum::serve(listener, router).await.expect("a server runs until the process ends");
        });
    });
    format!("http://{address}/")
}
