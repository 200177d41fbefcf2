//! Tells whether a request met a connection that was made for it, or one that an earlier request had left open.
//!
//! It is needed for one judgement: a server may close an idle connection at the very moment at which a request goes out
//! on it, and the request then ends like one that the server broke. RFC 9112, 9.3.1 lets clients ask again, and
//! browsers do. On a new connection the same end is the server's doing and is never asked again.
//!
//! The HTTP client does not say which it was, but it makes its connections inside the request's own task, so a
//! task-local flag that the connector raises answers the question.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

tokio::task_local! {
    /// Raised when a connection was made for the request of this task.
    static CONNECTED: Arc<AtomicBool>;
}

/// Runs a request and tells, beside its result, whether it was sent on a connection that was already there.
pub(super) async fn watched<T>(request: impl Future<Output = T>) -> (T, bool) {
    let connected = Arc::new(AtomicBool::new(false));
    let result = CONNECTED.scope(Arc::clone(&connected), request).await;
    (result, !connected.load(Ordering::Relaxed))
}

/// Wraps the making of a connection; raises the flag when it is over, well or not.
pub(super) async fn connecting<T>(connection: impl Future<Output = T>) -> T {
    let result = connection.await;
    // Elsewhere than in a request's task it is a spare connection, which is nobody's.
    let _ = CONNECTED.try_with(|connected| connected.store(true, Ordering::Relaxed));
    result
}
