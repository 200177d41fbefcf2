//! One site as one bot saw it: its judge, and what is known of each URL that the bot asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;

use super::robots::RobotsSeen;
use crate::accesslog::record::Record;
use crate::diagnosis::cause::Cause;
use crate::diagnosis::consensus::{Consensus, Voice};
use crate::diagnosis::gateway::Gateway;
use crate::domain::episode::Episode;
use crate::domain::judge::{OutageKey, Sighting, SiteJudge};
use crate::domain::observation::{Observation, Observer, UrlId};
use crate::domain::outcome::Outcome;
use crate::domain::page_url::{Origin, Section};
use crate::domain::span::Span;
use crate::domain::spell::{Folded, Spell};

/// A server that says in its log why a request failed knows it; what it calls a cause can still have another behind it.
const LOGGED_CAUSE: f32 = 0.9;

/// A site, by one bot.
#[derive(Debug)]
pub struct SiteSeen {
    /// The site.
    pub origin: Origin,
    /// The outages.
    pub judge: SiteJudge,
    /// The URLs that failed at least once, by their places.
    pub failing: BTreeMap<u32, FailingUrl>,
    /// What robots.txt came to.
    pub robots: RobotsSeen,
    newest: FxHashMap<u32, Spell>,
}

/// What a bot got of a URL when it failed.
#[derive(Debug, Clone)]
pub struct FailingUrl {
    /// How many fetches failed, by outcome.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// The first of them.
    pub first: DateTime<Utc>,
    /// The last of them.
    pub last: DateTime<Utc>,
    /// What the log says of who made the answers and why, where it changes.
    stated: Vec<(DateTime<Utc>, Option<Gateway>, Option<Cause>)>,
}

impl SiteSeen {
    /// A site of which this bot has seen nothing yet.
    pub(super) fn new(origin: Origin, bot: &str, max_gap: Span) -> Self {
        Self {
            origin,
            judge: SiteJudge::new(Observer::named(bot), max_gap, None),
            failing: BTreeMap::new(),
            robots: RobotsSeen::default(),
            newest: FxHashMap::default(),
        }
    }

    /// How many URLs the bot asked for.
    pub fn urls(&self) -> u64 {
        self.newest.len() as u64
    }

    /// The bot.
    pub fn bot(&self) -> &str {
        self.judge.observer().as_str()
    }

    /// Takes in a fetch; false: it contradicts what was seen of the URL at the same instant.
    pub(super) fn take(&mut self, record: &Record, seen: &Observation, section: &Section) -> bool {
        let newest = self.newest.get(&record.url).copied();
        let url = UrlId(i64::from(record.url));
        match self.judge.observe(&Sighting { url, section, newest: newest.as_ref(), seen: *seen }) {
            Folded::Stale => return false,
            Folded::Extended(spell) | Folded::Opened(spell) => self.newest.insert(record.url, spell),
        };
        if seen.outcome.is_failing() {
            self.take_failure(record, seen);
        }
        true
    }

    fn take_failure(&mut self, record: &Record, seen: &Observation) {
        let at = seen.at;
        let new = || FailingUrl { outcomes: BTreeMap::new(), first: at, last: at, stated: Vec::new() };
        let url = self.failing.entry(record.url).or_insert_with(new);
        *url.outcomes.entry(seen.outcome).or_default() += 1;
        url.last = at;
        let (gateway, cause) = (record.gateway(), record.cause());
        let is_news = url.stated.last().is_none_or(|(_, g, c)| (*g, *c) != (gateway, cause));
        if is_news && (gateway.is_some() || cause.is_some()) {
            url.stated.push((at, gateway, cause));
        }
    }

    /// What the log says of who made the answers of an outage and why, each member by what it said last.
    pub fn answers(&self, key: OutageKey) -> Consensus {
        let voices = self.judge.members_of(key).map(|(_, part)| {
            let place = u32::try_from(part.url.0).ok();
            let said = place.and_then(|place| self.failing.get(&place)?.said(&part.episode));
            let (gateway, cause) = said.unwrap_or_default();
            Voice::stated(gateway, cause, LOGGED_CAUSE)
        });
        Consensus::of(&voices.collect::<Vec<_>>())
    }
}

impl FailingUrl {
    /// What was said last, up to the end of this episode.
    fn said(&self, episode: &Episode) -> Option<(Option<Gateway>, Option<Cause>)> {
        let until = self.stated.partition_point(|(at, _, _)| *at <= episode.bounds.last_failing);
        let (_, gateway, cause) = self.stated.get(until.checked_sub(1)?)?;
        Some((*gateway, *cause))
    }

    /// How many fetches failed.
    pub fn fetches(&self) -> u64 {
        self.outcomes.values().sum()
    }
}
