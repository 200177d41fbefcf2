//! What the share of failing URLs over time is made of: when which URL failed, and when how many were found.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, instant, millis};
use crate::domain::efficiency::{Failed, Found};
use crate::domain::observation::{SiteId, UrlId};

impl Store {
    /// When URLs of a site failed, as far as that reaches beyond `since`; what goes on ends with `now`.
    pub async fn failed_times(
        &self,
        site: SiteId,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Failed>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "select url_id, first_failing, case when healthy_after is null and went_on = 0 then $3 else last_failing end
             from episode
             where site_id = $1 and observer = 'gatecrawl' and first_failing <= $3
               and ((healthy_after is null and went_on = 0) or last_failing >= $2)
             order by first_failing",
        )
        .bind(site.0)
        .bind(millis(since))
        .bind(millis(now))
        .fetch_all(&self.db.reader)
        .await?;
        let read =
            |(url, first, last)| Failed { url: UrlId(url), first: instant(first), last: instant(last) };
        Ok(rows.into_iter().map(read).collect())
    }

    /// How many URLs of a site were found at which instants, oldest first.
    pub async fn found_times(&self, site: SiteId) -> Result<Vec<Found>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select found_at, count(*) from url where site_id = $1 group by found_at order by found_at",
        )
        .bind(site.0)
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(|(at, urls)| Found { at: instant(at), urls: urls.cast_unsigned() }).collect())
    }
}
