//! Which failures have one root: where a part that begins belongs, when lone outages become a common one, and when an
//! outage turns out to be two, or two to be one.
//!
//! The decision that a reader would question: an outage is a guess at the fewest causes that explain what was seen. So a
//! failure joins what is there when it can; it begins something new only when a healthy look proves that it must.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
use super::event::common::{Common, Runs, is_lottery, second_cause};
use super::event::tally::Tally;
use super::{EpisodeKey, OutageKey, Part, Place, ROLLING_RECOVERY, Resumed, Sighting, SiteJudge};
use crate::domain::episode::Episode;
use crate::domain::observation::UrlId;
use crate::domain::page_url::Section;

/// What raised the alarm: the failures that have one root, and where.
struct Alarm {
    /// Outages of single URLs.
    lone: Vec<OutageKey>,
    /// Parts of outages that are over, which may not be theirs.
    unclear: Vec<EpisodeKey>,
    /// The URLs that failed.
    urls: Vec<UrlId>,
    /// The sections that they lie in, each once.
    sections: Vec<Section>,
    /// Healthy looks in these sections since the first of them.
    healthy_looks: u32,
    /// It is one URL, by itself.
    is_of_one_url: bool,
}

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
    fn stand_alone(&mut self, key: EpisodeKey, mut part: Part) {
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

    /// The newest common outage that this failure can be part of. `before`: when the URL was last healthy; `None`: not
    /// since it was last looked at.
    pub(super) fn joinable(
        &mut self,
        sighting: &Sighting<'_>,
        before: Option<DateTime<Utc>>,
    ) -> Option<OutageKey> {
        let at = sighting.seen.at;
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
                return Some(key);
            }
        }
        None
    }

    /// The newest common outage that was over a little while ago, and may not have been over for this URL.
    fn rolling(&self, sighting: &Sighting<'_>, before: Option<DateTime<Utc>>) -> Option<OutageKey> {
        let may = |key: &&OutageKey| {
            self.events.get(key).is_some_and(|e| e.may_roll_on(sighting.section, before, sighting.seen.at))
        };
        self.shared.iter().rev().find(may).copied()
    }

    /// Counts a failure that joined nothing, and acts when they are too many.
    fn raise(&mut self, sighting: &Sighting<'_>) {
        let (url, at, max_gap) = (sighting.url, sighting.seen.at, self.max_gap);
        let strays = self.site.strays();
        let section_alarm =
            self.sections.entry(sighting.section.clone()).or_default().fail(url, at, strays, max_gap);
        let site_alarm = self.site.fail(url, at, strays, max_gap);
        let healthy = sighting.newest.filter(|spell| !spell.outcome.is_failing());
        let known = || healthy.map(super::Pulse::after).unwrap_or_default();
        let url_alarm = self.urls.entry(url).or_insert_with(known).fail(url, at, strays, max_gap);
        let of_section = section_alarm.then(|| self.alarm_of_section(sighting.section));
        let of_site = || site_alarm.then(|| self.alarm_of_site());
        let of_url = || url_alarm.then(|| self.alarm_of_url(url)).filter(|alarm| self.is_one_lottery(alarm));
        let is_of_several = |alarm: &Alarm| !alarm.is_of_one_url && self.is_convincing(alarm);
        let alarm = of_section.filter(is_of_several).or_else(|| of_site().filter(is_of_several));
        if let Some(alarm) = alarm.or_else(of_url) {
            self.act_on(&alarm, sighting);
        }
    }

    fn alarm_of_section(&self, section: &Section) -> Alarm {
        let pulse = self.sections.get(section);
        let urls: Vec<UrlId> =
            pulse.into_iter().flat_map(|p| p.onsets().iter().map(|onset| onset.url)).collect();
        self.alarm(&urls, pulse.map_or(0, super::Pulse::healthy_looks))
    }

    fn alarm_of_site(&self) -> Alarm {
        let urls: Vec<UrlId> = self.site.onsets().iter().map(|onset| onset.url).collect();
        let mut alarm = self.alarm(&urls, 0);
        let looks = |section| self.sections.get(section).map_or(0, super::Pulse::healthy_looks);
        alarm.healthy_looks = alarm.sections.iter().map(looks).sum();
        alarm
    }

    fn alarm_of_url(&self, url: UrlId) -> Alarm {
        let looks = self.urls.get(&url).map_or(0, super::Pulse::healthy_looks);
        let mut alarm = self.alarm(&[url], looks);
        let first = self.urls.get(&url).and_then(|pulse| pulse.onsets().first()).map(|onset| onset.at);
        let is_part = |key: &&OutageKey| {
            self.events
                .get(key)
                .is_some_and(|event| first.is_some_and(|first| event.tally.last_failing >= first))
        };
        alarm.lone = self.lone.get(&url).into_iter().flatten().filter(is_part).copied().collect();
        alarm
    }

    /// Two URLs of which the second was still healthy when the first failed are no outage of both; three may be a lottery.
    fn is_convincing(&self, alarm: &Alarm) -> bool {
        let [first, second] = alarm.lone[..] else { return true };
        let (Some(first), Some(second)) = (self.events.get(&first), self.events.get(&second)) else {
            return true;
        };
        let began = first.tally.first_failing.min(second.tally.first_failing);
        let healthy = first.tally.healthy_before.max(second.tally.healthy_before);
        !alarm.unclear.is_empty() || healthy.is_none_or(|healthy| healthy < began)
    }

    /// Whether the outages of one URL are likelier one lottery than outages one after another.
    fn is_one_lottery(&self, alarm: &Alarm) -> bool {
        let runs: Vec<&Event> = alarm.lone.iter().filter_map(|key| self.events.get(key)).collect();
        let failing: u64 = runs.iter().map(|event| event.tally.fetches).sum();
        let failing = u32::try_from(failing).unwrap_or(u32::MAX);
        let gap = |pair: &[&Event]| pair[1].tally.first_failing - pair[0].tally.last_failing;
        let second_causes = runs.windows(2).map(|pair| second_cause(gap(pair))).sum();
        is_lottery(Runs { failing, within: 0, between: alarm.healthy_looks, second_causes }) == Some(true)
    }

    fn alarm(&self, urls: &[UrlId], healthy_looks: u32) -> Alarm {
        let mut alarm = Alarm {
            lone: Vec::new(),
            unclear: Vec::new(),
            urls: urls.to_vec(),
            sections: Vec::new(),
            healthy_looks,
            is_of_one_url: urls.iter().all(|url| Some(url) == urls.first()),
        };
        for url in urls {
            let unclear = self.open.get(url).filter(|key| self.is_unclear(**key));
            let lone =
                self.lone.get(url).and_then(|own| own.last()).filter(|key| self.events.contains_key(key));
            let section = match (unclear, lone) {
                (Some(key), _) => {
                    alarm.unclear.push(*key);
                    self.parts.get(key).map(|part| part.section.clone())
                }
                (None, Some(outage)) => {
                    alarm.lone.push(*outage);
                    let part = self.members_of(*outage).next();
                    part.map(|(_, part)| part.section.clone())
                }
                (None, None) => None,
            };
            alarm.sections.extend(section);
        }
        alarm.lone.sort_unstable();
        alarm.lone.dedup();
        alarm.unclear.sort_unstable();
        alarm.unclear.dedup();
        alarm.sections.sort_unstable();
        alarm.sections.dedup();
        alarm
    }

    /// Whether this part has failed again since its common outage was over.
    fn is_unclear(&self, key: EpisodeKey) -> bool {
        let Some(part) = self.parts.get(&key) else { return false };
        let is_common = self.events.get(&part.outage).is_some_and(|event| event.common.is_some());
        is_common && part.resumed.is_some()
    }

    fn act_on(&mut self, alarm: &Alarm, sighting: &Sighting<'_>) {
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
    fn calm(&mut self, alarm: &Alarm) {
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
    fn going_on(&self, alarm: &Alarm, sighting: &Sighting<'_>) -> Option<OutageKey> {
        let covers = |event: &Event| {
            event.common.as_ref().is_some_and(|c| alarm.sections.iter().any(|section| c.covers(section)))
        };
        // One URL that flaps is no proof against an outage of which no URL has recovered yet: it has its own fault.
        let concerns = |event: &Event| !alarm.is_of_one_url || event.tally.recovery_rolls();
        let goes_on = |event: &Event| event.is_joinable(sighting.seen.at) && covers(event) && concerns(event);
        self.shared.iter().rev().find(|key| self.events.get(key).is_some_and(goes_on)).copied()
    }

    /// Whether the sections of the alarm are in that outage only because nobody had looked at enough of them.
    fn joined_late(&self, outage: OutageKey, alarm: &Alarm) -> bool {
        let common = self.events.get(&outage).and_then(|event| event.common.as_ref());
        common.is_some_and(|c| {
            alarm.sections.iter().all(|section| !c.covers(section) || c.joined_late(section))
        })
    }

    /// The outage that was over too early, or too narrow: nothing proves that what fails now was healthy in between.
    fn returns(&self, alarm: &Alarm, at: DateTime<Utc>) -> Option<OutageKey> {
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
            before.is_some_and(|before| before >= began)
        };
        (!alarm.lone.iter().any(is_proof)).then_some(newest)
    }

    /// Lone outages, and what was unclear, turn out to be part of a common outage.
    fn absorb(&mut self, outage: OutageKey, alarm: &Alarm, is_lottery: bool) {
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
        let resumed: Vec<EpisodeKey> = self.members_of(outage).map(|(key, _)| key).collect();
        for key in resumed {
            if let Some(part) = self.parts.get_mut(&key).filter(|part| part.resumed.is_some()) {
                part.resumed = None;
                self.changed.parts.insert(key);
            }
        }
        self.retally(outage);
        self.bridge(outage);
    }

    /// All parts of an outage become parts of another; nothing is left of it.
    fn merge(&mut self, from: OutageKey, to: OutageKey) {
        let Some(event) = self.events.remove(&from) else { return };
        for key in &event.parts {
            let Some(mut part) = self.parts.remove(key) else { continue };
            part.resumed = None;
            self.lone.remove(&part.url);
            self.join(*key, part, to);
        }
        self.changed.events.remove(&from);
        self.changed.gone.push(from);
        self.shared.retain(|key| *key != from);
        self.flapping.retain(|_, key| *key != from);
    }

    /// A new common outage of what raised the alarm. `late_in`: the outage that its sections had joined for want of looks.
    fn unite(&mut self, alarm: &Alarm, late_in: Option<OutageKey>, sighting: &Sighting<'_>) {
        let mut keys = alarm.unclear.clone();
        keys.extend(late_in.into_iter().flat_map(|outage| self.parts_in(outage, &alarm.sections)));
        if !alarm.is_of_one_url {
            keys.extend(self.unclear_in(&alarm.sections));
        }
        keys.sort_unstable();
        keys.dedup();
        let gap = self.run_before(alarm);
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
            part.episode.bounds.healthy_before.is_some_and(|before| before >= began)
        };
        common.is_of_one_url = alarm.is_of_one_url;
        common.is_lottery = alarm.is_of_one_url || parts.iter().filter(is_proof).count() > 1;
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
            self.lone.remove(&part.url);
            self.join(key, part, outage);
        }
        self.gather(outage);
        for outage in left.into_iter().chain([outage]) {
            self.retally(outage);
        }
        self.bridge(outage);
    }

    /// Lists an outage that several URLs share, in the order in which outages were opened.
    pub(super) fn share(&mut self, outage: OutageKey) {
        let place = self.shared.partition_point(|key| *key < outage);
        self.shared.insert(place, outage);
    }

    fn before_in(&self, section: &Section, at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        self.sections.get(section).map(|pulse| pulse.before(at)).unwrap_or_default()
    }

    fn parts_in(&self, outage: OutageKey, sections: &[Section]) -> Vec<EpisodeKey> {
        let of_sections = |(_, part): &(EpisodeKey, &Part)| sections.contains(&part.section);
        self.members_of(outage).filter(of_sections).map(|(key, _)| key).collect()
    }

    /// Parts of outages that are over, in these sections, that have failed again since.
    fn unclear_in(&self, sections: &[Section]) -> Vec<EpisodeKey> {
        let over =
            self.shared.iter().filter(|key| self.events.get(key).is_some_and(|e| e.over_since().is_some()));
        let parts = over.flat_map(|key| self.members_of(*key));
        let unclear = parts.filter(|(_, part)| part.resumed.is_some() && sections.contains(&part.section));
        unclear.map(|(key, _)| key).collect()
    }

    /// Healthy looks between the newest outage of these sections that is over and the alarm's first failure.
    fn run_before(&self, alarm: &Alarm) -> Option<u32> {
        let common = |key: &OutageKey| self.events.get(key).and_then(|event| event.common.as_ref());
        let covers = |c: &&Box<Common>| {
            c.over_since.is_some() && alarm.sections.iter().any(|section| c.covers(section))
        };
        let before = self.shared.iter().rev().filter_map(common).find(covers)?;
        Some(before.run.saturating_sub(alarm.healthy_looks))
    }

    /// Takes a part out of its outage, to be put into another. What it was before its outage was over stays behind.
    fn take_off(&mut self, key: EpisodeKey) -> Option<(EpisodeKey, Part)> {
        let mut part = self.parts.remove(&key)?;
        let outage = part.outage;
        if let Some(event) = self.events.get_mut(&outage) {
            event.parts.remove(&key);
        }
        if let Some(resumed) = part.resumed.take() {
            if let Some(firm) = resumed.firm {
                self.leave_behind(key, &part, firm);
            }
            part.episode = resumed.fresh;
        }
        Some((key, part))
    }

    fn leave_behind(&mut self, key: EpisodeKey, part: &Part, firm: Episode) {
        let stays = EpisodeKey(self.next_key());
        let left = Part { episode: firm, went_on: true, resumed: None, ..part.clone() };
        if let Some(event) = self.events.get_mut(&part.outage) {
            event.parts.insert(stays);
        }
        self.changed.left_behind.push((key, stays));
        self.changed.parts.insert(stays);
        self.parts.insert(stays, left);
    }

    /// Tells an outage anew from its parts.
    fn retally(&mut self, outage: OutageKey) {
        let parts: Vec<(EpisodeKey, &Part)> = self.members_of(outage).collect();
        match Tally::anew(parts.into_iter()) {
            Some(tally) => {
                if let Some(event) = self.events.get_mut(&outage) {
                    event.tell(tally);
                }
                self.changed.events.insert(outage);
            }
            None => {
                self.events.remove(&outage);
                self.shared.retain(|key| *key != outage);
                self.changed.events.remove(&outage);
                self.changed.gone.push(outage);
            }
        }
    }

    /// A part that has failed again since its outage was over joins another that goes on.
    pub(super) fn move_on(&mut self, key: EpisodeKey, to: OutageKey) {
        if let Some((key, part)) = self.take_off(key) {
            self.retally(part.outage);
            self.join(key, part, to);
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

    /// A URL joined this outage: it may show that an earlier one was the same.
    fn joined(&mut self, outage: OutageKey, sighting: &Sighting<'_>) {
        if !self.recent.is_empty() || !self.flapping.is_empty() || self.shared.len() > 1 {
            self.gather(outage);
        }
        self.bridge(outage);
        self.split_off(outage, sighting);
    }

    /// When this outage and one before it are likelier one lottery than two outages, they become one.
    pub(super) fn bridge(&mut self, outage: OutageKey) {
        let Some((before, gap)) = self.bridgeable(outage) else { return };
        let Some(began) = self.events.get(&before).map(|event| event.tally.first_failing) else { return };
        let healthy_between = |(_, part): (EpisodeKey, &Part)| {
            part.episode.bounds.healthy_before.is_some_and(|healthy| healthy >= began)
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
        self.merge(outage, before);
        self.gather(before);
        self.retally(before);
    }

    /// A lottery takes in what failed in its sections since it began, and was taken for something of its own.
    fn gather(&mut self, outage: OutageKey) {
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
    fn is_same_lottery(&self, outage: OutageKey, other: OutageKey) -> bool {
        let (Some(one), Some(two)) = (self.events.get(&outage), self.events.get(&other)) else {
            return false;
        };
        let overlap = one.tally.first_failing <= two.tally.last_failing
            && two.tally.first_failing <= one.tally.last_failing;
        let is_one_kind = one.tally.latest == two.tally.latest;
        outage != other && overlap && is_one_kind && two.common.as_ref().is_some_and(|c| !c.is_narrow)
    }

    /// The outage before this one that is one with it, and the healthy looks between them.
    fn bridgeable(&mut self, outage: OutageKey) -> Option<(OutageKey, u32)> {
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
