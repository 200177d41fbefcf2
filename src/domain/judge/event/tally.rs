//! What the parts of an outage add up to. It is kept up to date look by look, and can be told anew from the parts when
//! some of them move to another outage; both ways give the same.

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
    first_recovery: Option<DateTime<Utc>>,
    /// When half of the parts had recovered; others may have begun since.
    half_recovered: Option<DateTime<Utc>>,
    closed: usize,
    parts: usize,
    /// Recoveries after the newest failure, in order.
    recoveries: Vec<DateTime<Utc>>,
}

impl Tally {
    /// The tally of an outage that begins with this part.
    pub(in super::super) fn of(key: EpisodeKey, part: &Part) -> Self {
        let bounds = &part.episode.bounds;
        let mut tally = Self {
            first_failing: bounds.first_failing,
            last_failing: bounds.last_failing,
            healthy_before: bounds.healthy_before,
            urls: HashMap::new(),
            outcomes: BTreeMap::new(),
            fetches: 0,
            wasted: TimeDelta::zero(),
            open: 0,
            resumed: 0,
            confirmed: false,
            latest: part.episode.latest,
            first_recovery: None,
            half_recovered: None,
            closed: 0,
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
        tally.recount(&parts);
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
        self.fetches += part.episode.fetches();
        self.wasted += part.episode.wasted;
        self.confirmed |= part.episode.fetches() > 1;
        self.open += usize::from(part.is_open());
        self.resumed += usize::from(part.is_open() && part.resumed.is_some());
        if bounds.last_failing >= self.last_failing {
            self.latest = part.episode.latest;
        }
        self.failed_at(bounds.last_failing);
        if !self.is_half_recovered() {
            self.half_recovered = None;
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
        self.latest = seen.outcome;
        self.failed_at(seen.asked_at);
    }

    /// Takes in that an open part recovered.
    pub(in super::super) fn close(&mut self, part: &Part, at: DateTime<Utc>) {
        self.open = self.open.saturating_sub(1);
        self.resumed = self.resumed.saturating_sub(usize::from(part.resumed.is_some()));
        self.closed += 1;
        self.first_recovery.get_or_insert(at);
        if at > self.last_failing {
            self.recoveries.push(at);
        }
        if self.is_half_recovered() {
            self.half_recovered.get_or_insert(at);
        }
    }

    /// Some part recovered while others went on failing.
    pub(in super::super) fn recovery_rolls(&self) -> bool {
        self.first_recovery.is_some_and(|first| first <= self.last_failing)
    }

    /// The first recovery after the newest failure.
    pub(in super::super) fn first_recovery_after(&self) -> Option<DateTime<Utc>> {
        self.recoveries.first().copied()
    }

    /// The last recovery, if it was after the newest failure.
    pub(in super::super) fn last_recovery(&self) -> Option<DateTime<Utc>> {
        self.recoveries.last().copied()
    }

    /// Since when half of the parts have recovered.
    pub(in super::super) fn half_recovered(&self) -> Option<DateTime<Utc>> {
        self.half_recovered
    }

    fn is_half_recovered(&self) -> bool {
        self.closed > 0 && self.closed * 2 >= self.parts
    }

    fn failed_at(&mut self, at: DateTime<Utc>) {
        self.last_failing = self.last_failing.max(at);
        let last = self.last_failing;
        self.recoveries.retain(|at| *at > last);
    }

    /// Recoveries anew, in the order in which they happened.
    fn recount(&mut self, parts: &[(EpisodeKey, &Part)]) {
        let before = |part: &Part| part.episode.bounds.healthy_before;
        let befores = parts.iter().filter_map(|(_, part)| before(part));
        self.healthy_before = befores.filter(|before| *before < self.first_failing).max();
        let mut ends: Vec<_> =
            parts.iter().filter_map(|(_, part)| part.episode.bounds.healthy_after).collect();
        ends.sort_unstable();
        let mut begins: Vec<_> = parts.iter().map(|(_, part)| part.episode.bounds.first_failing).collect();
        begins.sort_unstable();
        self.closed = ends.len();
        self.first_recovery = ends.first().copied();
        self.half_recovered = half_recovered(&ends, &begins);
        let last = self.last_failing;
        self.recoveries = ends.into_iter().filter(|at| *at > last).collect();
    }
}

/// Since when half of the parts that had begun by then have recovered, as [`Tally::add`] and [`Tally::close`] find it.
fn half_recovered(ends: &[DateTime<Utc>], begins: &[DateTime<Utc>]) -> Option<DateTime<Utc>> {
    let (mut since, mut begun) = (None, 0);
    for (closed, at) in (1..).zip(ends) {
        let begun_by_then = begins.partition_point(|begin| *begin < *at);
        if begun_by_then > begun && (closed - 1) * 2 < begun_by_then {
            since = None;
        }
        begun = begun_by_then;
        if closed * 2 >= begun {
            since = since.or(Some(*at));
        }
    }
    since.filter(|_| ends.len() * 2 >= begins.len())
}
