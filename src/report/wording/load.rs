//! What is said when a site fails because it is asked too fast.

use super::percent;
use super::verdict::Ground;
use crate::domain::load::Threshold;
use crate::domain::policy::Basis;

/// On what the sentence rests.
pub const GROUND: Ground = Ground {
    basis: Basis::Model,
    quote: "errors in at least four hours in which the site was asked both faster and slower, and slow looks that went well",
    source: "",
};

/// In one sentence, with what shows it and what to do.
pub fn says(told: &Threshold) -> String {
    format!(
        "{}s begin above {} requests a second: {} of the fetches failed above that rate and {} below it, in {}, and {} slow looks at the same URLs went well; chance would show that less than once in {} times. Set a lower rate for this site, or give it more room.",
        told.outcome,
        rate(told.above),
        percent(told.failing_above),
        percent(told.failing_below),
        super::plural(told.hours as u64, "hour", "hours"),
        super::count(told.controls),
        super::count(once_in(told.chance)),
    )
}

/// A hundred, a thousand, ten thousand or more: how sure it is needs no more digits.
fn once_in(chance: f64) -> u64 {
    let steps: [u32; 4] = [1_000_000, 100_000, 10_000, 1_000];
    steps.into_iter().find(|n| chance * f64::from(*n) <= 1.0).unwrap_or(100).into()
}

/// Whole from ten on; below, with a tenth.
fn rate(rate: f64) -> String {
    if rate >= 10.0 { format!("{rate:.0}") } else { format!("{rate:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Outcome;

    #[test]
    fn the_rate_is_named_with_what_shows_it_and_what_to_do() {
        let told = Threshold {
            above: 13.6,
            outcome: Outcome::Status(502),
            failing_above: 0.31,
            failing_below: 0.002,
            hours: 9,
            controls: 41,
            chance: 0.000_4,
        };
        let said = says(&told);
        assert!(
            said.starts_with("502s begin above 14 requests a second: 31 % of the fetches failed"),
            "{said}"
        );
        assert!(said.contains("0.2 % below it, in 9 hours, and 41 slow looks"), "{said}");
        assert!(said.contains("less than once in 1,000 times. Set a lower rate"), "{said}");
    }
}
