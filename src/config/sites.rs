//! Sites that are declared in the file, with their settings. They are checked here; the store takes them in when `serve` starts
//! and when it reads its configuration again.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::error::BadConfig;
use crate::domain::page_url::PageUrl;
use crate::domain::site::{PrivateAddresses, Settings};

/// A site as the file declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredSite {
    /// Where a crawl of it begins.
    pub start_url: PageUrl,
    /// Its settings; what is not said is the default.
    pub settings: Settings,
}

/// `[[site]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteSection {
    url: String,
    #[serde(default)]
    settings: BTreeMap<String, Value>,
}

/// A value of a setting, in quotes or bare.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a setting is a text in quotes, a number, true or false")]
enum Value {
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// The sites of the file; each is declared once.
pub(super) fn declared(sections: Vec<SiteSection>) -> Result<Vec<DeclaredSite>, BadConfig> {
    let mut origins = BTreeSet::new();
    let site = |section: SiteSection| {
        let url = section.url.clone();
        let bad = |why: String| BadConfig::Site { url: url.clone(), why };
        let start_url = PageUrl::parse(&section.url).map_err(|why| bad(why.to_string()))?;
        if !origins.insert(start_url.origin().to_string()) {
            return Err(bad(format!("{} is declared twice: leave one out", start_url.origin())));
        }
        // Whoever writes this file names the host as one who types it does.
        let mut settings = Settings { allow_private: PrivateAddresses::OwnHost, ..Settings::default() };
        let pairs: Vec<String> =
            section.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        settings.set_all(&pairs).map_err(|why| bad(why.to_string()))?;
        Ok(DeclaredSite { start_url, settings })
    };
    sections.into_iter().map(site).collect()
}
