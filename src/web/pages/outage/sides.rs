//! What an outage's page says of its two sides: what we met, and what each search bot met by its own visits, beside what it
//! was to meet at its pace.

use crate::domain::observation::Observer;
use crate::domain::site::Site;
use crate::report::bots::sides::{Side, sides};
use crate::report::wording::bots as words;
use crate::store::outages::StoredOutage;
use crate::web::error::Error;
use crate::web::state::AppState;
use crate::web::wording::Instant;

/// One side.
#[derive(Debug, Clone)]
pub(crate) struct SideRow {
    pub(crate) name: String,
    /// The outage that it saw itself.
    pub(crate) href: Option<String>,
    pub(crate) met: String,
    /// How many URLs were to be met; empty: that is not asked of us.
    pub(crate) expected: String,
    /// The first failing answer, and the last; `None`: there was none.
    pub(crate) between: Option<(Instant, Instant)>,
}

/// The rows of an outage.
pub(super) async fn rows(app: &AppState, site: &Site, stored: &StoredOutage) -> Result<Vec<SideRow>, Error> {
    let (now, zone) = (app.now(), site.settings.time_zone);
    let row = |side: Side| {
        let shown = |at| Instant::second(at, zone, now);
        let expected = side.expected.map(|(low, high)| words::expected(low, high));
        SideRow {
            name: name(&side.observer),
            href: side.outage.map(|id| format!("/outages/{id}")),
            met: words::met(side.urls, stored.outage.url_count),
            expected: expected.unwrap_or_default(),
            between: side.between.map(|(first, last)| (shown(first), shown(last))),
        }
    };
    Ok(sides(&app.store, stored, now).await?.into_iter().map(row).collect())
}

/// As people call it.
fn name(observer: &Observer) -> String {
    if *observer == Observer::gatecrawl() { "Gatecrawl".to_owned() } else { observer.to_string() }
}
