//! One URL for those who read: what is known of it, its spells by every observer, and its runs of failures with the
//! outages that they belong to. Nothing is written here.
//!
//! Spells are read newest first and up to a limit, because a URL that fails by chance has thousands of them.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::outages::{MemberRow, StoredMember};
use super::{Store, StoreError, corrupt, instant};
use crate::domain::observation::{Observer, OutageId, SiteId, UrlId};
use crate::domain::page_url::{Origin, PageUrl, Section};
use crate::domain::spell::Spell;
use crate::store::indexability::standing_columns;

/// A URL and what was read of it.
#[derive(Debug, Clone)]
pub struct StoredUrl {
    /// Its row.
    pub id: UrlId,
    /// Its site.
    pub site: SiteId,
    /// Its address.
    pub url: PageUrl,
    /// Its path template.
    pub section: Section,
    /// Links from the start page when it was found.
    pub depth: u32,
    /// When it was found.
    pub found_at: DateTime<Utc>,
    /// The page asks not to be indexed.
    pub noindex: bool,
    /// The address that the page names as its own; `None`: it names none.
    pub canonical: Option<String>,
    /// robots.txt keeps Googlebot out.
    pub disallowed: bool,
    /// The link that led to it asks search engines not to follow it.
    pub nofollow: bool,
}

/// A run of failures of a URL, and its outage.
#[derive(Debug, Clone)]
pub struct UrlEpisode {
    /// Who saw it.
    pub observer: Observer,
    /// The outage that it is part of.
    pub outage: OutageId,
    /// The run.
    pub member: StoredMember,
}

#[derive(Debug, FromRow)]
struct UrlRow {
    id: i64,
    site_id: i64,
    origin: String,
    path: String,
    section: String,
    depth: i64,
    found_at: i64,
    noindex: i64,
    canonical: Option<String>,
    disallowed: i64,
    nofollow: i64,
}

#[derive(Debug, FromRow)]
struct SpellRow {
    id: i64,
    observer: String,
    outcome: String,
    first_seen: i64,
    last_seen: i64,
    fetches: i64,
}

#[derive(Debug, FromRow)]
struct EpisodeRow {
    observer: String,
    outage_id: i64,
    #[sqlx(flatten)]
    member: MemberRow,
}

impl TryFrom<UrlRow> for StoredUrl {
    type Error = StoreError;

    fn try_from(row: UrlRow) -> Result<Self, StoreError> {
        let origin = Origin::try_from(row.origin).map_err(|error| corrupt("url", row.id, error))?;
        Ok(Self {
            id: UrlId(row.id),
            site: SiteId(row.site_id),
            url: origin.url(&row.path).map_err(|error| corrupt("url", row.id, error))?,
            section: Section::stored(row.section),
            depth: u32::try_from(row.depth).unwrap_or_default(),
            found_at: instant(row.found_at),
            noindex: row.noindex != 0,
            canonical: row.canonical,
            disallowed: row.disallowed != 0,
            nofollow: row.nofollow != 0,
        })
    }
}

impl Store {
    /// The URL with this id.
    pub async fn url(&self, id: UrlId) -> Result<Option<StoredUrl>, StoreError> {
        let row: Option<UrlRow> = sqlx::query_as(
            "select u.id, u.site_id, s.origin, u.path, u.section, u.depth, u.found_at, u.noindex, u.canonical,
                 u.disallowed, u.nofollow
             from url u join site s on s.id = u.site_id where u.id = $1",
        )
        .bind(id.0)
        .fetch_optional(&self.db.reader)
        .await?;
        row.map(StoredUrl::try_from).transpose()
    }

    /// The newest spells of a URL by whoever saw them, newest first.
    pub async fn spells(&self, url: UrlId, limit: u32) -> Result<Vec<(Observer, Spell)>, StoreError> {
        let rows: Vec<SpellRow> = sqlx::query_as(
            "select id, observer, outcome, first_seen, last_seen, fetches from spell where url_id = $1
             order by first_seen desc, id desc limit $2",
        )
        .bind(url.0)
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        let read = |row: SpellRow| {
            let outcome = row.outcome.parse().map_err(|error| corrupt("spell", row.id, error))?;
            let spell = Spell {
                outcome,
                first_seen: instant(row.first_seen),
                last_seen: instant(row.last_seen),
                fetches: row.fetches.cast_unsigned(),
            };
            Ok((Observer::named(row.observer), spell))
        };
        rows.into_iter().map(read).collect()
    }

    /// The newest runs of failures of a URL, newest first.
    pub async fn url_episodes(&self, url: UrlId, limit: u32) -> Result<Vec<UrlEpisode>, StoreError> {
        let rows: Vec<EpisodeRow> = sqlx::query_as(concat!(
            "select e.*, s.origin, u.path, ",
            standing_columns!(),
            " from episode e join url u on u.id = e.url_id join site s on s.id = e.site_id
             where e.url_id = $1 order by e.first_failing desc, e.id desc limit $2",
        ))
        .bind(url.0)
        .bind(i64::from(limit))
        .fetch_all(&self.db.reader)
        .await?;
        let read = |row: EpisodeRow| {
            Ok(UrlEpisode {
                observer: Observer::named(row.observer),
                outage: OutageId(row.outage_id),
                member: row.member.try_into()?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
