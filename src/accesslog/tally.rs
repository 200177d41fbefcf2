//! What bots met, summed up and judged: hits by bot and verification, by day, by section; what robots.txt came to; and the
//! outages that each bot saw, by the same judge as our own.
//!
//! Only hits of real bots are judged, or of all that claim to be one when the user agent is trusted; the table of bots has
//! the others, too. Memory holds what is counted and the newest spell of each URL, never the hits.

mod counts;
mod robots;
mod site;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rustc_hash::FxHashMap;

pub use self::counts::{Count, SectionCount};
pub use self::robots::RobotsSeen;
pub use self::site::{FailingUrl, SiteSeen};
use super::bots::{Bot, Verification};
use super::gather::{Gathered, Who};
use super::hops::Hops;
use super::identify::{Identified, Silent};
use super::record::{Kind, NO_TIME, Record};
use super::urls::Urls;
use crate::domain::observation::Observation;
use crate::domain::policy::Policy;

/// The path of robots.txt.
const ROBOTS_PATH: &str = "/robots.txt";

/// How hits are judged.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The thresholds.
    pub policy: Policy,
    /// Whoever names a bot is taken to be it.
    pub trust: bool,
}

/// What came of all hits.
#[derive(Debug)]
pub struct Tally {
    /// Hits by bot, and by how well the claim to be it is founded.
    pub bots: BTreeMap<(&'static str, Verification), Count>,
    /// Hits that are judged, by day (UTC) and bot.
    pub days: BTreeMap<(NaiveDate, &'static str), Count>,
    /// Hits that are judged, by the numbers of origin and section.
    pub sections: FxHashMap<(u32, u32), SectionCount>,
    /// Hits that are judged, by bot.
    pub judged: BTreeMap<&'static str, Count>,
    /// What each bot saw of each site.
    pub sites: Vec<SiteSeen>,
    /// The URLs.
    pub urls: Arc<Urls>,
    /// The first and the last hit of any bot.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Hits whose clients' addresses say nothing.
    pub silent: BTreeMap<Silent, u64>,
    /// The addresses lack their last byte.
    pub anonymised: bool,
    /// Lines that were another line's request.
    pub repeated: u64,
    /// Hits of another site, which were left out.
    pub elsewhere: u64,
    /// Observations of one URL in one second that contradict an earlier one.
    pub stale: u64,
    rules: Rules,
    places: FxHashMap<(u32, &'static str), usize>,
}

/// A hit with what is known of who made it.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The hit.
    pub record: Record,
    /// Which bot it says it is.
    pub bot: &'static Bot,
    /// From where it came, as far as that says nothing.
    pub silent: Option<Silent>,
    /// How well the claim is founded.
    pub verification: Verification,
}

/// The hits of what was gathered, each request once, with who made them, and what is behind them.
pub struct Hits {
    hops: Hops<super::runs::Merged>,
    whos: Vec<Who>,
    identified: Identified,
}

impl Hits {
    /// The hits of these records.
    pub fn new(records: super::runs::Merged, whos: Vec<Who>, identified: Identified) -> Self {
        Self { hops: Hops::new(records), whos, identified }
    }

    /// Lines that were another line's request, so far.
    pub fn repeated(&self) -> u64 {
        self.hops.repeated
    }

    fn known(&self, record: Record) -> Option<Known> {
        let who = self.whos.get(record.who as usize)?;
        let verification = *self.identified.verifications.get(record.who as usize)?;
        Some(Known { record, bot: who.bot(), silent: Silent::of(who.client), verification })
    }
}

impl Iterator for Hits {
    type Item = io::Result<Known>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.hops.next()? {
                Ok(record) => {
                    if let Some(known) = self.known(record) {
                        return Some(Ok(known));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Known {
    /// Whether the hit is taken to be the bot's.
    pub fn counts(&self, trust: bool) -> bool {
        trust || self.verification.is_real()
    }

    /// When it was.
    pub fn at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.record.at).unwrap_or_default()
    }

    /// What it shows of its URL; `None`: nothing.
    pub fn observation(&self) -> Option<Observation> {
        let outcome = self.record.seen.outcome().filter(|_| self.record.kind != Kind::Other)?;
        let elapsed = if self.record.elapsed == NO_TIME { 0 } else { self.record.elapsed };
        let at = self.at();
        Some(Observation { asked_at: at - TimeDelta::milliseconds(i64::from(elapsed)), at, outcome })
    }
}

impl Tally {
    /// Sums up and judges what was gathered.
    ///
    /// # Errors
    ///
    /// When a temporary file could not be read.
    pub fn of(gathered: Gathered, identified: Identified, rules: Rules) -> io::Result<Self> {
        let mut tally = Self::new(&gathered, &identified, rules);
        let mut hits = Hits::new(gathered.records, gathered.whos, identified);
        for hit in hits.by_ref() {
            tally.take(&hit?);
        }
        tally.repeated = hits.repeated();
        Ok(tally)
    }

    /// A tally of what was gathered that has taken in none of it yet.
    pub fn new(gathered: &Gathered, identified: &Identified, rules: Rules) -> Self {
        Self {
            bots: BTreeMap::new(),
            days: BTreeMap::new(),
            sections: FxHashMap::default(),
            judged: BTreeMap::new(),
            sites: Vec::new(),
            urls: Arc::clone(&gathered.urls),
            span: None,
            silent: BTreeMap::new(),
            anonymised: identified.anonymised,
            repeated: 0,
            elsewhere: gathered.elsewhere,
            stale: 0,
            rules,
            places: FxHashMap::default(),
        }
    }

    /// Takes in a hit; they come in the order of their instants.
    pub fn take(&mut self, hit: &Known) {
        let (at, record) = (hit.at(), &hit.record);
        self.span = Some(self.span.map_or((at, at), |(from, to)| (from.min(at), to.max(at))));
        self.bots.entry((hit.bot.name, hit.verification)).or_default().take(record);
        if let Some(silent) = hit.silent {
            *self.silent.entry(silent).or_default() += 1;
        }
        if !hit.counts(self.rules.trust) {
            return;
        }
        self.judged.entry(hit.bot.name).or_default().take(record);
        self.days.entry((at.date_naive(), hit.bot.name)).or_default().take(record);
        if let Some((origin, section)) = self.urls.belongs(record.url) {
            self.sections.entry((origin, section)).or_default().take(record);
            self.judge(hit, origin, section);
        }
    }

    fn judge(&mut self, hit: &Known, origin: u32, section: u32) {
        let Some(seen) = hit.observation() else { return };
        let place = self.site(origin, hit.bot);
        let (Some(site), Some(section)) =
            (self.sites.get_mut(place), self.urls.sections().get(section as usize))
        else {
            return;
        };
        if !site.take(&hit.record, &seen, section) {
            self.stale += 1;
        }
        let path = self.urls.text(hit.record.url).strip_prefix(site.origin.as_str());
        site.robots.look(&seen, path == Some(ROBOTS_PATH));
    }

    fn site(&mut self, origin: u32, bot: &'static Bot) -> usize {
        *self.places.entry((origin, bot.name)).or_insert_with(|| {
            if let Some(name) = self.urls.origins().get(origin as usize) {
                self.sites.push(SiteSeen::new(name.clone(), bot.name, self.rules.policy.gap(None)));
            }
            self.sites.len().saturating_sub(1)
        })
    }

    /// How hits were judged.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}
