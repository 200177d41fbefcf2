//! Which URLs a run has still to fetch, and which of those that it finds it takes in.
//!
//! The unfinished work of a run is a query ("URLs not observed since it began"), and this is its reading head: it goes
//! through the rows of the site once, in the order in which they were found, and holds a few hundred of them at a time.
//! What a run finds is stored behind the head and comes up by itself; a run that was killed or paused starts the head
//! anew. Of all other URLs only a hash is in memory.

use std::collections::VecDeque;

use wildmatch::WildMatch;

use super::url_set::UrlSet;
use crate::discover::robots::Robots;
use crate::domain::crawl::CrawlOptions;
use crate::domain::observation::UrlId;
use crate::domain::page_url::{Origin, PageUrl};
use crate::domain::site::Site;
use crate::domain::traps::{Budgets, Traps};
use crate::store::urls::KnownUrl;

/// The token by which robots.txt files address us.
pub const ROBOTS_TOKEN: &str = "gatecrawl";

/// Longer addresses are traps or mistakes; sitemaps.org allows no longer ones either.
const LONGEST_URL: usize = 2048;

/// How many URLs are read at a time.
pub(super) const ROWS_READ: u32 = 1000;

/// When fewer than this wait, more are read. Reading takes a few hundredths of a second, in which a quick site answers a
/// few hundred requests.
const LOW_WATER: usize = 500;

/// So many addresses that traps left out are remembered; those beyond may be counted more than once.
const MOST_LEFT_OUT: u64 = 500_000;

/// So many sentences on traps a reader is told.
const MOST_NOTES: usize = 20;

/// Who told of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A page, or a redirect.
    Linked,
    /// A sitemap, a list, or the site's settings: somebody wants it crawled.
    Listed,
}

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
    budgets: Budgets,
}

/// The URLs that wait, and the ones that are known.
#[derive(Debug)]
pub(super) struct Frontier {
    limits: Limits,
    robots: Robots,
    waiting: VecDeque<KnownUrl>,
    known: UrlSet,
    traps: Traps,
    /// What traps left out, so that it is counted once.
    left_out: UrlSet,
    /// Only these are fetched; `None`: all.
    wanted: Option<UrlSet>,
    /// The row up to which the site was read.
    head: UrlId,
    /// There may be more behind it.
    may_be_more: bool,
    /// How many of the limit are used up: by URLs that are known, and by those that were queued.
    taken_in: u64,
    queued: u64,
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
            budgets: Budgets { section_urls: site.settings.max_section_urls },
        }
    }

    fn admits(&self, url: &PageUrl, depth: u32) -> bool {
        let path = url.path_and_query();
        depth <= self.max_depth
            && path.len() <= LONGEST_URL
            && url.is_of(&self.origin)
            && (self.start == *url || self.selects(path))
    }

    /// Whether the patterns let a path in. The start page is not asked: without it no link would be found.
    fn selects(&self, path: &str) -> bool {
        (self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(path)))
            && !self.exclude.iter().any(|pattern| pattern.matches(path))
    }
}

impl Frontier {
    /// A frontier to which nothing is known yet, in this year.
    pub(super) fn new(limits: Limits, robots: Robots, only_wanted: bool, year: i32) -> Self {
        Self {
            traps: Traps::new(&limits.budgets, year),
            left_out: UrlSet::default(),
            limits,
            robots,
            waiting: VecDeque::new(),
            known: UrlSet::default(),
            wanted: only_wanted.then(UrlSet::default),
            head: UrlId(0),
            may_be_more: true,
            taken_in: 0,
            queued: 0,
            turned_away: 0,
        }
    }

    /// Hash of all that decides which links of a page are taken in. Whoever reads pages otherwise than this program does
    /// may find others in them, so its version is part of it.
    pub(super) fn scope(&self) -> u64 {
        let rules = format!("{} {:?} {:?}", env!("CARGO_PKG_VERSION"), self.limits, self.robots);
        hash(rules.as_bytes())
    }

    /// Takes note of a URL that is known from before.
    pub(super) fn is_known(&mut self, path_and_query: &str) {
        if self.known.insert(path_and_query) {
            self.taken_in += 1;
            self.traps.count(path_and_query);
        }
    }

    /// Whether a URL that was found is to be taken in: new to this site, allowed, within the limits, and in no trap. It
    /// counts as known then.
    pub(super) fn admit(&mut self, url: &PageUrl, depth: u32, found: Found) -> bool {
        let path = url.path_and_query();
        // Nearly all links lead to pages that are known: the cheapest question comes first.
        if self.known.contains(path) || !self.allows(url, depth) {
            return false;
        }
        if self.taken_in >= self.limits.max_urls {
            self.turned_away += 1;
            return false;
        }
        if found == Found::Linked && self.is_trap(path) {
            return false;
        }
        if found == Found::Listed {
            self.traps.count(path);
        }
        self.known.insert(path);
        self.taken_in += 1;
        self.may_be_more = true;
        true
    }

    fn is_trap(&mut self, path_and_query: &str) -> bool {
        if self.left_out.contains(path_and_query) {
            return true;
        }
        let is_trap = self.traps.admit(path_and_query).is_err();
        // A site that makes up addresses for ever must not fill the memory with them.
        if is_trap && self.left_out.len() < MOST_LEFT_OUT {
            self.left_out.insert(path_and_query);
        }
        is_trap
    }

    /// Notes that a URL is to be fetched, in a run that fetches only such.
    pub(super) fn want(&mut self, url: &PageUrl) {
        if let Some(wanted) = &mut self.wanted {
            wanted.insert(url.path_and_query());
        }
    }

    /// Whether more URLs are to be read, and behind which row.
    pub(super) fn wants_rows(&self) -> Option<UrlId> {
        (self.may_be_more && self.waiting.len() < LOW_WATER).then_some(self.head)
    }

    /// Takes in what was read behind the head. `all`: nothing was found meanwhile, so fewer rows than were asked for are the
    /// last ones.
    pub(super) fn take_rows(&mut self, rows: Vec<KnownUrl>, all: bool) {
        self.head = rows.last().map_or(self.head, |known| known.id);
        self.may_be_more = !all || rows.len() >= ROWS_READ as usize;
        for known in rows {
            if self.is_wanted(&known) && self.queued < self.limits.max_urls {
                self.queued += 1;
                self.waiting.push_back(known);
            }
        }
    }

    /// Counts what was fetched before an interruption, so that the limit holds for the whole crawl.
    pub(super) fn was_queued(&mut self, urls: u64) {
        self.queued += urls;
    }

    fn is_wanted(&self, known: &KnownUrl) -> bool {
        let is_listed = self.wanted.as_ref().is_none_or(|wanted| wanted.contains(known.url.path_and_query()));
        is_listed && self.allows(&known.url, known.depth)
    }

    fn allows(&self, url: &PageUrl, depth: u32) -> bool {
        self.limits.admits(url, depth) && self.robots.allows(ROBOTS_TOKEN, url.path_and_query())
    }

    /// Nothing that is known has to be fetched, nor anything that will be found.
    pub(super) fn close(&mut self) {
        self.waiting.clear();
        self.may_be_more = false;
        self.limits.follow = false;
    }

    /// The next URL to fetch.
    pub(super) fn next(&mut self) -> Option<KnownUrl> {
        self.waiting.pop_front()
    }

    /// About how many URLs are still to be fetched.
    pub(super) fn estimate(&self) -> u64 {
        let all = self.wanted.as_ref().map_or(self.taken_in, UrlSet::len);
        all.min(self.limits.max_urls).saturating_sub(self.queued) + self.waiting.len() as u64
    }

    /// Goes on by other rules.
    pub(super) fn obey(&mut self, robots: Robots) {
        self.robots = robots;
    }

    /// The rules by which the run asks.
    pub(super) fn robots(&self) -> &Robots {
        &self.robots
    }

    /// The sitemaps that robots.txt names, as it writes them.
    pub(super) fn sitemaps(&self) -> &[String] {
        self.robots.sitemaps()
    }

    /// Whether links and redirects are taken in.
    pub(super) fn follows(&self) -> bool {
        self.limits.follow
    }

    /// What a reader of the result must know of the limits.
    pub(super) fn notes(&self) -> Vec<String> {
        let most = self.limits.max_urls;
        let full = (self.turned_away > 0).then(|| {
            format!("links beyond the first {most} URLs were not taken in: raise max_urls to crawl them")
        });
        full.into_iter().chain(self.traps.notes().into_iter().take(MOST_NOTES)).collect()
    }
}

/// A hash that is the same in every process and version.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
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
            declared: false,
            created_at: chrono::DateTime::UNIX_EPOCH,
            next_crawl_at: None,
        };
        let only_wanted = options.sitemap_only || !options.list.is_empty();
        Frontier::new(Limits::new(&site, options), Robots::parse(robots.as_bytes()), only_wanted, 2026)
    }

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("http://shop.example{path}")).unwrap()
    }

    fn rows(first: i64, count: i64) -> Vec<KnownUrl> {
        let row = |id| KnownUrl {
            id: UrlId(id),
            url: url(&format!("/{id}")),
            section: url("/").section(),
            depth: 1,
            newest: None,
            version: None,
            nofollow: false,
        };
        (first..first + count).map(row).collect()
    }

    #[test]
    fn a_url_is_taken_in_once() {
        let mut frontier = frontier(&CrawlOptions::default(), "");
        frontier.is_known("/known");
        assert!(frontier.admit(&url("/a"), 1, Found::Linked));
        assert!(
            !frontier.admit(&url("/a"), 1, Found::Linked)
                && !frontier.admit(&url("/known"), 1, Found::Linked)
        );
        assert!(frontier.admit(&url("/a?b=1"), 1, Found::Linked));
    }

    #[test]
    fn other_sites_and_disallowed_paths_are_left_alone() {
        let mut frontier = frontier(&CrawlOptions::default(), "User-agent: gatecrawl\nDisallow: /private/\n");
        assert!(!frontier.admit(&PageUrl::parse("http://other.example/").unwrap(), 0, Found::Linked));
        assert!(!frontier.admit(&PageUrl::parse("https://shop.example/").unwrap(), 0, Found::Linked));
        assert!(!frontier.admit(&url("/private/x"), 1, Found::Linked));
        assert!(frontier.admit(&url("/public"), 1, Found::Linked));
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
        assert!(!frontier.admit(&url("/a/deep"), 4, Found::Linked));
        assert!(!frontier.admit(&url("/b"), 1, Found::Linked));
        assert!(!frontier.admit(&url("/a/1/print"), 1, Found::Linked));
        assert!(
            frontier.admit(&url("/a/1"), 1, Found::Linked) && frontier.admit(&url("/a/2"), 1, Found::Linked)
        );
        assert_eq!(frontier.notes(), Vec::<String>::new());
        assert!(!frontier.admit(&url("/a/3"), 1, Found::Linked));
        assert!(frontier.notes()[0].contains("first 2 URLs"));
    }

    #[test]
    fn rows_are_read_once_in_their_order_until_there_are_no_more() {
        let mut frontier = frontier(&CrawlOptions::default(), "");
        assert_eq!(frontier.wants_rows(), Some(UrlId(0)));
        frontier.take_rows(rows(1, ROWS_READ.into()), true);
        assert_eq!(frontier.wants_rows(), None, "enough of them wait");
        while frontier.next().is_some() {}
        assert_eq!(frontier.wants_rows(), Some(UrlId(1000)));
        frontier.take_rows(rows(1001, 2), true);
        assert_eq!(frontier.wants_rows(), None, "these were the last ones");
        assert!(frontier.admit(&url("/new"), 1, Found::Linked));
        assert_eq!(frontier.wants_rows(), Some(UrlId(1002)), "but something was found");
        frontier.take_rows(rows(1003, 1), false);
        assert_eq!(frontier.wants_rows(), Some(UrlId(1003)), "and more while that was read");
    }

    #[test]
    fn only_what_is_listed_is_fetched_when_a_list_is_given() {
        let list = vec!["/2".to_owned()];
        let mut frontier = frontier(&CrawlOptions { list, ..CrawlOptions::default() }, "");
        frontier.want(&url("/2"));
        frontier.take_rows(rows(1, 3), true);
        assert_eq!(frontier.next().map(|known| known.url), Some(url("/2")));
        assert!(frontier.next().is_none());
    }

    #[test]
    fn no_more_than_the_limit_are_fetched_of_a_site_that_knows_more() {
        let mut frontier = frontier(&CrawlOptions { max_urls: Some(5), ..CrawlOptions::default() }, "");
        frontier.was_queued(2);
        frontier.take_rows(rows(1, 10), true);
        assert_eq!(std::iter::from_fn(|| frontier.next()).count(), 3);
    }

    #[test]
    fn a_trap_is_left_out_and_told_but_not_when_a_sitemap_lists_it() {
        let mut frontier = frontier(&CrawlOptions::default(), "");
        let circle = url("/a/b/a/b/a/b/a/b/x");
        assert!(!frontier.admit(&circle, 1, Found::Linked) && !frontier.admit(&circle, 1, Found::Linked));
        let notes = frontier.notes();
        assert!(notes[0].contains("section /a/*: 1 addresses that repeat"), "{notes:?}");
        assert!(frontier.admit(&circle, 1, Found::Listed));
    }

    #[test]
    fn another_robots_txt_or_limit_is_another_scope() {
        let scope = |options: CrawlOptions, robots| frontier(&options, robots).scope();
        let deep = CrawlOptions { max_depth: Some(7), ..CrawlOptions::default() };
        let usual = scope(CrawlOptions::default(), "");
        assert_eq!(usual, scope(CrawlOptions::default(), ""));
        assert_ne!(usual, scope(deep, ""));
        assert_ne!(usual, scope(CrawlOptions::default(), "User-agent: *\nDisallow: /x\n"));
    }
}
