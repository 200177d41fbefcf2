//! What becomes of an outage's URLs in the index: the clock of the outage, by those of its URLs that can be indexed, and
//! the clock of each URL.

use crate::domain::impact::{Stage, index_clock, url_clock};
use crate::domain::indexability::Bar;
use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::report::wording::{count, plural};
use crate::store::failed_urls::FailedUrl;
use crate::web::pages::outage::{Point, Said};
use crate::web::wording::Tag;

/// The impact on the URLs of an outage of which so many can be indexed.
pub(super) fn told(outage: &Outage, indexable_urls: u64, policy: &Policy) -> Point {
    let clock = index_clock(outage, indexable_urls, policy);
    let mut says = vec![Said { text: extent(outage.url_count, indexable_urls), tag: None, link: None }];
    if indexable_urls > 0 {
        let meaning = if outage.url_count == 1 {
            sentence(stage(clock.stage, outage.ongoing))
        } else {
            meaning(clock.stage, outage.ongoing, outage.alternating).to_owned()
        };
        says.push(Said { text: meaning, tag: clock.stage.rule().map(Tag::from), link: None });
    }
    Point { id: "index".to_owned(), name: "In the index".to_owned(), says }
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

fn meaning(stage: Stage, ongoing: bool, by_chance: bool) -> &'static str {
    match (stage, ongoing) {
        (Stage::None, true) if by_chance => "Each URL answers in between, and its own clock begins anew.",
        (Stage::None, true) => "Nothing is lost there so far.",
        (Stage::None, false) => "Nothing was lost there.",
        (Stage::AtRisk, true) => "Nothing is lost yet.",
        (Stage::AtRisk, false) => "It ended before anything was dropped.",
        (Stage::Dropping, true) => "Those that still fail are being dropped.",
        (Stage::Dropping, false) => "Those that were dropped return when they are crawled again.",
        (Stage::TreatedAsGone, true) => "Those that still fail are treated like pages that are gone (404).",
        (Stage::TreatedAsGone, false) => "They were treated like pages that are gone (404).",
        (Stage::SignalsFade, true) => "What Google knows of them, such as links to them, fades.",
        (Stage::SignalsFade, false) => "What Google knew of them, such as links to them, faded.",
    }
}

/// The clock of one URL in a few words, or what keeps the URL out of the index.
pub(in crate::web::pages::outage) fn of_url(url: &FailedUrl, policy: &Policy) -> String {
    let member = &url.longest;
    let bars = member.standing.bars(&member.url);
    if !bars.is_empty() {
        let says: Vec<String> = bars.iter().map(Bar::says).collect();
        return format!("not indexable: {}", says.join(", "));
    }
    let is_ongoing = member.episode.is_ongoing() && !url.went_on;
    let clock = url_clock(&member.episode.bounds, is_ongoing, policy);
    stage(clock.stage, is_ongoing).to_owned()
}

/// "being dropped" as a sentence.
fn sentence(words: &str) -> String {
    format!("Its place there: {words}.")
}

/// What becomes of one URL at this stage, in a few words.
pub(in crate::web::pages) fn stage(stage: Stage, ongoing: bool) -> &'static str {
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
