//! One outage while it is being put together: its members, the URLs that were seen healthy meanwhile, and what follows
//! from both. It decides who may join; it does not know the observations themselves.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::scope::{Seen, scope};
use super::{EpisodeKey, Member, OutageKey, ROLLING_RECOVERY};
use crate::domain::bounds::Bounds;
use crate::domain::episode::Episode;
use crate::domain::observation::{Observation, Observer, UrlId};
use crate::domain::outage::{Outage, Scope};
use crate::domain::page_url::Section;
use crate::domain::span::Span;

/// In the section of a URL that wants to join, so many healthy URLs for each failing one speak against it: then this
/// section works, and the URL has a fault of its own. Our model; it leaves room for one dead backend of several.
const HEALTHY_PER_FAILING: usize = 4;

/// What is known of one outage.
#[derive(Debug)]
pub(super) struct Event {
    members: BTreeMap<UrlId, EpisodeKey>,
    /// How many members each section has.
    sections: HashMap<Section, usize>,
    /// URLs that are no members and were seen healthy since it began, with the first time.
    witnesses: HashMap<UrlId, (Section, DateTime<Utc>)>,
    site_healthy_before: Option<DateTime<Utc>>,
    /// The first healthy fetch of any URL after the newest failing one.
    site_healthy_after: Option<DateTime<Utc>>,
    first_failing: Option<DateTime<Utc>>,
    last_failing: Option<DateTime<Utc>>,
    unknown: TimeDelta,
    open: usize,
    /// When members recovered, in order.
    ends: Vec<DateTime<Utc>>,
    /// The outage from which its members were set apart.
    rest_of: Option<OutageKey>,
}

impl Event {
    /// An outage that begins; it gets its members by [`Event::take_in`].
    pub(super) fn begun(site_healthy_before: Option<DateTime<Utc>>) -> Self {
        Self::restored(site_healthy_before, TimeDelta::zero())
    }

    /// An outage as it was stored.
    pub(super) fn restored(site_healthy_before: Option<DateTime<Utc>>, unknown: TimeDelta) -> Self {
        Self {
            members: BTreeMap::new(),
            sections: HashMap::new(),
            witnesses: HashMap::new(),
            site_healthy_before,
            site_healthy_after: None,
            first_failing: None,
            last_failing: None,
            unknown,
            open: 0,
            ends: Vec::new(),
            rest_of: None,
        }
    }

    /// The outage of the members that linger when the others have long recovered; without members yet.
    pub(super) fn rest(&self, own_key: OutageKey, members: &BTreeMap<EpisodeKey, Member>) -> Self {
        let mut rest = Self { rest_of: Some(own_key), ..Self::begun(self.site_healthy_before) };
        rest.witnesses.clone_from(&self.witnesses);
        for member in self.members.values().filter_map(|key| members.get(key)) {
            if let Some(at) = member.episode.bounds.healthy_after {
                rest.witnesses.insert(member.url, (member.section.clone(), at));
            }
        }
        rest
    }

    /// Whether an episode that begins now can have the same root.
    pub(super) fn admits(&self, section: &Section, episode: &Episode) -> bool {
        let Some(first_failing) = self.first_failing else { return false };
        let may_have_begun_with_it =
            episode.bounds.healthy_before.is_none_or(|before| before < first_failing);
        self.is_ongoing()
            && may_have_begun_with_it
            && !self.is_long_over(episode.bounds.first_failing)
            && !self.is_healthy_in(section)
    }

    /// Half of its members had recovered so long ago that whoever still fails has another root.
    pub(super) fn is_long_over(&self, at: DateTime<Utc>) -> bool {
        let half = self.members.len().div_ceil(2).checked_sub(1).and_then(|nth| self.ends.get(nth));
        half.is_some_and(|half| at > *half + ROLLING_RECOVERY)
    }

    fn is_healthy_in(&self, section: &Section) -> bool {
        let healthy = self.witnesses.values().filter(|(of, _)| of == section).count();
        healthy > HEALTHY_PER_FAILING * self.sections.get(section).copied().unwrap_or_default()
    }

    pub(super) fn is_ongoing(&self) -> bool {
        self.open > 0
    }

    pub(super) fn is_rest_of(&self, key: OutageKey) -> bool {
        self.rest_of == Some(key) && self.is_ongoing()
    }

    pub(super) fn site_healthy_before(&self) -> Option<DateTime<Utc>> {
        self.site_healthy_before
    }

    pub(super) fn episodes(&self) -> impl Iterator<Item = EpisodeKey> {
        self.members.values().copied()
    }

    /// Makes a URL a member.
    pub(super) fn take_in(&mut self, url: UrlId, key: EpisodeKey, section: &Section, episode: &Episode) {
        self.members.insert(url, key);
        self.witnesses.remove(&url);
        *self.sections.entry(section.clone()).or_default() += 1;
        match episode.bounds.healthy_after {
            Some(end) => self.ended(end),
            None => self.open += 1,
        }
        self.measure(&episode.bounds);
    }

    /// Lets a member that is still failing go to another outage.
    pub(super) fn let_go(&mut self, url: UrlId) {
        if self.members.remove(&url).is_some() {
            self.open = self.open.saturating_sub(1);
        }
    }

    /// Takes first and last failing anew from the members that are left.
    pub(super) fn remeasure(&mut self, members: &BTreeMap<EpisodeKey, Member>) {
        (self.first_failing, self.last_failing) = (None, None);
        self.sections.clear();
        for member in self.members.values().filter_map(|key| members.get(key)).cloned().collect::<Vec<_>>() {
            *self.sections.entry(member.section).or_default() += 1;
            self.measure(&member.episode.bounds);
        }
    }

    fn measure(&mut self, bounds: &Bounds) {
        let earliest =
            self.first_failing.map_or(bounds.first_failing, |first| first.min(bounds.first_failing));
        self.first_failing = Some(earliest);
        self.last_failing = self.last_failing.max(Some(bounds.last_failing));
    }

    /// Takes in that a member failed.
    pub(super) fn fail(&mut self, seen: &Observation, max_gap: Span) {
        let last = self.last_failing.unwrap_or(seen.at);
        let silence = seen.asked_at - last;
        if silence > max_gap.delta() {
            self.unknown += silence;
        }
        self.last_failing = Some(last.max(seen.asked_at));
        self.site_healthy_after = None;
    }

    /// Takes in that a URL of the site was healthy.
    pub(super) fn witness(&mut self, url: UrlId, section: &Section, at: DateTime<Utc>) {
        if self.last_failing.is_some_and(|last| at > last) {
            self.site_healthy_after.get_or_insert(at);
        }
        if !self.members.contains_key(&url) && self.first_failing.is_some_and(|first| at > first) {
            self.witnesses.entry(url).or_insert_with(|| (section.clone(), at));
        }
    }

    /// Takes in that a member recovered.
    pub(super) fn recover(&mut self, at: DateTime<Utc>) {
        self.open = self.open.saturating_sub(1);
        self.ended(at);
    }

    fn ended(&mut self, at: DateTime<Utc>) {
        let place = self.ends.partition_point(|end| *end <= at);
        self.ends.insert(place, at);
    }

    /// Works out from the members which healthy fetch was the first after the newest failing one.
    pub(super) fn restore_recovery(&mut self) {
        self.site_healthy_after = self.ends.iter().find(|end| Some(**end) > self.last_failing).copied();
    }

    /// The outage as it is now; `None` when it has no members.
    pub(super) fn outage(
        &self,
        observer: &Observer,
        members: &BTreeMap<EpisodeKey, Member>,
    ) -> Option<Outage> {
        let found: Vec<&Member> = self.members.values().filter_map(|key| members.get(key)).collect();
        let scope = self.scope(&found);
        let mut outcomes = BTreeMap::new();
        for member in &found {
            *outcomes.entry(member.episode.main_outcome()).or_default() += 1;
        }
        Some(Outage {
            observer: observer.clone(),
            bounds: self.bounds(&found, &scope)?,
            scope,
            ongoing: self.is_ongoing(),
            confirmed: found.iter().any(|member| member.episode.fetches() > 1),
            url_count: found.len() as u64,
            outcomes,
            wasted_fetches: found.iter().map(|member| member.episode.fetches()).sum(),
            wasted: found.iter().map(|member| member.episode.wasted).sum(),
        })
    }

    /// The intersection of the members' intervals, as far as they agree. When the whole site was down, a healthy fetch
    /// of any of its URLs bounds it too.
    fn bounds(&self, members: &[&Member], scope: &Scope) -> Option<Bounds> {
        let each = || members.iter().map(|member| member.episode.bounds);
        let first_failing = each().map(|b| b.first_failing).min()?;
        let last_failing = each().map(|b| b.last_failing).max()?;
        let is_site = *scope == Scope::Site;
        let befores =
            each().filter_map(|b| b.healthy_before).chain(self.site_healthy_before.filter(|_| is_site));
        let afters =
            each().filter_map(|b| b.healthy_after).chain(self.site_healthy_after.filter(|_| is_site));
        let healthy_after = afters.filter(|after| *after > last_failing).min();
        Some(Bounds {
            healthy_before: befores.filter(|before| *before < first_failing).max(),
            first_failing,
            last_failing,
            healthy_after: healthy_after.filter(|_| !self.is_ongoing()),
            unknown: self.unknown,
        })
    }

    fn scope(&self, members: &[&Member]) -> Scope {
        let meanwhile = |at: DateTime<Utc>| self.last_failing.is_some_and(|last| at <= last);
        let healthy = self.witnesses.values().filter(|(_, at)| meanwhile(*at)).map(|(section, _)| section);
        scope(&Seen::of(members.iter().map(|member| &member.section), healthy))
    }
}
