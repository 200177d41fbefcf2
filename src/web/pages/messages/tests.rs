//! The outbox as an admin sees it.

use crate::domain::recipient::RecipientId;
use crate::web::testing::{World, start};

/// A dashboard with one message in its outbox.
async fn world() -> World {
    let world = World::logged_in().await;
    world.site("https://shop.example/").await;
    let form = [("name", "ops"), ("channel", "mail"), ("target", "ops@shop.example"), ("secret", "")];
    world.post("/settings/recipients", &form).await;
    world.post("/settings/recipients/1/test", &[]).await;
    world
}

#[tokio::test]
async fn a_message_that_was_given_up_is_said_so_everywhere_and_can_be_tried_again() {
    let world = world().await;
    world.store.note_failed(1, "The relay said <no>.", None, start()).await.unwrap();
    let page = world.get("/settings/messages").await;
    assert_eq!(page.text("h1"), "1 message was given up");
    assert!(page.text("tbody").contains("The relay said <no>.") && !page.body.contains("<no>"));
    assert!(world.get("/").await.text(".silence").starts_with("1 message was given up"));
    assert_eq!(world.post("/settings/messages/1/retry", &[]).await.location(), "/settings/messages");
    assert!(!world.get("/").await.body.contains("was given up"));
    let one = world.get("/settings/messages/1").await;
    assert!(one.text("pre").contains("This is a test"), "{}", one.text("main"));
}

#[tokio::test]
async fn a_message_that_nobody_needs_any_more_is_dropped_and_what_is_not_there_is_not_found() {
    let world = world().await;
    assert_eq!(world.post("/settings/messages/1/drop", &[]).await.location(), "/settings/messages");
    assert_eq!(world.post("/settings/messages/1/retry", &[]).await.status, 404);
    for path in ["/settings/messages/9", "/settings/messages/one"] {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_outage_is_muted_by_name_and_told_of_again() {
    let world = world().await;
    let site = world.store.sites().await.unwrap().remove(0);
    for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502")] {
        world.fetched(&site, "/search", minute, outcome).await;
    }
    assert!(world.get("/outages/1").await.body.contains("action=\"/outages/1/mute\""));
    assert_eq!(world.post("/outages/1/mute", &[]).await.location(), "/outages/1");
    let page = world.get("/outages/1").await;
    assert!(page.text("main").contains("Muted by nadia"));
    assert_eq!(world.post("/outages/1/unmute", &[]).await.location(), "/outages/1");
    assert!(!world.get("/outages/1").await.text("main").contains("Muted by"));
    assert_eq!(world.post("/outages/9/mute", &[]).await.status, 404);
    assert!(world.store.recipient(RecipientId(1)).await.unwrap().is_some());
}
