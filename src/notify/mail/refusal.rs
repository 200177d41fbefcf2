//! What kept a mail from being delivered, in words for a reader, and whether another try makes sense.
//!
//! A refusal for good (5xx) ends the tries only where the recipient or the mail is at fault. Everything else of that kind, a
//! wrong password or a relay that does not relay for us, is repaired by a person, who should not then have to send each mail by
//! hand: it is tried a few times more.

use std::error::Error as _;
use std::io;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Severity;
use rustls::CertificateError;

use super::Relay;
use super::session::{Step, quoted};
use crate::fetch::causes;
use crate::notify::MailAddress;
use crate::notify::outcome::{Again, NotSent};

/// Why a conversation ended.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The relay said no.
    Said {
        /// To what.
        step: Step,
        /// The whole answer: `550 5.1.1 No such user`.
        answer: String,
        /// It said "not now" (4xx).
        passes: bool,
    },
    /// The certificate is not one that we trust.
    Certificate(String),
    /// The connection was not made, or broke.
    Broken {
        /// At what.
        step: Step,
        /// In the system's words.
        why: String,
        /// Nobody listens there.
        refused: bool,
    },
    /// It cannot encrypt by STARTTLS.
    NoStartTls,
    /// It offers no login that we know.
    NoLogin,
    /// It takes no addresses with letters beyond ASCII.
    NoInternational,
}

/// What a refusal for good means, by the step and the begin of the answer; the first row that fits holds. Source of the
/// numbers: RFC 5321, 4.2.3; of those with dots: RFC 3463, and RFC 7505 (5.1.10).
const MEANINGS: [(Step, &str, Again, &str); 12] = [
    (
        Step::Recipient,
        "5.7.",
        Again::Seldom,
        "It does not take mail for this recipient from us: check user and from under [mail].",
    ),
    (Step::Recipient, "5.2.2", Again::Seldom, "The mailbox is full."),
    (Step::Recipient, "5.1.", Again::Never, "Check the address."),
    (Step::Recipient, "5.2.1", Again::Never, "Check the address."),
    (Step::Recipient, "550", Again::Never, "Check the address."),
    (Step::Recipient, "551", Again::Never, "Check the address."),
    (Step::Recipient, "553", Again::Never, "Check the address."),
    (Step::Recipient, "501", Again::Never, "Check the address."),
    (Step::LogIn, "5", Again::Seldom, "Check user and password under [mail]."),
    (Step::Sender, "5", Again::Seldom, "Check from, user and password under [mail]."),
    (Step::Content, "552", Again::Never, "The mail is too large for it."),
    (Step::Content, "5", Again::Seldom, "Ask who runs the relay why it does not take such mail from us."),
];

impl Refusal {
    pub(super) fn of(step: Step, error: &Error) -> Self {
        if let Some(code) = error.status() {
            let words = error.source().map(ToString::to_string).unwrap_or_default();
            let passes = code.severity == Severity::TransientNegativeCompletion;
            return Self::Said { step, answer: quoted(&format!("{code} {words}")), passes };
        }
        let mut refused = false;
        for link in causes(error) {
            match link.downcast_ref::<rustls::Error>() {
                Some(rustls::Error::InvalidCertificate(why)) => return Self::Certificate(trouble(why)),
                Some(other) => return Self::Broken { step, why: quoted(&other.to_string()), refused: false },
                None => {}
            }
            let kind = link.downcast_ref::<io::Error>().map(io::Error::kind);
            refused |= kind == Some(io::ErrorKind::ConnectionRefused);
        }
        let innermost = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
        Self::Broken { step, why: quoted(&innermost), refused }
    }

    /// What a reader is told.
    pub(super) fn told(self, relay: &Relay, to: Option<&MailAddress>) -> NotSent {
        match self {
            Self::Said { step, answer, passes } => said(step, &answer, passes, relay, to),
            Self::Certificate(why) => NotSent::seldom(format!(
                "The certificate of the mail relay {relay} is not trusted: {why} Nothing was sent to it."
            )),
            Self::Broken { refused: true, .. } => NotSent::later(format!(
                "Nobody listens at the mail relay {relay}: check host and port under [mail], and whether the relay runs."
            )),
            Self::Broken { step: Step::Connect, why, .. } => NotSent::later(format!(
                "The mail relay {relay} cannot be reached ({why}): check host, port and security under [mail]."
            )),
            Self::Broken { step, why, .. } => NotSent::later(format!(
                "The connection to the mail relay {relay} broke while {step} ({why})."
            )),
            Self::NoStartTls => NotSent::seldom(format!(
                "The mail relay {relay} does not offer STARTTLS, so nothing was sent to it: set security to \"tls\" if it encrypts from the start (port 465 mostly)."
            )),
            Self::NoLogin => NotSent::seldom(format!(
                "The mail relay {relay} offers no login by password: leave out user and password under [mail], or check security, as many offer it only when encrypted."
            )),
            Self::NoInternational => NotSent::never(format!(
                "The mail relay {relay} takes no addresses with letters beyond ASCII (SMTPUTF8), such as {}: give another address.",
                to.map(ToString::to_string).unwrap_or_default()
            )),
        }
    }
}

/// What a reader is told when the time is over.
pub(super) fn late(step: Step, relay: &Relay) -> NotSent {
    let limit = humantime::format_duration(relay.timeout);
    NotSent::later(format!(
        "The mail relay {relay} did not come to an end within {limit}; it was {step}. Check that it works, and host, port and security under [mail]."
    ))
}

fn said(step: Step, answer: &str, passes: bool, relay: &Relay, to: Option<&MailAddress>) -> NotSent {
    let what = match (step, to) {
        (Step::Connect | Step::Encrypt, _) => "the connection".to_owned(),
        (Step::LogIn, _) => format!("the login of {}", relay.user.as_deref().unwrap_or_default()),
        (Step::Sender, _) => format!("the sender {}", relay.from.address()),
        (Step::Recipient, Some(to)) => format!("the recipient {}", to.address()),
        (Step::Content, Some(to)) => format!("the mail to {}", to.address()),
        (_, None) => "the mail".to_owned(),
    };
    if passes {
        return NotSent::later(format!(
            "The mail relay {relay} did not take {what} for now: {answer}. It is tried again."
        ));
    }
    let (again, advice) = meaning(step, answer);
    NotSent::new(again, format!("The mail relay {relay} refused {what}: {answer}. {advice}").trim_end())
}

fn meaning(step: Step, answer: &str) -> (Again, &'static str) {
    let (_, detailed) = answer.split_once(' ').unwrap_or_default();
    let fits = |begin: &str| {
        if begin.contains('.') { detailed.starts_with(begin) } else { answer.starts_with(begin) }
    };
    let found = MEANINGS.iter().find(|(at, begin, ..)| *at == step && fits(begin));
    found.map_or((Again::Seldom, ""), |(_, _, again, advice)| (*again, advice))
}

/// What is wrong with a certificate, and what to do.
fn trouble(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => {
            "nobody whom we trust issued it. If it is issued by your own authority, name that one's certificate by ca_file under [mail]."
                .to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name. Set host under [mail] to the name that it is for.".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired. Who runs the relay has to renew it.".to_owned()
        }
        other => format!("{}.", quoted(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wrong_recipient_or_a_mail_that_is_too_large_ends_the_tries() {
        for (step, answer, again) in [
            (Step::Recipient, "550 5.1.1 No such user", Again::Never),
            (Step::Recipient, "550 No such user", Again::Never),
            (Step::Recipient, "553 5.1.3 bad syntax", Again::Never),
            (Step::Recipient, "554 5.7.1 Relay access denied", Again::Seldom),
            (Step::Recipient, "550 5.7.1 Relaying denied", Again::Seldom),
            (Step::Recipient, "552 5.2.2 Mailbox full", Again::Seldom),
            (Step::Sender, "530 5.7.0 Authentication required", Again::Seldom),
            (Step::LogIn, "535 5.7.8 Authentication failed", Again::Seldom),
            (Step::Content, "554 5.7.1 looks like spam", Again::Seldom),
            (Step::Content, "552 5.3.4 Message too big", Again::Never),
            (Step::Connect, "554 go away", Again::Seldom),
        ] {
            assert_eq!(meaning(step, answer).0, again, "{answer}");
        }
    }
}
