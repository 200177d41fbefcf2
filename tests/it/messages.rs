//! From an outage to a mailbox: the program is configured, somebody is told, and whatever dies meanwhile, each message arrives
//! once. The mail is looked at in a real browser; its pictures are kept in `target/tmp`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::support::ask::Client;
use crate::support::browser::Browser;
use crate::support::program::Serve;
use crate::support::smtp::{Mood, Relay};
use crate::support::wait_for;
use crate::support::webhook::{Receiver, Reply};
use crate::support::world::World;

/// A small site that calls prolonged what lasts longer than a second.
fn world() -> World {
    let world = World::with_small_site(&["docs"], 4);
    world.crawl(0, &["--set", "brief_max=1s", "--set", "recheck=1s", "--set", "schedule=never"]);
    world
}

/// Sends mail by this relay, and calls webhooks on this machine.
fn configure(world: &World, port: u16, patience: &str) {
    let mail = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"Gatecrawl <watch@shop.example>\"\ntimeout = \"{patience}\"\n\n[webhooks]\nallow_private = true\n"
    );
    world.program.put("gatecrawl.toml", &mail);
}

fn tell(world: &World, arguments: &[&str]) {
    let all: Vec<&str> = ["recipient", "add"].iter().chain(arguments).copied().collect();
    let added = world.program.run(&all);
    assert_eq!(added.code, 0, "{}", added.stderr);
}

/// A token for the API.
fn token(world: &World) -> String {
    let made = world.program.run(&["token", "create", "tests", "--role", "admin"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    made.stdout.split_whitespace().find(|word| word.len() >= 40).expect("the token is printed").to_owned()
}

/// What the API says of the messages.
fn messages(serve: &Serve, token: &str) -> Vec<Value> {
    let answer = Client::with_token(&serve.address, token).get("/api/v1/messages");
    assert_eq!(answer.status, 200, "{}", answer.head);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_message_that_was_written_but_not_delivered_when_the_process_was_killed_arrives_exactly_once_after_the_restart()
 {
    let mut world = world();
    let silent = Relay::start(Mood::Hang);
    configure(&world, silent.port, "3s");
    tell(&world, &["ops", "--mail", "ops@shop.example", "--set", "gather=0s", "--set", "summary=never"]);
    let token = token(&world);
    world.app.kill();
    world.crawl(0, &[]);
    let serve = world.program.serve();
    wait_for("a message is being sent", || {
        messages(&serve, &token).first().filter(|message| message["tries"] == 1).map(drop)
    });
    serve.kill();

    let good = Relay::start(Mood::Plain);
    configure(&world, good.port, "3s");
    let serve = world.program.serve();
    let delivered =
        || messages(&serve, &token).first().filter(|message| message["state"] == "delivered").cloned();
    let message = wait_for("the message is delivered", delivered);
    assert_eq!(message["kind"], "alert");
    assert!(serve.terminate().success());
    // Once more, to see that nothing is sent again.
    let serve = world.program.serve();
    wait_for("the office has looked", || (!messages(&serve, &token).is_empty()).then_some(()));
    assert!(serve.terminate().success());
    let mails = good.mails();
    assert_eq!(mails.len(), 1, "exactly one");
    assert!(silent.mails().is_empty());
    let mail = mails[0].read();
    let host = format!("127.0.0.1:{}", world.nginx.port);
    assert!(
        mail.subject().unwrap().contains(&format!("502 on {host}, the index is next")),
        "{:?}",
        mail.subject()
    );
    assert!(
        mail.body_text(0).unwrap().contains("/outages/1")
            && mail.body_html(0).unwrap().contains("/outages/1")
    );
}

#[test]
fn an_alert_reaches_mail_and_webhook_once_and_so_does_the_end_of_the_outage() {
    let mut world = world();
    let (relay, receiver) = (Relay::start(Mood::Plain), Receiver::start(|_| Reply::Status(204)));
    configure(&world, relay.port, "10s");
    tell(&world, &["ops", "--mail", "ops@shop.example", "--set", "gather=0s", "--set", "summary=never"]);
    tell(
        &world,
        &[
            "pager",
            "--channel",
            "webhook",
            "--to",
            &receiver.url("/hook"),
            "--secret",
            "a signing key",
            "--set",
            "gather=0s",
        ],
    );
    world.app.kill();
    world.crawl(0, &[]);
    let serve = world.program.serve();
    wait_for("both are told", || (relay.mails().len() == 1 && receiver.received().len() == 1).then_some(()));
    world.app.start();
    wait_for("both are told of the end", || {
        (relay.mails().len() == 2 && receiver.received().len() == 2).then_some(())
    });
    assert!(serve.terminate().success());
    assert!(relay.mails()[1].read().subject().unwrap().contains("recovered on 127.0.0.1"));
    let told: Value = serde_json::from_slice(&receiver.received()[1].body).unwrap();
    assert_eq!(told["news"][0]["happening"], "recovered");
    let outage = &told["news"][0]["outages"][0];
    assert_eq!((&outage["verdict"], &outage["state"]), (&"prolonged".into(), &"recovering".into()));
}

#[test]
fn a_relay_that_hangs_holds_back_neither_webhooks_nor_what_is_told_later() {
    let mut world = world();
    let (relay, receiver) = (Relay::start(Mood::Hang), Receiver::start(|_| Reply::Status(204)));
    // Longer than any test is patient.
    configure(&world, relay.port, "10m");
    let at_once = ["--set", "gather=0s", "--set", "summary=never"];
    tell(&world, &[&["ops", "--mail", "ops@shop.example"], &at_once[..]].concat());
    tell(
        &world,
        &[&["pager", "--channel", "webhook", "--to", &receiver.url("/hook")], &at_once[..]].concat(),
    );
    let token = token(&world);
    world.app.kill();
    world.crawl(0, &[]);
    let serve = world.program.serve();
    let is_sending = |message: &Value| message["recipient"] == "ops" && message["tries"] == 1;
    wait_for("the mail is being sent", || {
        messages(&serve, &token).iter().find(|one| is_sending(one)).map(drop)
    });
    wait_for("the webhook is called", || (receiver.received().len() == 1).then_some(()));
    world.app.start();
    wait_for("the end is told as well", || (receiver.received().len() == 2).then_some(()));
    assert!(relay.mails().is_empty());
    serve.kill();
}

#[test]
fn a_test_message_says_whether_it_arrived_and_the_doctor_what_is_wrong() {
    let world = world();
    let good = Relay::start(Mood::Plain);
    configure(&world, good.port, "10s");
    tell(&world, &["ops", "--mail", "ops@shop.example"]);
    let sent = world.program.run(&["report", "--send-test", "ops"]);
    assert_eq!(
        (sent.code, sent.stdout.as_str()),
        (0, "ops: delivered (Gatecrawl: a test message)\n"),
        "{}",
        sent.stderr
    );
    assert_eq!(world.program.run(&["doctor"]).code, 0);
    assert_eq!(world.program.run(&["report", "--send-test", "nobody"]).code, 2);

    let summary = world.program.run(&["report", "--send"]);
    assert_eq!(summary.code, 0, "{}", summary.stderr);
    assert_eq!(world.program.run(&["report", "--send"]).code, 0, "the same date again");
    assert_eq!(good.mails().len(), 2, "a summary is sent once for a date");
    let mail = good.mails().remove(1);
    let summary = mail.read();
    assert!(summary.subject().unwrap().starts_with("Gatecrawl: "), "{:?}", summary.subject());
    let unsubscribe = summary.header_raw("List-Unsubscribe-Post").unwrap_or_default().trim().to_owned();
    assert_eq!(unsubscribe, "", "one click needs https, and this dashboard has none");

    drop(good);
    let doctor = world.program.run(&["doctor"]);
    assert_eq!(doctor.code, 3);
    assert!(doctor.stdout.contains("broken    mail:"), "{}", doctor.stdout);
    let sent = world.program.run(&["report", "--send-test", "ops"]);
    assert_eq!(sent.code, 3);
    assert!(sent.stdout.contains("ops: not delivered yet."), "{}", sent.stdout);
    let doctor = world.program.json(3, &["doctor"]);
    assert!(doctor.to_string().contains("could not be delivered yet"), "{doctor}");
}

#[test]
fn the_summary_is_shown_as_text_and_json_and_a_day_that_has_not_begun_is_refused() {
    let mut world = world();
    world.app.kill();
    world.crawl(0, &[]);
    let text = world.program.run(&["report"]).stdout;
    assert!(text.contains("FAILING NOW, MAY STILL BE FORGIVEN") || text.contains("PROLONGED"), "{text}");
    let host = format!("127.0.0.1:{}", world.nginx.port);
    let told = world.program.json(0, &["report", "--site", &host]);
    assert_eq!(told["sites"][0]["entries"][0]["outage"]["scope"], "site");
    assert_eq!(told["sites"][0]["failing_urls"], told["sites"][0]["entries"][0]["url_count"]);
    let past = world.program.run(&["report", "--date", "2020-01-01"]);
    assert_eq!(past.code, 0, "{}", past.stderr);
    assert!(
        past.stdout.contains("No site is watched yet") || past.stdout.contains("SITES"),
        "{}",
        past.stdout
    );
    let future = world.program.run(&["report", "--date", "2999-01-01"]);
    assert_eq!(future.code, 2);
    assert!(future.stderr.contains("has not begun yet"), "{}", future.stderr);
    assert_eq!(world.program.run(&["report", "--site", "nowhere.example"]).code, 2);
    let unwritable = world.program.run(&["report", "--out", "/nowhere/at/all.html"]);
    assert_eq!(unwritable.code, 3);
    assert!(unwritable.stderr.contains("/nowhere/at/all.html could not be written"), "{}", unwritable.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_can_be_read_on_a_small_screen_in_both_schemes() -> WebDriverResult<()> {
    let mut world = world();
    world.app.kill();
    world.crawl(0, &[]);
    let file = world.program.put("mail.html", "");
    let written = world.program.run(&["report", "--format", "html", "--out", &file]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    let browser = Browser::start().await?;
    for (scheme, paper) in [("light", "rgb(250, 249, 246)"), ("dark", "rgb(20, 20, 19)")] {
        browser.wear(360, scheme).await?;
        browser.driver.goto(format!("file://{file}")).await?;
        browser.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await?;
        let over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
        assert_eq!(browser.ask(over).await?, json!(0), "{scheme}: it scrolls sideways");
        let colour = browser.ask("return getComputedStyle(document.body).backgroundColor;").await?;
        assert_eq!(colour, json!(paper));
        let picture =
            browser.ask("const i = document.images[0]; return i.complete && i.naturalWidth;").await?;
        assert_eq!(picture, json!(1104), "the chart is there");
        let height = browser.ask("return document.documentElement.scrollHeight;").await?;
        let clip = json!({ "x": 0, "y": 0, "width": 360, "height": height, "scale": 1 });
        let all = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = browser.devtools("Page.captureScreenshot", all).await?;
        keep(&format!("mail-{scheme}.png"), shot["data"].as_str().unwrap());
    }
    browser.driver.clone().quit().await
}

/// Keeps a picture among what tests leave behind.
fn keep(name: &str, picture: &str) {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(picture).unwrap();
    assert!(bytes.len() > 5_000, "there is something to see");
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), bytes).unwrap();
}
