//! An address of the web that a message is brought to. It is shown by its host alone.

use std::fmt;

use url::Url;

use super::BadAddress;
use super::bad::example;
use crate::domain::channel::Channel;

/// An http or https address; it shows its host alone, because the rest may let anybody write there.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    pub(super) fn parse(channel: Channel, text: &str) -> Result<Self, BadAddress> {
        let bad = |why: String| BadAddress::Url { channel: channel.name(), why, example: example(channel) };
        let url = Url::parse(text).map_err(|error| bad(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(format!("{}: is neither http: nor https:", url.scheme())));
        }
        if url.host().is_none() {
            return Err(bad("it has no host".to_owned()));
        }
        Ok(Self(url))
    }

    /// The whole address.
    pub(in crate::notify) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/…", self.0.scheme(), place(&self.0))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The host of an address, with the port where it is not the usual one.
pub(in crate::notify) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
