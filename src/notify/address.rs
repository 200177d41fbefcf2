//! Where a message goes: a recipient as it is typed, checked. It does not ask whether anybody is there.
//!
//! The address of a chat is a password: who has it can write there. So it can be given as `secret:NAME`, a name under
//! `[secrets]` in the configuration, and is shown only by its host.

mod bad;
mod mailbox;
mod target;

pub use self::bad::BadAddress;
use self::bad::example;
pub use self::mailbox::MailAddress;
pub use self::target::Target;
pub(super) use self::target::place;
use super::plain;
use super::secret::{Secret, Secrets};
use crate::domain::channel::Channel;

/// What begins a reference to a secret of the configuration.
const REFERENCE: &str = "secret:";

/// A recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A mailbox.
    Mail(MailAddress),
    /// A program of the user's.
    Webhook {
        /// Where it listens.
        url: Target,
        /// What the body is signed with; `None`: it is not signed.
        secret: Option<Secret>,
    },
    /// An incoming webhook of Slack.
    Slack {
        /// Its address.
        url: Target,
    },
    /// A webhook of Discord.
    Discord {
        /// Its address.
        url: Target,
    },
    /// A workflow of Microsoft Teams that posts what it receives.
    Teams {
        /// Its address.
        url: Target,
    },
    /// A topic of ntfy.
    Ntfy {
        /// The server, with the topic as the last part of the path.
        url: Target,
        /// An access token, where the server asks for one.
        token: Option<Secret>,
    },
    /// A chat of Telegram.
    Telegram {
        /// The bot's token.
        token: Secret,
        /// The chat's number, or the channel's `@name`.
        chat: String,
    },
}

impl Address {
    /// Reads a recipient. Target and secret may both be `secret:NAME`, which stands for the secret of that name.
    pub fn parse(
        channel: Channel,
        target: &str,
        secret: Option<&str>,
        secrets: &Secrets,
    ) -> Result<Self, BadAddress> {
        // What is told in an error is what was typed, never what it stands for.
        let typed = plain::line(target);
        let target = looked_up(target.trim(), secrets)?;
        let secret = secret.map(str::trim).filter(|secret| !secret.is_empty());
        let secret = secret.map(|secret| looked_up(secret, secrets)).transpose()?;
        let target = target.expose();
        let url = || Target::parse(channel, target);
        match channel {
            Channel::Webhook => Ok(Self::Webhook { url: url()?, secret: secret.map(signing).transpose()? }),
            Channel::Ntfy => {
                let token = secret.map(|token| sendable(channel, token)).transpose()?;
                Ok(Self::Ntfy { url: topic_in(url()?)?, token })
            }
            Channel::Telegram => Ok(Self::Telegram { token: bot_token(secret)?, chat: chat(target, typed)? }),
            _ if secret.is_some() => Err(BadAddress::NoSecret { channel: channel.name() }),
            Channel::Mail => {
                let address = target.parse().map_err(|_: BadAddress| BadAddress::Mail { given: typed })?;
                Ok(Self::Mail(address))
            }
            Channel::Slack => Ok(Self::Slack { url: url()? }),
            Channel::Discord => Ok(Self::Discord { url: url()? }),
            Channel::Teams => Ok(Self::Teams { url: url()? }),
        }
    }

    /// Its kind.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Webhook { .. } => Channel::Webhook,
            Self::Slack { .. } => Channel::Slack,
            Self::Discord { .. } => Channel::Discord,
            Self::Teams { .. } => Channel::Teams,
            Self::Ntfy { .. } => Channel::Ntfy,
            Self::Telegram { .. } => Channel::Telegram,
        }
    }

    /// For pages and logs: enough to know it again, too little to write there.
    pub fn redacted(&self) -> String {
        match self {
            Self::Mail(address) => address.to_string(),
            Self::Webhook { url, .. }
            | Self::Slack { url }
            | Self::Discord { url }
            | Self::Teams { url }
            | Self::Ntfy { url, .. } => url.to_string(),
            Self::Telegram { chat, .. } => format!("Telegram chat {chat}"),
        }
    }
}

fn looked_up(text: &str, secrets: &Secrets) -> Result<Secret, BadAddress> {
    let Some(name) = text.strip_prefix(REFERENCE) else {
        return Ok(Secret::new(text));
    };
    secrets.get(name).cloned().ok_or_else(|| BadAddress::UnknownSecret {
        name: plain::line(name),
        names: secrets.names().map(str::to_owned).collect(),
    })
}

fn signing(secret: Secret) -> Result<Secret, BadAddress> {
    super::signature::key(&secret).map_err(|why| BadAddress::Signing { why })?;
    Ok(secret)
}

/// A token travels in a header, which takes visible ASCII alone.
fn sendable(channel: Channel, token: Secret) -> Result<Secret, BadAddress> {
    if token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(token)
    } else {
        Err(BadAddress::Token { channel: channel.name(), why: "it has blanks, or letters beyond ASCII" })
    }
}

/// The bot's token is a part of the address that is called: what is no token must not lead elsewhere.
fn bot_token(token: Option<Secret>) -> Result<Secret, BadAddress> {
    let bad = |why| BadAddress::Token { channel: Channel::Telegram.name(), why };
    let token = token.ok_or(bad("it is missing: BotFather gives one, such as 123456:ABC-DEF"))?;
    let is_token = token.expose().split_once(':').is_some_and(|(number, key)| {
        !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    });
    if is_token { Ok(token) } else { Err(bad("it is not of the form 123456:ABC-DEF")) }
}

fn chat(text: &str, typed: String) -> Result<String, BadAddress> {
    let is_number = text.parse::<i64>().is_ok();
    let is_name = text.strip_prefix('@').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    if is_number || is_name {
        return Ok(text.to_owned());
    }
    Err(BadAddress::Chat { given: typed })
}

/// ntfy is asked at its root, with the topic in the body; so there has to be one.
fn topic_in(target: Target) -> Result<Target, BadAddress> {
    if super::bodies::ntfy::topic(target.url()).is_some() {
        return Ok(target);
    }
    Err(BadAddress::Url {
        channel: Channel::Ntfy.name(),
        why: "it names no topic".to_owned(),
        example: example(Channel::Ntfy),
    })
}
