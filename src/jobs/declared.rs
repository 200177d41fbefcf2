//! Sites that the configuration declares, taken into the store: added when they are new, set as declared when they differ. A site
//! that is no longer declared stays as it is and can be changed by hand again: no edit of a file removes a history.

use chrono::{DateTime, Utc};

use crate::domain::page_url::PageUrl;
use crate::domain::site::{Settings, Site};
use crate::store::Store;
use crate::store::sites::{AddSiteError, NewSite};

/// What was changed, by origin.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Sites that are new.
    pub added: Vec<String>,
    /// Sites that were set as declared.
    pub changed: Vec<String>,
    /// Sites that are declared no longer.
    pub released: Vec<String>,
}

/// Makes the store say of these sites what is declared.
pub async fn apply(
    store: &Store,
    declared: &[(PageUrl, Settings)],
    now: DateTime<Utc>,
) -> anyhow::Result<Applied> {
    let mut applied = Applied::default();
    for (start_url, settings) in declared {
        let new = NewSite { start_url: start_url.clone(), settings: settings.clone() };
        match store.add_site(&new, now).await {
            Ok(site) => {
                store.update_site(&Site { declared: true, ..site.clone() }).await?;
                applied.added.push(site.origin.to_string());
            }
            Err(AddSiteError::Exists(site)) => {
                let wanted = as_declared(&site, &new, now);
                if wanted != *site {
                    store.update_site(&wanted).await?;
                    applied.changed.push(site.origin.to_string());
                }
            }
            Err(AddSiteError::Store(error)) => return Err(error.into()),
        }
    }
    let is_declared = |site: &Site| declared.iter().any(|(url, _)| url.origin() == site.origin);
    for site in store.sites().await?.into_iter().filter(|site| site.declared && !is_declared(site)) {
        applied.released.push(site.origin.to_string());
        store.update_site(&Site { declared: false, ..site }).await?;
    }
    Ok(applied)
}

/// The site with what is declared of it.
fn as_declared(site: &Site, new: &NewSite, now: DateTime<Utc>) -> Site {
    let mut wanted = Site { declared: true, start_url: new.start_url.clone(), ..site.clone() };
    wanted.take_settings(new.settings.clone(), now);
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(url: &str, pairs: &[&str]) -> (PageUrl, Settings) {
        let mut settings = Settings::default();
        settings.set_all(pairs).unwrap();
        (PageUrl::parse(url).unwrap(), settings)
    }

    #[tokio::test]
    async fn what_is_declared_holds_and_what_is_not_any_more_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let now = "2026-11-01T09:00:00Z".parse().unwrap();
        let by_hand = NewSite {
            start_url: PageUrl::parse("https://b.example/").unwrap(),
            settings: Settings::default(),
        };
        store.add_site(&by_hand, now).await.unwrap();
        let both = [
            declared("https://a.example/", &["rate=2"]),
            declared("https://b.example/", &["schedule=every 6h"]),
        ];
        let first = apply(&store, &both, now).await.unwrap();
        assert_eq!(
            (first.added, first.changed),
            (vec!["https://a.example".to_owned()], vec!["https://b.example".to_owned()])
        );
        assert_eq!(apply(&store, &both, now).await.unwrap(), Applied::default(), "nothing is new");
        let sites = store.sites().await.unwrap();
        assert!(sites.iter().all(|site| site.declared));
        assert_eq!(sites[1].next_crawl_at.unwrap() - now, chrono::TimeDelta::hours(6));

        let left = apply(&store, &both[1..], now).await.unwrap();
        assert_eq!(left.released, ["https://a.example"]);
        let sites = store.sites().await.unwrap();
        assert_eq!((sites.len(), sites[0].declared, sites[0].settings.rate), (2, false, 2.0));
    }
}
