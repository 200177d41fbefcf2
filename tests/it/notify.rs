//! Messages to real relays and receivers, in every mood that they have: each ends as it should, with the words that a user
//! would read.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use gatecrawl::chart::tone::Tone;
use gatecrawl::clock::SystemClock;
use gatecrawl::domain::channel::Channel;
use gatecrawl::domain::verdict::Verdict;
use gatecrawl::notify::{
    Address, Again, Image, Message, NotSent, Receipt, Relay as Account, Secret, Secrets, Security, Sender,
    SenderConfig, Webhooks,
};
use hmac::{Hmac, KeyInit, Mac};
use mail_parser::MimeHeaders;
use serde_json::json;
use sha2::Sha256;

use crate::support::free_port;
use crate::support::smtp::{Mood, Relay};
use crate::support::webhook::{Receiver, Reply};

/// Longer than a relay on a busy machine takes, and no test waits for it.
const PATIENCE: Duration = Duration::from_mins(1);
/// For those that never answer.
const SHORT: Duration = Duration::from_millis(1500);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";

fn message() -> Message {
    Message {
        key: "alert-7-persistent".to_owned(),
        subject: "Persistent: 134 URLs of größer.example answer 502".to_owned(),
        text: "134 URLs have answered 502 since 09:00.\n\n.hidden line\nGrüße\n".to_owned(),
        html: Some("<p>134 URLs – <b>persistent</b></p><img src=\"cid:chart\" alt=\"\">".to_owned()),
        images: vec![Image { cid: "chart".to_owned(), png: PNG.to_vec(), alt: "Failing URLs".to_owned() }],
        json: json!({"schema": 1, "event": "outage_persistent", "outage": {"id": 7, "site": "https://größer.example"}}),
        link: Some("https://watch.example/outages/7".to_owned()),
        tone: Tone::Failing(Verdict::Persistent),
        unsubscribe: Some("https://watch.example/unsubscribe/abc".to_owned()),
        at: DateTime::from_timestamp(1_772_366_400, 0).unwrap(),
    }
}

fn account(port: u16, security: Security) -> Account {
    Account {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        security,
        user: None,
        password: None,
        from: "Gatecrawl <watch@shop.example>".parse().unwrap(),
        ca_file: None,
        timeout: PATIENCE,
    }
}

/// With the login that the relay of the lab knows, and the certificate of its authority.
fn known_to(relay: &Relay, security: Security) -> Account {
    Account {
        user: Some("watch".to_owned()),
        password: Some(Secret::new("tiger")),
        ca_file: Some(relay.authority()),
        ..account(relay.port, security)
    }
}

fn webhooks(allow_private: bool) -> Webhooks {
    let telegram_api = "https://api.telegram.org/".parse().unwrap();
    Webhooks { allow_private, timeout: PATIENCE, telegram_api }
}

fn sender(mail: Option<Account>, webhooks: Webhooks) -> Sender {
    Sender::new(SenderConfig { mail, webhooks }, Arc::new(SystemClock)).unwrap()
}

fn to(channel: Channel, target: &str, secret: Option<&str>) -> Address {
    Address::parse(channel, target, secret, &Secrets::default()).unwrap()
}

async fn mailed(account: Account, recipient: &str, message: &Message) -> Result<Receipt, NotSent> {
    sender(Some(account), webhooks(false)).send(&to(Channel::Mail, recipient, None), message).await
}

async fn posted(channel: Channel, target: &str, secret: Option<&str>) -> Result<Receipt, NotSent> {
    sender(None, webhooks(true)).send(&to(channel, target, secret), &message()).await
}

/// That a message was not sent, with what is told, which never has a password in it.
fn assert_told(sent: Result<Receipt, NotSent>, again: Again, words: &[&str]) {
    let not = sent.expect_err("it is not sent");
    assert_eq!(not.again, again, "{not}");
    for word in words {
        assert!(not.why.contains(word), "`{word}` is not in: {not}");
    }
    assert!(!not.why.contains("tiger") && !not.why.contains('\n'), "{not}");
}

#[tokio::test]
async fn a_mail_arrives_whole_over_each_way_to_a_relay() {
    for (mood, security) in
        [(Mood::Plain, Security::None), (Mood::StartTls, Security::StartTls), (Mood::Tls, Security::Tls)]
    {
        let relay = Relay::start(mood);
        let account = match security {
            Security::None => account(relay.port, security),
            _ => known_to(&relay, security),
        };
        let receipt = mailed(account, "Ada Lovelace <ada@shop.example>", &message()).await.unwrap();
        assert_eq!(receipt.said, "250 2.0.0 Ok: queued as 4F1", "{mood:?}");
        let mails = relay.mails();
        let [mail] = mails.as_slice() else { panic!("{mood:?}: {mails:?}") };
        let way = if security == Security::None { "clear" } else { "encrypted" };
        assert!(mail.envelope.starts_with(way), "{}", mail.envelope);
        assert!(mail.envelope.ends_with(" watch@shop.example ada@shop.example"), "{}", mail.envelope);
        let read = mail.read();
        assert_eq!(read.subject(), Some(message().subject.as_str()));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), message().text.trim_end());
        assert_eq!(read.body_html(0).unwrap().trim_end(), message().html.unwrap());
        let image = read.attachment(0).unwrap();
        assert_eq!((image.content_id(), image.contents()), (Some("chart"), PNG));
        assert_eq!(read.to().unwrap().first().unwrap().name(), Some("Ada Lovelace"));
    }
}

#[tokio::test]
async fn a_relay_says_that_it_is_fine_before_there_is_a_mail() {
    let relay = Relay::start(Mood::StartTls);
    let said = sender(Some(known_to(&relay, Security::StartTls)), webhooks(false)).check_relay().await;
    assert_eq!(
        said.unwrap(),
        format!("The mail relay 127.0.0.1:{} answered over STARTTLS and let watch log in.", relay.port)
    );
    assert_eq!(relay.mails().len(), 0);
}

#[tokio::test]
async fn a_relay_that_greylists_is_asked_again_and_takes_the_same_mail() {
    let relay = Relay::start(Mood::Greylist);
    let account = account(relay.port, Security::None);
    let first = mailed(account.clone(), "ada@shop.example", &message()).await;
    assert_told(
        first,
        Again::Later,
        &["did not take the recipient ada@shop.example for now", "451 4.7.1 Greylisted"],
    );
    mailed(account.clone(), "ada@shop.example", &message()).await.unwrap();
    mailed(account, "ada@shop.example", &message()).await.unwrap();
    let mails = relay.mails();
    let ids: Vec<_> = mails.iter().map(|mail| mail.read().message_id().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "a repetition can be told from a new mail");
}

#[tokio::test]
async fn a_refusal_says_what_was_refused_and_only_a_wrong_recipient_ends_the_tries() {
    for (mood, again, words) in [
        (
            Mood::Unknown,
            Again::Never,
            ["refused the recipient ada@shop.example", "550 5.1.1 No such user here", "Check the address"],
        ),
        (
            Mood::Relaying,
            Again::Seldom,
            ["refused the recipient ada@shop.example", "554 5.7.1 Relay access denied", "[mail]"],
        ),
        (
            Mood::Spam,
            Again::Seldom,
            ["refused the mail to ada@shop.example", "554 5.7.1 This looks like spam", "Ask who runs"],
        ),
        (
            Mood::Busy,
            Again::Later,
            ["did not take the sender watch@shop.example for now", "421 4.3.2", "tried again"],
        ),
    ] {
        let relay = Relay::start(mood);
        let sent = mailed(account(relay.port, Security::None), "ada@shop.example", &message()).await;
        assert_told(sent, again, &words);
        assert_eq!(relay.mails().len(), 0, "{mood:?}");
    }
}

#[tokio::test]
async fn a_relay_that_never_answers_ends_in_time() {
    for (mood, was) in [(Mood::Hang, "connecting"), (Mood::Stall, "handing over the mail")] {
        let relay = Relay::start(mood);
        let account = Account { timeout: SHORT, ..account(relay.port, Security::None) };
        let sent = mailed(account, "ada@shop.example", &message()).await;
        assert_told(sent, Again::Later, &["did not come to an end within 1s 500ms", was]);
    }
}

#[tokio::test]
async fn a_mail_that_was_taken_is_delivered_although_the_relay_says_no_goodbye() {
    let relay = Relay::start(Mood::Rude);
    mailed(account(relay.port, Security::None), "ada@shop.example", &message()).await.unwrap();
    assert_eq!(relay.mails().len(), 1);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_told_with_what_to_do_and_nothing_is_sent() {
    for (mood, security) in [(Mood::StartTls, Security::StartTls), (Mood::Tls, Security::Tls)] {
        let relay = Relay::start(mood);
        let stranger = Account { ca_file: None, ..known_to(&relay, security) };
        let sent = mailed(stranger, "ada@shop.example", &message()).await;
        assert_told(sent, Again::Seldom, &["certificate", "is not trusted", "ca_file", "Nothing was sent"]);
        let other = Relay::with_certificate_for(mood, &["mail.elsewhere.example"]);
        let sent = mailed(known_to(&other, security), "ada@shop.example", &message()).await;
        assert_told(sent, Again::Seldom, &["it is for another name", "Set host under [mail]"]);
        assert_eq!(relay.mails().len() + other.mails().len(), 0);
    }
}

#[tokio::test]
async fn a_login_that_fails_and_settings_that_do_not_fit_the_relay_are_told_apart() {
    let relay = Relay::start(Mood::StartTls);
    let wrong = Account { password: Some(Secret::new("tiger2")), ..known_to(&relay, Security::StartTls) };
    let sent = mailed(wrong, "ada@shop.example", &message()).await;
    assert_told(sent, Again::Seldom, &["refused the login of watch", "535", "Check user and password"]);

    let plain = Relay::start(Mood::Plain);
    let hopeful = account(plain.port, Security::StartTls);
    let sent = mailed(hopeful, "ada@shop.example", &message()).await;
    assert_told(sent, Again::Seldom, &["does not offer STARTTLS", "nothing was sent"]);
    let logging_in = Account { ca_file: None, ..known_to(&plain, Security::None) };
    let sent = mailed(logging_in, "ada@shop.example", &message()).await;
    assert_told(sent, Again::Seldom, &["offers no login by password", "leave out user and password"]);

    let encrypted = account(plain.port, Security::Tls);
    let sent = mailed(Account { timeout: SHORT, ..encrypted }, "ada@shop.example", &message()).await;
    assert_told(sent, Again::Later, &["host, port and security under [mail]"]);

    let nobody = account(free_port(), Security::None);
    let sent = mailed(nobody, "ada@shop.example", &message()).await;
    assert_told(sent, Again::Later, &["Nobody listens at the mail relay 127.0.0.1", "host and port"]);
    let nowhere = Account { host: "relay.invalid".to_owned(), ..account(25, Security::None) };
    let sent = mailed(nowhere, "ada@shop.example", &message()).await;
    assert_told(sent, Again::Later, &["relay.invalid:25 cannot be reached"]);
    let sent = sender(None, webhooks(false)).send(&to(Channel::Mail, "a@b.example", None), &message()).await;
    assert_told(sent, Again::Later, &["There is no mail relay", "[mail]"]);
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_relay_that_takes_it() {
    let modern = Relay::start(Mood::Plain);
    mailed(account(modern.port, Security::None), "jörg@größer.example", &message()).await.unwrap();
    let envelope = &modern.mails()[0].envelope;
    assert!(envelope.ends_with(" jörg@xn--grer-wna1l.example"), "{envelope}");
    let old = Relay::start(Mood::Relaying);
    let sent = mailed(account(old.port, Security::None), "jörg@shop.example", &message()).await;
    assert_told(sent, Again::Never, &["no addresses with letters beyond ASCII", "jörg@shop.example"]);
}

#[tokio::test]
async fn nothing_that_others_wrote_begins_a_header() {
    let relay = Relay::start(Mood::Plain);
    let title = "Sale\r\nBcc: everybody@shop.example\r\n\r\nX-Evil: 1\u{202e}";
    let hostile = Message {
        subject: title.to_owned(),
        key: title.to_owned(),
        unsubscribe: Some(format!("https://watch.example/{title}")),
        text: "line\r\n.\r\nRSET\r\nMAIL FROM:<evil@x.example>\r\n".to_owned(),
        ..message()
    };
    mailed(account(relay.port, Security::None), "ada@shop.example", &hostile).await.unwrap();
    let mails = relay.mails();
    assert_eq!(mails.len(), 1, "a dot alone on a line ends no mail");
    let read = mails[0].read();
    assert_eq!(read.subject(), Some("Sale Bcc: everybody@shop.example X-Evil: 1"));
    assert!(read.bcc().is_none() && read.header("X-Evil").is_none(), "{read:?}");
    assert!(mails[0].envelope.ends_with(" watch@shop.example ada@shop.example"), "{}", mails[0].envelope);
    assert!(read.body_text(0).unwrap().contains("RSET"));
}

#[test]
fn an_address_that_is_none_is_refused_with_what_would_be_one() {
    let refused = |channel, target: &str, secret: Option<&str>| {
        let secrets = [("chat".to_owned(), Secret::new("not an address but a secret"))].into_iter().collect();
        let why = Address::parse(channel, target, secret, &secrets).expect_err(target).to_string();
        assert!(!why.contains("not an address but"), "{why}");
        why
    };
    for target in [
        "",
        "ada",
        "ada@",
        "@shop.example",
        "ada@shop.example, bob@shop.example",
        "a b@shop.example",
        "Ada\r\nBcc: b@x.example <ada@shop.example>",
        "ada@shop.example\nbob@shop.example",
        "secret:chat",
    ] {
        assert!(refused(Channel::Mail, target, None).contains("ada@shop.example"), "{target}");
    }
    for channel in [Channel::Webhook, Channel::Slack, Channel::Discord, Channel::Teams, Channel::Ntfy] {
        for target in
            ["", "shop.example", "ftp://shop.example/", "javascript:alert(1)", "https://", "secret:chat"]
        {
            assert!(refused(channel, target, None).contains("https://"), "{channel} {target}");
        }
    }
    assert!(refused(Channel::Ntfy, "https://ntfy.sh/", None).contains("no topic"));
    assert!(refused(Channel::Telegram, "everybody", Some("1:a")).contains("-1001234567890"));
    assert!(refused(Channel::Telegram, "-100", Some("1:a/../../x")).contains("123456:ABC"));
    assert!(refused(Channel::Telegram, "-100", None).contains("BotFather"));
    assert!(refused(Channel::Slack, "https://hooks.slack.com/x", Some("s")).contains("takes no secret"));
    assert!(refused(Channel::Webhook, "https://a.example/", Some("whsec_?")).contains("base64"));
    assert!(refused(Channel::Slack, "secret:nobody", None).contains("there are chat"));
}

#[test]
fn what_can_write_to_a_chat_is_shown_to_nobody() {
    let secrets: Secrets = [("chat".to_owned(), Secret::new("https://hooks.slack.com/services/T0/B0/tiger"))]
        .into_iter()
        .collect();
    for (channel, target, secret) in [
        (Channel::Slack, "secret:chat", None),
        (Channel::Discord, "https://user:tiger@discord.com:8443/api/webhooks/1/tiger?wait=tiger", None),
        (Channel::Webhook, "https://shop.example/tiger", Some("tiger")),
        (Channel::Ntfy, "https://ntfy.sh/tiger", Some("tiger")),
        (Channel::Telegram, "-1001234", Some("123:tiger")),
    ] {
        let address = Address::parse(channel, target, secret, &secrets).unwrap();
        assert_eq!(address.channel(), channel);
        for shown in [address.redacted(), format!("{address:?}")] {
            assert!(!shown.contains("tiger"), "{shown}");
        }
    }
    assert_eq!(
        to(Channel::Mail, "Ada <ada@größer.example>", None).redacted(),
        "Ada <ada@xn--grer-wna1l.example>"
    );
}

#[tokio::test]
async fn a_webhook_is_signed_such_that_its_receiver_can_check_it() {
    let receiver = Receiver::start(|_| Reply::Status(204));
    let receipt = posted(Channel::Webhook, &receiver.url("/hook?a=1"), Some("whsec_dGlnZXI=")).await.unwrap();
    assert_eq!(receipt.said, "HTTP 204");
    let calls = receiver.received();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.path.as_str(), call.json()), ("/hook?a=1", message().json));
    let header = |name: &str| call.headers[name].as_str();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(
        (header("webhook-id"), header("idempotency-key")),
        ("alert-7-persistent", "alert-7-persistent")
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(b"tiger").unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&call.body);
    let (version, signature) = header("webhook-signature").split_once(',').unwrap();
    assert_eq!(version, "v1");
    mac.verify_slice(&STANDARD.decode(signature).unwrap()).unwrap();
}

#[tokio::test]
async fn a_receiver_that_fails_is_called_again_under_the_same_key_and_recovers() {
    let receiver = Receiver::start(|number| match number {
        0 => Reply::Status(503),
        1 => Reply::With(429, "retry-after", "90", "slow down"),
        _ => Reply::Status(200),
    });
    let url = receiver.url("/tiger-path");
    let call = async || posted(Channel::Webhook, &url, None).await;
    assert_told(call().await, Again::Later, &["The webhook at 127.0.0.1", "answered 503", "tried again"]);
    assert_told(call().await, Again::After(Duration::from_secs(90)), &["answered 429 (slow down)"]);
    call().await.unwrap();
    let keys: Vec<_> =
        receiver.received().iter().map(|call| call.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys, ["alert-7-persistent"; 3]);
    assert!(!receiver.received()[0].headers.contains_key("webhook-signature"));
}

#[tokio::test]
async fn a_wait_is_honoured_up_to_a_day() {
    let receiver = Receiver::start(|_| Reply::With(503, "retry-after", "99999999", ""));
    let sent = posted(Channel::Webhook, &receiver.url("/"), None).await;
    assert_told(sent, Again::After(Duration::from_hours(24)), &["answered 503"]);
    let telegram = Receiver::start(|_| {
        Reply::With(429, "x-none", "", r#"{"ok": false, "parameters": {"retry_after": 30}}"#)
    });
    let api = telegram.url("/").parse().unwrap();
    let sender = sender(None, Webhooks { telegram_api: api, ..webhooks(true) });
    let sent = sender.send(&to(Channel::Telegram, "-1001234", Some("123:tiger")), &message()).await;
    assert_told(sent, Again::After(Duration::from_secs(30)), &["Telegram", "answered 429"]);
    assert_eq!(telegram.received()[0].path, "/bot123:tiger/sendMessage");
    assert_eq!(telegram.received()[0].json()["chat_id"], "-1001234");
}

#[tokio::test]
async fn an_answer_that_will_not_change_ends_the_tries() {
    for (replies, words) in [
        (
            (|_| Reply::With(404, "x-none", "", "no_service")) as fn(usize) -> Reply,
            "There is nothing at this address",
        ),
        (|_| Reply::With(403, "x-none", "", "see /tiger-path"), "Check the address"),
        (|_| Reply::With(400, "x-none", "", "invalid_payload"), "answered 400 (invalid_payload)"),
        (|_| Reply::With(302, "location", "http://127.0.0.1:9/", ""), "Redirects are not followed"),
    ] {
        let receiver = Receiver::start(replies);
        let sent = posted(Channel::Slack, &receiver.url("/tiger-path"), None).await;
        assert_told(sent, Again::Never, &["Slack (127.0.0.1", words]);
        assert_eq!(receiver.received().len(), 1);
    }
}

#[tokio::test]
async fn who_never_answers_or_is_not_there_is_called_again() {
    let receiver = Receiver::start(|_| Reply::Never);
    let slow = sender(None, Webhooks { timeout: SHORT, ..webhooks(true) });
    let sent = slow.send(&to(Channel::Webhook, &receiver.url("/tiger"), None), &message()).await;
    assert_told(sent, Again::Later, &["gave no answer within 1s 500ms"]);
    let gone = format!("http://127.0.0.1:{}/tiger", free_port());
    assert_told(posted(Channel::Discord, &gone, None).await, Again::Later, &["refused"]);
}

#[tokio::test]
async fn a_private_address_is_called_only_where_that_is_allowed() {
    let receiver = Receiver::start(|_| Reply::Status(200));
    let strict = sender(None, webhooks(false));
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/hook", receiver.port);
        let sent = strict.send(&to(Channel::Webhook, &url, None), &message()).await;
        assert_told(
            sent,
            Again::Never,
            &["was not called", "private or local address", "allow_private = true"],
        );
    }
    assert_eq!(receiver.received().len(), 0);
    posted(Channel::Webhook, &receiver.url("/hook"), None).await.unwrap();
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn each_chat_is_called_where_and_as_it_wants() {
    let receiver = Receiver::start(|_| Reply::Status(200));
    for (channel, path, secret) in [
        (Channel::Slack, "/services/T0/B0/x", None),
        (Channel::Discord, "/api/webhooks/1/x", None),
        (Channel::Teams, "/workflows/x?sig=y", None),
        (Channel::Ntfy, "/push/shop-alerts", Some("tk_tiger")),
    ] {
        posted(channel, &receiver.url(path), secret).await.unwrap();
        let call = receiver.received().pop().unwrap();
        let asked = if channel == Channel::Ntfy { "/push/" } else { path };
        assert_eq!(call.path, asked, "{channel}");
        assert!(call.json().to_string().contains("134 URLs"), "{channel}");
        assert!(!call.headers.contains_key("webhook-id"), "{channel}");
    }
    let ntfy = receiver.received().pop().unwrap();
    assert_eq!(ntfy.headers["authorization"], "Bearer tk_tiger");
    assert_eq!(ntfy.json()["topic"], "shop-alerts");
}
