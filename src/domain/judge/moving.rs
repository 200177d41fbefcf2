//! How parts go from one outage to another, and how both are told anew. It decides nothing.

use chrono::{DateTime, Utc};

use super::event::tally::Tally;
use super::{EpisodeKey, OutageKey, Part, SiteJudge};
use crate::domain::episode::Episode;
use crate::domain::observation::UrlId;

impl SiteJudge {
    /// All parts of an outage become parts of another; nothing is left of it.
    pub(super) fn merge(&mut self, from: OutageKey, to: OutageKey) {
        let Some(event) = self.events.remove(&from) else { return };
        if let Some(common) = self.events.get_mut(&to).and_then(|event| event.common.as_mut()) {
            common.solid = common.solid.max(event.solid());
        }
        for key in &event.parts {
            let Some(mut part) = self.parts.remove(key) else { continue };
            part.resumed = None;
            self.has_company(part.url, from);
            self.join(*key, part, to);
        }
        self.changed.events.remove(&from);
        self.changed.gone.push(from);
        self.shared.retain(|key| *key != from);
        self.flapping.retain(|_, key| *key != from);
    }

    /// This outage of a URL is none of it alone any more; others of it may be.
    pub(super) fn has_company(&mut self, url: UrlId, outage: OutageKey) {
        if let Some(own) = self.lone.get_mut(&url) {
            own.retain(|key| *key != outage);
            if own.is_empty() {
                self.lone.remove(&url);
            }
        }
    }

    /// Takes a part out of its outage, to be put into another. What it was before its outage was over stays behind.
    pub(super) fn take_off(&mut self, key: EpisodeKey) -> Option<(EpisodeKey, Part)> {
        let mut part = self.parts.remove(&key)?;
        let outage = part.outage;
        if let Some(event) = self.events.get_mut(&outage) {
            event.parts.remove(&key);
        }
        if let Some(resumed) = part.resumed.take() {
            if let Some(firm) = resumed.firm {
                self.end_by(outage, firm.bounds.last_failing, resumed.fresh.bounds.first_failing);
                self.leave_behind(key, &part, firm);
            }
            part.episode = resumed.fresh;
        }
        Some((key, part))
    }

    /// A part of this outage, which is over, failed last at one instant, and by another root at the next: it was over by
    /// then.
    fn end_by(&mut self, outage: OutageKey, last: DateTime<Utc>, next: DateTime<Utc>) {
        let common = self.events.get_mut(&outage).and_then(|event| event.common.as_mut());
        if let Some(common) = common.filter(|common| common.newest_after(last).is_none()) {
            common.over_by(next);
        }
    }

    pub(super) fn leave_behind(&mut self, key: EpisodeKey, part: &Part, firm: Episode) {
        let stays = EpisodeKey(self.next_key());
        let left = Part { episode: firm, went_on: true, resumed: None, ..part.clone() };
        if let Some(event) = self.events.get_mut(&part.outage) {
            event.parts.insert(stays);
        }
        self.changed.left_behind.push((key, stays));
        self.changed.parts.insert(stays);
        self.parts.insert(stays, left);
    }

    /// An outage goes on, or concerns other URLs than it seemed: what failed again since it was over is part of it.
    pub(super) fn make_clear(&mut self, outage: OutageKey) {
        let Some(event) = self.events.get_mut(&outage) else { return };
        event.tally.resumed = 0;
        for key in &event.parts {
            if let Some(part) = self.parts.get_mut(key).filter(|part| part.resumed.is_some()) {
                part.resumed = None;
                self.changed.parts.insert(*key);
            }
        }
    }

    /// Tells an outage anew from its parts.
    pub(super) fn retally(&mut self, outage: OutageKey) {
        let parts: Vec<(EpisodeKey, &Part)> = self.members_of(outage).collect();
        if let Some(tally) = Tally::anew(parts.into_iter()) {
            if let Some(event) = self.events.get_mut(&outage) {
                event.tell(tally);
            }
            self.measure(outage);
            self.changed.events.insert(outage);
            return;
        }
        self.events.remove(&outage);
        self.shared.retain(|key| *key != outage);
        self.changed.events.remove(&outage);
        self.changed.gone.push(outage);
    }
}
