//! How an outage lies over its site: in which sections its URLs are, and what was healthy beside it while it lasted.
//!
//! It is what pages need beyond [`super::outage::Scope`] in order not to claim too much: the scope `site` is concluded from
//! a sample, and holds for half of a site, too. It decides nothing; a lone URL's outage has an empty one.

use super::page_url::Section;

/// What was seen of an outage that several URLs share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// Sections with failing URLs, and how many of them failed; most first.
    pub sections: Vec<(Section, u64)>,
    /// Sections in which nothing failed, although somebody has looked since it began.
    pub spared_sections: u64,
    /// Distinct other URLs that were seen healthy while it lasted, as far as they were counted.
    pub healthy_urls: u64,
    /// Looks at its sections that failed while it lasted, those that confirm what fails among them.
    pub failing_looks: u64,
    /// Looks there that were healthy, between failing ones.
    pub healthy_looks: u64,
}

impl Extent {
    /// The share of the looks that failed, from 0 to 1; `None`: nobody counted.
    #[expect(clippy::cast_precision_loss, reason = "looks at one outage stay far below 2^52")]
    pub fn failing_share(&self) -> Option<f64> {
        let looks = self.failing_looks + self.healthy_looks;
        (looks > 0).then(|| self.failing_looks as f64 / looks as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_of_all_looks_and_unknown_when_there_were_none() {
        let extent = Extent { failing_looks: 1, healthy_looks: 3, ..Extent::default() };
        assert_eq!(extent.failing_share(), Some(0.25));
        assert_eq!(Extent::default().failing_share(), None);
    }
}
