//! The messages of the outbox, for those who read: who lists them, counts them, and asks what became of one. They are written,
//! taken and settled by [`super::outbox`].

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, FromRow};

use super::{Store, StoreError, corrupt, instant};
use crate::domain::delivery::{Kind, Standing};
use crate::domain::recipient::RecipientId;

/// A message with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its row.
    pub id: i64,
    /// Names it among all messages.
    pub key: String,
    /// To whom.
    pub recipient: RecipientId,
    /// That one's name.
    pub recipient_name: String,
    /// Why.
    pub kind: Kind,
    /// What a list calls it.
    pub subject: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// What became of it.
    pub standing: Standing,
    /// When it is tried next, while it waits.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was delivered, given up or dropped.
    pub settled_at: Option<DateTime<Utc>>,
}

/// How many messages are in which standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// To be delivered for the first time, or again.
    pub waiting: u64,
    /// Of these: tried in vain at least once.
    pub failing: u64,
    /// Given up.
    pub dead: u64,
}

#[derive(FromRow)]
struct MessageRow {
    id: i64,
    key: String,
    recipient_id: i64,
    recipient_name: String,
    kind: String,
    subject: String,
    created_at: i64,
    standing: String,
    due_at: i64,
    tries: i64,
    last_error: Option<String>,
    settled_at: Option<i64>,
}

impl TryFrom<MessageRow> for OutboxMessage {
    type Error = StoreError;

    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        let bad = |why: String| corrupt("message", row.id, why);
        Ok(Self {
            id: row.id,
            kind: row.kind.parse().map_err(|why| bad(format!("{why}")))?,
            standing: row.standing.parse().map_err(|why| bad(format!("{why}")))?,
            key: row.key,
            recipient: RecipientId(row.recipient_id),
            recipient_name: row.recipient_name,
            subject: row.subject,
            created_at: instant(row.created_at),
            due_at: instant(row.due_at),
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
            last_error: row.last_error,
            settled_at: row.settled_at.map(instant),
        })
    }
}

const COLUMNS: &str =
    "select m.id, m.key, m.recipient_id, r.name as recipient_name, m.kind, m.subject, m.created_at,
         m.standing, m.due_at, m.tries, m.last_error, m.settled_at
     from message m join recipient r on r.id = m.recipient_id";

impl Store {
    /// Whether a message with this key was ever written.
    pub async fn is_posted(&self, key: &str) -> Result<bool, StoreError> {
        let found: i64 = sqlx::query_scalar("select count(*) from message where key = $1")
            .bind(key)
            .fetch_one(&self.db.reader)
            .await?;
        Ok(found > 0)
    }

    /// A message.
    pub async fn message(&self, id: i64) -> Result<Option<OutboxMessage>, StoreError> {
        self.some_messages(Some(id), 1).await.map(|mut all| all.pop())
    }

    /// The message with this key.
    pub async fn message_with_key(&self, key: &str) -> Result<Option<OutboxMessage>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar("select id from message where key = $1")
            .bind(key)
            .fetch_optional(&self.db.reader)
            .await?;
        match id {
            Some(id) => self.message(id).await,
            None => Ok(None),
        }
    }

    /// All of a message, as who delivers reads it.
    pub async fn message_body(&self, id: i64) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar("select body from message where id = $1").bind(id);
        Ok(body.fetch_optional(&self.db.reader).await?)
    }

    /// The newest messages: what is given up first, then what waits, then the rest.
    pub async fn messages(&self, most: u32) -> Result<Vec<OutboxMessage>, StoreError> {
        self.some_messages(None, most).await
    }

    async fn some_messages(&self, id: Option<i64>, most: u32) -> Result<Vec<OutboxMessage>, StoreError> {
        // Not one condition for both: it would walk all messages to find one.
        let which = if id.is_some() { "m.id = $1" } else { "$1 is null" };
        let sql = format!(
            "{COLUMNS} where {which}
             order by case m.standing when 'dead' then 0 when 'waiting' then 1 else 2 end, m.id desc limit $2"
        );
        let rows: Vec<MessageRow> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(id)
            .bind(i64::from(most))
            .fetch_all(&self.db.reader)
            .await?;
        rows.into_iter().map(OutboxMessage::try_from).collect()
    }

    /// How many messages wait and are given up.
    pub async fn tally_messages(&self) -> Result<Tally, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "select standing, count(*), sum(case when last_error is null then 0 else 1 end) from message
             where standing in ('waiting', 'dead') group by standing",
        )
        .fetch_all(&self.db.reader)
        .await?;
        let mut tally = Tally::default();
        for (standing, count, failing) in rows {
            if standing == Standing::Dead.word() {
                tally.dead = count.cast_unsigned();
            } else {
                (tally.waiting, tally.failing) = (count.cast_unsigned(), failing.cast_unsigned());
            }
        }
        Ok(tally)
    }

    /// Since when the oldest message waits; `None`: none does.
    pub async fn oldest_waiting(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> =
            sqlx::query_scalar("select min(created_at) from message where standing = 'waiting'")
                .fetch_one(&self.db.reader)
                .await?;
        Ok(at.map(instant))
    }

    /// When the newest message was delivered to a recipient.
    pub async fn last_delivered(&self, recipient: RecipientId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "select max(settled_at) from message where recipient_id = $1 and standing = 'delivered'",
        )
        .bind(recipient.0)
        .fetch_one(&self.db.reader)
        .await?;
        Ok(at.map(instant))
    }
}
