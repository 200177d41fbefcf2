//! The open cases of one site: its judge, and which rows its episodes and outages are. Loaded when a site is taken up,
//! kept in memory while it is worked on, and stored with each batch of observations.
//!
//! It only moves between memory and rows; what belongs together is decided by `domain::judge`. The lease of a site sees
//! to it that no other process holds the same docket.

mod pulses;
mod rows;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;

use self::rows::{
    EpisodeRow, OutageRow, episodes_of, newest_healthy, put_episode, put_outage, remove_outages,
    site_settings, stop_watching, watched_outages,
};
pub(super) use self::rows::{whole_millis, words};
use super::writer::Record;
use super::{StoreError, corrupt, millis, news};
use crate::domain;
use crate::domain::judge::{Changes, EpisodeKey, OutageKey, Part, Place, SiteJudge};
use crate::domain::news::News;
use crate::domain::observation::{Observer, OutageId, SiteId};
use crate::domain::outage::Outage;
use crate::domain::recheck;
use crate::domain::site::Settings;
use crate::domain::verdict::Judgement;

/// The judge of a site with its rows.
#[derive(Debug)]
pub(super) struct Docket {
    pub(super) site: SiteId,
    pub(super) origin: String,
    pub(super) observer: Observer,
    pub(super) settings: Settings,
    pub(super) judge: SiteJudge,
    outages: HashMap<OutageKey, Case>,
    episodes: HashMap<EpisodeKey, File>,
    /// Places that were looked at since the last batch was stored.
    pub(super) places: BTreeSet<Place>,
}

/// What is stored of an outage beside what the judge knows.
#[derive(Debug, Default)]
struct Case {
    id: Option<i64>,
    judged: Option<Judgement>,
    hurried: bool,
    /// What was news of it so far.
    news: Vec<News>,
}

/// What is stored of an episode beside what the judge knows.
#[derive(Debug, Default, Clone)]
struct File {
    id: Option<i64>,
    first: Exhibit,
    last: Exhibit,
    recheck_step: i64,
    recheck_at: Option<DateTime<Utc>>,
}

/// A failing fetch as evidence.
#[derive(Debug, Default, Clone)]
pub(super) struct Exhibit {
    pub(super) digest: Option<String>,
    pub(super) elapsed: Option<Duration>,
}

/// An outage that opened, changed its verdict, or ended.
#[derive(Debug, Clone)]
pub struct OutageChange {
    /// The site.
    pub site: SiteId,
    /// Its origin.
    pub origin: String,
    /// The outage's row.
    pub id: OutageId,
    /// As it was judged before; `None`: it is new.
    pub before: Option<Judgement>,
    /// As it is judged now.
    pub now: Judgement,
    /// The outage.
    pub outage: Outage,
}

impl Docket {
    /// Loads the open cases of a site.
    pub(super) async fn load(
        db: &mut SqliteConnection,
        site: SiteId,
        observer: &Observer,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let (origin, settings) = site_settings(db, site).await?;
        let newest_healthy = newest_healthy(db, site, observer).await?;
        let judge = SiteJudge::new(observer.clone(), settings.gap(now), newest_healthy);
        let mut docket = Self {
            site,
            origin,
            observer: observer.clone(),
            settings,
            judge,
            outages: HashMap::new(),
            episodes: HashMap::new(),
            places: BTreeSet::new(),
        };
        for row in watched_outages(db, site, observer).await? {
            docket.restore(db, row, now).await?;
        }
        docket.restore_pulses(db).await?;
        Ok(docket)
    }

    async fn restore(
        &mut self,
        db: &mut SqliteConnection,
        row: OutageRow,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let rows = episodes_of(db, row.id).await?;
        let Some((key, keys)) = self.judge.restore(row.kept(&rows)?) else { return Ok(()) };
        self.episodes.extend(keys.into_iter().zip(rows.into_iter().map(EpisodeRow::into_file)));
        let judged = self.judge.outage(key).map(|outage| outage.judge(now, &self.settings.policy));
        let news = news::told_of(db, row.id).await?;
        self.outages.insert(key, Case { id: Some(row.id), judged, hurried: false, news });
        Ok(())
    }

    /// Notes which places an observation concerns.
    pub(super) fn look_at(&mut self, record: &Record) {
        self.places.insert(Place::Site);
        self.places.insert(Place::Section(record.section.clone()));
        let own = Place::Url(record.url);
        if record.observation.outcome.is_failing() || self.judge.pulse(&own).is_some() {
            self.places.insert(own);
        }
    }

    /// How many URLs are to be looked at again.
    pub(super) fn count_failing(&self) -> usize {
        self.episodes.values().filter(|file| file.recheck_at.is_some()).count()
    }

    /// Notes what a failing fetch brought, and when its URL is to be looked at again: it is one of `failing`.
    pub(super) fn file_failure(&mut self, record: &Record, exhibit: Exhibit, failing: usize) {
        let at = record.observation.at;
        let Some(key) = self.judge.open_episode_of(record.url) else { return };
        let file = self.episodes.entry(key).or_default();
        if file.first.elapsed.is_none() {
            file.first = exhibit.clone();
        }
        file.last = exhibit;
        if file.recheck_at.is_none_or(|due| due <= at) {
            let step = usize::try_from(file.recheck_step).unwrap_or_default();
            let rung = self.settings.policy.recheck_wait(step);
            let seed = record.url.0.cast_unsigned().rotate_left(32) ^ step as u64;
            file.recheck_at = Some(recheck::due(at, rung, failing, record.not_before, seed));
            file.recheck_step += 1;
        }
    }

    /// Stores what changed since this was last called, and says which outages opened, ended or changed their verdict.
    pub(super) async fn store_changes(
        &mut self,
        db: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<Vec<OutageChange>, StoreError> {
        let Changes { outages, parts, left_behind, gone, places } = self.judge.take_changes();
        let mut told = Vec::new();
        for (key, outage) in &outages {
            let (judge, site) = (&self.judge, self.site);
            let case = self.outages.entry(*key).or_default();
            let id =
                put_outage(db, site, case.id, outage, judge.common(*key), judge.is_watched(*key)).await?;
            case.id = Some(id);
            told.extend(case.tell(site, &self.origin, outage, now, &self.settings));
        }
        for (goes_on, stays) in left_behind {
            let file = self.episodes.get(&goes_on).map(File::left_behind).unwrap_or_default();
            self.episodes.insert(stays, file);
        }
        let gone: Vec<Case> = gone.iter().filter_map(|key| self.outages.remove(key)).collect();
        let heirs = followed(db, &gone).await?;
        for (key, part) in &parts {
            self.store_part(db, *key, part).await?;
        }
        self.hand_on(db, heirs).await?;
        remove_outages(db, &gone.iter().filter_map(|case| case.id).collect::<Vec<_>>()).await?;
        self.file_news(db, &outages, now).await?;
        self.hurry_rechecks(db, &outages, now).await?;
        self.places.extend(places);
        self.store_pulses(db).await?;
        self.forget_done(db).await?;
        Ok(told)
    }

    /// Lets go of outages that cannot change any more.
    async fn forget_done(&mut self, db: &mut SqliteConnection) -> Result<(), StoreError> {
        let (done, mut parts) = self.judge.forget_done();
        let rows: Vec<i64> =
            done.iter().filter_map(|key| self.outages.remove(key)).filter_map(|case| case.id).collect();
        stop_watching(db, &rows).await?;
        parts.sort_unstable();
        self.episodes.retain(|key, _| parts.binary_search(key).is_err());
        Ok(())
    }

    /// What was told of outages that vanish was told of those that take them in.
    async fn hand_on(&mut self, db: &mut SqliteConnection, heirs: Vec<(i64, i64)>) -> Result<(), StoreError> {
        for (outage, episode) in heirs {
            let Some(heir) = news::hand_on(db, outage, episode).await? else { continue };
            if let Some(case) = self.outages.values_mut().find(|case| case.id == Some(heir)) {
                case.news = news::told_of(db, heir).await?;
            }
        }
        Ok(())
    }

    /// Files what is news, in the transaction that stores what shows it.
    async fn file_news(
        &mut self,
        db: &mut SqliteConnection,
        outages: &[(OutageKey, Outage)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // What bots met is read from logs, perhaps of last year: the summary tells it, nobody is woken for it.
        if self.observer != Observer::gatecrawl() {
            return Ok(());
        }
        for (key, _) in outages {
            if let Some(case) = self.outages.get_mut(key) {
                case.file_news(db, self.site, now).await?;
            }
        }
        Ok(())
    }

    async fn store_part(
        &mut self,
        db: &mut SqliteConnection,
        key: EpisodeKey,
        part: &Part,
    ) -> Result<(), StoreError> {
        let outage = self.outages.get(&part.outage).and_then(|case| case.id);
        let outage = outage.ok_or_else(|| corrupt("episode", part.url.0, "its outage has no row"))?;
        let file = self.episodes.entry(key).or_default();
        if !part.is_open() {
            file.recheck_at = None;
        }
        file.id = Some(put_episode(db, self.site, &self.observer, outage, part, file).await?);
        Ok(())
    }

    /// The first member that recovers is a sign: the others are looked at now, not at the end of their ladder.
    async fn hurry_rechecks(
        &mut self,
        db: &mut SqliteConnection,
        outages: &[(OutageKey, Outage)],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for (key, outage) in outages {
            let recovering = outage.ongoing && self.judge.has_recovered_member(*key);
            let Some(case) = self.outages.get_mut(key).filter(|case| recovering && !case.hurried) else {
                continue;
            };
            case.hurried = true;
            sqlx::query("update episode set recheck_at = $1 where outage_id = $2 and recheck_at > $1")
                .bind(millis(now))
                .bind(case.id)
                .execute(&mut *db)
                .await?;
            for (episode, _) in self.judge.members_of(*key) {
                if let Some(file) = self.episodes.get_mut(&episode) {
                    file.recheck_at = file.recheck_at.map(|due| due.min(now));
                }
            }
        }
        Ok(())
    }
}

impl File {
    /// What is known of a part that stays behind when its URL goes on failing by another root.
    fn left_behind(&self) -> Self {
        Self { id: None, recheck_at: None, ..self.clone() }
    }
}

/// Vanishing outages of which something was told, each with one of its episodes.
async fn followed(db: &mut SqliteConnection, gone: &[Case]) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut followed = Vec::new();
    for outage in gone.iter().filter(|case| !case.news.is_empty()).filter_map(|case| case.id) {
        followed.extend(news::a_member(db, outage).await?.map(|episode| (outage, episode)));
    }
    Ok(followed)
}

impl Case {
    async fn file_news(
        &mut self,
        db: &mut SqliteConnection,
        site: SiteId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (Some(outage), Some(judged)) = (self.id, &self.judged) else { return Ok(()) };
        let Some(told) = domain::news::of_outage(&self.news, judged) else { return Ok(()) };
        news::file(db, (site, outage), told, self.news.len(), now).await?;
        self.news.push(told);
        Ok(())
    }

    fn tell(
        &mut self,
        site: SiteId,
        origin: &str,
        outage: &Outage,
        now: DateTime<Utc>,
        settings: &Settings,
    ) -> Option<OutageChange> {
        let judged = outage.judge(now, &settings.policy);
        let before = self.judged.replace(judged);
        let is_news = before.is_none_or(|b| b.verdict != judged.verdict || b.state != judged.state);
        is_news.then(|| OutageChange {
            site,
            origin: origin.to_owned(),
            id: OutageId(self.id.unwrap_or_default()),
            before,
            now: judged,
            outage: outage.clone(),
        })
    }
}
