//! Who is told, of what and when: a recipient with its wishes. How a message gets there is not its matter.
//!
//! Wishes are set by `KEY=VALUE`, on the command line and in forms alike; a key is a row of [`KEYS`].

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cadence::{Cadence, local};
use super::channel::Channel;
use super::observation::SiteId;
use super::span::Span;

/// A recipient's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecipientId(pub i64);

/// Somebody, or some program, that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Its row.
    pub id: RecipientId,
    /// What people call it; no other has the same name.
    pub name: String,
    /// By which way it is told.
    pub channel: Channel,
    /// Where: an address, or a URL. A URL may be a secret in itself.
    pub target: String,
    /// What proves that we are we, where the channel asks for it.
    pub secret: Option<String>,
    /// Of which sites; `None`: of all.
    pub sites: Option<BTreeSet<SiteId>>,
    /// Of what, and when.
    pub wishes: Wishes,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// Of what a recipient is told, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// How often a summary comes.
    pub summary: BTreeSet<Cadence>,
    /// At which local time.
    pub at: NaiveTime,
    /// In which zone.
    pub time_zone: Tz,
    /// A summary comes although there is nothing to tell.
    pub quiet_days: bool,
    /// News is told at once.
    pub alerts: bool,
    /// News waits so long for more, to be told together.
    pub gather: Span,
    /// What still goes on is told again after so long; `None`: never.
    pub remind: Option<Span>,
    /// News waits while this lasts; `None`: it never does.
    pub quiet_hours: Option<QuietHours>,
}

/// A part of the local day, which may reach over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Where it begins.
    pub from: NaiveTime,
    /// Where it ends.
    pub until: NaiveTime,
}

/// One wish.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key in `KEY=VALUE`.
    pub key: &'static str,
    /// What it governs, for help texts and forms.
    pub about: &'static str,
    get: fn(&Wishes) -> String,
    set: fn(&mut Wishes, &str) -> Result<(), String>,
}

/// All wishes, in the order in which pages list them.
pub const KEYS: &[Key] = &[
    Key {
        key: "summary",
        about: "how often a summary comes: daily, weekly, monthly, several of them with commas between, or never",
        get: |w| listed(&w.summary),
        set: |w, text| put(&mut w.summary, cadences(text)),
    },
    Key {
        key: "at",
        about: "at which local time it comes, such as 07:00",
        get: |w| w.at.format(TIME).to_string(),
        set: |w, text| put(&mut w.at, time(text)),
    },
    Key {
        key: "time_zone",
        about: "in which zone, such as Europe/Berlin",
        get: |w| w.time_zone.name().to_owned(),
        set: |w, text| {
            let zone =
                text.parse().map_err(|_| "give a name of the time zone database, such as Europe/Berlin");
            put(&mut w.time_zone, zone.map_err(str::to_owned))
        },
    },
    Key {
        key: "quiet_days",
        about: "a summary comes on days without news too, as a sign of life: true or false",
        get: |w| w.quiet_days.to_string(),
        set: |w, text| put(&mut w.quiet_days, yes_or_no(text)),
    },
    Key {
        key: "alerts",
        about: "news is told at once, when an outage crosses a line or is over: true or false",
        get: |w| w.alerts.to_string(),
        set: |w, text| put(&mut w.alerts, yes_or_no(text)),
    },
    Key {
        key: "gather",
        about: "news waits so long for more, to be told in one message: 0s to 1h",
        get: |w| w.gather.to_string(),
        set: |w, text| put(&mut w.gather, span(text, Span::seconds(0), Span::hours(1))),
    },
    Key {
        key: "remind",
        about: "what still goes on is told again after so long, such as 24h, or never",
        get: |w| w.remind.map_or_else(|| NEVER.to_owned(), |span| span.to_string()),
        set: |w, text| match text {
            NEVER => put(&mut w.remind, Ok(None)),
            text => put(&mut w.remind, span(text, Span::minutes(10), Span::days(90)).map(Some)),
        },
    },
    Key {
        key: "quiet_hours",
        about: "news waits while this part of the local day lasts, such as 22:00-06:30, or never",
        get: |w| w.quiet_hours.map_or_else(|| NEVER.to_owned(), |hours| hours.to_string()),
        set: |w, text| match text {
            NEVER => put(&mut w.quiet_hours, Ok(None)),
            text => put(&mut w.quiet_hours, quiet_hours(text).map(Some)),
        },
    },
];

const TIME: &str = "%H:%M";
const NEVER: &str = "never";

/// A wish that cannot be taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadWish {
    /// Not `KEY=VALUE`.
    #[error("`{0}` is not KEY=VALUE: write it as at=07:30")]
    Form(String),
    /// There is none of this name.
    #[error("there is no setting `{0}` of a recipient; there are: {keys}", keys = KEYS.iter().map(|row| row.key).collect::<Vec<_>>().join(", "))]
    UnknownKey(String),
    /// It cannot take this value.
    #[error("{key}={value}: {why}")]
    BadValue {
        /// Which one.
        key: String,
        /// What was given.
        value: String,
        /// What would be right.
        why: String,
    },
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            summary: BTreeSet::from([Cadence::Daily]),
            at: NaiveTime::from_hms_opt(7, 0, 0).unwrap_or(NaiveTime::MIN),
            time_zone: Tz::UTC,
            quiet_days: true,
            alerts: true,
            gather: Span::minutes(1),
            remind: None,
            quiet_hours: None,
        }
    }
}

impl Wishes {
    /// What a program is told by default: news, and no summaries.
    pub fn of_program() -> Self {
        Self { summary: BTreeSet::new(), ..Self::default() }
    }

    /// Sets one by its key; nothing changes when it is wrong.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), BadWish> {
        let row = KEYS.iter().find(|row| row.key == key);
        let row = row.ok_or_else(|| BadWish::UnknownKey(key.to_owned()))?;
        let bad = |why| BadWish::BadValue { key: key.to_owned(), value: value.to_owned(), why };
        (row.set)(self, value).map_err(bad)
    }

    /// Sets values given as `KEY=VALUE`, all or none.
    pub fn set_all<S: AsRef<str>>(&mut self, pairs: &[S]) -> Result<(), BadWish> {
        let mut changed = self.clone();
        for pair in pairs {
            let pair = pair.as_ref();
            let (key, value) = pair.split_once('=').ok_or_else(|| BadWish::Form(pair.to_owned()))?;
            changed.set(key.trim(), value.trim())?;
        }
        *self = changed;
        Ok(())
    }

    /// All of them, as lists and forms show them.
    pub fn values(&self) -> Vec<(&'static Key, String)> {
        KEYS.iter().map(|row| (row, (row.get)(self))).collect()
    }

    /// Until when news waits because these are quiet hours; `None`: they are not.
    pub fn quiet_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hours = self.quiet_hours?;
        let today = now.with_timezone(&self.time_zone).date_naive();
        // The hours may have begun yesterday.
        let nights = [today.pred_opt()?, today].map(|date| {
            let ends = if hours.from < hours.until { date } else { date + TimeDelta::days(1) };
            (local(date, hours.from, self.time_zone), local(ends, hours.until, self.time_zone))
        });
        nights.into_iter().find(|(from, until)| (*from..*until).contains(&now)).map(|(_, until)| until)
    }
}

impl Recipient {
    /// Whether it is told of a site.
    pub fn follows(&self, site: SiteId) -> bool {
        self.sites.as_ref().is_none_or(|sites| sites.contains(&site))
    }
}

fn listed(cadences: &BTreeSet<Cadence>) -> String {
    if cadences.is_empty() {
        return NEVER.to_owned();
    }
    cadences.iter().map(|cadence| cadence.word()).collect::<Vec<_>>().join(",")
}

fn cadences(text: &str) -> Result<BTreeSet<Cadence>, String> {
    if text == NEVER {
        return Ok(BTreeSet::new());
    }
    text.split(',')
        .map(|word| word.trim().parse::<Cadence>().map_err(|why| format!("{why}, or never")))
        .collect()
}

fn time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, TIME).map_err(|_| "give a time of day, such as 07:00".to_owned())
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "give true or false".to_owned())
}

fn span(text: &str, least: Span, most: Span) -> Result<Span, String> {
    match text.parse::<Span>() {
        Ok(span) if (least..=most).contains(&span) => Ok(span),
        Ok(_) => Err(format!("give from {least} to {most}")),
        Err(why) => Err(why.to_string()),
    }
}

fn quiet_hours(text: &str) -> Result<QuietHours, String> {
    let form = || "give two times of day, such as 22:00-06:30, or never".to_owned();
    let (from, until) = text.split_once('-').ok_or_else(form)?;
    let (from, until) = (time(from.trim()).map_err(|_| form())?, time(until.trim()).map_err(|_| form())?);
    if from == until { Err(form()) } else { Ok(QuietHours { from, until }) }
}

fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.format(TIME), self.until.format(TIME))
    }
}

impl fmt::Display for RecipientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(hours: &str, zone: &str, now: &str) -> Option<String> {
        let mut wishes = Wishes::default();
        wishes.set_all(&[format!("quiet_hours={hours}"), format!("time_zone={zone}")]).unwrap();
        wishes.quiet_until(now.parse().unwrap()).map(|at| at.to_rfc3339())
    }

    #[test]
    fn quiet_hours_may_reach_over_midnight_and_are_in_the_readers_own_zone() {
        let berlin = |now| quiet("22:00-06:30", "Europe/Berlin", now);
        assert_eq!(berlin("2026-11-28T20:59:59Z"), None);
        assert_eq!(berlin("2026-11-28T21:00:00Z").unwrap(), "2026-11-29T05:30:00+00:00");
        assert_eq!(berlin("2026-11-29T04:00:00Z").unwrap(), "2026-11-29T05:30:00+00:00");
        assert_eq!(berlin("2026-11-29T05:30:00Z"), None);
        assert_eq!(quiet("12:00-13:00", "UTC", "2026-11-29T12:30:00Z").unwrap(), "2026-11-29T13:00:00+00:00");
        assert_eq!(quiet("12:00-13:00", "UTC", "2026-11-29T13:30:00Z"), None);
    }

    #[test]
    fn every_wish_reads_back_what_it_shows() {
        for wishes in [Wishes::default(), Wishes::of_program()] {
            for (row, value) in wishes.values() {
                let mut copy = wishes.clone();
                copy.set(row.key, &value).unwrap();
                assert_eq!(copy, wishes, "{}", row.key);
            }
            let json = serde_json::to_string(&wishes).unwrap();
            assert_eq!(serde_json::from_str::<Wishes>(&json).unwrap(), wishes);
        }
    }

    #[test]
    fn wishes_are_taken_all_or_none_and_a_wrong_one_says_what_would_be_right() {
        let mut wishes = Wishes::default();
        assert!(wishes.set_all(&["at=06:15", "remind=1s"]).is_err());
        assert_eq!(wishes, Wishes::default());
        wishes.set_all(&["at=06:15", "summary=weekly, daily", "remind=24h"]).unwrap();
        assert_eq!(wishes.summary, BTreeSet::from([Cadence::Daily, Cadence::Weekly]));
        let refusal = |pair: &str| Wishes::default().set_all(&[pair]).unwrap_err().to_string();
        assert!(refusal("at=7").contains("07:00"));
        assert!(refusal("at=25:00").contains("07:00"));
        assert!(refusal("summary=hourly").contains("daily, weekly or monthly, or never"));
        assert!(refusal("quiet_hours=22:00").contains("22:00-06:30"));
        assert!(refusal("gather=2h").contains("0s to 1h"));
        assert!(refusal("hour=7").contains("time_zone"));
        assert!(refusal("at").contains("KEY=VALUE"));
    }
}
