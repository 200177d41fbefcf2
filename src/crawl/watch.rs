//! What is probed while a site is not crawled: its sentinels. Each stands for a route through the gateway, so that an
//! outage of one route that is shorter than the crawl interval is still seen.
//!
//! Which routes a gateway has cannot be seen from outside; it shows in addresses. Gateways send requests to applications by
//! the first part of the path, often by the second, by what kind of file is asked for, and by whether there is a query.
//! So URLs that differ in those may be on different routes, and the routes with most URLs get a sentinel.
//!
//! The choice is a function of what is known, and made so that it stays when more is known: among URLs of one route the
//! one nearest to the start page wins. One that has been failing for long by itself stands for nothing, and one that is
//! gone neither. A redirect is taken only where there is nothing else: gateways answer many of them by themselves, while
//! what lies behind is down. And so is what was never fetched: robots.txt may forbid it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_url::{PageUrl, Section};
use crate::domain::plan::WATCHED_SECTIONS;
use crate::store::urls::KnownUrl;

/// At most so many URLs are sentinels: at one round in two minutes, ten requests a minute. The largest
/// [`WATCHED_SECTIONS`] have one each; the rest are for routes within them.
pub const MOST_SENTINELS: usize = 20;

/// A route within a section gets a sentinel of its own when it has at least so many URLs: a few odd pages are none.
const LEAST_URLS: u64 = 5;

/// How many routes are told apart. A site with more is one whose addresses say nothing of its routes: its other sections have
/// one route each, so many of them at most.
const MOST_ROUTES: usize = 5_000;

/// How many routes are told apart in a section. In one with more, the second part of the path is a name or a number of a
/// thing; what is found there later is of one route.
const MOST_A_SECTION: usize = 200;

/// What has failed for longer than this stands for itself.
const LONG: TimeDelta = TimeDelta::hours(24);

/// Files that are no pages: they stand for themselves.
const NO_PAGES: [&str; 2] = ["/robots.txt", "/sitemap.xml"];

/// What a gateway may go by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Route {
    section: Section,
    /// The second part of the path, where something lies below it.
    second: String,
    /// The file name's ending, such as `php`.
    kind: String,
    has_query: bool,
}

/// The best URL of a route so far, and how many the route has.
#[derive(Debug)]
struct Candidate {
    count: u64,
    rank: Rank,
    known: KnownUrl,
}

/// A section's routes.
#[derive(Debug, Default)]
struct Area {
    urls: u64,
    routes: Vec<(Route, Candidate)>,
}

/// Less is better.
type Rank = (Standing, u32, usize, String);

/// How well a URL shows whether what lies behind the gateway works; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Its page was seen; or it fails since lately, and so measures an outage.
    Good,
    /// Nobody knows.
    NeverSeen,
    /// The gateway may answer by itself.
    Redirect,
    /// It has failed for long, and stands for itself.
    Failing,
}

/// Chooses sentinels from URLs that it is shown one at a time.
#[derive(Debug)]
pub struct Chooser {
    start: PageUrl,
    now: DateTime<Utc>,
    start_page: Option<KnownUrl>,
    routes: HashMap<Route, Candidate>,
    /// How many routes each section has.
    of_section: HashMap<Section, usize>,
}

impl Chooser {
    /// A chooser for the site with this start page.
    pub fn new(start: PageUrl, now: DateTime<Utc>) -> Self {
        Self { start, now, start_page: None, routes: HashMap::new(), of_section: HashMap::new() }
    }

    /// Shows it a known URL.
    pub fn consider(&mut self, known: KnownUrl) {
        if known.url == self.start {
            self.start_page = Some(known);
            return;
        }
        if !is_page(&known) {
            return;
        }
        let Some(route) = self.route(&known) else { return };
        let rank = self.rank(&known);
        match self.routes.get_mut(&route) {
            None => {
                *self.of_section.entry(route.section.clone()).or_default() += 1;
                self.routes.insert(route, Candidate { count: 1, rank, known });
            }
            Some(best) => {
                best.count += 1;
                if rank < best.rank {
                    (best.rank, best.known) = (rank, known);
                }
            }
        }
    }

    /// The route of a URL, or that of its whole section where there are too many; `None`: there are too many sections.
    fn route(&self, known: &KnownUrl) -> Option<Route> {
        let route = Route::of(known);
        let of_section = self.of_section.get(&route.section).copied().unwrap_or_default();
        let has_room = self.routes.len() < MOST_ROUTES && of_section < MOST_A_SECTION;
        if has_room || self.routes.contains_key(&route) {
            return Some(route);
        }
        let section = Route::of_section(route.section);
        (self.routes.len() < 2 * MOST_ROUTES || self.routes.contains_key(&section)).then_some(section)
    }

    fn rank(&self, known: &KnownUrl) -> Rank {
        let path = known.url.path_and_query();
        (self.standing(known), known.depth, path.len(), path.to_owned())
    }

    fn standing(&self, known: &KnownUrl) -> Standing {
        let Some(spell) = known.newest else { return Standing::NeverSeen };
        match spell.outcome {
            Outcome::Status(300..=399) => Standing::Redirect,
            outcome if outcome.is_failing() && self.now - spell.first_seen > LONG => Standing::Failing,
            _ => Standing::Good,
        }
    }

    /// The sentinels: the start page, one of each of the largest sections, and one of each of the largest other routes.
    pub fn finish(self) -> Vec<KnownUrl> {
        let mut sections: HashMap<Section, Area> = HashMap::new();
        for (route, candidate) in self.routes {
            let area = sections.entry(route.section.clone()).or_default();
            area.urls += candidate.count;
            area.routes.push((route, candidate));
        }
        let mut sections: Vec<(Section, Area)> = sections.into_iter().collect();
        sections.sort_by(|(a_name, a), (b_name, b)| b.urls.cmp(&a.urls).then_with(|| a_name.cmp(b_name)));
        let mut chosen: Vec<KnownUrl> = self.start_page.into_iter().collect();
        let mut others = Vec::new();
        for (_, Area { mut routes, .. }) in sections.into_iter().take(WATCHED_SECTIONS) {
            routes.sort_by(|(_, a), (_, b)| a.rank.cmp(&b.rank));
            let mut routes = routes.into_iter();
            chosen.extend(routes.next().map(|(_, candidate)| candidate.known));
            others.extend(routes.filter(|(_, candidate)| candidate.count >= LEAST_URLS));
        }
        others.sort_by(|(a_route, a), (b_route, b)| b.count.cmp(&a.count).then_with(|| a_route.cmp(b_route)));
        let room = MOST_SENTINELS.saturating_sub(chosen.len());
        chosen.extend(others.into_iter().take(room).map(|(_, candidate)| candidate.known));
        chosen
    }
}

impl Route {
    fn of(known: &KnownUrl) -> Self {
        let path = known.url.path();
        let mut parts = path.trim_start_matches('/').split('/');
        let second = parts.nth(1).filter(|_| parts.next().is_some()).unwrap_or_default().to_owned();
        let file = path.rsplit('/').next().unwrap_or_default();
        let kind = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        let has_query = known.url.path_and_query().len() > path.len();
        Self { section: known.section.clone(), second, kind, has_query }
    }

    /// The route of what is not told apart.
    fn of_section(section: Section) -> Self {
        Self { section, second: String::new(), kind: String::new(), has_query: false }
    }
}

/// A URL that is gone says nothing about an outage, and a file for crawlers is no page.
pub fn is_page(url: &KnownUrl) -> bool {
    let is_gone = url.newest.is_some_and(|spell| spell.outcome.class() == Class::Gone);
    !is_gone && !NO_PAGES.contains(&url.url.path_and_query())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::observation::{Observation, UrlId};
    use crate::domain::spell::{Folded, Spell};

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(30)
    }

    fn known(path: &str) -> KnownUrl {
        let url = PageUrl::parse(&format!("http://shop.example{path}")).unwrap();
        KnownUrl {
            id: UrlId(1),
            section: url.section(),
            url,
            depth: u32::try_from(path.matches('/').count()).unwrap(),
            newest: None,
            version: None,
            nofollow: false,
        }
    }

    fn seen(path: &str, status: u16, hours_ago: i64) -> KnownUrl {
        let observation = Observation::instant(now() - TimeDelta::hours(hours_ago), Outcome::Status(status));
        let Folded::Opened(spell) = Spell::fold(None, &observation) else { panic!("a first spell opens") };
        KnownUrl { newest: Some(spell), ..known(path) }
    }

    fn chosen(urls: Vec<KnownUrl>) -> Vec<String> {
        let mut chooser = Chooser::new(PageUrl::parse("http://shop.example/").unwrap(), now());
        for url in urls {
            chooser.consider(url);
        }
        chooser.finish().into_iter().map(|known| known.url.path_and_query().to_owned()).collect()
    }

    fn all(paths: &[&str]) -> Vec<KnownUrl> {
        paths.iter().map(|path| known(path)).collect()
    }

    #[test]
    fn each_section_has_the_url_nearest_to_the_start_page_as_its_sentinel() {
        assert_eq!(chosen(all(&["/", "/a/b/1", "/a/1", "/c/1", "/robots.txt"])), ["/", "/a/1", "/c/1"]);
    }

    #[test]
    fn routes_that_a_gateway_may_tell_apart_have_a_sentinel_each() {
        let mut urls = all(&["/", "/shop/a.html"]);
        for n in 0..6 {
            urls.extend(all(&[
                &format!("/shop/x{n}.php"),
                &format!("/shop/find?q={n}"),
                &format!("/shop/img/{n}/z"),
            ]));
        }
        urls.push(known("/shop/odd.pdf"));
        let chosen = chosen(urls);
        assert_eq!(chosen.len(), 5, "{chosen:?}");
        for route in ["/shop/a.html", "/shop/x0.php", "/shop/find?q=0", "/shop/img/0/z"] {
            assert!(chosen.contains(&route.to_owned()), "{route} in {chosen:?}");
        }
    }

    #[test]
    fn a_gone_url_is_no_sentinel_and_one_that_fails_for_long_gives_way() {
        let urls = || vec![known("/"), seen("/a/1", 404, 1), seen("/a/22", 502, 1), known("/a/333")];
        assert_eq!(chosen(urls()), ["/", "/a/22"], "an outage that has just begun is measured by it");
        let mut old = urls();
        old[2] = seen("/a/22", 502, 30);
        assert_eq!(chosen(old), ["/", "/a/333"]);
        assert_eq!(
            chosen(vec![known("/"), seen("/a/22", 502, 30)]),
            ["/", "/a/22"],
            "where there is no other"
        );
    }

    #[test]
    fn a_redirect_and_what_was_never_fetched_are_sentinels_only_where_there_is_nothing_else() {
        let urls = || vec![known("/"), seen("/a/1", 301, 1), known("/a/22"), seen("/a/333", 200, 1)];
        assert_eq!(chosen(urls()), ["/", "/a/333"]);
        let mut failing = urls();
        failing[3] = seen("/a/333", 502, 1);
        assert_eq!(chosen(failing), ["/", "/a/333"], "it is kept, for it measures an outage");
        assert_eq!(chosen(urls()[..3].to_vec()), ["/", "/a/22"]);
        assert_eq!(chosen(urls()[..2].to_vec()), ["/", "/a/1"]);
    }

    #[test]
    fn a_section_of_countless_things_leaves_room_for_the_others() {
        let mut urls: Vec<KnownUrl> =
            (0..2 * MOST_ROUTES).map(|n| known(&format!("/thing/{n}/more"))).collect();
        urls.extend((0..MOST_ROUTES).map(|n| known(&format!("/s{n}/page"))));
        urls.extend((0..6).flat_map(|n| [known(&format!("/blog/{n}")), known(&format!("/blog/{n}.php"))]));
        let mut chooser = Chooser::new(PageUrl::parse("http://shop.example/").unwrap(), now());
        for url in urls {
            chooser.consider(url);
        }
        assert!(chooser.routes.len() <= 2 * MOST_ROUTES, "its memory is bounded");
        let chosen: Vec<String> = chooser.finish().iter().map(|known| known.url.path().to_owned()).collect();
        assert_eq!(chosen[..2], ["/thing/0/more", "/blog/0"], "{chosen:?}");
    }

    #[test]
    fn the_choice_stays_when_more_urls_are_found_farther_away() {
        let few = all(&["/", "/a/1", "/b/1"]);
        let before = chosen(few.clone());
        let mut more = few;
        more.extend((0..300).map(|n| known(&format!("/a/deep/er/{n}"))));
        more.reverse();
        assert!(before.iter().all(|path| chosen(more.clone()).contains(path)));
    }

    #[test]
    fn there_are_never_more_than_twenty() {
        let urls = (0..100).flat_map(|s| (0..10).map(move |n| known(&format!("/s{s}/{n}.html")))).collect();
        assert_eq!(chosen(urls).len(), WATCHED_SECTIONS);
        let urls = (0..100).flat_map(|s| (0..10).map(move |n| known(&format!("/a/s{s}/{n}.html")))).collect();
        assert_eq!(chosen(urls).len(), MOST_SENTINELS);
    }
}
