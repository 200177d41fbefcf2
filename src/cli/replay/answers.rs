//! What the lines of an outage's members say of who made their answers, together.

use super::lines::Named;
use super::{Known, ReplayedSite};
use crate::diagnosis::Likely;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::consensus::{Consensus, Voice};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::MadeBy;
use crate::domain::episode::Episode;
use crate::domain::judge::OutageKey;

/// A file names gateways and causes without saying how sure that is; they are taken to be as sure as a diagnosis of a page
/// that many faults share (`nginx_502`).
const STATED_GATEWAY: f32 = 0.97;
const STATED_CAUSE: f32 = 0.6;

/// What the members' lines say together, each member by the newest that says something.
pub(super) fn of(site: &ReplayedSite, key: OutageKey) -> Consensus {
    let members = site.judge.members_of(key);
    let voices = members.map(|(_, part)| {
        let known = site.urls.get(&part.url);
        voice(known.and_then(|known| newest(known, &part.episode)).unwrap_or_default())
    });
    Consensus::of(&voices.collect::<Vec<_>>())
}

fn newest(known: &Known, episode: &Episode) -> Option<Named> {
    let within = episode.bounds.first_failing..=episode.bounds.last_failing;
    known.named.iter().rev().find(|(at, _)| within.contains(at)).map(|(_, named)| *named)
}

fn voice(named: Named) -> Voice {
    let gateway = named.gateway.unwrap_or(Gateway::Unknown);
    let confidence = if gateway == Gateway::Unknown { 0.0 } else { STATED_GATEWAY };
    Voice {
        made_by: match (named.cause, gateway) {
            (Some(Cause::ApplicationMade), _) => MadeBy::Application,
            (_, Gateway::Unknown) => MadeBy::Unknown,
            _ => MadeBy::Gateway,
        },
        gateway: Likely { name: gateway, confidence },
        causes: named.cause.map(|name| Likely { name, confidence: STATED_CAUSE }).into_iter().collect(),
        members: 1,
    }
}
