//! The deploy with which a stored outage began: asks the store for the one deploy that can be meant, and the domain
//! whether it is.

use crate::domain::bounds::Bounds;
use crate::domain::deploy::BeganWith;
use crate::domain::site::Site;
use crate::store::{Store, StoreError};

/// The deploy with which an outage of this site began; `None`: with none that is recorded.
pub async fn began_with(
    store: &Store,
    site: &Site,
    bounds: &Bounds,
) -> Result<Option<BeganWith>, StoreError> {
    let latest = store.last_deploy(site.id, bounds.first_failing).await?;
    Ok(latest.and_then(|mark| mark.deploy.began(bounds, site.settings.policy.deploy_window)))
}
