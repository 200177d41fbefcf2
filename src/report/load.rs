//! Whether a site fails because it is asked too fast, by what was seen of it lately.

use chrono::{DateTime, TimeDelta, Utc};

use super::wording;
use crate::domain::load;
use crate::domain::site::Site;
use crate::store::{Store, StoreError};

/// How far back is looked: a gateway that was given more room since then should be forgiven.
const LOOKED_BACK: TimeDelta = TimeDelta::days(14);

/// The sentence that says so; `None`: nothing shows it.
pub async fn told(store: &Store, site: &Site, now: DateTime<Utc>) -> Result<Option<String>, StoreError> {
    let rows = store.loads(site.id, now - LOOKED_BACK).await?;
    Ok(load::threshold(&rows).as_ref().map(wording::load::says))
}
