//! Where a message goes: a recipient as it is typed, checked. It does not ask whether anybody is there.
//!
//! The address of a chat is a password: who has it can write there. So it can be given as `secret:NAME`, a name under
//! `[secrets]` in the configuration, and is shown only by its host.

use std::fmt;
use std::str::FromStr;

use lettre::message::Mailbox;
use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

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

/// An e-mail address, with or without a name: `Ada <ada@shop.example>`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MailAddress(pub(super) Mailbox);

/// An http or https address; it shows its host alone, because the rest may let anybody write there.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

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

impl Address {
    /// Reads a recipient. Target and secret may both be `secret:NAME`, which stands for the secret of that name.
    pub fn parse(
        channel: Channel,
        target: &str,
        secret: Option<&str>,
        secrets: &Secrets,
    ) -> Result<Self, BadAddress> {
        // What is told in an error is what was typed, never what it stands for.
        let typed = super::plain::line(target);
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

impl MailAddress {
    /// The address alone, without the name.
    pub fn address(&self) -> &str {
        self.0.email.as_ref()
    }

    /// What stands behind the `@`.
    pub(super) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl FromStr for MailAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress::Mail { given: super::plain::line(text) };
        // The parser takes line breaks within a name as blanks; nobody types one.
        if text.chars().any(char::is_control) {
            return Err(bad());
        }
        let mailbox: Mailbox = text.trim().parse().map_err(|_| bad())?;
        Ok(Self(ascii_domain(mailbox).ok_or_else(bad)?))
    }
}

impl TryFrom<String> for MailAddress {
    type Error = BadAddress;

    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Target {
    fn parse(channel: Channel, text: &str) -> Result<Self, BadAddress> {
        let bad = |why: String| BadAddress::Url { channel: channel.name(), why, example: example(channel) };
        let url = Url::parse(text).map_err(|error| bad(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(format!("{}: is neither http: nor https:", url.scheme())));
        }
        if url.host().is_none() {
            return Err(bad("it has no host".to_owned()));
        }
        Ok(Self(url))
    }

    /// The whole address.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    /// The host, with the port where it is not the usual one.
    pub(super) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme(), self.host())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A name of the Internet has a form in ASCII (RFC 5890), which every relay takes.
fn ascii_domain(mailbox: Mailbox) -> Option<Mailbox> {
    let Mailbox { name, email } = mailbox;
    let name = name.map(|name| super::plain::line(&name));
    if email.domain().is_ascii() {
        return Some(Mailbox { name, email });
    }
    let domain = Host::parse(email.domain()).ok()?.to_string();
    let email = lettre::Address::new(email.user(), domain).ok()?;
    Some(Mailbox { name, email })
}

fn looked_up(text: &str, secrets: &Secrets) -> Result<Secret, BadAddress> {
    let Some(name) = text.strip_prefix(REFERENCE) else {
        return Ok(Secret::new(text));
    };
    secrets.get(name).cloned().ok_or_else(|| BadAddress::UnknownSecret {
        name: super::plain::line(name),
        names: secrets.names().map(str::to_owned).collect(),
    })
}

fn known(names: &[String]) -> String {
    match names {
        [] => "it has no [secrets] at all; add it there".to_owned(),
        names => format!("there are {}; add it under [secrets]", names.join(", ")),
    }
}

/// A right address of each kind, for errors and help texts.
fn example(channel: Channel) -> &'static str {
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
