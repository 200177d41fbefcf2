//! Who made the failing answers of a site, and why: the gateways and causes of its newest failures.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::diagnosis::answer::Answer;
use crate::diagnosis::{Diagnosis, diagnose};
use crate::domain::site::Site;
use crate::report::wording::diagnosis::{because, maker};
use crate::report::wording::{count, plural};
use crate::store::answers::SiteAnswer;
use crate::web::error::Error;
use crate::web::state::AppState;
use crate::web::status::DAYS;
use crate::web::wording::Instant;

/// So many failures are looked at; the newest ones.
const LOOKED_AT: u32 = 1_000;
/// So many rows are shown.
const SHOWN: usize = 8;

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Makers {
    pub(crate) rows: Vec<MakerRow>,
    /// What was counted.
    pub(crate) note: String,
}

/// One gateway with one cause.
#[derive(Debug, Clone)]
pub(crate) struct MakerRow {
    pub(crate) who: String,
    pub(crate) why: String,
    pub(crate) failures: String,
    pub(crate) newest: Instant,
}

/// Asks the store; `None`: nothing failed, or nothing of it is kept.
pub(in crate::web::pages::site) async fn of(app: &AppState, site: &Site) -> Result<Option<Makers>, Error> {
    let since = app.now() - TimeDelta::days(i64::from(DAYS));
    Ok(told(&app.store.site_answers(site.id, since, LOOKED_AT).await?, site, app.now()))
}

fn told(answers: &[SiteAnswer], site: &Site, now: DateTime<Utc>) -> Option<Makers> {
    let mut rows: BTreeMap<_, (u64, DateTime<Utc>, Diagnosis)> = BTreeMap::new();
    for answer in answers {
        let diagnosis =
            diagnose(Answer::fetched(&answer.met.evidence, answer.met.outcome, answer.met.elapsed));
        let key = (diagnosis.made_by, diagnosis.gateway.name, diagnosis.cause.name);
        let row = rows.entry(key).or_insert((0, answer.newest, diagnosis));
        row.0 += answer.met.members;
        row.1 = row.1.max(answer.newest);
    }
    let all: u64 = rows.values().map(|(failures, _, _)| failures).sum();
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|(failures, newest, _)| Reverse((*failures, *newest)));
    let row = |(failures, newest, diagnosis): (u64, DateTime<Utc>, Diagnosis)| MakerRow {
        who: maker(&diagnosis),
        why: because(diagnosis.cause.name).to_owned(),
        failures: count(failures),
        newest: Instant::minute(newest, site.settings.time_zone, now),
    };
    let rows: Vec<MakerRow> = rows.into_iter().take(SHOWN).map(row).collect();
    (!rows.is_empty()).then(|| Makers {
        rows,
        note: format!(
            "By the first answer of {} of single URLs, the newest ones.",
            plural(all, "failure", "failures")
        ),
    })
}
