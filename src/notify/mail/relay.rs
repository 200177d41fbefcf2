//! The relay: who takes mail from us, and how the way there is protected. It connects to nothing.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::notify::{MailAddress, Secret};

/// How the connection to a relay is encrypted. Written as `starttls`, `tls`, `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Security {
    /// It begins in the clear, and goes no further before it is encrypted (port 587).
    StartTls,
    /// It is encrypted from the first byte (port 465).
    Tls,
    /// It is not encrypted (port 25).
    None,
}

/// Each security, its word, and the port that is usual for it. Source: RFC 8314 (465 and 587) and RFC 5321 (25).
const SECURITIES: [(Security, &str, u16); 3] = [
    (Security::StartTls, "starttls", SUBMISSION_PORT),
    (Security::Tls, "tls", SUBMISSIONS_PORT),
    (Security::None, "none", SMTP_PORT),
];

/// A word that names no security.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no way to encrypt: it is \"starttls\" (port 587), \"tls\" (port 465) or \"none\"")]
pub struct NoSecurity(String);

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
        "security = \"none\" would send the password of {user} to {host} for everybody on the way to read: set security to \"starttls\" or \"tls\", or leave out user and password"
    )]
    PasswordInClear {
        /// Whose.
        user: String,
        /// Where it would go.
        host: String,
    },
    /// One of the two is missing.
    #[error("{there} is set and {missing} is not: give both, or neither for a relay that wants no login")]
    HalfALogin {
        /// What is there.
        there: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// No mail could be delivered in no time.
    #[error("timeout is zero: give the time that one mail may take, such as 30s")]
    NoTime,
    /// The file of certificates cannot be used.
    #[error("the certificates in {} cannot be used ({why}): ca_file must name a file of PEM certificates", .path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The TLS library refuses the settings.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

impl Relay {
    /// The port that is asked.
    pub fn port(&self) -> u16 {
        let usual = SECURITIES.iter().find(|(security, ..)| *security == self.security);
        self.port.or(usual.map(|(.., port)| *port)).unwrap_or(SUBMISSION_PORT)
    }

    /// The relay itself, if nothing speaks against using it like this.
    pub(super) fn checked(&self) -> Result<&Self, BadRelay> {
        let half = |there, missing| Err(BadRelay::HalfALogin { there, missing });
        match (&self.user, &self.password) {
            (Some(user), Some(_)) if self.security == Security::None && !self.is_here() => {
                Err(BadRelay::PasswordInClear { user: user.clone(), host: self.host.clone() })
            }
            (Some(_), None) => half("user", "password"),
            (None, Some(_)) => half("password", "user"),
            _ if self.timeout.is_zero() => Err(BadRelay::NoTime),
            _ => Ok(self),
        }
    }

    /// Whether it can be used as it is described; nothing is connected.
    pub fn check(&self) -> Result<(), BadRelay> {
        self.checked()?.tls().map(drop)
    }

    /// What it takes to encrypt; `None`: it is not asked for.
    pub(super) fn tls(&self) -> Result<Option<TlsParameters>, BadRelay> {
        if self.security == Security::None {
            return Ok(None);
        }
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.ca_file {
            let bad = |why: String| BadRelay::Certificates { path: path.clone(), why };
            tls = tls.add_root_certificate(certificates(path).map_err(bad)?);
        }
        Ok(Some(tls.build_rustls()?))
    }

    /// How we introduce ourselves to it: by this machine's name, or by the sender's domain where the name is not one that
    /// other machines could look up, which many relays refuse (RFC 5321, 4.1.4).
    pub(super) fn hello(&self) -> ClientId {
        let is_full = |name: &str| name.contains('.') && name.is_ascii();
        match ClientId::default() {
            ClientId::Domain(name) if is_full(&name) => ClientId::Domain(name),
            _ if self.is_here() => ClientId::Domain("localhost".to_owned()),
            _ => ClientId::Domain(self.from.domain().to_owned()),
        }
    }

    /// Said when everything up to the first mail went well.
    pub(super) fn is_fine(&self) -> String {
        let login = self
            .user
            .as_ref()
            .map_or_else(|| "takes mail without a login".to_owned(), |user| format!("let {user} log in"));
        let way = match self.security {
            Security::StartTls => "over STARTTLS",
            Security::Tls => "over TLS",
            Security::None => "in the clear",
        };
        format!("The mail relay {self} answered {way} and {login}.")
    }

    /// Whether it runs on this machine, so that nobody is on the way.
    fn is_here(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

/// `mail.shop.example:587`.
impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port())
    }
}

impl Security {
    /// `starttls`, `tls` or `none`.
    pub fn word(self) -> &'static str {
        SECURITIES.iter().find(|(security, ..)| *security == self).map_or("", |(_, word, _)| word)
    }
}

impl FromStr for Security {
    type Err = NoSecurity;

    fn from_str(word: &str) -> Result<Self, NoSecurity> {
        let found = SECURITIES.iter().find(|(_, w, _)| *w == word).map(|(security, ..)| *security);
        found.ok_or_else(|| NoSecurity(word.to_owned()))
    }
}

impl TryFrom<String> for Security {
    type Error = NoSecurity;

    fn try_from(word: String) -> Result<Self, NoSecurity> {
        word.parse()
    }
}

impl From<Security> for String {
    fn from(security: Security) -> Self {
        security.word().to_owned()
    }
}

fn certificates(path: &Path) -> Result<Certificate, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    if !pem.windows(b"BEGIN CERTIFICATE".len()).any(|text| text == b"BEGIN CERTIFICATE") {
        return Err("it holds no certificate".to_owned());
    }
    Certificate::from_pem(&pem).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn relay(host: &str, security: Security) -> Relay {
        Relay {
            host: host.to_owned(),
            port: None,
            security,
            user: Some("watch".to_owned()),
            password: Some(Secret::new("tiger")),
            from: "Gatecrawl <watch@shop.example>".parse().unwrap(),
            ca_file: None,
            timeout: Duration::from_secs(30),
        }
    }

    fn objection(relay: &Relay) -> String {
        let checked = relay.checked().and_then(Relay::tls);
        checked.map_or_else(|why| why.to_string(), |_| String::new())
    }

    #[test]
    fn a_password_travels_in_the_clear_within_this_machine_only() {
        for here in ["localhost", "127.0.0.1", "::1", "[::1]", "127.8.0.1"] {
            assert_eq!(objection(&relay(here, Security::None)), "", "{here}");
        }
        for there in ["mail.shop.example", "10.0.0.1", "localhost.shop.example"] {
            let why = objection(&relay(there, Security::None));
            assert!(why.contains("watch") && why.contains(there) && !why.contains("tiger"), "{why}");
            assert_eq!(objection(&relay(there, Security::StartTls)), "", "{there}");
            let without = Relay { user: None, password: None, ..relay(there, Security::None) };
            assert_eq!(objection(&without), "", "{there}");
        }
    }

    #[test]
    fn half_a_login_and_no_time_are_refused() {
        let whole = relay("mail.shop.example", Security::Tls);
        assert!(objection(&Relay { password: None, ..whole.clone() }).contains("user is set and password"));
        assert!(objection(&Relay { user: None, ..whole.clone() }).contains("password is set and user"));
        assert!(objection(&Relay { timeout: Duration::ZERO, ..whole }).contains("timeout is zero"));
    }

    #[test]
    fn certificates_that_are_none_are_told_with_their_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for path in [file.path().to_owned(), "/does/not/exist.pem".into()] {
            let given =
                Relay { ca_file: Some(path.clone()), ..relay("mail.shop.example", Security::StartTls) };
            let why = objection(&given);
            assert!(why.contains(path.to_str().unwrap()) && why.contains("ca_file"), "{why}");
        }
    }

    #[test]
    fn each_security_has_its_word_and_its_port() {
        for (security, word, port) in SECURITIES {
            assert_eq!((security.word().parse(), security.word()), (Ok(security), word));
            assert_eq!(relay("mail.shop.example", security).port(), port);
        }
        assert!("ssl".parse::<Security>().unwrap_err().to_string().contains("\"tls\""));
    }
}
