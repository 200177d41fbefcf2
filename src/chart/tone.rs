//! What a mark stands for: nothing known, healthy, or a verdict. It is the one list from which pages and charts take
//! word, shape and CSS class, so that a state looks the same wherever it is met.

use crate::domain::verdict::Verdict;

/// The state of a day, a site or an outage, mildest first; what nobody looked at is milder than anything seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Nobody looked.
    Unknown,
    /// Seen, and nothing failed.
    Healthy,
    /// Something failed; the worst verdict on it.
    Failing(Verdict),
}

impl Tone {
    /// All of them, mildest first.
    pub const ALL: [Self; 7] = [
        Self::Unknown,
        Self::Healthy,
        Self::Failing(Verdict::Transient),
        Self::Failing(Verdict::Brief),
        Self::Failing(Verdict::Intermittent),
        Self::Failing(Verdict::Prolonged),
        Self::Failing(Verdict::Persistent),
    ];

    /// `unknown`, `healthy`, or the verdict's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::Failing(verdict) => verdict.word(),
        }
    }

    /// The word at the begin of a line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Healthy => "Healthy",
            Self::Failing(Verdict::Transient) => "Transient",
            Self::Failing(Verdict::Brief) => "Brief",
            Self::Failing(Verdict::Intermittent) => "Intermittent",
            Self::Failing(Verdict::Prolonged) => "Prolonged",
            Self::Failing(Verdict::Persistent) => "Persistent",
        }
    }

    /// The CSS class that gives it its colour.
    pub fn class(self) -> &'static str {
        match self {
            Self::Unknown => "t-unknown",
            Self::Healthy => "t-healthy",
            Self::Failing(Verdict::Transient) => "t-transient",
            Self::Failing(Verdict::Brief) => "t-brief",
            Self::Failing(Verdict::Intermittent) => "t-intermittent",
            Self::Failing(Verdict::Prolonged) => "t-prolonged",
            Self::Failing(Verdict::Persistent) => "t-persistent",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_is_the_greatest() {
        assert!(Tone::ALL.is_sorted());
        assert!(Tone::Failing(Verdict::Transient) > Tone::Healthy);
        assert!(Tone::Healthy > Tone::Unknown);
    }

    #[test]
    fn every_tone_is_called_and_drawn_by_its_own_word() {
        for tone in Tone::ALL {
            assert_eq!(tone.class(), format!("t-{}", tone.word()));
            assert_eq!(tone.name().to_lowercase(), tone.word());
        }
    }
}
