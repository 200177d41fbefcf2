//! How it reads that a place fails again and again: many brief outages that are not forgiven, because together they fill
//! more of a week than the policy's rule for flapping allows.

use super::{percent, plural, spoken};
use crate::domain::history::Flapping;
use crate::domain::policy::Policy;

/// What to do about it, in the place of what there is to do about one brief outage.
pub const ADVICE: &str = "By itself, this outage was forgiven. But it comes again and again: find what happens at that hour, such as a backup, a nightly job or a restart, and the habit ends.";

/// "7 outages on 7 days, 13 % of the observed time in the last seven days".
pub fn extent(flapping: &Flapping, policy: &Policy) -> String {
    format!(
        "{} on {}, {} of the observed time in the last {}",
        plural(flapping.episodes as u64, "outage", "outages"),
        plural(flapping.days as u64, "day", "days"),
        percent(flapping.failing_share),
        spoken(policy.intermittent_within.delta())
    )
}

/// What that means, after a subject such as "The whole site".
pub fn headline(flapping: &Flapping, policy: &Policy) -> String {
    format!(
        " fails again and again: {}. Each was brief, but together they keep crawling slow.",
        extent(flapping, policy)
    )
}

/// The rule by which that is called intermittent.
pub fn rule(policy: &Policy) -> String {
    format!(
        "From {} on {} and {} of the observed time on, that is called intermittent.",
        plural(policy.intermittent_episodes.into(), "outage", "outages"),
        plural(policy.intermittent_days.into(), "day", "days"),
        percent(policy.intermittent_share.fraction())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_habit_is_told_by_its_share_of_the_observed_time_and_its_rule() {
        let flapping = Flapping { episodes: 7, days: 7, failing_share: 0.128 };
        let policy = Policy::default();
        assert_eq!(
            extent(&flapping, &policy),
            "7 outages on 7 days, 13 % of the observed time in the last seven days"
        );
        assert!(
            headline(&flapping, &policy).ends_with("Each was brief, but together they keep crawling slow.")
        );
        assert_eq!(
            rule(&policy),
            "From 3 outages on 3 days and 10 % of the observed time on, that is called intermittent."
        );
    }
}
