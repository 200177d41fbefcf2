//! What is said, in every form that a channel may want. It is kept in the outbox as JSON until it is delivered, so its fields
//! may grow but not change.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chart::tone::Tone;

/// One message, without its recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Names the message. It is the same on every try, so that the other side can tell a repetition; nothing that must be kept
    /// secret.
    pub key: String,
    /// One line. It may hold what others wrote, such as a page's title: it is cleaned where it is sent.
    pub subject: String,
    /// All that there is to say, as plain text.
    pub text: String,
    /// The same as a document, with `<img src="cid:...">` for the images.
    #[serde(default)]
    pub html: Option<String>,
    /// The images of the document.
    #[serde(default)]
    pub images: Vec<Image>,
    /// The body of a webhook.
    #[serde(default)]
    pub json: Value,
    /// Where to read on.
    #[serde(default)]
    pub link: Option<String>,
    /// How bad it is; chats show it as a colour.
    pub tone: Tone,
    /// An https address that takes the recipient off the list by one POST, without a question (RFC 8058).
    #[serde(default)]
    pub unsubscribe: Option<String>,
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// An image within a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The name by which the document shows it: ASCII letters, digits, `-`, `_` and `.`.
    pub cid: String,
    /// The file, a PNG. Base64 in JSON.
    #[serde(with = "base64_text")]
    pub png: Vec<u8>,
    /// What it shows, in words.
    pub alt: String,
}

/// Bytes as base64 in JSON: a list of numbers would be four times as long.
mod base64_text {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
pub(super) fn sample() -> Message {
    use crate::domain::verdict::Verdict;

    Message {
        key: "alert-7-persistent".to_owned(),
        subject: "Persistent: 134 URLs of shop.example answer 502".to_owned(),
        text: "134 URLs of /product/* have answered 502 since Nov 1, 09:00.\n\nGoogle starts to drop them from its index.\n"
            .to_owned(),
        html: Some("<p>134 URLs</p><img src=\"cid:chart\" alt=\"Failing URLs\">".to_owned()),
        images: vec![Image {
            cid: "chart".to_owned(),
            png: b"\x89PNG\r\n\x1a\n".to_vec(),
            alt: "Failing URLs over the day".to_owned(),
        }],
        json: serde_json::json!({"schema": 1, "event": "outage_persistent"}),
        link: Some("https://watch.example/outages/7".to_owned()),
        tone: Tone::Failing(Verdict::Persistent),
        unsubscribe: Some("https://watch.example/unsubscribe/abc".to_owned()),
        at: DateTime::from_timestamp(1_772_366_400, 0).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back_from_the_outbox_and_its_images_are_short_there() {
        let message = sample();
        let json = serde_json::to_string(&message).unwrap();
        assert!(json.contains("\"png\":\"iVBORw0KGgo=\""), "{json}");
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }

    #[test]
    fn a_message_that_was_kept_by_an_older_version_lacks_what_it_did_not_know() {
        let old =
            r#"{"key": "k", "subject": "s", "text": "t", "tone": "healthy", "at": "2026-03-01T12:00:00Z"}"#;
        let message: Message = serde_json::from_str(old).unwrap();
        assert_eq!((message.tone, message.images.len(), message.link), (Tone::Healthy, 0, None));
    }
}
