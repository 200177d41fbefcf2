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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::observation::Observation;
    use crate::domain::outcome::Outcome;
    use crate::domain::page_url::PageUrl;
    use crate::domain::site::Settings;
    use crate::store::logged::{LogBatch, LoggedHit};
    use crate::store::sites::NewSite;
    use crate::store::writer::Writer;

    fn hit(n: u32, at: DateTime<Utc>, bot: &'static str, status: u16) -> LoggedHit {
        let outcome = Outcome::of_status(status);
        let url = PageUrl::parse(&format!("https://shop.example/{}", n % 3)).unwrap();
        LoggedHit {
            key: u64::from(n),
            at,
            bot,
            verification: "ip",
            outcome: Some(outcome),
            elapsed: std::time::Duration::ZERO,
            saw: Some((url, Observation::instant(at, outcome))),
        }
    }

    #[tokio::test]
    async fn the_section_counts_hits_and_verdicts_of_its_period_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let start: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap();
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let site = NewSite { start_url, settings: Settings::default() };
        let site = store.add_site(&site, start).await.unwrap();
        let day = TimeDelta::days(1);
        assert_eq!(section(&store, &site, start, start + day).await.unwrap(), None);

        let (writer, task) = Writer::new(store.clone());
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(task.run());
        let hits = (0..48).map(|n| {
            let at = start + TimeDelta::hours(i64::from(n));
            hit(n, at, if n % 4 == 0 { "bingbot" } else { "googlebot" }, if n >= 36 { 503 } else { 200 })
        });
        writer.log(LogBatch { site: site.id, hits: hits.collect(), position: None }).await.unwrap();

        let first = section(&store, &site, start, start + day).await.unwrap().unwrap();
        let row = |row: &BotRow| (row.bot.clone(), row.hits, row.failing);
        assert_eq!(row(&first.rows[0]), ("googlebot".to_owned(), 18, 0));
        assert_eq!(row(&first.rows[1]), ("bingbot".to_owned(), 6, 0));
        assert!(first.rows.iter().all(|row| row.verdicts.is_empty()), "it began a day later");
        let second = section(&store, &site, start + day, start + day * 2).await.unwrap().unwrap();
        assert_eq!(row(&second.rows[0]), ("googlebot".to_owned(), 18, 9));
        assert_eq!(second.rows[0].verdicts.values().sum::<u64>(), 1, "{:?}", second.rows[0].verdicts);
    }
}
