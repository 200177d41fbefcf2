//! What is old goes, a few rows at a time so that nobody waits long for the one writer, and the file gives the space back.
//!
//! What is still needed stays however old it is: outages that go on or can still change, the newest state of a URL, the newest
//! crawl of a site. And one answer of each outage stays as long as the outage: without any, it could no longer be said who
//! answered and why.

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError, millis};
use crate::domain::keep::Kind;

/// So many rows go in one transaction. It is what is written that is bounded: to find them may read more of a table.
const ROWS_A_BATCH: i64 = 500;

/// So many pages of the file are given back at a time: 2 MB.
const PAGES_A_BATCH: i64 = 500;

impl Store {
    /// Removes some of what a kind holds from before this instant; returns how many rows were changed or went, 0 when nothing is
    /// left to do.
    pub async fn forget_some(&self, kind: Kind, before: DateTime<Utc>) -> Result<u64, StoreError> {
        match kind {
            Kind::Evidence => self.forget_evidence(before).await,
            Kind::Messages => self.run_until_some(&MESSAGES, before).await,
            Kind::Hours => self.run_until_some(&HOURS, before).await,
            Kind::Crawls => self.run_until_some(&CRAWLS, before).await,
            Kind::History => self.run_until_some(&HISTORY, before).await,
        }
    }

    /// Each statement has the instant as `$1` and the number of rows as `$2`, and is done when it finds none.
    async fn run_until_some(
        &self,
        statements: &[&'static str],
        before: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        for statement in statements {
            let done = sqlx::query(*statement)
                .bind(millis(before))
                .bind(ROWS_A_BATCH)
                .execute(&self.db.writer)
                .await?;
            if done.rows_affected() > 0 {
                return Ok(done.rows_affected());
            }
        }
        Ok(0)
    }

    /// Runs of failures outlive what showed them; one answer may have shown many.
    async fn forget_evidence(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let old: Vec<String> = sqlx::query_scalar(OLD_EVIDENCE)
            .bind(millis(before))
            .bind(ROWS_A_BATCH)
            .fetch_all(&mut *transaction)
            .await?;
        let mut changed = 0;
        for digest in &old {
            changed += forget_answer(&mut transaction, digest).await?;
            if changed >= ROWS_A_BATCH.cast_unsigned() {
                break;
            }
        }
        transaction.commit().await?;
        Ok(changed)
    }

    /// Gives some of the unused space of the file back; `false`: there is none left to speak of.
    pub async fn give_back_space(&self) -> Result<bool, StoreError> {
        let unused = self.unused_pages().await?;
        if unused < PAGES_A_BATCH {
            return Ok(false);
        }
        // A page is given back with each row that is asked for. A pragma takes no parameter.
        sqlx::query("pragma incremental_vacuum(500)").fetch_all(&self.db.writer).await?;
        Ok(self.unused_pages().await? < unused)
    }

    async fn unused_pages(&self) -> Result<i64, StoreError> {
        let counted = sqlx::query_scalar("select freelist_count from pragma_freelist_count()");
        Ok(counted.fetch_one(&self.db.writer).await?)
    }
}

async fn forget_answer(db: &mut SqliteConnection, digest: &str) -> Result<u64, StoreError> {
    let mut changed = 0;
    for statement in FORGET_ANSWER {
        let done = sqlx::query(statement).bind(digest).bind(ROWS_A_BATCH).execute(&mut *db).await?;
        changed += done.rows_affected();
    }
    Ok(changed)
}

/// Answers that nothing needs any more which goes on, is young, or has no other.
const OLD_EVIDENCE: &str = "select v.digest from evidence v where v.seen_at < $1
     and not exists (select 1 from episode e join outage o on o.id = e.outage_id
          where e.first_evidence = v.digest
            and (o.ongoing = 1 or o.watched = 1 or o.last_failing >= $1
                 or e.id = (select min(m.id) from episode m where m.outage_id = o.id)))
     and not exists (select 1 from episode e join outage o on o.id = e.outage_id
          where e.last_evidence = v.digest and (o.ongoing = 1 or o.watched = 1 or o.last_failing >= $1))
     order by v.seen_at limit $2";

/// One after the other: an answer goes when nobody refers to it.
const FORGET_ANSWER: [&str; 3] = [
    "update episode set first_evidence = null
     where id in (select id from episode where first_evidence = $1 limit $2)",
    "update episode set last_evidence = null
     where id in (select id from episode where last_evidence = $1 limit $2)",
    "delete from evidence where digest = $1 and $2 > 0
         and not exists (select 1 from episode where first_evidence = $1)
         and not exists (select 1 from episode where last_evidence = $1)",
];

const MESSAGES: [&str; 1] = ["delete from message where id in
     (select id from message where standing in ('delivered', 'dropped') and created_at < $1 limit $2)"];

const HOURS: [&str; 4] = [
    "delete from rollup_hour where (site_id, observer, hour, outcome) in
         (select site_id, observer, hour, outcome from rollup_hour where hour < $1 limit $2)",
    "delete from load_step where (site_id, hour, step, is_control, outcome) in
         (select site_id, hour, step, is_control, outcome from load_step where hour < $1 limit $2)",
    "delete from bot_hour where (site_id, hour, bot, verification, outcome) in
         (select site_id, hour, bot, verification, outcome from bot_hour where hour < $1 limit $2)",
    "delete from logged_hits where (site_id, hour, part) in
         (select site_id, hour, part from logged_hits where hour < $1 limit $2)",
];

const CRAWLS: [&str; 1] = ["delete from crawl where id in
     (select c.id from crawl c where c.requested_at < $1 and c.state in ('finished', 'stopped')
          and exists (select 1 from crawl n where n.site_id = c.site_id and n.id > c.id and n.state = 'finished')
      limit $2)"];

/// The members of an outage go before it; the newest spell of a URL is its state.
const HISTORY: [&str; 3] = [
    "delete from episode where id in
         (select e.id from outage o join episode e on e.outage_id = o.id
          where o.last_failing < $1 and o.ongoing = 0 and o.watched = 0 limit $2)",
    "delete from outage where id in
         (select id from outage where last_failing < $1 and ongoing = 0 and watched = 0 limit $2)",
    "delete from spell where id in
         (select s.id from spell s where s.last_seen < $1
              and exists (select 1 from spell n where n.url_id = s.url_id and n.observer = s.observer
                              and n.first_seen > s.first_seen)
          limit $2)",
];

#[cfg(test)]
mod tests;
