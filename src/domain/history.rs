//! The history of one URL as one observer saw it: its episodes, and the time in which nobody looked. It gives the verdict
//! on the URL; which root its episodes have is the matter of [`super::judge`].
//!
//! The decision that a reader would question: the share of time that a flapping URL failed is an estimate, not a bound.
//! The turn from healthy to failing is taken to have happened half-way between the two looks. By the shortest time alone,
//! a URL that fails every third hourly fetch would never have failed at all. Re-checks that follow each other closely
//! stand for little time each, so that looking more often makes nothing look longer.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::bounds::Bounds;
use super::episode::{Episode, Extended};
use super::observation::Observation;
use super::policy::Policy;
use super::span::Span;
use super::verdict::{Case, Certainty, Judgement, State, Verdict, judge};

/// What is known of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    first_look: DateTime<Utc>,
    last_look: DateTime<Utc>,
    /// Stretches longer than the policy's `max_gap` in which nobody looked.
    silences: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    episodes: Vec<Episode>,
}

/// What the policy's rule for flapping is applied to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flapping {
    /// Episodes in the window.
    pub episodes: usize,
    /// Days on which one began.
    pub days: usize,
    /// Part of the observed time that failed, from 0 to 1.
    pub failing_share: f64,
}

impl History {
    /// A history that begins with this look.
    pub fn begun(seen: &Observation) -> Self {
        let mut history = Self {
            first_look: seen.asked_at,
            last_look: seen.asked_at,
            silences: Vec::new(),
            episodes: Vec::new(),
        };
        if seen.outcome.is_failing() {
            history.episodes.push(Episode::opened_by(seen, None));
        }
        history
    }

    /// Takes in a later look.
    pub fn take(&mut self, seen: &Observation, max_gap: Span) {
        let looked = self.last_look;
        self.last_look = looked.max(seen.asked_at);
        if seen.asked_at - looked > max_gap.delta() {
            self.silences.push((looked, seen.asked_at));
        }
        let open = self.episodes.last_mut().filter(|episode| episode.is_ongoing());
        match (open, seen.outcome.is_failing()) {
            (None, false) => {}
            (Some(open), false) => open.close(seen.at),
            (None, true) => self.episodes.push(Episode::opened_by(seen, Some(looked))),
            (Some(open), true) => {
                let before = open.bounds.last_failing;
                if open.extend(seen, max_gap) == Extended::Apart {
                    self.episodes.push(Episode::opened_by(seen, Some(before)));
                }
            }
        }
    }

    /// Its episodes, in their order.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The verdict on the URL: that of its worst episode, or `intermittent`. `None`: it never failed.
    pub fn judge(&self, now: DateTime<Utc>, policy: &Policy) -> Option<Judgement> {
        let judged = self.episodes.iter().map(|episode| judge_episode(episode, now, policy));
        let worst = judged.max_by_key(|judgement| judgement.verdict)?;
        let is_lottery =
            worst.verdict < Verdict::Intermittent && self.flapping(now, policy).is_intermittent(policy);
        if !is_lottery {
            return Some(worst);
        }
        let last = self.episodes.last().map(|episode| judge_episode(episode, now, policy).state);
        let state = last.unwrap_or(State::Resolved);
        Some(Judgement { verdict: Verdict::Intermittent, certainty: Certainty::Certain, state })
    }

    /// How it flapped in the policy's window before `now`.
    pub fn flapping(&self, now: DateTime<Utc>, policy: &Policy) -> Flapping {
        let from = now - policy.intermittent_within.delta();
        let bounds = self.episodes.iter().map(|episode| &episode.bounds);
        Flapping::of(bounds, self.observed(from, now), now, policy)
    }

    /// The time between two instants in which somebody looked.
    fn observed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let (from, to) = (from.max(self.first_look), to.min(self.last_look));
        let silent: TimeDelta =
            self.silences.iter().map(|(a, b)| (*b.min(&to) - *a.max(&from)).max(TimeDelta::zero())).sum();
        to - from - silent
    }
}

impl Flapping {
    /// How episodes, or outages of one place, fill the policy's window before `now`, of which so much was observed.
    pub fn of<'a>(
        all: impl Iterator<Item = &'a Bounds>,
        observed: TimeDelta,
        now: DateTime<Utc>,
        policy: &Policy,
    ) -> Self {
        let (from, max_gap) = (now - policy.intermittent_within.delta(), policy.gap(None));
        let recent: Vec<&Bounds> = all.filter(|b| b.last_failing > from && b.first_failing <= now).collect();
        let failing: TimeDelta = recent.iter().map(|b| failing_time(b, from, max_gap)).sum();
        let days: BTreeSet<_> = recent.iter().map(|b| b.first_failing.date_naive()).collect();
        Self { episodes: recent.len(), days: days.len(), failing_share: share(failing, observed) }
    }

    /// Whether the policy calls this intermittent.
    pub fn is_intermittent(&self, policy: &Policy) -> bool {
        self.episodes >= policy.intermittent_episodes as usize
            && self.days >= policy.intermittent_days as usize
            && self.failing_share >= policy.intermittent_share.fraction()
    }
}

/// The verdict on one episode.
pub fn judge_episode(episode: &Episode, now: DateTime<Utc>, policy: &Policy) -> Judgement {
    let case = Case {
        bounds: episode.bounds,
        ongoing: episode.is_ongoing(),
        confirmed: episode.fetches() > 1,
        alternating: false,
        solid: TimeDelta::zero(),
    };
    judge(&case, now, policy)
}

/// How long an episode lasted after `from`, by the middle of its bounds; a side that nobody looked at counts nothing.
fn failing_time(bounds: &Bounds, from: DateTime<Utc>, max_gap: Span) -> TimeDelta {
    let half = |gap: TimeDelta| if gap > max_gap.delta() { TimeDelta::zero() } else { gap / 2 };
    let begin = bounds
        .healthy_before
        .map_or(bounds.first_failing, |before| bounds.first_failing - half(bounds.first_failing - before));
    let end = bounds
        .healthy_after
        .map_or(bounds.last_failing, |after| bounds.last_failing + half(after - bounds.last_failing));
    (end - begin.max(from) - bounds.unknown).max(TimeDelta::zero())
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a week stay far below 2^52")]
fn share(part: TimeDelta, whole: TimeDelta) -> f64 {
    if whole <= TimeDelta::zero() {
        return 0.0;
    }
    part.num_milliseconds() as f64 / whole.num_milliseconds() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::judge::tests::streams::cases;
    use crate::domain::outcome::Outcome;

    fn seen(minute: i64, status: u16) -> Observation {
        Observation::instant(DateTime::UNIX_EPOCH + TimeDelta::minutes(minute), Outcome::of_status(status))
    }

    fn history(looks: &[(i64, u16)]) -> History {
        let mut history = History::begun(&seen(looks[0].0, looks[0].1));
        for (minute, status) in &looks[1..] {
            history.take(&seen(*minute, *status), Span::hours(12));
        }
        history
    }

    /// Looked at each hour of a week; failing when this says so of the day and the hour.
    fn week(is_failing: impl Fn(i64, i64) -> bool) -> Vec<(i64, u16)> {
        let hours = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
        hours
            .map(|(day, hour)| ((day * 24 + hour) * 60, if is_failing(day, hour) { 502 } else { 200 }))
            .collect()
    }

    fn verdict(looks: &[(i64, u16)]) -> Option<Verdict> {
        let now = seen(looks.last().unwrap().0, 200).at;
        history(looks).judge(now, &Policy::default()).map(|judgement| judgement.verdict)
    }

    #[test]
    fn a_url_that_fails_for_three_hours_on_each_day_is_intermittent_and_for_one_hour_is_not() {
        assert_eq!(verdict(&week(|_, hour| hour < 3)), Some(Verdict::Intermittent));
        assert_eq!(verdict(&week(|_, hour| hour < 1)), Some(Verdict::Brief));
        assert_eq!(
            verdict(&week(|day, hour| day < 2 && hour < 12)),
            Some(Verdict::Brief),
            "two days are not enough"
        );
        assert_eq!(verdict(&week(|_, _| false)), None);
    }

    #[test]
    fn an_episode_that_persists_is_worse_than_flapping() {
        assert_eq!(verdict(&week(|day, hour| hour < 3 || day > 3)), Some(Verdict::Persistent));
    }

    #[test]
    fn looking_again_every_minute_while_it_fails_does_not_make_the_share_larger() {
        let hourly = week(|_, hour| hour == 5);
        let mut rechecked = hourly.clone();
        for day in 0..7 {
            rechecked.extend((1..30).map(|minute| ((day * 24 + 5) * 60 + minute, 502)));
        }
        rechecked.sort_unstable();
        let share = |looks: &[(i64, u16)]| {
            history(looks).flapping(seen(7 * 24 * 60, 200).at, &Policy::default()).failing_share
        };
        assert!((share(&hourly) - 1.0 / 24.0).abs() < 0.01, "{}", share(&hourly));
        assert!((share(&rechecked) - share(&hourly)).abs() < 0.015, "{}", share(&rechecked));
    }

    proptest! {
        #![proptest_config(cases(400))]

        /// What is promised of a URL's verdict while it fails. Flapping is a matter of the last days, and may pass away
        /// with them; but not before anything has left its window.
        #[test]
        fn the_verdict_on_a_url_never_falls_while_it_fails(
            runs in prop::collection::vec((prop::sample::select(vec![5_i64, 60, 240, 900]), 1_usize..30, any::<bool>()), 1..30),
        ) {
            let looks = runs.into_iter().flat_map(|(every, looks, fails)| std::iter::repeat_n((every, fails), looks));
            let (policy, mut minute) = (Policy::default(), 0);
            let mut history: Option<History> = None;
            let mut before: Option<(Verdict, bool)> = None;
            for (later, fails) in looks {
                minute += later;
                let look = seen(minute, if fails { 502 } else { 200 });
                match &mut history {
                    Some(history) => history.take(&look, policy.gap(None)),
                    None => history = Some(History::begun(&look)),
                }
                let Some(history) = &history else { continue };
                let is = history.judge(look.at, &policy).map(|judged| judged.verdict);
                let all_is_recent = look.at - history.first_look < policy.intermittent_within.delta();
                match (before, is) {
                    (Some((Verdict::Persistent, _)), is) => prop_assert_eq!(is, Some(Verdict::Persistent)),
                    (Some((Verdict::Intermittent, _)), _) if !all_is_recent => {}
                    (Some((was, true)), Some(is)) if fails => prop_assert!(is >= was, "{was} {is} at {minute}"),
                    _ => {}
                }
                before = is.map(|verdict| (verdict, fails));
            }
        }
    }

    #[test]
    fn time_in_which_nobody_looked_is_neither_healthy_nor_failing() {
        let looks: Vec<_> =
            week(|_, hour| hour < 3).into_iter().filter(|(minute, _)| minute % 1440 < 360).collect();
        let flapping = history(&looks).flapping(seen(7 * 24 * 60, 200).at, &Policy::default());
        assert_eq!((flapping.episodes, flapping.days), (7, 7));
        assert!(flapping.failing_share > 0.4, "{}", flapping.failing_share);
    }
}
