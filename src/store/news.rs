//! What is news, and to whom it is still to be told. News of an outage is written in the transaction of the writer that
//! stores what shows it; whoever tells it takes it away in the transaction that writes the message.
//!
//! So news is told once: a process that is killed between the two leaves it waiting, and a judgement that is made twice
//! meets the row that is there.

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::news::News;
use crate::domain::observation::{OutageId, SiteId};
use crate::domain::recipient::RecipientId;

/// News with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNews {
    /// Its row.
    pub id: i64,
    /// Of which site.
    pub site: SiteId,
    /// Of which outage; `None`: of the site's robots.txt.
    pub outage: Option<OutageId>,
    /// What happened.
    pub news: News,
    /// When that was seen.
    pub at: DateTime<Utc>,
    /// Nobody wants to hear of its outage at once.
    pub muted: bool,
}

/// A recipient for whom something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// Who.
    pub recipient: RecipientId,
    /// When the oldest of it was seen.
    pub first: DateTime<Utc>,
    /// When the newest was.
    pub last: DateTime<Utc>,
}

#[derive(FromRow)]
struct NewsRow {
    id: i64,
    site_id: i64,
    outage_id: Option<i64>,
    happening: String,
    at: i64,
    muted: i64,
}

impl TryFrom<NewsRow> for StoredNews {
    type Error = StoreError;

    fn try_from(row: NewsRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            site: SiteId(row.site_id),
            outage: row.outage_id.map(OutageId),
            news: row.happening.parse().map_err(|why| corrupt("news", row.id, why))?,
            at: instant(row.at),
            muted: row.muted != 0,
        })
    }
}

/// What was told of an outage so far, in its order.
pub(super) async fn told_of(db: &mut SqliteConnection, outage: i64) -> Result<Vec<News>, StoreError> {
    let words: Vec<(i64, String)> =
        sqlx::query_as("select id, happening from news where outage_id = $1 order by occasion")
            .bind(outage)
            .fetch_all(db)
            .await?;
    words.into_iter().map(|(id, word)| word.parse().map_err(|why| corrupt("news", id, why))).collect()
}

/// Files news of an outage, after so many others, for everybody who follows its site.
pub(super) async fn file(
    db: &mut SqliteConnection,
    (site, outage): (SiteId, i64),
    news: News,
    occasion: usize,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id: Option<i64> = sqlx::query_scalar(
        "insert into news (site_id, outage_id, happening, occasion, at) values ($1, $2, $3, $4, $5)
         on conflict (outage_id, occasion) where outage_id is not null do nothing returning id",
    )
    .bind(site.0)
    .bind(outage)
    .bind(news.word())
    .bind(i64::try_from(occasion).unwrap_or(i64::MAX))
    .bind(millis(at))
    .fetch_optional(&mut *db)
    .await?;
    let Some(id) = id else { return Ok(()) };
    address(db, site, id).await
}

/// Notes who is to be told.
async fn address(db: &mut SqliteConnection, site: SiteId, news: i64) -> Result<(), StoreError> {
    sqlx::query(
        "insert into news_waiting (recipient_id, news_id)
         select r.id, $1 from recipient r where r.alerts = 1 and (r.all_sites = 1 or exists
             (select 1 from recipient_site rs where rs.recipient_id = r.id and rs.site_id = $2))",
    )
    .bind(news)
    .bind(site.0)
    .execute(db)
    .await?;
    Ok(())
}

/// An episode by which a vanishing outage is followed into the one that takes it in.
pub(super) async fn a_member(db: &mut SqliteConnection, outage: i64) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar("select min(id) from episode where outage_id = $1")
        .bind(outage)
        .fetch_one(db)
        .await?)
}

/// Hands what was told of an outage on to the one that took in this episode of it, unless that has news of its own:
/// who was told of the smaller one was told. Returns the one that took it in.
pub(super) async fn hand_on(
    db: &mut SqliteConnection,
    from: i64,
    episode: i64,
) -> Result<Option<i64>, StoreError> {
    let to: Option<i64> = sqlx::query_scalar("select outage_id from episode where id = $1")
        .bind(episode)
        .fetch_optional(&mut *db)
        .await?;
    let Some(to) = to.filter(|to| *to != from) else { return Ok(None) };
    sqlx::query(
        "update news set outage_id = $2
         where outage_id = $1 and not exists (select 1 from news n where n.outage_id = $2)",
    )
    .bind(from)
    .bind(to)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update told_outage set outage_id = $2 where outage_id = $1 and not exists
             (select 1 from told_outage t where t.outage_id = $2 and t.recipient_id = told_outage.recipient_id)",
    )
    .bind(from)
    .bind(to)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "insert into outage_mute (outage_id, muted_at, muted_by)
         select $2, muted_at, muted_by from outage_mute where outage_id = $1 on conflict (outage_id) do nothing",
    )
    .bind(from)
    .bind(to)
    .execute(db)
    .await?;
    Ok(Some(to))
}

impl Store {
    /// Files news of a site's robots.txt, once for each time that it fails; `false`: it is known.
    pub async fn file_robots_news(
        &self,
        site: SiteId,
        news: News,
        failing_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let id: Option<i64> = sqlx::query_scalar(
            "insert into news (site_id, outage_id, happening, occasion, at) values ($1, null, $2, $3, $4)
             on conflict (site_id, happening, occasion) where outage_id is null do nothing returning id",
        )
        .bind(site.0)
        .bind(news.word())
        .bind(millis(failing_since))
        .bind(millis(now))
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(id) = id {
            address(&mut transaction, site, id).await?;
        }
        transaction.commit().await?;
        Ok(id.is_some())
    }

    /// Sites whose robots.txt was told to fail and not yet to be well, with since when it failed.
    pub async fn told_robots(&self) -> Result<Vec<(SiteId, DateTime<Utc>)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select distinct n.site_id, n.occasion from news n
             where n.outage_id is null and n.happening <> $1 and not exists
                 (select 1 from news o where o.site_id = n.site_id and o.outage_id is null
                  and o.occasion = n.occasion and o.happening = $1)",
        )
        .bind(News::RobotsRecovered.word())
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(|(site, since)| (SiteId(site), instant(since))).collect())
    }

    /// For whom news waits.
    pub async fn awaited_news(&self) -> Result<Vec<Awaited>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "select w.recipient_id, min(n.at), max(n.at) from news_waiting w join news n on n.id = w.news_id
             group by w.recipient_id order by w.recipient_id",
        )
        .fetch_all(&self.db.reader)
        .await?;
        let awaited = |(recipient, first, last)| Awaited {
            recipient: RecipientId(recipient),
            first: instant(first),
            last: instant(last),
        };
        Ok(rows.into_iter().map(awaited).collect())
    }

    /// What waits for a recipient, oldest first.
    pub async fn waiting_news(&self, recipient: RecipientId) -> Result<Vec<StoredNews>, StoreError> {
        let rows: Vec<NewsRow> = sqlx::query_as(
            "select n.id, n.site_id, n.outage_id, n.happening, n.at,
                 case when m.outage_id is null then 0 else 1 end as muted
             from news_waiting w join news n on n.id = w.news_id
             left join outage_mute m on m.outage_id = n.outage_id
             where w.recipient_id = $1 order by n.id",
        )
        .bind(recipient.0)
        .fetch_all(&self.db.reader)
        .await?;
        rows.into_iter().map(StoredNews::try_from).collect()
    }

    /// Outages that go on, of which a recipient was last told before then, with that instant; none that are muted.
    pub async fn told_before(
        &self,
        recipient: RecipientId,
        then: DateTime<Utc>,
    ) -> Result<Vec<(OutageId, DateTime<Utc>)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select t.outage_id, t.at from told_outage t join outage o on o.id = t.outage_id
             where t.recipient_id = $1 and t.at <= $2 and o.ongoing = 1
                 and not exists (select 1 from outage_mute m where m.outage_id = t.outage_id)
             order by t.outage_id",
        )
        .bind(recipient.0)
        .bind(millis(then))
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(|(outage, at)| (OutageId(outage), instant(at))).collect())
    }

    /// Who muted an outage, and when; `None`: nobody did.
    pub async fn mute_of(&self, outage: OutageId) -> Result<Option<(DateTime<Utc>, String)>, StoreError> {
        let row: Option<(i64, String)> =
            sqlx::query_as("select muted_at, muted_by from outage_mute where outage_id = $1")
                .bind(outage.0)
                .fetch_optional(&self.db.reader)
                .await?;
        Ok(row.map(|(at, by)| (instant(at), by)))
    }

    /// Mutes an outage; `false`: there is no such outage.
    pub async fn mute(&self, outage: OutageId, by: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into outage_mute (outage_id, muted_at, muted_by) select id, $2, $3 from outage where id = $1
             on conflict (outage_id) do update set muted_by = outage_mute.muted_by",
        )
        .bind(outage.0)
        .bind(millis(now))
        .bind(by)
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets an outage be told of again.
    pub async fn unmute(&self, outage: OutageId) -> Result<(), StoreError> {
        sqlx::query("delete from outage_mute where outage_id = $1")
            .bind(outage.0)
            .execute(&self.db.writer)
            .await?;
        Ok(())
    }
}
