//! Adding, changing, testing and removing those who are told.

use crate::domain::recipient::RecipientId;
use crate::web::testing::World;

async fn world() -> World {
    let world = World::logged_in().await;
    world.site("https://shop.example/").await;
    world.site("https://blog.example/").await;
    world
}

async fn add(world: &World, channel: &str, target: &str, secret: &str) -> crate::web::testing::Answer {
    let form = [("name", "ops"), ("channel", channel), ("target", target), ("secret", secret)];
    world.post("/settings/recipients", &form).await
}

#[tokio::test]
async fn who_is_added_is_listed_and_a_chats_address_is_never_shown() {
    let world = world().await;
    let target = "https://hooks.slack.com/services/T000/B000/sesame";
    assert_eq!(add(&world, "slack", target, "").await.location(), "/settings/recipients/1");
    for path in ["/settings/recipients", "/settings/recipients/1", "/settings/messages"] {
        assert!(!world.get(path).await.body.contains("sesame"), "{path}");
    }
    let page = world.get("/settings/recipients").await;
    assert_eq!(page.text("h1"), "1 recipient");
    assert!(page.text("tbody").starts_with("opsSlack"), "{}", page.text("tbody"));
    assert!(page.body.contains("There is no mail relay yet"));
}

#[tokio::test]
async fn what_can_never_be_reached_is_refused_and_nothing_is_added() {
    let world = world().await;
    for (channel, target, secret, why) in [
        ("mail", "nobody", "", "no e-mail address"),
        ("mail", "a@b.example\r\nBcc: x@y.example", "", "no e-mail address"),
        ("slack", "hooks.slack.com", "", "whole address"),
        ("telegram", "@ops", "", "token"),
        ("slack", "secret:nothing", "", "no secret `nothing`"),
    ] {
        let refused = add(&world, channel, target, secret).await;
        assert_eq!(refused.status, 422, "{channel} {target}");
        assert!(refused.text(".refusal").contains(why), "{}", refused.text(".refusal"));
    }
    assert!(world.store.recipients().await.unwrap().is_empty());
    assert_eq!(add(&world, "pigeon", "roof", "").await.status, 400);
    assert_eq!(add(&world, "slack", "secret:ops", "").await.status, 303, "a secret of the configuration");
    assert_eq!(add(&world, "slack", "secret:ops", "").await.status, 422, "the name is taken");
}

#[tokio::test]
async fn wishes_and_sites_are_changed_together_or_not_at_all() {
    let world = world().await;
    add(&world, "mail", "ops@shop.example", "").await;
    let recipient = async || world.store.recipient(RecipientId(1)).await.unwrap().unwrap();
    let before = recipient().await;
    let wrong = [("follows", "1"), ("site-1", "1"), ("at", "seven<b>"), ("name", "other")];
    let refused = world.post("/settings/recipients/1", &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("#at-error").contains("07:00") && !refused.body.contains("<b>seven"));
    assert_eq!(recipient().await, before);
    let right = [
        ("follows", "1"),
        ("site-2", "1"),
        ("at", "06:15"),
        ("remind", "24h"),
        ("target", ""),
        ("name", "night shift"),
    ];
    assert_eq!(world.post("/settings/recipients/1", &right).await.location(), "/settings/recipients");
    let after = recipient().await;
    assert_eq!((after.name.as_str(), after.target.as_str()), ("night shift", "ops@shop.example"));
    assert_eq!(after.sites.unwrap().len(), 1);
    assert_eq!(after.wishes.at.to_string(), "06:15:00");
    assert_eq!(world.post("/settings/recipients/1", &[("speed", "1")]).await.status, 400);
}

#[tokio::test]
async fn a_test_message_goes_into_the_outbox_and_who_is_removed_is_gone_with_it() {
    let world = world().await;
    add(&world, "mail", "ops@shop.example", "").await;
    assert_eq!(world.post("/settings/recipients/1/test", &[]).await.location(), "/settings/messages");
    let page = world.get("/settings/messages").await;
    assert!(
        page.text("tbody").contains("Gatecrawl: a test message")
            && page.text("tbody").contains("to be sent now")
    );
    assert_eq!(world.post("/settings/recipients/1/remove", &[]).await.location(), "/settings/recipients");
    assert!(world.store.messages(9).await.unwrap().is_empty());
    assert_eq!(world.get("/settings/recipients/1").await.status, 404);
}
