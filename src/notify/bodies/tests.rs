use serde_json::Value;

use super::*;
use crate::notify::message::sample;

/// What a page's owner, or who writes into it, could put into a title and a path.
const HOSTILE: &str = "<!channel> @everyone <@123> [safe](https://evil.example) <https://evil.example|safe> **b** `c` \
                       <b>x</b> &lt;a&gt; \u{202e}txt\u{0}\r\n# head";

fn all(message: &Message) -> [(&'static str, Value); 5] {
    [
        ("slack", slack::body(message)),
        ("discord", discord::body(message)),
        ("teams", teams::body(message)),
        ("ntfy", ntfy::body("shop-alerts", message)),
        ("telegram", telegram::body("-1001234", message)),
    ]
}

#[test]
fn each_chat_gets_its_own_form() {
    for (chat, body) in all(&sample()) {
        insta::assert_snapshot!(chat, serde_json::to_string_pretty(&body).unwrap());
    }
}

#[test]
fn what_others_wrote_is_no_markup_in_any_chat() {
    let message = Message { subject: HOSTILE.to_owned(), text: format!("{HOSTILE}\nsecond"), ..sample() };
    for (chat, body) in all(&message) {
        insta::assert_snapshot!(format!("{chat}_hostile"), serde_json::to_string_pretty(&body).unwrap());
        let text = body.to_string();
        assert!(!text.contains('\u{202e}') && !text.contains("\\u0000"), "{chat}: {text}");
    }
    assert!(!slack::body(&message).to_string().contains("<!channel>"));
    assert_eq!(discord::body(&message)["allowed_mentions"]["parse"], serde_json::json!([]));
    assert!(!discord::body(&message).to_string().contains("[safe]("));
    assert_eq!(telegram::body("1", &message).get("parse_mode"), None);
}

#[test]
fn no_chat_gets_more_than_it_takes() {
    for piece in ["word ", "😀", "&<>*_[\\", "line\n", "\"\""] {
        let long = piece.repeat(40_000 / piece.len());
        let message = Message { subject: long.clone(), text: long, ..sample() };
        let utf16 = |value: &Value| value.as_str().unwrap().encode_utf16().count();
        let slack = slack::body(&message);
        assert!(utf16(&slack["attachments"][0]["blocks"][0]["text"]["text"]) <= 3000);
        let discord = discord::body(&message);
        let embed = &discord["embeds"][0];
        assert!(utf16(&embed["title"]) <= 256 && utf16(&embed["description"]) <= 4096);
        assert!(teams::body(&message).to_string().len() <= 28 << 10, "{piece}");
        let ntfy = ntfy::body("t", &message);
        assert!(ntfy["message"].as_str().unwrap().len() <= 4096 && ntfy.to_string().len() <= 8192, "{piece}");
        assert!(utf16(&telegram::body("1", &message)["text"]) <= 4096);
    }
}

#[test]
fn a_link_that_is_none_is_left_out_and_no_link_ends_its_own_markup() {
    for link in ["javascript:alert(1)", "mailto:a@b.example", "nonsense"] {
        let message = Message { link: Some(link.to_owned()), ..sample() };
        for (chat, body) in all(&message) {
            assert!(!body.to_string().contains(link), "{chat}");
        }
    }
    let message = Message { link: Some("https://watch.example/?a=1&b=<x>|y".to_owned()), ..sample() };
    let body = slack::body(&message);
    assert_eq!(
        body["attachments"][0]["blocks"][1]["text"]["text"],
        "<https://watch.example/?a=1&amp;b=%3Cx%3E%7Cy|Read on>"
    );
}

#[test]
fn a_topic_is_the_last_part_of_the_path_and_the_rest_is_asked() {
    for (url, named, asked) in [
        ("https://ntfy.sh/alerts", "alerts", "https://ntfy.sh/"),
        ("https://shop.example/push/alerts?auth=x", "alerts", "https://shop.example/push/"),
    ] {
        let url = Url::parse(url).unwrap();
        assert_eq!((ntfy::topic(&url), ntfy::root(&url).as_str()), (Some(named), asked));
    }
    assert_eq!(ntfy::topic(&Url::parse("https://ntfy.sh").unwrap()), None);
}
