//! A monitored site and its settings: when it is crawled, how politely, how far, and by which policy it is judged.
//!
//! Settings are set by `KEY=VALUE`, on the command line and in forms alike; a key is a row of [`KEYS`] or a policy rule.
//! Defaults are polite: a guest that nobody invited keeps its voice down.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::observation::SiteId;
use super::page_url::{Origin, PageUrl};
use super::policy::{BadPolicy, Policy, RULES};
use super::schedule::Schedule;
use super::span::Span;
use super::traps::Budgets;

/// A monitored site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its row.
    pub id: SiteId,
    /// Scheme, host and port.
    pub origin: Origin,
    /// Where a crawl begins.
    pub start_url: PageUrl,
    /// Its settings.
    pub settings: Settings,
    /// It is not crawled and not probed for now.
    pub paused: bool,
    /// The configuration declares it: it is changed there.
    pub declared: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it is crawled next; `None`: only when somebody asks.
    pub next_crawl_at: Option<DateTime<Utc>>,
}

/// What can be set for a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// When it is crawled.
    pub schedule: Schedule,
    /// The zone of its schedule and of the times on its pages.
    pub time_zone: Tz,
    /// Requests a second; 0: no limit.
    pub rate: f64,
    /// Requests at a time.
    pub concurrency: u32,
    /// A crawl stops to take in new URLs at this many.
    pub max_urls: u64,
    /// A crawl follows links so many steps from the start page.
    pub max_depth: u32,
    /// So many combinations of parameters are taken in below one first path segment; 0: any number.
    pub max_section_urls: u32,
    /// Which private and loopback addresses may be asked.
    pub allow_private: PrivateAddresses,
    /// After each crawl, a sample of its URLs is fetched under Googlebot's name, too.
    pub compare_with_googlebot: bool,
    /// Everybody may see how it stands, and embed a badge.
    pub public_status: bool,
    /// The policy by which its outages are judged.
    pub policy: Policy,
}

impl Site {
    /// Takes these settings; a schedule, or the zone that it is read in, holds from now on.
    pub fn take_settings(&mut self, settings: Settings, now: DateTime<Utc>) {
        let timing = |of: &Settings| (of.schedule.clone(), of.time_zone);
        if timing(&settings) != timing(&self.settings) {
            self.next_crawl_at = settings.schedule.next(now, settings.time_zone);
        }
        self.settings = settings;
    }
}

/// Which private and loopback addresses may be asked for a site. Written `false`, `host`, `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrivateAddresses {
    /// None.
    #[serde(rename = "false")]
    Refused,
    /// Those of the site's own host, because a person typed it on the command line.
    #[serde(rename = "host")]
    OwnHost,
    /// Any.
    #[serde(rename = "true")]
    Allowed,
}

/// A setting that is not a policy value.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key in `KEY=VALUE`.
    pub key: &'static str,
    /// What it governs, for help texts.
    pub about: &'static str,
    get: fn(&Settings) -> String,
    set: fn(&mut Settings, &str) -> Result<(), String>,
}

/// The settings that are not policy values, in the order in which pages list them.
pub const KEYS: &[Key] = &[
    Key {
        key: "schedule",
        about: "when it is crawled: every 24h, cron 0 3 * * *, or never",
        get: |s| s.schedule.to_string(),
        set: |s, text| put(&mut s.schedule, text.parse::<Schedule>().map_err(|e| e.to_string())),
    },
    Key {
        key: "time_zone",
        about: "the zone of its schedule and pages, such as Europe/Berlin",
        get: |s| s.time_zone.name().to_owned(),
        set: |s, text| put(&mut s.time_zone, parse_zone(text)),
    },
    Key {
        key: "rate",
        about: "requests a second; 0 = no limit",
        get: |s| s.rate.to_string(),
        set: |s, text| put(&mut s.rate, parse_rate(text)),
    },
    Key {
        key: "concurrency",
        about: "requests at a time, 1 to 256",
        get: |s| s.concurrency.to_string(),
        set: |s, text| put(&mut s.concurrency, parse_count(text, 1, 256)),
    },
    Key {
        key: "max_urls",
        about: "how many URLs of the site are known and crawled at most",
        get: |s| s.max_urls.to_string(),
        set: |s, text| put(&mut s.max_urls, parse_count(text, 1, 10_000_000)),
    },
    Key {
        key: "max_depth",
        about: "how many links from the start page a crawl goes",
        get: |s| s.max_depth.to_string(),
        set: |s, text| put(&mut s.max_depth, parse_count(text, 0, 10_000)),
    },
    Key {
        key: "max_section_urls",
        about: "how many URLs that combine parameters are taken in of one section, as filters make them; 0 = any number",
        get: |s| s.max_section_urls.to_string(),
        set: |s, text| put(&mut s.max_section_urls, parse_count(text, 0, 10_000_000)),
    },
    Key {
        key: "allow_private",
        about: "private and loopback addresses may be asked: true, false, or host for the site's own host only",
        get: |s| s.allow_private.word().to_owned(),
        set: |s, text| put(&mut s.allow_private, PrivateAddresses::parse(text)),
    },
    Key {
        key: "compare_with_googlebot",
        about: "after each crawl, fetch a sample under Googlebot's name too, to find errors that only bots get: true or false",
        get: |s| s.compare_with_googlebot.to_string(),
        set: |s, text| {
            put(&mut s.compare_with_googlebot, text.parse().map_err(|_| "give true or false".to_owned()))
        },
    },
    Key {
        key: "public_status",
        about: "everybody, without an account, may see whether it is up and for how long it was not, and embed a badge: true or false",
        get: |s| s.public_status.to_string(),
        set: |s, text| put(&mut s.public_status, text.parse().map_err(|_| "give true or false".to_owned())),
    },
];

/// A setting that cannot be taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadSetting {
    /// Not `KEY=VALUE`.
    #[error("`{0}` is not KEY=VALUE: write it as persistent_after=48h")]
    Form(String),
    /// No setting has this key.
    #[error("there is no setting `{0}`; there are: {keys}", keys = all_keys().join(", "))]
    UnknownKey(String),
    /// The setting cannot take this value.
    #[error("setting {key}={value}: {why}")]
    BadValue {
        /// The setting.
        key: String,
        /// What was given.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// A policy value is wrong.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
}

impl PrivateAddresses {
    const ALL: [Self; 3] = [Self::Refused, Self::OwnHost, Self::Allowed];

    /// `false`, `host` or `true`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "false",
            Self::OwnHost => "host",
            Self::Allowed => "true",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|private| private.word() == text);
        known.ok_or_else(|| "give true, false or host".to_owned())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schedule: Schedule::Every(Span::hours(24)),
            time_zone: Tz::UTC,
            // Between what the gentlest and the usual crawlers do by default (2.8 and 10 a second).
            rate: 5.0,
            concurrency: 4,
            max_urls: 100_000,
            max_depth: 100,
            max_section_urls: Budgets::default().section_urls,
            allow_private: PrivateAddresses::Refused,
            compare_with_googlebot: false,
            public_status: false,
            policy: Policy::default(),
        }
    }
}

impl Settings {
    /// Sets one value by its key; nothing changes when it is wrong.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), BadSetting> {
        if let Some(row) = KEYS.iter().find(|row| row.key == key) {
            return (row.set)(self, value).map_err(|why| BadSetting::BadValue {
                key: key.to_owned(),
                value: value.to_owned(),
                why,
            });
        }
        match self.policy.set(key, value) {
            Err(BadPolicy::UnknownKey { key }) => Err(BadSetting::UnknownKey(key)),
            other => Ok(other?),
        }
    }

    /// Sets values given as `KEY=VALUE`, all or none.
    pub fn set_all<S: AsRef<str>>(&mut self, pairs: &[S]) -> Result<(), BadSetting> {
        let mut changed = self.clone();
        for pair in pairs {
            let pair = pair.as_ref();
            let (key, value) = pair.split_once('=').ok_or_else(|| BadSetting::Form(pair.to_owned()))?;
            changed.set(key.trim(), value.trim())?;
        }
        *self = changed;
        Ok(())
    }

    /// All keys with their values, as `site show` lists them.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let own = KEYS.iter().map(|row| (row.key, (row.get)(self)));
        own.chain(RULES.iter().map(|rule| (rule.key, self.policy.value(rule)))).collect()
    }

    /// The longest silence that still counts as observed time.
    pub fn gap(&self, now: DateTime<Utc>) -> Span {
        self.policy.gap(self.schedule.interval(now, self.time_zone))
    }
}

fn all_keys() -> Vec<&'static str> {
    KEYS.iter().map(|row| row.key).chain(RULES.iter().map(|rule| rule.key)).collect()
}

fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

fn parse_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "give a name of the time zone database, such as Europe/Berlin".to_owned())
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("give requests a second, from 0 (no limit) to 10000".to_owned()),
    }
}

fn parse_count<N>(text: &str, least: N, most: N) -> Result<N, String>
where
    N: std::str::FromStr + PartialOrd + Copy + std::fmt::Display,
{
    text.parse()
        .ok()
        .filter(|n| *n >= least && *n <= most)
        .ok_or_else(|| format!("give a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_reads_back_what_it_shows() {
        let settings = Settings::default();
        for (key, value) in settings.values() {
            let mut copy = settings.clone();
            copy.set(key, &value).unwrap();
            assert_eq!(copy, settings, "{key}");
        }
    }

    #[test]
    fn several_settings_are_taken_all_or_none() {
        let mut settings = Settings::default();
        assert!(settings.set_all(&["rate=9", "brief_max=soon"]).is_err());
        assert_eq!(settings, Settings::default());
        settings.set_all(&["rate=9", "persistent_after=20s"]).unwrap();
        assert_eq!((settings.rate, settings.policy.persistent_after), (9.0, Span::seconds(20)));
    }

    #[test]
    fn a_wrong_setting_is_refused_with_what_would_be_right() {
        let refusal = |pair: &str| Settings::default().set_all(&[pair]).unwrap_err().to_string();
        assert!(refusal("rate").contains("KEY=VALUE"));
        assert!(refusal("speed=1").contains("concurrency"));
        assert!(refusal("rate=-1").contains("0 (no limit)"));
        assert!(refusal("rate=NaN").contains("0 (no limit)"));
        assert!(refusal("concurrency=0").contains("1 to 256"));
        assert!(refusal("time_zone=Mars").contains("Europe/Berlin"));
    }

    #[test]
    fn settings_survive_their_own_json() {
        let json = serde_json::to_string(&Settings::default()).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), Settings::default());
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    }

    #[test]
    fn a_new_schedule_or_zone_holds_from_now_on_and_any_other_setting_moves_no_crawl() {
        let now = "2026-11-01T09:00:00Z".parse().unwrap();
        let mut settings = Settings::default();
        settings.set_all(&["schedule=cron 0 3 * * *"]).unwrap();
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let mut site = Site {
            id: SiteId(1),
            origin: start_url.origin(),
            start_url,
            settings: settings.clone(),
            paused: false,
            declared: false,
            created_at: now,
            next_crawl_at: None,
        };
        settings.set_all(&["rate=2"]).unwrap();
        site.take_settings(settings.clone(), now);
        assert_eq!((site.settings.rate, site.next_crawl_at), (2.0, None));
        settings.set_all(&["time_zone=Europe/Berlin"]).unwrap();
        site.take_settings(settings.clone(), now);
        assert_eq!(site.next_crawl_at, Some("2026-11-02T02:00:00Z".parse().unwrap()));
        settings.set_all(&["schedule=never"]).unwrap();
        site.take_settings(settings, now);
        assert_eq!(site.next_crawl_at, None);
    }
}
