//! An e-mail address, with or without a name. Whether anybody reads what is sent there is not known here.

use std::fmt;
use std::str::FromStr;

use lettre::message::Mailbox;
use serde::Deserialize;
use url::Host;

use super::BadAddress;
use crate::notify::plain;

/// An e-mail address, with or without a name: `Ada <ada@shop.example>`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MailAddress(pub(in crate::notify) Mailbox);

impl MailAddress {
    /// The address alone, without the name.
    pub fn address(&self) -> &str {
        self.0.email.as_ref()
    }

    /// What stands behind the `@`.
    pub(in crate::notify) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl FromStr for MailAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress::Mail { given: plain::line(text) };
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

/// A name of the Internet has a form in ASCII (RFC 5890), which every relay takes.
fn ascii_domain(mailbox: Mailbox) -> Option<Mailbox> {
    let Mailbox { name, email } = mailbox;
    let name = name.map(|name| plain::line(&name));
    if email.domain().is_ascii() {
        return Some(Mailbox { name, email });
    }
    let domain = Host::parse(email.domain()).ok()?.to_string();
    let email = lettre::Address::new(email.user(), domain).ok()?;
    Some(Mailbox { name, email })
}
