//! What becomes of an outage's URLs in the index: the clock of the outage, by those of its URLs that can be indexed, and
//! the clock of each URL.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::impact::{Stage, index_clock, url_clock};
use crate::domain::indexability::Bar;
use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::report::wording::{count, instant, plural};
use crate::store::outages::StoredMember;
use crate::web::wording::Tag;

/// The indexing impact of an outage.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) title: &'static str,
    /// How many of its URLs can be indexed, and what the stage means.
    pub(crate) text: String,
    /// The line that was crossed last; `None`: none was.
    pub(crate) tag: Option<Tag>,
    /// When the next line is crossed, and by whose word.
    pub(crate) next: Option<(String, Tag)>,
}

/// The impact on the URLs of an outage of which so many can be indexed.
pub(super) fn told(
    outage: &Outage,
    indexable_urls: u64,
    policy: &Policy,
    zone: Tz,
    now: DateTime<Utc>,
) -> Index {
    let clock = index_clock(outage, indexable_urls, policy);
    let extent = extent(outage.url_count, indexable_urls);
    let text = if indexable_urls == 0 {
        extent
    } else {
        format!("{extent} {}", meaning(clock.stage, outage.ongoing))
    };
    let next = clock.next_stage_at.zip(clock.next_stage).and_then(|(at, stage)| {
        let says = format!("If it goes on, {} from {} on.", becomes(stage), instant(at, zone, now));
        stage.rule().map(|rule| (says, Tag::from(rule)))
    });
    let title = match clock.stage {
        Stage::None => "Indexing: no effect",
        Stage::AtRisk => "Indexing: at risk",
        Stage::Dropping => "Indexing: URLs are being dropped",
        Stage::TreatedAsGone => "Indexing: treated like a 404",
        Stage::SignalsFade => "Indexing: signals fade",
    };
    Index { title, text, tag: clock.stage.rule().map(Tag::from), next }
}

fn extent(urls: u64, indexable: u64) -> String {
    match (urls, indexable) {
        (1, 0) => "Its URL cannot be in the index, so there is nothing to lose there.".to_owned(),
        (_, 0) => format!(
            "None of its {} can be in the index, so there is nothing to lose there.",
            plural(urls, "URL", "URLs")
        ),
        (1, _) => "Its URL can be in the index.".to_owned(),
        (all, some) if some >= all => {
            format!("All of its {} can be in the index.", plural(all, "URL", "URLs"))
        }
        (all, some) => format!("{} of its {} can be in the index.", count(some), plural(all, "URL", "URLs")),
    }
}

fn meaning(stage: Stage, ongoing: bool) -> &'static str {
    match (stage, ongoing) {
        (Stage::None, true) => "Nothing is lost there so far.",
        (Stage::None, false) => "Nothing was lost there.",
        (Stage::AtRisk, true) => "Nothing is lost yet, but the next line leads out of it.",
        (Stage::AtRisk, false) => "It ended before anything was dropped.",
        (Stage::Dropping, true) => "What still fails is being dropped.",
        (Stage::Dropping, false) => "What was dropped returns when it is crawled again.",
        (Stage::TreatedAsGone, _) => "By what is reported, such URLs are treated like pages that answer 404.",
        (Stage::SignalsFade, _) => "By what is reported, what is known of such URLs fades.",
    }
}

fn becomes(stage: Stage) -> &'static str {
    match stage {
        Stage::None => "nothing changes",
        Stage::AtRisk => "the index is at risk",
        Stage::Dropping => "URLs are dropped from the index",
        Stage::TreatedAsGone => "its URLs are treated like a 404",
        Stage::SignalsFade => "the signals of its URLs fade",
    }
}

/// The clock of one URL in a few words, or what keeps the URL out of the index.
pub(super) fn of_member(member: &StoredMember, policy: &Policy) -> String {
    let bars = member.standing.bars(&member.url);
    if !bars.is_empty() {
        let says: Vec<String> = bars.iter().map(Bar::says).collect();
        return format!("not indexable: {}", says.join(", "));
    }
    let clock = url_clock(&member.episode.bounds, member.episode.is_ongoing(), policy);
    stage(clock.stage, member.episode.is_ongoing()).to_owned()
}

fn stage(stage: Stage, ongoing: bool) -> &'static str {
    match (stage, ongoing) {
        (Stage::None, true) => "no effect yet",
        (Stage::None, false) => "no effect",
        (Stage::AtRisk, true) => "at risk",
        (Stage::AtRisk, false) => "was at risk",
        (Stage::Dropping, true) => "being dropped",
        (Stage::Dropping, false) => "may have been dropped",
        (Stage::TreatedAsGone, _) => "treated like a 404",
        (Stage::SignalsFade, _) => "signals fade",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_urls_can_be_indexed_is_told_in_plain_words() {
        assert_eq!(extent(1, 1), "Its URL can be in the index.");
        assert_eq!(extent(1, 0), "Its URL cannot be in the index, so there is nothing to lose there.");
        assert_eq!(extent(1200, 1200), "All of its 1,200 URLs can be in the index.");
        assert_eq!(extent(1200, 3), "3 of its 1,200 URLs can be in the index.");
        assert!(extent(9, 0).starts_with("None of its 9 URLs"));
    }
}
