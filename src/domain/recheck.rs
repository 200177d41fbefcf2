//! When a failing URL is looked at again: by the ladder of its site's policy, but never so many at a time that the looks
//! themselves become a load. However many URLs fail, together they get so many looks a minute.

use chrono::{DateTime, TimeDelta, Utc};

use super::jitter::jitter;
use super::span::Span;

/// How many re-checks a minute the failing URLs of one site share. Ours: one a second is a fifth of what a site is asked
/// by default while it is well.
pub const MOST_A_MINUTE: u32 = 60;

/// When to look again at a URL that failed at `at`, after this rung of the ladder or later: `failing` is how many URLs of
/// the site fail, `not_before` what its server asked for. The same `seed` gives the same instant.
pub fn due(
    at: DateTime<Utc>,
    rung: Span,
    failing: usize,
    not_before: Option<DateTime<Utc>>,
    seed: u64,
) -> DateTime<Utc> {
    let wait = rung.duration().max(turn(failing)).mul_f64(jitter(seed));
    let due = at + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    not_before.map_or(due, |until| due.max(until))
}

/// How long it takes until each of so many URLs had its turn.
pub fn turn(failing: usize) -> std::time::Duration {
    let failing = u32::try_from(failing).unwrap_or(u32::MAX);
    std::time::Duration::from_mins(1).mul_f64(f64::from(failing) / f64::from(MOST_A_MINUTE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(rung: Span, failing: usize, not_before: Option<i64>, seed: u64) -> i64 {
        let at = DateTime::UNIX_EPOCH;
        let until = not_before.map(|seconds| at + TimeDelta::seconds(seconds));
        (due(at, rung, failing, until, seed) - at).num_seconds()
    }

    #[test]
    fn a_few_failing_urls_follow_the_ladder_a_quarter_more_or_less() {
        for seed in 0..200 {
            assert!((90..=150).contains(&wait(Span::minutes(2), 5, None, seed)));
        }
    }

    #[test]
    fn ten_thousand_failing_urls_never_mean_more_than_sixty_looks_a_minute() {
        let rung = Span::seconds(30);
        let mut looks: Vec<i64> = (0..10_000).map(|seed| wait(rung, 10_000, None, seed) / 60).collect();
        looks.sort_unstable();
        let busiest = looks.chunk_by(|a, b| a == b).map(<[i64]>::len).max().unwrap();
        // They were all seen to fail at one instant here, which a crawl could not do: half of the turn is the worst case.
        assert!(busiest <= 2 * 60 + 40, "{busiest} looks in one minute");
    }

    #[test]
    fn a_server_that_asks_for_more_time_is_given_it() {
        assert_eq!(wait(Span::seconds(30), 1, Some(600), 3), 600);
        assert!(wait(Span::hours(1), 1, Some(600), 3) > 2600, "but the ladder is not shortened");
    }
}
