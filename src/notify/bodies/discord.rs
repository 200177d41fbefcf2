//! Discord's form: an embed with a colour. Mentions are switched off, and what Markdown means is escaped.
//!
//! Source: <https://discord.com/developers/docs/resources/webhook#execute-webhook>; of the limits:
//! <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::{colour, link, subject, text};
use crate::notify::message::Message;
use crate::notify::plain;

/// The longest title of an embed.
const TITLE: usize = 256;
/// The longest description of one; with the title it stays under the 6000 of all embeds.
const DESCRIPTION: usize = 4096;

pub(in crate::notify) fn body(message: &Message) -> Value {
    let mut embed = json!({
        "title": plain::cut_escaped(&subject(message), TITLE, escaped),
        "description": plain::cut_escaped(&text(message), DESCRIPTION, escaped),
        "color": colour(message.tone),
        "timestamp": message.at.to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    if let Some(link) = link(message) {
        embed["url"] = link.into();
    }
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}

/// What begins or ends something in Discord's Markdown. A hyphen, a number or `#` does so at the begin of a line only, and makes
/// no link.
fn escaped(c: char) -> Option<&'static str> {
    match c {
        '\\' => Some("\\\\"),
        '*' => Some("\\*"),
        '_' => Some("\\_"),
        '~' => Some("\\~"),
        '`' => Some("\\`"),
        '|' => Some("\\|"),
        '[' => Some("\\["),
        ']' => Some("\\]"),
        '<' => Some("\\<"),
        '>' => Some("\\>"),
        '#' => Some("\\#"),
        '@' => Some("\\@"),
        _ => None,
    }
}
