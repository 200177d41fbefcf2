//! Where a reader says, without an account, that they want no more of a kind of message. The link is in every such message.
//!
//! A look at the page stops nothing, because mail readers fetch links by themselves; the button does, and so does the one
//! POST by which mail readers unsubscribe (RFC 8058).

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::Shell;
use crate::domain::recipient::Recipient;
use crate::notify::unsubscribe::{self, List};
use crate::web::error::{Error, html};
use crate::web::state::AppState;

#[derive(Debug, Template)]
#[template(path = "pages/unsubscribe.html")]
pub(crate) struct UnsubscribePage {
    pub(crate) shell: Shell,
    pub(crate) what: &'static str,
    pub(crate) token: String,
    pub(crate) is_done: bool,
}

/// `GET /unsubscribe/{token}`
pub(crate) async fn ask(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Html<String>, Error> {
    let (recipient, list) = find(&app, &token).await?;
    let is_done = is_stopped(&recipient, list);
    html(&UnsubscribePage { shell: Shell::outside(), what: what(list), token, is_done })
}

/// `POST /unsubscribe/{token}`
pub(crate) async fn stop(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Html<String>, Error> {
    let (mut recipient, list) = find(&app, &token).await?;
    match list {
        List::Alerts => recipient.wishes.alerts = false,
        List::Summaries => recipient.wishes.summary.clear(),
    }
    app.store.update_recipient(&recipient, app.now()).await?;
    tracing::info!(message.recipient = recipient.name, list = what(list), "a recipient has unsubscribed");
    html(&UnsubscribePage { shell: Shell::outside(), what: what(list), token, is_done: true })
}

async fn find(app: &AppState, token: &str) -> Result<(Recipient, List), Error> {
    let key = app.store.signing_key(unsubscribe::KEY).await?;
    let (id, list) = unsubscribe::read(&key, token).ok_or(Error::NotFound)?;
    Ok((app.store.recipient(id).await?.ok_or(Error::NotFound)?, list))
}

fn is_stopped(recipient: &Recipient, list: List) -> bool {
    match list {
        List::Alerts => !recipient.wishes.alerts,
        List::Summaries => recipient.wishes.summary.is_empty(),
    }
}

fn what(list: List) -> &'static str {
    match list {
        List::Alerts => "alerts",
        List::Summaries => "summaries",
    }
}

#[cfg(test)]
impl UnsubscribePage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page =
            |is_done| Self { shell: Shell::outside(), what: "alerts", token: "a7.AAAA".to_owned(), is_done };
        vec![("unsubscribe", page(false)), ("unsubscribed", page(true))]
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::delivery::Kind;
    use crate::domain::recipient::RecipientId;
    use crate::notify::unsubscribe::{KEY, List, token};
    use crate::web::testing::World;

    #[tokio::test]
    async fn a_look_at_the_link_stops_nothing_and_one_post_without_an_account_stops_that_kind_alone() {
        let mut world = World::logged_in().await;
        let form = [("name", "nadia"), ("channel", "mail"), ("target", "nadia@shop.example"), ("secret", "")];
        assert_eq!(world.post("/settings/recipients", &form).await.location(), "/settings/recipients/1");
        world.log_out();
        let key = world.store.signing_key(KEY).await.unwrap();
        assert_eq!(List::of(Kind::Test), None);
        let path = format!("/unsubscribe/{}", token(&key, RecipientId(1), List::Alerts));
        let wishes = async || world.store.recipient(RecipientId(1)).await.unwrap().unwrap().wishes;
        assert_eq!(world.get(&path).await.text("h1"), "Stop these alerts?");
        assert!(wishes().await.alerts);
        // As mail readers send it (RFC 8058).
        let done = world.post(&path, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!((done.status, done.text("h1")), (200, "No more alerts".to_owned()));
        assert!(!wishes().await.alerts && !wishes().await.summary.is_empty());
        assert_eq!(world.get(&path).await.text("h1"), "No more alerts");
        assert_eq!(
            world.post(&path.replace("/a1.", "/s1."), &[]).await.status,
            404,
            "another list, another link"
        );
    }
}
