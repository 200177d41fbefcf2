//! An outage as it stood at an instant that is past. Pure.

use chrono::{DateTime, Utc};

use crate::domain::outage::Outage;

/// Cuts an outage at this instant; `None`: it had not begun. Which URLs belong to it is taken as it is known today.
pub fn as_of(outage: &Outage, at: DateTime<Utc>) -> Option<Outage> {
    let mut cut = outage.clone();
    if outage.bounds.first_failing > at {
        return None;
    }
    let is_over = outage.bounds.healthy_after.is_some_and(|healthy| healthy <= at)
        || (!outage.ongoing && outage.bounds.last_failing <= at && outage.bounds.healthy_after.is_none());
    if !is_over {
        cut.ongoing = true;
        cut.bounds.healthy_after = None;
        cut.bounds.last_failing = outage.bounds.last_failing.min(at);
    }
    Some(cut)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::bounds::Bounds;
    use crate::domain::observation::Observer;
    use crate::domain::outage::Scope;
    use crate::domain::policy::Policy;
    use crate::domain::verdict::{State, Verdict};

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn outage(first: i64, last: i64, healthy_after: Option<i64>) -> Outage {
        Outage {
            observer: Observer::gatecrawl(),
            scope: Scope::Site,
            bounds: Bounds {
                healthy_before: Some(at(first - 1)),
                first_failing: at(first),
                last_failing: at(last),
                healthy_after: healthy_after.map(at),
                unknown: TimeDelta::zero(),
            },
            ongoing: healthy_after.is_none(),
            confirmed: true,
            alternating: false,
            solid: TimeDelta::hours(last - first),
            url_count: 3,
            outcomes: BTreeMap::new(),
            wasted_fetches: 9,
            wasted: TimeDelta::zero(),
        }
    }

    #[test]
    fn an_outage_that_is_over_today_went_on_the_day_before() {
        let was = as_of(&outage(10, 70, Some(71)), at(40)).unwrap();
        let judged = was.judge(at(40), &Policy::default());
        assert_eq!((judged.verdict, judged.state), (Verdict::Prolonged, State::Ongoing));
        assert!(as_of(&outage(10, 70, Some(71)), at(9)).is_none(), "it had not begun");
    }

    #[test]
    fn one_that_was_over_by_then_is_left_as_it_is() {
        let over = outage(10, 20, Some(21));
        assert_eq!(as_of(&over, at(30)).unwrap(), over);
    }
}
