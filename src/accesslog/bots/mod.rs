//! Bots: which one an agent names, and whether its address shows that it is real.
//!
//! A `User-Agent` is a claim; anybody can write it. What proves it is the address: it stands in a list that the bot's
//! operator publishes ([`lists`]), or its name leads to the operator and back ([`dns`]). What the address contradicts is
//! spoofed, and what cannot be checked stays a claim ([`verify`]). The rows are in [`table`] and [`feeds`].

pub mod dns;
pub mod feeds;
pub mod lists;
pub mod published;
pub mod table;
pub mod update;
pub mod verify;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

pub use self::table::{BOTS, Bot, Kind};
pub use self::verify::Verification;

/// Finds the bot that an agent names.
#[derive(Debug)]
pub struct Bots {
    tokens: Option<AhoCorasick>,
}

static ALL: LazyLock<Bots> = LazyLock::new(|| {
    let tokens = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(BOTS.iter().map(|bot| bot.token));
    Bots { tokens: tokens.ok() }
});

impl Bots {
    /// All bots of the table.
    pub fn get() -> &'static Self {
        &ALL
    }

    /// The bot that a `User-Agent` names: the first one where it names several, and the longest name where names share
    /// their begin.
    pub fn of_agent(&self, agent: &[u8]) -> Option<&'static Bot> {
        self.place_of_agent(agent).and_then(|place| BOTS.get(place))
    }

    /// The place in the table of the bot that a `User-Agent` names.
    pub fn place_of_agent(&self, agent: &[u8]) -> Option<usize> {
        self.tokens.as_ref().and_then(|tokens| tokens.find(agent)).map(|found| found.pattern().as_usize())
    }

    /// The bot of this name.
    pub fn named(name: &str) -> Option<&'static Bot> {
        BOTS.iter().find(|bot| bot.name == name)
    }

    /// Whether a line of a log holds the token of any bot; then it may be a bot's.
    pub fn may_be_in(&self, line: &[u8]) -> bool {
        self.tokens.as_ref().is_some_and(|tokens| tokens.is_match(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(agent: &str) -> Option<&'static str> {
        Bots::get().of_agent(agent.as_bytes()).map(|bot| bot.name)
    }

    #[test]
    fn an_agent_names_its_bot_in_any_case_and_the_longest_token_counts() {
        for (agent, name) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Some("googlebot")),
            ("Googlebot-Image/1.0", Some("googlebot-image")),
            ("mozilla/5.0 (compatible; GOOGLEBOT/2.1", Some("googlebot")),
            ("AdsBot-Google (+http://www.google.com/adsbot.html)", Some("adsbot-google")),
            (
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
                Some("gptbot"),
            ),
            (
                "Mozilla/5.0 (Macintosh) Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
                Some("applebot"),
            ),
            (
                "Mozilla/5.0 (compatible; YandexRenderResourcesBot/1.0; +http://yandex.com/bots)",
                Some("yandexrenderresourcesbot"),
            ),
            ("meta-externalagent/1.1", Some("meta-externalagent")),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", None),
            ("", None),
        ] {
            assert_eq!(named(agent), name, "{agent}");
        }
    }

    #[test]
    fn every_bot_is_found_by_its_own_token() {
        for bot in BOTS {
            assert_eq!(named(&format!("Mozilla/5.0 (compatible; {}/1.0)", bot.token)), Some(bot.name));
        }
    }
}
