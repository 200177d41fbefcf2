//! What is old goes, a few rows at a time so that nobody waits long for the one writer, and the file gives the space back. Also
//! how much there is of each kind, counted once a day: counting reads the whole file.
//!
//! What is still needed stays however old it is: outages that go on or can still change, the newest state of a URL, the newest
//! crawl of a site.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, instant, millis};
use crate::domain::keep::Kind;

/// So many rows go in one transaction.
const ROWS_A_BATCH: i64 = 500;

/// So many pages of the file are given back at a time.
const PAGES_A_BATCH: i64 = 500;

/// Which tables hold what. A table that is in none of these rows counts as the rest.
const TABLES: [(&str, &[&str]); 6] = [
    ("evidence", &["evidence"]),
    ("hours", &["rollup_hour", "load_step"]),
    ("crawls", &["crawl"]),
    ("messages", &["message", "news", "news_waiting", "told_outage"]),
    ("history", &["spell", "outage", "episode", "pulse", "outage_mute"]),
    (
        "urls",
        &["site", "url", "sitemap", "robots_copy", "sentinel", "looked_day", "site_tally", "deploy_mark"],
    ),
];

/// The kind of what is in none of them.
const REST: &str = "rest";

/// How much there is of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// A key of `domain::keep`, or `urls`, or `rest`.
    pub kind: String,
    /// Rows of its tables together.
    pub rows: u64,
    /// Bytes of its tables and their indexes.
    pub bytes: u64,
    /// When that was counted.
    pub measured_at: DateTime<Utc>,
}

/// How large the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSize {
    /// Bytes of it.
    pub bytes: u64,
    /// Of these, bytes in which nothing is kept any more.
    pub unused: u64,
}

impl Store {
    /// Removes some of what a kind holds from before this instant; returns how many rows went, 0 when none are left.
    pub async fn forget_some(&self, kind: Kind, before: DateTime<Utc>) -> Result<u64, StoreError> {
        match kind {
            Kind::Evidence => self.forget_evidence(before).await,
            Kind::Messages => self.forget_old_messages(before).await,
            Kind::Hours => self.run_until_some(&HOURS, before).await,
            Kind::Crawls => self.run_until_some(&CRAWLS, before).await,
            Kind::History => self.run_until_some(&HISTORY, before).await,
        }
    }

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

    /// Runs of failures outlive what showed them.
    async fn forget_evidence(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        let old: Vec<String> =
            sqlx::query_scalar("select digest from evidence where seen_at < $1 order by seen_at limit $2")
                .bind(millis(before))
                .bind(ROWS_A_BATCH)
                .fetch_all(&mut *transaction)
                .await?;
        for digest in &old {
            for statement in EVIDENCE {
                sqlx::query(statement).bind(digest).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(old.len() as u64)
    }

    async fn forget_old_messages(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = "delete from message where id in (select id from message
             where standing in ('delivered', 'dropped') and created_at < $1 limit $2)";
        self.run_until_some(&[statement], before).await
    }

    /// Gives some of the unused space of the file back; `false`: there is none left to speak of.
    pub async fn give_back_space(&self) -> Result<bool, StoreError> {
        let unused: i64 = sqlx::query_scalar("select freelist_count from pragma_freelist_count()")
            .fetch_one(&self.db.reader)
            .await?;
        if unused < PAGES_A_BATCH {
            return Ok(false);
        }
        // A page is given back with each row that is asked for. A pragma takes no parameter.
        sqlx::query("pragma incremental_vacuum(500)").fetch_all(&self.db.writer).await?;
        let left: i64 = sqlx::query_scalar("select freelist_count from pragma_freelist_count()")
            .fetch_one(&self.db.writer)
            .await?;
        if left < PAGES_A_BATCH {
            // Readers may hold it; then it happens another day.
            sqlx::query("pragma wal_checkpoint(truncate)").fetch_all(&self.db.writer).await?;
        }
        Ok(left < unused)
    }

    /// Counts what there is of each kind, and keeps that.
    pub async fn measure(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let sizes: Vec<(String, i64)> = sqlx::query_as(
            "select m.tbl_name, sum(d.pgsize) from dbstat d join sqlite_master m on m.name = d.name
             where d.aggregate = 1 group by m.tbl_name",
        )
        .fetch_all(&self.db.reader)
        .await?;
        let mut kinds: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for (table, bytes) in sizes {
            // The names are the schema's own, and no reader's.
            let counted = sqlx::AssertSqlSafe(format!("select count(*) from \"{table}\""));
            let rows: i64 = sqlx::query_scalar(counted).fetch_one(&self.db.reader).await?;
            let sums = kinds.entry(kind_of(&table)).or_default();
            *sums = (sums.0 + rows, sums.1 + bytes);
        }
        let mut transaction = self.db.writer.begin_with("begin immediate").await?;
        for (kind, (rows, bytes)) in kinds {
            sqlx::query(
                "insert into storage_measure (kind, row_count, bytes, measured_at) values ($1, $2, $3, $4)
                 on conflict (kind) do update set row_count = excluded.row_count, bytes = excluded.bytes,
                     measured_at = excluded.measured_at",
            )
            .bind(kind)
            .bind(rows)
            .bind(bytes)
            .bind(millis(now))
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// What was counted last.
    pub async fn measures(&self) -> Result<Vec<Measure>, StoreError> {
        let rows: Vec<(String, i64, i64, i64)> =
            sqlx::query_as("select kind, row_count, bytes, measured_at from storage_measure order by kind")
                .fetch_all(&self.db.reader)
                .await?;
        let measure = |(kind, rows, bytes, at): (String, i64, i64, i64)| Measure {
            kind,
            rows: rows.cast_unsigned(),
            bytes: bytes.cast_unsigned(),
            measured_at: instant(at),
        };
        Ok(rows.into_iter().map(measure).collect())
    }

    /// How large the file is.
    pub async fn file_size(&self) -> Result<FileSize, StoreError> {
        let (bytes, unused): (i64, i64) = sqlx::query_as(
            "select page_count * page_size, freelist_count * page_size
             from pragma_page_count(), pragma_page_size(), pragma_freelist_count()",
        )
        .fetch_one(&self.db.reader)
        .await?;
        Ok(FileSize { bytes: bytes.cast_unsigned(), unused: unused.cast_unsigned() })
    }
}

fn kind_of(table: &str) -> &'static str {
    TABLES.iter().find(|(_, tables)| tables.contains(&table)).map_or(REST, |(kind, _)| kind)
}

const EVIDENCE: [&str; 3] = [
    "update episode set first_evidence = null where first_evidence = $1",
    "update episode set last_evidence = null where last_evidence = $1",
    "delete from evidence where digest = $1",
];

const HOURS: [&str; 2] = [
    "delete from rollup_hour where (site_id, observer, hour, outcome) in
         (select site_id, observer, hour, outcome from rollup_hour where hour < $1 limit $2)",
    "delete from load_step where (site_id, hour, step, is_control, outcome) in
         (select site_id, hour, step, is_control, outcome from load_step where hour < $1 limit $2)",
];

const CRAWLS: [&str; 1] = ["delete from crawl where id in
     (select c.id from crawl c where c.requested_at < $1 and c.state in ('finished', 'stopped')
          and exists (select 1 from crawl n where n.site_id = c.site_id and n.id > c.id and n.state = 'finished')
      limit $2)"];

/// An outage takes its runs of failures with it.
const HISTORY: [&str; 2] = [
    "delete from outage where id in
         (select id from outage where last_failing < $1 and ongoing = 0 and watched = 0 limit $2 / 50)",
    "delete from spell where id in
         (select s.id from spell s where s.last_seen < $1
              and exists (select 1 from spell n where n.url_id = s.url_id and n.observer = s.observer
                              and n.first_seen > s.first_seen)
          limit $2)",
];
