//! Who or what an outage is about: "The whole site", "30 pages under /product/", "/search?q=a".
//!
//! The whole site is said only where nothing speaks against it: the judge's scope `site` begins at half of what was looked
//! at, and at three sections, because there it is one root; as a sentence that would be untrue.

use super::headline::{Facts, Scope};
use super::{number, plural};

/// Of more than this share of URLs that were healthy beside those that failed, it is not the whole site. Our model: a cache
/// answers for a few pages even while everything behind it is down.
const FEW: u64 = 10;

/// The path of the section at the top of a site.
const TOP: &str = "/*";

impl Facts<'_> {
    /// The subject of a sentence.
    pub(super) fn subject(&self) -> String {
        let on = self.site.map(|site| format!(" on {site}")).unwrap_or_default();
        match self.scope {
            Scope::Site if self.is_whole() => {
                self.site.map_or_else(|| "The whole site".to_owned(), |site| format!("All of {site}"))
            }
            Scope::Section(template) => format!("{} {}{on}", self.pages(), under(&[template])),
            Scope::Url(path) if self.urls <= 1 => format!("{}{path}", self.site.unwrap_or_default()),
            Scope::Site | Scope::Url(_) => match self.sections().as_slice() {
                [] => format!("{}{on}", plural(self.urls, "URL", "URLs")),
                [one] => format!("{} {}{on}", self.pages(), under(&[one])),
                [one, other] => format!("{} {}{on}", self.pages(), under(&[one, other])),
                more => format!("{} in {}", self.pages(), self.parts(more.len() as u64)),
            },
        }
    }

    /// The same in a few words, for a list; and whether it takes a plural.
    pub(super) fn short_subject(&self) -> (String, bool) {
        match self.scope {
            Scope::Site if self.is_whole() => ("Whole site".to_owned(), false),
            Scope::Section(template) => (template.to_owned(), false),
            Scope::Url(path) if self.urls <= 1 => (path.to_owned(), false),
            Scope::Site | Scope::Url(_) => match self.sections().as_slice() {
                [one] => (format!("{} {}", self.pages(), under(&[one])), self.urls != 1),
                [one, other] => (format!("{one} and {other}"), true),
                [] | [..] => (plural(self.urls, "URL", "URLs"), self.urls != 1),
            },
        }
    }

    /// Whether the subject takes "have".
    pub(super) fn is_plural(&self) -> bool {
        self.urls != 1 && !(self.scope == Scope::Site && self.is_whole())
    }

    /// Whether nothing that was seen speaks against the whole site.
    pub(super) fn is_whole(&self) -> bool {
        let probed = self.policy.sentinel_every.delta() * 2;
        // By then each section has been probed: where nothing failed, it was healthy.
        let is_spared = self.extent.spared_sections > 0
            && (self.bounds.shortest() > probed || self.extent.healthy_urls > 0);
        // While each fetch is a matter of chance, being healthy once says nothing.
        let is_healthy_elsewhere = !self.alternating && self.extent.healthy_urls * FEW > self.urls;
        !is_spared && !is_healthy_elsewhere
    }

    pub(super) fn sections(&self) -> Vec<&str> {
        self.extent.sections.iter().map(|(section, _)| section.as_str()).collect()
    }

    fn pages(&self) -> String {
        plural(self.urls, "page", "pages")
    }

    fn parts(&self, n: u64) -> String {
        format!("{} parts of {}", number(n).to_lowercase(), self.site.unwrap_or("the site"))
    }
}

/// "under /product/ and /help/", "at the top level".
fn under(sections: &[&str]) -> String {
    let below = |section: &str| section.trim_end_matches('*').to_owned();
    match *sections {
        [TOP] => "at the top level".to_owned(),
        [TOP, other] | [other, TOP] => format!("under {} and at the top level", below(other)),
        [one] => format!("under {}", below(one)),
        ref some => {
            format!("under {}", some.iter().map(|section| below(section)).collect::<Vec<_>>().join(" and "))
        }
    }
}
