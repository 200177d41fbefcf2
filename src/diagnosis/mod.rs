//! From one answer: who made it, which fault lies behind it, how sure that is, and what to do. Pure: it reads no clock, no
//! network and no database, and is given an [`answer::Answer`].
//!
//! What is known of gateways is data: a table of [`signature::Signature`]s, a file for each family in `gateways`. An answer
//! that none of them knows is the application's own when it shows signs of one, and of unknown make otherwise. Bytes can be
//! copied and pages replaced, so nothing is ever certain.

pub mod advice;
pub mod answer;
pub mod application;
mod broken;
pub mod cause;
pub mod consensus;
mod edges;
pub mod gateway;
mod gateways;
pub mod misuse;
pub mod signature;
mod table;
pub mod timing;
mod unsigned;

use serde::Serialize;

use self::advice::Advice;
use self::answer::{Answer, Seen};
use self::application::frameworks::Framework;
use self::cause::Cause;
use self::edges::Edge;
use self::gateway::Gateway;
use self::misuse::Misuse;
use self::signature::{MadeBy, Signature};
use crate::domain::outcome::{Class, Outcome};

/// Something that is likely, and how likely, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Likely<T> {
    /// What.
    pub name: T,
    /// How sure that is.
    pub confidence: f32,
}

/// What an answer says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The status that came.
    pub status: Option<u16>,
    /// A search engine takes the answer as a server error, or would if it knew what it says.
    pub failing: bool,
    /// Who wrote it.
    pub made_by: MadeBy,
    /// The gateway that wrote it; of an answer that an application made, one that it came through.
    pub gateway: Likely<Gateway>,
    /// The likeliest fault.
    pub cause: Likely<Cause>,
    /// Other faults that bring the same answer, the likeliest first.
    pub alternatives: Vec<Likely<Cause>>,
    /// What the application that wrote it is built with.
    pub framework: Option<&'static Framework>,
    /// The signature that holds, by its name.
    pub signature: Option<&'static str>,
    /// What was seen, in words.
    pub evidence: Vec<String>,
}

/// A page that stands on its own in an answer that says that all is well is at most so long; longer ones speak of errors,
/// as manuals do.
const LONGEST_SOFT_ERROR: usize = 4096;

const NO_CAUSE: Likely<Cause> = Likely { name: Cause::Unknown, confidence: 0.0 };
const NO_GATEWAY: Likely<Gateway> = Likely { name: Gateway::Unknown, confidence: 0.0 };

/// How sure it is that an answer came through a gateway that left its name on it.
const BY_ITS_TRACE: f32 = 0.9;

/// A fault that is less sure than this is not told as the one when the gateway stands behind another.
const TOLD_FROM_BEHIND: f32 = 0.6;

/// What an interim answer before an error says.
const AFTER_INTERIM: &str = "an interim answer came first, so the upstream was reached and spoke, and then sent no final answer that \
                             could be used";

/// All signatures.
pub fn signatures() -> impl Iterator<Item = &'static Signature> {
    gateways::FAMILIES.iter().copied().flatten()
}

impl Diagnosis {
    /// What to do next.
    pub fn advice(&self) -> Option<&'static Advice> {
        advice::advice(self.gateway.name, self.cause.name)
    }

    /// The misuse of its status, when an application made it.
    pub fn misuse(&self) -> Option<Misuse> {
        let status = self.status.filter(|_| self.failing && self.made_by == MadeBy::Application)?;
        misuse::misuse(status, self.framework)
    }
}

/// Reads an answer.
pub fn diagnose(answer: Answer<'_>) -> Diagnosis {
    let seen = Seen::of(answer);
    match answer.outcome {
        Outcome::SoftError => soft_error(&seen).unwrap_or_else(|| healthy(&seen)),
        Outcome::Network(error) => {
            broken::by(error).map_or_else(|| healthy(&seen), |row| of_broken(row, &seen))
        }
        Outcome::Status(_) => match answer.outcome.class() {
            Class::Failing => failing(&seen),
            Class::Healthy => soft_error(&seen).unwrap_or_else(|| healthy(&seen)),
            Class::Gone => gone(&seen),
        },
    }
}

/// Whether a page that says that all is well is a gateway's error page.
pub fn is_soft_error(answer: Answer<'_>) -> bool {
    soft_error(&Seen::of(answer)).is_some()
}

fn failing(seen: &Seen<'_>) -> Diagnosis {
    let edges = edges::of(seen);
    let row = table::first(seen, |_| true);
    row.map_or_else(|| unsigned::diagnose(seen, &edges), |row| of_signature(row, seen, &edges))
}

fn of_signature(row: &'static Signature, seen: &Seen<'_>, edges: &[Edge]) -> Diagnosis {
    let mut causes = likely(row.causes);
    let mut evidence = vec![row.shows.to_owned()];
    let is_behind = edges::is_behind_another(seen, row.gateway, edges);
    if seen.answer.after_interim && causes.iter().any(|cause| cause.name == Cause::UpstreamInvalid) {
        evidence.push(AFTER_INTERIM.to_owned());
        timing::prefer(&mut causes, Cause::UpstreamInvalid, TOLD_FROM_BEHIND);
    }
    if is_behind {
        evidence.extend(through(edges, row.gateway));
        if causes.len() > 1 && causes.first().is_some_and(|first| first.confidence < TOLD_FROM_BEHIND) {
            timing::prefer(&mut causes, Cause::UpstreamUnavailable, TOLD_FROM_BEHIND - 0.1);
        }
    } else if let Some(took) = seen.answer.elapsed {
        evidence.extend(timing::weigh(&mut causes, row.gateway, took));
    }
    let gateway = Likely { name: row.gateway, confidence: row.confidence };
    Diagnosis { signature: Some(row.name), ..told(seen, row.made_by(), gateway, causes, evidence) }
}

fn of_broken(row: &broken::Broken, seen: &Seen<'_>) -> Diagnosis {
    let edges = edges::of(seen);
    let gateway = edges
        .first()
        .map_or(NO_GATEWAY, |edge| Likely { name: edge.gateway, confidence: BY_ITS_TRACE / 2.0 });
    let mut evidence = vec![row.shows.to_owned()];
    evidence.extend(seen.answer.evidence.detail.clone());
    evidence.extend(through(&edges, Gateway::Unknown));
    told(seen, row.made_by, gateway, likely(row.causes), evidence)
}

/// A 4xx is no error of the server, but it may be a gateway that keeps the visitor out.
fn gone(seen: &Seen<'_>) -> Diagnosis {
    let row = table::first(seen, |_| true);
    row.map_or_else(|| healthy(seen), |row| of_signature(row, seen, &edges::of(seen)))
}

fn soft_error(seen: &Seen<'_>) -> Option<Diagnosis> {
    if seen.text.len() > LONGEST_SOFT_ERROR {
        return None;
    }
    let row = table::first(seen, |row| row.is_page)?;
    let mut diagnosis = of_signature(row, seen, &edges::of(seen));
    diagnosis.failing = true;
    diagnosis.evidence.push("the page is served with a status that says all is well".to_owned());
    Some(diagnosis)
}

fn healthy(seen: &Seen<'_>) -> Diagnosis {
    let words = "a search engine does not take this answer as an error of the server".to_owned();
    Diagnosis { failing: false, ..told(seen, MadeBy::Unknown, NO_GATEWAY, Vec::new(), vec![words]) }
}

fn told(
    seen: &Seen<'_>,
    made_by: MadeBy,
    gateway: Likely<Gateway>,
    causes: Vec<Likely<Cause>>,
    evidence: Vec<String>,
) -> Diagnosis {
    let mut causes = causes.into_iter();
    Diagnosis {
        status: seen.status(),
        failing: seen.answer.outcome.is_failing(),
        made_by,
        gateway,
        cause: causes.next().unwrap_or(NO_CAUSE),
        alternatives: causes.collect(),
        framework: None,
        signature: None,
        evidence,
    }
}

fn through(edges: &[Edge], author: Gateway) -> impl Iterator<Item = String> {
    let others = edges.iter().filter(move |edge| edge.gateway != author);
    others.map(|edge| format!("it came through {} (by its {})", edge.gateway.title(), edge.shows))
}

fn likely(causes: &[(Cause, f32)]) -> Vec<Likely<Cause>> {
    causes.iter().map(|(name, confidence)| Likely { name: *name, confidence: *confidence }).collect()
}

#[cfg(test)]
mod tests;
