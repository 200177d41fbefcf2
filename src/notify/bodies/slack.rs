//! Slack's form: an attachment with a colour, and in it blocks of plain text, which know no markup.
//!
//! Source: <https://docs.slack.dev/reference/block-kit/composition-objects/text-object> and, for the three characters that are
//! written as entities, <https://docs.slack.dev/messaging/formatting-message-text#escaping>.

use serde_json::{Value, json};

use super::{READ_ON, colour, link, subject, text};
use crate::notify::message::Message;
use crate::notify::plain;

/// The longest text of a section. Source: <https://docs.slack.dev/reference/block-kit/blocks/section-block>.
const SECTION: usize = 3000;

/// The longest text above the attachment that is not too long to read in a notification.
const FALLBACK: usize = 300;

pub(in crate::notify) fn body(message: &Message) -> Value {
    let mut blocks = vec![section("plain_text", &plain::cut_escaped(&text(message), SECTION, entity))];
    if let Some(link) = link(message) {
        // A bar would end the address.
        let link: String = link.replace('|', "%7C").chars().map(shown).collect();
        blocks.push(section("mrkdwn", &format!("<{link}|{READ_ON}>")));
    }
    json!({
        "text": plain::cut_escaped(&subject(message), FALLBACK, entity),
        "unfurl_links": false,
        "unfurl_media": false,
        "attachments": [{"color": format!("#{:06x}", colour(message.tone)), "blocks": blocks}],
    })
}

fn section(kind: &str, text: &str) -> Value {
    json!({"type": "section", "text": {"type": kind, "text": text}})
}

fn entity(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

fn shown(c: char) -> String {
    entity(c).map_or_else(|| c.to_string(), str::to_owned)
}
