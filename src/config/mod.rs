//! The configuration of an installation: one TOML file, over it the environment, over that the flags of a command. Sites
//! may be declared in it; those that are not are in the store alone, where the dashboard changes them.
//!
//! Flags are read by the command line, which has them win. What is wrong is refused as a whole, before anything is started:
//! half a configuration would send half the mail.
//!
//! A section is a struct in `file.rs`, a few lines in `example.toml`, and rows in `environment.rs`; tests see to it that none is
//! forgotten.

mod environment;
mod error;
mod file;
mod keep;
mod parse;
mod secrets;
mod sites;
mod web;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

pub use self::error::BadConfig;
use self::file::{MailSection, WebhooksSection};
pub use self::sites::DeclaredSite;
pub use self::web::{TlsFiles, Web};
use crate::domain::keep::Keep;
use crate::notify::{Relay, Secret, Secrets, Security, SenderConfig, Webhooks};

/// A configuration with everything in it set to its default, and each line explained.
pub const EXAMPLE: &str = include_str!("example.toml");

/// How long a mail may take where nothing else is said: Postfix waits as long for a greeting to be answered.
/// Source: <https://www.postfix.org/postconf.5.html#smtp_connect_timeout>.
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a webhook may take: as long as those who send them allow. Source:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, "15s to 30s".
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(30);

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it was read from; `None`: from the environment alone.
    pub file: Option<PathBuf>,
    /// The data directory; `None`: the usual one.
    pub data: Option<PathBuf>,
    /// Where the dashboard listens; `None`: at the usual address.
    pub listen: Option<SocketAddr>,
    /// Where people reach the dashboard; links in messages begin with it. It ends with a slash.
    pub public_url: Option<Url>,
    /// The relay that takes mail; `None`: no mail is sent.
    pub mail: Option<Relay>,
    /// How webhooks are called.
    pub webhooks: Webhooks,
    /// How the dashboard is reached.
    pub web: Web,
    /// What recipients speak of as `secret:NAME`.
    pub secrets: Secrets,
    /// How long data are kept.
    pub keep: Keep,
    /// Sites that the file declares.
    pub sites: Vec<DeclaredSite>,
    /// Files that nobody else should read, because secrets are in them.
    pub private_files: Vec<PathBuf>,
}

impl Config {
    /// Reads the file, if there is one, and what `environment` gives for the names that it is asked for.
    pub fn load(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, BadConfig> {
        let text = file.map(read).transpose()?.unwrap_or_default();
        let place = Place { file: file.map(Path::to_owned) };
        Self::parse(&text, &place, &environment)
    }

    /// What the sender of messages needs of it.
    pub fn sender(&self) -> SenderConfig {
        SenderConfig { mail: self.mail.clone(), webhooks: self.webhooks.clone() }
    }

    fn parse(
        text: &str,
        place: &Place,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, BadConfig> {
        let stated = parse::parsed(text, place)?;
        let private_files = secrets::private_files(&stated, place);
        let file = environment::over(stated, text, environment)?;
        Ok(Self {
            file: place.file.clone(),
            data: file.data.map(|path| place.path(&path)),
            listen: file.listen,
            public_url: file.public_url,
            mail: file.mail.relay(place)?,
            webhooks: file.webhooks.webhooks()?,
            web: file.web.web(place)?,
            secrets: secrets::resolved(file.secrets, place, environment)?,
            keep: file.keep.keep()?,
            sites: sites::declared(file.site)?,
            private_files,
        })
    }
}

/// Where a configuration stands: errors name it, and paths in it start from its directory.
#[derive(Debug, Clone, Default)]
struct Place {
    file: Option<PathBuf>,
}

impl Place {
    /// A path as the file means it.
    fn path(&self, path: &Path) -> PathBuf {
        self.file.as_deref().and_then(Path::parent).map_or_else(|| path.to_owned(), |here| here.join(path))
    }
}

impl MailSection {
    /// The relay, when there is one.
    fn relay(self, place: &Place) -> Result<Option<Relay>, BadConfig> {
        let missing = |key, other| Err(BadConfig::Missing { section: "mail", key, other });
        let password = self.secret_password(place)?;
        let (host, from) = match (self.host, self.from) {
            (None, None) if self.user.is_none() && password.is_none() => return Ok(None),
            (None, _) => return missing("host", "the other settings"),
            (Some(_), None) => return missing("from", "host"),
            (Some(host), Some(from)) => (host, from),
        };
        let relay = Relay {
            host,
            port: self.port,
            security: self.security.unwrap_or(Security::StartTls),
            user: self.user,
            password,
            from,
            ca_file: self.ca_file.map(|path| place.path(&path)),
            timeout: self.timeout.map_or(MAIL_TIMEOUT, crate::domain::span::Span::duration),
        };
        relay.check().map_err(|why| BadConfig::Section { section: "mail", why: why.to_string() })?;
        Ok(Some(relay))
    }

    fn secret_password(&self, place: &Place) -> Result<Option<Secret>, BadConfig> {
        match (&self.password, &self.password_file) {
            (Some(_), Some(_)) => Err(BadConfig::Section {
                section: "mail",
                why: "password and password_file are both set: leave one out".to_owned(),
            }),
            (None, Some(path)) => secrets::in_file("mail.password_file", path, place).map(Some),
            (password, None) => Ok(password.clone()),
        }
    }
}

impl WebhooksSection {
    fn webhooks(self) -> Result<Webhooks, BadConfig> {
        let timeout = self.timeout.map_or(WEBHOOK_TIMEOUT, crate::domain::span::Span::duration);
        if timeout.is_zero() {
            let why = "timeout is zero: give the time that one may take, such as 30s".to_owned();
            return Err(BadConfig::Section { section: "webhooks", why });
        }
        let telegram_api = self.telegram_api.map_or_else(|| Url::parse(TELEGRAM_API), Ok);
        let telegram_api =
            telegram_api.map_err(|why| BadConfig::Section { section: "webhooks", why: why.to_string() })?;
        Ok(Webhooks { allow_private: self.allow_private.unwrap_or_default(), timeout, telegram_api })
    }
}

/// Telegram's own server for bots. Source: <https://core.telegram.org/bots/api#making-requests>.
const TELEGRAM_API: &str = "https://api.telegram.org/";

fn read(path: &Path) -> Result<String, BadConfig> {
    std::fs::read_to_string(path)
        .map_err(|error| BadConfig::Unreadable { path: path.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests;
