//! ntfy's form: JSON to the root of the server, with the topic in it. Text is shown as it is.
//!
//! Source: <https://docs.ntfy.sh/publish/#publish-as-json>.

use serde_json::{Value, json};
use url::Url;

use super::{link, subject, text};
use crate::chart::tone::Tone;
use crate::domain::verdict::Verdict;
use crate::notify::message::Message;
use crate::notify::plain;

/// A longer message becomes an attachment, and the JSON may be twice as long as this. Source:
/// <https://docs.ntfy.sh/config/#config-options>, `message-size-limit`.
const MESSAGE: usize = 3000;
const TITLE: usize = 250;

pub(in crate::notify) fn body(topic: &str, message: &Message) -> Value {
    let (priority, tag) = urgency(message.tone);
    let mut body = json!({
        "topic": topic,
        "title": plain::cut_bytes(&subject(message), TITLE),
        "message": plain::cut_bytes(&text(message), MESSAGE),
        "priority": priority,
        "tags": [tag],
    });
    if let Some(link) = link(message) {
        body["click"] = link.into();
    }
    body
}

/// The topic that an address names: the last part of its path.
pub(in crate::notify) fn topic(url: &Url) -> Option<&str> {
    url.path_segments()?.next_back().filter(|topic| !topic.is_empty())
}

/// The address without the topic, where JSON is taken.
pub(in crate::notify) fn root(url: &Url) -> Url {
    let mut root = url.clone();
    if let Ok(mut path) = root.path_segments_mut() {
        path.pop().push("");
    }
    root.set_query(None);
    root
}

/// Priority (3 is usual, 4 rings longer) and emoji. Source: <https://docs.ntfy.sh/publish/#message-priority>.
fn urgency(tone: Tone) -> (u8, &'static str) {
    match tone {
        Tone::Unknown => (3, "grey_question"),
        Tone::Healthy => (3, "white_check_mark"),
        Tone::Failing(Verdict::Transient | Verdict::Brief) => (3, "small_orange_diamond"),
        Tone::Failing(Verdict::Intermittent) => (3, "warning"),
        Tone::Failing(Verdict::Prolonged) => (4, "warning"),
        Tone::Failing(Verdict::Persistent) => (4, "rotating_light"),
    }
}
