//! Outages, their members and the evidence, for those who read; they are written by the writer.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::indexability::{StandingRow, standing_columns};
use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::bounds::Bounds;
use crate::domain::episode::Episode;
use crate::domain::evidence::Evidence;
use crate::domain::extent::Extent;
use crate::domain::indexability::Standing;
use crate::domain::judge::Common;
use crate::domain::observation::{EpisodeId, Observer, OutageId, SiteId, UrlId};
use crate::domain::outage::{Outage, Scope};
use crate::domain::outcome::Outcome;
use crate::domain::page_url::{Origin, PageUrl, Section};

/// An outage with its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredOutage {
    /// Its row.
    pub id: OutageId,
    /// Its site.
    pub site: SiteId,
    /// What was seen.
    pub outage: Outage,
    /// How it lies over its site.
    pub extent: Extent,
}

/// A member of an outage.
#[derive(Debug, Clone)]
pub struct StoredMember {
    /// Its row.
    pub id: EpisodeId,
    /// Its URL's row.
    pub url_id: UrlId,
    /// Its URL.
    pub url: PageUrl,
    /// What was seen.
    pub episode: Episode,
    /// Digest of what its first failing fetch brought.
    pub first_evidence: Option<String>,
    /// Digest of what its newest failing fetch brought.
    pub last_evidence: Option<String>,
    /// How long its first failing fetch took.
    pub first_elapsed: Option<Duration>,
    /// How long its newest failing fetch took.
    pub last_elapsed: Option<Duration>,
    /// When it is looked at again; `None`: it is over.
    pub recheck_at: Option<DateTime<Utc>>,
    /// What may keep its URL out of the index.
    pub standing: Standing,
}

#[derive(Debug, FromRow)]
pub(super) struct OutageRow {
    id: i64,
    site_id: i64,
    observer: String,
    scope: String,
    section: Option<String>,
    healthy_before: Option<i64>,
    first_failing: i64,
    last_failing: i64,
    healthy_after: Option<i64>,
    unknown_ms: i64,
    ongoing: i64,
    confirmed: i64,
    alternating: i64,
    solid_ms: i64,
    url_count: i64,
    outcomes: String,
    wasted_fetches: i64,
    wasted_ms: i64,
    places: Option<String>,
}

impl TryFrom<OutageRow> for StoredOutage {
    type Error = StoreError;

    fn try_from(row: OutageRow) -> Result<Self, StoreError> {
        let bad = |why: String| corrupt("outage", row.id, why);
        let scope = match (row.scope.as_str(), row.section) {
            ("site", _) => Scope::Site,
            ("url", _) => Scope::Url,
            ("section", Some(section)) => Scope::Section(Section::stored(section)),
            (other, _) => return Err(bad(format!("scope {other}"))),
        };
        let outcomes: BTreeMap<Outcome, u64> =
            serde_json::from_str(&row.outcomes).map_err(|error| bad(error.to_string()))?;
        let places: Option<Common> = row
            .places
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|error: serde_json::Error| bad(error.to_string()))?;
        Ok(Self {
            extent: places.map(|places| places.extent()).unwrap_or_default(),
            id: OutageId(row.id),
            site: SiteId(row.site_id),
            outage: Outage {
                observer: Observer::named(row.observer),
                scope,
                bounds: Bounds {
                    healthy_before: row.healthy_before.map(instant),
                    first_failing: instant(row.first_failing),
                    last_failing: instant(row.last_failing),
                    healthy_after: row.healthy_after.map(instant),
                    unknown: TimeDelta::milliseconds(row.unknown_ms),
                },
                ongoing: row.ongoing != 0,
                confirmed: row.confirmed != 0,
                alternating: row.alternating != 0,
                solid: TimeDelta::milliseconds(row.solid_ms),
                url_count: row.url_count.cast_unsigned(),
                outcomes,
                wasted_fetches: row.wasted_fetches.cast_unsigned(),
                wasted: TimeDelta::milliseconds(row.wasted_ms),
            },
        })
    }
}

#[derive(Debug, FromRow)]
pub(super) struct MemberRow {
    id: i64,
    url_id: i64,
    origin: String,
    path: String,
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
    recheck_at: Option<i64>,
    #[sqlx(flatten)]
    standing: StandingRow,
}

impl TryFrom<MemberRow> for StoredMember {
    type Error = StoreError;

    fn try_from(row: MemberRow) -> Result<Self, StoreError> {
        let bad = |why: String| corrupt("episode", row.id, why);
        let origin = Origin::try_from(row.origin).map_err(|error| bad(error.to_string()))?;
        let elapsed = |ms: Option<i64>| ms.map(|ms| Duration::from_millis(ms.cast_unsigned()));
        Ok(Self {
            id: EpisodeId(row.id),
            url_id: UrlId(row.url_id),
            url: origin.url(&row.path).map_err(|error| bad(error.to_string()))?,
            episode: Episode {
                bounds: Bounds {
                    healthy_before: row.healthy_before.map(instant),
                    first_failing: instant(row.first_failing),
                    last_failing: instant(row.last_failing),
                    healthy_after: row.healthy_after.map(instant),
                    unknown: TimeDelta::milliseconds(row.unknown_ms),
                },
                outcomes: serde_json::from_str(&row.outcomes).map_err(|error| bad(error.to_string()))?,
                latest: row
                    .latest
                    .parse()
                    .map_err(|error: crate::domain::outcome::UnknownOutcome| bad(error.to_string()))?,
                wasted: TimeDelta::milliseconds(row.wasted_ms),
            },
            first_evidence: row.first_evidence,
            last_evidence: row.last_evidence,
            first_elapsed: elapsed(row.first_elapsed_ms),
            last_elapsed: elapsed(row.last_elapsed_ms),
            recheck_at: row.recheck_at.map(instant),
            standing: row.standing.standing(),
        })
    }
}

impl Store {
    /// The outage with this id.
    pub async fn outage(&self, id: OutageId) -> Result<Option<StoredOutage>, StoreError> {
        let row: Option<OutageRow> = sqlx::query_as("select * from outage where id = $1")
            .bind(id.0)
            .fetch_optional(&self.db.reader)
            .await?;
        row.map(StoredOutage::try_from).transpose()
    }

    /// The outages of a site that we saw ourselves and that go on, or went on after `since` (`None`: ever), newest first.
    pub async fn outages(
        &self,
        site: SiteId,
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<StoredOutage>, StoreError> {
        let rows: Vec<OutageRow> = sqlx::query_as(
            "select * from outage
             where site_id = $1 and observer = 'gatecrawl' and (ongoing = 1 or coalesce(healthy_after, last_failing) >= $2)
             order by first_failing desc, id desc",
        )
        .bind(site.0)
        .bind(since.map_or(i64::MIN, millis))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(StoredOutage::try_from).collect()
    }

    /// The members of an outage, in the order in which they failed.
    pub async fn members(
        &self,
        id: OutageId,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<StoredMember>, StoreError> {
        let rows: Vec<MemberRow> = sqlx::query_as(concat!(
            "select e.*, s.origin, u.path, ",
            standing_columns!(),
            " from episode e join url u on u.id = e.url_id join site s on s.id = e.site_id
             where e.outage_id = $1 order by e.first_failing, u.path, e.id limit $2 offset $3",
        ))
        .bind(id.0)
        .bind(limit.cast_signed())
        .bind(offset.cast_signed())
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(StoredMember::try_from).collect()
    }

    /// The member that failed last.
    pub async fn newest_member(&self, id: OutageId) -> Result<Option<StoredMember>, StoreError> {
        let row: Option<MemberRow> = sqlx::query_as(concat!(
            "select e.*, s.origin, u.path, ",
            standing_columns!(),
            " from episode e join url u on u.id = e.url_id join site s on s.id = e.site_id
             where e.outage_id = $1 order by e.last_failing desc, e.id desc limit 1",
        ))
        .bind(id.0)
        .fetch_optional(&self.db.reader)
        .await?;
        row.map(StoredMember::try_from).transpose()
    }

    /// The evidence with this digest; `None`: its retention is over.
    pub async fn evidence(&self, digest: &str) -> Result<Option<Evidence>, StoreError> {
        type Row = (Option<String>, Option<i64>, Option<String>, String, Vec<u8>, Option<String>);
        let row: Option<Row> = sqlx::query_as(
            "select version, status, reason, headers, body, detail from evidence where digest = $1",
        )
        .bind(digest)
        .fetch_optional(&self.db.reader)
        .await?;
        let Some((version, status, reason, headers, body, detail)) = row else { return Ok(None) };
        Ok(Some(Evidence {
            version,
            status: status.and_then(|status| u16::try_from(status).ok()),
            reason,
            headers: serde_json::from_str(&headers).map_err(|error| corrupt("evidence", 0, error))?,
            body,
            detail,
        }))
    }
}
