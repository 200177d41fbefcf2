//! Answers that several readers share: who asks for the same page within a second gets the page that was just made.
//!
//! A page over two hundred sites costs tens of milliseconds; sixteen people who reload it, or one who leans on the key,
//! shall not cost sixteen times that. The decision that a reader would question: what a crawl writes may be a second late
//! on a page. What a person changes here is never late: each form that is sent voids everything that is held.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;

use super::auth;
use super::error::Error;
use super::state::AppState;
use crate::domain::role::Role;

/// How long an answer is shared.
pub(crate) const SHARED_FOR: Duration = Duration::from_secs(1);

/// More are not held; those that are too old go first, and else all.
const MOST: usize = 500;

/// Larger pages are not made by anything here; one that is fails rather than being cut.
const LARGEST: usize = 16 * 1024 * 1024;

/// What is asked, by whom it may be seen, and how it may be packed.
type Key = (String, Option<Role>, String);

/// The answers that are held.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    answers: Mutex<HashMap<Key, Arc<Turn<Option<Held>>>>>,
    /// How often something was changed by a form.
    changes: AtomicU64,
}

#[derive(Debug, Clone)]
struct Held {
    made: Instant,
    changes: u64,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Shared {
    fn slot(&self, key: Key) -> Arc<Turn<Option<Held>>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST {
            // One that is being made is held by somebody else, too.
            answers.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(answers.entry(key).or_default())
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Something may be different now.
    pub(crate) fn void(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }
}

impl Held {
    /// For who asked at this instant: one that took long to make is fresh for all who have waited for it.
    fn is_fresh(&self, shared: &Shared, asked: Instant, within: Duration) -> bool {
        self.changes == shared.changes() && asked.saturating_duration_since(self.made) < within
    }

    fn answer(&self) -> Response {
        (self.status, self.headers.clone(), Body::from(self.body.clone())).into_response()
    }
}

/// Answers with what is held for others who ask the same, or makes it; who comes meanwhile waits for it.
pub(crate) async fn share(
    State(app): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let packing = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let asked = Instant::now();
    let slot = app.shared.slot((path, auth::caller_role(), packing.unwrap_or_default().to_owned()));
    let mut held = slot.lock().await;
    if let Some(held) = held.as_ref().filter(|held| held.is_fresh(&app.shared, asked, app.shared_for)) {
        return Ok(held.answer());
    }
    let (made, changes) = (Instant::now(), app.shared.changes());
    let (parts, body) = next.run(request).await.into_parts();
    let body =
        to_bytes(body, LARGEST).await.map_err(|why| Error::Render(askama::Error::Custom(why.into())))?;
    let answer = Held { made, changes, status: parts.status, headers: parts.headers, body };
    let sent = answer.answer();
    *held = parts.status.is_success().then_some(answer);
    Ok(sent)
}

/// Voids what is held when a form was sent, before and after it is worked on.
pub(crate) async fn void(State(app): State<AppState>, request: Request, next: Next) -> Response {
    app.shared.void();
    let answer = next.run(request).await;
    app.shared.void();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::testing::World;

    #[test]
    fn who_waited_for_a_slow_page_gets_it_and_who_asks_later_gets_another() {
        let shared = Shared::default();
        let held = Held {
            made: Instant::now(),
            changes: shared.changes(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let is_fresh = |after| held.is_fresh(&shared, held.made + Duration::from_millis(after), SHARED_FOR);
        assert!(is_fresh(0) && is_fresh(999) && !is_fresh(1_000));
        // It may have been asked for before it was begun, by somebody who waited for another.
        assert!(held.is_fresh(&shared, held.made - Duration::from_millis(1), SHARED_FOR));
        assert!(!held.is_fresh(&shared, held.made, Duration::ZERO));
        shared.void();
        assert!(!is_fresh(0));
    }

    #[tokio::test]
    async fn readers_of_the_same_second_share_a_page_until_somebody_changes_something() {
        let mut world = World::sharing(Duration::from_mins(10)).await;
        let site = world.site("https://shop.example/").await;
        assert!(world.get("/").await.text("tbody").contains("shop.example"));
        world.fetched(&site, "/", 0, "200").await;
        let other = world.site("https://blog.example/").await;
        assert!(!world.get("/").await.body.contains("blog.example"), "what others write may be late");
        assert!(world.get("/?").await.body.contains("blog.example"), "another address is another page");
        world.post(&format!("/sites/{}/pause", other.id), &[]).await;
        assert!(world.get("/").await.text("tbody").contains("paused"), "what a person does here never is");
        world.seen_by(Role::Viewer).await;
        assert!(!world.get("/").await.body.contains("/sites/new"), "a viewer gets no admin's page");
        world.log_out();
        assert_eq!(world.get("/").await.status, 303, "and who is not logged in gets none");
    }
}
