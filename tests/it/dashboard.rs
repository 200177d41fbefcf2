//! A person with a browser: sets up the account, adds sites, sees an outage go by, and tells brief from persistent.

use thirtyfour::prelude::*;

use crate::support::PATIENCE;
use crate::support::app::App;
use crate::support::browser::Browser;
use crate::support::nginx::Nginx;
use crate::support::program::{Program, Serve};
use crate::support::site::small;

const PASSWORD: &str = "a gate for crawlers";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_adds_sites_and_sees_brief_and_persistent_apart() -> WebDriverResult<()> {
    let content = small(&["docs"], 3);
    let (mut app_a, mut app_b) = (App::serving(content.path()), App::serving(content.path()));
    let (gate_a, gate_b) = (Nginx::in_front_of(app_a.port), Nginx::in_front_of(app_b.port));
    let program = Program::new();
    let serve = program.serve();
    let browser = Browser::start().await?;

    set_up(&browser, &serve).await?;
    add_site(&browser, &serve, &gate_a).await?;
    see(&browser, "All is well.").await?;
    add_site(&browser, &serve, &gate_b).await?;
    see(&browser, "All is well.").await?;
    // By this site's policy a second is too long.
    let host = |gate: &Nginx| format!("127.0.0.1:{}", gate.port);
    let set = program.run(&["site", "set", &host(&gate_b), "persistent_after=1s", "recheck=1s"]);
    assert_eq!(set.code, 0, "{}", set.stderr);
    assert_eq!(program.run(&["site", "set", &host(&gate_a), "recheck=1s"]).code, 0);

    app_a.kill();
    app_b.kill();
    for site in ["1", "2"] {
        browser.driver.goto(format!("{}/sites/{site}", serve.address)).await?;
        press(&browser, "Crawl now").await?;
        see(&browser, "The whole site").await?;
    }
    // The word alone stands among the settings, too.
    see(&browser, "past this site's own line of one second").await?;
    browser.driver.goto(format!("{}/sites/1", serve.address)).await?;
    // The confirming look has failed too: it is more than a blip.
    see(&browser, "it stays brief").await?;
    app_a.start();
    // The crawl has waited for the site to come back, and goes on by itself.
    see(&browser, "recovering").await?;
    let text = browser.text().await?;
    assert!(text.contains("Brief") && !text.contains("Persistent\n"), "{text}");

    browser.driver.find(By::PartialLinkText("Whole site")).await?.click().await?;
    for word in
        ["last good", "first failing", "last failing", "good again", "502 Bad Gateway", "/docs/1.html"]
    {
        see(&browser, word).await?;
    }
    browser.driver.goto(&serve.address).await?;
    see(&browser, "1 persistent").await?;
    see(&browser, "1 brief").await?;
    let overview = browser.text().await?;
    assert!(overview.find(&host(&gate_b)) < overview.rfind(&host(&gate_a)), "the worst is first: {overview}");
    assert!(serve.terminate().success());
    browser.driver.quit().await
}

async fn set_up(browser: &Browser, serve: &Serve) -> WebDriverResult<()> {
    browser.driver.goto(serve.setup_link.as_ref().expect("a first start gives a link")).await?;
    browser.fill("name", "operator").await?;
    browser.fill("password", PASSWORD).await?;
    browser.send_form_with("password").await?;
    see(browser, "Add a site").await?;
    press(browser, "Log out").await?;
    see(browser, "Log in").await?;
    browser.fill("name", "operator").await?;
    browser.fill("password", PASSWORD).await?;
    browser.send_form_with("password").await?;
    see(browser, "Overview").await
}

async fn add_site(browser: &Browser, serve: &Serve, gate: &Nginx) -> WebDriverResult<()> {
    browser.driver.goto(format!("{}/sites/new", serve.address)).await?;
    browser.fill("url", &format!("http://127.0.0.1:{}/", gate.port)).await?;
    browser.driver.find(By::Name("allow_private")).await?.click().await?;
    browser.send_form_with("url").await
}

async fn press(browser: &Browser, button: &str) -> WebDriverResult<()> {
    browser.driver.find(By::XPath(format!("//button[contains(., '{button}')]"))).await?.click().await
}

/// Waits, reading the page again and again, until a person would see this text.
async fn see(browser: &Browser, text: &str) -> WebDriverResult<()> {
    let until = std::time::Instant::now() + PATIENCE;
    // A page that is being replaced has no text for a moment.
    while !browser.text().await.is_ok_and(|seen| seen.contains(text)) {
        assert!(std::time::Instant::now() < until, "{text:?} is not to be seen: {:?}", browser.text().await);
        browser.driver.refresh().await?;
    }
    Ok(())
}
