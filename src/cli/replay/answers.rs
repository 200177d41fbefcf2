//! What the lines of an outage's members say of who made their answers, together.

use super::lines::Named;
use super::{Known, ReplayedSite};
use crate::diagnosis::consensus::{Consensus, Voice};
use crate::domain::episode::Episode;
use crate::domain::judge::OutageKey;

/// A file names causes without saying how sure that is; they are taken to be as sure as a diagnosis of a page that many
/// faults share (`nginx_502`).
const STATED_CAUSE: f32 = 0.6;

/// What the members' lines say together, each member by the newest that says something.
pub(super) fn of(site: &ReplayedSite, key: OutageKey) -> Consensus {
    let members = site.judge.members_of(key);
    let voices = members.map(|(_, part)| {
        let known = site.urls.get(&part.url);
        let named = known.and_then(|known| newest(known, &part.episode)).unwrap_or_default();
        Voice::stated(named.gateway, named.cause, STATED_CAUSE)
    });
    Consensus::of(&voices.collect::<Vec<_>>())
}

fn newest(known: &Known, episode: &Episode) -> Option<Named> {
    let within = episode.bounds.first_failing..=episode.bounds.last_failing;
    known.named.iter().rev().find(|(at, _)| within.contains(at)).map(|(_, named)| *named)
}
