//! Sends one message to one recipient: a mail, or a body to a webhook. What happened comes back as a [`Receipt`], or as
//! [`NotSent`] with the words that a reader of the outbox sees.
//!
//! It decides neither what is said, nor to whom, nor when it is tried again: messages come ready, and the outbox keeps them
//! until they are delivered. All that it says to the outbox about another try is [`Again`].
//!
//! A mail goes to the relay of the configuration over a connection of its own, and a webhook through the address guard of
//! [`crate::fetch`]: a relay is named by who runs Gatecrawl, a webhook's address may be typed by whoever has an account.

pub mod address;
mod bodies;
pub mod mail;
pub mod message;
pub mod outcome;
mod plain;
pub mod secret;
mod signature;
pub mod unsubscribe;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

pub use self::address::{Address, BadAddress, MailAddress};
pub use self::mail::{Relay, Security};
pub use self::message::{Image, Message};
pub use self::outcome::{Again, NotSent, Receipt};
pub use self::secret::{Secret, Secrets};
pub use self::webhook::Webhooks;

use crate::clock::Clock;
use crate::fetch::client::BuildError;

/// How messages leave this installation.
#[derive(Debug, Clone)]
pub struct SenderConfig {
    /// The relay that takes mail; `None`: mail cannot be sent.
    pub mail: Option<Relay>,
    /// How webhooks are called.
    pub webhooks: Webhooks,
}

/// No relay, and no webhook to a private address.
#[cfg(test)]
pub(crate) fn without_relay() -> SenderConfig {
    let telegram_api = url::Url::parse("https://api.telegram.org/").unwrap();
    SenderConfig {
        mail: None,
        webhooks: Webhooks { allow_private: false, timeout: Duration::from_secs(5), telegram_api },
    }
}

/// Why no sender can be made of a configuration.
#[derive(Debug, Error)]
pub enum NoSender {
    /// The relay cannot be used as it is described.
    #[error(transparent)]
    Relay(#[from] mail::BadRelay),
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    Http(#[from] BuildError),
}

/// Sends messages; cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender {
    mail: Option<Arc<mail::Mailer>>,
    webhooks: Arc<webhook::Caller>,
    patience: Duration,
}

impl Sender {
    /// A sender that works as configured. Nothing is connected yet.
    pub fn new(config: SenderConfig, clock: Arc<dyn Clock>) -> Result<Self, NoSender> {
        let of_mail = config.mail.as_ref().map_or(Duration::ZERO, |relay| relay.timeout);
        let patience = of_mail.max(config.webhooks.timeout);
        let mail = config.mail.map(mail::Mailer::new).transpose()?.map(Arc::new);
        let webhooks = Arc::new(webhook::Caller::new(config.webhooks, clock)?);
        Ok(Self { mail, webhooks, patience })
    }

    /// How long sending one message takes at the most.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether there is a relay to send mail by.
    pub fn has_relay(&self) -> bool {
        self.mail.is_some()
    }

    /// Sends a message once. It ends within the configured time, whatever the other side does.
    pub async fn send(&self, to: &Address, message: &Message) -> Result<Receipt, NotSent> {
        match to {
            Address::Mail(to) => self.mailer()?.send(to, message).await,
            to => self.webhooks.call(to, message).await,
        }
    }

    /// Connects to the relay, greets it, encrypts and logs in as configured, and leaves without sending anything. What it
    /// found is told in a sentence.
    pub async fn check_relay(&self) -> Result<String, NotSent> {
        self.mailer()?.check().await
    }

    /// Without a relay nothing is lost: the message waits until there is one.
    fn mailer(&self) -> Result<&mail::Mailer, NotSent> {
        self.mail.as_deref().ok_or_else(|| {
            NotSent::later(
                "There is no mail relay to send by. Set host and from under [mail] in the configuration.",
            )
        })
    }
}
