//! The URLs of an outage, each once with all of its runs of failures there: searched, sorted, a page at a time. Also those of
//! a site that are failing now.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder};

use super::indexability::standing_columns;
use super::outages::{MemberRow, StoredMember};
use super::url_lists::push_text;
use super::{Store, StoreError, corrupt, instant};
use crate::domain::observation::OutageId;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;

/// A URL of an outage, with all of its runs of failures there.
#[derive(Debug, Clone)]
pub struct FailedUrl {
    /// Its longest run.
    pub longest: StoredMember,
    /// How many runs there are: several, when it was healthy in between.
    pub times: u64,
    /// The first failing answer of the first run.
    pub first_failing: DateTime<Utc>,
    /// The last failing answer of the last run.
    pub last_failing: DateTime<Utc>,
    /// It was failing when it was last looked at.
    pub is_failing: bool,
    /// It failed on when the outage was over, by another root.
    pub went_on: bool,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailedOrder {
    /// As they first failed.
    #[default]
    First,
    /// The longest run first.
    Longest,
    /// By their path.
    Path,
}

#[derive(Debug, FromRow)]
struct FailedUrlRow {
    #[sqlx(flatten)]
    longest: MemberRow,
    times: i64,
    first_of_all: i64,
    last_of_all: i64,
    is_failing: i64,
    has_gone_on: i64,
}

impl TryFrom<FailedUrlRow> for FailedUrl {
    type Error = StoreError;

    fn try_from(row: FailedUrlRow) -> Result<Self, StoreError> {
        Ok(Self {
            longest: row.longest.try_into()?,
            times: row.times.cast_unsigned(),
            first_failing: instant(row.first_of_all),
            last_failing: instant(row.last_of_all),
            is_failing: row.is_failing != 0,
            went_on: row.has_gone_on != 0,
        })
    }
}

/// Each URL's longest run, with what all of its runs have in common.
const RUNS: &str = "with run as (
         select *,
             row_number() over (partition by url_id
                                order by last_failing - first_failing - unknown_ms desc, id) as place,
             count(*) over (partition by url_id) as times,
             min(first_failing) over (partition by url_id) as first_of_all,
             max(last_failing) over (partition by url_id) as last_of_all,
             max(case when healthy_after is null and went_on = 0 then 1 else 0 end)
                 over (partition by url_id) as is_failing,
             max(went_on) over (partition by url_id) as has_gone_on
         from episode where outage_id = ";

impl Store {
    /// The URLs of a site that are failing now, with what they fail, and since when.
    pub async fn failing_urls(
        &self,
        site: &Site,
    ) -> Result<Vec<(PageUrl, Outcome, DateTime<Utc>)>, StoreError> {
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "select e.id, u.path, e.latest, e.first_failing from episode e join url u on u.id = e.url_id
             where e.site_id = $1 and e.observer = 'gatecrawl' and e.healthy_after is null and e.went_on = 0
             order by e.first_failing, u.path",
        )
        .bind(site.id.0)
        .fetch_all(&self.db.reader)
        .await?;
        let read = |(id, path, latest, first): (i64, String, String, i64)| {
            let url = site.origin.url(&path).map_err(|error| corrupt("episode", id, error))?;
            let outcome = latest.parse().map_err(|error| corrupt("episode", id, error))?;
            Ok((url, outcome, instant(first)))
        };
        rows.into_iter().map(read).collect()
    }

    /// A page of the URLs of an outage that have this in their path; an empty text: of all.
    pub async fn failed_urls(
        &self,
        id: OutageId,
        text: &str,
        order: FailedOrder,
        offset: u64,
        limit: u64,
    ) -> Result<Vec<FailedUrl>, StoreError> {
        let mut query = QueryBuilder::new(RUNS);
        query.push_bind(id.0);
        query.push(concat!(
            ") select e.*, s.origin, u.path, ",
            standing_columns!(),
            " from run e join url u on u.id = e.url_id join site s on s.id = e.site_id where e.place = 1",
        ));
        push_text(&mut query, text);
        query.push(match order {
            FailedOrder::First => " order by e.first_of_all, u.path",
            FailedOrder::Longest => " order by e.last_failing - e.first_failing - e.unknown_ms desc, u.path",
            FailedOrder::Path => " order by u.path",
        });
        query.push(" limit ").push_bind(limit.cast_signed());
        query.push(" offset ").push_bind(offset.cast_signed());
        let rows: Vec<FailedUrlRow> = query.build_query_as().fetch_all(&self.db.reader).await?;
        rows.into_iter().map(FailedUrl::try_from).collect()
    }

    /// How many URLs of an outage have this in their path.
    pub async fn count_failed_urls(&self, id: OutageId, text: &str) -> Result<u64, StoreError> {
        let mut query = QueryBuilder::new(
            "select count(distinct e.url_id) from episode e join url u on u.id = e.url_id where e.outage_id = ",
        );
        query.push_bind(id.0);
        push_text(&mut query, text);
        let count: i64 = query.build_query_scalar().fetch_one(&self.db.reader).await?;
        Ok(count.cast_unsigned())
    }
}
