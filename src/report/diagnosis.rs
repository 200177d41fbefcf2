//! Who said it and why, made ready: the JSON shape of one diagnosis, and what the members of an outage met, together.

use std::time::Duration;

use serde::Serialize;

use super::wording;
use crate::diagnosis::answer::Answer;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::consensus::{Consensus, Voice};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::misuse::Misuse;
use crate::diagnosis::signature::MadeBy;
use crate::diagnosis::timing::{Limit, mode_near_a_limit};
use crate::diagnosis::{Diagnosis, Likely, diagnose};
use crate::domain::observation::OutageId;
use crate::store::answers::{MetAnswer, Which};
use crate::store::{Store, StoreError};

/// One diagnosis as JSON; others rely on it, so a field is added, never renamed.
#[derive(Debug, Clone, Serialize)]
pub struct DiagnosisJson {
    schema: u32,
    status: Option<u16>,
    failing: bool,
    made_by: MadeBy,
    gateway: NamedJson<Gateway>,
    cause: NamedJson<Cause>,
    alternatives: Vec<NamedJson<Cause>>,
    evidence: Vec<String>,
    advice: String,
    misuse: Option<MisuseJson>,
    framework: Option<&'static str>,
    signature: Option<&'static str>,
}

/// A status that an application should not send.
#[derive(Debug, Clone, Serialize)]
struct MisuseJson {
    finding: String,
    advice: &'static str,
    language: &'static str,
    code: &'static str,
    source: &'static str,
}

impl From<Misuse> for MisuseJson {
    fn from(misuse: Misuse) -> Self {
        let Misuse { finding, advice, language, code, source, .. } = misuse;
        Self { finding, advice, language, code, source }
    }
}

/// Something that is likely, its confidence rounded to two places.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct NamedJson<T> {
    name: T,
    confidence: f64,
}

impl<T> From<Likely<T>> for NamedJson<T> {
    fn from(likely: Likely<T>) -> Self {
        Self { name: likely.name, confidence: (f64::from(likely.confidence) * 100.0).round() / 100.0 }
    }
}

impl DiagnosisJson {
    /// The shape; `notes` is what a reader of the input must know, before what was seen.
    pub fn of(diagnosis: &Diagnosis, notes: &[String]) -> Self {
        Self {
            schema: 1,
            status: diagnosis.status,
            failing: diagnosis.failing,
            made_by: diagnosis.made_by,
            gateway: diagnosis.gateway.into(),
            cause: diagnosis.cause.into(),
            alternatives: diagnosis.alternatives.iter().copied().map(NamedJson::from).collect(),
            evidence: notes.iter().chain(&diagnosis.evidence).cloned().collect(),
            advice: wording::diagnosis::advice(diagnosis),
            misuse: diagnosis.misuse().map(MisuseJson::from),
            framework: diagnosis.framework.map(|framework| framework.name),
            signature: diagnosis.signature,
        }
    }
}

/// What the members of an outage met.
#[derive(Debug, Clone)]
pub struct OutageDiagnosis {
    /// By the newest answer of each.
    pub now: Consensus,
    /// By the first answer of each, where that says something else.
    pub at_first: Option<Consensus>,
    /// The limit of the gateway at which the times of most of them stand.
    pub timer: Option<&'static Limit>,
}

/// So many answers are few, and so large a share of them is most.
const FEW: usize = 3;
const MOST: f64 = 0.8;

/// Diagnoses what the members of an outage met.
pub async fn of_outage(store: &Store, outage: OutageId) -> Result<OutageDiagnosis, StoreError> {
    let [first, newest] = [Which::First, Which::Newest].map(|which| store.answers(outage, which));
    let (first, answers) = (together(&first.await?), newest.await?);
    let now = together(&answers);
    let timer = mode_near_a_limit(now.gateway.name, &times(&answers), MOST, FEW);
    Ok(OutageDiagnosis { at_first: first.differs_from(&now).then_some(first), now, timer })
}

/// How long each member's answer took.
fn times(answers: &[MetAnswer]) -> Vec<Duration> {
    let of = |met: &MetAnswer| {
        let members = usize::try_from(met.members).unwrap_or(usize::MAX);
        met.elapsed.into_iter().flat_map(move |took| std::iter::repeat_n(took, members))
    };
    answers.iter().flat_map(of).collect()
}

fn together(answers: &[MetAnswer]) -> Consensus {
    let voice = |met: &MetAnswer| {
        let answer = Answer::fetched(&met.evidence, met.outcome, met.elapsed);
        Voice::of(&diagnose(answer), met.members)
    };
    Consensus::of(&answers.iter().map(voice).collect::<Vec<_>>())
}
