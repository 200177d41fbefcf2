//! A message in the form that each chat takes. Pure: a message goes in, JSON comes out.
//!
//! Subject and text hold what others wrote, such as the titles of pages, so each form is chosen, or escaped, such that nothing in
//! them becomes markup: no link that shows another address than it leads to, no call for everybody's attention. A chat may still
//! make an address that stands in the text clickable as it stands.

pub(super) mod discord;
pub(super) mod ntfy;
pub(super) mod slack;
pub(super) mod teams;
pub(super) mod telegram;
#[cfg(test)]
mod tests;

use url::Url;

use super::message::Message;
use super::plain;
use crate::chart::tone::Tone;
use crate::domain::verdict::Verdict;

/// How the way to the page of an outage is called.
const READ_ON: &str = "Read on";

/// The colours of the dashboard's light stylesheet, as a number of six hexadecimal digits.
fn colour(tone: Tone) -> u32 {
    match tone {
        Tone::Unknown => 0x62_5e56,
        Tone::Healthy => 0x33_694d,
        Tone::Failing(Verdict::Transient) => 0xc9_b98f,
        Tone::Failing(Verdict::Brief) => 0xd5_9a1b,
        Tone::Failing(Verdict::Intermittent) => 0x74_50a8,
        Tone::Failing(Verdict::Prolonged) => 0xd1_661f,
        Tone::Failing(Verdict::Persistent) => 0xb3_261e,
    }
}

/// The subject as one line.
fn subject(message: &Message) -> String {
    plain::line(&message.subject)
}

/// The text with its lines, without blank ones at its ends.
fn text(message: &Message) -> String {
    plain::lines(&message.text).trim().to_owned()
}

/// The link, if it is one to the web: chats refuse a whole message for a link of another kind.
fn link(message: &Message) -> Option<String> {
    let url = Url::parse(message.link.as_deref()?).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}
