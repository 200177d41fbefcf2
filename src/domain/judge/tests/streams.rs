//! Streams of looks for the property tests: noise, in which anything may follow anything, and lives, in which a crawler
//! goes round a site that has faults with a begin and an end. Noise finds what nobody thought of, lives get deep.

use std::collections::HashSet;
use std::fmt;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::world::minutes;
use crate::domain::observation::Observation;
use crate::domain::outcome::Outcome;

/// The URLs of the site: sections of one, two and more of them.
pub(crate) const PATHS: [&str; 10] =
    ["/", "/robots.txt", "/a/1", "/a/2", "/a/3", "/a/4", "/b/1", "/b/2", "/c/1", "/d/1"];

/// One look at one path.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) path: &'static str,
    pub(crate) seen: Observation,
}

impl fmt::Debug for Look {
    /// A stream that fails a test is to be read: one short line a look.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = |at: DateTime<Utc>| (at - minutes(0)).num_minutes();
        let Observation { asked_at, at, outcome } = self.seen;
        write!(f, "({}..{}, {:?}, {outcome})", minute(asked_at), minute(at), self.path)
    }
}

/// A stretch of rounds over the site in which the same is broken.
#[derive(Debug, Clone)]
struct Phase {
    /// Minutes in which nobody looks before it.
    silence: i64,
    rounds: i64,
    /// Minutes between two rounds, and between two looks of a round.
    every: i64,
    pace: i64,
    /// Which paths are broken, a bit each, in what way, and how many of eight looks at them fail.
    broken: u16,
    status: u16,
    share: u64,
    /// For the order of a round, and for which looks fail.
    seed: u64,
}

/// So many cases, or as many as the environment asks for.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { ProptestConfig { cases, ..default } }
}

/// Any stream, in the order of its instants. Many looks come at one instant, but never two at one URL.
pub(crate) fn stream() -> impl Strategy<Value = Vec<Look>> {
    prop_oneof![noise(), life()].prop_map(|mut looks| {
        let mut seen = HashSet::new();
        looks.retain(|look| seen.insert((look.path, look.seen.at)));
        looks
    })
}

/// Two lines in minutes, so that verdicts are crossed within minutes or hours: `brief_max` and `persistent_after`.
pub(super) fn lines() -> impl Strategy<Value = (u32, u32)> {
    (1_u32..200, 1_u32..400).prop_map(|(brief, more)| (brief, brief + more))
}

fn status() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![502_u16, 502, 502, 504, 503])
}

fn noise() -> impl Strategy<Value = Vec<Look>> {
    let healthy = prop::sample::select(vec![200_u16, 200, 304, 404]);
    let later = prop::sample::select(vec![0_i64, 0, 1, 1, 2, 5, 10, 30, 70, 200, 800]);
    let took = prop::sample::select(vec![0_i64, 0, 0, 0, 1]);
    let entry = (0..PATHS.len(), later, prop_oneof![2 => healthy, 1 => status()], took);
    prop::collection::vec(entry, 1..90).prop_map(|looks| {
        let mut minute = 0;
        let place = |(path, later, status, took): (usize, i64, u16, i64)| {
            minute += later;
            look(PATHS[path], minute, status, took)
        };
        looks.into_iter().map(place).collect()
    })
}

fn life() -> impl Strategy<Value = Vec<Look>> {
    prop::collection::vec(phase(), 1..8).prop_map(|phases| {
        let (mut looks, mut minute) = (Vec::new(), 0);
        for phase in phases {
            minute = phase.go_round(minute + phase.silence, &mut looks);
        }
        looks
    })
}

fn phase() -> impl Strategy<Value = Phase> {
    let silence = prop_oneof![6 => Just(0_i64), 1 => 700_i64..3000];
    let every = prop::sample::select(vec![1_i64, 5, 5, 20, 45, 90, 300]);
    let broken = prop_oneof![
        2 => Just(0_u16),
        2 => Just(u16::MAX),
        2 => prop::sample::select(vec![0b11_1100_u16, 0b1100_0000, 0b11_1111_1100, 0b1, 0b100]),
        1 => any::<u16>(),
    ];
    let share = prop::sample::select(vec![8_u64, 8, 8, 4, 3, 2, 1]);
    (silence, 1_i64..5, every, 0_i64..2, broken, status(), share, any::<u64>()).prop_map(
        |(silence, rounds, every, pace, broken, status, share, seed)| Phase {
            silence,
            rounds,
            every,
            pace,
            broken,
            status,
            share,
            seed,
        },
    )
}

impl Phase {
    /// Adds the looks of its rounds from this minute on; returns the minute in which the next phase begins.
    fn go_round(&self, mut minute: i64, looks: &mut Vec<Look>) -> i64 {
        let mut chance = fastrand::Rng::with_seed(self.seed);
        for _ in 0..self.rounds {
            let mut order: Vec<usize> = (0..PATHS.len()).collect();
            chance.shuffle(&mut order);
            for path in order {
                let fails = self.broken >> path & 1 == 1 && chance.u64(0..8) < self.share;
                looks.push(look(PATHS[path], minute, if fails { self.status } else { 200 }, 0));
                minute += self.pace;
            }
            minute += self.every;
        }
        minute
    }
}

/// A look that was answered in this minute, after so many.
fn look(path: &'static str, minute: i64, status: u16, took: i64) -> Look {
    let outcome = Outcome::of_status(status);
    Look { path, seen: Observation { asked_at: minutes(minute - took), at: minutes(minute), outcome } }
}

/// Streams that a judge of earlier days got wrong, as short as they could be made: the minute of the answer, or of question
/// and answer, the path, the status.
const KNOWN: [&str; 17] = [
    "0..0 / 502, 0..0 /robots.txt 502, 0..1 / 504",
    "0 /a/2 200, 0 / 200, 1 /robots.txt 502, 1 /a/1 502, 1 / 502, 1 /a/4 502, 2 /robots.txt 200, 2 / 502, \
     2 /a/1 200, 2 /b/1 502, 3 / 200, 3 /d/1 502, 4 /a/2 502, 4 /d/1 200",
    "0 /a/1 502, 0 /b/1 502, 1 /a/1 200, 1 / 200, 1 /a/2 200, 1 /b/1 200, 1 /a/3 200, 1 /a/4 200, \
     1 /b/2 502",
    "0 /b/2 502, 0 /c/1 504, 800 /c/1 502, 800 /b/2 502, 800 / 502, 801 /b/2 502, 801 /a/4 200, \
     1601 /b/1 504, 1601 /a/4 502, 1601 /b/2 200",
    "0 /a/2 502, 0 / 502, 800 /b/1 200, 800 /a/1 504, 800 / 502, 800 /b/2 200, 800 /a/2 504",
    "0 /b/1 502, 0 / 200, 1 /b/1 200, 1 /a/4 502, 71 /robots.txt 200, 71 /a/4 502",
    "0 / 502, 0 /a/1 502, 0 /a/3 504, 1 / 200, 1 /a/2 200, 1 /a/1 200, 2 /a/3 504, 802 /a/1 502",
    "0 / 200, 1 / 502, 1 /a/1 504, 801 /a/2 502, 1601 / 200, 1601 /a/1 502, 1602 /b/1 200, 1602 /a/2 502",
    "0 / 200, 0 /b/2 502, 1 /b/2 200, 1 /a/2 200, 71 /robots.txt 502, 71 / 502, 71 /a/3 502, \
     72 /robots.txt 200, 72 / 200, 72 /b/1 503, 72 /a/4 200, 73 /b/1 200, 143 /robots.txt 502, 143 / 200, \
     144 /robots.txt 504, 944 /robots.txt 502, 944 /a/1 503, 944 / 502",
    "0 / 502, 0 /a/1 502, 800 / 504, 800 /a/3 200, 800 /a/1 200, 800 /a/4 503, 800 /c/1 502, \
     1600 /c/1 200, 1601 /c/1 200, 1601 /a/4 503, 1601 /a/1 502",
    "0 /a/1 502, 0 /b/1 502, 1 /a/1 200, 1 /b/2 200, 1 / 200, 1 /c/1 200, 1 /b/1 200, 1 /a/4 200, \
     1 /a/3 502, 71 / 200, 71 /a/3 502",
    "0 / 502, 200 / 200, 200 /a/1 502, 200 /robots.txt 200, 201 /a/1 200, 201 / 200, 201 /a/2 502, \
     201 /robots.txt 502",
    "0 /robots.txt 504, 0 / 200, 1 / 502, 801 / 200, 801 /a/2 502, 802 / 200, 803 / 200, 804 / 200, \
     805 /a/1 502, 805 /robots.txt 502, 1605 /b/1 200, 1605 / 504, 1605 /robots.txt 504, 1606 / 200, \
     1606 /a/3 502",
    "0 /a/3 502, 0 /a/1 502, 0 /a/4 502, 0 /d/1 502, 1 /d/1 200, 1 /b/2 502, 1 /a/1 200, 2 /a/1 200, \
     2 /a/3 200, 72 /a/1 200, 72 /a/3 200, 72 / 200, 73 /a/1 502, 73 / 200, 73 /c/1 504, 873 /a/1 200, \
     873 /b/2 502, 874 /a/1 200, 874 /a/2 502",
    "2 / 502, 3 /b/1 502, 8 /a/2 200, 78 /a/1 502, 78 /d/1 404, 88 /d/1 200, 98 /b/1 404, 898 /b/1 404, \
     1098 /a/2 502, 1098 /a/4 200, 1100 /c/1 304, 1170 /b/2 502, 1180 /a/2 404, 1182 /a/2 502, \
     1182 /a/3 504",
    "0 /a/4 502, 0 /b/1 200, 1 /b/1 502, 2 /b/1 200, 3 /b/1 502, 803 /b/1 200, 803 /a/1 502, 803 /b/1 502",
    "0 /a/4 502, 0 /a/3 502, 0 /b/1 502, 0 /c/1 502, 0 /robots.txt 502, 0 /b/2 502, 0 / 502, 0 /d/1 502, \
     0 /a/1 502, 0 /a/2 502, 1 /a/2 200, 1 /a/1 200, 1 /a/3 200, 1 /b/2 200, 1 /c/1 502, 2 /a/4 502, \
     2 /a/3 502, 2 / 200, 2 /a/1 502, 2 /a/2 502, 3 /a/4 200, 3 /a/3 200, 3 / 502, 3 /a/1 200, 3 /a/2 200, \
     4 /a/2 502, 4 /c/1 200, 4 /a/1 502, 4 /b/2 200, 4 / 200, 24 /c/1 502, 24 /b/2 502, 44 /d/1 200, \
     44 /c/1 200, 44 /a/1 200, 44 /a/4 200, 44 /a/2 200, 44 / 502",
];

/// See [`KNOWN`].
pub(crate) fn known_streams() -> impl Iterator<Item = Vec<Look>> {
    KNOWN.into_iter().map(|stream| stream.split(", ").map(read).collect())
}

fn read(text: &str) -> Look {
    let [when, path, status] = text.split(' ').collect::<Vec<_>>()[..] else { panic!("`{text}` is no look") };
    let (asked, answered) = when.split_once("..").unwrap_or((when, when));
    let minute = |text: &str| text.parse::<i64>().unwrap();
    let path = PATHS.into_iter().find(|known| *known == path).unwrap();
    look(path, minute(answered), status.parse().unwrap(), minute(answered) - minute(asked))
}
