//! What is told of the crawl efficiency: the share of known URLs that fail, over the last 30 days, against the line where
//! one should look for a real fault; and the fetches and the fetch time that came to nothing.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::chart::Drawing;
use crate::chart::share::ShareChart;
use crate::domain::efficiency::{Effort, Failed, Found, Part, parts};
use crate::domain::policy::{Policy, rule};
use crate::domain::share::Share;
use crate::domain::site::Site;
use crate::report::wording::{count, length, percent};
use crate::store::rollups::HourRow;
use crate::web::error::Error;
use crate::web::state::AppState;
use crate::web::values::{Part as ValuePart, Values};
use crate::web::wording::Tag;

/// How far the chart looks back, and into how many parts the window is cut: of four hours each.
const WINDOW: TimeDelta = TimeDelta::days(30);
const PARTS: u16 = 180;
/// Times below this are told in milliseconds.
const SHORT: Duration = Duration::from_secs(10);
/// The window of a site that was just added.
const SHORTEST_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// The share of failing URLs, and what was wasted.
#[derive(Debug, Clone)]
pub(crate) struct Efficiency {
    pub(crate) title: &'static str,
    pub(crate) drawing: Drawing,
    pub(crate) values: Values,
    /// What was wasted on each day.
    pub(crate) by_day: Values,
    /// What there is to see in it.
    pub(crate) note: String,
    /// The line, and by whose word.
    pub(crate) line: String,
    pub(crate) line_tag: Option<Tag>,
    pub(crate) figures: Vec<Figure>,
}

/// A share as a figure.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) of: String,
}

/// What the panel is made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) failed: Vec<Failed>,
    pub(crate) found: Vec<Found>,
    pub(crate) hours: Vec<HourRow>,
}

impl Seen {
    /// Asks the store.
    pub(crate) async fn of(app: &AppState, site: &Site) -> Result<Self, Error> {
        let now = app.now();
        let (from, _) = window(site, now);
        Ok(Self {
            failed: app.store.failed_times(site.id, from, now).await?,
            found: app.store.found_times(site.id, from).await?,
            hours: app.store.rollup(site.id, from - TimeDelta::hours(1)).await?,
        })
    }
}

fn window(site: &Site, now: DateTime<Utc>) -> (DateTime<Utc>, &'static str) {
    let added = site.created_at;
    if added > now - SHORTEST_WINDOW {
        (now - SHORTEST_WINDOW, "Crawl efficiency, last 10 minutes")
    } else if added > now - WINDOW {
        (added, "Crawl efficiency, since the site was added")
    } else {
        (now - WINDOW, "Crawl efficiency, last 30 days")
    }
}

/// `None`: nothing was fetched, or nothing failed in the window.
pub(super) fn told(site: &Site, seen: &Seen, now: DateTime<Utc>) -> Option<Efficiency> {
    let (from, title) = window(site, now);
    let parts = parts(&seen.failed, &seen.found, from, now, PARTS);
    let effort = Effort::of(seen.hours.iter().map(|row| (row.outcome, row.fetches, row.elapsed)));
    if effort.wasted_fetches == 0 && parts.iter().all(|part| part.failing == 0) {
        return None;
    }
    let policy = &site.settings.policy;
    let (line, step) = (policy.failing_share_line, (now - from) / i32::from(PARTS));
    let note = note(&parts, policy, step);
    let zone = site.settings.time_zone;
    let shares = shares(&parts, &seen.hours, from, step);
    let values = values(&shares, from, now, zone);
    let chart = ShareChart {
        from,
        to: now,
        zone,
        shares,
        line: line.fraction(),
        line_name: format!("{} line", shown(line)),
        title: title.to_owned(),
        description: note.clone(),
    };
    Some(Efficiency {
        title,
        drawing: chart.draw(),
        values,
        by_day: by_day(&seen.hours, zone),
        note,
        line: format!("Above {} of the URLs, look for a real fault.", shown(line)),
        line_tag: rule("failing_share_line").map(Tag::from),
        figures: figures(&effort),
    })
}

/// The share of each part; nothing where nobody looked and nothing is known to have failed.
fn shares(parts: &[Part], hours: &[HourRow], from: DateTime<Utc>, step: TimeDelta) -> Vec<Option<f64>> {
    let hour = TimeDelta::hours(1);
    let share = |(i, part): (i32, &Part)| {
        let (begin, end) = (from + step * i, from + step * (i + 1));
        let first = hours.partition_point(|row| row.hour + hour <= begin);
        let is_looked_at = hours.get(first).is_some_and(|row| row.hour < end);
        part.share().filter(|_| is_looked_at || part.failing > 0)
    };
    (0..).zip(parts).map(share).collect()
}

/// What the chart draws, as text.
pub(in crate::web::pages::site) fn values(
    shares: &[Option<f64>],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: Tz,
) -> Values {
    let step = (to - from) / i32::from(PARTS);
    let part = |(i, share): (i32, &Option<f64>)| -> ValuePart {
        let says = share.map_or_else(|| "nobody looked".to_owned(), percent);
        (from + step * i, from + step * (i + 1), vec![says])
    };
    Values::of("share", vec!["Share of the URLs failing"], (0..).zip(shares).map(part), zone, to)
}

/// The fetches and the fetch time of each day, and how much of them came to nothing. The days are those of the site.
pub(in crate::web::pages::site) fn by_day(hours: &[HourRow], zone: Tz) -> Values {
    let date = |row: &HourRow| row.hour.with_timezone(&zone).date_naive();
    let days = hours.chunk_by(|a, b| date(a) == date(b)).filter_map(|day| {
        let effort = Effort::of(day.iter().map(|row| (row.outcome, row.fetches, row.elapsed)));
        let cells = vec![
            count(effort.fetches),
            percent(effort.wasted_fetch_share()),
            percent(effort.wasted_time_share()),
        ];
        day.first().map(|first| (first.hour, first.hour + TimeDelta::hours(1), cells))
    });
    Values::of_days("wasted", vec!["Fetches", "of them failed", "of their time"], days, zone)
}

/// "At most 12 % of the known URLs failed at a time. The share was above 1 % for 3 d."
fn note(parts: &[Part], policy: &Policy, step: TimeDelta) -> String {
    let line = policy.failing_share_line;
    let shares = || parts.iter().filter_map(Part::share);
    let peak = shares().fold(0.0, f64::max);
    let above = i32::try_from(shares().filter(|share| *share > line.fraction()).count()).unwrap_or(i32::MAX);
    let above = match above {
        0 => format!("It never was above {}.", shown(line)),
        // A part counts as a whole.
        n => format!("It was above {} for up to {}.", shown(line), length(step * n)),
    };
    format!("At most {} of the known URLs failed at a time. {above}", percent(peak))
}

/// `1 %`.
fn shown(line: Share) -> String {
    line.to_string().replace('%', " %")
}

fn figures(effort: &Effort) -> Vec<Figure> {
    let is_short = effort.time < SHORT;
    let time = |time: Duration| {
        let whole = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        if is_short {
            format!("{} ms", count(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
        } else {
            length(whole)
        }
    };
    vec![
        Figure {
            name: "of our fetches came to nothing",
            value: percent(effort.wasted_fetch_share()),
            of: format!(
                "{} of {}, re-checks of what fails among them",
                count(effort.wasted_fetches),
                count(effort.fetches)
            ),
        },
        Figure {
            name: "of our fetch time came to nothing",
            value: percent(effort.wasted_time_share()),
            of: format!("{} of {}", time(effort.wasted_time), time(effort.time)),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::efficiency::Found;
    use crate::domain::observation::UrlId;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    #[test]
    fn the_note_tells_the_peak_and_how_long_the_line_was_passed() {
        let failed = [Failed { url: UrlId(1), first: at(2), last: at(4) }];
        let told = |urls| {
            let found = [Found { at: at(0), urls }];
            note(&parts(&failed, &found, at(0), at(10), 10), &Policy::default(), TimeDelta::hours(1))
        };
        assert_eq!(
            told(50),
            "At most 2.0 % of the known URLs failed at a time. It was above 1 % for up to 3 h."
        );
        assert_eq!(told(500), "At most 0.2 % of the known URLs failed at a time. It never was above 1 %.");
    }

    #[test]
    fn what_nobody_looked_at_is_no_zero() {
        let hour = |hour, word: &str| HourRow {
            hour: at(hour),
            outcome: word.parse().unwrap(),
            fetches: 1,
            elapsed: std::time::Duration::ZERO,
            bytes: 0,
        };
        let failed = [Failed { url: UrlId(1), first: at(3), last: at(4) }];
        let parts = parts(&failed, &[Found { at: at(0), urls: 2 }], at(0), at(6), 6);
        let shares = shares(&parts, &[hour(1, "200"), hour(3, "502")], at(0), TimeDelta::hours(1));
        assert_eq!(shares, [None, Some(0.0), None, Some(0.5), Some(0.5), None]);
    }
}
