//! A judge that is stopped and taken up again, as a store does it, but in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;

use super::super::*;
use super::streams::{Look, PATHS, cases, stream};
use super::world::{World, judge};

/// What would be rows: of outages and of parts, and the states of the pulses.
#[derive(Default)]
struct Rows {
    outages: BTreeMap<i64, OutageRow>,
    parts: BTreeMap<i64, (i64, Part)>,
    pulses: HashMap<Place, Pulse>,
    ids: i64,
}

struct OutageRow {
    outage: Outage,
    common: Option<Common>,
    is_watched: bool,
}

/// Which rows the keys of a running judge are.
#[derive(Default)]
struct Running {
    outages: HashMap<OutageKey, i64>,
    parts: HashMap<EpisodeKey, i64>,
    looked_at: BTreeSet<Place>,
}

impl Rows {
    fn id(&mut self) -> i64 {
        self.ids += 1;
        self.ids
    }

    fn store(&mut self, world: &mut World, running: &mut Running) {
        let changes = world.judge.take_changes();
        for (key, outage) in changes.outages {
            let id = *running.outages.entry(key).or_insert_with(|| self.id());
            let common = world.judge.common(key).cloned();
            self.outages.insert(id, OutageRow { outage, common, is_watched: world.judge.is_watched(key) });
        }
        for (key, part) in changes.parts {
            let id = *running.parts.entry(key).or_insert_with(|| self.id());
            self.parts.insert(id, (running.outages[&part.outage], part));
        }
        for key in changes.gone {
            if let Some(id) = running.outages.remove(&key) {
                self.outages.remove(&id);
            }
        }
        running.looked_at.extend(changes.places);
        for place in std::mem::take(&mut running.looked_at) {
            match world.judge.pulse(&place).cloned() {
                Some(pulse) => drop(self.pulses.insert(place, pulse)),
                None => drop(self.pulses.remove(&place)),
            }
        }
        for key in world.judge.forget_done().0 {
            if let Some(row) = running.outages.remove(&key).and_then(|id| self.outages.get_mut(&id)) {
                row.is_watched = false;
            }
        }
    }

    fn load(&self, world: &mut World) -> Running {
        let mut running = Running::default();
        world.judge = judge();
        for (id, row) in self.outages.iter().filter(|(_, row)| row.is_watched) {
            let mut of_it: Vec<_> = self.parts.iter().filter(|(_, (of, _))| of == id).collect();
            of_it.sort_by_key(|(id, (_, part))| (part.episode.bounds.first_failing, **id));
            let keep = |part: &Part| KeptPart {
                url: part.url,
                section: part.section.clone(),
                episode: part.episode.clone(),
                went_on: part.went_on,
                resumed: part.resumed.as_deref().cloned(),
            };
            let kept = Kept {
                parts: of_it.iter().map(|(_, (_, part))| keep(part)).collect(),
                common: row.common.clone(),
                unknown: row.outage.bounds.unknown,
            };
            let (key, keys) = world.judge.restore(kept).unwrap();
            running.outages.insert(key, *id);
            running.parts.extend(keys.into_iter().zip(of_it.into_iter().map(|(id, _)| *id)));
        }
        for (place, pulse) in &self.pulses {
            world.judge.restore_pulse(place.clone(), pulse.clone());
        }
        running
    }

    /// The outages with their parts, in the order of time.
    fn told(&self) -> Vec<String> {
        let told = |(id, row): (&i64, &OutageRow)| {
            let mut parts: Vec<_> = self.parts.values().filter(|(of, _)| of == id).collect();
            parts.sort_by_key(|(_, part)| (part.episode.bounds.first_failing, part.url));
            let parts: Vec<_> = parts.into_iter().map(|(_, part)| (part.url, &part.episode)).collect();
            format!("{:?}\n{parts:?}\n", row.outage)
        };
        let mut outages: Vec<_> = self.outages.iter().collect();
        outages.sort_by_key(|(_, row)| row.outage.bounds.first_failing);
        let mut told: Vec<String> = outages.into_iter().map(told).collect();
        told.sort();
        told
    }
}

/// What is told after these batches, with a restart after each, or none.
fn told_after<'a>(batches: impl Iterator<Item = &'a [Look]>, restarts: bool) -> Vec<String> {
    let (mut world, mut rows, mut running) = (World::new(), Rows::default(), Running::default());
    for path in PATHS {
        world.url(path);
    }
    for batch in batches {
        if restarts {
            running = rows.load(&mut world);
        }
        for look in batch {
            let url = world.url(look.path);
            running.looked_at.extend([
                Place::Site,
                Place::Section(Section::of_path(look.path)),
                Place::Url(url),
            ]);
            world.take(look.path, look.seen);
        }
        rows.store(&mut world, &mut running);
    }
    rows.told()
}

/// The same is told of batches of so many looks, with a restart before each or without, as of one batch.
pub(super) fn tells_the_same_after_restarts(looks: &[Look], part: usize) -> Result<(), TestCaseError> {
    let whole = told_after(std::iter::once(looks), false);
    for restarts in [false, true] {
        let told = told_after(looks.chunks(part), restarts);
        prop_assert!(told == whole, "{}\nrather than\n{}", told.join("\n"), whole.join("\n"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn any_batch_split_with_or_without_restarts_gives_the_same_outages(looks in stream(), part in 1_usize..12) {
        tells_the_same_after_restarts(&looks, part)?;
    }
}
