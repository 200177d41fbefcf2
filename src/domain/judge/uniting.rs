//! What becomes of failures that have one root: part of an outage that goes on, of one that seemed over, or a new one.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::alarm::Alarm;
use super::event::Event;
use super::event::common::Common;
use super::event::tally::Tally;
use super::{EpisodeKey, Glance, OutageKey, Part, Place, Sighting, SiteJudge};
use crate::domain::page_url::Section;

impl SiteJudge {
    pub(super) fn act_on(&mut self, alarm: &Alarm, sighting: &Sighting<'_>) {
        let going_on = self.going_on(alarm, sighting);
        match going_on {
            Some(outage) if self.joined_late(outage, alarm) => self.unite(alarm, Some(outage), sighting),
            // It had looked as if every fetch there failed, and URLs that were healthy since fail now.
            Some(outage) => self.absorb(outage, alarm, true),
            None => match self.returns(alarm, sighting.seen.at) {
                Some(outage) => self.absorb(outage, alarm, false),
                None => self.unite(alarm, None, sighting),
            },
        }
        self.calm(alarm);
    }

    /// What raised the alarm has been dealt with.
    pub(super) fn calm(&mut self, alarm: &Alarm) {
        for url in &alarm.urls {
            self.urls.remove(url);
            self.changed.places.insert(Place::Url(*url));
        }
        if alarm.is_of_one_url {
            return;
        }
        self.site.settle(alarm.urls.len());
        for section in &alarm.sections {
            if let Some(pulse) = self.sections.get_mut(section) {
                pulse.settle(alarm.urls.len());
                self.changed.places.insert(Place::Section(section.clone()));
            }
        }
    }

    /// A common outage that goes on in one of the alarm's sections.
    pub(super) fn going_on(&self, alarm: &Alarm, sighting: &Sighting<'_>) -> Option<OutageKey> {
        let covers = |event: &Event| {
            event.common.as_ref().is_some_and(|c| alarm.sections.iter().any(|section| c.covers(section)))
        };
        // One URL that flaps is no proof against an outage of which no URL has recovered yet: it has its own fault.
        let concerns = |event: &Event| !alarm.is_of_one_url || event.tally.recovery_rolls();
        let goes_on = |event: &Event| event.is_joinable(sighting.seen.at) && covers(event) && concerns(event);
        self.shared.iter().rev().find(|key| self.events.get(key).is_some_and(goes_on)).copied()
    }

    /// Whether the sections of the alarm are in that outage only because nobody had looked at enough of them.
    pub(super) fn joined_late(&self, outage: OutageKey, alarm: &Alarm) -> bool {
        let common = self.events.get(&outage).and_then(|event| event.common.as_ref());
        common.is_some_and(|c| {
            alarm.sections.iter().all(|section| !c.covers(section) || c.joined_late(section))
        })
    }

    /// The outage that was over too early, or too narrow: nothing proves that what fails now was healthy in between.
    pub(super) fn returns(&self, alarm: &Alarm, at: DateTime<Utc>) -> Option<OutageKey> {
        if alarm.is_of_one_url {
            return None;
        }
        let unclear = alarm.unclear.last().and_then(|key| self.parts.get(key)).map(|part| part.outage);
        let covers = |event: &Event| {
            event.common.as_ref().is_some_and(|c| alarm.sections.iter().any(|section| c.covers(section)))
        };
        let may_return =
            |key: &&OutageKey| self.events.get(key).is_some_and(|e| e.may_return(at) && covers(e));
        let newest = unclear.or_else(|| self.shared.iter().rev().find(may_return).copied())?;
        let began = self.events.get(&newest)?.tally.first_failing;
        let is_proof = |outage: &OutageKey| {
            let before = self.events.get(outage).and_then(|event| event.tally.healthy_before);
            before.is_some_and(|before| before > began)
        };
        (!alarm.lone.iter().any(is_proof)).then_some(newest)
    }

    /// Lone outages, and what was unclear, turn out to be part of a common outage.
    pub(super) fn absorb(&mut self, outage: OutageKey, alarm: &Alarm, is_lottery: bool) {
        if let Some(common) = self.events.get_mut(&outage).and_then(|event| event.common.as_mut()) {
            common.is_lottery |= is_lottery;
            common.is_narrow = false;
            common.over_since = None;
            common.began_among(alarm.healthy_looks);
        }
        for lone in &alarm.lone {
            self.merge(*lone, outage);
        }
        self.gather(outage);
        self.make_clear(outage);
        self.retally(outage);
        self.bridge(outage);
    }

    /// A new common outage of what raised the alarm. `late_in`: the outage that its sections had joined for want of looks.
    pub(super) fn unite(&mut self, alarm: &Alarm, late_in: Option<OutageKey>, sighting: &Sighting<'_>) {
        let mut keys = alarm.unclear.clone();
        // One URL by itself takes nothing along of others.
        if !alarm.is_of_one_url {
            keys.extend(late_in.into_iter().flat_map(|outage| self.parts_in(outage, &alarm.sections)));
            keys.extend(self.unclear_in(&alarm.sections));
        }
        keys.sort_unstable();
        keys.dedup();
        let gap = self.run_before(alarm);
        let solid = self.solid(&keys, &alarm.lone);
        let mut parts: Vec<(EpisodeKey, Part)> = keys.iter().filter_map(|key| self.take_off(*key)).collect();
        let left: BTreeSet<OutageKey> = parts.iter().map(|(_, part)| part.outage).collect();
        for lone in &alarm.lone {
            let Some(event) = self.events.remove(lone) else { continue };
            parts.extend(event.parts.iter().filter_map(|key| Some((*key, self.parts.remove(key)?))));
            self.changed.gone.push(*lone);
        }
        parts.sort_by_key(|(key, part)| (part.episode.bounds.first_failing, *key));
        let Some((first_key, first)) = parts.first() else { return };
        // The oldest one grows; nobody who was told of it has to be told that it is gone.
        let outage = alarm.lone.first().copied().unwrap_or_else(|| OutageKey(self.keys + 1));
        self.keys += 1;
        self.changed.gone.retain(|key| *key != outage);
        let began = first.episode.bounds.first_failing;
        let own = self.urls.get(&first.url).filter(|_| alarm.is_of_one_url);
        let before = own.map_or_else(|| self.before_in(&first.section, began), |pulse| pulse.before(began));
        let mut common = Common::begun(began, self.site.before(began), before);
        common.run_before = gap;
        common.began_among(alarm.healthy_looks);
        let is_proof = |(_, part): &&(EpisodeKey, Part)| {
            part.episode.bounds.healthy_before.is_some_and(|before| before > began)
        };
        common.is_of_one_url = alarm.is_of_one_url;
        common.is_lottery = alarm.is_of_one_url || parts.iter().filter(is_proof).count() > 1;
        common.solid = solid;
        let mut event = Event {
            parts: BTreeSet::new(),
            tally: Tally::of(*first_key, first),
            unknown: TimeDelta::zero(),
            common: Some(Box::new(common)),
        };
        // Each part is counted when it joins, this one too.
        event.tally.urls.clear();
        self.events.insert(outage, event);
        if alarm.is_of_one_url {
            self.flapping.insert(sighting.url, outage);
        } else {
            self.share(outage);
        }
        for (key, mut part) in parts {
            part.resumed = None;
            self.has_company(part.url, part.outage);
            self.join(key, part, outage);
        }
        self.gather(outage);
        for outage in left.into_iter().chain([outage]) {
            self.retally(outage);
        }
        self.bridge(outage);
        self.join_kin(outage);
    }

    /// The longest that one of these outages lasted, or one of which all parts are among these, which are in order.
    fn solid(&self, parts: &[EpisodeKey], outages: &[OutageKey]) -> TimeDelta {
        let of_parts = parts.iter().filter_map(|key| self.parts.get(key)).map(|part| part.outage);
        let of_parts: BTreeSet<OutageKey> = of_parts.collect();
        let are_all = |event: &&Event| event.parts.iter().all(|part| parts.binary_search(part).is_ok());
        let emptied = of_parts.iter().filter_map(|key| self.events.get(key)).filter(are_all);
        let lone = outages.iter().filter_map(|key| self.events.get(key));
        emptied.chain(lone).map(Event::solid).max().unwrap_or_default()
    }

    /// Lists an outage that several URLs share, in the order in which outages were opened.
    pub(super) fn share(&mut self, outage: OutageKey) {
        let place = self.shared.partition_point(|key| *key < outage);
        self.shared.insert(place, outage);
    }

    pub(super) fn before_in(&self, section: &Section, at: DateTime<Utc>) -> Vec<Glance> {
        self.sections.get(section).map(|pulse| pulse.before(at)).unwrap_or_default()
    }

    pub(super) fn parts_in(&self, outage: OutageKey, sections: &[Section]) -> Vec<EpisodeKey> {
        let of_sections = |(_, part): &(EpisodeKey, &Part)| sections.contains(&part.section);
        self.members_of(outage).filter(of_sections).map(|(key, _)| key).collect()
    }

    /// Parts of outages that are over, in these sections, that have failed again since.
    pub(super) fn unclear_in(&self, sections: &[Section]) -> Vec<EpisodeKey> {
        let over =
            self.shared.iter().filter(|key| self.events.get(key).is_some_and(|e| e.over_since().is_some()));
        let parts = over.flat_map(|key| self.members_of(*key));
        let unclear = parts.filter(|(_, part)| part.resumed.is_some() && sections.contains(&part.section));
        unclear.map(|(key, _)| key).collect()
    }

    /// Healthy looks between the newest outage of these sections that is over and the alarm's first failure.
    pub(super) fn run_before(&self, alarm: &Alarm) -> Option<u32> {
        let common = |key: &OutageKey| self.events.get(key).and_then(|event| event.common.as_deref());
        let covers =
            |c: &&Common| c.over_since.is_some() && alarm.sections.iter().any(|section| c.covers(section));
        let before = self.shared.iter().rev().filter_map(common).find(covers)?;
        Some(before.run.saturating_sub(alarm.healthy_looks))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::world::{SHOP, World, minutes};
    use crate::domain::outage::Scope;

    #[test]
    fn nightly_deploys_are_one_outage_a_night() {
        let mut world = World::new();
        for minute in (0..7 * 1440).step_by(5) {
            let is_down = (120..130).contains(&(minute % 1440));
            world.round(minute, &SHOP, |_| if is_down { 502 } else { 200 });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 7, "{outages:#?}");
        for (night, outage) in (0..).zip(&outages) {
            assert_eq!((&outage.scope, outage.url_count, outage.ongoing), (&Scope::Site, 20, false));
            assert_eq!(outage.bounds.first_failing, minutes(night * 1440 + 120));
        }
    }

    #[test]
    fn deploys_at_which_nobody_looks_again_before_the_next_night_are_one_outage_a_night() {
        let mut world = World::new();
        for night in 0..5 {
            world.round(night * 1440 + 60, &SHOP, |_| 200).round(night * 1440 + 120, &SHOP, |_| 502);
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 5, "{outages:#?}");
    }

    #[test]
    fn strays_are_one_outage_each_and_no_storm() {
        let mut world = World::new();
        let mut chance = fastrand::Rng::with_seed(3);
        let mut strays = 0;
        for minute in (0..3 * 1440).step_by(10) {
            world.round(minute, &SHOP, |_| {
                let is_stray = chance.u32(0..400) == 0;
                strays += u64::from(is_stray);
                if is_stray { 502 } else { 200 }
            });
        }
        let outages = world.outages();
        assert!(strays > 10 && outages.len() as u64 == strays, "{strays} strays, {} outages", outages.len());
        assert!(outages.iter().all(|outage| outage.scope == Scope::Url && !outage.ongoing));
    }

    #[test]
    fn a_recovery_that_rolls_over_the_site_for_half_an_hour_ends_one_outage() {
        let mut world = World::new();
        for minute in (0..120).step_by(5) {
            let recovered = usize::try_from((minute - 60).max(0)).unwrap() * SHOP.len() / 30;
            let is_down =
                |path: &str| minute >= 30 && SHOP.iter().skip(recovered).any(|other| *other == path);
            world.round(minute, &SHOP, |path| if is_down(path) { 502 } else { 200 });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 1, "{outages:#?}");
        assert_eq!((outages[0].url_count, outages[0].ongoing), (20, false));
        assert!(outages[0].bounds.last_failing >= minutes(85), "{:?}", outages[0].bounds);
    }

    #[test]
    fn two_urls_of_which_one_was_healthy_after_the_other_had_failed_are_two_outages() {
        let mut world = World::new();
        world
            .see(0, "/a/1", 200)
            .see(0, "/a/2", 200)
            .see(1, "/a/1", 502)
            .see(2, "/a/2", 200)
            .see(3, "/a/2", 502);
        assert_eq!(world.outages().len(), 2);
        let mut world = World::new();
        world.see(0, "/a/1", 200).see(0, "/a/2", 200).see(1, "/a/1", 502).see(3, "/a/2", 502);
        assert_eq!(world.outages().len(), 1);
    }

    #[test]
    fn an_old_failure_of_a_url_is_no_part_of_what_fails_now() {
        let mut world = World::new();
        world.round(0, &SHOP, |_| 200).round(60, &SHOP, |path| if path == "/a/1" { 502 } else { 200 });
        for minute in (120..600).step_by(60) {
            world.round(minute, &SHOP, |_| 200);
        }
        world.round(600, &SHOP, |_| 502).round(660, &SHOP, |_| 200);
        let outages = world.outages();
        assert_eq!(outages.len(), 2, "{outages:#?}");
        assert_eq!((outages[0].url_count, outages[1].url_count), (1, 20));
        assert_eq!(outages[1].bounds.first_failing, minutes(600));
    }
}
