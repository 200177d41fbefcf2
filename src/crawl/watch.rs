//! What is probed while a site is not crawled: sentinels, and a sample of the known URLs when the host does not let us in.
//!
//! A sentinel stands for its section: the URL of it that is nearest to the start page. So an outage of one section that
//! is shorter than the crawl interval is still seen. The choice follows from the known URLs each time; nothing is stored.

use std::collections::BTreeMap;

use crate::domain::outcome::Class;
use crate::domain::page_url::{PageUrl, Section};
use crate::store::urls::KnownUrl;

/// At most so many sections have a sentinel: the largest ones.
pub const MOST_SENTINELS: usize = 10;

/// So many known URLs are probed when robots.txt cannot be had: enough to tell the whole site from a part of it.
pub const SAMPLE: usize = 10;

/// Files that are no pages: they stand for themselves.
const NO_PAGES: [&str; 2] = ["/robots.txt", "/sitemap.xml"];

/// The start page, and one URL for each of the largest sections.
pub fn sentinels(known: &[KnownUrl], start: &PageUrl) -> Vec<KnownUrl> {
    let mut sections: BTreeMap<&Section, Vec<&KnownUrl>> = BTreeMap::new();
    for url in known.iter().filter(|url| is_page(url)) {
        sections.entry(&url.section).or_default().push(url);
    }
    let mut sections: Vec<Vec<&KnownUrl>> = sections.into_values().collect();
    sections.sort_by_key(|urls| std::cmp::Reverse(urls.len()));
    let nearest =
        |urls: Vec<&KnownUrl>| urls.into_iter().min_by_key(|url| (url.depth, url.url.path().len())).cloned();
    let of_sections = sections.into_iter().take(MOST_SENTINELS).filter_map(nearest);
    let mut chosen: Vec<KnownUrl> = known.iter().filter(|url| url.url == *start).cloned().collect();
    chosen.extend(of_sections.filter(|url| url.url != *start));
    chosen
}

/// Known URLs from all over the site, without those in `besides`: every n-th of them.
pub fn sample(known: &[KnownUrl], besides: &[KnownUrl]) -> Vec<KnownUrl> {
    let others: Vec<&KnownUrl> =
        known.iter().filter(|url| is_page(url) && !besides.iter().any(|b| b.id == url.id)).collect();
    let step = others.len().div_ceil(SAMPLE).max(1);
    others.into_iter().step_by(step).cloned().collect()
}

/// A URL that is gone says nothing about an outage, and an error file is no page.
fn is_page(url: &KnownUrl) -> bool {
    let is_gone = url.newest.is_some_and(|spell| spell.outcome.class() == Class::Gone);
    !is_gone && !NO_PAGES.contains(&url.url.path_and_query())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::observation::{Observation, UrlId};
    use crate::domain::outcome::Outcome;
    use crate::domain::spell::{Folded, Spell};

    fn known(paths: &[&str]) -> Vec<KnownUrl> {
        let url = |path: &str| PageUrl::parse(&format!("http://shop.example{path}")).unwrap();
        let row = |(id, path): (i64, &&str)| KnownUrl {
            id: UrlId(id),
            url: url(path),
            section: url(path).section(),
            depth: u32::try_from(path.matches('/').count()).unwrap(),
            newest: None,
            version: None,
        };
        (0..).zip(paths).map(row).collect()
    }

    fn paths(urls: &[KnownUrl]) -> Vec<&str> {
        urls.iter().map(|url| url.url.path()).collect()
    }

    #[test]
    fn each_section_has_the_url_nearest_to_the_start_page_as_its_sentinel() {
        let known = known(&["/", "/a/b/1", "/a/1", "/c/1", "/robots.txt"]);
        let start = known[0].url.clone();
        assert_eq!(paths(&sentinels(&known, &start)), ["/", "/a/1", "/c/1"]);
    }

    #[test]
    fn a_gone_url_is_no_sentinel() {
        let mut known = known(&["/", "/a/1", "/a/b/2"]);
        let gone = Observation::instant(chrono::DateTime::UNIX_EPOCH, Outcome::Status(404));
        let Folded::Opened(spell) = Spell::fold(None, &gone) else { panic!("a first spell opens") };
        known[1].newest = Some(spell);
        let start = known[0].url.clone();
        assert_eq!(paths(&sentinels(&known, &start)), ["/", "/a/b/2"]);
    }

    #[test]
    fn a_sample_is_small_and_from_all_over_the_site() {
        let many: Vec<String> = (0..1000).map(|n| format!("/p/{n}")).collect();
        let known = known(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let sample = sample(&known, &known[..1]);
        assert_eq!(sample.len(), SAMPLE);
        assert!(sample.iter().any(|url| url.id.0 > 800) && sample.iter().any(|url| url.id.0 < 200));
    }
}
