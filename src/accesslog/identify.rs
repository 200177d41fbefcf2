//! Which of those who named a bot are that bot: each address once, by the lists, and by DNS where it is asked.
//!
//! The decision that a reader would question: when every IPv4 address of a log ends in 0, the last byte was cut off for
//! privacy's sake, and none is taken for an address. A log with a handful of addresses could show that by chance, so it takes
//! [`ENOUGH`] of them.

use std::net::IpAddr;

use super::bots::verify::{Verifier, is_internal};
use super::bots::{Bot, Verification};
use super::gather::Who;
use super::hit::Client;

/// So many different addresses show whether their last byte was cut off; by chance it is one log in 256^6.
const ENOUGH: usize = 6;

/// Who is real.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// How well each claim is founded, in the order of those who were asked for.
    pub verifications: Vec<Verification>,
    /// The addresses lack their last byte.
    pub anonymised: bool,
}

/// Why an address says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Silent {
    /// The log has none.
    Hidden,
    /// It is a proxy's, or this machine's.
    Internal,
}

/// Checks each of them.
pub async fn identify(whos: &[Who], verifier: &Verifier) -> Identified {
    let anonymised = are_anonymised(whos);
    let mut asked = Vec::new();
    for who in whos {
        let client = if anonymised { Client::Hidden } else { who.client };
        asked.push(check(who.bot(), client, verifier));
    }
    // The resolver itself sees to it that few questions are open at one time.
    Identified { verifications: futures_util::future::join_all(asked).await, anonymised }
}

async fn check(bot: &'static Bot, client: Client, verifier: &Verifier) -> Verification {
    let by_lists = verifier.by_lists(bot, client);
    verifier.by_dns(bot, client, by_lists).await
}

fn are_anonymised(whos: &[Who]) -> bool {
    let mut last: Vec<[u8; 4]> = whos
        .iter()
        .filter_map(|who| match who.client {
            Client::Address(IpAddr::V4(address)) => Some(address.octets()),
            Client::Address(IpAddr::V6(_)) | Client::Hidden => None,
        })
        .collect();
    last.sort_unstable();
    last.dedup();
    last.len() >= ENOUGH && last.iter().all(|[.., d]| *d == 0)
}

impl Silent {
    /// Why the client's address says nothing; `None`: it does.
    pub fn of(client: Client) -> Option<Self> {
        match client {
            Client::Hidden => Some(Self::Hidden),
            Client::Address(address) => is_internal(address).then_some(Self::Internal),
        }
    }
}
