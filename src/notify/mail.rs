//! Mail by the relay of the configuration.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::secret::Secret;
use super::{MailAddress, Message, NotSent, Receipt};

/// How the connection to a relay is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// It begins in the clear, and goes no further before it is encrypted (port 587).
    StartTls,
    /// It is encrypted from the first byte (port 465).
    Tls,
    /// It is not.
    None,
}

/// A relay that takes mail from us.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its name; its certificate must be for this name.
    pub host: String,
    /// Its port; `None`: the usual one of its security.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    pub security: Security,
    /// Who logs in; `None`: nobody does.
    pub user: Option<String>,
    /// Their password.
    pub password: Option<Secret>,
    /// The sender of every mail.
    pub from: MailAddress,
    /// A file of PEM certificates that are trusted beside Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// How long one mail may take, from the connection to the last answer.
    pub timeout: Duration,
}

/// A relay that cannot be used as it is described.
#[derive(Debug, Error)]
pub enum BadRelay {
    /// The password would travel in the clear.
    #[error(
        "a password over security = \"none\" would be readable by everybody on the way to {host}: set security to \"starttls\" or \"tls\", or leave out user and password"
    )]
    PasswordInClear {
        /// Where it would go.
        host: String,
    },
}

#[derive(Debug)]
pub(super) struct Mailer {}

impl Mailer {
    pub(super) fn new(_: Relay) -> Result<Self, BadRelay> {
        Ok(Self {})
    }

    pub(super) async fn send(&self, _: &MailAddress, _: &Message) -> Result<Receipt, NotSent> {
        Err(NotSent::seldom("Mail cannot be sent yet."))
    }

    pub(super) async fn check(&self) -> Result<String, NotSent> {
        Err(NotSent::seldom("Mail cannot be sent yet."))
    }
}
