//! Where a part that begins belongs, and when a part has another root than its outage.
//!
//! The decision that a reader would question: an outage is a guess at the fewest causes that explain what was seen. So a
//! failure joins what is there when it can; it begins something new only when a healthy look proves that it must. Lone
//! failures are counted ([`super::alarm`]), and may turn out to be one ([`super::uniting`]).

use chrono::{DateTime, TimeDelta, Utc};

use super::alarm::Alarm;
use super::event::Event;
use super::{EpisodeKey, OutageKey, Part, Pulse, ROLLING_RECOVERY, Resumed, Sighting, SiteJudge};
use crate::domain::episode::Episode;
use crate::domain::page_url::Section;

impl SiteJudge {
    /// A URL begins to fail; `before`: when it was last healthy.
    pub(super) fn begin(&mut self, sighting: &Sighting<'_>, before: Option<DateTime<Utc>>) {
        let episode = Episode::opened_by(&sighting.seen, before);
        let key = EpisodeKey(self.next_key());
        let mut part = Part {
            url: sighting.url,
            section: sighting.section.clone(),
            outage: OutageKey(0),
            episode,
            went_on: false,
            resumed: None,
        };
        self.open.insert(sighting.url, key);
        if let Some(outage) = self.joinable(sighting, before) {
            self.join(key, part, outage);
            return self.joined(outage, sighting);
        }
        if let Some(&own) = self.flapping.get(&sighting.url) {
            return self.join(key, part, own);
        }
        if let Some(outage) = self.rolling(sighting, before) {
            part.resumed = Some(Box::new(Resumed { firm: None, fresh: part.episode.clone() }));
            self.join(key, part, outage);
            self.narrow(outage);
        } else {
            self.stand_alone(key, part);
        }
        self.raise(sighting);
    }

    /// An outage of its own, until more is known.
    pub(super) fn stand_alone(&mut self, key: EpisodeKey, mut part: Part) {
        let outage = OutageKey(self.next_key());
        part.outage = outage;
        self.events.insert(outage, Event::lone(key, &part));
        let own = self.lone.entry(part.url).or_default();
        own.push(outage);
        let (events, now) = (&self.events, self.now);
        self.recent.retain(|key| {
            events.get(key).is_some_and(|e| e.is_ongoing() || now <= e.tally.last_failing + ROLLING_RECOVERY)
        });
        self.recent.push(outage);
        self.parts.insert(key, part);
        self.changed.parts.insert(key);
        self.changed.events.insert(outage);
    }

    /// The newest common outage that this failure can be part of, first of those that its section is part of already.
    /// `before`: when the URL was last healthy; `None`: not since it was last looked at.
    pub(super) fn joinable(
        &mut self,
        sighting: &Sighting<'_>,
        before: Option<DateTime<Utc>>,
    ) -> Option<OutageKey> {
        let at = sighting.seen.at;
        let mut elsewhere = None;
        for key in self.shared.iter().rev().copied() {
            let Some(event) = self.events.get_mut(&key).filter(|event| event.is_joinable(at)) else {
                continue;
            };
            if event.is_cut_off_from(&sighting.seen, self.max_gap) {
                self.changed.events.insert(key);
                if let Some(common) = &mut event.common {
                    common.end_unseen(at);
                }
            } else if event.admits(sighting.section, before, sighting.seen.outcome) {
                if event.common.as_ref().is_some_and(|common| common.covers(sighting.section)) {
                    return Some(key);
                }
                elsewhere = elsewhere.or(Some(key));
            }
        }
        elsewhere.filter(|key| !self.has_root_of_its_own(sighting, before, *key))
    }

    /// Whether another URL of this section fails alone and in the same way, although that outage goes on: then the
    /// section has its own root, and the fewest causes are that one for all of it. Not so when the outage is all over
    /// the site.
    fn has_root_of_its_own(
        &self,
        sighting: &Sighting<'_>,
        before: Option<DateTime<Utc>>,
        outage: OutageKey,
    ) -> bool {
        let Some(event) = self.events.get(&outage) else { return false };
        if event.common.as_ref().is_none_or(|common| common.explains(sighting.section)) {
            return false;
        }
        let is_alone = |part: &&Part| self.events.get(&part.outage).is_some_and(|own| own.common.is_none());
        let fits = |part: &Part| {
            part.episode.latest == sighting.seen.outcome
                && before.is_none_or(|before| before <= part.episode.bounds.first_failing)
        };
        let onsets = self.sections.get(sighting.section).map_or(&[][..], Pulse::onsets);
        let open = onsets.iter().filter_map(|onset| self.parts.get(self.open.get(&onset.url)?));
        open.filter(is_alone).any(fits)
    }

    /// The newest common outage that was over a little while ago, and may not have been over for this URL.
    pub(super) fn rolling(
        &self,
        sighting: &Sighting<'_>,
        before: Option<DateTime<Utc>>,
    ) -> Option<OutageKey> {
        let may = |key: &&OutageKey| {
            self.events.get(key).is_some_and(|e| e.may_roll_on(sighting.section, before, sighting.seen.at))
        };
        self.shared.iter().rev().find(may).copied()
    }

    /// A URL joined this outage: it may show that an earlier one was the same.
    pub(super) fn joined(&mut self, outage: OutageKey, sighting: &Sighting<'_>) {
        if !self.recent.is_empty() || !self.flapping.is_empty() || self.shared.len() > 1 {
            self.gather(outage);
        }
        self.bridge(outage);
        self.split_off(outage, sighting);
        self.join_kin(outage);
    }

    /// A part that has failed again since its outage was over joins another that goes on.
    pub(super) fn move_on(&mut self, key: EpisodeKey, to: OutageKey) {
        if let Some((key, part)) = self.take_off(key) {
            self.retally(part.outage);
            self.join(key, part, to);
            // It may have begun before the others.
            self.retally(to);
        }
    }

    /// A part that has failed for long since its outage was over has a root of its own.
    pub(super) fn set_apart(&mut self, key: EpisodeKey, sighting: &Sighting<'_>) {
        let Some(part) = self.parts.get_mut(&key) else { return };
        // Whoever was looked at all along has failed by that other root all along; after a silence nobody knows.
        if silence(part) <= ROLLING_RECOVERY {
            part.resumed = None;
        }
        let Some((key, part)) = self.take_off(key) else { return };
        self.retally(part.outage);
        self.stand_alone(key, part);
        self.raise(sighting);
    }

    /// When a section of an outage has long been healthy and another fails on, or fails otherwise, they are two.
    pub(super) fn split_off(&mut self, outage: OutageKey, sighting: &Sighting<'_>) {
        let Some(event) = self.events.get(&outage) else { return };
        let Some(common) = event.common.as_ref().filter(|c| !c.is_lottery && !c.is_narrow) else { return };
        let at = sighting.seen.at;
        let ended_apart = common.sections.iter().any(|(section, ground)| {
            let since = ground.run_since.filter(|_| section != sighting.section && common.is_over_in(ground));
            let is_other = ground.outcome != Some(sighting.seen.outcome) && ground.urls > 1;
            since.is_some_and(|since| is_other || at > since + ROLLING_RECOVERY)
        });
        if !ended_apart {
            return;
        }
        let over_since =
            common.sections.values().filter(|g| common.is_over_in(g)).filter_map(|g| g.run_since).max();
        let alive: Vec<Section> = common
            .sections
            .iter()
            .filter(|(_, ground)| ground.urls > 0 && !common.is_over_in(ground))
            .map(|(section, _)| section.clone())
            .collect();
        let alarm = Alarm {
            lone: Vec::new(),
            unclear: self.parts_in(outage, &alive),
            urls: Vec::new(),
            sections: alive,
            healthy_looks: 0,
            is_of_one_url: false,
        };
        self.unite(&alarm, None, sighting);
        if let Some(common) = self.events.get_mut(&outage).and_then(|event| event.common.as_mut()) {
            common.over_since = common.over_since.or(over_since);
            common.sections.retain(|section, _| !alarm.sections.contains(section));
        }
    }
}

/// How long a part was silent before it failed again.
fn silence(part: &Part) -> TimeDelta {
    let Some(resumed) = &part.resumed else { return TimeDelta::zero() };
    resumed
        .firm
        .as_ref()
        .map_or(TimeDelta::zero(), |firm| resumed.fresh.bounds.first_failing - firm.bounds.last_failing)
}

#[cfg(test)]
mod tests {
    use super::super::tests::world::{SHOP, World};
    use crate::domain::outage::{Outage, Scope};
    use crate::domain::page_url::Section;

    fn scopes(world: &World) -> Vec<Scope> {
        world.outages().into_iter().map(|outage| outage.scope).collect()
    }

    fn section(path: &str) -> Scope {
        Scope::Section(Section::of_path(path))
    }

    /// Rounds of five minutes from the first minute to the second one.
    fn rounds(world: &mut World, minutes: std::ops::Range<i64>, status: impl Fn(&str) -> u16) {
        for minute in minutes.step_by(5) {
            world.round(minute, &SHOP, &status);
        }
    }

    #[test]
    fn two_sections_with_different_causes_are_two_outages_though_they_overlap() {
        let mut world = World::new();
        rounds(&mut world, 0..30, |_| 200);
        rounds(&mut world, 30..60, |path| if path.starts_with("/a") && path != "/about" { 502 } else { 200 });
        let both = |path: &str| match path {
            "/about" => 200,
            _ if path.starts_with("/a") => 502,
            _ if path.starts_with("/b") => 504,
            _ => 200,
        };
        rounds(&mut world, 60..90, both);
        rounds(&mut world, 90..120, |_| 200);
        assert_eq!(scopes(&world), [section("/a/1"), section("/b/1")]);
        assert!(world.outages().iter().all(|outage| outage.url_count == 6 && !outage.ongoing));
    }

    #[test]
    fn a_url_elsewhere_that_nobody_looked_at_since_it_began_is_part_of_it_only_if_it_fails_alike() {
        for (status, outages) in [(502, 1), (504, 2)] {
            let mut world = World::new();
            world.round(0, &SHOP, |_| 200).round(10, &SHOP[2..8], |_| 502).see(12, "/b/1", status);
            assert_eq!(world.outages().len(), outages, "{status}");
        }
    }

    #[test]
    fn a_section_that_is_well_for_an_hour_while_most_of_the_site_fails_on_has_its_outage_behind_it() {
        let paths = [&SHOP[2..5], &SHOP[8..]].concat();
        let mut world = World::new();
        for minute in (0..180).step_by(5) {
            let is_down = |path: &str| minute >= 30 && (minute < 60 || !path.starts_with("/a"));
            world.round(minute, &paths, |path| if is_down(path) { 502 } else { 200 });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 2, "{outages:#?}");
        assert_eq!((&outages[0].scope, outages[0].ongoing), (&section("/a/1"), false));
        assert_eq!((outages[1].url_count, outages[1].ongoing), (12, true));
        assert_eq!(outages[0].bounds.shortest().num_minutes(), 25);
    }

    #[test]
    fn urls_that_nobody_looked_at_before_a_silence_and_that_fail_alike_after_it_fail_by_the_same_outage() {
        let mut world = World::new();
        world.round(0, &SHOP, |_| 200).round(10, &SHOP[..10], |_| 502);
        world.round(3 * 1440, &SHOP[10..], |_| 502);
        let outages = world.outages();
        assert_eq!((outages.len(), outages[0].url_count), (1, 20), "{outages:#?}");
    }

    #[test]
    fn a_section_that_fails_on_long_after_the_rest_of_the_site_is_well_has_its_own_outage() {
        let mut world = World::new();
        rounds(&mut world, 0..30, |_| 200);
        rounds(&mut world, 30..60, |_| 502);
        rounds(&mut world, 60..240, |path| if path.starts_with("/b") { 502 } else { 200 });
        let outages = world.outages();
        assert_eq!(outages.len(), 2, "{outages:#?}");
        assert_eq!((outages[0].ongoing, outages[1].ongoing), (false, true));
        assert_eq!((&outages[1].scope, outages[1].url_count), (&section("/b/1"), 6));
        let failing: u64 = outages.iter().map(|outage| outage.wasted_fetches).sum();
        assert_eq!(failing, 6 * 20 + 36 * 6, "each failing fetch is in one of them");
    }

    #[test]
    fn a_url_that_is_broken_for_weeks_keeps_its_own_outage_under_a_brief_outage_of_the_site() {
        let mut world = World::new();
        let day = 1440;
        for minute in (0..21 * day).step_by(60) {
            let is_down = (10 * day..10 * day + 180).contains(&minute);
            let broken = |path: &str| path == "/c/6" && minute >= day;
            world.round(minute, &SHOP, |path| {
                if broken(path) {
                    500
                } else if is_down {
                    502
                } else {
                    200
                }
            });
        }
        let outages = world.outages();
        assert_eq!(outages.len(), 2, "{outages:#?}");
        let told =
            |outage: &Outage| (outage.scope.clone(), outage.ongoing, outage.bounds.shortest().num_hours());
        assert_eq!(told(&outages[0]), (Scope::Url, true, 20 * 24 - 1));
        assert_eq!(told(&outages[1]), (Scope::Site, false, 2));
    }

    #[test]
    fn an_outage_that_fails_otherwise_after_days_in_which_nobody_looked_is_two() {
        let mut world = World::new();
        rounds(&mut world, 0..30, |_| 200);
        rounds(&mut world, 30..60, |_| 502);
        let later = 3 * 1440;
        rounds(&mut world, later..later + 30, |_| 503);
        rounds(&mut world, later + 30..later + 60, |_| 200);
        let outages = world.outages();
        assert_eq!(outages.len(), 2, "{outages:#?}");
        assert!(outages.iter().all(|outage| outage.bounds.shortest().num_minutes() < 60), "{outages:#?}");
        assert_eq!(outages[0].bounds.healthy_after, Some(outages[1].bounds.first_failing));
    }

    #[test]
    fn the_same_failure_before_and_after_a_silence_is_one_outage_that_is_not_known_to_have_lasted_through_it()
    {
        let mut world = World::new();
        rounds(&mut world, 0..30, |_| 200);
        rounds(&mut world, 30..60, |_| 502);
        let later = 3 * 1440;
        rounds(&mut world, later..later + 30, |_| 502);
        let outages = world.outages();
        assert_eq!(outages.len(), 1, "{outages:#?}");
        assert!(outages[0].bounds.shortest().num_minutes() < 60, "{:?}", outages[0].bounds);
        let now = outages[0].bounds.last_failing;
        assert!(outages[0].bounds.longest(now).unwrap().num_days() >= 2);
    }

    #[test]
    fn a_url_that_is_gone_at_last_is_no_longer_failing() {
        let mut world = World::new();
        world.see(0, "/a/1", 200).see(10, "/a/1", 502).see(20, "/a/1", 502).see(30, "/a/1", 404);
        let outages = world.outages();
        assert_eq!((outages.len(), outages[0].ongoing), (1, false));
        assert_eq!(outages[0].bounds.shortest().num_minutes(), 10);
        assert_eq!(world.judge.failing_urls(), 0);
    }
}
