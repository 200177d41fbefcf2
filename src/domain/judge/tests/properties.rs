//! What holds for every stream of looks, after each of them. Which outages come out of a stream is not said here; the
//! small worlds and the benchmark say that.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;

use super::super::event::tally::Tally;
use super::super::*;
use super::restarts::tells_the_same_after_restarts;
use super::streams::{Look, PATHS, cases, known_streams, lines, stream};
use super::world::World;
use crate::domain::bounds::Bounds;
use crate::domain::policy::Policy;
use crate::domain::verdict::{Judgement, State};

/// Lets the world see the stream, and checks after each look.
fn after_each(
    looks: &[Look],
    mut check: impl FnMut(&World, &Look) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut world = World::new();
    for path in PATHS {
        world.url(path);
    }
    for look in looks {
        if world.take(look.path, look.seen) {
            check(&world, look)?;
        }
    }
    Ok(())
}

/// Failing looks are those of the parts, each of one: in the order of their instants, part for part.
fn are_those_of_the_parts(failing: &[Observation], mut parts: Vec<&Part>) -> Result<(), TestCaseError> {
    parts.sort_by_key(|part| (part.episode.bounds.first_failing, part.episode.bounds.last_failing));
    let mut rest = failing;
    for part in parts {
        let fetches = usize::try_from(part.episode.fetches()).unwrap();
        prop_assert!(fetches <= rest.len(), "a part has looks that are not there");
        let own;
        (own, rest) = rest.split_at(fetches);
        let bounds = part.episode.bounds;
        prop_assert_eq!(own.first().map(|seen| seen.at), Some(bounds.first_failing));
        let last = own.iter().map(|seen| seen.asked_at).max().max(Some(bounds.first_failing));
        prop_assert_eq!(last, Some(bounds.last_failing));
        let mut outcomes = BTreeMap::new();
        for seen in own {
            *outcomes.entry(seen.outcome).or_default() += 1_u64;
        }
        prop_assert_eq!(&outcomes, &part.episode.outcomes);
    }
    prop_assert!(rest.is_empty(), "{} failing looks are in no part", rest.len());
    Ok(())
}

fn bracket(bounds: &Bounds, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    prop_assert!(bounds.healthy_before.is_none_or(|before| before < bounds.first_failing), "{bounds:?}");
    prop_assert!(bounds.first_failing <= bounds.last_failing, "{bounds:?}");
    prop_assert!(bounds.healthy_after.is_none_or(|after| after > bounds.last_failing), "{bounds:?}");
    prop_assert!(bounds.unknown <= bounds.last_failing - bounds.first_failing, "{bounds:?}");
    prop_assert!(bounds.longest(now).is_none_or(|longest| bounds.shortest() <= longest), "{bounds:?}");
    Ok(())
}

/// The parts and the verdict of each outage that clearly goes on.
fn ongoing(world: &World, now: DateTime<Utc>, policy: &Policy) -> Vec<(Vec<EpisodeKey>, Judgement)> {
    let is_clear = |key| world.judge.members_of(key).all(|(_, part)| part.resumed.is_none());
    let outages = world.judge.outages().filter(|(key, outage)| outage.ongoing && is_clear(*key));
    let parts = |key| world.judge.members_of(key).map(|(part, _)| part).collect();
    outages.map(|(key, outage)| (parts(key), outage.judge(now, policy))).collect()
}

/// Each failing look belongs to one part, each part to one outage, and a URL that was seen healthy has none that is open.
fn are_in_one_outage_each(looks: &[Look]) -> Result<(), TestCaseError> {
    let mut failing: HashMap<UrlId, Vec<Observation>> = HashMap::new();
    after_each(looks, |world, look| {
        let url = UrlId(PATHS.iter().position(|path| *path == look.path).unwrap().try_into().unwrap());
        let is_failing = look.seen.outcome.is_failing();
        if is_failing {
            failing.entry(url).or_default().push(look.seen);
        }
        let (parts, events) = (&world.judge.parts, &world.judge.events);
        let own: Vec<&Part> = parts.values().filter(|part| part.url == url).collect();
        prop_assert_eq!(own.iter().filter(|part| part.is_open()).count(), usize::from(is_failing));
        are_those_of_the_parts(failing.get(&url).map_or(&[], Vec::as_slice), own)?;
        for (key, part) in parts {
            let holders = events.iter().filter(|(_, event)| event.parts.contains(key)).map(|(key, _)| *key);
            prop_assert_eq!(holders.collect::<Vec<_>>(), [part.outage]);
        }
        for event in events.values() {
            let is_of_one_url = event.common.as_ref().is_none_or(|common| common.is_of_one_url);
            prop_assert!(!is_of_one_url || event.tally.urls.len() == 1, "{event:?}");
        }
        Ok(())
    })
}

fn are_told_anew_as_they_are(looks: &[Look]) -> Result<(), TestCaseError> {
    after_each(looks, |world, _| {
        for (key, event) in &world.judge.events {
            let anew = Tally::anew(world.judge.members_of(*key));
            prop_assert_eq!(Some(&event.tally), anew.as_ref(), "{:?}", key);
        }
        Ok(())
    })
}

fn are_bracketed(looks: &[Look]) -> Result<(), TestCaseError> {
    after_each(looks, |world, look| {
        for part in world.judge.parts.values() {
            bracket(&part.episode.bounds, look.seen.at)?;
        }
        for (key, outage) in world.judge.outages() {
            bracket(&outage.bounds, look.seen.at)?;
            prop_assert_eq!(outage.ongoing, outage.bounds.healthy_after.is_none(), "{:?}", outage);
            let parts: Vec<_> = world.judge.members_of(key).map(|(_, part)| part.episode.bounds).collect();
            let first = parts.iter().map(|bounds| bounds.first_failing).min();
            let last = parts.iter().map(|bounds| bounds.last_failing).max();
            prop_assert_eq!(Some(outage.bounds.first_failing), first);
            prop_assert_eq!(Some(outage.bounds.last_failing), last);
        }
        Ok(())
    })
}

/// An outage of which a part turns out to have another root is another outage from then on; of what stays together, under
/// its own key or that of an outage that it is part of, nothing is taken back. One that is over, of which a URL fails
/// again, is told to go on until it is clear whose failure that is; it has no such promise.
fn keep_their_verdicts(looks: &[Look], (brief, persistent): (u32, u32)) -> Result<(), TestCaseError> {
    let mut policy = Policy::default();
    policy.set("persistent_after", &format!("{persistent}m")).unwrap();
    policy.set("brief_max", &format!("{brief}m")).unwrap();
    let mut before: Vec<(Vec<EpisodeKey>, Judgement)> = Vec::new();
    after_each(looks, |world, look| {
        for (parts, was) in &before {
            let homes: BTreeSet<_> = parts.iter().map(|key| world.judge.parts[key].outage).collect();
            let home = homes.first().filter(|_| homes.len() == 1).and_then(|key| world.judge.outage(*key));
            let Some(is) = home.map(|outage| outage.judge(look.seen.at, &policy)) else { continue };
            let stands = is.state != State::Ongoing || is.verdict >= was.verdict;
            prop_assert!(stands, "{:?}: {:?}, {:?}", look, was, is);
        }
        before = ongoing(world, look.seen.at, &policy);
        Ok(())
    })
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn every_failing_observation_is_in_exactly_one_outage(looks in stream()) {
        are_in_one_outage_each(&looks)?;
    }

    #[test]
    fn judging_anew_from_scratch_gives_what_incremental_judging_gave(looks in stream()) {
        are_told_anew_as_they_are(&looks)?;
    }

    #[test]
    fn bounds_always_bracket(looks in stream()) {
        are_bracketed(&looks)?;
    }

    #[test]
    fn a_verdict_never_falls_while_its_outage_goes_on(looks in stream(), lines in lines()) {
        keep_their_verdicts(&looks, lines)?;
    }
}

#[test]
fn what_once_went_wrong_goes_right() {
    for looks in known_streams() {
        let is_right = are_in_one_outage_each(&looks)
            .and_then(|()| are_told_anew_as_they_are(&looks))
            .and_then(|()| are_bracketed(&looks))
            .and_then(|()| keep_their_verdicts(&looks, (1, 2)))
            .and_then(|()| tells_the_same_after_restarts(&looks, 1));
        assert!(is_right.is_ok(), "{looks:?}: {is_right:?}");
    }
}
