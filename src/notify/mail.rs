//! Mail: one message, one recipient, one connection to the relay of the configuration. It finds no mail servers by itself and
//! keeps no connection open: a few mails a day do not pay for either.
//!
//! The whole of a delivery stands under one timeout, because the library's covers the connection alone, and a relay that
//! accepts and then says nothing would hold the outbox for ever. Leaving the relay politely stands outside it: a mail that was
//! taken is delivered, however the goodbye goes.

mod letter;
mod refusal;
mod relay;
mod session;

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use lettre::transport::smtp::client::TlsParameters;

use self::refusal::Refusal;
pub use self::relay::{BadRelay, Relay, Security};
use self::session::{Session, Step};
use super::outcome::{NotSent, Receipt};
use super::{MailAddress, Message};

/// How long a relay may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Sends mail by one relay.
pub(super) struct Mailer {
    relay: Relay,
    tls: Option<TlsParameters>,
}

/// How far a delivery has come; read when its time is over.
#[derive(Debug)]
struct Progress(Mutex<Step>);

impl Mailer {
    pub(super) fn new(relay: Relay) -> Result<Self, BadRelay> {
        let tls = relay.checked()?.tls()?;
        Ok(Self { relay, tls })
    }

    pub(super) async fn send(&self, to: &MailAddress, message: &Message) -> Result<Receipt, NotSent> {
        let letter = letter::write(&self.relay.from, to, message)
            .map_err(|why| NotSent::never(format!("The mail to {to} cannot be written: {why}.")))?;
        let progress = Progress::new();
        let delivery = async {
            let mut session = Session::open(&self.relay, self.tls.as_ref(), &progress).await?;
            let said = session.deliver(&letter, &progress).await?;
            Ok((session, said))
        };
        let (session, said) = self.within_time(delivery, &progress, Some(to)).await?;
        leave(session).await;
        Ok(Receipt { said })
    }

    pub(super) async fn check(&self) -> Result<String, NotSent> {
        let progress = Progress::new();
        let opening = Session::open(&self.relay, self.tls.as_ref(), &progress);
        let session = self.within_time(opening, &progress, None).await?;
        leave(session).await;
        Ok(self.relay.is_fine())
    }

    async fn within_time<T>(
        &self,
        work: impl Future<Output = Result<T, Refusal>>,
        progress: &Progress,
        to: Option<&MailAddress>,
    ) -> Result<T, NotSent> {
        let limit = self.relay.timeout;
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(refusal)) => Err(refusal.told(&self.relay, to)),
            Err(_) => Err(refusal::late(progress.now(), &self.relay)),
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("relay", &self.relay).finish_non_exhaustive()
    }
}

/// Says goodbye. What comes of it changes nothing.
async fn leave(mut session: Session) {
    let _ = tokio::time::timeout(GOODBYE, session.quit()).await;
}

impl Progress {
    fn new() -> Self {
        Self(Mutex::new(Step::Connect))
    }

    /// Notes a step, and hands it on to tell of it if it fails.
    fn at(&self, step: Step) -> Step {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = step;
        step
    }

    fn now(&self) -> Step {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
