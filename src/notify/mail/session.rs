//! One conversation with a relay, step by step: connect, greet, encrypt, log in, name sender and recipient, hand over.
//!
//! The library has the same in one call, but tells of a refusal only its number, and `550` to the sender, to the recipient and to
//! the content ask for three different things to be done. So the steps are taken one by one, and each failure knows its step.

use std::fmt;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

use super::refusal::Refusal;
use super::relay::Security;
use super::{Progress, Relay};
use crate::notify::plain;

/// How a login is made where the relay offers several: what needs the fewest answers first.
const LOGINS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Longer answers are not kept.
const LONGEST_ANSWER: usize = 300;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Name, connection, TLS from the first byte, greeting.
    Connect,
    /// From the clear to encrypted.
    Encrypt,
    /// User and password.
    LogIn,
    /// Who sends.
    Sender,
    /// Who receives.
    Recipient,
    /// The mail itself.
    Content,
}

/// An open conversation.
pub(super) struct Session(AsyncSmtpConnection);

impl Session {
    /// Connects, encrypts and logs in, as far as the relay's settings ask for it.
    pub(super) async fn open(
        relay: &Relay,
        tls: Option<&TlsParameters>,
        progress: &Progress,
    ) -> Result<Self, Refusal> {
        let at = |step| move |error| Refusal::of(step, &error);
        let server = (relay.host.trim_matches(['[', ']']), relay.port());
        let from_the_start = tls.filter(|_| relay.security == Security::Tls).cloned();
        let hello = relay.hello();
        let step = progress.at(Step::Connect);
        let connected =
            AsyncSmtpConnection::connect_tokio1(server, Some(relay.timeout), &hello, from_the_start, None);
        let mut connection = connected.await.map_err(at(step))?;
        if let (Security::StartTls, Some(tls)) = (relay.security, tls) {
            let step = progress.at(Step::Encrypt);
            if !connection.can_starttls() {
                return Err(Refusal::NoStartTls);
            }
            connection.starttls(tls.clone(), &hello).await.map_err(at(step))?;
        }
        if let (Some(user), Some(password)) = (&relay.user, &relay.password) {
            let step = progress.at(Step::LogIn);
            if connection.server_info().get_auth_mechanism(&LOGINS).is_none() {
                return Err(Refusal::NoLogin);
            }
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(&LOGINS, &login).await.map_err(at(step))?;
        }
        Ok(Self(connection))
    }

    /// Hands a mail over, and gives the relay's answer.
    pub(super) async fn deliver(
        &mut self,
        letter: &lettre::Message,
        progress: &Progress,
    ) -> Result<String, Refusal> {
        let Self(connection) = self;
        let envelope = letter.envelope();
        let content = letter.formatted();
        let mut wants = Vec::new();
        if !content.is_ascii() {
            let knows = |extension| connection.server_info().supports_feature(extension);
            if !knows(Extension::SmtpUtfEight) || !knows(Extension::EightBitMime) {
                return Err(Refusal::NoInternational);
            }
            wants = vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)];
        }
        let at = |step| move |error| Refusal::of(step, &error);
        let step = progress.at(Step::Sender);
        connection.command(Mail::new(envelope.from().cloned(), wants)).await.map_err(at(step))?;
        let step = progress.at(Step::Recipient);
        for recipient in envelope.to() {
            connection.command(Rcpt::new(recipient.clone(), Vec::new())).await.map_err(at(step))?;
        }
        let step = progress.at(Step::Content);
        connection.command(Data).await.map_err(at(step))?;
        Ok(told(&connection.message(&content).await.map_err(at(step))?))
    }

    /// Leaves.
    pub(super) async fn quit(&mut self) {
        // The mail is delivered, or was never offered: nothing hangs on the answer.
        let _ = self.0.quit().await;
    }
}

/// An answer in one line: `250 2.0.0 Ok: queued as 4F1`.
fn told(answer: &Response) -> String {
    let words: Vec<_> = answer.message().collect();
    plain::cut(&plain::line(&format!("{} {}", answer.code(), words.join(" "))), LONGEST_ANSWER)
}

/// A relay's words about a refusal, in one line.
pub(super) fn quoted(words: &str) -> String {
    plain::cut(&plain::line(words), LONGEST_ANSWER)
}

/// What was being done, within a sentence.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Encrypt => "encrypting the connection",
            Self::LogIn => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Content => "handing over the mail",
        })
    }
}
