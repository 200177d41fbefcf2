//! Every page of the dashboard in a real browser: nothing scrolls sideways, axe-core finds no fault in light and dark, no
//! error is logged, nothing is asked of another host; a crawl is watched as it runs; and all of it works without scripts.
//!
//! `GATECRAWL_SCREENSHOTS=DIR` keeps a picture of each page, at three widths in both schemes.

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use gatecrawl::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::PATIENCE;
use crate::support::app::App;
use crate::support::browser::Browser;
use crate::support::nginx::Nginx;
use crate::support::program::{Program, Serve};
use crate::support::site::small;

const PASSWORD: &str = "a gate for crawlers";
const WIDTHS: [u32; 3] = [390, 768, 1440];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Every page, but for those that need a link of their own.
const PAGES: [(&str, &str); 28] = [
    ("overview", "/"),
    ("site-new", "/sites/new"),
    ("site", "/sites/1"),
    ("site-urls", "/sites/1/urls"),
    ("site-urls-failing", "/sites/1/urls?state=failing"),
    ("site-urls-none", "/sites/1/urls?q=nothing-is-called-like-that"),
    ("site-outages", "/sites/1/outages"),
    ("site-crawls", "/sites/1/crawls"),
    ("site-bots", "/sites/1/bots"),
    ("site-settings", "/sites/1/settings"),
    ("site-remove", "/sites/1/remove"),
    ("crawl", "/crawls/1"),
    ("outage", "/outages/1"),
    ("url", "/urls/1"),
    ("account", "/account"),
    ("settings", "/settings"),
    ("users", "/settings/users"),
    ("user", "/settings/users/operator"),
    ("recipients", "/settings/recipients"),
    ("recipient", "/settings/recipients/1"),
    ("messages", "/settings/messages"),
    ("message", "/settings/messages/1"),
    ("tokens", "/settings/tokens"),
    ("storage", "/settings/storage"),
    ("login", "/login"),
    ("public-status", "/status/{host}"),
    ("not-found", "/nowhere"),
    ("bad-request", "/sites/1/urls?page=0"),
];

/// Notes in each page what a developer would see in the console.
const WITNESS: &str = "
    window.faults = [];
    addEventListener('error', (event) => faults.push(String(event.message || event.target.src || event.target.href)), true);
    addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)));
    addEventListener('securitypolicyviolation', (event) => faults.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
    for (const level of ['error', 'warn']) console[level] = (...said) => faults.push(level + ': ' + said.join(' '));
";

/// What the page asked of other hosts, and what the witness noted.
const FAULTS: &str = "
    const foreign = performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => !name.startsWith(location.origin));
    return [...window.faults, ...foreign.map((name) => 'foreign: ' + name)];
";

/// How far the page scrolls sideways, and the widest thing in it.
const SIDEWAYS: &str = "
    const over = document.documentElement.scrollWidth - innerWidth;
    const wide = [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
    return over > 0 ? over + ' px: ' + wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(' | ') : '';
";

const AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] })
        .then((found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 140) + ' ' + (n.any[0] ? n.any[0].message : '')).join(' | '))))
        .catch((error) => done(['axe: ' + error]));
";

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_every_screen_and_has_no_fault() -> WebDriverResult<()> {
    let world = World::start().await?;
    let (browser, address) = (&world.browser, world.serve.address.clone());
    browser.devtools("Page.enable", json!({})).await?;
    let script = json!({ "source": format!("{WITNESS}\n{}", axe()) });
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", script).await?;
    let mut faults = Vec::new();
    for (name, path) in PAGES {
        for scheme in SCHEMES {
            for width in WIDTHS {
                browser.wear(width, scheme).await?;
                let path = path.replace("{host}", &world.host());
                browser.driver.goto(format!("{address}{path}")).await?;
                for fault in look(browser, name, width, scheme).await? {
                    faults.push(format!("{name}, {width} px, {scheme}: {fault}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.driver.clone().quit().await
}

async fn look(browser: &Browser, name: &str, width: u32, scheme: &str) -> WebDriverResult<Vec<String>> {
    let mut faults = strings(&browser.ask(FAULTS).await?);
    let sideways = browser.ask(SIDEWAYS).await?;
    faults.extend(sideways.as_str().filter(|text| !text.is_empty()).map(|text| format!("scrolls {text}")));
    let found = browser.driver.execute_async(AXE, Vec::new()).await?;
    faults.extend(strings(found.json()));
    // Of an answer that is no 200 the browser itself writes a line; it is no fault of the page.
    faults.retain(|fault| !fault.contains("Failed to load resource"));
    if let Some(folder) = std::env::var_os("GATECRAWL_SCREENSHOTS").map(PathBuf::from) {
        fs::create_dir_all(&folder).unwrap();
        let picture = json!({ "captureBeyondViewport": true, "format": "png" });
        let taken = browser.devtools("Page.captureScreenshot", picture).await?;
        let png = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            taken["data"].as_str().unwrap(),
        );
        fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), png.unwrap()).unwrap();
    }
    Ok(faults)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawl_is_watched_as_it_runs_and_paused_resumed_and_stopped() -> WebDriverResult<()> {
    let world = World::start().await?;
    let (browser, address) = (&world.browser, world.serve.address.clone());
    assert_eq!(world.program.run(&["site", "set", &world.host(), "rate=2"]).code, 0);
    browser.driver.goto(format!("{address}/sites/1")).await?;
    press(browser, "Crawl now").await?;
    until(browser, "return document.querySelector('#running label')?.textContent.includes(' fetched')")
        .await?;
    browser.ask("window.sameDocument = true; return 1").await?;
    let first = browser.ask("return document.querySelector('#running label').textContent").await?;
    let script = format!("return document.querySelector('#running label')?.textContent !== {first}");
    until(browser, &script).await?;
    assert_eq!(browser.ask("return window.sameDocument").await?, true, "the page was not loaded anew");

    let crawl = browser.driver.find(By::Css("#crawls tbody a")).await?.attr("href").await?.unwrap();
    browser.driver.goto(format!("{address}{crawl}")).await?;
    press(browser, "Pause").await?;
    until(browser, "return document.querySelector('h1')?.textContent.startsWith('This crawl is paused.')")
        .await?;
    press(browser, "Resume").await?;
    until(browser, "return document.querySelector('#running label')?.textContent.includes(' fetched')")
        .await?;
    press(browser, "Stop").await?;
    // The page is loaded anew by itself when the crawl is over.
    until(browser, "return document.querySelector('h1')?.textContent.startsWith('Stopped after')").await?;
    assert!(browser.text().await?.contains("it was stopped by hand; what it had fetched is kept"));
    browser.driver.clone().quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_a_chart_are_read_by_keys_and_times_stand_in_the_viewers_zone() -> WebDriverResult<()> {
    let world = World::start().await?;
    let (browser, address) = (&world.browser, world.serve.address.clone());
    browser.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Asia/Tokyo" })).await?;
    browser.driver.goto(format!("{address}/urls/1")).await?;
    let time =
        browser.ask("const t = document.querySelector('main time'); return [t.textContent, t.title]").await?;
    assert!(time[0].as_str().unwrap().contains("GMT+9"), "{time}");
    assert!(time[1].as_str().unwrap().ends_with('Z'), "the title keeps UTC: {time}");
    let chart = browser.driver.find(By::Css("figure[data-chart]")).await?;
    chart.focus().await?;
    chart.send_keys(Key::Left + "").await?;
    let read = browser.ask("return document.querySelector('.readout').textContent").await?;
    assert!(read.as_str().unwrap().contains("Answer: "), "{read}");
    assert_eq!(browser.ask("return document.querySelectorAll('.cursor').length").await?, 1);
    browser.driver.clone().quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_everything_can_be_seen_and_done() -> WebDriverResult<()> {
    let world = World::start().await?;
    let (browser, address) = (&world.browser, world.serve.address.clone());
    browser.allow_scripts(false).await?;
    browser.driver.goto(format!("{address}/sites/1/urls")).await?;
    browser.fill("q", "docs/2").await?;
    browser.send_form_with("q").await?;
    see(browser, "1 URL of").await?;
    assert!(browser.text().await?.contains("/docs/2.html"));
    let export = browser.driver.find(By::LinkText("Export as CSV")).await?.attr("href").await?;
    assert_eq!(export.as_deref(), Some("/sites/1/urls.csv?q=docs%2F2"));
    browser.driver.goto(format!("{address}/sites/1")).await?;
    let tables = browser.driver.find_all(By::Css("details.behind summary")).await?;
    assert!(!tables.is_empty(), "a table stands behind each chart");
    press(browser, "Pause").await?;
    see(browser, "paused").await?;
    press(browser, "Resume").await?;
    see(browser, "Pause").await?;
    browser.driver.goto(format!("{address}/sites/new")).await?;
    browser.fill("url", &format!("http://127.0.0.1:{}/", world.gate.port)).await?;
    browser.driver.find(By::Name("allow_private")).await?.click().await?;
    press(browser, "Look first").await?;
    see(browser, "robots.txt lets us in.").await?;
    assert!(browser.text().await?.contains("No sitemap was found"));
    press(browser, "Log out").await?;
    see(browser, "Log in").await?;
    browser.driver.goto(format!("{address}/sites/1")).await?;
    see(browser, "Log in").await?;
    browser.driver.clone().quit().await
}

/// A dashboard with a site that was healthy, failed and is healthy again, and a person who is logged in.
struct World {
    program: Program,
    serve: Serve,
    browser: Browser,
    gate: Nginx,
    _app: App,
    _content: tempfile::TempDir,
}

impl World {
    async fn start() -> WebDriverResult<Self> {
        let content = small(&["docs", "shop"], 12);
        let mut app = App::serving(content.path());
        let gate = Nginx::in_front_of(app.port);
        let program = Program::new();
        let url = format!("http://127.0.0.1:{}/", gate.port);
        let crawl = || program.run(&["crawl", &url, "--rate", "0", "--wait", "0s"]);
        assert_eq!(crawl().code, 0);
        assert_eq!(
            program.run(&["site", "set", &url, "recheck=1s", "schedule=never", "public_status=true"]).code,
            0
        );
        app.kill();
        crawl();
        let log = program.put("access.log", &visits(SystemClock.now()));
        app.start();
        crawl();
        assert_eq!(program.run(&["logs", &log, "--import", &url]).code, 0);
        let added =
            program.run_typing(&format!("{PASSWORD}\n"), &["user", "add", "operator", "--role", "admin"]);
        assert_eq!(added.code, 0, "{}", added.stderr);
        let told = program.run(&["recipient", "add", "SEO team", "--mail", "seo@shop.example"]);
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert_eq!(program.run(&["report", "--send-test", "SEO team"]).code, 3, "there is no relay");
        let serve = program.serve();
        let browser = Browser::start().await?;
        let world = Self { program, serve, browser, gate, _app: app, _content: content };
        world.log_in().await?;
        Ok(world)
    }

    async fn log_in(&self) -> WebDriverResult<()> {
        self.browser.driver.goto(format!("{}/login", self.serve.address)).await?;
        self.browser.fill("name", "operator").await?;
        self.browser.fill("password", PASSWORD).await?;
        self.browser.send_form_with("password").await?;
        see(&self.browser, "Overview").await
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.gate.port)
    }
}

/// Nine days of Googlebot, which comes to the start page every half hour, and finds it failing at the end.
fn visits(until: DateTime<Utc>) -> String {
    let visit = |n: i32| {
        let at = (until - TimeDelta::minutes(30) * n).format("%d/%b/%Y:%H:%M:%S +0000");
        let status = if n == 0 { 502 } else { 200 };
        format!(
            "66.249.66.1 - - [{at}] \"GET / HTTP/1.1\" {status} 512 \"-\" \"Googlebot/2.1\"\n\
             198.51.100.7 - - [{at}] \"GET /wp-login.php HTTP/1.1\" 404 512 \"-\" \"Googlebot/2.1\"\n"
        )
    };
    (0..9 * 48).map(visit).collect()
}

fn axe() -> String {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools/browser/node_modules/axe-core/axe.min.js");
    fs::read_to_string(path).expect("tests/run.sh installs axe-core")
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|item| item.as_str().expect("of strings").to_owned()).collect()
}

/// Presses a button; again when the page was loaded anew under the finger.
async fn press(browser: &Browser, button: &str) -> WebDriverResult<()> {
    let path = format!("//button[contains(., '{button}')]");
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        let pressed = async { browser.driver.find(By::XPath(&path)).await?.click().await };
        match pressed.await {
            Err(error) if std::time::Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            Ok(()) => return Ok(()),
        }
    }
}

/// Waits until a person would see this text, without loading anything anew.
async fn see(browser: &Browser, text: &str) -> WebDriverResult<()> {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !browser.text().await.is_ok_and(|seen| seen.contains(text)) {
        assert!(
            std::time::Instant::now() < deadline,
            "{text:?} is not to be seen: {:?}",
            browser.text().await
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Waits until a script in the page says so. While a page is being replaced it says nothing.
async fn until(browser: &Browser, script: &str) -> WebDriverResult<()> {
    let deadline = std::time::Instant::now() + PATIENCE;
    while !browser.ask(script).await.is_ok_and(|told| told == true) {
        assert!(std::time::Instant::now() < deadline, "{script}: {:?}", browser.text().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(())
}
