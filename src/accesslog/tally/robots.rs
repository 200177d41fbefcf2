//! What one bot got when it asked for robots.txt, and where the host stands on the ladder of a robots.txt that fails.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::observation::Observation;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::robots_ladder::Failure;

/// The fetches of robots.txt.
#[derive(Debug, Clone, Default)]
pub struct RobotsSeen {
    /// What they got.
    pub by_outcome: BTreeMap<Outcome, u64>,
    /// The newest one.
    pub newest: Option<(DateTime<Utc>, Outcome)>,
    /// The first failing one since the last that did not fail; `None`: the newest did not fail.
    pub failing_since: Option<DateTime<Utc>>,
    /// Times in which it failed that are over: from the first failing fetch to the first good one.
    pub failures: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    has_copy: bool,
    /// When a page was healthy last.
    healthy_page: Option<DateTime<Utc>>,
}

impl RobotsSeen {
    /// Takes in a fetch of this bot from this site.
    pub(super) fn look(&mut self, seen: &Observation, is_robots: bool) {
        let class = seen.outcome.class();
        if !is_robots {
            if class == Class::Healthy {
                self.healthy_page = Some(seen.at);
            }
            return;
        }
        *self.by_outcome.entry(seen.outcome).or_default() += 1;
        self.newest = Some((seen.at, seen.outcome));
        if class == Class::Failing {
            self.failing_since.get_or_insert(seen.at);
            return;
        }
        self.failures.extend(self.failing_since.take().map(|since| (since, seen.at)));
        self.has_copy |= class == Class::Healthy;
    }

    /// How many there were.
    pub fn fetches(&self) -> u64 {
        self.by_outcome.values().sum()
    }

    /// The failure that goes on; `None`: there is none.
    pub fn failure(&self) -> Option<Failure> {
        let (since, (_, outcome)) = (self.failing_since?, self.newest?);
        let site_is_up = self.healthy_page.is_some_and(|page| page >= since);
        Some(Failure { since, outcome, has_copy: self.has_copy, site_is_up })
    }
}
