//! Whether a host lets us in: its robots.txt, fetched and read, or the last good copy when it cannot be had.
//!
//! A host whose robots.txt is unreachable (5xx, 429, network error) is not crawled: RFC 9309, 2.3.1.4 demands complete
//! disallow. Other 4xx mean that there is no robots.txt, and more redirects than the limit the same. Each hop of this
//! host is an observation like any other, so robots.txt has spells and episodes as every URL has.

use chrono::TimeDelta;

use crate::crawl::{CrawlError, Crawler};
use crate::discover::robots::{self, Robots};
use crate::domain::observation::CrawlId;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;
use crate::fetch::redirects::{ROBOTS_HOPS, follow};
use crate::fetch::{Fetched, Request};
use crate::store::robots_copies::RobotsCopy;

use super::visit::record;

/// The path of robots.txt.
pub(super) const ROBOTS_PATH: &str = "/robots.txt";

/// What is fetched of a robots.txt: a byte more than is read, so that a line that is cut is told.
pub(super) const MOST_BYTES: usize = robots::MOST_BYTES + 1;

/// So long a copy of robots.txt is used without asking again: "generally caches the contents of robots.txt file for up to
/// 24 hours". Source: <https://developers.google.com/crawling/docs/robots-txt/robots-txt-spec>; so says RFC 9309, 2.4.
pub(super) const FRESH_FOR: TimeDelta = TimeDelta::hours(24);

/// Whether a host lets us in.
#[derive(Debug)]
pub(super) enum Entry {
    /// It does, by these rules.
    Open(Robots),
    /// It cannot say; these are the rules of the last good copy.
    Unreachable {
        /// What came instead.
        outcome: Outcome,
        /// The last good copy; `None`: there never was one.
        last_good: Option<Robots>,
    },
}

impl Crawler {
    /// Asks for robots.txt and stores what came.
    pub(super) async fn knock(&self, site: &Site, crawl: Option<CrawlId>) -> Result<Entry, CrawlError> {
        let url = site.origin.url(ROBOTS_PATH)?;
        let request = Request::probe(url).capped_at(MOST_BYTES);
        let hops = follow(self.fetch.as_ref(), request, ROBOTS_HOPS, |_, _| true).await?.hops;
        self.record_hops(site, &hops, crawl).await?;
        let Some(answer) = hops.last() else { return Err(CrawlError::NoAnswer) };
        self.read_answer(site, answer).await
    }

    /// Stores what robots.txt came to; also called when it was fetched as a URL among others.
    pub(super) async fn read_answer(&self, site: &Site, answer: &Fetched) -> Result<Entry, CrawlError> {
        let before = self.store.robots_copy(site.id).await?;
        let (entry, copy) = weigh(answer, before);
        self.store.put_robots_copy(site.id, &copy).await?;
        Ok(entry)
    }

    /// The rules for probes: as they were last known, or asked for anew when that is too long ago. Those of the last good
    /// copy, when there is no new one; none, when there never was one.
    pub(super) async fn rules(&self, site: &Site) -> Result<Robots, CrawlError> {
        let copy = self.store.robots_copy(site.id).await?;
        let is_fresh = copy.as_ref().is_some_and(|copy| self.clock.now() - copy.fetched_at < FRESH_FOR);
        let last_good = if is_fresh {
            copy.and_then(|copy| copy.good_body).map(|body| Robots::parse(&body))
        } else {
            match self.knock(site, None).await? {
                Entry::Open(robots) => Some(robots),
                Entry::Unreachable { last_good, .. } => last_good,
            }
        };
        Ok(last_good.unwrap_or_else(Robots::allow_all))
    }

    /// Stores each hop of this site as an observation of its URL.
    pub(super) async fn record_hops(
        &self,
        site: &Site,
        hops: &[Fetched],
        crawl: Option<CrawlId>,
    ) -> Result<(), CrawlError> {
        let own: Vec<&Fetched> = hops.iter().filter(|hop| hop.url.origin() == site.origin).collect();
        let urls: Vec<(PageUrl, u32)> = own.iter().map(|hop| (hop.url.clone(), 0)).collect();
        let known = self.store.add_urls(site, &urls, self.clock.now()).await?;
        for (hop, known) in own.into_iter().zip(&known) {
            self.writer.record(record(site.id, known, hop, crawl)).await?;
        }
        Ok(())
    }
}

/// What an answer means, and the copy to keep.
fn weigh(answer: &Fetched, before: Option<RobotsCopy>) -> (Entry, RobotsCopy) {
    let (good_at, good_body, failing_since) =
        before.map_or((None, None, None), |copy| (copy.good_at, copy.good_body, copy.failing_since));
    let mut copy = RobotsCopy {
        fetched_at: answer.at,
        outcome: answer.outcome,
        failing_since: Some(failing_since.unwrap_or(answer.at)),
        good_at,
        good_body,
    };
    if answer.outcome.class() == Class::Failing {
        let last_good = copy.good_body.as_deref().map(Robots::parse);
        return (Entry::Unreachable { outcome: answer.outcome, last_good }, copy);
    }
    let is_file = matches!(answer.outcome, Outcome::Status(200..=299));
    let body = if is_file { answer.body.clone() } else { Vec::new() };
    let robots = Robots::parse(&body);
    copy.failing_since = None;
    copy.good_at = Some(answer.at);
    copy.good_body = Some(body);
    (Entry::Open(robots), copy)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::crawl::frontier::ROBOTS_TOKEN;

    fn answer(minute: i64, status: u16, body: &str) -> Fetched {
        let at = DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        Fetched {
            url: PageUrl::parse("http://shop.example/robots.txt").unwrap(),
            asked_at: at,
            at,
            elapsed: std::time::Duration::ZERO,
            outcome: Outcome::of_status(status),
            head: None,
            body: body.as_bytes().to_vec(),
            body_capped: false,
            wire_bytes: 0,
            redirect: None,
            detail: None,
            remote: None,
        }
    }

    #[test]
    fn a_server_error_closes_the_host_and_keeps_the_last_good_copy() {
        let (_, copy) = weigh(&answer(0, 200, "User-agent: *\nDisallow: /private/"), None);
        for (minute, status) in [(5, 502), (9, 429)] {
            let (entry, copy) = weigh(&answer(minute, status, "<h1>Bad Gateway</h1>"), Some(copy.clone()));
            let Entry::Unreachable { last_good: Some(robots), .. } = entry else {
                panic!("{status} must close")
            };
            assert!(!robots.allows(ROBOTS_TOKEN, "/private/x"));
            assert_eq!(copy.failing_since, Some(answer(minute, 502, "").at));
        }
    }

    #[test]
    fn failing_since_is_the_first_failure_and_ends_with_a_good_answer() {
        let (_, first) = weigh(&answer(1, 502, ""), None);
        let (_, second) = weigh(&answer(2, 502, ""), Some(first));
        assert_eq!(second.failing_since, Some(answer(1, 502, "").at));
        let (_, third) = weigh(&answer(3, 200, ""), Some(second));
        assert_eq!(third.failing_since, None);
    }

    #[test]
    fn a_missing_robots_txt_allows_everything_whatever_its_error_page_says() {
        let (entry, _) = weigh(&answer(0, 404, "User-agent: *\nDisallow: /"), None);
        let Entry::Open(robots) = entry else { panic!("404 must open") };
        assert!(robots.allows(ROBOTS_TOKEN, "/"));
    }
}
