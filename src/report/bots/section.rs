//! What search bots met in a period, as a section of a summary: plain data, a row a bot.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::site::Site;
use crate::domain::verdict::Verdict;
use crate::report::json::share;
use crate::store::{Store, StoreError};

/// What bots met of one site.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Section {
    /// The bots that came, the one with the most hits first.
    pub rows: Vec<BotRow>,
}

/// What one bot met.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BotRow {
    /// The bot.
    pub bot: String,
    /// Its hits of which it is known what they got.
    pub hits: u64,
    /// How many of them failed.
    pub failing: u64,
    /// The same as a share, from 0 to 1.
    pub failing_share: f64,
    /// The outages that it saw in the period, by their verdicts at its end.
    pub verdicts: BTreeMap<&'static str, u64>,
}

/// The section of a site for a period; `None`: no bot is known to have come.
pub async fn section(
    store: &Store,
    site: &Site,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Option<Section>, StoreError> {
    let mut rows: BTreeMap<String, BotRow> = BTreeMap::new();
    for (bot, outcome, hits) in store.bot_sums(site.id, from, to).await? {
        let row = rows.entry(bot).or_default();
        row.hits += hits;
        row.failing += if outcome.is_failing() { hits } else { 0 };
    }
    for stored in store.bot_outages(site.id, from).await? {
        if stored.outage.bounds.first_failing >= to {
            continue;
        }
        let verdict: Verdict = stored.outage.judge(to, &site.settings.policy).verdict;
        let row = rows.entry(stored.outage.observer.to_string()).or_default();
        *row.verdicts.entry(verdict.word()).or_default() += 1;
    }
    let mut rows: Vec<BotRow> = rows
        .into_iter()
        .map(|(bot, row)| BotRow { bot, failing_share: share(row.failing, row.hits), ..row })
        .collect();
    rows.sort_by(|a, b| (b.hits, &a.bot).cmp(&(a.hits, &b.bot)));
    Ok((!rows.is_empty()).then_some(Section { rows }))
}
