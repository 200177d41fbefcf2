//! At which rate a site was asked and what came of it, by hour: written with each batch, read for the judgement of
//! [`crate::domain::load`].

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::QueryBuilder;
use sqlx::sqlite::SqliteConnection;

use super::docket::Docket;
use super::writer::Record;
use super::{Store, StoreError, corrupt, instant, millis};
use crate::domain::load::{self, LoadRow};
use crate::domain::observation::SiteId;

/// Adds the records of a batch that say at which rate they were made.
pub(super) async fn add_to_loads(
    db: &mut SqliteConnection,
    docket: &Docket,
    records: &[Record],
) -> Result<(), StoreError> {
    let mut counts: BTreeMap<(DateTime<Utc>, i64, bool, String), i64> = BTreeMap::new();
    for record in records {
        let Some(asked) = record.asked else { continue };
        let at = record.observation.at;
        let hour = at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
        let outcome = record.observation.outcome.to_string();
        *counts.entry((hour, load::step(asked.rate), asked.is_control, outcome)).or_default() += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    let mut statement =
        QueryBuilder::new("insert into load_step (site_id, hour, step, is_control, outcome, fetches) ");
    statement.push_values(&counts, |mut values, ((hour, step, is_control, outcome), fetches)| {
        values.push_bind(docket.site.0).push_bind(millis(*hour)).push_bind(*step);
        values.push_bind(i64::from(*is_control)).push_bind(outcome).push_bind(*fetches);
    });
    statement.push(
        " on conflict (site_id, hour, step, is_control, outcome) do update
             set fetches = load_step.fetches + excluded.fetches",
    );
    statement.build().execute(db).await?;
    Ok(())
}

impl Store {
    /// At which rates a site was asked since an instant, and what came.
    pub async fn loads(&self, site: SiteId, since: DateTime<Utc>) -> Result<Vec<LoadRow>, StoreError> {
        let rows: Vec<(i64, i64, i64, String, i64)> = sqlx::query_as(
            "select hour, step, is_control, outcome, fetches from load_step
             where site_id = $1 and hour >= $2 order by hour, step, is_control, outcome",
        )
        .bind(site.0)
        .bind(millis(since))
        .fetch_all(&self.db.reader)
        .await?;
        let read = |(hour, step, is_control, outcome, fetches): (i64, i64, i64, String, i64)| {
            Ok(LoadRow {
                hour: instant(hour),
                step,
                is_control: is_control != 0,
                outcome: outcome.parse().map_err(|error| corrupt("load_step", hour, error))?,
                fetches: fetches.cast_unsigned(),
            })
        };
        rows.into_iter().map(read).collect()
    }
}
