//! What bots met, as tables for people: who came, what it got by day, outages, and what is worst.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::super::output;
use crate::accesslog::source::Report;
use crate::accesslog::tally::{Count, Tally};
use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;
use crate::domain::bounds::Bounds;
use crate::domain::outcome::{Class, Outcome};
use crate::report::bots::{self, SeenOutage, failing_share, outages};
use crate::report::wording::{self, count, percent, plural};

/// How many rows of a table are shown; JSON has all.
const MOST_ROWS: usize = 20;

pub(super) fn show(
    report: &Report,
    tally: &Tally,
    notes: &[String],
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    output::data(&head(report, tally))?;
    if tally.bots.is_empty() {
        output::data("\nNo bot that is known here came: `gatecrawl bots list` shows which are.")?;
        return Ok(());
    }
    show_bots(tally)?;
    show_days(tally)?;
    show_outages(tally, now)?;
    show_failing(tally)?;
    show_sections(tally)?;
    show_robots(tally, now)?;
    output::data(&wasted(tally))?;
    for note in notes {
        output::data(&format!("\n{note}"))?;
    }
    Ok(())
}

fn head(report: &Report, tally: &Tally) -> String {
    let formats: Vec<&str> = report.formats.iter().map(|(name, _)| name.as_str()).collect();
    let formats = if formats.is_empty() { String::new() } else { format!(" ({})", formats.join(", ")) };
    let lines = plural(report.read, "line", "lines");
    let mut head = format!("{lines} read{formats}, {} rejected.", count(report.rejected));
    let hits: u64 = tally.bots.values().map(Count::hits).sum();
    if let Some((from, to)) = tally.span {
        let at = |at: DateTime<Utc>| at.format("%-d %b %Y, %H:%M");
        head = format!("{head} {} of bots, {} to {} UTC.", plural(hits, "hit", "hits"), at(from), at(to));
    }
    head
}

/// Hits by class: healthy, gone, failing, unknown.
fn classes(hits: &Count) -> [String; 4] {
    let of = |class: Option<Class>| {
        let all = hits.by_seen.iter().filter(|(seen, _)| seen.outcome().map(Outcome::class) == class);
        match all.map(|(_, n)| n).sum::<u64>() {
            0 => "-".to_owned(),
            n => count(n),
        }
    };
    [of(Some(Class::Healthy)), of(Some(Class::Gone)), of(Some(Class::Failing)), of(None)]
}

fn show_bots(tally: &Tally) -> std::io::Result<()> {
    let row = |((bot, verification), hits): (&(&str, crate::accesslog::bots::Verification), &Count)| {
        let mut row = vec![(*bot).to_owned(), verification.word().to_owned(), count(hits.hits())];
        row.extend(classes(hits));
        row.push(percent(failing_share(hits)));
        row
    };
    let head = ["Bot", "verified", "hits", "healthy", "gone", "failing", "unknown", "failing share"];
    table(&head, tally.bots.iter().map(row).collect(), &[2, 3, 4, 5, 6, 7])
}

fn show_days(tally: &Tally) -> std::io::Result<()> {
    let days: BTreeSet<_> = tally.days.keys().map(|(day, _)| *day).collect();
    let row = |((day, bot), hits): (&(chrono::NaiveDate, &str), &Count)| {
        let mut row = vec![day.to_string(), (*bot).to_owned(), count(hits.hits())];
        row.extend(classes(hits));
        row
    };
    let shown: BTreeSet<_> = days.iter().rev().take(MOST_ROWS).collect();
    let rows = tally.days.iter().filter(|((day, _), _)| shown.contains(day)).map(row).collect();
    if days.len() > shown.len() {
        output::data(&format!("\nThe last {} of {} days:", shown.len(), days.len()))?;
    }
    table(&["Day", "bot", "hits", "healthy", "gone", "failing", "unknown"], rows, &[2, 3, 4, 5, 6])
}

fn show_outages(tally: &Tally, now: DateTime<Utc>) -> std::io::Result<()> {
    let mut all = outages(tally);
    if all.is_empty() {
        // Where none is real, a note says so.
        return if tally.judged.is_empty() { Ok(()) } else { output::data("\nNo real bot met an outage.") };
    }
    let policy = &tally.rules().policy;
    all.sort_by_key(|seen| {
        let judged = seen.outage.judge(now, policy);
        (
            judged.state,
            std::cmp::Reverse(judged.verdict),
            std::cmp::Reverse(seen.outage.url_count),
            seen.number,
        )
    });
    let total = all.len();
    let row = |seen: &SeenOutage<'_>| {
        let (judged, bounds) = (seen.outage.judge(now, policy), &seen.outage.bounds);
        vec![
            seen.number.to_string(),
            seen.site.bot().to_owned(),
            judged.verdict.to_string(),
            judged.state.word().to_owned(),
            seen.outage.scope.to_string(),
            count(seen.outage.url_count),
            count(seen.outage.wasted_fetches),
            lasted(bounds, now),
            second(bounds.first_failing),
            second(bounds.last_failing),
            said(seen),
        ]
    };
    let head = [
        "Outage",
        "bot",
        "verdict",
        "state",
        "scope",
        "URLs",
        "hits",
        "lasted",
        "first failing",
        "last failing",
        "by",
    ];
    table(&head, all.iter().take(MOST_ROWS).map(row).collect(), &[0, 5, 6])?;
    more(total, "outage", "outages")
}

/// How long it lasted; a dash where single looks far apart are all there is.
fn lasted(bounds: &Bounds, now: DateTime<Utc>) -> String {
    let (shortest, longest) = (bounds.shortest(), bounds.longest(now));
    if shortest.is_zero() && longest.is_none() { "-".to_owned() } else { wording::range(shortest, longest) }
}

/// Who made the answers and why, where the log says it.
fn said(seen: &SeenOutage<'_>) -> String {
    let answers = seen.answers();
    let gateway = Some(answers.gateway.name).filter(|name| *name != Gateway::Unknown).map(Gateway::word);
    let cause = Some(answers.cause.name).filter(|name| *name != Cause::Unknown).map(Cause::word);
    let words: Vec<&str> = gateway.into_iter().chain(cause).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(": ") }
}

fn show_failing(tally: &Tally) -> std::io::Result<()> {
    let all = bots::failing_urls(tally);
    let row = |url: &bots::FailingUrlJson| {
        let outcomes: Vec<String> =
            url.by_outcome.iter().map(|(outcome, n)| format!("{n} × {outcome}")).collect();
        vec![
            url.url.clone(),
            url.bot.clone(),
            outcomes.join(", "),
            url.first_failing.clone(),
            url.last_failing.clone(),
        ]
    };
    let rows: Vec<_> = all.iter().take(MOST_ROWS).map(row).collect();
    table(&["Failing URL", "bot", "got", "first failing", "last failing"], rows, &[])?;
    more(all.len(), "failing URL", "failing URLs")
}

fn show_sections(tally: &Tally) -> std::io::Result<()> {
    let row = |of: bots::SectionJson| {
        vec![
            if of.site == "unknown" { of.section } else { format!("{}{}", of.site, of.section) },
            count(of.hits),
            count(of.failing),
            count(of.failing_urls),
            percent(of.failing_share),
        ]
    };
    let rows = bots::sections(tally).into_iter().map(row).collect();
    table(&["Worst sections", "hits", "failing", "failing URLs", "failing share"], rows, &[1, 2, 3, 4])
}

fn show_robots(tally: &Tally, now: DateTime<Utc>) -> std::io::Result<()> {
    let row = |of: bots::RobotsJson| {
        let outcomes: Vec<String> =
            of.by_outcome.iter().map(|(outcome, n)| format!("{n} × {outcome}")).collect();
        vec![
            of.site,
            of.bot,
            outcomes.join(", "),
            of.last.unwrap_or_default(),
            of.phase.map_or_else(|| "-".to_owned(), |phase| phase.google_says().to_owned()),
        ]
    };
    let rows = bots::robots(tally, now).into_iter().map(row).collect();
    table(&["robots.txt of", "bot", "got", "last asked", "while it fails"], rows, &[])
}

fn wasted(tally: &Tally) -> String {
    let (fetches, share, time) = bots::wasted(tally).shares();
    let time =
        time.map_or_else(String::new, |share| format!(", and {} of the time that hits took", percent(share)));
    format!(
        "\nWasted: {} of the bots that are judged failed, {} of them{time}.",
        plural(fetches, "hit", "hits"),
        percent(share)
    )
}

fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn more(total: usize, one: &str, many: &str) -> std::io::Result<()> {
    let rest = total.saturating_sub(MOST_ROWS);
    if rest == 0 {
        return Ok(());
    }
    output::data(&format!("and {} more; --format json has all.", plural(rest as u64, one, many)))
}

/// A table, unless it has no rows.
fn table(head: &[&str], rows: Vec<Vec<String>>, right: &[usize]) -> std::io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    output::data(&format!("\n{}", output::table(head, rows, right)))
}
