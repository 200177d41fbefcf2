//! The indexing clock of a site: how many URLs stand at each stage on their way out of the index, and when the next line is
//! crossed. Only URLs that can be in the index count.
//!
//! It counts by outages: a URL stands where its outage stands. Single URLs may lag behind theirs; their own pages say so.

use chrono::{DateTime, Utc};

use crate::domain::impact::{Stage, index_clock};
use crate::report::wording::{count, length};
use crate::web::status::Status;
use crate::web::wording::{Instant, Tag};

/// The clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    pub(crate) stages: Vec<StageRow>,
    /// The next line that is crossed, in a sentence, and when.
    pub(crate) next: Option<(String, Instant)>,
}

/// One stage.
#[derive(Debug, Clone)]
pub(crate) struct StageRow {
    pub(crate) name: &'static str,
    pub(crate) urls: String,
    pub(crate) is_reached: bool,
    pub(crate) tag: Option<Tag>,
}

/// The stages in the order in which they are passed, and their names.
const STAGES: [(Stage, &str); 4] = [
    (Stage::AtRisk, "At risk: crawling is slowed, the index is next"),
    (Stage::Dropping, "Being dropped from the index"),
    (Stage::TreatedAsGone, "Treated like pages that are gone (404)"),
    (Stage::SignalsFade, "What is known of them fades"),
];

/// What becomes of URLs at a stage, after "are".
fn fate(stage: Stage) -> &'static str {
    match stage {
        Stage::None => "safe",
        Stage::AtRisk => "at risk",
        Stage::Dropping => "being dropped",
        Stage::TreatedAsGone => "treated like pages that are gone",
        Stage::SignalsFade => "losing what is known of them",
    }
}

/// `None`: no outage that goes on threatens a URL that can be in the index.
pub(super) fn told(status: &Status) -> Option<Clock> {
    let policy = &status.site.settings.policy;
    let clocks: Vec<_> = status
        .outages
        .iter()
        .filter(|judged| judged.is_ongoing())
        .filter_map(|judged| {
            let urls = judged.indexable_urls?;
            Some((urls, index_clock(&judged.outage, urls, policy)))
        })
        .filter(|(urls, clock)| *urls > 0 && clock.stage != Stage::None)
        .collect();
    if clocks.is_empty() {
        return None;
    }
    let at = |stage: Stage| -> u64 {
        clocks.iter().filter(|(_, clock)| clock.stage == stage).map(|(urls, _)| urls).sum()
    };
    let next = clocks
        .iter()
        .filter_map(|(urls, clock)| Some((clock.next_stage_at?, clock.next_stage?, *urls)))
        .filter(|(when, _, _)| *when > status.now)
        .min_by_key(|(when, _, _)| *when);
    Some(Clock {
        stages: STAGES
            .map(|(stage, name)| StageRow {
                name,
                urls: count(at(stage)),
                is_reached: at(stage) > 0,
                tag: stage.rule().map(Tag::from),
            })
            .into(),
        next: next.map(|(when, stage, urls)| sentence(status, when, stage, urls)),
    })
}

/// "If it goes on, 134 of them are treated like pages that are gone in 3 d 4 h", and when that is.
fn sentence(status: &Status, when: DateTime<Utc>, stage: Stage, urls: u64) -> (String, Instant) {
    let subject = if urls == 1 { "1 of them is".to_owned() } else { format!("{} of them are", count(urls)) };
    let says = format!("If it goes on, {subject} {} in {},", fate(stage), length(when - status.now));
    (says, Instant::minute(when, status.site.settings.time_zone, status.now))
}
