//! One outage while it is being put together: its parts, what they add up to, and, when several URLs share it, how the
//! places that it covers answer. It answers questions about itself; which failure belongs to which outage is decided by
//! the judge.

pub(super) mod bounds;
pub(super) mod common;
pub(super) mod odds;
pub(super) mod tally;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use self::common::{Common, Whose};
use self::tally::Tally;
use super::scope::{Seen, scope};
use super::{EpisodeKey, Part, ROLLING_RECOVERY};
use crate::domain::observation::{Observation, Observer, UrlId};
use crate::domain::outage::{Outage, Scope};
use crate::domain::outcome::Outcome;
use crate::domain::page_url::Section;
use crate::domain::span::Span;

/// The longest run of healthy looks between two failures of an outage that is ending. Our model.
const LONGEST_RUN: u32 = 20;

/// What is known of one outage.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) parts: BTreeSet<EpisodeKey>,
    pub(super) tally: Tally,
    /// Time in which nobody looked.
    pub(super) unknown: TimeDelta,
    /// `None`: it is the fault of one URL, or of nobody knows what yet.
    pub(super) common: Option<Box<Common>>,
}

impl Event {
    /// An outage that begins with one URL.
    pub(super) fn lone(key: EpisodeKey, part: &Part) -> Self {
        Self {
            parts: BTreeSet::from([key]),
            tally: Tally::of(key, part),
            unknown: part.episode.bounds.unknown,
            common: None,
        }
    }

    /// Whether it has not been seen to be over.
    pub(super) fn is_ongoing(&self) -> bool {
        match &self.common {
            Some(common) if !common.is_narrow => common.over_since.is_none() || self.tally.resumed > 0,
            _ => self.tally.open > 0,
        }
    }

    /// Whether other URLs may join it: several share it, and it goes on.
    pub(super) fn is_joinable(&self, at: DateTime<Utc>) -> bool {
        self.common.as_ref().is_some_and(|c| !c.is_narrow && c.over_since.is_none()) && !self.lingers(at)
    }

    /// Half of its parts have recovered so long ago that whoever fails still has another root.
    pub(super) fn lingers(&self, at: DateTime<Utc>) -> bool {
        let is_lottery = self.common.as_ref().is_some_and(|common| common.is_lottery);
        let half = self.tally.half_recovered().filter(|_| !is_lottery && self.parts.len() > 1);
        half.is_some_and(|half| at > half + ROLLING_RECOVERY)
    }

    /// Whether a URL of this section, healthy at `before`, can have begun to fail with the others.
    pub(super) fn admits(&self, section: &Section, before: Option<DateTime<Utc>>, outcome: Outcome) -> bool {
        let Some(common) = &self.common else { return false };
        if !common.covers(section) && self.is_known_to_differ_from(outcome) {
            return false;
        }
        let began = common.reached(section).unwrap_or(self.tally.first_failing);
        let can_have_begun_with_it = before.is_none_or(|before| before <= began);
        (can_have_begun_with_it || common.is_lottery) && !common.spares(section)
    }

    /// Whether all of it failed in one way so far, and this is another.
    fn is_known_to_differ_from(&self, outcome: Outcome) -> bool {
        /// Of fewer URLs nobody can tell.
        const MANY: u64 = 3;
        let is_pure = self.tally.latest != outcome && self.tally.outcomes.len() == 1;
        is_pure && self.tally.outcomes.iter().all(|(known, urls)| *known != outcome && *urls >= MANY)
    }

    /// Whether it may not have been over, or not so narrow, as far as nothing proves it.
    pub(super) fn may_return(&self, at: DateTime<Utc>) -> bool {
        let Some(common) = &self.common else { return false };
        let is_recent = common.over_since.is_none_or(|over| at <= over + ROLLING_RECOVERY);
        is_recent && common.run <= LONGEST_RUN && (common.is_narrow || common.over_since.is_some())
    }

    /// Whether it has been over so recently that a URL of this section, which nobody looked at since it began, can fail
    /// by it.
    pub(super) fn may_roll_on(
        &self,
        section: &Section,
        before: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> bool {
        let Some(common) = self.common.as_ref().filter(|common| !common.is_narrow) else { return false };
        common.over_since.is_some_and(|over| at <= over + ROLLING_RECOVERY)
            && common.covers(section)
            && common.run <= LONGEST_RUN
            && before.is_none_or(|before| before <= self.tally.first_failing)
    }

    /// Whether a failure after so long a silence shows another root: nobody looked, and it fails otherwise.
    pub(super) fn is_cut_off_from(&self, seen: &Observation, max_gap: Span) -> bool {
        let looked_at =
            self.common.as_ref().map(|common| common.looked_at).max(Some(self.tally.last_failing));
        looked_at.is_some_and(|looked_at| seen.asked_at - looked_at > max_gap.delta())
            && seen.outcome != self.tally.latest
    }

    /// Takes its tally anew; when none of its parts goes on in it, it is over.
    pub(super) fn tell(&mut self, tally: Tally) {
        self.tally = tally;
        let end = self.tally.half_recovered().or(self.tally.first_recovery_after());
        let is_left = self.tally.open == 0;
        if let Some(common) = self.common.as_mut().filter(|common| is_left && !common.is_lottery) {
            common.over_since = common.over_since.or(end);
        }
    }

    /// Takes in a part that begins. One that begins when the outage seems over does not bring it back by itself.
    pub(super) fn join(&mut self, key: EpisodeKey, part: &Part, place_before: Option<DateTime<Utc>>) {
        let is_new = !self.tally.urls.contains_key(&part.url);
        let bounds = &part.episode.bounds;
        if let Some(common) = &mut self.common {
            if is_new {
                common.take_url(&part.section, place_before);
            }
            if part.resumed.is_none() {
                common.fail(&part.section, bounds.first_failing, part.episode.latest, true);
            }
        }
        self.parts.insert(key);
        self.tally.add(key, part);
    }

    /// Takes in that a part failed again.
    pub(super) fn extend(&mut self, key: EpisodeKey, part: &Part, seen: &Observation, before: Outcome) {
        if let Some(common) = self.common.as_mut().filter(|_| part.resumed.is_none()) {
            common.fail(&part.section, seen.at, seen.outcome, false);
        }
        self.tally.extend(key, part, seen, before);
    }

    /// Takes in that a URL of a section was healthy. `true`: this shows that it is over.
    pub(super) fn pass(
        &mut self,
        url: UrlId,
        section: &Section,
        at: DateTime<Utc>,
        looked_before: Option<DateTime<Utc>>,
    ) -> bool {
        let is_first = || looked_before.is_none_or(|before| before < self.tally.first_failing);
        let whose = match self.tally.urls.contains_key(&url) {
            _ if at <= self.tally.last_failing => Whose::Tied,
            true => Whose::Member,
            false if is_first() => Whose::Witness,
            false => Whose::Spared,
        };
        self.common.as_mut().is_some_and(|common| common.pass(section, at, whose))
    }

    /// An outage that looked as if it covered whole sections, but covers a few URLs of sections that work.
    pub(super) fn narrow(&mut self) -> bool {
        // Who is failing now shows that it goes on, so those that are healthy now are healthy while it lasts.
        let goes_on = self
            .common
            .as_ref()
            .is_some_and(|c| c.over_since.is_some_and(|over| self.tally.last_failing >= over));
        if self.scope_so_far(goes_on) != Scope::Url {
            return false;
        }
        let Some(common) = self.common.as_mut().filter(|c| !c.is_narrow && !c.is_lottery) else {
            return false;
        };
        common.is_narrow = true;
        common.over_since = None;
        true
    }

    /// How much it covers, as far as it was seen.
    pub(super) fn scope(&self) -> Scope {
        self.scope_so_far(false)
    }

    fn scope_so_far(&self, goes_on: bool) -> Scope {
        let Some(common) = self.common.as_ref().filter(|_| self.tally.urls.len() > 1) else {
            return Scope::Url;
        };
        let seen =
            common.seen(goes_on).map(|(section, failing, healthy)| (section.clone(), failing, healthy));
        scope(&Seen::counted(seen))
    }

    /// Takes in how long nobody looked while it lasted.
    pub(super) fn count_silence(&mut self, unknown: TimeDelta) {
        self.unknown = unknown;
        let lasted = self.lasted();
        if let Some(common) = self.common.as_mut().filter(|common| !common.is_lottery) {
            common.solid = common.solid.max(lasted);
        }
    }

    /// How long it was seen to last while it was not known that each fetch is a lottery.
    pub(super) fn solid(&self) -> TimeDelta {
        self.common.as_ref().map_or_else(|| self.lasted(), |common| common.solid)
    }

    fn lasted(&self) -> TimeDelta {
        self.tally.last_failing - self.tally.first_failing - self.unknown
    }

    /// Since when it is over, or half of it is.
    pub(super) fn over_since(&self) -> Option<DateTime<Utc>> {
        self.common.as_ref().and_then(|common| common.over_since).or(self.tally.half_recovered())
    }

    /// The outage as it is now.
    pub(super) fn outage(&self, observer: &Observer) -> Outage {
        let scope = self.scope();
        let tally = &self.tally;
        Outage {
            observer: observer.clone(),
            bounds: self.bounds(&scope),
            scope,
            ongoing: self.is_ongoing(),
            confirmed: tally.confirmed,
            alternating: self.common.as_ref().is_some_and(|common| common.is_lottery),
            solid: self.solid(),
            url_count: tally.urls.len() as u64,
            outcomes: tally.outcomes.clone(),
            wasted_fetches: tally.fetches,
            wasted: tally.wasted,
        }
    }
}
