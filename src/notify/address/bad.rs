//! What can be wrong with a recipient, told with what would be right. What stands behind `secret:NAME` is never in it.

use thiserror::Error;

use crate::domain::channel::Channel;

/// A text that is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadAddress {
    /// It is no e-mail address.
    #[error("`{given}` is no e-mail address: write it as ada@shop.example, or as Ada <ada@shop.example>")]
    Mail {
        /// What was given.
        given: String,
    },
    /// It is no address of the web.
    #[error("the address for {channel} cannot be used ({why}): give the whole address, such as {example}")]
    Url {
        /// For what.
        channel: &'static str,
        /// What is wrong with it.
        why: String,
        /// A right one.
        example: &'static str,
    },
    /// There is no such secret.
    #[error("there is no secret `{name}` in the configuration: {}", known(.names))]
    UnknownSecret {
        /// What was asked for.
        name: String,
        /// What there is.
        names: Vec<String>,
    },
    /// A signing secret that does not decode.
    #[error(
        "the signing secret cannot be used ({why}): give whsec_ and the key in base64, or any other text as the key itself"
    )]
    Signing {
        /// What is wrong with it.
        why: String,
    },
    /// A token that cannot be sent.
    #[error("the token for {channel} cannot be used ({why})")]
    Token {
        /// For what.
        channel: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The channel knows no secret.
    #[error("{channel} takes no secret beside the address: leave it empty")]
    NoSecret {
        /// For what.
        channel: &'static str,
    },
    /// Telegram cannot do without a token, and chats have a form.
    #[error(
        "a Telegram chat is a number such as -1001234567890, or a channel's name such as @alerts, and `{given}` is neither"
    )]
    Chat {
        /// What was given.
        given: String,
    },
}

fn known(names: &[String]) -> String {
    match names {
        [] => "it has no [secrets] at all; add it there".to_owned(),
        names => format!("there are {}; add it under [secrets]", names.join(", ")),
    }
}

/// A right address of each kind, for errors and help texts.
pub(super) fn example(channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => "ada@shop.example",
        Channel::Webhook => "https://hooks.shop.example/gatecrawl",
        Channel::Slack => "https://hooks.slack.com/services/T00/B00/XXXX",
        Channel::Discord => "https://discord.com/api/webhooks/1234/XXXX",
        Channel::Teams => {
            "https://prod-00.westeurope.logic.azure.com/workflows/XXXX/triggers/manual/paths/invoke?sig=XXXX"
        }
        Channel::Ntfy => "https://ntfy.sh/my-topic",
        Channel::Telegram => "-1001234567890",
    }
}
