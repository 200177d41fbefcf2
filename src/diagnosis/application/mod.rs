//! Whether an answer that no gateway is known to write is an application's own, and which framework wrote it.
//!
//! One sign is weak: proxies add headers, and error pages are replaced. Signs that do not depend on each other add up.

pub mod frameworks;
mod signs;

use self::frameworks::{FRAMEWORKS, Framework};
use self::signs::SIGNS;
use super::answer::Seen;

/// However many signs there are, bytes can be copied.
const AT_MOST: f32 = 0.9;

/// What an answer shows of an application.
#[derive(Debug)]
pub(super) struct Application {
    /// What wrote it.
    pub(super) framework: Option<&'static Framework>,
    /// How sure it is that an application wrote it; 0: it shows no sign of one.
    pub(super) confidence: f32,
    /// The signs, in words.
    pub(super) shows: Vec<&'static str>,
}

impl Application {
    /// Looks for all signs.
    pub(super) fn of(seen: &Seen<'_>) -> Self {
        let framework = FRAMEWORKS.iter().find(|framework| framework.holds(seen));
        let general = SIGNS.iter().filter(|sign| sign.sign.holds(seen));
        let mut doubt = framework.map_or(1.0, |framework| 1.0 - framework.confidence);
        let mut shows: Vec<&'static str> = framework.map(|framework| framework.shows).into_iter().collect();
        for sign in general {
            doubt *= 1.0 - sign.weight;
            shows.push(sign.shows);
        }
        Self { framework, confidence: (1.0 - doubt).min(AT_MOST), shows }
    }
}
