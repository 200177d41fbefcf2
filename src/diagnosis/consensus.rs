//! What many answers say together: the members of an outage each met an answer, and most of them the same one.
//!
//! An answer that says nothing of a gateway is no vote against one: 200 pages of nginx and 3 answers of unknown make are
//! nginx, as surely as each of the 200 is. Pages of two gateways are votes against each other.

use super::cause::Cause;
use super::gateway::Gateway;
use super::signature::MadeBy;
use super::{Diagnosis, Likely, NO_CAUSE, NO_GATEWAY};

/// What so many members met.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    /// Who wrote it.
    pub made_by: MadeBy,
    /// Which gateway wrote it, or passed it on.
    pub gateway: Likely<Gateway>,
    /// The faults that may lie behind it.
    pub causes: Vec<Likely<Cause>>,
    /// How many met it.
    pub members: u64,
}

/// What they say together.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// Who wrote the answers, by most of those that tell.
    pub made_by: MadeBy,
    /// The gateway.
    pub gateway: Likely<Gateway>,
    /// The likeliest fault.
    pub cause: Likely<Cause>,
    /// Other faults, the likeliest first.
    pub alternatives: Vec<Likely<Cause>>,
    /// How many members name this gateway.
    pub agree: u64,
    /// How many name another one.
    pub differ: u64,
    /// How many say nothing of a gateway.
    pub unclear: u64,
}

impl Voice {
    /// What so many members met.
    pub fn of(diagnosis: &Diagnosis, members: u64) -> Self {
        Self {
            made_by: diagnosis.made_by,
            gateway: diagnosis.gateway,
            causes: std::iter::once(diagnosis.cause).chain(diagnosis.alternatives.iter().copied()).collect(),
            members,
        }
    }
}

impl Voice {
    /// What one member met, where whoever wrote it down named gateway and cause, and is so sure of the cause. A named gateway
    /// is taken to be as sure as a page of its own makes it (`nginx_502`).
    pub fn stated(gateway: Option<Gateway>, cause: Option<Cause>, sure: f32) -> Self {
        const STATED_GATEWAY: f32 = 0.97;
        let gateway = gateway.unwrap_or(Gateway::Unknown);
        let confidence = if gateway == Gateway::Unknown { 0.0 } else { STATED_GATEWAY };
        Self {
            made_by: match (cause, gateway) {
                (Some(Cause::ApplicationMade), _) => MadeBy::Application,
                (_, Gateway::Unknown) => MadeBy::Unknown,
                _ => MadeBy::Gateway,
            },
            gateway: Likely { name: gateway, confidence },
            causes: cause.map(|name| Likely { name, confidence: sure }).into_iter().collect(),
            members: 1,
        }
    }
}

impl Default for Consensus {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl Consensus {
    /// What these say together; without any, nothing is known.
    pub fn of(voices: &[Voice]) -> Self {
        let gateways = voices.iter().filter(|voice| voice.gateway.name != Gateway::Unknown);
        let votes = gateways.clone().map(|voice| (voice.gateway, voice.members));
        let (gateway, agree) = winner(votes).unwrap_or((NO_GATEWAY, 0));
        let named: u64 = gateways.map(|voice| voice.members).sum();
        let mut causes = causes(voices).into_iter();
        Self {
            made_by: made_by(voices),
            gateway,
            cause: causes.next().unwrap_or(NO_CAUSE),
            alternatives: causes.collect(),
            agree,
            differ: named - agree,
            unclear: voices.iter().map(|voice| voice.members).sum::<u64>() - named,
        }
    }

    /// Whether these answers came from elsewhere, or for another reason, than those: both must tell.
    pub fn differs_from(&self, other: &Self) -> bool {
        let gateways = [self.gateway.name, other.gateway.name];
        let is_other_gateway = gateways[0] != gateways[1] && !gateways.contains(&Gateway::Unknown);
        let causes = [self.cause.name, other.cause.name];
        let is_told = !causes.contains(&Cause::Unknown);
        is_other_gateway || (is_told && (self.made_by != other.made_by || causes[0] != causes[1]))
    }
}

/// The name that most members vote for, each as much as it is sure; its confidence is theirs, less the share of those that
/// vote otherwise; and how many vote for it.
fn winner<T: Copy + Ord>(votes: impl Iterator<Item = (Likely<T>, u64)>) -> Option<(Likely<T>, u64)> {
    let mut all = 0;
    let mut tally: Vec<(T, u64, f64)> = Vec::new();
    for (vote, members) in votes {
        all += members;
        let weight = f64::from(vote.confidence) * as_f64(members);
        match tally.iter_mut().find(|(name, ..)| *name == vote.name) {
            Some((_, count, sum)) => (*count, *sum) = (*count + members, *sum + weight),
            None => tally.push((vote.name, members, weight)),
        }
    }
    let (name, count, sum) = tally.into_iter().max_by(|a, b| a.2.total_cmp(&b.2).then(b.0.cmp(&a.0)))?;
    Some((Likely { name, confidence: as_f32(sum / as_f64(all.max(1))) }, count))
}

fn made_by(voices: &[Voice]) -> MadeBy {
    let count = |made_by: MadeBy| -> u64 {
        voices.iter().filter(|voice| voice.made_by == made_by).map(|voice| voice.members).sum()
    };
    match (count(MadeBy::Gateway), count(MadeBy::Application)) {
        (0, 0) => MadeBy::Unknown,
        (gateway, application) if gateway >= application => MadeBy::Gateway,
        _ => MadeBy::Application,
    }
}

/// The mean of what is likely, over those that say something of a cause, the likeliest first.
fn causes(voices: &[Voice]) -> Vec<Likely<Cause>> {
    let says = |voice: &&Voice| voice.causes.iter().any(|cause| cause.name != Cause::Unknown);
    let all: u64 = voices.iter().filter(says).map(|voice| voice.members).sum();
    let mut sums: Vec<(Cause, f64)> = Vec::new();
    for voice in voices.iter().filter(says) {
        for cause in voice.causes.iter().filter(|cause| cause.name != Cause::Unknown) {
            let weight = f64::from(cause.confidence) * as_f64(voice.members);
            match sums.iter_mut().find(|(name, _)| *name == cause.name) {
                Some((_, sum)) => *sum += weight,
                None => sums.push((cause.name, weight)),
            }
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mean = |sum: f64| as_f32(sum / as_f64(all.max(1)));
    sums.into_iter().map(|(name, sum)| Likely { name, confidence: mean(sum) }).collect()
}

#[expect(clippy::cast_precision_loss, reason = "members of an outage stay far below 2^52")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a share of 1 needs no more than 24 bits")]
fn as_f32(share: f64) -> f32 {
    share as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(gateway: Gateway, confidence: f32, cause: Cause, members: u64) -> Voice {
        Voice {
            made_by: if gateway == Gateway::Unknown { MadeBy::Unknown } else { MadeBy::Gateway },
            gateway: Likely { name: gateway, confidence },
            causes: vec![Likely { name: cause, confidence: 0.6 }],
            members,
        }
    }

    #[test]
    fn answers_that_say_nothing_are_no_votes_against_the_gateway_that_the_others_name() {
        let consensus = Consensus::of(&[
            voice(Gateway::Nginx, 0.97, Cause::UpstreamRefused, 200),
            voice(Gateway::Unknown, 0.0, Cause::Unknown, 3),
        ]);
        assert_eq!(consensus.gateway, Likely { name: Gateway::Nginx, confidence: 0.97 });
        assert_eq!(consensus.cause.name, Cause::UpstreamRefused);
        assert_eq!((consensus.agree, consensus.differ, consensus.unclear), (200, 0, 3));
        assert_eq!(consensus.made_by, MadeBy::Gateway);
    }

    #[test]
    fn pages_of_two_gateways_are_votes_against_each_other() {
        let consensus = Consensus::of(&[
            voice(Gateway::Nginx, 1.0, Cause::UpstreamRefused, 30),
            voice(Gateway::Haproxy, 1.0, Cause::UpstreamTimeout, 10),
        ]);
        assert_eq!(consensus.gateway, Likely { name: Gateway::Nginx, confidence: 0.75 });
        assert_eq!((consensus.agree, consensus.differ), (30, 10));
        assert_eq!(consensus.cause.name, Cause::UpstreamRefused);
        assert_eq!(consensus.alternatives[0].name, Cause::UpstreamTimeout);
    }

    #[test]
    fn another_gateway_or_cause_is_a_change_and_silence_is_none() {
        let of = |gateway, cause| Consensus::of(&[voice(gateway, 0.9, cause, 1)]);
        let nginx = of(Gateway::Nginx, Cause::UpstreamRefused);
        assert!(nginx.differs_from(&of(Gateway::Haproxy, Cause::UpstreamRefused)));
        assert!(nginx.differs_from(&of(Gateway::Nginx, Cause::UpstreamTimeout)));
        assert!(!nginx.differs_from(&of(Gateway::Nginx, Cause::UpstreamRefused)));
        assert!(!nginx.differs_from(&of(Gateway::Unknown, Cause::Unknown)));
    }

    #[test]
    fn of_nothing_nothing_is_known() {
        let nothing = Consensus::of(&[]);
        assert_eq!(
            (nothing.gateway, nothing.cause, nothing.made_by),
            (NO_GATEWAY, NO_CAUSE, MadeBy::Unknown)
        );
    }
}
