//! Leases on sites: one process works on a site at a time. A lease runs out by itself when its holder dies; its token
//! grows with each holder, so that one who lost it unnoticed cannot renew it.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, millis};
use crate::domain::observation::SiteId;
use crate::domain::span::Span;

/// The right to work on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Which site.
    pub site: SiteId,
    /// Grows with each lease of the site.
    pub token: i64,
    /// Who holds it.
    pub owner: String,
}

impl Store {
    /// Takes the lease of a site; `None`: another holds it, or the site is gone.
    pub async fn take_lease(
        &self,
        site: SiteId,
        owner: &str,
        now: DateTime<Utc>,
        length: Span,
    ) -> Result<Option<Lease>, StoreError> {
        let tokens: Vec<i64> = sqlx::query_scalar(
            "update site set lease_owner = $1, lease_until = $2, lease_token = lease_token + 1
             where id = $3 and (lease_until is null or lease_until <= $4) returning lease_token",
        )
        .bind(owner)
        .bind(millis(now + length.delta()))
        .bind(site.0)
        .bind(millis(now))
        .fetch_all(&self.db.writer)
        .await?;
        Ok(super::sole(tokens).map(|token| Lease { site, token, owner: owner.to_owned() }))
    }

    /// Makes a lease last from now again; `false`: it was lost.
    pub async fn renew_lease(
        &self,
        lease: &Lease,
        now: DateTime<Utc>,
        length: Span,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update site set lease_until = $1 where id = $2 and lease_owner = $3 and lease_token = $4",
        )
        .bind(millis(now + length.delta()))
        .bind(lease.site.0)
        .bind(&lease.owner)
        .bind(lease.token)
        .execute(&self.db.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a lease back.
    pub async fn release_lease(&self, lease: &Lease) -> Result<(), StoreError> {
        sqlx::query(
            "update site set lease_owner = null, lease_until = null
             where id = $1 and lease_owner = $2 and lease_token = $3",
        )
        .bind(lease.site.0)
        .bind(&lease.owner)
        .bind(lease.token)
        .execute(&self.db.writer)
        .await?;
        Ok(())
    }
}
