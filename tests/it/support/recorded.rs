//! What the database holds of a crawl, read beside the program that writes it.

use std::collections::BTreeMap;
use std::path::Path;

use gatecrawl::domain::crawl::Crawl;
use gatecrawl::domain::observation::CrawlId;
use gatecrawl::store::Store;

/// How often each path was seen, and the first crawl.
pub(crate) fn recorded(data: &Path) -> (BTreeMap<String, u64>, Crawl) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(data).await.unwrap();
        let site = store.sites().await.unwrap().remove(0);
        let known = store.known_urls(&site).await.unwrap();
        let seen = known
            .iter()
            .filter_map(|url| url.newest.map(|spell| (url.url.path_and_query().to_owned(), spell.fetches)));
        let found = (seen.collect(), store.crawl(CrawlId(1)).await.unwrap().unwrap());
        store.close().await;
        found
    })
}
