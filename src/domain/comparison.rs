//! Whether a site answers search bots otherwise than us: the same URLs fetched under our name and under Googlebot's.
//!
//! It is no proof of what Googlebot meets: a gateway that knows Googlebot by its addresses takes us for a liar. So only a
//! server error tells something; that it refuses us (403 and the like) says no more than that it checks.

use super::outcome::{Class, Outcome};

/// So many URLs must show a difference, or all, where fewer were compared: a single one may have failed by chance.
const LEAST: usize = 2;

/// One URL, fetched under both names at nearly the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// What came for Gatecrawl.
    pub ours: Outcome,
    /// What came for a client that calls itself Googlebot.
    pub theirs: Outcome,
}

/// What pairs show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The site fails for bots only.
    BotsOnly {
        /// On so many URLs.
        urls: usize,
        /// With this, most often.
        outcome: Outcome,
    },
    /// The site fails for us only.
    UsOnly {
        /// On so many URLs.
        urls: usize,
        /// With this, most often.
        outcome: Outcome,
    },
    /// The site refuses whoever calls itself Googlebot and is not at Google: what Googlebot meets cannot be seen from here.
    Verified {
        /// On so many URLs.
        urls: usize,
        /// With this, most often.
        outcome: Outcome,
    },
}

impl Pair {
    /// Whether the two names were treated alike, as a search engine would see it.
    pub fn agrees(self) -> bool {
        self.ours.class() == self.theirs.class()
    }
}

/// What the pairs show, if they show anything.
pub fn compare(pairs: &[Pair]) -> Option<Finding> {
    let told = |is: &dyn Fn(&Pair) -> bool, of: fn(&Pair) -> Outcome| {
        let outcomes: Vec<Outcome> = pairs.iter().filter(|pair| is(pair)).map(of).collect();
        let outcome = outcomes
            .iter()
            .max_by_key(|one| outcomes.iter().filter(|other| other == one).count())
            .copied()?;
        (outcomes.len() >= LEAST.min(pairs.len())).then_some((outcomes.len(), outcome))
    };
    let fails = |outcome: Outcome| outcome.class() == Class::Failing;
    let bots = told(&|pair| fails(pair.theirs) && !fails(pair.ours), |pair| pair.theirs);
    let us = told(&|pair| fails(pair.ours) && !fails(pair.theirs), |pair| pair.ours);
    let refused =
        told(&|pair| pair.theirs.class() == Class::Gone && pair.ours.class() == Class::Healthy, |pair| {
            pair.theirs
        });
    bots.map(|(urls, outcome)| Finding::BotsOnly { urls, outcome })
        .or(us.map(|(urls, outcome)| Finding::UsOnly { urls, outcome }))
        .or(refused.map(|(urls, outcome)| Finding::Verified { urls, outcome }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(statuses: &[(u16, u16)]) -> Vec<Pair> {
        let pair = |&(ours, theirs)| Pair { ours: Outcome::Status(ours), theirs: Outcome::Status(theirs) };
        statuses.iter().map(pair).collect()
    }

    #[test]
    fn an_error_for_bots_only_is_told_with_how_many_urls_show_it() {
        let found = compare(&pairs(&[(200, 502), (200, 502), (304, 503), (200, 200), (502, 502)]));
        assert_eq!(found, Some(Finding::BotsOnly { urls: 3, outcome: Outcome::Status(502) }));
    }

    #[test]
    fn an_error_for_us_only_is_told_too() {
        let found = compare(&pairs(&[(429, 200), (429, 200)]));
        assert_eq!(found, Some(Finding::UsOnly { urls: 2, outcome: Outcome::Status(429) }));
    }

    #[test]
    fn a_refusal_says_that_the_site_checks_who_is_googlebot() {
        let found = compare(&pairs(&[(200, 403), (200, 403), (200, 403)]));
        assert_eq!(found, Some(Finding::Verified { urls: 3, outcome: Outcome::Status(403) }));
    }

    #[test]
    fn one_difference_among_many_and_an_outage_for_all_show_nothing() {
        assert_eq!(compare(&pairs(&[(200, 502), (200, 200), (200, 200)])), None);
        assert_eq!(compare(&pairs(&[(502, 502), (503, 502)])), None);
        assert_eq!(compare(&[]), None);
        assert!(
            compare(&pairs(&[(200, 502)])).is_some(),
            "but where there is one URL, it speaks for the site"
        );
    }
}
