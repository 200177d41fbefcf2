//! What the store's own questions make of the rows of an upgraded database, and whether its sites can be worked on.
//!
//! Test code. It asks everything that pages and messages ask; a row that cannot be read fails the question.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Database;
use super::rows::Rows;
use crate::domain::observation::{Observation, Observer, UrlId};
use crate::domain::outcome::Outcome;
use crate::domain::site::Site;
use crate::store::Store;
use crate::store::answers::Which;
use crate::store::failed_urls::FailedOrder;
use crate::store::outages::StoredOutage;
use crate::store::site_facts::Reach;
use crate::store::url_lists::{UrlFilter, UrlOrder};
use crate::store::writer::{Record, Writer};

/// So many healthy looks in a row end a lottery, too.
const LOOKS: i64 = 40;

/// More than any sample has.
const ALL: u64 = 1000;
const SOME: u32 = 1000;

/// Asks for everything, and counts what comes against the rows that were there before the upgrade.
pub(super) async fn read_everything(database: &Database, before: &Rows) {
    let store = &database.open().await.unwrap();
    let sites = store.sites().await.unwrap();
    let mut read = Read::default();
    for site in &sites {
        assert_eq!(store.site_by_origin(&site.origin).await.unwrap().as_ref(), Some(site));
        read_site(store, site, &mut read).await;
    }
    read_urls(store, before, &mut read).await;
    read_people(store, &mut read).await;
    read.count("site", sites.len());
    for (table, count) in read.counts {
        assert_eq!(count, before.of_table(table).len(), "{table} as it is read");
    }
    let origins: BTreeSet<String> = sites.iter().map(|site| format!("'{}'", site.origin)).collect();
    let stored = before.of_table("site").iter().map(|row| row["origin"].clone()).collect();
    assert_eq!(origins, stored);
    store.close().await;
}

/// How many rows of a table were read.
#[derive(Default)]
struct Read {
    counts: std::collections::BTreeMap<&'static str, usize>,
}

impl Read {
    fn count(&mut self, table: &'static str, rows: usize) {
        *self.counts.entry(table).or_default() += rows;
    }
}

fn ever() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn late() -> DateTime<Utc> {
    ever() + TimeDelta::days(365 * 200)
}

async fn read_site(store: &Store, site: &Site, read: &mut Read) {
    let id = site.id;
    let known = store.known_urls(site).await.unwrap();
    let listed = store.list_urls(site, &UrlFilter::default(), UrlOrder::Path, 0, ALL).await.unwrap();
    assert_eq!(listed.len(), known.len());
    read.count("sentinel", store.sentinels(site).await.unwrap().len());
    store.failing_urls(site).await.unwrap();
    let mut outages = store.outages(id, None).await.unwrap();
    outages.extend(store.bot_outages(id, ever()).await.unwrap());
    for outage in &outages {
        read_outage(store, outage, read).await;
    }
    read.count("outage", outages.len());
    let crawls = store.crawls_from(id, 0, ALL).await.unwrap();
    for crawl in &crawls {
        store.crawl_before(crawl).await.unwrap();
    }
    read.count("crawl", crawls.len());
    let hours = store.rollup(id, ever()).await.unwrap().len();
    let of_bots = store.bot_sums(id, ever(), late()).await.unwrap().len();
    assert!(hours + of_bots > 0, "hours of {}", site.origin);
    read.count("bot_hour", store.bot_hours(id, ever(), late()).await.unwrap().len());
    read.count("robots_copy", usize::from(store.robots_copy(id).await.unwrap().is_some()));
    read.count("sitemap", store.sitemaps(id).await.unwrap().len());
    read.count("deploy_mark", store.deploys(id).await.unwrap().len());
    read.count("load_step", store.loads(id, ever()).await.unwrap().len());
    read.count("log_position", store.log_positions(id).await.unwrap().len());
    store.site_answers(id, ever(), SOME).await.unwrap();
    store.unfinished_crawl(id).await.unwrap();
    store.looked(id, ever()).await.unwrap();
    let reach = Reach { since: ever(), whole_since: ever() };
    assert!(store.site_facts(Some(id), reach).await.unwrap().contains_key(&id));
}

async fn read_urls(store: &Store, before: &Rows, read: &mut Read) {
    for row in before.of_table("url") {
        let id = UrlId(row["id"].parse().unwrap());
        read.count("url", usize::from(store.url(id).await.unwrap().is_some()));
        read.count("spell", store.spells(id, SOME).await.unwrap().len());
        read.count("episode", store.url_episodes(id, SOME).await.unwrap().len());
    }
}

async fn read_outage(store: &Store, stored: &StoredOutage, read: &mut Read) {
    let id = stored.id;
    assert_eq!(store.outage(id).await.unwrap().unwrap().outage, stored.outage);
    let members = store.members(id, 0, ALL).await.unwrap();
    assert!(!members.is_empty(), "outage {id:?} has members");
    for digest in members.iter().filter_map(|member| member.first_evidence.as_ref()) {
        assert!(store.evidence(digest).await.unwrap().is_some(), "evidence {digest}");
    }
    assert!(!store.failed_urls(id, "", FailedOrder::First, 0, ALL).await.unwrap().is_empty());
    for which in [Which::First, Which::Newest] {
        store.answers(id, which).await.unwrap();
    }
    store.spread(id).await.unwrap();
    store.outlasting(stored).await.unwrap();
    store.outlasted(stored).await.unwrap();
    read.count("outage_mute", usize::from(store.mute_of(id).await.unwrap().is_some()));
}

async fn read_people(store: &Store, read: &mut Read) {
    let accounts = store.accounts().await.unwrap();
    for listed in &accounts {
        assert!(store.account(&listed.account.name).await.unwrap().is_some(), "{}", listed.account.name);
    }
    read.count("account", accounts.len());
    read.count("api_token", store.api_tokens().await.unwrap().len());
    read.count("silence", store.silences(ever()).await.unwrap().len());
    let recipients = store.recipients().await.unwrap();
    for recipient in &recipients {
        let waiting = store.waiting_news(recipient.id).await.unwrap();
        read.count("news_waiting", waiting.len());
        assert!(store.summaries_since(recipient.id).await.unwrap().is_some());
    }
    read.count("recipient", recipients.len());
    read.count("message", store.messages(SOME).await.unwrap().len());
    store.tally_messages().await.unwrap();
    store.awaited_news().await.unwrap();
    store.told_robots().await.unwrap();
    store.stock().await.unwrap();
}

/// The judge takes up what was under way: whatever fails is seen to be healthy again, and no outage goes on.
pub(super) async fn goes_on(database: &Database) {
    let store = &database.open().await.unwrap();
    let (writer, task) = Writer::new(store.clone());
    let recovering = async {
        for site in store.sites().await.unwrap() {
            let known = store.known_urls(&site).await.unwrap();
            let newest =
                known.iter().filter_map(|url| url.newest.as_ref()).map(|spell| spell.last_seen).max();
            for look in 1..=LOOKS {
                let at = newest.unwrap() + TimeDelta::minutes(look);
                for url in &known {
                    let healthy = Observation::instant(at, Outcome::Status(200));
                    let elapsed = Duration::from_millis(9);
                    writer.record(Record { elapsed, ..Record::of(site.id, url, healthy) }).await.unwrap();
                }
            }
            writer.flush(site.id).await.unwrap();
        }
        drop(writer);
    };
    tokio::join!(task.run(), recovering);
    for site in store.sites().await.unwrap() {
        let outages = store.outages(site.id, None).await.unwrap();
        assert!(!outages.is_empty(), "{} had outages", site.origin);
        for stored in outages {
            assert_eq!(stored.outage.observer, Observer::gatecrawl());
            assert!(!stored.outage.ongoing, "outage {:?} of {} is over", stored.id, site.origin);
        }
        assert_eq!(store.count_failing_urls(&site).await.unwrap(), 0);
    }
    store.close().await;
}
