//! What admins can do with accounts, and what nobody can.

use crate::domain::role::Role;
use crate::web::testing::World;

async fn role(world: &World, name: &str) -> Option<Role> {
    world.store.account(name).await.unwrap().map(|account| account.role)
}

#[tokio::test]
async fn an_admin_adds_a_user_who_can_log_in() {
    let mut world = World::logged_in().await;
    let add = async |name, password, role| {
        world.post("/settings/users", &[("name", name), ("password", password), ("role", role)]).await
    };
    assert_eq!(add("ola", "a gate for crawlers", "viewer").await.text(".done"), "ola can log in now.");
    assert!(add("ola", "a gate for crawlers", "viewer").await.text(".refusal").contains("taken"));
    assert!(add("timur", "short", "viewer").await.text(".refusal").contains("at least 10"));
    assert!(add(" ", "a gate for crawlers", "viewer").await.text(".refusal").contains("name"));
    assert_eq!(add("timur", "a gate for crawlers", "root").await.status, 400);
    assert_eq!(role(&world, "timur").await, None);
    let answer = world.post("/login", &[("name", "ola"), ("password", "a gate for crawlers")]).await;
    world.keep(&answer);
    assert_eq!(world.get("/").await.status, 200);
    assert_eq!(world.get("/settings/users").await.status, 403);
}

#[tokio::test]
async fn the_last_admin_can_neither_go_nor_become_a_viewer() {
    let world = World::logged_in().await;
    for (path, form) in [("role", [("role", "viewer")]), ("remove", [("role", "")])] {
        let refused = world.post(&format!("/settings/users/nadia/{path}"), &form).await;
        assert_eq!(refused.status, 409, "{path}");
        assert!(refused.text(".refusal").starts_with("This is the only admin"));
    }
    assert_eq!(role(&world, "nadia").await, Some(Role::Admin));
}

#[tokio::test]
async fn who_is_removed_is_logged_out_at_once() {
    let mut world = World::logged_in().await;
    world.seen_by(Role::Admin).await;
    assert_eq!(world.get("/").await.status, 200);
    let gone = world.post("/settings/users/admin-of-the-house/remove", &[]).await;
    assert_eq!(gone.location(), "/settings/users");
    assert_eq!(world.get("/").await.status, 303);
}

#[tokio::test]
async fn a_name_of_markup_is_text_and_can_be_changed() {
    let world = World::logged_in().await;
    let name = "<b>a/b?c d</b>";
    world.store.add_account(name, "unused", Role::Viewer, crate::web::testing::start()).await.unwrap();
    let page = world.get("/settings/users").await;
    assert!(!page.body.contains("<b>a"), "{}", page.body);
    let href = super::href(name);
    assert!(page.body.contains(&href), "{href}");
    assert_eq!(world.get(&href).await.text("h1"), name);
    world.post(&format!("{href}/role"), &[("role", "admin")]).await;
    assert_eq!(role(&world, name).await, Some(Role::Admin));
    assert_eq!(world.post("/settings/users/nobody/remove", &[]).await.status, 404);
}
