//! Between which instants an outage began and ended, from what its parts and its places show.
//!
//! The bounds are the intersection of the parts' intervals as far as they agree. When the whole of a place was down, a
//! healthy look at any URL of that place bounds it too, and that is most of the precision: a site is looked at far more
//! often than any one URL of it. Where the parts disagree, the wider reading is taken:
//!
//! - The recovery rolled over the site: it ended when the last of those ended that were still failing.
//! - It spread over the site: it began after all of the sections had been healthy that may have been first.
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
        let after =
            if self.is_ongoing() { None } else { self.healthy_after(scope).or_else(|| self.over_by()) };
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
            return earlier().nth(missed - 1).or_else(|| earlier().next_back()).map(|look| look.at).or(own);
        }
        if let Some(before) = common.before_it_spread() {
            return Some(before).filter(|before| *before < first).or(own);
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

    /// An outage that is over has an end, however little was seen of it: the newest look by which it was.
    fn over_by(&self) -> Option<DateTime<Utc>> {
        self.common.as_ref().and_then(|common| common.newest_after(self.tally.last_failing))
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

#[cfg(test)]
mod tests {
    use super::super::super::tests::world::{SHOP, World, minutes};
    use super::*;

    fn bounds(world: &World) -> Bounds {
        let outages = world.outages();
        assert_eq!(outages.len(), 1, "{outages:#?}");
        outages[0].bounds
    }

    #[test]
    fn when_all_of_a_site_was_down_any_look_at_it_bounds_the_outage() {
        let mut world = World::new();
        world.round(0, &SHOP, |_| 200).see(9, "/c/1", 200);
        world.round(10, &SHOP, |_| 502).see(12, "/new", 200).see(13, "/c/1", 200).see_all(
            14,
            &SHOP[16..],
            200,
        );
        let bounds = bounds(&world);
        assert_eq!((bounds.healthy_before, bounds.first_failing), (Some(minutes(9)), minutes(10)));
        assert_eq!(bounds.healthy_after, Some(minutes(12)), "even at a URL that nobody knew");
    }

    #[test]
    fn a_recovery_that_rolls_is_over_with_the_last_url_that_was_failing() {
        let mut world = World::new();
        let paths = &SHOP[..4];
        world.round(0, paths, |_| 200).round(10, paths, |_| 502);
        world.round(20, paths, |path| if path == "/" { 200 } else { 502 });
        let lingers = |path: &str| path.starts_with("/a/");
        world.round(30, paths, |path| if lingers(path) { 502 } else { 200 }).round(40, paths, |_| 200);
        let bounds = bounds(&world);
        assert_eq!(bounds.last_failing, minutes(30) + chrono::TimeDelta::seconds(3));
        assert_eq!(bounds.healthy_after, Some(minutes(40) + chrono::TimeDelta::seconds(3)));
    }

    #[test]
    fn when_only_some_fetches_fail_one_healthy_look_is_no_bound() {
        let mut world = World::new();
        for minute in 0..60 {
            world.see(minute, SHOP[usize::try_from(minute % 20).unwrap()], 200);
        }
        for minute in 60..180 {
            let status = if minute % 3 == 0 { 502 } else { 200 };
            world.see(minute, SHOP[usize::try_from(minute % 20).unwrap()], status);
        }
        for minute in 180..300 {
            world.see(minute, SHOP[usize::try_from(minute % 20).unwrap()], 200);
        }
        let bounds = bounds(&world);
        assert!(bounds.healthy_before < Some(minutes(56)), "{bounds:?}");
        assert!(bounds.healthy_after > Some(minutes(182)), "{bounds:?}");
    }

    #[test]
    fn an_outage_that_was_over_when_something_else_began_has_an_end() {
        let mut world = World::new();
        world.round(0, &SHOP, |_| 200).round(10, &SHOP, |_| 502);
        world.round(3000, &SHOP, |_| 503).round(3010, &SHOP, |_| 200);
        let ends: Vec<_> = world.outages().iter().map(|outage| outage.bounds.healthy_after).collect();
        assert_eq!(ends, [Some(minutes(3000)), Some(minutes(3010))]);
    }

    #[test]
    fn a_healthy_look_at_the_instant_of_the_last_failure_is_no_end_of_it() {
        let mut world = World::new();
        world.see_all(0, &SHOP, 200).see_all(10, &SHOP[..16], 502).see_all(10, &SHOP[16..], 200);
        assert!(world.outages()[0].ongoing);
        world.see_all(20, &SHOP, 200);
        assert_eq!(bounds(&world).healthy_after, Some(minutes(20)));
    }
}
