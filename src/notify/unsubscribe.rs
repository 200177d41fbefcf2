//! The link by which a reader stops messages without an account (RFC 8058): signed, so that nobody stops the messages of
//! others. It does not stop anything itself.
//!
//! A link names the recipient and the list, and never runs out: a mail of last year has one, too.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sha2::digest::array::Array;

use crate::domain::delivery::Kind;
use crate::domain::recipient::RecipientId;

/// What is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// News that is told at once, and reminders.
    Alerts,
    /// Summaries of every kind.
    Summaries,
}

/// Under which name this installation keeps the key that it signs links with.
pub const KEY: &str = "unsubscribe";

/// So many bytes of a signature are enough.
const SIGNED: usize = 16;

impl List {
    /// The list that a message is of; `None`: of none.
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Alert | Kind::Reminder => Some(Self::Alerts),
            Kind::Summary => Some(Self::Summaries),
            Kind::Test => None,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Alerts => 'a',
            Self::Summaries => 's',
        }
    }
}

/// The last part of the link.
pub fn token(key: &[u8], recipient: RecipientId, list: List) -> String {
    let named = format!("{}{recipient}", list.letter());
    format!("{named}.{}", URL_SAFE_NO_PAD.encode(&signature(key, &named)[..SIGNED]))
}

/// Whose and which messages a link stops; `None`: it is none of ours.
pub fn read(key: &[u8], token: &str) -> Option<(RecipientId, List)> {
    let (named, signed) = token.split_once('.')?;
    let signed = URL_SAFE_NO_PAD.decode(signed).ok().filter(|signed| signed.len() == SIGNED)?;
    mac(key, named).verify_truncated_left(&signed).ok()?;
    let list = [List::Alerts, List::Summaries].into_iter().find(|list| named.starts_with(list.letter()))?;
    Some((RecipientId(named[1..].parse().ok()?), list))
}

fn mac(key: &[u8], named: &str) -> Hmac<Sha256> {
    // HMAC takes a key of any length; an error cannot come.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&Array::default()));
    mac.update(named.as_bytes());
    mac
}

fn signature(key: &[u8], named: &str) -> Vec<u8> {
    mac(key, named).finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key of an installation";

    #[test]
    fn a_link_names_its_reader_and_list_and_no_other() {
        for (recipient, list) in [(RecipientId(7), List::Alerts), (RecipientId(123), List::Summaries)] {
            let token = token(KEY, recipient, list);
            assert_eq!(read(KEY, &token), Some((recipient, list)), "{token}");
            assert_eq!(read(b"another key", &token), None);
            assert_eq!(read(KEY, &token.replacen(['a', 's'], "x", 1)), None);
        }
    }

    #[test]
    fn what_is_no_link_of_ours_stops_nothing() {
        let good = token(KEY, RecipientId(7), List::Alerts);
        for bad in [
            "",
            ".",
            "a7",
            "a7.",
            "a7.AAAA",
            "a8.AAAAAAAAAAAAAAAAAAAAAA",
            "\u{e9}7.x",
            &good[..good.len() - 2],
            &format!("{good}A"),
        ] {
            assert_eq!(read(KEY, bad), None, "{bad}");
        }
    }
}
