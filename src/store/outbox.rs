//! The outbox: messages that are to be delivered, with what became of them. A message is written once for its key, in the
//! transaction that takes away the news which it tells; it is delivered at least once, because a process can die between
//! the relay's word and ours.
//!
//! A clock that jumps neither holds a message back nor sends it twice: what seems to be due later than any wait is due now,
//! and a lease that seems to last longer than any lease is over.

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;

use super::messages::OutboxMessage;
use super::{Store, StoreError, corrupt, millis};
use crate::domain::channel::Channel;
use crate::domain::delivery::{Kind, LONGEST_WAIT, Standing};
use crate::domain::observation::OutageId;
use crate::domain::recipient::RecipientId;
use crate::domain::span::Span;

/// No message is held for longer, whatever somebody's patience: a lease that ends later was written before a clock was set
/// back.
const LONGEST_LEASE: Span = Span::hours(2);

/// A message that is due and that nobody holds. `$1` is now; `$2` and `$3` are later than any wait and any lease: what lies behind
/// them was written before a clock was set back.
macro_rules! is_due {
    () => {
        "standing = 'waiting' and (due_at <= $1 or due_at > $2)
         and (leased_until is null or leased_until <= $1 or leased_until > $3)"
    };
}

/// Which messages are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// The one with this key.
    Key(&'a str),
    /// All that go this way.
    Channel(Channel),
}

/// A message that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Names it among all messages.
    pub key: String,
    /// To whom.
    pub recipient: RecipientId,
    /// Why.
    pub kind: Kind,
    /// What a list calls it.
    pub subject: String,
    /// All of it, as who delivers reads it.
    pub body: String,
}

/// What a message makes unnecessary to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// News that it tells, or that nobody wants to hear.
    pub news: Vec<i64>,
    /// Outages of which it tells that they go on.
    pub ongoing: Vec<OutageId>,
    /// Outages of which it tells that they are over.
    pub over: Vec<OutageId>,
}

impl Store {
    /// Writes a message and takes away what it tells, both or neither; `false`: it had been written before.
    pub async fn post(&self, new: &NewMessage, told: &Told, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let done = sqlx::query(
            "insert into message (key, recipient_id, kind, subject, body, created_at, standing, due_at)
             values ($1, $2, $3, $4, $5, $6, $7, $6) on conflict (key) do nothing",
        )
        .bind(&new.key)
        .bind(new.recipient.0)
        .bind(new.kind.word())
        .bind(&new.subject)
        .bind(&new.body)
        .bind(millis(now))
        .bind(Standing::Waiting.word())
        .execute(&mut *transaction)
        .await?;
        take_away(&mut transaction, new.recipient, told, now).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes away news that is not told after all.
    pub async fn pass_over(
        &self,
        recipient: RecipientId,
        told: &Told,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        take_away(&mut transaction, recipient, told, now).await?;
        Ok(transaction.commit().await?)
    }

    /// The ways that messages go which are due.
    pub async fn due_channels(&self, now: DateTime<Utc>) -> Result<Vec<Channel>, StoreError> {
        let words: Vec<String> = sqlx::query_scalar(concat!(
            "select distinct r.channel from message m join recipient r on r.id = m.recipient_id where ",
            is_due!()
        ))
        .bind(millis(now))
        .bind(millis(now + LONGEST_WAIT.delta() * 2))
        .bind(millis(now + LONGEST_LEASE.delta()))
        .fetch_all(&self.db.reader)
        .await?;
        words.iter().map(|word| word.parse().map_err(|why| corrupt("recipient", 0, why))).collect()
    }

    /// Takes so many messages that are due for so long; nobody else gets them meanwhile. Each counts as tried.
    pub async fn take_due(
        &self,
        now: DateTime<Utc>,
        lease: Span,
        (most, which): (u32, Which<'_>),
    ) -> Result<Vec<(OutboxMessage, String)>, StoreError> {
        let (key, channel) = match which {
            Which::Key(key) => (Some(key), None),
            Which::Channel(channel) => (None, Some(channel.word())),
        };
        let ids: Vec<i64> = sqlx::query_scalar(concat!(
            "update message set leased_until = $4, tries = tries + 1 where id in
                 (select id from message where ",
            is_due!(),
            " and ($6 is null or key = $6)
              and ($7 is null or recipient_id in (select id from recipient where channel = $7))
                  order by due_at, id limit $5)
             returning id"
        ))
        .bind(millis(now))
        // Twice the longest: what another process wrote a moment later by its own clock is no jump.
        .bind(millis(now + LONGEST_WAIT.delta() * 2))
        .bind(millis(now + LONGEST_LEASE.delta()))
        .bind(millis(now + lease.delta()))
        .bind(i64::from(most))
        .bind(key)
        .bind(channel)
        .fetch_all(&self.db.writer)
        .await?;
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            let body: Option<String> = sqlx::query_scalar("select body from message where id = $1")
                .bind(id)
                .fetch_optional(&self.db.reader)
                .await?;
            if let (Some(message), Some(body)) = (self.message(id).await?, body) {
                taken.push((message, body));
            }
        }
        Ok(taken)
    }

    /// The other side took a message.
    pub async fn note_delivered(&self, id: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "update message set standing = 'delivered', settled_at = $2, leased_until = null, last_error = null
             where id = $1",
        )
        .bind(id)
        .bind(millis(now))
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// The other side did not take a message; it is tried again then, or never.
    pub async fn note_failed(
        &self,
        id: i64,
        why: &str,
        again: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let standing = if again.is_some() { Standing::Waiting } else { Standing::Dead };
        sqlx::query(
            "update message set standing = $2, due_at = $3, settled_at = $4, last_error = $5, leased_until = null
             where id = $1 and standing = 'waiting'",
        )
        .bind(id)
        .bind(standing.word())
        .bind(millis(again.unwrap_or(now)))
        .bind(again.is_none().then(|| millis(now)))
        .bind(why)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }

    /// Tries a message again now, from the first wait on; `false`: it is not there, or was delivered.
    pub async fn retry(&self, id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update message set standing = 'waiting', due_at = $2, tries = 0, settled_at = null
             where id = $1 and standing in ('waiting', 'dead')",
        )
        .bind(id)
        .bind(millis(now))
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a message up because somebody says so; `false`: it is not there, or is over.
    pub async fn drop_message(&self, id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update message set standing = 'dropped', settled_at = $2
             where id = $1 and standing in ('waiting', 'dead')",
        )
        .bind(id)
        .bind(millis(now))
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets the texts of what was delivered and was written before `texts`.
    pub async fn forget_texts(&self, texts: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "update message set body = '' where standing = 'delivered' and created_at < $1 and body <> ''",
        )
        .bind(millis(texts))
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }
}

async fn take_away(
    db: &mut SqliteConnection,
    recipient: RecipientId,
    told: &Told,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for news in &told.news {
        sqlx::query("delete from news_waiting where recipient_id = $1 and news_id = $2")
            .bind(recipient.0)
            .bind(news)
            .execute(&mut *db)
            .await?;
    }
    for outage in &told.ongoing {
        sqlx::query(
            "insert into told_outage (recipient_id, outage_id, at) select $1, id, $3 from outage where id = $2
             on conflict (recipient_id, outage_id) do update set at = excluded.at",
        )
        .bind(recipient.0)
        .bind(outage.0)
        .bind(millis(now))
        .execute(&mut *db)
        .await?;
    }
    for outage in &told.over {
        sqlx::query("delete from told_outage where recipient_id = $1 and outage_id = $2")
            .bind(recipient.0)
            .bind(outage.0)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
