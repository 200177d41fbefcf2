//! Muting an outage: nobody hears of it at once any more. It is judged, shown and summed up as before.

use axum::extract::{Extension, Path, State};
use axum::response::Redirect;

use crate::domain::observation::OutageId;
use crate::store::outages::StoredOutage;
use crate::web::auth::Caller;
use crate::web::error::Error;
use crate::web::pages::Shell;
use crate::web::state::AppState;
use crate::web::wording::Instant;

/// Whether it is muted, and whether it can be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mute {
    /// When, and by whom.
    pub(crate) muted: Option<(Instant, String)>,
    /// There is a button.
    pub(crate) may_change: bool,
}

impl Mute {
    pub(super) async fn of(app: &AppState, stored: &StoredOutage) -> Result<Self, Error> {
        let muted = app.store.mute_of(stored.id).await?;
        let site = app.store.site(stored.site).await?;
        let zone = site.map_or(chrono_tz::UTC, |site| site.settings.time_zone);
        Ok(Self {
            muted: muted.map(|(at, by)| (Instant::minute(at, zone, app.now()), by)),
            // Of what is over nothing is told any more but that it is.
            may_change: stored.outage.ongoing && Shell::inside("").may_change,
        })
    }
}

/// `POST /outages/{id}/mute`
pub(crate) async fn mute(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Redirect, Error> {
    let id = number(&id)?;
    if app.store.mute(id, &caller.account.name, app.now()).await? {
        Ok(back(id))
    } else {
        Err(Error::NotFound)
    }
}

/// `POST /outages/{id}/unmute`
pub(crate) async fn unmute(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    let id = number(&id)?;
    app.store.outage(id).await?.ok_or(Error::NotFound)?;
    app.store.unmute(id).await?;
    Ok(back(id))
}

fn number(id: &str) -> Result<OutageId, Error> {
    id.parse().map(OutageId).map_err(|_| Error::NotFound)
}

fn back(id: OutageId) -> Redirect {
    Redirect::to(&format!("/outages/{id}"))
}
