//! The charts of a site's page over time, each with the table behind it: the URLs failing, and the worst of each day.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::chart::strip;
use crate::chart::timeline::{Bucket, Timeline};
use crate::chart::tone::Tone;
use crate::domain::deploy::DeployMark;
use crate::domain::verdict::Verdict;
use crate::report::history;
use crate::report::wording::{count, plural};
use crate::web::pages::site::{DaysChart, FailingChart, begins};
use crate::web::status::{DAYS, Status};
use crate::web::values::{Part, Values};

/// The window of the chart, and into how many parts it is cut.
const WINDOW: TimeDelta = TimeDelta::days(7);
const PARTS: i32 = 168;
/// The window of a site that was just added.
const SHORTEST_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// Drawn when something failed in the window.
pub(super) fn failing(status: &Status, deploys: &[DeployMark]) -> Option<FailingChart> {
    let week_ago = status.now - WINDOW;
    let added = status.site.created_at;
    let (from, title) = if added > status.now - SHORTEST_WINDOW {
        (status.now - SHORTEST_WINDOW, "URLs failing, last 10 minutes")
    } else if added > week_ago {
        (added, "URLs failing, since the site was added")
    } else {
        (week_ago, "URLs failing, last 7 days")
    };
    let buckets = history::buckets(&status.stretches(), &status.looked, from, status.now, PARTS);
    let peak: u32 = buckets.iter().map(total).max().unwrap_or(0);
    if peak == 0 {
        return None;
    }
    let note = format!(
        "At most {} at once; {} failing now.",
        plural(u64::from(peak), "URL", "URLs"),
        if status.failing_urls == 1 {
            "1 is".to_owned()
        } else {
            format!("{} are", count(status.failing_urls))
        }
    );
    let (deploys, marked) = begins::within(deploys, from, status.now);
    let note = note + marked.as_str();
    let legend = legend(&buckets);
    let zone = status.site.settings.time_zone;
    let values = values(&buckets, from, status.now, zone);
    let timeline = Timeline {
        from,
        to: status.now,
        zone,
        buckets,
        deploys,
        title: title.to_owned(),
        description: note.clone(),
    };
    Some(FailingChart { title: title.to_owned(), drawing: timeline.draw(), legend, note, values })
}

fn total(bucket: &Bucket) -> u32 {
    bucket.failing.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n))
}

/// What is to be seen in the chart, worst first.
fn legend(buckets: &[Bucket]) -> Vec<Tone> {
    let has = |verdict: Verdict| buckets.iter().any(|b| b.failing.iter().any(|(v, _)| *v == verdict));
    let mut tones: Vec<Tone> =
        Verdict::ALL.into_iter().rev().filter(|verdict| has(*verdict)).map(Tone::Failing).collect();
    if buckets.iter().any(|bucket| !bucket.observed) {
        tones.push(Tone::Unknown);
    }
    tones
}

/// What the timeline draws, as text. The first column is what a reader asks first; the others split it up.
pub(in crate::web::pages::site) fn values(
    buckets: &[Bucket],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: Tz,
) -> Values {
    let verdicts: Vec<Verdict> = legend(buckets)
        .into_iter()
        .filter_map(|tone| if let Tone::Failing(v) = tone { Some(v) } else { None })
        .collect();
    let columns =
        ["URLs failing"].into_iter().chain(verdicts.iter().map(|v| Tone::Failing(*v).name())).collect();
    let step = (to - from) / i32::try_from(buckets.len().max(1)).unwrap_or(i32::MAX);
    let part = |(i, bucket): (i32, &Bucket)| -> Part {
        let (begin, end) = (from + step * i, from + step * (i + 1));
        (begin, end, cells(bucket, &verdicts))
    };
    Values::of("failing", columns, (0..).zip(buckets).map(part), zone, to)
}

fn cells(bucket: &Bucket, verdicts: &[Verdict]) -> Vec<String> {
    let all = if bucket.observed { count(u64::from(total(bucket))) } else { "nobody looked".to_owned() };
    let of = |verdict: &Verdict| match bucket
        .failing
        .iter()
        .filter(|(v, _)| v == verdict)
        .map(|(_, n)| *n)
        .sum()
    {
        0u32 => String::new(),
        n => count(u64::from(n)),
    };
    std::iter::once(all).chain(verdicts.iter().map(of)).collect()
}

/// The worst of each of the last days.
pub(crate) fn days(status: &Status) -> DaysChart {
    let zone = status.site.settings.time_zone;
    let tones = history::days(&status.stretches(), &status.looked, DAYS, zone, status.now);
    days_chart(&tones, history::first_day(DAYS, zone, status.now), zone)
}

/// The strip of these days and its table.
pub(crate) fn days_chart(tones: &[Tone], first: NaiveDate, zone: Tz) -> DaysChart {
    let dates = first.iter_days().zip(tones);
    let part = |(date, tone): (NaiveDate, &Tone)| -> Option<Part> {
        let next = date.checked_add_days(Days::new(1))?;
        Some((history::midnight(date, zone), history::midnight(next, zone), vec![tone.name().to_owned()]))
    };
    DaysChart {
        strip: strip::draw(tones),
        from: first.format("%-d %b").to_string(),
        values: Values::of_days("days", vec!["Worst"], dates.filter_map(part), zone),
    }
}
