//! Outages that go on at once and have one root, although they were begun apart: a sentinel that failed hours before a
//! crawl found the others, or an outage that spreads from one section to the rest of a site.
//!
//! The decision that a reader would question: two outages that fail alike at one time are taken for one unless something
//! shows that they began apart. That two causes come together by chance within minutes is far less likely than that one
//! was seen twice; when one of them outlasts the other by an hour, they are two again ([`super::rooting`]).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
use super::{OutageKey, SiteJudge};
use crate::domain::observation::UrlId;
use crate::domain::page_url::Section;

/// How long an outage may take to spread from one section to others: pools run dry and retries pile up within minutes.
/// Our model.
const SPREADING: TimeDelta = TimeDelta::minutes(30);

/// How two outages are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kinship {
    /// Nothing shows that they began apart.
    Together,
    /// The later one began elsewhere, a little later.
    Spread,
}

impl SiteJudge {
    /// When this outage and another that goes on have one root, they become one.
    pub(super) fn join_kin(&mut self, outage: OutageKey) {
        let Some((kin, kinship)) = self.kin_of(outage) else { return };
        let (Some(one), Some(two)) = (self.events.get(&outage), self.events.get(&kin)) else { return };
        let (earlier, later) = if begins_before(two, one) { (kin, outage) } else { (outage, kin) };
        let Some(began) = self.events.get(&later).map(|event| event.tally.first_failing) else { return };
        let reached = self.sections_of(later);
        let has_places = self.events.get(&earlier).is_some_and(|event| event.common.is_some());
        let (from, to) = if has_places { (later, earlier) } else { (earlier, later) };
        self.merge(from, to);
        if let Some(common) = self.events.get_mut(&to).and_then(|event| event.common.as_mut()) {
            (common.is_narrow, common.over_since) = (false, None);
            if kinship == Kinship::Spread {
                common.reach(&reached, began);
            }
        }
        self.retally(to);
        self.bridge(to);
    }

    fn kin_of(&self, outage: OutageKey) -> Option<(OutageKey, Kinship)> {
        let own = self.events.get(&outage).filter(|event| is_candidate(event))?;
        let alone = || self.recent.iter().filter(|_| own.common.is_some());
        let kinship = |key: &OutageKey| {
            let other = self.events.get(key).filter(|other| *key != outage && is_candidate(other))?;
            Some((*key, self.kinship((outage, own), (*key, other))?))
        };
        self.shared.iter().chain(alone()).find_map(kinship)
    }

    fn kinship(&self, one: (OutageKey, &Event), two: (OutageKey, &Event)) -> Option<Kinship> {
        if one.1.tally.latest != two.1.tally.latest {
            return None;
        }
        let ((_, earlier), (later_key, later)) =
            if begins_before(two.1, one.1) { (two, one) } else { (one, two) };
        let (began, before) = (earlier.tally.first_failing, later.tally.newest_before);
        if before.is_none_or(|before| before <= began) {
            return (!is_spared_between(began, later)).then_some(Kinship::Together);
        }
        let lies_elsewhere = || {
            let reached = self.sections_of(later_key);
            self.sections_of(if later_key == one.0 { two.0 } else { one.0 }).is_disjoint(&reached)
        };
        let is_soon = before.is_some_and(|before| before <= began + SPREADING);
        (is_soon && lies_elsewhere()).then_some(Kinship::Spread)
    }

    fn sections_of(&self, outage: OutageKey) -> BTreeSet<Section> {
        match self.events.get(&outage).and_then(|event| event.common.as_ref()) {
            Some(common) => common.covered().cloned().collect(),
            None => self.members_of(outage).map(|(_, part)| part.section.clone()).collect(),
        }
    }
}

/// Whether it goes on, is no lottery, and is more than a stray.
fn is_candidate(event: &Event) -> bool {
    let is_common = event.common.as_ref().is_some_and(|c| c.over_since.is_none() && !c.is_lottery);
    event.is_ongoing() && event.tally.confirmed && (event.common.is_none() || is_common)
}

fn begins_before(one: &Event, other: &Event) -> bool {
    one.tally.first_failing < other.tally.first_failing
}

/// Whether so many URLs were healthy between this instant and the begin of an outage that it had not begun by then.
fn is_spared_between(from: DateTime<Utc>, later: &Event) -> bool {
    let Some(common) = &later.common else { return false };
    let looks = common.before_site.iter().filter(|look| look.at > from);
    let urls: BTreeSet<Option<UrlId>> = looks.map(|look| look.url).collect();
    common.rules_out(u32::try_from(urls.len()).unwrap_or(u32::MAX))
}
