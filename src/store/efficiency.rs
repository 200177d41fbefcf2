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

    /// How many URLs of a site were found at which instants after `since`, oldest first; those found before stand at
    /// `since`.
    pub async fn found_times(&self, site: SiteId, since: DateTime<Utc>) -> Result<Vec<Found>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select found_at, count(*) from url where site_id = $1 and of_log = 0 and found_at > $2
             group by found_at order by found_at",
        )
        .bind(site.0)
        .bind(millis(since))
        .fetch_all(&self.db.reader)
        .await?;
        let all: Option<i64> = sqlx::query_scalar("select urls from site_tally where site_id = $1")
            .bind(site.0)
            .fetch_optional(&self.db.reader)
            .await?;
        let earlier = all.unwrap_or_default() - rows.iter().map(|(_, urls)| urls).sum::<i64>();
        let found = |at, urls: i64| Found { at, urls: urls.max(0).cast_unsigned() };
        let later = rows.into_iter().map(|(at, urls)| found(instant(at), urls));
        Ok(std::iter::once(found(since, earlier)).filter(|found| found.urls > 0).chain(later).collect())
    }
}
