//! How much is stored: for those who look after the file.

use sqlx::FromRow;

use super::{Store, StoreError};

/// Counts of what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// Sites.
    pub sites: u64,
    /// Known URLs of all sites.
    pub urls: u64,
    /// Outages, those that are over among them.
    pub outages: u64,
    /// Crawls.
    pub crawls: u64,
    /// Failing answers that are kept.
    pub evidence: u64,
    /// Size of the database, in bytes.
    pub bytes: u64,
    /// The number of the newest migration.
    pub schema: u64,
}

#[derive(FromRow)]
struct Row {
    sites: i64,
    urls: i64,
    outages: i64,
    crawls: i64,
    evidence: i64,
    bytes: i64,
    schema: i64,
}

impl Store {
    /// Counts what is stored; reads an index of each table, and no row.
    pub async fn stock(&self) -> Result<Stock, StoreError> {
        let row: Row = sqlx::query_as(
            "select (select count(*) from site) sites, (select count(*) from url) urls,
                    (select count(*) from outage) outages, (select count(*) from crawl) crawls,
                    (select count(*) from evidence) evidence,
                    (select page_count * page_size from pragma_page_count(), pragma_page_size()) bytes,
                    (select max(version) from _sqlx_migrations) schema",
        )
        .fetch_one(&self.db.reader)
        .await?;
        Ok(Stock {
            sites: row.sites.cast_unsigned(),
            urls: row.urls.cast_unsigned(),
            outages: row.outages.cast_unsigned(),
            crawls: row.crawls.cast_unsigned(),
            evidence: row.evidence.cast_unsigned(),
            bytes: row.bytes.cast_unsigned(),
            schema: row.schema.cast_unsigned(),
        })
    }
}
