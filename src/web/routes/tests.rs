//! Every route, asked by everybody: the table is what decides, and nothing else.

use super::*;
use crate::web::testing::{Answer, World};

/// The path with names that nothing has.
fn somewhere(path: &str) -> String {
    path.replace("{id}", "999999")
        .replace("{name}", "nobody")
        .replace("{token}", "0123")
        .replace("{host}", "nobody.example")
}

async fn ask(world: &World, route: &Route, headers: &str) -> Answer {
    let path = somewhere(route.path);
    match route.method {
        Method::Get => world.get_with(&path, headers).await,
        Method::Post => world.post_with(&path, &[], headers).await,
    }
}

#[tokio::test]
async fn without_an_account_every_other_route_leads_to_the_login_or_asks_for_a_token() {
    let world = World::new().await;
    for route in table() {
        let answer = ask(&world, &route, "").await;
        match route.who {
            Who::Everybody => assert_ne!(answer.status, 403, "{}", route.path),
            Who::Account(_) => assert!(answer.location().starts_with("/login"), "{}", route.path),
            Who::Token(_) => assert_eq!(answer.status, 401, "{}", route.path),
        }
    }
}

#[tokio::test]
async fn a_viewer_gets_everything_but_what_changes_something() {
    let mut world = World::logged_in().await;
    world.seen_by(Role::Viewer).await;
    // The last ones first: they end the session.
    for route in table().iter().filter(|route| !route.path.starts_with("/logout")) {
        let answer = ask(&world, route, "").await;
        match route.who {
            Who::Account(Role::Admin) => {
                assert_eq!(answer.status, 403, "{}", route.path);
                assert_eq!(answer.text("h1"), "That is for admins");
            }
            Who::Account(Role::Viewer) => {
                assert!([200, 303, 404, 422].contains(&answer.status), "{}: {}", route.path, answer.status);
            }
            Who::Token(_) => assert_eq!(answer.status, 401, "{}: a cookie is no token", route.path),
            Who::Everybody => {}
        }
    }
}

#[tokio::test]
async fn an_admin_is_refused_nothing() {
    let world = World::logged_in().await;
    for route in table().iter().filter(|route| matches!(route.who, Who::Account(_))) {
        let answer = ask(&world, route, "").await;
        assert!([200, 303, 400, 404, 422].contains(&answer.status), "{}: {}", route.path, answer.status);
    }
}

#[tokio::test]
async fn no_other_website_can_post_anything() {
    let world = World::logged_in().await;
    for route in table().iter().filter(|route| route.method == Method::Post) {
        for headers in ["sec-fetch-site: cross-site\r\n", "origin: https://evil.example\r\n"] {
            assert_eq!(ask(&world, route, headers).await.status, 403, "{}", route.path);
        }
    }
}

#[tokio::test]
async fn a_viewer_sees_no_button_that_does_not_work() {
    let mut world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    world.fetched(&site, "/", 0, "200").await;
    let forms = |page: &Answer| page.body.matches("method=\"post\"").count();
    assert!(forms(&world.get("/sites/1").await) > 1);
    world.seen_by(Role::Viewer).await;
    for path in ["/", "/sites/1", "/sites/1/crawls", "/sites/1/urls"] {
        let page = world.get(path).await;
        assert_eq!(forms(&page), 1, "{path}: the one that logs out");
        assert!(!page.body.contains("/sites/new") && !page.body.contains("/settings"), "{path}");
    }
}
