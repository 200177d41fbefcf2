//! Deploys: recorded by hand or by whoever deploys, listed, removed. Which outage began with which is told by
//! `domain::deploy`.
//!
//! A mark that is equal in site, instant and name is the same mark: a pipeline may run its step twice.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::deploy::{Deploy, DeployMark};
use crate::domain::observation::{DeployId, SiteId};

/// What came of recording a deploy for one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The mark.
    pub mark: DeployMark,
    /// `false`: it was there already.
    pub is_new: bool,
}

#[derive(Debug, FromRow)]
struct DeployRow {
    id: i64,
    site_id: i64,
    at: i64,
    name: String,
}

impl From<DeployRow> for DeployMark {
    fn from(row: DeployRow) -> Self {
        Self {
            id: DeployId(row.id),
            site: SiteId(row.site_id),
            deploy: Deploy::stored(instant(row.at), &row.name),
        }
    }
}

impl Store {
    /// Records a deploy of these sites, for all of them or for none; a site that is named twice is marked once.
    pub async fn mark_deploy(
        &self,
        sites: &[SiteId],
        deploy: &Deploy,
        now: DateTime<Utc>,
    ) -> Result<Vec<Marked>, StoreError> {
        let mut marked: Vec<Marked> = Vec::with_capacity(sites.len());
        let mut transaction = self.db.writer.begin().await?;
        for site in sites {
            if marked.iter().any(|known| known.mark.site == *site) {
                continue;
            }
            let added = sqlx::query(
                "insert into deploy_mark (site_id, at, name, recorded_at) values ($1, $2, $3, $4)
                 on conflict (site_id, at, name) do nothing",
            )
            .bind(site.0)
            .bind(millis(deploy.at()))
            .bind(deploy.name().unwrap_or_default())
            .bind(millis(now))
            .execute(&mut *transaction)
            .await?;
            let row: Option<DeployRow> = sqlx::query_as(
                "select id, site_id, at, name from deploy_mark where site_id = $1 and at = $2 and name = $3",
            )
            .bind(site.0)
            .bind(millis(deploy.at()))
            .bind(deploy.name().unwrap_or_default())
            .fetch_optional(&mut *transaction)
            .await?;
            let row = row.ok_or_else(|| corrupt("deploy_mark", 0, "it vanished as it was added"))?;
            marked.push(Marked { mark: row.into(), is_new: added.rows_affected() > 0 });
        }
        transaction.commit().await?;
        Ok(marked)
    }

    /// All deploys of a site that are recorded, newest first. There is a row a deploy: not many.
    pub async fn deploys(&self, site: SiteId) -> Result<Vec<DeployMark>, StoreError> {
        let rows: Vec<DeployRow> = sqlx::query_as(
            "select id, site_id, at, name from deploy_mark where site_id = $1 order by at desc, id desc",
        )
        .bind(site.0)
        .fetch_all(&self.db.reader)
        .await?;
        Ok(rows.into_iter().map(DeployMark::from).collect())
    }

    /// The newest deploy of a site that is not later than this instant.
    pub async fn last_deploy(
        &self,
        site: SiteId,
        until: DateTime<Utc>,
    ) -> Result<Option<DeployMark>, StoreError> {
        let row: Option<DeployRow> = sqlx::query_as(
            "select id, site_id, at, name from deploy_mark where site_id = $1 and at <= $2
             order by at desc, id desc limit 1",
        )
        .bind(site.0)
        .bind(millis(until))
        .fetch_optional(&self.db.reader)
        .await?;
        Ok(row.map(DeployMark::from))
    }

    /// Removes a mark and returns what it was; `None`: it was not there.
    pub async fn remove_deploy(&self, id: DeployId) -> Result<Option<DeployMark>, StoreError> {
        let rows: Vec<DeployRow> =
            sqlx::query_as("delete from deploy_mark where id = $1 returning id, site_id, at, name")
                .bind(id.0)
                .fetch_all(&self.db.writer)
                .await?;
        Ok(super::sole(rows).map(DeployMark::from))
    }
}
