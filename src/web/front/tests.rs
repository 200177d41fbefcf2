use std::collections::BTreeSet;

use super::*;
use crate::domain::role::Role;
use crate::web::secret::Passwords;
use crate::web::testing::{Answer, World, start};

fn web(trusted: &[&str], base_path: &str) -> Web {
    let trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
    Web { trusted_proxies, base_path: base_path.to_owned(), tls: None }
}

fn client(trusted: &[&str], peer: &str, claims: &[&str]) -> String {
    let mut headers = HeaderMap::new();
    for claim in claims {
        headers.append(FORWARDED_FOR, claim.parse().unwrap());
    }
    Front::new(&web(trusted, "")).client(peer.parse().unwrap(), &headers).0.to_string()
}

#[test]
fn only_a_trusted_proxy_is_believed_and_only_about_who_asked_it() {
    let proxy = &["127.0.0.1/32", "10.0.0.0/8"][..];
    for (trusted, peer, claims, who) in [
        (&[][..], "127.0.0.1", &["203.0.113.9"][..], "127.0.0.1"),
        (proxy, "198.51.100.7", &["203.0.113.9"], "198.51.100.7"),
        (proxy, "127.0.0.1", &[], "127.0.0.1"),
        (proxy, "127.0.0.1", &["203.0.113.9"], "203.0.113.9"),
        // What stands before the address that our proxy wrote is what the client made up.
        (proxy, "127.0.0.1", &["192.0.2.66, 203.0.113.9"], "203.0.113.9"),
        (proxy, "127.0.0.1", &["192.0.2.66", "203.0.113.9"], "203.0.113.9"),
        // A chain of our own.
        (proxy, "127.0.0.1", &["192.0.2.66, 203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        (proxy, "127.0.0.1", &["10.1.2.3"], "10.1.2.3"),
        (proxy, "127.0.0.1", &["203.0.113.9, unknown"], "127.0.0.1"),
        (proxy, "127.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
        (proxy, "::ffff:127.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
        (proxy, "127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
    ] {
        assert_eq!(client(trusted, peer, claims), who, "{peer} for {claims:?}");
    }
}

async fn guess(world: &World, from: &str) -> u16 {
    let form = [("name", "nadia"), ("password", "a wrong one")];
    world.post_with("/login", &form, &format!("x-forwarded-for: {from}\r\n")).await.status
}

#[tokio::test]
async fn behind_a_trusted_proxy_who_guesses_makes_nobody_else_wait() {
    let hash = Passwords::new().hash("correct horse".to_owned()).await.unwrap();
    for (trusted, others) in [(&["127.0.0.1/32"][..], 401), (&[], 429)] {
        let world = World::reached_by(web(trusted, "")).await;
        world.store.add_account("nadia", &hash, Role::Admin, start()).await.unwrap();
        for _ in 0..5 {
            assert_eq!(guess(&world, "203.0.113.9").await, 401);
        }
        assert_eq!(guess(&world, "203.0.113.9").await, 429);
        assert_eq!(guess(&world, "203.0.113.10").await, others, "{trusted:?}");
    }
}

/// The paths that a page leads to.
fn links(page: &Answer) -> BTreeSet<String> {
    let page = scraper::Html::parse_document(&page.body);
    let selector =
        scraper::Selector::parse("[href], [src], form[action], [formaction], [data-busy]").unwrap();
    let of = |element: scraper::ElementRef<'_>| {
        ["href", "src", "action", "formaction", "data-busy"]
            .into_iter()
            .filter_map(|name| element.value().attr(name).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let all = page.select(&selector).flat_map(of);
    all.filter(|link| link.starts_with('/')).map(|link| link.split('#').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn under_a_path_every_link_of_every_page_leads_to_a_page_of_the_dashboard() {
    let world = World::reached_by(web(&[], "/tools/gatecrawl")).await;
    let site = world.site("https://shop.example/").await;
    for minute in [0, 10, 20] {
        world.fetched(&site, "/search", minute, "502").await;
    }
    let mut seen = BTreeSet::new();
    let mut ahead = BTreeSet::from(["/tools/gatecrawl/".to_owned()]);
    while let Some(path) = ahead.pop_first() {
        let page = world.get(&path).await;
        // A form is sent rather than looked at, and progress never ends.
        assert!([200, 404, 405].contains(&page.status), "{path}: {}", page.status);
        assert_eq!(page.status == 404, path.ends_with("/nowhere"), "{path}");
        for link in links(&page) {
            assert!(link.starts_with("/tools/gatecrawl/"), "{path} leads to {link}");
            assert!(!link[1..].contains("/tools/gatecrawl/"), "{path} leads to {link}");
            let is_endless = link.ends_with("/events");
            if !is_endless && seen.insert(link.clone()) {
                ahead.insert(link);
            }
        }
    }
    for part in ["/sites/1", "/outages/1", "/settings/recipients", "/account", "/sites/new", "/assets/style-"]
    {
        assert!(
            seen.iter().any(|link| link.starts_with(&format!("/tools/gatecrawl{part}"))),
            "{part}: {seen:?}"
        );
    }
}

#[tokio::test]
async fn under_a_path_redirects_and_cookies_stay_below_it() {
    let mut world = World::reached_by(web(&[], "/gatecrawl")).await;
    let hash = Passwords::new().hash("correct horse".to_owned()).await.unwrap();
    world.store.add_account("nadia", &hash, Role::Admin, start()).await.unwrap();
    world.log_out();
    assert_eq!(world.get("/gatecrawl/account").await.location(), "/gatecrawl/login?next=%2Faccount");
    assert_eq!(world.get("/gatecrawl").await.location(), "/gatecrawl/login");
    let asked = world.get("/gatecrawl/login?next=%2Faccount").await;
    assert_eq!(asked.status, 200);
    let form = [("name", "nadia"), ("password", "correct horse"), ("next", "/account")];
    let answer = world.post("/gatecrawl/login", &form).await;
    assert_eq!(answer.location(), "/gatecrawl/account");
    assert!(answer.header("set-cookie").unwrap().contains("; Path=/gatecrawl;"), "{}", answer.head);
    world.keep(&answer);
    assert_eq!(world.get("/gatecrawl/account").await.status, 200);
    let ended = world.post("/gatecrawl/logout", &[]).await;
    assert!(ended.header("set-cookie").unwrap().contains("Path=/gatecrawl"), "{}", ended.head);
}

#[tokio::test]
async fn a_proxy_may_take_the_path_off_itself_and_another_path_is_not_ours() {
    let world = World::reached_by(web(&[], "/gatecrawl")).await;
    for path in ["/gatecrawl/healthz", "/healthz", "/gatecrawl/?q=x", "/gatecrawl?q=x", "/?q=x"] {
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
    assert!(links(&world.get("/").await).contains("/gatecrawl/sites/new"));
    for path in ["/gatecrawler/healthz", "/gatecrawl/gatecrawl/healthz", "/gatecrawl/nowhere"] {
        let page = world.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(links(&page).contains("/gatecrawl/"), "{path}: even this page leads back");
    }
}
