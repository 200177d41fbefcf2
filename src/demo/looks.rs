//! Who would have looked at a made-up site, and when: a crawl a day, sentinels between, closer looks where something went
//! wrong. Pure: it says which paths were asked for at which instants, and what came.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::scenes::{DAYS, Scene, Trouble};

/// The file that says whether a crawler may enter; asked for by each crawl.
pub(super) const ROBOTS: &str = "/robots.txt";

/// How often sentinels look while something begins or ends. They do so more often than by the default policy around
/// faults, and more rarely between: a reader sees no difference, and a start of the demo would take minutes.
const CLOSE: TimeDelta = TimeDelta::minutes(2);

/// So long before and after the begin and the end of a trouble.
const AROUND: TimeDelta = TimeDelta::minutes(30);

/// When everything that a trouble concerns is looked at, counted from its begin; then every six hours.
const SWEEPS: [TimeDelta; 4] =
    [TimeDelta::minutes(5), TimeDelta::minutes(35), TimeDelta::hours(2), TimeDelta::hours(5)];
const SWEEP_EVERY: TimeDelta = TimeDelta::hours(6);

/// Rounds of different kinds begin at different seconds of a minute, so that one is over before the next begins.
const CRAWL_SECOND: TimeDelta = TimeDelta::seconds(30);
const SWEEP_SECOND: TimeDelta = TimeDelta::seconds(45);

/// Some fetches, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Round {
    /// They are a crawl.
    pub(super) is_crawl: bool,
    /// Places in the list of paths.
    pub(super) paths: BTreeSet<usize>,
}

/// A made-up site with all that is asked of it.
#[derive(Debug)]
pub(super) struct Plot {
    /// Its paths; the start page first, then robots.txt.
    pub(super) paths: Vec<String>,
    /// When something failed: from, to, paths that begin so.
    pub(super) faults: Vec<(DateTime<Utc>, DateTime<Utc>, &'static str)>,
    /// When what was asked for.
    pub(super) rounds: BTreeMap<DateTime<Utc>, Round>,
}

impl Plot {
    /// The plot of a site, up to this instant.
    pub(super) fn of(scene: &Scene, now: DateTime<Utc>) -> Self {
        let sections = scene.sections.iter();
        let paths = sections.flat_map(|(prefix, count)| (1..=*count).map(move |n| format!("{prefix}{n}")));
        let paths: Vec<String> = ["/", ROBOTS].map(str::to_owned).into_iter().chain(paths).collect();
        let base = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let faults = scene.troubles.iter().flat_map(|trouble| trouble.occurrences(base)).collect();
        let mut plot = Self { paths, faults, rounds: BTreeMap::new() };
        plot.look_daily(base);
        plot.look_hourly(scene, base);
        for (from, to, prefix) in plot.faults.clone() {
            plot.look_closely(scene, (from, to.min(base)), prefix);
        }
        plot.rounds.split_off(&base);
        plot
    }

    /// Whether a path failed at an instant.
    pub(super) fn fails(&self, path: &str, at: DateTime<Utc>) -> bool {
        self.faults.iter().any(|(from, to, prefix)| path.starts_with(prefix) && (*from..*to).contains(&at))
    }

    /// Since when a path fails that has not come back; `None`: it works.
    pub(super) fn failing_since(&self, path: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.rounds.range(..now).rev().map(|(at, _)| *at).take_while(|at| self.fails(path, *at)).last()
    }

    fn look_daily(&mut self, base: DateTime<Utc>) {
        let everything: BTreeSet<usize> = (0..self.paths.len()).collect();
        for day in 1..=DAYS {
            // Not at the hour of a restart: a crawl that meets one would be paused.
            let at = base - TimeDelta::hours(24 * day - 1) + CRAWL_SECOND;
            self.rounds.insert(at, Round { is_crawl: true, paths: everything.clone() });
        }
    }

    fn look_hourly(&mut self, scene: &Scene, base: DateTime<Utc>) {
        let sentinels = self.sentinels(scene);
        for hour in 1..DAYS * 24 {
            let turn = usize::try_from(hour).unwrap_or_default() % sentinels.len().max(1);
            let own = sentinels.iter().skip(turn).take(1).copied();
            self.look(base - TimeDelta::hours(hour), std::iter::once(0).chain(own));
        }
    }

    /// The first page of each section.
    fn sentinels(&self, scene: &Scene) -> Vec<usize> {
        let first =
            |(prefix, _): &(&str, usize)| self.paths.iter().position(|path| *path == format!("{prefix}1"));
        scene.sections.iter().filter_map(first).collect()
    }

    fn look_closely(&mut self, scene: &Scene, (from, to): (DateTime<Utc>, DateTime<Utc>), prefix: &str) {
        let mut watched = self.sentinels(scene);
        watched.push(0);
        let concerned: Vec<usize> =
            (0..self.paths.len()).filter(|n| self.paths[*n].starts_with(prefix)).collect();
        if concerned.len() == 1 {
            watched.extend(&concerned);
        }
        let begin = from.duration_trunc(CLOSE).unwrap_or(from);
        let end = to.duration_trunc(CLOSE).unwrap_or(to);
        for around in [begin, end] {
            for step in -AROUND.num_minutes() / 2..AROUND.num_minutes() / 2 {
                self.look(around + CLOSE * i32::try_from(step).unwrap_or_default(), watched.iter().copied());
            }
        }
        let mut sweeps: Vec<DateTime<Utc>> = SWEEPS.iter().map(|after| begin + *after).collect();
        let mut next = begin + SWEEP_EVERY;
        while next < to {
            sweeps.push(next);
            next += SWEEP_EVERY;
        }
        sweeps.retain(|at| *at < to);
        sweeps.extend([end + TimeDelta::minutes(3), end + TimeDelta::minutes(9)]);
        for at in sweeps {
            self.look(at + SWEEP_SECOND, concerned.iter().copied());
        }
    }

    fn look(&mut self, at: DateTime<Utc>, paths: impl Iterator<Item = usize>) {
        self.rounds.entry(at).or_default().paths.extend(paths);
    }
}

impl Trouble {
    fn occurrences(
        &self,
        base: DateTime<Utc>,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>, &'static str)> + use<> {
        let Self { prefix, ago, lasts, every, .. } = *self;
        // Just after a round of sentinels, so that its begin is known to two minutes.
        let first = base - ago + TimeDelta::seconds(20);
        (0..self.times).map(move |n| (first + every * n, first + every * n + lasts, prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenes::SCENES;
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-28T15:24:11Z".parse().unwrap()
    }

    #[test]
    fn nothing_is_looked_at_before_the_begin_or_after_now() {
        for scene in &SCENES {
            let plot = Plot::of(scene, now());
            let (first, last) = (plot.rounds.keys().next().unwrap(), plot.rounds.keys().last().unwrap());
            assert!(
                *first >= now() - TimeDelta::days(DAYS) - TimeDelta::hours(1),
                "{}: {first}",
                scene.start
            );
            assert!(*last < now(), "{}: {last}", scene.start);
        }
    }

    #[test]
    fn one_round_is_over_before_the_next_begins() {
        for scene in &SCENES {
            let plot = Plot::of(scene, now());
            let starts: Vec<_> = plot.rounds.keys().collect();
            let closest = starts.windows(2).map(|pair| *pair[1] - *pair[0]).min().unwrap();
            assert!(closest >= TimeDelta::seconds(15), "{}: {closest}", scene.start);
        }
    }

    #[test]
    fn the_begin_of_every_trouble_is_seen_to_two_minutes() {
        for scene in &SCENES {
            let plot = Plot::of(scene, now());
            for (from, _, prefix) in &plot.faults {
                let sees = |round: &Round| round.paths.iter().any(|n| plot.paths[*n].starts_with(prefix));
                let first = plot.rounds.range(from..).find(|(_, round)| sees(round)).unwrap().0;
                assert!(*first - *from <= CLOSE, "{} {prefix}", scene.start);
            }
        }
    }

    #[test]
    fn what_goes_on_has_a_begin_and_what_is_over_has_none() {
        let plot = Plot::of(&SCENES[3], now());
        let since = plot.failing_since(ROBOTS, now()).unwrap();
        assert_eq!((now() - since).num_hours(), 4);
        assert_eq!(plot.failing_since("/article/1", now()), None);
    }
}
