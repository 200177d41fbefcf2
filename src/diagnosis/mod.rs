//! From one answer: who made it, which fault lies behind it, how sure that is, and what to do. Pure: it reads no clock, no
//! network and no database, and is given an [`answer::Answer`].
//!
//! What is known of gateways is data: a table of [`signature::Signature`]s, a file for each family in `gateways`.

pub mod answer;
pub mod cause;
pub mod gateway;
mod gateways;
pub mod signature;

use serde::Serialize;

use self::answer::{Answer, Seen};
use self::cause::Cause;
use self::gateway::{Gateway, words};
use self::signature::Signature;

words! {
    /// Who wrote the answer.
    MadeBy {
        /// What stands before the application.
        Gateway = "gateway",
        /// The application's own code.
        Application = "application",
        /// It cannot be told.
        Unknown = "unknown",
    }
}

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
    /// A search engine takes the answer as a server error.
    pub failing: bool,
    /// Who wrote it.
    pub made_by: MadeBy,
    /// The gateway that wrote it; of an answer that an application made, the one that it came through.
    pub gateway: Likely<Gateway>,
    /// The likeliest fault.
    pub cause: Likely<Cause>,
    /// Other faults that bring the same answer, the likeliest first.
    pub alternatives: Vec<Likely<Cause>>,
    /// The signature that holds, by its name.
    pub signature: Option<&'static str>,
    /// What was seen, in words.
    pub evidence: Vec<String>,
}

/// All signatures, in the order in which they are tried.
pub fn signatures() -> impl Iterator<Item = &'static Signature> {
    gateways::FAMILIES.iter().copied().flatten()
}

/// Reads an answer.
pub fn diagnose(answer: Answer<'_>) -> Diagnosis {
    let seen = Seen::of(answer);
    let row = signatures().find(|row| row.holds(&seen));
    row.map_or_else(|| unknown(&seen), |row| by(row, &seen))
}

fn by(row: &'static Signature, seen: &Seen<'_>) -> Diagnosis {
    let mut causes =
        row.causes.iter().map(|(name, confidence)| Likely { name: *name, confidence: *confidence });
    Diagnosis {
        failing: seen.answer.outcome.is_failing(),
        made_by: row.made_by(),
        gateway: Likely { name: row.gateway, confidence: row.confidence },
        cause: causes.next().unwrap_or(NOTHING),
        alternatives: causes.collect(),
        signature: Some(row.name),
        evidence: vec![row.shows.to_owned()],
    }
}

const NOTHING: Likely<Cause> = Likely { name: Cause::Unknown, confidence: 0.0 };

fn unknown(seen: &Seen<'_>) -> Diagnosis {
    Diagnosis {
        failing: seen.answer.outcome.is_failing(),
        made_by: MadeBy::Unknown,
        gateway: Likely { name: Gateway::Unknown, confidence: 0.0 },
        cause: NOTHING,
        alternatives: Vec::new(),
        signature: None,
        evidence: Vec::new(),
    }
}
