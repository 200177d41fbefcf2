//! Telegram's form: plain text without a parse mode, the subject bold by an entity that counts letters instead of marking them.
//!
//! Source: <https://core.telegram.org/bots/api#sendmessage>.

use serde_json::{Value, json};

use super::{link, subject, text};
use crate::notify::message::Message;
use crate::notify::plain;

/// The longest text, in UTF-16 units.
const TEXT: usize = 4096;
const TITLE: usize = 250;

pub(in crate::notify) fn body(chat: &str, message: &Message) -> Value {
    let title = plain::cut(&subject(message), TITLE);
    let bold = title.encode_utf16().count();
    let end = link(message).map(|link| format!("\n\n{link}")).unwrap_or_default();
    let room = TEXT.saturating_sub(bold + 2 + end.encode_utf16().count());
    json!({
        "chat_id": chat,
        "text": format!("{title}\n\n{}{end}", plain::cut(&text(message), room)),
        "entities": [{"type": "bold", "offset": 0, "length": bold}],
        "link_preview_options": {"is_disabled": true},
    })
}
