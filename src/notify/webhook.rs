//! Webhooks.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::address::WEBHOOK_SECRET;
use super::secret::Secret;
use super::{Address, Message, NotSent, Receipt};
use crate::clock::Clock;
use crate::fetch::client::BuildError;

/// How webhooks are called.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Whether they may be at private and loopback addresses.
    pub allow_private: bool,
    /// How long one may take, from the name to the end of the answer.
    pub timeout: Duration,
    /// Where Telegram's bots are spoken to; another than Telegram's own is a Bot API server of one's own.
    pub telegram_api: String,
}

/// Telegram's own: <https://core.telegram.org/bots/api#making-requests>.
impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_private: false,
            timeout: Duration::from_secs(30),
            telegram_api: "https://api.telegram.org".to_owned(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Caller {}

impl Caller {
    pub(super) fn new(_: Webhooks, _: Arc<dyn Clock>) -> Result<Self, BuildError> {
        Ok(Self {})
    }

    pub(super) async fn call(&self, _: &Address, _: &Message) -> Result<Receipt, NotSent> {
        Err(NotSent::seldom("Webhooks cannot be called yet."))
    }
}

/// The key of a signing secret.
pub(super) fn signing_key(secret: &Secret) -> Result<Vec<u8>, String> {
    match secret.expose().strip_prefix(WEBHOOK_SECRET) {
        Some(encoded) => STANDARD.decode(encoded).map_err(|error| error.to_string()),
        None => Ok(secret.expose().as_bytes().to_vec()),
    }
}
