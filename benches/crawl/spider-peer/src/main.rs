//! The crate `spider` over one site, as fast as it goes: `spider-peer URL CONCURRENCY`. A peer of the benchmark `crawl`.
//!
//! It is all that the crate needs for a crawl and no more: pages are counted by status and dropped, nothing is stored.
//! The channel to the counter is short, because its ring keeps whole pages: a long one would cost memory that is not the
//! crawler's.

use std::collections::BTreeMap;
use std::error::Error;

use spider::page::Page;
use spider::tokio;
use spider::tokio::sync::broadcast::Receiver;
use spider::tokio::sync::broadcast::error::RecvError;
use spider::website::Website;

/// Pages that may wait for the counter.
const WAITING: usize = 256;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(concurrency)) = (arguments.next(), arguments.next()) else {
        return Err("usage: spider-peer URL CONCURRENCY".into());
    };
    let mut website = Website::new(&url);
    website
        .with_respect_robots_txt(true)
        .with_user_agent(Some("spider-peer/1"))
        .with_delay(0)
        .with_concurrency_limit(Some(concurrency.parse()?))
        .with_limit(0);
    let counter = tokio::spawn(count(website.subscribe(WAITING)));
    website.crawl().await;
    website.unsubscribe();
    let by_status = counter.await?;
    println!("pages={} by_status={by_status:?}", by_status.values().sum::<u64>());
    Ok(())
}

async fn count(mut pages: Receiver<Page>) -> BTreeMap<u16, u64> {
    let mut by_status = BTreeMap::new();
    loop {
        match pages.recv().await {
            Ok(page) => *by_status.entry(page.status_code.as_u16()).or_default() += 1,
            // The counter was too slow for so many: they were crawled all the same.
            Err(RecvError::Lagged(missed)) => *by_status.entry(0).or_default() += missed,
            Err(RecvError::Closed) => return by_status,
        }
    }
}
