//! Who is told: recipients with their wishes and the sites that they follow. Their secrets are kept as they were given; who
//! shows a recipient shows them not.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::channel::Channel;
use crate::domain::observation::SiteId;
use crate::domain::recipient::{Recipient, RecipientId, Wishes};

/// A recipient that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecipient {
    /// What people call it.
    pub name: String,
    /// By which way it is told.
    pub channel: Channel,
    /// Where.
    pub target: String,
    /// What proves that we are we.
    pub secret: Option<String>,
    /// Of which sites; `None`: of all.
    pub sites: Option<BTreeSet<SiteId>>,
    /// Of what, and when.
    pub wishes: Wishes,
}

#[derive(FromRow)]
struct RecipientRow {
    id: i64,
    name: String,
    channel: String,
    target: String,
    secret: Option<String>,
    all_sites: i64,
    wishes: String,
    created_at: i64,
}

impl RecipientRow {
    fn following(self, sites: BTreeSet<SiteId>) -> Result<Recipient, StoreError> {
        let bad = |why: String| corrupt("recipient", self.id, why);
        Ok(Recipient {
            id: RecipientId(self.id),
            channel: self.channel.parse().map_err(|why| bad(format!("{why}")))?,
            wishes: serde_json::from_str(&self.wishes).map_err(|why| bad(why.to_string()))?,
            name: self.name,
            target: self.target,
            secret: self.secret,
            sites: (self.all_sites == 0).then_some(sites),
            created_at: instant(self.created_at),
        })
    }
}

impl Store {
    /// Adds a recipient; `None`: the name is taken.
    pub async fn add_recipient(
        &self,
        new: &NewRecipient,
        now: DateTime<Utc>,
    ) -> Result<Option<RecipientId>, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let id: Option<i64> = sqlx::query_scalar(
            "insert into recipient (name, channel, target, secret, alerts, all_sites, wishes, created_at, summaries_since)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (name) do nothing returning id",
        )
        .bind(&new.name)
        .bind(new.channel.word())
        .bind(&new.target)
        .bind(&new.secret)
        .bind(i64::from(new.wishes.alerts))
        .bind(i64::from(new.sites.is_none()))
        .bind(json(&new.wishes))
        .bind(millis(now))
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(id) = id {
            put_sites(&mut transaction, RecipientId(id), new.sites.as_ref()).await?;
        }
        transaction.commit().await?;
        Ok(id.map(RecipientId))
    }

    /// Changes a recipient to this; `false`: there is none with its id, or another one has its name. Whoever had no
    /// summaries and wants some gets none that was due before now.
    pub async fn update_recipient(
        &self,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let before = self.recipient(recipient.id).await?;
        let had_none = before.is_some_and(|before| before.wishes.summary.is_empty());
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let done = sqlx::query(
            "update recipient set name = $2, channel = $3, target = $4, secret = $5, alerts = $6, all_sites = $7,
                 wishes = $8, summaries_since = case when $9 = 1 then $10 else summaries_since end
             where id = $1 and not exists (select 1 from recipient o where o.name = $2 and o.id <> $1)",
        )
        .bind(recipient.id.0)
        .bind(&recipient.name)
        .bind(recipient.channel.word())
        .bind(&recipient.target)
        .bind(&recipient.secret)
        .bind(i64::from(recipient.wishes.alerts))
        .bind(i64::from(recipient.sites.is_none()))
        .bind(json(&recipient.wishes))
        .bind(i64::from(had_none))
        .bind(millis(now))
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        put_sites(&mut transaction, recipient.id, recipient.sites.as_ref()).await?;
        if !recipient.wishes.alerts {
            sqlx::query("delete from news_waiting where recipient_id = $1")
                .bind(recipient.id.0)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes a recipient with the messages to it; `false`: there is none.
    pub async fn remove_recipient(&self, id: RecipientId) -> Result<bool, StoreError> {
        let done =
            sqlx::query("delete from recipient where id = $1").bind(id.0).execute(&self.db.writer).await?;
        Ok(done.rows_affected() == 1)
    }

    /// All recipients, by name.
    pub async fn recipients(&self) -> Result<Vec<Recipient>, StoreError> {
        self.some_recipients(None, None).await
    }

    /// The recipient with this row.
    pub async fn recipient(&self, id: RecipientId) -> Result<Option<Recipient>, StoreError> {
        Ok(self.some_recipients(Some(id), None).await?.pop())
    }

    /// The recipient with this name.
    pub async fn recipient_named(&self, name: &str) -> Result<Option<Recipient>, StoreError> {
        Ok(self.some_recipients(None, Some(name)).await?.pop())
    }

    /// Since when a recipient's summaries are sent.
    pub async fn summaries_since(&self, id: RecipientId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let since: Option<i64> = sqlx::query_scalar("select summaries_since from recipient where id = $1")
            .bind(id.0)
            .fetch_optional(&self.db.reader)
            .await?;
        Ok(since.map(instant))
    }

    async fn some_recipients(
        &self,
        id: Option<RecipientId>,
        name: Option<&str>,
    ) -> Result<Vec<Recipient>, StoreError> {
        let rows: Vec<RecipientRow> = sqlx::query_as(
            "select id, name, channel, target, secret, all_sites, wishes, created_at from recipient
             where ($1 is null or id = $1) and ($2 is null or name = $2) order by name",
        )
        .bind(id.map(|id| id.0))
        .bind(name)
        .fetch_all(&self.db.reader)
        .await?;
        let pairs: Vec<(i64, i64)> = sqlx::query_as("select recipient_id, site_id from recipient_site")
            .fetch_all(&self.db.reader)
            .await?;
        let mut sites: HashMap<i64, BTreeSet<SiteId>> = HashMap::new();
        for (recipient, site) in pairs {
            sites.entry(recipient).or_default().insert(SiteId(site));
        }
        rows.into_iter()
            .map(|row| {
                let of_row = sites.remove(&row.id).unwrap_or_default();
                row.following(of_row)
            })
            .collect()
    }
}

fn json(wishes: &Wishes) -> String {
    serde_json::to_string(wishes).unwrap_or_default()
}

async fn put_sites(
    db: &mut SqliteConnection,
    id: RecipientId,
    sites: Option<&BTreeSet<SiteId>>,
) -> Result<(), StoreError> {
    sqlx::query("delete from recipient_site where recipient_id = $1").bind(id.0).execute(&mut *db).await?;
    for site in sites.into_iter().flatten() {
        sqlx::query(
            "insert into recipient_site (recipient_id, site_id) select $1, id from site where id = $2",
        )
        .bind(id.0)
        .bind(site.0)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}
