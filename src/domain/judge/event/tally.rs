//! What the parts of an outage add up to. It is kept up to date look by look, and can be told anew from the parts when
//! some of them move to another outage; both ways give the same.
//!
//! The decision that a reader would question: each sum and extreme is one of the parts as they are, whatever came first.
//! So ties are broken by what the parts say, not by their turn, or a judge that was stopped would go on otherwise.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{EpisodeKey, Part};
use crate::domain::observation::{Observation, UrlId};
use crate::domain::outcome::Outcome;

/// Sums and extremes of the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Tally {
    pub(in super::super) first_failing: DateTime<Utc>,
    pub(in super::super) last_failing: DateTime<Utc>,
    /// The newest healthy look at a URL of it before the first failing one.
    pub(in super::super) healthy_before: Option<DateTime<Utc>>,
    /// The newest instant at which a URL of it was healthy before it began to fail itself.
    pub(in super::super) newest_before: Option<DateTime<Utc>>,
    /// Each URL with the part that is counted for it: its first.
    pub(in super::super) urls: HashMap<UrlId, EpisodeKey>,
    pub(in super::super) outcomes: BTreeMap<Outcome, u64>,
    pub(in super::super) fetches: u64,
    pub(in super::super) wasted: TimeDelta,
    /// Parts that go on.
    pub(in super::super) open: usize,
    /// Those of them that have failed again since it was over.
    pub(in super::super) resumed: usize,
    /// Some URL failed more than once in a row.
    pub(in super::super) confirmed: bool,
    /// The newest failing outcome.
    pub(in super::super) latest: Outcome,
    /// Whose it is.
    newest: Newest,
    parts: usize,
    /// When parts recovered, in order.
    recoveries: Vec<DateTime<Utc>>,
}

/// Which part failed last: the instant, and of parts that failed at one instant a certain one.
type Newest = (DateTime<Utc>, UrlId, DateTime<Utc>);

impl Tally {
    /// The tally of an outage that begins with this part.
    pub(in super::super) fn of(key: EpisodeKey, part: &Part) -> Self {
        let bounds = &part.episode.bounds;
        let mut tally = Self {
            first_failing: bounds.first_failing,
            last_failing: bounds.last_failing,
            healthy_before: bounds.healthy_before,
            newest_before: bounds.healthy_before,
            urls: HashMap::new(),
            outcomes: BTreeMap::new(),
            fetches: 0,
            wasted: TimeDelta::zero(),
            open: 0,
            resumed: 0,
            confirmed: false,
            latest: part.episode.latest,
            newest: newest(part),
            parts: 0,
            recoveries: Vec::new(),
        };
        tally.add(key, part);
        tally
    }

    /// Tells everything anew from the parts; `None`: there are none.
    pub(in super::super) fn anew<'a>(parts: impl Iterator<Item = (EpisodeKey, &'a Part)>) -> Option<Self> {
        let mut parts: Vec<_> = parts.collect();
        parts.sort_by_key(|(key, part)| {
            (part.episode.bounds.first_failing, part.episode.bounds.last_failing, *key)
        });
        let (first, rest) = parts.split_first()?;
        let mut tally = Self::of(first.0, first.1);
        for (key, part) in rest {
            tally.add(*key, part);
        }
        Some(tally)
    }

    /// Takes in a part that begins.
    pub(in super::super) fn add(&mut self, key: EpisodeKey, part: &Part) {
        let bounds = &part.episode.bounds;
        if let std::collections::hash_map::Entry::Vacant(place) = self.urls.entry(part.url) {
            place.insert(key);
            *self.outcomes.entry(part.episode.main_outcome()).or_default() += 1;
        }
        self.parts += 1;
        self.first_failing = self.first_failing.min(bounds.first_failing);
        let before = bounds.healthy_before.filter(|before| *before < self.first_failing);
        self.healthy_before = self.healthy_before.max(before);
        self.newest_before = self.newest_before.max(bounds.healthy_before);
        self.fetches += part.episode.fetches();
        self.wasted += part.episode.wasted;
        self.confirmed |= part.episode.fetches() > 1;
        self.open += usize::from(part.is_open());
        self.resumed += usize::from(part.is_open() && part.resumed.is_some());
        self.failed(part);
        if let Some(at) = bounds.healthy_after {
            self.recovered(at);
        }
    }

    /// Takes in that a part failed again; `before` is the outcome that most of its fetches had until then.
    pub(in super::super) fn extend(
        &mut self,
        key: EpisodeKey,
        part: &Part,
        seen: &Observation,
        before: Outcome,
    ) {
        let main = part.episode.main_outcome();
        if main != before && self.urls.get(&part.url) == Some(&key) {
            if let Some(urls) = self.outcomes.get_mut(&before) {
                *urls -= 1;
            }
            self.outcomes.retain(|_, urls| *urls > 0);
            *self.outcomes.entry(main).or_default() += 1;
        }
        self.fetches += 1;
        self.wasted += seen.at - seen.asked_at;
        self.confirmed = true;
        self.failed(part);
    }

    /// Takes in that an open part recovered.
    pub(in super::super) fn close(&mut self, part: &Part, at: DateTime<Utc>) {
        self.open = self.open.saturating_sub(1);
        self.resumed = self.resumed.saturating_sub(usize::from(part.resumed.is_some()));
        self.recovered(at);
    }

    /// Some part recovered while others went on failing.
    pub(in super::super) fn recovery_rolls(&self) -> bool {
        self.recoveries.first().is_some_and(|first| *first <= self.last_failing)
    }

    /// The first recovery after the newest failure.
    pub(in super::super) fn first_recovery_after(&self) -> Option<DateTime<Utc>> {
        let after = self.recoveries.partition_point(|at| *at <= self.last_failing);
        self.recoveries.get(after).copied()
    }

    /// The last recovery, if it was after the newest failure.
    pub(in super::super) fn last_recovery(&self) -> Option<DateTime<Utc>> {
        self.recoveries.last().copied().filter(|last| *last > self.last_failing)
    }

    /// When half of the parts, of those that are known now, had recovered.
    pub(in super::super) fn half_recovered(&self) -> Option<DateTime<Utc>> {
        self.recoveries.get(self.parts.div_ceil(2).checked_sub(1)?).copied()
    }

    fn recovered(&mut self, at: DateTime<Utc>) {
        let place = self.recoveries.partition_point(|other| *other <= at);
        self.recoveries.insert(place, at);
    }

    fn failed(&mut self, part: &Part) {
        self.last_failing = self.last_failing.max(part.episode.bounds.last_failing);
        if newest(part) >= self.newest {
            (self.newest, self.latest) = (newest(part), part.episode.latest);
        }
    }
}

fn newest(part: &Part) -> Newest {
    let bounds = &part.episode.bounds;
    (bounds.last_failing, part.url, bounds.first_failing)
}

#[cfg(test)]
mod tests {
    use super::super::super::OutageKey;
    use super::super::super::tests::world::minutes;
    use super::*;
    use crate::domain::episode::Episode;
    use crate::domain::page_url::Section;
    use crate::domain::span::Span;

    /// A part that failed with these statuses in these minutes, and recovered in that one.
    fn part(url: i64, failing: &[(i64, u16)], recovered: Option<i64>) -> Part {
        let seen = |minute: i64, status| Observation::instant(minutes(minute), Outcome::of_status(status));
        let mut episode = Episode::opened_by(&seen(failing[0].0, failing[0].1), None);
        for (minute, status) in &failing[1..] {
            episode.extend(&seen(*minute, *status), Span::hours(12));
        }
        if let Some(minute) = recovered {
            episode.close(minutes(minute));
        }
        let (section, outage) = (Section::of_path("/"), OutageKey(0));
        Part { url: UrlId(url), section, outage, episode, went_on: false, resumed: None }
    }

    fn tally(parts: &[Part]) -> Tally {
        Tally::anew((1..).map(EpisodeKey).zip(parts)).unwrap()
    }

    #[test]
    fn it_is_the_same_in_whatever_order_the_parts_come() {
        let parts = [
            part(1, &[(0, 502), (9, 502)], None),
            part(2, &[(1, 502), (9, 504)], None),
            part(3, &[(2, 503)], Some(5)),
            part(4, &[(2, 503)], Some(5)),
        ];
        let whole = tally(&parts);
        for turn in 0..parts.len() {
            let mut order: Vec<_> = (1..).map(EpisodeKey).zip(&parts).collect();
            order.rotate_left(turn);
            let mut told = Tally::of(order[0].0, order[0].1);
            for (key, part) in &order[1..] {
                told.add(*key, part);
            }
            assert_eq!(told, whole, "from part {turn} on");
        }
    }

    #[test]
    fn each_url_counts_once_however_often_it_fails() {
        let tally = tally(&[
            part(1, &[(0, 502)], Some(1)),
            part(1, &[(2, 504)], Some(3)),
            part(2, &[(2, 502)], None),
        ]);
        assert_eq!(tally.urls.len(), 2);
        assert_eq!(tally.outcomes, BTreeMap::from([(Outcome::Status(502), 2)]), "by its first part");
        assert_eq!((tally.fetches, tally.open), (3, 1));
    }

    #[test]
    fn half_of_it_has_recovered_when_half_of_the_parts_have_that_are_known_now() {
        let mut parts = vec![part(1, &[(0, 502)], Some(10)), part(2, &[(0, 502)], None)];
        assert_eq!(tally(&parts).half_recovered(), Some(minutes(10)));
        parts.push(part(3, &[(11, 502)], None));
        assert_eq!(tally(&parts).half_recovered(), None, "another has begun since");
        parts.push(part(4, &[(11, 502)], Some(20)));
        assert_eq!(tally(&parts).half_recovered(), Some(minutes(20)));
    }

    #[test]
    fn a_recovery_that_comes_while_others_fail_on_rolls_and_bounds_nothing() {
        let rolling = tally(&[part(1, &[(0, 502)], Some(5)), part(2, &[(0, 502), (8, 502)], Some(12))]);
        assert!(rolling.recovery_rolls());
        assert_eq!(rolling.first_recovery_after(), Some(minutes(12)));
        assert_eq!(rolling.last_recovery(), Some(minutes(12)));
        let at_once = tally(&[part(1, &[(0, 502)], Some(5)), part(2, &[(0, 502)], Some(6))]);
        assert!(!at_once.recovery_rolls());
        assert_eq!(at_once.first_recovery_after(), Some(minutes(5)));
    }

    #[test]
    fn a_part_whose_end_nobody_saw_does_not_keep_it_open() {
        let mut went_on = part(1, &[(0, 502)], None);
        went_on.went_on = true;
        let tally = tally(&[went_on, part(2, &[(0, 502)], Some(3))]);
        assert_eq!((tally.open, tally.last_recovery()), (0, Some(minutes(3))));
    }
}
