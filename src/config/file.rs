//! The sections of the file and their keys. What is not set is `None`: defaults are given where the sections are made into what
//! the parts of the program take.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer};
use url::Url;

use super::keep::KeepSection;
use super::sites::SiteSection;
use super::web::WebSection;
use crate::domain::span::Span;
use crate::notify::{MailAddress, Secret, Security};

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) data: Option<PathBuf>,
    pub(super) listen: Option<SocketAddr>,
    #[serde(default, deserialize_with = "address")]
    pub(super) public_url: Option<Url>,
    #[serde(default)]
    pub(super) mail: MailSection,
    #[serde(default)]
    pub(super) webhooks: WebhooksSection,
    #[serde(default)]
    pub(super) web: WebSection,
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, Source>,
    #[serde(default)]
    pub(super) keep: KeepSection,
    #[serde(default)]
    pub(super) site: Vec<SiteSection>,
}

/// The relay that takes mail.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailSection {
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) security: Option<Security>,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) from: Option<MailAddress>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) timeout: Option<Span>,
}

/// How webhooks are called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhooksSection {
    pub(super) allow_private: Option<bool>,
    pub(super) timeout: Option<Span>,
    #[serde(default, deserialize_with = "address")]
    pub(super) telegram_api: Option<Url>,
}

/// Where a secret is.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "a secret is a text in quotes, { file = \"PATH\" } or { env = \"NAME\" }, and nothing else"
)]
pub(super) enum Source {
    /// Here.
    Literal(Secret),
    /// In a file of its own.
    File(InFile),
    /// In the environment.
    Environment(InEnvironment),
}

/// `{ file = "..." }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InFile {
    pub(super) file: PathBuf,
}

/// `{ env = "..." }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InEnvironment {
    pub(super) env: String,
}

/// An address of the web that others are appended to.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    use serde::de::Error;
    let text = String::deserialize(deserializer)?;
    let bad = |why: &str| {
        D::Error::custom(format!("`{text}` is no address ({why}): write it as https://watch.shop.example"))
    };
    let mut url = Url::parse(&text).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad("it begins with neither https:// nor http://"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a ? or a #"));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(Some(url))
}
