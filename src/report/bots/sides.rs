//! The two sides of an outage: what we saw, and what each bot met of it, beside what it was to meet at its own pace.

use chrono::{DateTime, Utc};

use crate::domain::observation::{Observer, OutageId};
use crate::domain::pace::expected_met;
use crate::store::outages::StoredOutage;
use crate::store::{Store, StoreError};

/// One side.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Who saw it.
    pub observer: Observer,
    /// How many URLs of the outage failed for it.
    pub urls: u64,
    /// How many were to, at the rate at which it fetches each of them: in the shortest time that the outage can have
    /// lasted, and in the longest. `None`: that is not asked of us.
    pub expected: Option<(f64, f64)>,
    /// The first failing answer, and the last.
    pub between: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The outage that it saw itself.
    pub outage: Option<OutageId>,
}

/// The sides of an outage of ours, our own first; none: no log was taken in.
pub async fn sides(
    store: &Store,
    stored: &StoredOutage,
    now: DateTime<Utc>,
) -> Result<Vec<Side>, StoreError> {
    let (outage, bounds) = (&stored.outage, &stored.outage.bounds);
    if outage.observer != Observer::gatecrawl() {
        return Ok(Vec::new());
    }
    let from = bounds.healthy_before.unwrap_or(bounds.first_failing);
    let to = if outage.ongoing { now } else { bounds.healthy_after.unwrap_or(bounds.last_failing) };
    let (shortest, longest) = (bounds.shortest(), bounds.longest(now).unwrap_or(to - from));
    let met = store.met(stored, from, to).await?;
    if met.is_empty() {
        return Ok(Vec::new());
    }
    let ours = Side {
        observer: outage.observer.clone(),
        urls: outage.url_count,
        expected: None,
        between: Some((bounds.first_failing, bounds.last_failing)),
        outage: None,
    };
    let theirs = met.into_iter().map(|(bot, met)| {
        let expected = |lasted| expected_met(&met.fetched, met.log, lasted);
        Side {
            observer: Observer::named(bot),
            urls: met.urls,
            expected: Some((expected(shortest), expected(longest))),
            between: met.between,
            outage: met.outage,
        }
    });
    Ok(std::iter::once(ours).chain(theirs).collect())
}
