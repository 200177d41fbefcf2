//! The rows behind a docket: how outages, episodes and their witnesses are read and written. It decides nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::sqlite::SqliteConnection;
use sqlx::{FromRow, QueryBuilder};

use super::{Exhibit, File};
use crate::domain::bounds::Bounds;
use crate::domain::episode::Episode;
use crate::domain::judge::{Common, Kept, KeptPart, Part};
use crate::domain::observation::{EpisodeId, Observer, SiteId, UrlId};
use crate::domain::outage::Outage;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::Section;
use crate::domain::site::Settings;
use crate::store::{StoreError, corrupt, instant, millis};

pub(super) async fn site_settings(
    db: &mut SqliteConnection,
    site: SiteId,
) -> Result<(String, Settings), StoreError> {
    let (origin, settings): (String, String) =
        sqlx::query_as("select origin, settings from site where id = $1").bind(site.0).fetch_one(db).await?;
    let settings = serde_json::from_str(&settings).map_err(|error| corrupt("site", site.0, error))?;
    Ok((origin, settings))
}

pub(super) async fn newest_healthy(
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
pub(super) struct OutageRow {
    pub(super) id: i64,
    unknown_ms: i64,
    places: Option<String>,
}

/// The outages that may still change, in the order in which they were opened.
pub(super) async fn watched_outages(
    db: &mut SqliteConnection,
    site: SiteId,
    observer: &Observer,
) -> Result<Vec<OutageRow>, StoreError> {
    let rows = sqlx::query_as(
        "select id, unknown_ms, places from outage
         where site_id = $1 and observer = $2 and watched = 1 order by id",
    )
    .bind(site.0)
    .bind(observer.as_str())
    .fetch_all(db)
    .await?;
    Ok(rows)
}

impl OutageRow {
    /// The outage as the judge takes it up again.
    pub(super) fn kept(&self, episodes: &[EpisodeRow]) -> Result<Kept, StoreError> {
        let places = self.places.as_deref().map(serde_json::from_str).transpose();
        Ok(Kept {
            parts: episodes.iter().map(EpisodeRow::kept).collect::<Result<_, _>>()?,
            common: places.map_err(|error| corrupt("outage", self.id, error))?,
            unknown: TimeDelta::milliseconds(self.unknown_ms),
        })
    }
}

/// Marks outages as done: nothing that is seen later changes them.
pub(super) async fn stop_watching(db: &mut SqliteConnection, outages: &[i64]) -> Result<(), StoreError> {
    for outage in outages {
        sqlx::query("update outage set watched = 0 where id = $1").bind(outage).execute(&mut *db).await?;
    }
    Ok(())
}

/// Removes outages whose episodes belong to others now.
pub(super) async fn remove_outages(db: &mut SqliteConnection, outages: &[i64]) -> Result<(), StoreError> {
    for outage in outages {
        sqlx::query("delete from outage where id = $1").bind(outage).execute(&mut *db).await?;
    }
    Ok(())
}

#[derive(Debug, FromRow)]
pub(super) struct EpisodeRow {
    pub(super) id: i64,
    pub(super) url_id: i64,
    pub(super) section: String,
    pub(super) healthy_before: Option<i64>,
    pub(super) first_failing: i64,
    pub(super) last_failing: i64,
    pub(super) healthy_after: Option<i64>,
    pub(super) unknown_ms: i64,
    pub(super) outcomes: String,
    pub(super) latest: String,
    pub(super) wasted_ms: i64,
    pub(super) first_evidence: Option<String>,
    pub(super) last_evidence: Option<String>,
    pub(super) first_elapsed_ms: Option<i64>,
    pub(super) last_elapsed_ms: Option<i64>,
    pub(super) recheck_step: i64,
    pub(super) recheck_at: Option<i64>,
    went_on: i64,
    resumed: Option<String>,
}

impl EpisodeRow {
    fn kept(&self) -> Result<KeptPart, StoreError> {
        let resumed = self.resumed.as_deref().map(serde_json::from_str).transpose();
        Ok(KeptPart {
            url: UrlId(self.url_id),
            section: Section::stored(self.section.clone()),
            episode: self.episode()?,
            went_on: self.went_on != 0,
            resumed: resumed.map_err(|error| corrupt("episode", self.id, error))?,
        })
    }

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

    pub(super) fn into_file(self) -> File {
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

pub(super) async fn episodes_of(
    db: &mut SqliteConnection,
    outage: i64,
) -> Result<Vec<EpisodeRow>, StoreError> {
    let rows = sqlx::query_as(
        "select e.*, u.section from episode e join url u on u.id = e.url_id
         where e.outage_id = $1 order by e.first_failing, e.id",
    )
    .bind(outage)
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// Inserts the outage, or updates its row; returns the row.
pub(super) async fn put_outage(
    db: &mut SqliteConnection,
    site: SiteId,
    id: Option<i64>,
    outage: &Outage,
    places: Option<&Common>,
    is_watched: bool,
) -> Result<i64, StoreError> {
    let bounds = &outage.bounds;
    let row = sqlx::query_scalar(
        "insert into outage (id, site_id, observer, scope, section, healthy_before, first_failing, last_failing,
             healthy_after, unknown_ms, ongoing, confirmed, url_count, outcomes, wasted_fetches, wasted_ms,
             alternating, watched, places, solid_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         on conflict (id) do update set scope = excluded.scope, section = excluded.section,
             healthy_before = excluded.healthy_before, first_failing = excluded.first_failing,
             alternating = excluded.alternating, watched = excluded.watched, places = excluded.places,
             solid_ms = excluded.solid_ms, last_failing = excluded.last_failing, healthy_after = excluded.healthy_after,
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
    .bind(i64::from(outage.ongoing))
    .bind(i64::from(outage.confirmed))
    .bind(outage.url_count.cast_signed())
    .bind(words(&outage.outcomes))
    .bind(outage.wasted_fetches.cast_signed())
    .bind(outage.wasted.num_milliseconds())
    .bind(i64::from(outage.alternating))
    .bind(i64::from(is_watched))
    .bind(places.and_then(|places| serde_json::to_string(places).ok()))
    .bind(outage.solid.num_milliseconds())
    .fetch_one(db)
    .await?;
    Ok(row)
}

/// Inserts the episode, or updates its row; returns the row.
pub(super) async fn put_episode(
    db: &mut SqliteConnection,
    site: SiteId,
    observer: &Observer,
    outage: i64,
    part: &Part,
    file: &File,
) -> Result<i64, StoreError> {
    let episode = &part.episode;
    let mut statement = QueryBuilder::new(
        "insert into episode (id, site_id, url_id, observer, outage_id, healthy_before, first_failing, last_failing,
             healthy_after, unknown_ms, outcomes, latest, wasted_ms, first_evidence, last_evidence,
             first_elapsed_ms, last_elapsed_ms, recheck_step, recheck_at, went_on, resumed) values (",
    );
    let mut values = statement.separated(", ");
    values.push_bind(file.id).push_bind(site.0).push_bind(part.url.0);
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
    let resumed = part.resumed.as_ref().and_then(|resumed| serde_json::to_string(resumed).ok());
    values.push_bind(i64::from(part.went_on)).push_bind(resumed);
    statement.push(
        ") on conflict (id) do update set outage_id = excluded.outage_id, went_on = excluded.went_on,
             resumed = excluded.resumed, healthy_before = excluded.healthy_before,
             first_failing = excluded.first_failing, last_failing = excluded.last_failing,
             healthy_after = excluded.healthy_after, unknown_ms = excluded.unknown_ms, outcomes = excluded.outcomes,
             latest = excluded.latest, wasted_ms = excluded.wasted_ms, last_evidence = excluded.last_evidence,
             last_elapsed_ms = excluded.last_elapsed_ms, recheck_step = excluded.recheck_step,
             recheck_at = excluded.recheck_at
         returning id",
    );
    Ok(statement.build_query_scalar().fetch_one(db).await.map(|id: i64| EpisodeId(id).0)?)
}

/// A map of counts as it is stored.
pub(in crate::store) fn words(counts: &BTreeMap<Outcome, u64>) -> String {
    serde_json::to_string(counts).unwrap_or_else(|_| "{}".to_owned())
}

/// A length of time as it is stored.
pub(in crate::store) fn whole_millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
