//! Lotteries: outages in which a part of the fetches fails, such as one dead backend of three. Seen from a crawl they are
//! many short failures; here those become one.
//!
//! The decision that a reader would question: a lottery takes in what failed in its places since it began, and another
//! one that lasts at the same time. Two of them at once, on one site, that fail alike, are nobody's first guess.

use super::event::Event;
use super::{EpisodeKey, OutageKey, Part, ROLLING_RECOVERY, SiteJudge};

impl SiteJudge {
    /// When this outage and one before it are likelier one lottery than two outages, they become one.
    pub(super) fn bridge(&mut self, outage: OutageKey) {
        let Some((before, gap)) = self.bridgeable(outage) else { return };
        let Some(began) = self.events.get(&before).map(|event| event.tally.first_failing) else { return };
        let healthy_between = |(_, part): (EpisodeKey, &Part)| {
            part.episode.bounds.healthy_before.is_some_and(|healthy| healthy > began)
        };
        let is_lottery = self.members_of(outage).any(healthy_between);
        let is_known = |key: &OutageKey| {
            self.events.get(key).and_then(|event| event.common.as_ref()).is_some_and(|c| c.is_lottery)
        };
        if !is_lottery && ![outage, before].iter().any(is_known) {
            return;
        }
        if let Some(common) = self.events.get_mut(&before).and_then(|event| event.common.as_mut()) {
            common.is_lottery |= is_lottery;
            common.over_since = None;
            common.began_among(gap);
        }
        self.make_clear(before);
        self.merge(outage, before);
        self.gather(before);
        self.retally(before);
    }

    /// The outage before this one that is one with it, and the healthy looks between them.
    pub(super) fn bridgeable(&mut self, outage: OutageKey) -> Option<(OutageKey, u32)> {
        let event = self.events.get(&outage)?;
        let common = event.common.as_ref()?;
        let gap = common.run_before?;
        let is_before = |key: &&OutageKey| {
            self.events.get(key).is_some_and(|e| {
                e.tally.first_failing < event.tally.first_failing
                    && e.common
                        .as_ref()
                        .is_some_and(|c| c.over_since.is_some() && c.shares_a_section_with(common))
            })
        };
        let before = self.shared.iter().rev().find(is_before).copied();
        let earlier = before.and_then(|key| self.events.get(&key));
        let lasted = |earlier: &Event| event.tally.first_failing - earlier.tally.last_failing;
        let is_one = |earlier: &Event| common.is_one_with(earlier.common.as_ref()?, gap, lasted(earlier));
        match earlier.and_then(is_one) {
            Some(true) => before.map(|before| (before, gap)),
            Some(false) => None,
            None => {
                self.events.get_mut(&outage)?.common.as_mut()?.run_before = None;
                None
            }
        }
    }

    /// A lottery takes in what failed in its sections since it began, and was taken for something of its own.
    pub(super) fn gather(&mut self, outage: OutageKey) {
        let Some(event) = self.events.get(&outage) else { return };
        let Some(common) = event.common.as_ref().filter(|common| common.is_lottery) else { return };
        let began = event.healthy_before(&event.scope()).unwrap_or(event.tally.first_failing);
        let is_of_it = |key: &&OutageKey| {
            let Some(other) = self.events.get(key).filter(|_| **key != outage) else { return false };
            let Some((_, part)) = self.members_of(**key).next() else { return false };
            let is_recent = other.is_ongoing() || self.now <= other.tally.last_failing + ROLLING_RECOVERY;
            let is_its_url = event.tally.urls.contains_key(&part.url);
            let is_alone = other.common.as_ref().is_none_or(|common| common.is_of_one_url);
            is_recent
                && is_alone
                && other.tally.first_failing >= began
                && if common.is_of_one_url { is_its_url } else { common.explains(&part.section) }
        };
        let alone = self.recent.iter().chain(self.flapping.values()).filter(is_of_it);
        let mut found: Vec<OutageKey> = alone.copied().collect();
        if !common.is_of_one_url {
            found.extend(self.shared.iter().filter(|key| self.is_same_lottery(outage, **key)));
        }
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            return;
        }
        for key in found {
            self.merge(key, outage);
        }
        self.retally(outage);
    }

    /// Whether another outage of several URLs lasts at the same time and shows the same: two lotteries at once are one.
    pub(super) fn is_same_lottery(&self, outage: OutageKey, other: OutageKey) -> bool {
        let (Some(one), Some(two)) = (self.events.get(&outage), self.events.get(&other)) else {
            return false;
        };
        let overlap = one.tally.first_failing <= two.tally.last_failing
            && two.tally.first_failing <= one.tally.last_failing;
        let is_one_kind = one.tally.latest == two.tally.latest;
        outage != other && overlap && is_one_kind && two.common.as_ref().is_some_and(|c| !c.is_narrow)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::world::{SHOP, World};
    use crate::domain::outage::Outage;
    use crate::domain::policy::Policy;
    use crate::domain::verdict::Verdict;

    /// Rounds of ten minutes from one minute to another, of which so many looks of a hundred fail.
    fn lottery(world: &mut World, minutes: std::ops::Range<i64>, share: u32) {
        let mut chance = fastrand::Rng::with_seed(7);
        for minute in minutes.step_by(10) {
            world.round(minute, &SHOP, |_| if chance.u32(0..100) < share { 502 } else { 200 });
        }
    }

    fn worst(world: &World) -> Option<Verdict> {
        let judged = |outage: Outage| outage.judge(world.judge.now, &Policy::default()).verdict;
        world.outages().into_iter().map(judged).max()
    }

    #[test]
    fn one_dead_backend_of_three_is_one_outage_and_intermittent_however_long_it_lasts() {
        let mut world = World::new();
        lottery(&mut world, 0..60, 0);
        lottery(&mut world, 60..4 * 1440, 33);
        lottery(&mut world, 4 * 1440..4 * 1440 + 120, 0);
        let outages = world.outages();
        assert_eq!(outages.len(), 1, "{outages:#?}");
        assert!(outages[0].alternating && !outages[0].ongoing);
        assert_eq!(outages[0].url_count, 20);
        assert_eq!(worst(&world), Some(Verdict::Intermittent));
    }

    #[test]
    fn what_failed_before_it_was_known_to_be_a_lottery_is_part_of_it() {
        let (mut world, mut chance) = (World::new(), fastrand::Rng::with_seed(5));
        lottery(&mut world, 0..600, 0);
        for minute in (600..1200).step_by(10) {
            world.round(minute, &SHOP, |_| if chance.u32(0..100) < 8 { 502 } else { 200 });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 1, "{outages:#?}");
    }

    #[test]
    fn one_backend_that_comes_back_after_three_days_does_not_undo_that_the_outage_persisted() {
        let mut world = World::new();
        lottery(&mut world, 0..60, 0);
        lottery(&mut world, 60..3 * 1440, 100);
        assert_eq!(worst(&world), Some(Verdict::Persistent));
        lottery(&mut world, 3 * 1440..4 * 1440, 50);
        assert_eq!(worst(&world), Some(Verdict::Persistent));
    }

    #[test]
    fn one_url_that_flaps_is_one_outage_of_it_and_no_company_for_others() {
        let mut world = World::new();
        for minute in (0..600).step_by(10) {
            world.round(minute, &SHOP, |path| if path == "/a/1" && minute % 30 == 10 { 502 } else { 200 });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 1, "{outages:#?}");
        assert_eq!((outages[0].url_count, outages[0].alternating), (1, true));
    }

    #[test]
    fn two_deploys_in_an_hour_are_two_outages_and_no_lottery() {
        let mut world = World::new();
        for minute in (0..120).step_by(5) {
            let is_down = (20..30).contains(&minute) || (60..70).contains(&minute);
            world.round(minute, &SHOP, |_| if is_down { 502 } else { 200 });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 2, "{outages:#?}");
        assert!(outages.iter().all(|outage| !outage.alternating && outage.url_count == 20));
    }
}
