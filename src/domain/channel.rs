//! The ways by which word reaches people: mail, a webhook, and the chats that take a webhook of their own form. Where exactly
//! a message goes, and how it is sent, is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A kind of recipient. Written as one word: `mail`, `webhook`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Channel {
    /// An e-mail address.
    Mail,
    /// A program of the user's: JSON, signed.
    Webhook,
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// Microsoft Teams.
    Teams,
    /// ntfy, of ntfy.sh or one's own server.
    Ntfy,
    /// Telegram.
    Telegram,
}

/// The channels, their words, and how they are called within a sentence.
const CHANNELS: [(Channel, &str, &str); 7] = [
    (Channel::Mail, "mail", "e-mail"),
    (Channel::Webhook, "webhook", "webhook"),
    (Channel::Slack, "slack", "Slack"),
    (Channel::Discord, "discord", "Discord"),
    (Channel::Teams, "teams", "Microsoft Teams"),
    (Channel::Ntfy, "ntfy", "ntfy"),
    (Channel::Telegram, "telegram", "Telegram"),
];

/// A word that names no channel.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no channel `{0}`: it is mail, webhook, slack, discord, teams, ntfy or telegram")]
pub struct NoChannel(String);

impl Channel {
    /// All of them, in the order in which pages list them.
    pub const ALL: [Self; 7] =
        [Self::Mail, Self::Webhook, Self::Slack, Self::Discord, Self::Teams, Self::Ntfy, Self::Telegram];

    /// The word of database, configuration and command line: `mail`.
    pub fn word(self) -> &'static str {
        CHANNELS.iter().find(|(channel, ..)| *channel == self).map_or("", |(_, word, _)| word)
    }

    /// As it is called within a sentence: `Microsoft Teams`.
    pub fn name(self) -> &'static str {
        CHANNELS.iter().find(|(channel, ..)| *channel == self).map_or("", |(.., name)| name)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Channel {
    type Err = NoChannel;

    fn from_str(word: &str) -> Result<Self, NoChannel> {
        let found = CHANNELS.iter().find(|(_, w, _)| *w == word).map(|(channel, ..)| *channel);
        found.ok_or_else(|| NoChannel(word.to_owned()))
    }
}

impl TryFrom<String> for Channel {
    type Error = NoChannel;

    fn try_from(word: String) -> Result<Self, NoChannel> {
        word.parse()
    }
}

impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        channel.word().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_reads_back_from_its_word() {
        for channel in Channel::ALL {
            assert_eq!(channel.to_string().parse(), Ok(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.word());
            assert!(!channel.name().is_empty());
        }
    }

    #[test]
    fn a_word_that_is_no_channel_is_refused_with_those_that_are() {
        let why = "pigeon".parse::<Channel>().unwrap_err().to_string();
        assert!(why.contains("`pigeon`"), "{why}");
        for channel in Channel::ALL {
            assert!(why.contains(channel.word()), "{why}");
        }
    }
}
