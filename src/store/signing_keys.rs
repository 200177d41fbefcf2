//! What this installation signs its own links with. A key never leaves it, and is made when it is first asked for.

use super::{Store, StoreError, corrupt};

impl Store {
    /// The key with this name that this installation signs with; it is made when it is first asked for.
    pub async fn signing_key(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let mut fresh = [0u8; 32];
        getrandom::fill(&mut fresh)
            .map_err(|why| corrupt("signing_key", 0, format!("the system gives no random numbers: {why}")))?;
        sqlx::query("insert into signing_key (name, value) values ($1, $2) on conflict (name) do nothing")
            .bind(name)
            .bind(fresh.as_slice())
            .execute(&self.db.writer)
            .await?;
        let key = sqlx::query_scalar("select value from signing_key where name = $1").bind(name);
        Ok(key.fetch_one(&self.db.writer).await?)
    }
}
