//! `[keep]`: how long each kind of data is kept.

use serde::Deserialize;

use super::error::BadConfig;
use crate::domain::keep::{Keep, Kind, Lasting};

/// The section.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepSection {
    evidence: Option<Lasting>,
    hours: Option<Lasting>,
    crawls: Option<Lasting>,
    messages: Option<Lasting>,
    history: Option<Lasting>,
}

impl KeepSection {
    pub(super) fn keep(&self) -> Result<Keep, BadConfig> {
        let mut keep = Keep::default();
        for (kind, lasting) in [
            (Kind::Evidence, self.evidence),
            (Kind::Hours, self.hours),
            (Kind::Crawls, self.crawls),
            (Kind::Messages, self.messages),
            (Kind::History, self.history),
        ] {
            if let Some(lasting) = lasting {
                keep.set(kind, lasting)
                    .map_err(|why| BadConfig::Section { section: "keep", why: why.to_string() })?;
            }
        }
        Ok(keep)
    }
}
