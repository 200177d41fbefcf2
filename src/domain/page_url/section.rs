//! The section that a path belongs to. What lies at the top of a site is one section, too.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A path template such as `/product/*`: the URLs below one first path segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Section(String);

impl Section {
    /// The section of a path: its first segment, when something lies below it.
    ///
    /// `/product/7` is of `/product/*`; `/about` and `/` are of `/*`.
    pub fn of_path(path: &str) -> Self {
        match path.trim_start_matches('/').split_once('/') {
            Some((first, _)) if !first.is_empty() => Self(format!("/{first}/*")),
            _ => Self("/*".to_owned()),
        }
    }

    /// A section as it was stored.
    pub fn stored(template: String) -> Self {
        Self(template)
    }

    /// `/product/*`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_the_first_segment_that_has_something_below_it() {
        for (path, section) in [
            ("/", "/*"),
            ("/about.html", "/*"),
            ("/product/7", "/product/*"),
            ("/product/", "/product/*"),
            ("/a/b/c", "/a/*"),
            ("//x", "/*"),
        ] {
            assert_eq!(Section::of_path(path).as_str(), section, "{path}");
        }
    }
}
