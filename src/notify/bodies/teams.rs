//! The form of Microsoft Teams: an Adaptive Card, as the workflow "Post to a channel when a webhook request is received" takes it.
//! Its lines are text runs, which know no Markdown; a mention would need an entity beside the text, and there is none.
//!
//! Source: <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook> and
//! <https://adaptivecards.io/explorer/TextRun.html>.

use serde_json::{Value, json};

use super::{READ_ON, link, subject, text};
use crate::chart::tone::Tone;
use crate::domain::verdict::Verdict;
use crate::notify::message::Message;
use crate::notify::plain;

/// A message may have 28 KB with all that belongs to it. Source:
/// <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>, "rate
/// limiting"; the lines below are at most 20 KB, written as JSON.
const LINES: usize = 50;
const LINE_BYTES: usize = 150;
/// The longest title.
const TITLE: usize = 250;

pub(in crate::notify) fn body(message: &Message) -> Value {
    let text = text(message);
    let mut lines: Vec<Value> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| run(&json!({"text": plain::cut_bytes(line, LINE_BYTES)})))
        .collect();
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push(run(&json!({"text": "…"})));
    }
    let title =
        run(&json!({"text": plain::cut(&subject(message), TITLE), "weight": "Bolder", "size": "Medium"}));
    let head = json!({"type": "Container", "style": style(message.tone), "bleed": true, "items": [title]});
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [head, {"type": "Container", "items": lines}],
    });
    if let Some(link) = link(message) {
        card["actions"] = json!([{"type": "Action.OpenUrl", "title": READ_ON, "url": link}]);
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}

/// A line of its own.
fn run(of: &Value) -> Value {
    let mut run = of.clone();
    run["type"] = "TextRun".into();
    json!({"type": "RichTextBlock", "inlines": [run]})
}

/// The nearest that the cards have to a tone.
fn style(tone: Tone) -> &'static str {
    match tone {
        Tone::Unknown => "emphasis",
        Tone::Healthy => "good",
        Tone::Failing(Verdict::Transient | Verdict::Brief) => "accent",
        Tone::Failing(Verdict::Intermittent | Verdict::Prolonged) => "warning",
        Tone::Failing(Verdict::Persistent) => "attention",
    }
}
