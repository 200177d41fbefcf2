//! Which URLs a run has still to fetch, and which of those that it finds it takes in. In memory only: the unfinished work
//! of a run is a query ("URLs not observed since it began"), so a run that was killed fills a new frontier from the store.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use wildmatch::WildMatch;

use crate::discover::robots::Robots;
use crate::domain::crawl::CrawlOptions;
use crate::domain::page_url::{Origin, PageUrl};
use crate::domain::site::Site;
use crate::store::urls::KnownUrl;

/// The token by which robots.txt files address us.
pub const ROBOTS_TOKEN: &str = "gatecrawl";

/// Longer addresses are traps or mistakes; sitemaps.org allows no longer ones either.
const LONGEST_URL: usize = 2048;

/// What a run may take in.
#[derive(Debug)]
pub(super) struct Limits {
    origin: Origin,
    start: PageUrl,
    max_urls: u64,
    max_depth: u32,
    include: Vec<WildMatch>,
    exclude: Vec<WildMatch>,
    /// Links and redirects are taken in.
    follow: bool,
}

/// The URLs that wait, and the ones that are known.
#[derive(Debug)]
pub(super) struct Frontier {
    limits: Limits,
    robots: Robots,
    waiting: VecDeque<KnownUrl>,
    known: HashSet<u64>,
    /// How many of the limit are used up.
    taken_in: u64,
    turned_away: u64,
}

impl Limits {
    /// The site's limits, as far as the options of this run do not narrow them.
    pub(super) fn new(site: &Site, options: &CrawlOptions) -> Self {
        let patterns = |texts: &[String]| texts.iter().map(|text| WildMatch::new(text)).collect();
        Self {
            origin: site.origin.clone(),
            start: site.start_url.clone(),
            max_urls: options.max_urls.unwrap_or(site.settings.max_urls),
            max_depth: options.max_depth.unwrap_or(site.settings.max_depth),
            include: patterns(&options.include),
            exclude: patterns(&options.exclude),
            follow: options.list.is_empty() && !options.sitemap_only,
        }
    }

    fn admits(&self, url: &PageUrl, depth: u32) -> bool {
        let path = url.path_and_query();
        depth <= self.max_depth
            && path.len() <= LONGEST_URL
            && url.origin() == self.origin
            && (self.start == *url || self.selects(path))
    }

    /// Whether the patterns let a path in. The start page is not asked: without it no link would be found.
    fn selects(&self, path: &str) -> bool {
        (self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(path)))
            && !self.exclude.iter().any(|pattern| pattern.matches(path))
    }
}

impl Frontier {
    pub(super) fn new(limits: Limits, robots: Robots) -> Self {
        Self { limits, robots, waiting: VecDeque::new(), known: HashSet::new(), taken_in: 0, turned_away: 0 }
    }

    /// Whether this URL is to be taken in: new to this run, allowed, and within the limits. It counts as known then.
    pub(super) fn admit(&mut self, url: &PageUrl, depth: u32) -> bool {
        if !self.limits.admits(url, depth) || !self.robots.allows(ROBOTS_TOKEN, url.path_and_query()) {
            return false;
        }
        if self.known.contains(&key(url)) {
            return false;
        }
        if self.taken_in >= self.limits.max_urls {
            self.turned_away += 1;
            return false;
        }
        self.taken_in += 1;
        self.known.insert(key(url))
    }

    /// Marks a URL as one that this run took in before it was interrupted.
    pub(super) fn was_taken_in(&mut self, url: &PageUrl) {
        self.taken_in += u64::from(self.known.insert(key(url)));
    }

    /// Marks a URL as fetched already, for other ends than its page: robots.txt and sitemaps are outside the limit.
    pub(super) fn was_fetched(&mut self, url: &PageUrl) {
        self.known.insert(key(url));
    }

    pub(super) fn push(&mut self, url: KnownUrl) {
        self.waiting.push_back(url);
    }

    pub(super) fn next(&mut self) -> Option<KnownUrl> {
        self.waiting.pop_front()
    }

    pub(super) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.waiting).len()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// From now on nothing that a page links to is taken in.
    pub(super) fn stop_following(&mut self) {
        self.limits.follow = false;
    }

    pub(super) fn follows(&self) -> bool {
        self.limits.follow
    }

    /// What a reader of the result must know of the limits.
    pub(super) fn note(&self) -> Option<String> {
        let most = self.limits.max_urls;
        (self.turned_away > 0).then(|| {
            format!("links beyond the first {most} URLs were not taken in: raise max_urls to crawl them")
        })
    }
}

/// Eight bytes for a URL: among ten million, two share a key with a chance of 1 in 370,000.
fn key(url: &PageUrl) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.path_and_query().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::site::Settings;

    fn frontier(options: &CrawlOptions, robots: &str) -> Frontier {
        let start_url = PageUrl::parse("http://shop.example/").unwrap();
        let site = Site {
            id: crate::domain::observation::SiteId(1),
            origin: start_url.origin(),
            start_url,
            settings: Settings::default(),
            paused: false,
            created_at: chrono::DateTime::UNIX_EPOCH,
            next_crawl_at: None,
        };
        Frontier::new(Limits::new(&site, options), Robots::parse(robots.as_bytes()))
    }

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("http://shop.example{path}")).unwrap()
    }

    #[test]
    fn a_url_is_taken_in_once() {
        let mut frontier = frontier(&CrawlOptions::default(), "");
        assert!(frontier.admit(&url("/a"), 1));
        assert!(!frontier.admit(&url("/a"), 1));
        assert!(frontier.admit(&url("/a?b=1"), 1));
    }

    #[test]
    fn other_sites_and_disallowed_paths_are_left_alone() {
        let mut frontier = frontier(&CrawlOptions::default(), "User-agent: gatecrawl\nDisallow: /private/\n");
        assert!(!frontier.admit(&PageUrl::parse("http://other.example/").unwrap(), 0));
        assert!(!frontier.admit(&PageUrl::parse("https://shop.example/").unwrap(), 0));
        assert!(!frontier.admit(&url("/private/x"), 1));
        assert!(frontier.admit(&url("/public"), 1));
    }

    #[test]
    fn limits_of_number_depth_and_pattern_are_kept_and_the_first_one_is_noted() {
        let options = CrawlOptions {
            max_urls: Some(2),
            max_depth: Some(3),
            include: vec!["/a*".into()],
            exclude: vec!["*/print".into()],
            ..CrawlOptions::default()
        };
        let mut frontier = frontier(&options, "");
        assert!(!frontier.admit(&url("/a/deep"), 4));
        assert!(!frontier.admit(&url("/b"), 1));
        assert!(!frontier.admit(&url("/a/1/print"), 1));
        assert!(frontier.admit(&url("/a/1"), 1) && frontier.admit(&url("/a/2"), 1));
        assert_eq!(frontier.note(), None);
        assert!(!frontier.admit(&url("/a/3"), 1));
        assert!(frontier.note().unwrap().contains("first 2 URLs"));
    }
}
