//! What a mark stands for: nothing known, healthy, or a verdict. It is the one list from which pages and charts take
//! word, shape and CSS class, so that a state looks the same wherever it is met.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::verdict::Verdict;

/// The state of a day, a site or an outage, mildest first; what nobody looked at is milder than anything seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Tone {
    /// Nobody looked.
    Unknown,
    /// Seen, and nothing failed.
    Healthy,
    /// Something failed; the worst verdict on it.
    Failing(Verdict),
}

/// A word that names no tone.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no tone `{0}`")]
pub struct NoTone(String);

impl Tone {
    /// All of them, mildest first.
    pub const ALL: [Self; 7] = [
        Self::Unknown,
        Self::Healthy,
        Self::Failing(Verdict::Transient),
        Self::Failing(Verdict::Brief),
        Self::Failing(Verdict::Prolonged),
        Self::Failing(Verdict::Intermittent),
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

    /// Its shape, as a path in a box of 12 by 12 that is filled by the even-odd rule.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Unknown => "M1 5h10v2h-10z",
            Self::Healthy => "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
            Self::Failing(Verdict::Transient) => "M6 4a2 2 0 1 0 0 4a2 2 0 1 0 0-4z",
            Self::Failing(Verdict::Brief) => "M6 1l5.5 10h-11z",
            Self::Failing(Verdict::Intermittent) => {
                "M6 .5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM6 2a4 4 0 0 1 0 8z"
            }
            Self::Failing(Verdict::Prolonged) => "M6 0l6 6-6 6-6-6z",
            Self::Failing(Verdict::Persistent) => "M1 1h10v10h-10z",
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

impl TryFrom<String> for Tone {
    type Error = NoTone;

    fn try_from(word: String) -> Result<Self, NoTone> {
        Self::ALL.into_iter().find(|tone| tone.word() == word).ok_or(NoTone(word))
    }
}

impl From<Tone> for String {
    fn from(tone: Tone) -> Self {
        tone.word().to_owned()
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
            assert_eq!(Tone::try_from(String::from(tone)), Ok(tone));
        }
        let shapes: std::collections::BTreeSet<_> = Tone::ALL.map(Tone::glyph).into();
        assert_eq!(shapes.len(), Tone::ALL.len());
    }
}
