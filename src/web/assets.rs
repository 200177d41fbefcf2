//! What the pages load: one stylesheet, one icon, one small script; embedded in the program.
//!
//! Their names carry a hash of their content, so that a browser may keep them for ever and a new version of the program
//! is seen at once.

use std::sync::OnceLock;

/// A file that pages load.
#[derive(Debug)]
pub(crate) struct Asset {
    stem: &'static str,
    suffix: &'static str,
    /// Its media type.
    pub(crate) kind: &'static str,
    /// Its content.
    pub(crate) bytes: &'static [u8],
    href: OnceLock<String>,
}

/// The one stylesheet.
pub(crate) static STYLE: Asset =
    Asset::new("style", "css", "text/css; charset=utf-8", include_bytes!("assets/style.css"));
/// The icon of the browser's tab.
pub(crate) static ICON: Asset =
    Asset::new("favicon", "svg", "image/svg+xml", include_bytes!("assets/favicon.svg"));
/// Keeps the progress of a crawl fresh.
pub(crate) static SCRIPT: Asset =
    Asset::new("app", "js", "text/javascript; charset=utf-8", include_bytes!("assets/app.js"));

static ALL: [&Asset; 3] = [&STYLE, &ICON, &SCRIPT];

impl Asset {
    const fn new(stem: &'static str, suffix: &'static str, kind: &'static str, bytes: &'static [u8]) -> Self {
        Self { stem, suffix, kind, bytes, href: OnceLock::new() }
    }

    /// `/assets/style-0123456789abcdef.css`.
    pub(crate) fn href(&self) -> &str {
        self.href.get_or_init(|| {
            let hash = blake3::hash(self.bytes).to_hex();
            format!("/assets/{}-{}.{}", self.stem, &hash[..16], self.suffix)
        })
    }
}

/// The asset with this path.
pub(crate) fn find(path: &str) -> Option<&'static Asset> {
    ALL.into_iter().find(|asset| asset.href() == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_by_its_hashed_name_alone() {
        assert!(find(STYLE.href()).is_some_and(|asset| asset.kind.starts_with("text/css")));
        assert!(find("/assets/style.css").is_none());
        assert_eq!(
            ALL.map(Asset::href).map(str::len).iter().min(),
            Some(&"/assets/app-0123456789abcdef.js".len())
        );
    }

    #[test]
    fn the_stylesheet_is_one_that_a_person_can_hold_in_mind() {
        let css = std::str::from_utf8(STYLE.bytes).unwrap();
        assert!(css.lines().count() < 500);
        assert!(!css.contains("@import") && !css.contains("url("), "nothing is loaded from elsewhere");
    }
}
