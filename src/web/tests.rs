//! What holds for every page of the dashboard.

use super::assets::STYLE;
use super::testing::World;

#[tokio::test]
async fn without_a_session_every_page_leads_to_the_login_and_back() {
    let world = World::new().await;
    assert_eq!(world.get("/").await.location(), "/login");
    for path in ["/sites/new", "/sites/1", "/sites/1/remove", "/outages/7?page=2"] {
        let answer = world.get(path).await;
        assert!(answer.location().starts_with("/login?next=%2F"), "{path}: {}", answer.head);
    }
    for path in ["/sites/new", "/sites/1/crawl", "/sites/1/pause", "/sites/1/resume", "/sites/1/remove"] {
        assert_eq!(
            world.post(path, &[("url", "https://shop.example/")]).await.location(),
            "/login",
            "{path}"
        );
    }
    assert!(world.store.sites().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_made_up_session_opens_nothing() {
    let mut world = World::logged_in().await;
    assert_eq!(world.get("/").await.status, 200);
    let ended = world.post("/logout", &[]).await;
    assert_eq!(ended.location(), "/login");
    assert_eq!(world.get("/").await.location(), "/login", "the old cookie is of no use");
    world.keep(&ended);
    assert_eq!(world.get("/").await.location(), "/login");
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_without_use() {
    let world = World::logged_in().await;
    for _ in 0..5 {
        world.clock.advance(chrono::TimeDelta::days(13));
        assert_eq!(world.get("/").await.status, 200);
    }
    world.clock.advance(chrono::TimeDelta::days(15));
    assert_eq!(world.get("/").await.status, 303);
}

#[tokio::test]
async fn another_password_opens_the_dashboard_and_ends_every_session() {
    let world = World::logged_in().await;
    assert_eq!(world.get("/").await.status, 200);
    super::auth::set_password(&world.store, "nadia", "a gate for crawlers".to_owned()).await.unwrap();
    assert_eq!(world.get("/").await.status, 303, "who was logged in is logged out");
    let log_in =
        async |password| world.post("/login", &[("name", "nadia"), ("password", password)]).await.status;
    assert_eq!(log_in("unused").await, 401);
    assert_eq!(log_in("a gate for crawlers").await, 303);
}

#[tokio::test]
async fn every_answer_forbids_what_the_dashboard_does_not_do() {
    let world = World::new().await;
    for path in ["/login", "/nowhere", STYLE.href(), "/healthz"] {
        let answer = world.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
    }
    assert_eq!(world.get("/login").await.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn whoever_asks_is_told_whether_it_is_ready() {
    let answer = World::new().await.get("/readyz").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ready\n"));
}

#[tokio::test]
async fn a_dashboard_whose_writer_has_ended_says_that_it_is_not_ready() {
    let mut world = World::new().await;
    world.end_writer().await;
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.starts_with("not ready: nothing can be recorded"), "{}", answer.body);
    assert_eq!(world.get("/healthz").await.status, 200, "it lives all the same");
}

#[tokio::test]
async fn an_asset_may_be_kept_for_ever() {
    let answer = World::new().await.get(STYLE.href()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
}

#[tokio::test]
async fn a_form_from_another_website_is_refused() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    let path = format!("/sites/{}/remove", site.id);
    for headers in ["sec-fetch-site: cross-site\r\n", "origin: https://evil.example\r\n"] {
        let answer = world.post_with(&path, &[], headers).await;
        assert_eq!(answer.status, 403, "{headers}");
        assert_eq!(answer.text("h1"), "That came from another website");
        assert!(answer.header("content-security-policy").is_some(), "it is a page like any other");
    }
    assert_eq!(world.store.sites().await.unwrap().len(), 1);
    assert_eq!(world.post_with(&path, &[], "sec-fetch-site: same-origin\r\n").await.location(), "/");
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let world = World::logged_in().await;
    for path in ["/nowhere", "/sites/99", "/sites/x", "/outages/99", "/assets/style.css"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.text("h1"), "There is no such page", "{path}");
    }
}

#[tokio::test]
async fn a_form_that_is_far_too_large_is_not_read() {
    let world = World::new().await;
    let answer = world.post("/login", &[("name", &"x".repeat(100_000)), ("password", "")]).await;
    assert_eq!(answer.status, 400);
}

/// What no field is meant for: markup, a megabyte, control characters, broken escapes.
fn nonsense() -> Vec<(&'static str, String)> {
    let fields = [
        "url",
        "every",
        "cron",
        "zone",
        "name",
        "password",
        "old",
        "new",
        "session",
        "role",
        "days",
        "next",
        "rate",
        "schedule",
        "recheck",
        "persistent_after",
    ];
    let of_all = |value: &str| fields.map(|field| format!("{field}={value}")).join("&");
    vec![
        ("markup", of_all("%22%3E%3Cscript%3Ealert(1)%3C/script%3E")),
        ("a megabyte", format!("name=x&url={}", "x".repeat(1_000_000))),
        ("control characters", of_all("%00%0d%0aSet-Cookie:%20a=b%1b%5b2J")),
        ("broken escapes", of_all("%zz%ff%fe%")),
        ("no form", "{\"name\": [1, 2, 3]}".to_owned()),
        ("nothing", String::new()),
    ]
}

#[tokio::test]
async fn no_form_that_is_nonsense_breaks_anything_or_is_repeated_as_markup() {
    let mut world = World::logged_in().await;
    world.site("https://shop.example/").await;
    let before = world.store.sites().await.unwrap();
    let posts: Vec<&str> = super::routes::table()
        .iter()
        .filter(|route| route.method == super::routes::Method::Post)
        .map(|route| route.path)
        // These take no field, and do what they are for.
        .filter(|path| !path.ends_with("/remove") && !path.ends_with("/pause") && !path.starts_with("/api"))
        .collect();
    assert!(posts.len() > 10, "{posts:?}");
    for path in posts {
        let path = path.replace("{id}", "1").replace("{name}", "nadia").replace("{token}", "0123");
        for (what, body) in nonsense() {
            let answer = world.post_raw(&path, &body).await;
            assert!(
                [303, 400, 404, 413, 422, 429, 401].contains(&answer.status),
                "{path}, {what}: {}",
                answer.status
            );
            assert!(!answer.body.contains("<script>alert"), "{path}, {what}: {}", answer.body);
            assert!(!answer.head.contains("a=b"), "{path}, {what}: {}", answer.head);
            if answer.status != 303 {
                assert!(answer.text("h1").len() > 3, "{path}, {what}: there is a sentence");
            }
        }
        world.seen_again().await;
    }
    let after = world.store.sites().await.unwrap();
    assert_eq!(
        before.iter().map(|site| &site.settings).collect::<Vec<_>>(),
        after.iter().map(|site| &site.settings).collect::<Vec<_>>()
    );
    assert_eq!(before[0].next_crawl_at, after[0].next_crawl_at);
}

#[tokio::test]
async fn no_address_that_asks_nonsense_breaks_a_page() {
    let world = World::logged_in().await;
    let site = world.site("https://shop.example/").await;
    world.fetched(&site, "/", 0, "502").await;
    let gets = super::routes::table().into_iter().filter(|route| route.method == super::routes::Method::Get);
    for route in gets.filter(|route| !route.path.starts_with("/api") && !route.path.ends_with("/events")) {
        let path = route.path.replace("{id}", "1").replace("{name}", "nadia").replace("{host}", "x");
        for query in [
            "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&page=1",
            "page=%00",
            "state=%ff",
            "sort[]=a&&&=&%",
            &"q=x&".repeat(5_000),
        ] {
            let answer = world.get(&format!("{path}?{query}")).await;
            assert!([200, 303, 400, 404].contains(&answer.status), "{path}?{query:.40}: {}", answer.status);
            assert!(!answer.body.contains("<script>alert"), "{path}?{query:.40}");
        }
        for id in ["0", "-1", "99999999999999999999", "1%20or%201", "%3Cb%3E", "..%2f..%2fetc%2fpasswd"] {
            let path = route
                .path
                .replace("{id}", id)
                .replace("{name}", id)
                .replace("{token}", id)
                .replace("{host}", id);
            let answer = world.get(&path).await;
            assert!([200, 303, 404].contains(&answer.status), "{path}: {}", answer.status);
        }
    }
}
