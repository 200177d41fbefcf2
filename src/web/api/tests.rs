//! What a program gets.

use crate::domain::role::Role;
use crate::domain::span::Span;
use crate::web::auth::add_token;
use crate::web::testing::{World, start};

async fn token(world: &World, name: &str, role: Role, lasts: Option<Span>) -> String {
    let token = add_token(&world.store, name, role, lasts, start()).await.unwrap();
    format!("authorization: Bearer {token}\r\n")
}

async fn world() -> World {
    let mut world = World::logged_in().await;
    world.log_out();
    let site = world.site("https://shop.example/").await;
    for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502")] {
        world.fetched(&site, "/", minute, outcome).await;
    }
    world
}

#[tokio::test]
async fn a_program_reads_sites_and_outages_in_the_one_shape() {
    let world = world().await;
    let viewer = token(&world, "wall", Role::Viewer, None).await;
    let get = async |path: &str| -> serde_json::Value {
        let answer = world.get_with(path, &viewer).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    };
    let sites = get("/api/v1/sites").await;
    assert_eq!(sites[0]["site"], "https://shop.example");
    assert_eq!((&sites[0]["urls"], &sites[0]["failing_urls"]), (&1.into(), &1.into()));
    assert_eq!(get("/api/v1/sites/1").await, sites[0]);
    let outages = get("/api/v1/sites/1/outages?limit=5").await;
    assert_eq!(outages[0]["verdict"], "brief");
    assert_eq!(outages[0]["outcomes"]["502"], 1);
    assert_eq!(get("/api/v1/outages/1").await["id"], outages[0]["id"]);
}

#[tokio::test]
async fn an_error_is_a_problem_that_says_what_to_do() {
    let world = world().await;
    let viewer = token(&world, "wall", Role::Viewer, None).await;
    for (path, status) in [
        ("/api/v1/sites/9", 404),
        ("/api/v1/outages/x", 404),
        ("/api/v1/sites/1/outages?limit=0", 400),
        ("/api/v1/sites/1/outages?limit=%3Cb%3E", 400),
    ] {
        let answer = world.get_with(path, &viewer).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["status"], status);
    }
    for headers in ["", "authorization: Bearer 0123\r\n", "authorization: Basic eDp5\r\n"] {
        let answer = world.get_with("/api/v1/sites", headers).await;
        assert_eq!(answer.status, 401, "{headers}");
        assert!(answer.body.contains("gatecrawl token create"));
    }
}

#[tokio::test]
async fn only_an_admins_token_starts_a_crawl() {
    let world = world().await;
    let viewer = token(&world, "wall", Role::Viewer, None).await;
    let admin = token(&world, "deploys", Role::Admin, None).await;
    assert_eq!(world.post_with("/api/v1/sites/1/crawls", &[], &viewer).await.status, 403);
    let asked = world.post_with("/api/v1/sites/1/crawls", &[], &admin).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    assert!(asked.body.contains("\"state\":\"waiting\""), "{}", asked.body);
    assert_eq!(world.store.crawls(crate::domain::observation::SiteId(1), 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_works_until_it_expires_or_is_revoked() {
    let world = world().await;
    let short = token(&world, "short", Role::Viewer, Some(Span::days(1))).await;
    let long = token(&world, "long", Role::Viewer, None).await;
    let status = async |token: &str| world.get_with("/api/v1/sites", token).await.status;
    assert_eq!((status(&short).await, status(&long).await), (200, 200));
    world.clock.advance(chrono::TimeDelta::hours(25));
    assert_eq!((status(&short).await, status(&long).await), (401, 200));
    assert!(world.store.revoke_api_token("long").await.unwrap());
    assert_eq!(status(&long).await, 401);
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let world = World::logged_in().await;
    let form = [("name", "wall <b>display</b>"), ("role", "viewer"), ("days", "90")];
    let made = world.post("/settings/tokens", &form).await;
    let token = made.text("#made pre");
    assert_eq!(token.len(), 64);
    let page = world.get("/settings/tokens").await;
    assert!(!page.body.contains(&token) && !page.body.contains("<b>display"));
    assert!(page.text("tbody").starts_with("wall <b>display</b>viewer"), "{}", page.text("tbody"));
    let program = format!("authorization: Bearer {token}\r\n");
    assert_eq!(world.get_with("/api/v1/sites", &program).await.status, 200);
    assert_eq!(world.post("/settings/tokens", &form).await.status, 422, "the name is taken");
    for (days, status) in [("0", 422), ("x", 422), ("99999999999", 422)] {
        let form = [("name", "other"), ("role", "viewer"), ("days", days)];
        assert_eq!(world.post("/settings/tokens", &form).await.status, status, "{days}");
    }
    assert_eq!(world.post("/settings/tokens", &[("name", "x"), ("role", "root")]).await.status, 400);
    let revoke = async |name| world.post("/settings/tokens/revoke", &[("name", name)]).await;
    assert_eq!(revoke("wall <b>display</b>").await.location(), "/settings/tokens");
    assert_eq!(revoke("nobody").await.status, 404);
    assert_eq!(world.get_with("/api/v1/sites", &program).await.status, 401);
}

#[tokio::test]
async fn a_log_is_taken_in_once_however_often_it_is_sent_and_what_is_none_is_refused() {
    const LOG: &str = include_str!("../../../tests/fixtures/logs/shop.log");
    let world = world().await;
    let (admin, viewer) =
        (token(&world, "shipper", Role::Admin, None).await, token(&world, "wall", Role::Viewer, None).await);
    let send = async |path: &str, body: &str| {
        let answer = world.post_body(path, &admin, body).await;
        (answer.status, serde_json::from_str::<serde_json::Value>(&answer.body).unwrap())
    };
    let (status, taken) = send("/api/v1/sites/1/logs", LOG).await;
    assert_eq!(
        (status, &taken["lines"]["read"], &taken["hits"]["new"]),
        (200, &80.into(), &65.into()),
        "{taken}"
    );
    let (_, again) = send("/api/v1/sites/1/logs?format=combined", LOG).await;
    assert_eq!((&again["hits"]["new"], &again["hits"]["known"]), (&0.into(), &65.into()));
    let seen = world.store.bot_outages(crate::domain::observation::SiteId(1), start()).await.unwrap();
    assert!(seen.iter().all(|stored| stored.outage.observer.as_str() == "googlebot"));

    assert_eq!(world.post_body("/api/v1/sites/1/logs", &viewer, LOG).await.status, 403);
    assert_eq!(send("/api/v1/sites/9/logs", LOG).await.0, 404);
    assert_eq!(send("/api/v1/sites/1/logs?format=klingon", LOG).await.0, 400);
    assert_eq!(send("/api/v1/sites/1/logs?client_from=xff:0", LOG).await.0, 400);
    let (status, problem) = send("/api/v1/sites/1/logs", "what is this?\n").await;
    assert_eq!((status, problem["title"].as_str()), (422, Some("That is no access log")));
}
