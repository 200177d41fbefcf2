//! How much of a site an outage covers, from which URLs failed and which were healthy meanwhile.
//!
//! It is a judgement from a sample: a URL that nobody looked at while the outage lasted speaks neither for nor against.
//! The shares are our model; no source says when a site counts as down.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::outage::Scope;
use crate::domain::page_url::Section;

/// From this share of failing URLs, of those that were looked at, it is the whole site.
const SITE_SHARE: f64 = 0.5;

/// From this share of a section's URLs it is the section; below, single URLs of it. One dead backend of four shows so.
const SECTION_SHARE: f64 = 0.2;

/// Failing URLs in so many sections are no coincidence, however many others are healthy.
const SECTIONS_OF_A_SITE: usize = 3;

/// Failing and healthy URLs, by section.
#[derive(Debug, Default)]
pub(super) struct Seen {
    failing: BTreeMap<Section, usize>,
    healthy: BTreeMap<Section, usize>,
}

impl Seen {
    /// From the counts of each section: failing URLs, healthy URLs.
    pub(super) fn counted(sections: impl Iterator<Item = (Section, u32, u32)>) -> Self {
        let mut seen = Self::default();
        for (section, failing, healthy) in sections {
            for (counts, urls) in [(&mut seen.failing, failing), (&mut seen.healthy, healthy)] {
                if urls > 0 {
                    counts.insert(section.clone(), urls as usize);
                }
            }
        }
        seen
    }

    fn share(&self) -> f64 {
        share(self.failing.values().sum(), self.healthy.values().sum())
    }

    fn share_in(&self, section: &Section) -> f64 {
        let of = |counts: &BTreeMap<Section, usize>| counts.get(section).copied().unwrap_or_default();
        share(of(&self.failing), of(&self.healthy))
    }

    fn sections(&self) -> usize {
        self.failing.keys().chain(self.healthy.keys()).collect::<BTreeSet<_>>().len()
    }
}

/// Decides the scope.
pub(super) fn scope(seen: &Seen) -> Scope {
    let failing: usize = seen.failing.values().sum();
    if failing <= 1 {
        return Scope::Url;
    }
    match seen.failing.keys().collect::<Vec<_>>()[..] {
        [only] if seen.sections() > 1 || *only != Section::of_path("/") => {
            if seen.share_in(only) >= SECTION_SHARE { Scope::Section(only.clone()) } else { Scope::Url }
        }
        ref failing_in if seen.share() >= SITE_SHARE || failing_in.len() >= SECTIONS_OF_A_SITE => Scope::Site,
        _ => Scope::Url,
    }
}

/// The share of failing ones; 0 when nothing was seen.
#[expect(clippy::cast_precision_loss, reason = "counts of URLs stay far below 2^52")]
fn share(failing: usize, healthy: usize) -> f64 {
    if failing == 0 { 0.0 } else { failing as f64 / (failing + healthy) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope_of(failing: &[(&str, usize)], healthy: &[(&str, usize)]) -> Scope {
        let of =
            |counts: &[(&str, usize)]| counts.iter().map(|(path, n)| (Section::of_path(path), *n)).collect();
        scope(&Seen { failing: of(failing), healthy: of(healthy) })
    }

    #[test]
    fn one_url_is_a_url_and_everything_is_the_site() {
        assert_eq!(scope_of(&[("/a/1", 1)], &[("/", 9)]), Scope::Url);
        assert_eq!(scope_of(&[("/", 2)], &[]), Scope::Site);
        assert_eq!(scope_of(&[("/", 2), ("/a/1", 3), ("/b/1", 4)], &[]), Scope::Site);
    }

    #[test]
    fn many_urls_of_one_section_beside_a_healthy_start_page_are_the_section() {
        let products = Scope::Section(Section::of_path("/product/7"));
        assert_eq!(scope_of(&[("/product/1", 400)], &[("/", 2)]), products);
        assert_eq!(scope_of(&[("/product/1", 100)], &[("/", 2), ("/product/1", 300)]), products);
    }

    #[test]
    fn a_few_urls_of_a_section_that_works_are_single_urls() {
        assert_eq!(scope_of(&[("/product/1", 2)], &[("/", 2), ("/product/1", 300)]), Scope::Url);
        assert_eq!(
            scope_of(&[("/product/1", 1), ("/blog/1", 1)], &[("/", 2), ("/product/1", 300)]),
            Scope::Url
        );
    }

    #[test]
    fn a_third_of_the_urls_all_over_the_site_is_the_site() {
        let third = [("/", 3), ("/product/1", 100), ("/blog/1", 30)];
        let rest = [("/", 6), ("/product/1", 200), ("/blog/1", 60)];
        assert_eq!(scope_of(&third, &rest), Scope::Site);
    }
}
