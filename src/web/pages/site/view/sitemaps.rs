//! What is told of a site's sitemaps: which of them fail, since when and with what, or that all are good.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::page_url::Origin;
use crate::domain::sitemap_state::COST;
use crate::report::wording::{ago, count, plural};
use crate::store::sitemaps::StoredSitemap;
use crate::web::wording::{Instant, Tag};

/// So many failing sitemaps are listed; the others are counted.
const SHOWN: usize = 20;

/// The sitemaps of a site.
#[derive(Debug, Clone)]
pub(crate) struct Sitemaps {
    /// How many there are, and how many fail.
    pub(crate) text: String,
    /// What failing ones cost; `None`: none fails.
    pub(crate) cost: Option<(&'static str, Tag)>,
    pub(crate) failing: Vec<FailingSitemap>,
    /// Those that are not listed.
    pub(crate) more: Option<String>,
}

/// One sitemap that is of no use.
#[derive(Debug, Clone)]
pub(crate) struct FailingSitemap {
    pub(crate) url: String,
    /// What is wrong with it.
    pub(crate) fault: String,
    pub(crate) since: Instant,
    pub(crate) looked: Instant,
    pub(crate) good: Option<Instant>,
    pub(crate) urls: String,
}

/// `None`: the site has no sitemap, which is no fault.
pub(super) fn told(
    sitemaps: &[StoredSitemap],
    origin: &Origin,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<Sitemaps> {
    let newest = sitemaps.iter().map(|sitemap| sitemap.state.looked_at).max()?;
    let mut failing: Vec<FailingSitemap> =
        sitemaps.iter().filter_map(|sitemap| row(sitemap, origin, zone, now)).collect();
    let (all, bad) = (sitemaps.len() as u64, failing.len() as u64);
    let listed: u64 = sitemaps.iter().map(|sitemap| sitemap.state.urls).sum();
    let state = match (all, bad) {
        (1, 0) => "One sitemap, and it is good".to_owned(),
        (_, 0) => format!("{} sitemaps, all good", count(all)),
        (1, _) => "The site's only sitemap is of no use".to_owned(),
        (_, 1) => format!("One of {} sitemaps is of no use", count(all)),
        (_, _) => format!("{} of {} sitemaps are of no use", count(bad), count(all)),
    };
    let listed =
        if bad == 0 { format!(": {} listed", plural(listed, "address", "addresses")) } else { String::new() };
    failing.truncate(SHOWN);
    let left = bad - failing.len() as u64;
    Some(Sitemaps {
        text: format!("{state}{listed}. Read {}.", ago(newest, now)),
        cost: (bad > 0).then(|| (COST.says, Tag::from(COST))),
        more: (left > 0).then(|| format!("{} more fail.", count(left))),
        failing,
    })
}

fn row(sitemap: &StoredSitemap, origin: &Origin, zone: Tz, now: DateTime<Utc>) -> Option<FailingSitemap> {
    let state = &sitemap.state;
    let url = &sitemap.url;
    let is_own = url.origin() == *origin;
    Some(FailingSitemap {
        url: if is_own { url.path_and_query().to_owned() } else { url.to_string() },
        fault: sentence(state.detail.as_deref().unwrap_or("it cannot be used")),
        since: Instant::minute(state.failing_since?, zone, now),
        looked: Instant::minute(state.looked_at, zone, now),
        good: state.good_at.map(|at| Instant::minute(at, zone, now)),
        urls: if state.urls == 0 { "–".to_owned() } else { count(state.urls) },
    })
}

/// "it is a web page" as a sentence.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    format!("{}{}.", first.map(String::from_iter).unwrap_or_default(), rest.as_str())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::outcome::Outcome;
    use crate::domain::page_url::PageUrl;
    use crate::domain::sitemap_state::{Fault, Look, SitemapState};

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn sitemap(url: &str, fault: Option<Fault>) -> StoredSitemap {
        let fault = fault.map(|fault| (fault, "it failed with 502".to_owned()));
        let look = Look { at: now() - TimeDelta::hours(3), outcome: Outcome::Status(502), fault, urls: 7 };
        let state = SitemapState::after(None, look);
        StoredSitemap { url: PageUrl::parse(url).unwrap(), listed_by: None, state }
    }

    fn panel(sitemaps: &[StoredSitemap]) -> Option<Sitemaps> {
        let origin = PageUrl::parse("https://shop.example/").unwrap().origin();
        told(sitemaps, &origin, chrono_tz::UTC, now())
    }

    #[test]
    fn good_sitemaps_are_a_line_and_none_is_nothing() {
        assert!(panel(&[]).is_none());
        let good = panel(&[sitemap("https://shop.example/s.xml", None)]).unwrap();
        assert_eq!(good.text, "One sitemap, and it is good: 7 addresses listed. Read 3 h ago.");
        assert!(good.cost.is_none() && good.failing.is_empty());
    }

    #[test]
    fn a_failing_one_is_listed_with_its_fault_and_what_it_costs() {
        let (own, other) = ("https://shop.example/s.xml", "https://cdn.example/s.xml");
        let bad = panel(&[sitemap(own, Some(Fault::Failed)), sitemap(other, Some(Fault::Failed))]).unwrap();
        assert_eq!(bad.text, "2 of 2 sitemaps are of no use. Read 3 h ago.");
        assert!(bad.cost.unwrap().0.contains("nothing is removed"));
        assert_eq!(bad.failing[0].fault, "It failed with 502.");
        let urls: Vec<&str> = bad.failing.iter().map(|row| row.url.as_str()).collect();
        assert_eq!(urls, ["/s.xml", other]);
    }

    #[test]
    fn of_very_many_the_rest_is_counted() {
        let many: Vec<_> =
            (0..50).map(|n| sitemap(&format!("https://shop.example/{n}.xml"), Some(Fault::Html))).collect();
        let panel = panel(&many).unwrap();
        assert_eq!((panel.failing.len(), panel.more.as_deref()), (SHOWN, Some("30 more fail.")));
    }
}
