//! What is kept of an outage that several URLs share, beside its parts: how the places that it covers answer while it
//! lasts. From this follow whether it is over, whether each fetch is a lottery, and how far its bounds can be trusted.
//!
//! The decision that a reader would question: whether it is over is a matter of odds. When the fetches of a place fail
//! with probability p, n healthy looks in a row come about with (1 - p)^n; when that is too unlikely, it is over. For an
//! outage that fails everything that is after three looks; for one dead backend of three, after two dozen.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::super::pulse::Glance;
use super::odds::{
    ELSEWHERE, FadingLooks, LOTTERY_OVER, Looks, OVER, Runs, is_lottery, looks_for, odds, second_cause,
};
use crate::domain::extent::Extent;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::Section;

/// So many looks say how an outage began.
const OPENING: u32 = 12;

/// How many healthy looks after the newest failure are kept; enough for a bound when one fetch of ten fails.
const KEPT_AFTER: usize = 32;

/// Whose healthy look it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Whose {
    /// A URL that failed in the outage.
    Member,
    /// A URL that did not, seen for the first time since it began.
    Witness,
    /// A URL that was healthy all the while: it says nothing about those that were not.
    Spared,
    /// Of any URL, but another failed at the same instant: it says nothing about what came after.
    Tied,
}

/// One section of an outage, affected or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Ground {
    /// Failing URLs.
    pub(in super::super) urls: u32,
    /// The newest healthy look before the first of them failed.
    pub(in super::super) healthy_before: Option<DateTime<Utc>>,
    /// Distinct healthy URLs between the begin of the outage and its first failure here.
    pub(in super::super) witnesses_before: u32,
    /// It spread to here: the first failure here, which came later than elsewhere.
    pub(in super::super) reached: Option<DateTime<Utc>>,
    /// Healthy looks in a row, with the first of them.
    pub(in super::super) run: u32,
    pub(in super::super) run_since: Option<DateTime<Utc>>,
    /// The newest failing outcome here.
    pub(in super::super) outcome: Option<Outcome>,
    /// Distinct other URLs that were healthy while it lasted; those of the current run wait until it is seen to go on.
    witnesses: u32,
    waiting: u32,
    /// The number of the failure up to which `witnesses` is counted.
    counted_to: u64,
}

/// See the file's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    pub(in super::super) sections: BTreeMap<Section, Ground>,
    /// Healthy looks before it began, newest first: at the whole site, and where it was first seen.
    pub(in super::super) before_site: Vec<Glance>,
    pub(in super::super) before_place: Vec<Glance>,
    /// URLs fail, are healthy, and fail again: each fetch is a lottery.
    pub(in super::super) is_lottery: bool,
    /// How long it was seen to last before that was known, or one was that became part of it. What was told of it then
    /// stands.
    #[serde(default = "TimeDelta::zero")]
    pub(in super::super) solid: TimeDelta,
    /// It is one URL that flaps.
    pub(in super::super) is_of_one_url: bool,
    /// It concerns its own URLs, not the sections that they lie in.
    pub(in super::super) is_narrow: bool,
    /// Since when it is over.
    pub(in super::super) over_since: Option<DateTime<Utc>>,
    /// Healthy looks in a row in its sections.
    pub(in super::super) run: u32,
    /// Healthy looks between an outage before it and its begin.
    pub(in super::super) run_before: Option<u32>,
    /// The newest look of any kind in its sections.
    pub(in super::super) looked_at: DateTime<Utc>,
    failures: u64,
    /// Looks at URLs that were not known to fail: the first ones, all of them, and the last ones.
    opening: Looks,
    overall: Looks,
    lately: FadingLooks,
    /// Looks at any URL, those that are looked at again because they fail among them: all, and the last ones.
    any: Looks,
    any_lately: FadingLooks,
    /// Healthy looks at the instant of a failure: they say nothing of what came after, but they were healthy.
    #[serde(default)]
    tied: u32,
    /// Healthy looks of the current run that are not in the shares yet.
    uncounted: u32,
    after: Vec<DateTime<Utc>>,
}

impl Ground {
    fn new(failures: u64) -> Self {
        Self {
            urls: 0,
            healthy_before: None,
            witnesses_before: 0,
            reached: None,
            run: 0,
            run_since: None,
            outcome: None,
            witnesses: 0,
            waiting: 0,
            counted_to: failures,
        }
    }

    fn settle(&mut self, failures: u64) {
        if self.counted_to < failures {
            self.witnesses += std::mem::take(&mut self.waiting);
            self.counted_to = failures;
        }
    }

    /// Distinct other URLs that were seen healthy while the outage lasted.
    fn witnesses(&self, failures: u64) -> u32 {
        self.witnesses + if self.counted_to < failures { self.waiting } else { 0 }
    }
}

impl Common {
    /// An outage that begins at this instant, after these healthy looks.
    pub(in super::super) fn begun(
        at: DateTime<Utc>,
        before_site: Vec<Glance>,
        before_place: Vec<Glance>,
    ) -> Self {
        Self {
            sections: BTreeMap::new(),
            before_site,
            before_place,
            is_lottery: false,
            solid: TimeDelta::zero(),
            is_of_one_url: false,
            is_narrow: false,
            over_since: None,
            run: 0,
            run_before: None,
            looked_at: at,
            failures: 0,
            opening: Looks::default(),
            overall: Looks::default(),
            lately: FadingLooks::default(),
            any: Looks::default(),
            any_lately: FadingLooks::default(),
            tied: 0,
            uncounted: 0,
            after: Vec::new(),
        }
    }

    /// Healthy looks among the failing ones with which it began.
    pub(in super::super) fn began_among(&mut self, healthy_looks: u32) {
        self.uncounted += healthy_looks;
    }

    /// Takes in a failing look; `is_fresh`: the URL was not known to fail. A URL that stays broken says nothing about
    /// the odds of the others, only that it is not over.
    pub(in super::super) fn fail(
        &mut self,
        section: &Section,
        at: DateTime<Utc>,
        outcome: Outcome,
        is_fresh: bool,
    ) {
        self.failures += 1;
        let failures = self.failures;
        let ground = self.sections.entry(section.clone()).or_insert_with(|| Ground::new(failures));
        ground.settle(failures);
        (ground.run, ground.run_since, ground.outcome) = (0, None, Some(outcome));
        let (failing, healthy) = (u32::from(is_fresh), std::mem::take(&mut self.uncounted));
        for looks in [&mut self.overall, &mut self.opening] {
            looks.failing += failing;
            looks.healthy += healthy;
        }
        if self.opening.failing + self.opening.healthy > OPENING + failing + healthy {
            self.opening.failing -= failing;
            self.opening.healthy -= healthy;
        }
        self.lately.add(failing, healthy);
        self.any.failing += 1;
        self.any.healthy += healthy;
        self.any_lately.add(1, healthy);
        self.run = 0;
        self.after.clear();
        self.looked_at = self.looked_at.max(at);
    }

    /// Takes in a URL that begins to fail.
    pub(in super::super) fn take_url(&mut self, section: &Section, healthy_before: Option<DateTime<Utc>>) {
        let failures = self.failures;
        let ground = self.sections.entry(section.clone()).or_insert_with(|| Ground::new(failures));
        if ground.urls == 0 {
            ground.healthy_before = healthy_before;
            ground.witnesses_before = ground.witnesses + ground.waiting;
        }
        ground.urls += 1;
    }

    /// Takes in a healthy look. `true`: this look shows that it is over.
    pub(in super::super) fn pass(&mut self, section: &Section, at: DateTime<Utc>, whose: Whose) -> bool {
        let failures = self.failures;
        if !self.sections.contains_key(section) {
            self.sections.insert(section.clone(), Ground::new(failures));
        }
        let Some(ground) = self.sections.get_mut(section) else { return false };
        ground.settle(failures);
        ground.waiting += u32::from(whose == Whose::Witness);
        if ground.urls == 0 {
            return false;
        }
        self.looked_at = self.looked_at.max(at);
        if whose == Whose::Tied {
            self.tied += 1;
            return false;
        }
        if whose == Whose::Spared && !self.is_lottery {
            return false;
        }
        ground.run += 1;
        ground.run_since.get_or_insert(at);
        self.run += 1;
        self.uncounted += 1;
        if self.after.len() < KEPT_AFTER {
            self.after.push(at);
        }
        let line = if self.is_lottery { LOTTERY_OVER } else { OVER };
        if self.over_since.is_some() || self.is_narrow || self.odds_of(self.run) >= line {
            return false;
        }
        self.over_since = self.after.first().copied().or(Some(at));
        true
    }

    /// It spread to these sections, where it began at this instant.
    pub(in super::super) fn reach(&mut self, sections: &BTreeSet<Section>, at: DateTime<Utc>) {
        for (_, ground) in self.sections.iter_mut().filter(|(section, _)| sections.contains(section)) {
            ground.reached = Some(at);
        }
    }

    /// When it reached this section, if that was later than others.
    pub(in super::super) fn reached(&self, section: &Section) -> Option<DateTime<Utc>> {
        self.sections.get(section).and_then(|ground| ground.reached)
    }

    /// When the first sections that it is known of were last healthy, all of them, if it spread from there.
    pub(in super::super) fn before_it_spread(&self) -> Option<DateTime<Utc>> {
        self.sections.values().find_map(|ground| ground.reached)?;
        let first = self.sections.values().filter(|ground| ground.urls > 0 && ground.reached.is_none());
        first.filter_map(|ground| ground.healthy_before).min()
    }

    /// The sections that are part of it.
    pub(in super::super) fn covered(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|(_, ground)| ground.urls > 0).map(|(section, _)| section)
    }

    /// Whether so many healthy URLs cannot be, while it lasts.
    pub(in super::super) fn rules_out(&self, healthy_urls: u32) -> bool {
        self.odds_of(healthy_urls) < ELSEWHERE
    }

    /// Whether this section is part of it.
    pub(in super::super) fn covers(&self, section: &Section) -> bool {
        self.sections.get(section).is_some_and(|ground| ground.urls > 0)
    }

    /// Whether it can be the reason why a URL of this section failed while it lasts: the section is part of it, or it is
    /// all over the site and the section may be.
    pub(in super::super) fn explains(&self, section: &Section) -> bool {
        /// So many sections are all over the site.
        const ALL_OVER: usize = 3;
        self.covers(section) || (!self.spares(section) && self.covered().count() >= ALL_OVER)
    }

    /// Whether some section is part of both.
    pub(in super::super) fn shares_a_section_with(&self, other: &Self) -> bool {
        other.sections.iter().any(|(section, ground)| ground.urls > 0 && self.covers(section))
    }

    /// Whether this section was so healthy since it began that it cannot have been part of it.
    pub(in super::super) fn spares(&self, section: &Section) -> bool {
        self.sections
            .get(section)
            .is_some_and(|g| g.urls == 0 && self.odds_of(g.witnesses + g.waiting) < ELSEWHERE)
    }

    /// Whether this section joined it although it had been healthy while the outage had begun elsewhere.
    pub(in super::super) fn joined_late(&self, section: &Section) -> bool {
        !self.is_lottery && self.sections.get(section).is_some_and(|g| g.urls > 0 && g.witnesses_before > 0)
    }

    /// Whether this section of it is over, although others need not be.
    pub(in super::super) fn is_over_in(&self, ground: &Ground) -> bool {
        // Its own healthy looks are what is asked about; they do not make the outage milder by which they are weighed.
        let others = self.overall.healthy.saturating_sub(ground.run);
        let share = Looks { failing: self.overall.failing, healthy: others }.careful_share();
        ground.urls > 0 && odds(share, ground.run) < OVER
    }

    /// Whether it and an outage before it, with so many healthy looks and so much time between them, are one lottery.
    pub(in super::super) fn is_one_with(&self, before: &Self, gap: u32, lasted: TimeDelta) -> Option<bool> {
        is_lottery(Runs {
            failing: self.any.failing + before.any.failing,
            within: self.any.healthy + before.any.healthy,
            between: gap,
            second_causes: second_cause(lasted),
        })
    }

    /// How it lies over the site.
    pub fn extent(&self) -> Extent {
        let affected = self.seen(false).filter(|(_, failing, _)| *failing > 0);
        let mut sections: Vec<_> = affected.map(|(s, failing, _)| (s.clone(), u64::from(failing))).collect();
        sections.sort_by_key(|(_, failing)| std::cmp::Reverse(*failing));
        Extent {
            spared_sections: (self.sections.len() - sections.len()) as u64,
            healthy_urls: self.seen(false).map(|(_, _, healthy)| u64::from(healthy)).sum(),
            failing_looks: u64::from(self.any.failing),
            healthy_looks: u64::from(self.any.healthy) + u64::from(self.tied),
            sections,
        }
    }

    /// Failing and witnessing URLs of each section.
    /// `goes_on`: a failure has shown that the current run of healthy looks is not its end.
    pub(in super::super) fn seen(&self, goes_on: bool) -> impl Iterator<Item = (&Section, u32, u32)> {
        let failures = self.failures + u64::from(goes_on);
        self.sections.iter().map(move |(section, g)| (section, g.urls, g.witnesses(failures)))
    }

    /// The share of failing URLs among those that were looked at while it lasted, in one section or everywhere.
    fn share_of_urls(&self, section: Option<&Section>) -> f64 {
        let here = self.seen(false).filter(|(of, _, _)| section.is_none_or(|section| section == *of));
        let (failing, healthy) = here.fold((0, 0), |sums, (_, f, h)| (sums.0 + f, sums.1 + h));
        Looks { failing, healthy }.share()
    }

    /// How many healthy looks before the first failure it may have gone unnoticed, in one section or everywhere.
    pub(in super::super) fn missed_at_begin(&self, section: Option<&Section>) -> usize {
        if self.is_lottery {
            return looks_for(self.any.share());
        }
        looks_for(self.opening.share().min(self.share_of_urls(section)))
    }

    /// The healthy look by which it was over, of those after the newest failure.
    pub(in super::super) fn healthy_after(
        &self,
        last: DateTime<Utc>,
        section: Option<&Section>,
    ) -> Option<DateTime<Utc>> {
        let share = if self.is_lottery {
            self.any_lately.looks().share().min(self.any.share())
        } else {
            self.lately.looks().share().min(self.share_of_urls(section))
        };
        self.after.iter().filter(|look| **look > last).nth(looks_for(share) - 1).copied()
    }

    /// It is over, but nobody saw its end: at this instant, after a long silence, something else began.
    pub(in super::super) fn end_unseen(&mut self, at: DateTime<Utc>) {
        self.over_since = Some(at);
        self.over_by(at);
    }

    /// It is over, and nobody saw its end before this instant.
    pub(in super::super) fn over_by(&mut self, at: DateTime<Utc>) {
        self.after.push(at);
    }

    /// The newest of the healthy looks that are kept.
    pub(in super::super) fn newest_after(&self, last: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.after.last().copied().filter(|look| *look > last)
    }

    fn odds_of(&self, run: u32) -> f64 {
        if self.is_lottery {
            return odds(self.any.careful_share().min(self.any_lately.looks().careful_share()), run);
        }
        let share = self.overall.careful_share().min(self.lately.looks().careful_share());
        odds(share, run)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::world::minutes;
    use super::*;

    fn section(path: &str) -> Section {
        Section::of_path(path)
    }

    /// An outage of `/a` in which of so many looks, one a minute, each fails of which this says so.
    fn outage(looks: i64, fails: impl Fn(i64) -> bool) -> Common {
        let mut common = Common::begun(minutes(0), Vec::new(), Vec::new());
        for minute in 0..looks {
            if fails(minute) {
                common.take_url(&section("/a/1"), None);
                common.fail(&section("/a/1"), minutes(minute), Outcome::Status(502), true);
            } else {
                common.pass(&section("/a/1"), minutes(minute), Whose::Witness);
            }
        }
        common
    }

    /// How many healthy looks it takes from this minute on until it is over.
    fn over_after(common: &mut Common, minute: i64, whose: Whose) -> Option<i64> {
        (1..=100).find(|look| common.pass(&section("/a/1"), minutes(minute + look), whose))
    }

    #[test]
    fn an_outage_that_fails_everything_is_over_after_three_healthy_looks_since_the_first_of_them() {
        let mut common = outage(60, |_| true);
        assert_eq!(over_after(&mut common, 60, Whose::Member), Some(3));
        assert_eq!(common.over_since, Some(minutes(61)));
    }

    #[test]
    fn the_smaller_the_share_that_fails_the_longer_it_takes_to_be_over() {
        let third = over_after(&mut outage(61, |minute| minute % 3 == 0), 61, Whose::Member).unwrap();
        assert!((15..40).contains(&third), "{third}");
        let tenth = over_after(&mut outage(61, |minute| minute % 10 == 0), 61, Whose::Member).unwrap();
        assert!(tenth > third, "{tenth}");
    }

    #[test]
    fn a_lottery_takes_longer_to_be_over_because_it_has_many_runs_of_luck() {
        let mut common = outage(61, |minute| minute % 3 == 0);
        let share_alone = over_after(&mut common.clone(), 61, Whose::Member).unwrap();
        common.is_lottery = true;
        assert!(over_after(&mut common, 61, Whose::Member).unwrap() > share_alone);
    }

    #[test]
    fn urls_that_were_healthy_all_the_while_do_not_show_that_it_is_over() {
        assert_eq!(over_after(&mut outage(60, |_| true), 60, Whose::Spared), None);
    }

    #[test]
    fn a_healthy_look_at_the_instant_of_a_failure_does_not_show_that_it_is_over() {
        let mut common = outage(60, |_| true);
        assert_eq!(over_after(&mut common, 60, Whose::Tied), None);
        assert_eq!(common.extent().healthy_looks, 100, "they were healthy all the same");
    }

    #[test]
    fn looks_elsewhere_say_nothing_about_its_end_and_that_it_is_not_there() {
        let mut common = outage(60, |_| true);
        assert!((1..=100).all(|minute| !common.pass(&section("/b/1"), minutes(60 + minute), Whose::Witness)));
        assert!(common.spares(&section("/b/1")) && !common.spares(&section("/a/1")));
        assert!(!common.spares(&section("/c/1")), "nobody has looked there");
    }

    #[test]
    fn a_failure_shows_that_the_healthy_looks_before_it_were_not_the_end() {
        let mut common = outage(60, |_| true);
        over_after(&mut common, 60, Whose::Member);
        common.over_since = None;
        common.fail(&section("/a/1"), minutes(70), Outcome::Status(502), true);
        assert_eq!((common.run, common.newest_after(minutes(60))), (0, None));
    }

    #[test]
    fn a_section_is_over_by_its_own_healthy_looks_however_often_another_fails_meanwhile() {
        let mut common = Common::begun(minutes(0), Vec::new(), Vec::new());
        for path in ["/a/1", "/b/1"].repeat(4) {
            common.take_url(&section(path), None);
            common.fail(&section(path), minutes(0), Outcome::Status(502), true);
        }
        for minute in 1..=8 {
            common.pass(&section("/b/1"), minutes(minute), Whose::Member);
            common.fail(&section("/a/1"), minutes(minute), Outcome::Status(502), false);
        }
        assert!(common.is_over_in(&common.sections[&section("/b/1")]));
        assert!(!common.is_over_in(&common.sections[&section("/a/1")]) && common.over_since.is_none());
    }

    #[test]
    fn a_failure_of_the_past_that_turns_out_to_be_part_of_it_does_not_make_it_look_forgotten() {
        let mut common = outage(60, |_| true);
        common.pass(&section("/a/1"), minutes(90), Whose::Member);
        common.fail(&section("/a/1"), minutes(5), Outcome::Status(502), true);
        assert_eq!(common.looked_at, minutes(90));
    }

    #[test]
    fn a_url_that_stays_broken_does_not_make_the_share_of_the_others_larger() {
        let mut common = outage(61, |minute| minute % 3 == 0);
        let before = over_after(&mut common.clone(), 61, Whose::Member);
        for minute in 61..200 {
            common.fail(&section("/a/1"), minutes(minute), Outcome::Status(502), false);
        }
        let after = over_after(&mut common, 200, Whose::Member);
        assert!(after >= before, "{after:?} {before:?}");
    }

    #[test]
    fn an_outage_that_spares_half_of_the_fetches_is_bounded_by_more_than_one_look() {
        assert_eq!(outage(60, |_| true).missed_at_begin(None), 1);
        assert!(outage(60, |minute| minute % 2 == 0).missed_at_begin(None) > 1);
    }
}
