//! What search bots met, for those who read: their hits by the hour, the outages that they saw, and what each met of an
//! outage. It is written by the writer, from access logs.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;

use super::outages::{OutageRow, StoredOutage};
use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::observation::{OutageId, SiteId};
use crate::domain::outcome::Outcome;

/// The hits of one hour that a bot, or who said to be it, got one outcome for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotHour {
    /// When the hour begins.
    pub hour: DateTime<Utc>,
    /// The bot.
    pub bot: String,
    /// How well the claim to be it is founded: `ip`, `dns`, `claimed`, `spoofed`.
    pub verification: String,
    /// What they got; `None`: unknown.
    pub outcome: Option<Outcome>,
    /// How many.
    pub hits: u64,
}

/// What one bot met of an outage that we saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// URLs of the outage that failed for the bot, too, at that time.
    pub urls: u64,
    /// The first time, and the last.
    pub between: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The outage of the bot's own that most of them are in.
    pub outage: Option<OutageId>,
    /// How often the bot fetched URLs of the outage, ever (first), and how many URLs that is true of (second).
    pub fetched: Vec<(u64, u64)>,
    /// How long the log of this bot is.
    pub log: TimeDelta,
}

#[derive(Debug, FromRow)]
struct HourRow {
    hour: i64,
    bot: String,
    verification: String,
    outcome: String,
    hits: i64,
}

impl TryFrom<HourRow> for BotHour {
    type Error = StoreError;

    fn try_from(row: HourRow) -> Result<Self, StoreError> {
        let outcome = match row.outcome.as_str() {
            "unknown" => None,
            word => Some(word.parse().map_err(|error| corrupt("bot_hour", row.hour, error))?),
        };
        Ok(Self {
            hour: instant(row.hour),
            bot: row.bot,
            verification: row.verification,
            outcome,
            hits: row.hits.cast_unsigned(),
        })
    }
}

impl Store {
    /// The hits of bots on a site between two instants, in the order of time.
    pub async fn bot_hours(
        &self,
        site: SiteId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<BotHour>, StoreError> {
        let rows: Vec<HourRow> = sqlx::query_as(
            "select hour, bot, verification, outcome, hits from bot_hour
             where site_id = $1 and hour >= $2 and hour < $3 order by hour, bot, verification, outcome",
        )
        .bind(site.0)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(BotHour::try_from).collect()
    }

    /// The first and the last hour in which a bot hit a site; `None`: no log was taken in.
    pub async fn bots_between(
        &self,
        site: SiteId,
    ) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>, StoreError> {
        let (first, last): (Option<i64>, Option<i64>) =
            sqlx::query_as("select min(hour), max(hour) from bot_hour where site_id = $1")
                .bind(site.0)
                .fetch_one(&self.db.reader)
                .await?;
        Ok(first.map(instant).zip(last.map(instant)))
    }

    /// Fetches of a bot that were judged, by the hour.
    pub async fn bot_fetches(
        &self,
        site: SiteId,
        bot: &str,
        from: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, Outcome, u64)>, StoreError> {
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(
            "select hour, outcome, fetches from rollup_hour
             where site_id = $1 and observer = $2 and hour >= $3 order by hour, outcome",
        )
        .bind(site.0)
        .bind(bot)
        .bind(millis(from))
        .fetch_all(&self.db.reader)
        .await?;
        let read = |(hour, outcome, fetches): (i64, String, i64)| {
            let outcome = outcome.parse().map_err(|error| corrupt("rollup_hour", hour, error))?;
            Ok((instant(hour), outcome, fetches.cast_unsigned()))
        };
        rows.into_iter().map(read).collect()
    }

    /// Fetches of bots that were judged, between two instants: bot, outcome, and how many.
    pub async fn bot_sums(
        &self,
        site: SiteId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<(String, Outcome, u64)>, StoreError> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select observer, outcome, sum(fetches) from rollup_hour
             where site_id = $1 and observer <> 'gatecrawl' and hour >= $2 and hour < $3
             group by observer, outcome order by observer, outcome",
        )
        .bind(site.0)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(&self.db.reader)
        .await?;
        let read = |(bot, outcome, fetches): (String, String, i64)| {
            let outcome = outcome.parse().map_err(|error| corrupt("rollup_hour", site.0, error))?;
            Ok((bot, outcome, fetches.cast_unsigned()))
        };
        rows.into_iter().map(read).collect()
    }

    /// The outages of a site that bots saw, and that went on after `since`, newest first.
    pub async fn bot_outages(
        &self,
        site: SiteId,
        since: DateTime<Utc>,
    ) -> Result<Vec<StoredOutage>, StoreError> {
        let rows: Vec<OutageRow> = sqlx::query_as(
            "select * from outage where site_id = $1 and observer <> 'gatecrawl'
                 and (ongoing = 1 or coalesce(healthy_after, last_failing) >= $2)
             order by first_failing desc, id desc",
        )
        .bind(site.0)
        .bind(millis(since))
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(StoredOutage::try_from).collect()
    }

    /// What each bot met of an outage, between these instants, by its name.
    pub async fn met(
        &self,
        outage: &StoredOutage,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<BTreeMap<String, Met>, StoreError> {
        let mut met: BTreeMap<String, Met> = BTreeMap::new();
        for (bot, log) in self.bot_logs(outage.site).await? {
            met.entry(bot).or_default().log = log;
        }
        if met.is_empty() {
            return Ok(met);
        }
        for (bot, fetches, urls) in self.fetched_members(outage.id).await? {
            met.entry(bot).or_default().fetched.push((fetches, urls));
        }
        let failed: Vec<(String, i64, i64, i64, i64)> = sqlx::query_as(
            "select e.observer, count(distinct e.url_id), min(e.first_failing), max(e.last_failing), max(e.outage_id)
             from episode e
             where e.url_id in (select m.url_id from episode m where m.outage_id = $1)
                 and e.observer <> 'gatecrawl' and e.last_failing >= $2 and e.first_failing <= $3
             group by e.observer",
        )
        .bind(outage.id.0)
        .bind(millis(from))
        .bind(millis(to))
        .fetch_all(&self.db.reader)
        .await?;
        for (bot, urls, first, last, own) in failed {
            let met = met.entry(bot).or_default();
            met.urls = urls.cast_unsigned();
            met.between = Some((instant(first), instant(last)));
            met.outage = Some(OutageId(own));
        }
        Ok(met)
    }

    /// How long the log of each bot of a site is.
    async fn bot_logs(&self, site: SiteId) -> Result<Vec<(String, TimeDelta)>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select observer, min(hour), max(hour) from rollup_hour
             where site_id = $1 and observer <> 'gatecrawl' group by observer",
        )
        .bind(site.0)
        .fetch_all(&self.db.reader)
        .await?;
        let log = |(bot, first, last)| (bot, instant(last) - instant(first) + TimeDelta::hours(1));
        Ok(rows.into_iter().map(log).collect())
    }

    /// How often each bot fetched the members of an outage, ever: bot, fetches, and the number of URLs of which that is true.
    async fn fetched_members(&self, outage: OutageId) -> Result<Vec<(String, u64, u64)>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select f.observer, f.fetches, count(*) from (
                 select s.observer, s.url_id, sum(s.fetches) as fetches from spell s
                 where s.url_id in (select m.url_id from episode m where m.outage_id = $1) and s.observer <> 'gatecrawl'
                 group by s.observer, s.url_id) f
             group by f.observer, f.fetches order by f.observer, f.fetches",
        )
        .bind(outage.0)
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(|(bot, n, urls)| (bot, n.cast_unsigned(), urls.cast_unsigned())).collect())
    }
}
