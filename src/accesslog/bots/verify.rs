//! Whether whoever names a bot is that bot: by the lists first, because they cost nothing, and by DNS where it is asked for.
//!
//! The decision that a reader would question: an address that no list has is spoofed, however old the lists are. Whoever
//! reads it is told the days of the lists, and `--dns` finds the real ones among them. What cannot be checked at all (an
//! address that is hidden, or is a proxy's own, a bot whose operator publishes nothing) stays a claim.

use std::net::IpAddr;

use super::dns::{Dns, Told};
use super::lists::{Listed, Lists};
use super::table::Bot;
use crate::accesslog::hit::Client;

/// How well a claim to be a bot is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verification {
    /// Its address stands in a list that the operator publishes.
    Ip,
    /// The name of its address is the operator's, and leads back to the address.
    Dns,
    /// Nothing speaks for it or against it.
    Claimed,
    /// Its address shows that it is another.
    Spoofed,
}

impl Verification {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Ip, Self::Dns, Self::Claimed, Self::Spoofed];

    /// `ip`, `dns`, `claimed` or `spoofed`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Dns => "dns",
            Self::Claimed => "claimed",
            Self::Spoofed => "spoofed",
        }
    }

    /// By its word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// It is the bot that it says.
    pub fn is_real(self) -> bool {
        matches!(self, Self::Ip | Self::Dns)
    }
}

/// Checks claims.
#[derive(Debug)]
pub struct Verifier {
    /// The lists at hand.
    pub lists: Lists,
    /// Who is asked for names; `None`: nobody.
    pub dns: Option<Dns>,
}

impl Verifier {
    /// What the lists say of a client that names this bot.
    pub fn by_lists(&self, bot: &Bot, client: Client) -> Verification {
        let Some(address) = checkable(client) else { return Verification::Claimed };
        match self.lists.look_up(bot, address) {
            Listed::On(_) => Verification::Ip,
            Listed::Nowhere(_) => Verification::Spoofed,
            Listed::Unknown => Verification::Claimed,
        }
    }

    /// What DNS says where the lists did not show that it is the bot; without DNS, what the lists said.
    pub async fn by_dns(&self, bot: &Bot, client: Client, by_lists: Verification) -> Verification {
        let (Some(dns), Some(address)) = (&self.dns, checkable(client)) else { return by_lists };
        if by_lists.is_real() || bot.dns.is_empty() {
            return by_lists;
        }
        match dns.ask(address, bot.dns).await {
            Told::Confirmed => Verification::Dns,
            Told::Contradicted => Verification::Spoofed,
            Told::Nothing => by_lists,
        }
    }
}

/// The address, if it can be anybody's own. That of a private network is a proxy's, or the machine's itself.
fn checkable(client: Client) -> Option<IpAddr> {
    let Client::Address(address) = client else { return None };
    let address = address.to_canonical();
    (!is_internal(address)).then_some(address)
}

/// Whether the address is one that no visitor from the Internet has.
pub fn is_internal(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // 100.64.0.0/10 is shared by carriers and clouds (RFC 6598).
            let is_shared = a == 100 && (64..128).contains(&b);
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || is_shared
        }
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bots;
    use super::*;

    #[test]
    fn an_address_confirms_a_claim_or_contradicts_it_or_says_nothing() {
        let verifier = Verifier { lists: Lists::carried(), dns: None };
        let by_lists = |name: &str, client| verifier.by_lists(Bots::named(name).unwrap(), client);
        let at = |address: &str| Client::Address(address.parse().unwrap());
        for (bot, client, is) in [
            ("googlebot", at("66.249.73.135"), Verification::Ip),
            ("googlebot", at("46.118.127.106"), Verification::Spoofed),
            ("bingbot", at("66.249.73.135"), Verification::Spoofed),
            ("googlebot", at("10.0.0.7"), Verification::Claimed),
            ("googlebot", at("127.0.0.1"), Verification::Claimed),
            ("googlebot", at("::1"), Verification::Claimed),
            ("googlebot", at("100.64.3.2"), Verification::Claimed),
            ("googlebot", Client::Hidden, Verification::Claimed),
            ("yandexbot", at("46.118.127.106"), Verification::Claimed),
            ("bytespider", at("46.118.127.106"), Verification::Claimed),
        ] {
            assert_eq!(by_lists(bot, client), is, "{bot} {client:?}");
        }
    }
}
