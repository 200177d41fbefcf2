//! What stands below the sentence of an outage in a summary: since when, how many of its URLs can be indexed, which line is
//! crossed next and when, who answers and why; and the lines on how well crawling went. Sentences only, no numbers of its own.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Efficiency, SiteDigest};
use crate::diagnosis::cause::Cause;
use crate::diagnosis::consensus::Consensus;
use crate::diagnosis::gateway::Gateway;
use crate::domain::impact::{Stage, index_clock};
use crate::domain::outage::Outage;
use crate::domain::policy::Policy;
use crate::report::bots::BotRow;
use crate::report::json::share;
use crate::report::wording::diagnosis::because;
use crate::report::wording::{count, instant, percent, plural, range};

/// The stages behind a line that is still ahead, as they are told.
const AHEAD: [(Stage, &str); 4] = [
    (Stage::AtRisk, "the index is next"),
    (Stage::Dropping, "Google starts to drop the URLs"),
    (Stage::TreatedAsGone, "the URLs are treated like a 404"),
    (Stage::SignalsFade, "what Google knows of the URLs fades"),
];

/// The lines of one outage.
pub(in crate::report) fn of_outage(
    outage: &Outage,
    indexable_urls: u64,
    answers: &Consensus,
    policy: &Policy,
    (zone, now): (Tz, DateTime<Utc>),
) -> Vec<String> {
    let lines = [
        Some(when(outage, zone, now)),
        Some(indexable(outage, indexable_urls)),
        next(outage, indexable_urls, policy, zone, now),
        maker(answers),
    ];
    lines.into_iter().flatten().collect()
}

fn when(outage: &Outage, zone: Tz, now: DateTime<Utc>) -> String {
    let bounds = &outage.bounds;
    let lasted = range(bounds.shortest(), bounds.longest(now));
    let began = instant(bounds.first_failing, zone, now);
    if outage.ongoing {
        return format!("Failing since {began}: {lasted} so far.");
    }
    let ended = instant(bounds.healthy_after.unwrap_or(bounds.last_failing), zone, now);
    format!("From {began} to {ended}: {lasted}.")
}

fn indexable(outage: &Outage, indexable: u64) -> String {
    let urls = plural(outage.url_count, "URL", "URLs");
    match indexable {
        0 => format!("{urls}, none of which can be in the index."),
        some if some >= outage.url_count => format!("{urls}, all indexable."),
        some => format!("{urls}, {} of them indexable.", count(some)),
    }
}

fn next(outage: &Outage, indexable: u64, policy: &Policy, zone: Tz, now: DateTime<Utc>) -> Option<String> {
    let clock = index_clock(outage, indexable, policy);
    let (stage, at) = (clock.next_stage?, clock.next_stage_at?);
    let ahead = AHEAD.iter().find(|(ahead, _)| *ahead == stage).map(|(_, says)| *says)?;
    let basis = stage.rule().map(|rule| format!(" ({})", rule.basis.word())).unwrap_or_default();
    Some(format!("Next, if it goes on: {ahead}, from {} on{basis}.", instant(at, zone, now)))
}

fn maker(answers: &Consensus) -> Option<String> {
    let (gateway, cause) = (answers.gateway.name, answers.cause.name);
    match (gateway, cause) {
        (Gateway::Unknown, Cause::Unknown) => None,
        (Gateway::Unknown, cause) => Some(format!("Most likely: {}.", because(cause))),
        (gateway, Cause::Unknown) => Some(format!("Answered by {}.", gateway.title())),
        (gateway, cause) => {
            Some(format!("Answered by {}; most likely: {}.", gateway.title(), because(cause)))
        }
    }
}

impl SiteDigest {
    /// How it stands, line by line.
    pub(super) fn lines(&self, period: &str) -> Vec<String> {
        let lines = [
            Some(self.standing()),
            self.robots.clone(),
            self.efficiency.line(period),
            self.single_failures(),
        ];
        lines.into_iter().flatten().chain(self.bot_lines()).collect()
    }

    /// Failures that nobody has to read about one by one.
    fn single_failures(&self) -> Option<String> {
        (self.transient > 0).then(|| {
            let failures = plural(self.transient, "single failure,", "single failures,");
            format!("{failures} and healthy at the next look.")
        })
    }

    /// What each search bot met, a line a bot.
    fn bot_lines(&self) -> Vec<String> {
        let rows = self.bots.iter().flat_map(|section| &section.rows);
        rows.take(MOST_BOTS).map(bot_line).collect()
    }

    /// How many of its URLs fail, in a line.
    fn standing(&self) -> String {
        if !self.is_seen {
            return "Nobody looked at it in this time.".to_owned();
        }
        let share = percent(share(self.failing_urls, self.known_urls));
        let known = plural(self.known_urls, "known URL", "known URLs");
        match self.failing_urls {
            0 => format!("None of {known} fails."),
            failing => format!("{} of {known} failing ({share}).", count(failing)),
        }
    }
}

/// So many bots are told of; the bots' page has the others.
const MOST_BOTS: usize = 5;

fn bot_line(row: &BotRow) -> String {
    let outages: Vec<String> =
        row.verdicts.iter().map(|(verdict, outages)| format!("{} {verdict}", count(*outages))).collect();
    let outages = if outages.is_empty() {
        String::new()
    } else {
        format!("; outages that it saw: {}", outages.join(", "))
    };
    format!(
        "{} by the access log: {}, {} of them failing{outages}.",
        row.bot,
        plural(row.hits, "hit", "hits"),
        percent(row.failing_share)
    )
}

impl Efficiency {
    /// How well crawling went, against the seven days before; `None`: nothing was fetched.
    pub(super) fn line(&self, period: &str) -> Option<String> {
        if self.effort.fetches == 0 {
            return None;
        }
        let failing = self.failing_share.map(|share| {
            let before = self.failing_share_before.map_or_else(|| "not known".to_owned(), percent);
            format!("On average {} of the known URLs failed (7 days before: {before}). ", percent(share))
        });
        let before = if self.effort_before.fetches == 0 {
            "not known".to_owned()
        } else {
            percent(self.effort_before.wasted_fetch_share())
        };
        Some(format!(
            "{}{} of {} in this {period} came to nothing (7 days before: {before}).",
            failing.unwrap_or_default(),
            percent(self.effort.wasted_fetch_share()),
            plural(self.effort.fetches, "fetch", "fetches"),
        ))
    }
}
