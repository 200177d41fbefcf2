//! The alarm: failures that joined nothing come so close together at one place that they have one root. It says which
//! they are; what becomes of them is decided in [`super::uniting`].
//!
//! The decision that a reader would question: the widest place that explains them comes last. A section is asked before
//! the site, and one URL by itself only when neither has a say; so an outage is not made larger than its failures.

use super::event::Event;
use super::event::odds::{Runs, is_lottery, second_cause};
use super::pulse::Onset;
use super::{EpisodeKey, OutageKey, Pulse, Sighting, SiteJudge};
use crate::domain::observation::UrlId;
use crate::domain::page_url::Section;

/// What raised the alarm: the failures that have one root, and where.
pub(super) struct Alarm {
    /// Outages of single URLs.
    pub(super) lone: Vec<OutageKey>,
    /// Parts of outages that are over, which may not be theirs.
    pub(super) unclear: Vec<EpisodeKey>,
    /// The URLs that failed.
    pub(super) urls: Vec<UrlId>,
    /// The sections that they lie in, each once.
    pub(super) sections: Vec<Section>,
    /// Healthy looks in these sections since the first of them.
    pub(super) healthy_looks: u32,
    /// It is one URL, by itself.
    pub(super) is_of_one_url: bool,
}

impl SiteJudge {
    /// Counts a failure that joined nothing, and acts when they are too many.
    pub(super) fn raise(&mut self, sighting: &Sighting<'_>) {
        let (url, at, max_gap) = (sighting.url, sighting.seen.at, self.max_gap);
        let strays = self.site.strays();
        let section_alarm =
            self.sections.entry(sighting.section.clone()).or_default().fail(url, at, strays, max_gap);
        let site_alarm = self.site.fail(url, at, strays, max_gap);
        let healthy = sighting.newest.filter(|spell| !spell.outcome.is_failing());
        let known = || healthy.map(|spell| Pulse::after(url, spell)).unwrap_or_default();
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

    pub(super) fn alarm_of_section(&self, section: &Section) -> Alarm {
        let pulse = self.sections.get(section);
        self.alarm(pulse.map_or(&[], Pulse::onsets), pulse.map_or(0, Pulse::healthy_looks))
    }

    pub(super) fn alarm_of_site(&self) -> Alarm {
        let mut alarm = self.alarm(self.site.onsets(), 0);
        let looks = |section| self.sections.get(section).map_or(0, Pulse::healthy_looks);
        alarm.healthy_looks = alarm.sections.iter().map(looks).sum();
        alarm
    }

    pub(super) fn alarm_of_url(&self, url: UrlId) -> Alarm {
        let pulse = self.urls.get(&url);
        let onsets = pulse.map_or(&[][..], Pulse::onsets);
        let mut alarm = self.alarm(onsets, pulse.map_or(0, Pulse::healthy_looks));
        let first = onsets.first().map(|onset| onset.at);
        let is_part = |key: &&OutageKey| {
            self.events
                .get(key)
                .is_some_and(|event| first.is_some_and(|first| event.tally.last_failing >= first))
        };
        alarm.lone = self.lone.get(&url).into_iter().flatten().filter(is_part).copied().collect();
        alarm
    }

    pub(super) fn alarm(&self, onsets: &[Onset], healthy_looks: u32) -> Alarm {
        let urls: Vec<UrlId> = onsets.iter().map(|onset| onset.url).collect();
        let mut alarm = Alarm {
            lone: Vec::new(),
            unclear: Vec::new(),
            is_of_one_url: urls.iter().all(|url| Some(url) == urls.first()),
            urls,
            sections: Vec::new(),
            healthy_looks,
        };
        for Onset { url, at, .. } in onsets {
            let unclear = self.open.get(url).filter(|key| self.is_unclear(**key));
            // An outage that was over before this failure is none of its, however lately it was the newest.
            let goes_on =
                |key: &&OutageKey| self.events.get(key).is_some_and(|e| e.tally.last_failing >= *at);
            let lone = self.lone.get(url).and_then(|own| own.last()).filter(goes_on);
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

    /// Two URLs of which the second was still healthy when the first failed are no outage of both; three may be a lottery.
    pub(super) fn is_convincing(&self, alarm: &Alarm) -> bool {
        let [first, second] = alarm.lone[..] else { return true };
        let (Some(first), Some(second)) = (self.events.get(&first), self.events.get(&second)) else {
            return true;
        };
        let began = first.tally.first_failing.min(second.tally.first_failing);
        let healthy = first.tally.healthy_before.max(second.tally.healthy_before);
        !alarm.unclear.is_empty() || healthy.is_none_or(|healthy| healthy <= began)
    }

    /// Whether the outages of one URL are likelier one lottery than outages one after another.
    pub(super) fn is_one_lottery(&self, alarm: &Alarm) -> bool {
        let runs: Vec<&Event> = alarm.lone.iter().filter_map(|key| self.events.get(key)).collect();
        let failing: u64 = runs.iter().map(|event| event.tally.fetches).sum();
        let failing = u32::try_from(failing).unwrap_or(u32::MAX);
        let gap = |pair: &[&Event]| pair[1].tally.first_failing - pair[0].tally.last_failing;
        let second_causes = runs.windows(2).map(|pair| second_cause(gap(pair))).sum();
        is_lottery(Runs { failing, within: 0, between: alarm.healthy_looks, second_causes }) == Some(true)
    }

    /// Whether this part has failed again since its common outage was over.
    pub(super) fn is_unclear(&self, key: EpisodeKey) -> bool {
        let Some(part) = self.parts.get(&key) else { return false };
        let is_common = self.events.get(&part.outage).is_some_and(|event| event.common.is_some());
        is_common && part.resumed.is_some()
    }
}
