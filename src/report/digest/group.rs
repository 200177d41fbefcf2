//! Under which heading an outage is told in a summary. Pure.

use chrono::{DateTime, Utc};

use crate::chart::tone::Tone;
use crate::domain::outage::Outage;
use crate::domain::verdict::{Judgement, State, Verdict};

/// A heading, in the order in which a summary has them: what costs most comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Goes on, and URLs are being dropped.
    Persistent,
    /// Goes on, and the index is next.
    Prolonged,
    /// Fails again and again.
    Intermittent,
    /// Goes on, and may still be forgiven.
    Failing,
    /// Cost something, and is over.
    Recovered,
    /// Was over before it cost anything.
    Brief,
}

/// The headings and what they are called.
const NAMES: [(Group, &str, &str); 6] = [
    (Group::Persistent, "persistent", "Persistent: URLs are being dropped"),
    (Group::Prolonged, "prolonged", "Prolonged: the index is next"),
    (Group::Intermittent, "intermittent", "Intermittent: every visit is a lottery"),
    (Group::Failing, "failing_now", "Failing now, may still be forgiven"),
    (Group::Recovered, "recovered", "Recovered"),
    (Group::Brief, "brief", "Brief, forgiven"),
];

impl Group {
    /// All of them, in their order.
    pub const ALL: [Self; 6] =
        [Self::Persistent, Self::Prolonged, Self::Intermittent, Self::Failing, Self::Recovered, Self::Brief];

    /// The heading of an outage in a summary that begins at this instant; `None`: it is not told.
    pub fn of(outage: &Outage, judged: &Judgement, from: DateTime<Utc>) -> Option<Self> {
        let ended = outage.bounds.healthy_after.unwrap_or(outage.bounds.last_failing);
        match (judged.state, judged.verdict) {
            (_, Verdict::Transient) => None,
            (State::Ongoing, Verdict::Persistent) => Some(Self::Persistent),
            (State::Ongoing, Verdict::Prolonged) => Some(Self::Prolonged),
            (State::Ongoing, Verdict::Intermittent) => Some(Self::Intermittent),
            (State::Ongoing, Verdict::Brief) => Some(Self::Failing),
            _ if ended < from => None,
            (_, verdict) if verdict.is_costly() => Some(Self::Recovered),
            _ => Some(Self::Brief),
        }
    }

    /// The word of JSON.
    pub fn word(self) -> &'static str {
        NAMES.iter().find(|(group, ..)| *group == self).map_or("", |(_, word, _)| word)
    }

    /// What stands above it.
    pub fn heading(self) -> &'static str {
        NAMES.iter().find(|(group, ..)| *group == self).map_or("", |(.., heading)| heading)
    }

    /// How it is marked.
    pub fn tone(self) -> Tone {
        match self {
            Self::Persistent => Tone::Failing(Verdict::Persistent),
            Self::Prolonged => Tone::Failing(Verdict::Prolonged),
            Self::Intermittent => Tone::Failing(Verdict::Intermittent),
            Self::Failing | Self::Brief => Tone::Failing(Verdict::Brief),
            Self::Recovered => Tone::Healthy,
        }
    }
}
