//! A receiver of webhooks: answers each request as the test says, and keeps what came. It runs on a thread of its own, so that
//! tests that drive the program as a process can have it, too.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What is done with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// This status.
    Status(u16),
    /// This status, with a header and a body.
    With(u16, &'static str, &'static str, &'static str),
    /// No answer.
    Never,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Path and query.
    pub(crate) path: String,
    /// Its headers; names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// Every byte of the body.
    pub(crate) body: Vec<u8>,
}

/// What each request gets, by its number.
type Replies = fn(usize) -> Reply;

/// A running receiver.
#[derive(Debug)]
pub(crate) struct Receiver {
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts a receiver that answers the first request by `replies(0)`, and so on.
    pub(crate) fn start(replies: Replies) -> Self {
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let (say, said) = std::sync::mpsc::channel();
        let app = Router::new().fallback(receive).with_state((Arc::clone(&received), replies));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                say.send(listener.local_addr().unwrap().port()).unwrap();
                // Dropped when it is stopped, with what it has not answered.
                tokio::select! {
                    served = axum::serve(listener, app) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { port: said.recv().unwrap(), received, stop: Some(stop), thread: Some(thread) }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What has come so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Received {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        self.thread.take().map(JoinHandle::join);
    }
}

async fn receive(
    State((received, replies)): State<(Arc<Mutex<Vec<Received>>>, Replies)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let number = {
        let mut received = received.lock().unwrap();
        received.push(Received { path: uri.to_string(), headers, body: body.to_vec() });
        received.len() - 1
    };
    let status = |code| StatusCode::from_u16(code).unwrap();
    match replies(number) {
        Reply::Status(code) => status(code).into_response(),
        Reply::With(code, name, value, body) => (status(code), [(name, value)], body).into_response(),
        Reply::Never => {
            tokio::time::sleep(Duration::from_hours(1)).await;
            StatusCode::OK.into_response()
        }
    }
}
