//! Between which instants an outage began and ended, from what its parts and its places show.
//!
//! The bounds are the intersection of the parts' intervals as far as they agree. When the whole of a place was down, a
//! healthy look at any URL of that place bounds it too, and that is most of the precision: a site is looked at far more
//! often than any one URL of it. Where the parts disagree, the wider reading is taken:
//!
//! - The recovery rolled over the site: it ended when the last of those ended that were still failing.
//! - Only some of the fetches failed: one healthy look shows little, so that the bound is as many looks away as the share
//!   of failing ones demands; looks at as many URLs, when it is the URLs that fail or not, and not the fetches.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::super::pulse::Glance;
use super::Event;
use super::common::Common;
use crate::domain::bounds::Bounds;
use crate::domain::outage::Scope;

impl Event {
    /// The four instants and the silence.
    pub(in super::super) fn bounds(&self, scope: &Scope) -> Bounds {
        let after = if self.is_ongoing() { None } else { self.healthy_after(scope) };
        Bounds {
            healthy_before: self.healthy_before(scope),
            first_failing: self.tally.first_failing,
            last_failing: self.tally.last_failing,
            healthy_after: after,
            unknown: self.unknown,
        }
    }

    pub(in super::super) fn healthy_before(&self, scope: &Scope) -> Option<DateTime<Utc>> {
        let own = self.tally.healthy_before;
        let Some(common) = &self.common else { return own };
        let first = self.tally.first_failing;
        let looks: &[Glance] = match scope {
            Scope::Site => &common.before_site,
            Scope::Section(_) => &common.before_place,
            Scope::Url if common.is_lottery => &common.before_place,
            Scope::Url => return own,
        };
        let missed = common.missed_at_begin(scope.section());
        let earlier = || looks.iter().filter(|look| look.at < first);
        if common.is_lottery {
            return earlier().nth(missed - 1).or_else(|| earlier().last()).map(|look| look.at).or(own);
        }
        // Of an outage that spares some URLs for good, a URL that is looked at again says nothing more.
        let mut urls = HashSet::new();
        own.max(earlier().filter(|look| urls.insert(look.url)).nth(missed - 1).map(|look| look.at))
    }

    fn healthy_after(&self, scope: &Scope) -> Option<DateTime<Utc>> {
        let (first_own, last) = (self.tally.first_recovery_after(), self.tally.last_failing);
        let Some(common) = &self.common else { return first_own };
        if common.is_lottery {
            return common
                .healthy_after(last, scope.section())
                .or_else(|| common.newest_after(last))
                .or(first_own);
        }
        let of_places = common.healthy_after(last, scope.section()).filter(|_| *scope != Scope::Url);
        if self.tally.recovery_rolls() {
            let last_own = self.tally.last_recovery();
            return if self.tally.open == 0 { last_own.or(of_places) } else { of_places.or(last_own) };
        }
        earlier(first_own, of_places.or_else(|| self.fallback(common, scope)))
    }

    /// The last word of the places when there were too few looks for a better one.
    fn fallback(&self, common: &Common, scope: &Scope) -> Option<DateTime<Utc>> {
        common.newest_after(self.tally.last_failing).filter(|_| *scope != Scope::Url && self.tally.open > 0)
    }
}

/// The earlier of two instants, as far as there are any.
fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
