//! The open cases of one site: its judge, and which rows its episodes and outages are. Loaded when a site is taken up,
//! kept in memory while it is worked on, and stored with each batch of observations.
//!
//! It only moves between memory and rows; what belongs together is decided by `domain::judge`. The lease of a site sees
//! to it that no other process holds the same docket.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder};

use super::{StoreError, corrupt, instant, millis};
use crate::domain::bounds::Bounds;
use crate::domain::episode::Episode;
use crate::domain::judge::{Changes, EpisodeKey, Member, OutageKey, Restored, SiteJudge};
use crate::domain::observation::{EpisodeId, Observer, OutageId, SiteId, UrlId};
use crate::domain::outage::Outage;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::Section;
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
}

/// What is stored of an outage beside what the judge knows.
#[derive(Debug, Default)]
struct Case {
    id: Option<i64>,
    told: Option<Judgement>,
    hurried: bool,
}

/// What is stored of an episode beside what the judge knows.
#[derive(Debug, Default)]
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
        };
        for row in open_outages(db, site, observer).await? {
            docket.restore(db, row, now).await?;
        }
        Ok(docket)
    }

    async fn restore(
        &mut self,
        db: &mut SqliteConnection,
        row: OutageRow,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let rows = episodes_of(db, row.id).await?;
        let witnesses = witnesses_of(db, self.site, &self.observer, &row).await?;
        let mut members = Vec::with_capacity(rows.len());
        for episode in &rows {
            members.push((
                UrlId(episode.url_id),
                Section::stored(episode.section.clone()),
                episode.episode()?,
            ));
        }
        let stored = Restored {
            members,
            witnesses,
            site_healthy_before: row.site_healthy_before.map(instant),
            unknown: TimeDelta::milliseconds(row.unknown_ms),
        };
        let (key, keys) = self.judge.restore(stored);
        self.episodes.extend(keys.into_iter().zip(rows.into_iter().map(EpisodeRow::into_file)));
        let outage = self.judge.outages().find(|(of, _)| *of == key).map(|(_, outage)| outage);
        let told = outage.map(|outage| outage.judge(now, &self.settings.policy));
        self.outages.insert(key, Case { id: Some(row.id), told, hurried: false });
        Ok(())
    }

    /// Notes what a failing fetch of this URL brought, and when the URL is to be looked at again.
    pub(super) fn file_failure(&mut self, url: UrlId, at: DateTime<Utc>, exhibit: Exhibit) {
        let Some(key) = self.judge.open_episode_of(url) else { return };
        let file = self.episodes.entry(key).or_default();
        if file.first.elapsed.is_none() {
            file.first = exhibit.clone();
        }
        file.last = exhibit;
        if file.recheck_at.is_none_or(|due| due <= at) {
            let step = usize::try_from(file.recheck_step).unwrap_or_default();
            file.recheck_at = Some(at + self.settings.policy.recheck_wait(step).delta());
            file.recheck_step += 1;
        }
    }

    /// Stores what changed since this was last called, and says which outages opened, ended or changed their verdict.
    pub(super) async fn store_changes(
        &mut self,
        db: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<Vec<OutageChange>, StoreError> {
        let Changes { outages, members } = self.judge.take_changes();
        let mut told = Vec::new();
        for (key, outage) in &outages {
            let before = self.judge.site_healthy_before(*key);
            let case = self.outages.entry(*key).or_default();
            let id = put_outage(db, self.site, case.id, outage, before).await?;
            case.id = Some(id);
            told.extend(case.tell(self.site, &self.origin, outage, now, &self.settings));
        }
        for (key, member) in &members {
            self.store_member(db, *key, member).await?;
        }
        self.hurry_rechecks(db, &outages, now).await?;
        let (ended, mut episodes) = self.judge.forget_ended();
        episodes.sort_unstable();
        self.outages.retain(|key, _| !ended.contains(key));
        self.episodes.retain(|key, _| episodes.binary_search(key).is_err());
        Ok(told)
    }

    async fn store_member(
        &mut self,
        db: &mut SqliteConnection,
        key: EpisodeKey,
        member: &Member,
    ) -> Result<(), StoreError> {
        let outage = self.outages.get(&member.outage).and_then(|case| case.id);
        let outage = outage.ok_or_else(|| corrupt("episode", member.url.0, "its outage has no row"))?;
        let file = self.episodes.entry(key).or_default();
        if !member.episode.is_ongoing() {
            file.recheck_at = None;
        }
        file.id = Some(put_episode(db, self.site, &self.observer, outage, member, file).await?);
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

impl Case {
    fn tell(
        &mut self,
        site: SiteId,
        origin: &str,
        outage: &Outage,
        now: DateTime<Utc>,
        settings: &Settings,
    ) -> Option<OutageChange> {
        let judged = outage.judge(now, &settings.policy);
        let before = self.told.replace(judged);
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

async fn site_settings(db: &mut SqliteConnection, site: SiteId) -> Result<(String, Settings), StoreError> {
    let (origin, settings): (String, String) =
        sqlx::query_as("select origin, settings from site where id = $1").bind(site.0).fetch_one(db).await?;
    let settings = serde_json::from_str(&settings).map_err(|error| corrupt("site", site.0, error))?;
    Ok((origin, settings))
}

async fn newest_healthy(
    db: &mut SqliteConnection,
    site: SiteId,
    observer: &Observer,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar(
        "select max(s.last_seen) from spell s join url u on u.id = s.url_id
         where u.site_id = $1 and s.observer = $2 and s.class <> 'failing'",
    )
    .bind(site.0)
    .bind(observer.as_str())
    .fetch_one(db)
    .await?;
    Ok(newest.map(instant))
}

#[derive(Debug, FromRow)]
struct OutageRow {
    id: i64,
    first_failing: i64,
    site_healthy_before: Option<i64>,
    unknown_ms: i64,
}

async fn open_outages(
    db: &mut SqliteConnection,
    site: SiteId,
    observer: &Observer,
) -> Result<Vec<OutageRow>, StoreError> {
    let rows = sqlx::query_as(
        "select id, first_failing, site_healthy_before, unknown_ms from outage
         where site_id = $1 and observer = $2 and ongoing = 1 order by first_failing, id",
    )
    .bind(site.0)
    .bind(observer.as_str())
    .fetch_all(db)
    .await?;
    Ok(rows)
}

#[derive(Debug, FromRow)]
struct EpisodeRow {
    id: i64,
    url_id: i64,
    section: String,
    healthy_before: Option<i64>,
    first_failing: i64,
    last_failing: i64,
    healthy_after: Option<i64>,
    unknown_ms: i64,
    outcomes: String,
    latest: String,
    wasted_ms: i64,
    first_evidence: Option<String>,
    last_evidence: Option<String>,
    first_elapsed_ms: Option<i64>,
    last_elapsed_ms: Option<i64>,
    recheck_step: i64,
    recheck_at: Option<i64>,
}

impl EpisodeRow {
    fn episode(&self) -> Result<Episode, StoreError> {
        let outcomes: BTreeMap<Outcome, u64> =
            serde_json::from_str(&self.outcomes).map_err(|error| corrupt("episode", self.id, error))?;
        Ok(Episode {
            bounds: Bounds {
                healthy_before: self.healthy_before.map(instant),
                first_failing: instant(self.first_failing),
                last_failing: instant(self.last_failing),
                healthy_after: self.healthy_after.map(instant),
                unknown: TimeDelta::milliseconds(self.unknown_ms),
            },
            outcomes,
            latest: self.latest.parse().map_err(|error| corrupt("episode", self.id, error))?,
            wasted: TimeDelta::milliseconds(self.wasted_ms),
        })
    }

    fn into_file(self) -> File {
        let elapsed = |ms: Option<i64>| ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        File {
            id: Some(self.id),
            first: Exhibit { digest: self.first_evidence, elapsed: elapsed(self.first_elapsed_ms) },
            last: Exhibit { digest: self.last_evidence, elapsed: elapsed(self.last_elapsed_ms) },
            recheck_step: self.recheck_step,
            recheck_at: self.recheck_at.map(instant),
        }
    }
}

async fn episodes_of(db: &mut SqliteConnection, outage: i64) -> Result<Vec<EpisodeRow>, StoreError> {
    let rows = sqlx::query_as(
        "select e.*, u.section from episode e join url u on u.id = e.url_id
         where e.outage_id = $1 order by e.first_failing, e.id",
    )
    .bind(outage)
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// URLs that were seen healthy since the outage began, and are no members of it.
async fn witnesses_of(
    db: &mut SqliteConnection,
    site: SiteId,
    observer: &Observer,
    outage: &OutageRow,
) -> Result<Vec<(UrlId, Section, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(
        "select u.id, u.section, min(case when s.first_seen > $3 then s.first_seen else s.last_seen end)
         from spell s join url u on u.id = s.url_id
         where u.site_id = $1 and s.observer = $2 and s.class <> 'failing' and s.last_seen > $3
           and not exists (select 1 from episode e where e.outage_id = $4 and e.url_id = u.id)
         group by u.id, u.section",
    )
    .bind(site.0)
    .bind(observer.as_str())
    .bind(outage.first_failing)
    .bind(outage.id)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(url, section, at)| (UrlId(url), Section::stored(section), instant(at)))
        .collect())
}

/// Inserts the outage, or updates its row; returns the row.
async fn put_outage(
    db: &mut SqliteConnection,
    site: SiteId,
    id: Option<i64>,
    outage: &Outage,
    site_healthy_before: Option<DateTime<Utc>>,
) -> Result<i64, StoreError> {
    let bounds = &outage.bounds;
    let row = sqlx::query_scalar(
        "insert into outage (id, site_id, observer, scope, section, healthy_before, first_failing, last_failing,
             healthy_after, unknown_ms, site_healthy_before, ongoing, confirmed, url_count, outcomes,
             wasted_fetches, wasted_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (id) do update set scope = excluded.scope, section = excluded.section,
             healthy_before = excluded.healthy_before, first_failing = excluded.first_failing,
             last_failing = excluded.last_failing, healthy_after = excluded.healthy_after,
             unknown_ms = excluded.unknown_ms, ongoing = excluded.ongoing, confirmed = excluded.confirmed,
             url_count = excluded.url_count, outcomes = excluded.outcomes,
             wasted_fetches = excluded.wasted_fetches, wasted_ms = excluded.wasted_ms
         returning id",
    )
    .bind(id)
    .bind(site.0)
    .bind(outage.observer.as_str())
    .bind(outage.scope.word())
    .bind(outage.scope.section().map(Section::as_str))
    .bind(bounds.healthy_before.map(millis))
    .bind(millis(bounds.first_failing))
    .bind(millis(bounds.last_failing))
    .bind(bounds.healthy_after.map(millis))
    .bind(bounds.unknown.num_milliseconds())
    .bind(site_healthy_before.map(millis))
    .bind(i64::from(outage.ongoing))
    .bind(i64::from(outage.confirmed))
    .bind(outage.url_count.cast_signed())
    .bind(words(&outage.outcomes))
    .bind(outage.wasted_fetches.cast_signed())
    .bind(outage.wasted.num_milliseconds())
    .fetch_one(db)
    .await?;
    Ok(row)
}

/// Inserts the episode, or updates its row; returns the row.
async fn put_episode(
    db: &mut SqliteConnection,
    site: SiteId,
    observer: &Observer,
    outage: i64,
    member: &Member,
    file: &File,
) -> Result<i64, StoreError> {
    let episode = &member.episode;
    let mut statement = QueryBuilder::new(
        "insert into episode (id, site_id, url_id, observer, outage_id, healthy_before, first_failing, last_failing,
             healthy_after, unknown_ms, outcomes, latest, wasted_ms, first_evidence, last_evidence,
             first_elapsed_ms, last_elapsed_ms, recheck_step, recheck_at) values (",
    );
    let mut values = statement.separated(", ");
    values.push_bind(file.id).push_bind(site.0).push_bind(member.url.0);
    values.push_bind(observer.as_str().to_owned()).push_bind(outage);
    values.push_bind(episode.bounds.healthy_before.map(millis));
    values.push_bind(millis(episode.bounds.first_failing)).push_bind(millis(episode.bounds.last_failing));
    values.push_bind(episode.bounds.healthy_after.map(millis));
    values.push_bind(episode.bounds.unknown.num_milliseconds());
    values.push_bind(words(&episode.outcomes)).push_bind(episode.latest.to_string());
    values.push_bind(episode.wasted.num_milliseconds());
    values.push_bind(file.first.digest.clone()).push_bind(file.last.digest.clone());
    values.push_bind(file.first.elapsed.map(whole_millis)).push_bind(file.last.elapsed.map(whole_millis));
    values.push_bind(file.recheck_step).push_bind(file.recheck_at.map(millis));
    statement.push(
        ") on conflict (id) do update set outage_id = excluded.outage_id, last_failing = excluded.last_failing,
             healthy_after = excluded.healthy_after, unknown_ms = excluded.unknown_ms, outcomes = excluded.outcomes,
             latest = excluded.latest, wasted_ms = excluded.wasted_ms, last_evidence = excluded.last_evidence,
             last_elapsed_ms = excluded.last_elapsed_ms, recheck_step = excluded.recheck_step,
             recheck_at = excluded.recheck_at
         returning id",
    );
    Ok(statement.build_query_scalar().fetch_one(db).await.map(|id: i64| EpisodeId(id).0)?)
}

/// A map of counts as it is stored.
pub(super) fn words(counts: &BTreeMap<Outcome, u64>) -> String {
    serde_json::to_string(counts).unwrap_or_else(|_| "{}".to_owned())
}

/// A length of time as it is stored.
pub(super) fn whole_millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
