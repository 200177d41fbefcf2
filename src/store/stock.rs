//! How much is stored of what, and how large the file is: for those who look after it.
//!
//! Sizes and rows by kind are counted once a day and kept: counting reads the whole file, and no page waits for that.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, instant, millis};

/// What is in none of the kinds of `domain::keep`: sites, and what is known of their URLs.
pub const SITES: &str = "sites";

/// The rest: accounts, recipients, and what the engine needs for itself.
pub const REST: &str = "rest";

/// Which tables hold what, by the keys of `domain::keep`. A test sees to it that every table is in one row.
const TABLES: [(&str, &[&str]); 7] = [
    ("evidence", &["evidence"]),
    ("hours", &["rollup_hour", "load_step", "bot_hour", "logged_hits"]),
    ("crawls", &["crawl"]),
    ("messages", &["message", "news", "news_waiting", "told_outage"]),
    ("history", &["spell", "outage", "episode", "pulse", "outage_mute", "deploy_mark", "silence"]),
    (
        SITES,
        &[
            "site",
            "url",
            "sitemap",
            "robots_copy",
            "sentinel",
            "looked_day",
            "site_tally",
            "logged_site",
            "log_position",
        ],
    ),
    (
        REST,
        &[
            "account",
            "session",
            "setup_link",
            "api_token",
            "recipient",
            "recipient_site",
            "signing_key",
            "storage_measure",
            "recording_check",
            "_sqlx_migrations",
            "sqlite_sequence",
            "sqlite_schema",
        ],
    ),
];

/// How much there is of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// A key of `domain::keep`, or [`SITES`], or [`REST`].
    pub kind: String,
    /// Rows of its tables together.
    pub rows: u64,
    /// Bytes of its tables and their indexes.
    pub bytes: u64,
    /// When that was counted.
    pub measured_at: DateTime<Utc>,
}

/// The file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    /// Bytes of it.
    pub bytes: u64,
    /// Of these, bytes in which nothing is kept any more.
    pub unused: u64,
    /// The number of the newest migration.
    pub schema: u64,
}

impl Store {
    /// How large the file is.
    pub async fn stock(&self) -> Result<Stock, StoreError> {
        let (bytes, unused, schema): (i64, i64, i64) = sqlx::query_as(
            "select page_count * page_size, freelist_count * page_size, (select max(version) from _sqlx_migrations)
             from pragma_page_count(), pragma_page_size(), pragma_freelist_count()",
        )
        .fetch_one(&self.db.reader)
        .await?;
        let number = i64::cast_unsigned;
        Ok(Stock { bytes: number(bytes), unused: number(unused), schema: number(schema) })
    }

    /// Counts what there is of each kind, and keeps that.
    pub async fn measure(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut kinds: BTreeMap<&str, (i64, i64)> = TABLES.iter().map(|(kind, _)| (*kind, (0, 0))).collect();
        for (table, bytes) in self.table_sizes().await? {
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

    /// What was counted last; nothing before the first time.
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

    /// The bytes of each table, its indexes among them.
    async fn table_sizes(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let sizes = sqlx::query_as(
            "select m.tbl_name, sum(d.pgsize) from dbstat d
             join (select name, tbl_name from sqlite_schema
                   union all select 'sqlite_schema', 'sqlite_schema') m on m.name = d.name
             where d.aggregate = 1 group by m.tbl_name",
        );
        Ok(sizes.fetch_all(&self.db.reader).await?)
    }
}

fn kind_of(table: &str) -> &'static str {
    TABLES.iter().find(|(_, tables)| tables.contains(&table)).map_or(REST, |(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keep::ROWS;

    #[tokio::test]
    async fn every_table_counts_as_something_and_all_of_the_file_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.measures().await.unwrap(), []);
        let sizes = store.table_sizes().await.unwrap();
        for (table, _) in &sizes {
            assert!(
                TABLES.iter().any(|(_, tables)| tables.contains(&table.as_str())),
                "{table} is in no row"
            );
        }
        let now = "2026-11-28T09:00:00Z".parse().unwrap();
        store.measure(now).await.unwrap();
        let measures = store.measures().await.unwrap();
        let of = |kind: &str| measures.iter().find(|measure| measure.kind == kind).cloned().unwrap();
        assert!(ROWS.iter().all(|row| of(row.key).rows == 0 && of(row.key).bytes > 0));
        assert!(measures.iter().all(|measure| measure.measured_at == now));
        let counted: u64 = measures.iter().map(|measure| measure.bytes).sum();
        let stock = store.stock().await.unwrap();
        // Besides the tables there are pages that say where the others are.
        assert!((stock.bytes * 9 / 10..=stock.bytes).contains(&counted), "{counted} of {stock:?}");
    }
}
