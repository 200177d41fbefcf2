//! The sitemaps of a site: those that robots.txt names, or `/sitemap.xml`, and what their indexes point to. Fetched before
//! the pages, each an observation like any other; and each with a state of its own, because a sitemap that fails is a
//! finding and not only an outage of its URL.
//!
//! A look between crawls ([`Crawler::look_again_at_sitemaps`]) only clears such a finding; what the sitemap lists is taken
//! in by the next crawl.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::politeness::pace::Pace;
use super::run::Run;
use super::{CrawlError, Crawler};
use crate::discover::sitemap::{self, Problem, Sitemap};
use crate::domain::observation::CrawlId;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;
use crate::domain::sitemap_state::{Fault, Look, SitemapState};
use crate::fetch::redirects::{PAGE_HOPS, follow};
use crate::fetch::{Fetched, NotFetched, Request};
use crate::store::sitemaps::StoredSitemap;

/// Where a sitemap is when robots.txt names none.
pub(super) const USUAL_PATH: &str = "/sitemap.xml";

/// How many sitemap files a run reads; an index may name 50,000 (sitemaps.org).
const MOST_FILES: usize = 1000;

/// What is read of a file: a byte more than a sitemap may have, so that one that is too long is told.
const MOST_BYTES: usize = 52_428_801;

/// A sitemap to read.
#[derive(Debug, Clone)]
struct Wanted {
    url: PageUrl,
    listed_by: Option<PageUrl>,
    /// Nobody names it: that it is not there is no fault.
    is_guess: bool,
}

/// A sitemap that was read.
#[derive(Debug, Default)]
struct Read {
    found: Sitemap,
    notes: Vec<String>,
    is_good: bool,
}

impl Run<'_> {
    /// Reads the sitemaps of the site, those that robots.txt names or the usual one, and takes in what they list. Returns
    /// how many URLs that is.
    pub(super) async fn read_sitemaps(&mut self) -> Result<u64, CrawlError> {
        let (crawler, site) = (self.crawler, self.site);
        let pace = Arc::clone(&self.manners.pace);
        let mut waiting = wanted(site, self.frontier.sitemaps())?;
        let mut seen: HashSet<PageUrl> = waiting.iter().map(|wanted| wanted.url.clone()).collect();
        let (mut looked, mut good, mut listed) = (HashSet::new(), HashSet::new(), 0);
        while let Some(wanted) = waiting.pop_front().filter(|_| looked.len() < MOST_FILES) {
            let Read { found, notes, is_good } =
                crawler.read_sitemap(site, &wanted, &pace, self.crawl).await?;
            self.notes.extend(notes);
            listed += found.urls.len() as u64;
            self.offer(found.urls, 1).await?;
            let new = found.sitemaps.into_iter().filter(|child| seen.insert(child.clone()));
            let by = Some(wanted.url.clone());
            waiting.extend(new.map(|url| Wanted { url, listed_by: by.clone(), is_guess: false }));
            if is_good {
                good.insert(wanted.url.clone());
            }
            looked.insert(wanted.url);
        }
        if looked.len() < MOST_FILES {
            crawler.forget_unnamed(site, &looked, &good).await?;
        }
        Ok(listed)
    }
}

impl Crawler {
    /// Reads the sitemaps that failed, and whose address was seen to answer since.
    pub(super) async fn look_again_at_sitemaps(&self, site: &Site, pace: &Pace) -> Result<(), CrawlError> {
        for stored in self.store.recovered_sitemaps(site.id).await? {
            let wanted = Wanted { url: stored.url, listed_by: stored.listed_by, is_guess: false };
            self.read_sitemap(site, &wanted, pace, None).await?;
        }
        Ok(())
    }

    async fn read_sitemap(
        &self,
        site: &Site,
        wanted: &Wanted,
        pace: &Pace,
        crawl: Option<CrawlId>,
    ) -> Result<Read, CrawlError> {
        let url = &wanted.url;
        pace.turn().await;
        let request = Request::of(url.clone()).capped_at(MOST_BYTES);
        let may_go =
            |from: &PageUrl, to: &PageUrl| to.origin() == from.origin() || to.origin() == site.origin;
        let chain = match follow(self.fetch.as_ref(), request, PAGE_HOPS, may_go).await {
            Ok(chain) => chain,
            // One word in a robots.txt must not end the crawl of its site.
            Err(NotFetched::Refused(refused)) if url.origin() != site.origin => {
                let notes = vec![format!("sitemap {url} was not asked for: {refused}")];
                return Ok(Read { notes, ..Read::default() });
            }
            Err(not) => return Err(not.into()),
        };
        self.record_hops(site, &chain.hops, crawl).await?;
        let Some(answer) = chain.hops.last() else { return Ok(Read::default()) };
        let found = is_file(answer).then(|| sitemap::read(&answer.body, &answer.url, &site.origin));
        let look = look(answer, found.as_ref());
        let is_good = look.fault.is_none();
        let notes = notes(wanted, &look, found.as_ref());
        self.note_look(site, wanted, look).await?;
        Ok(Read { found: found.unwrap_or_default(), notes, is_good })
    }

    async fn note_look(&self, site: &Site, wanted: &Wanted, look: Look) -> Result<(), CrawlError> {
        let is_missing = look.fault.as_ref().is_some_and(|(fault, _)| *fault == Fault::Missing);
        if wanted.is_guess && is_missing {
            return Ok(self.store.forget_sitemap(site.id, &wanted.url).await?);
        }
        let before = self.store.sitemap(site.id, &wanted.url).await?.map(|stored| stored.state);
        let state = SitemapState::after(before.as_ref(), look);
        let sitemap = StoredSitemap { url: wanted.url.clone(), listed_by: wanted.listed_by.clone(), state };
        Ok(self.store.put_sitemap(site.id, &sitemap).await?)
    }

    /// Forgets the sitemaps that nobody names any more. What an index names that could not be read is not known.
    async fn forget_unnamed(
        &self,
        site: &Site,
        looked: &HashSet<PageUrl>,
        good: &HashSet<PageUrl>,
    ) -> Result<(), CrawlError> {
        for stored in self.store.sitemaps(site.id).await? {
            let may_be_named =
                stored.listed_by.as_ref().is_some_and(|by| looked.contains(by) && !good.contains(by));
            if !looked.contains(&stored.url) && !may_be_named {
                self.store.forget_sitemap(site.id, &stored.url).await?;
            }
        }
        Ok(())
    }
}

fn wanted(site: &Site, named: &[String]) -> Result<VecDeque<Wanted>, CrawlError> {
    let mut urls: Vec<PageUrl> = named.iter().filter_map(|text| site.start_url.join(text).ok()).collect();
    let is_guess = urls.is_empty();
    if is_guess {
        urls.push(site.origin.url(USUAL_PATH)?);
    }
    let mut seen = HashSet::new();
    urls.retain(|url| seen.insert(url.clone()));
    Ok(urls.into_iter().map(|url| Wanted { url, listed_by: None, is_guess }).collect())
}

fn is_file(answer: &Fetched) -> bool {
    matches!(answer.outcome, Outcome::Status(200..=299))
}

/// What the last answer of a chain of redirects says of the sitemap.
fn look(answer: &Fetched, found: Option<&Sitemap>) -> Look {
    let urls = found.map_or(0, |found| found.urls.len() + found.sitemaps.len()) as u64;
    let fault = match found {
        Some(found) => found.problems.iter().find_map(fault),
        None if answer.outcome.class() == Class::Failing => {
            let detail = answer.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
            Some((Fault::Failed, format!("it failed with {}{detail}", answer.outcome)))
        }
        None => Some((Fault::Missing, format!("it is not there: the answer is {}", answer.outcome))),
    };
    Look { at: answer.at, outcome: answer.outcome, fault, urls }
}

/// Which problems make a sitemap useless; addresses of other sites in it do not.
fn fault(problem: &Problem) -> Option<(Fault, String)> {
    let fault = match problem {
        Problem::Html => Fault::Html,
        Problem::TooLong => Fault::TooLarge,
        Problem::NoSitemap | Problem::Broken(_) | Problem::Gzip(_) => Fault::Unreadable,
        Problem::Foreign(_) => return None,
    };
    Some((fault, problem.to_string()))
}

/// What a reader of the crawl's result must know of a sitemap.
fn notes(wanted: &Wanted, look: &Look, found: Option<&Sitemap>) -> Vec<String> {
    let url = &wanted.url;
    if let Some(found) = found {
        return found.problems.iter().map(|problem| format!("sitemap {url}: {problem}")).collect();
    }
    match &look.fault {
        Some((Fault::Missing, _)) if wanted.is_guess => Vec::new(),
        Some((Fault::Failed, _)) => {
            vec![format!("sitemap {url} failed ({}): URLs that only it lists are missing", look.outcome)]
        }
        Some((_, detail)) => vec![format!("sitemap {url}: {detail}")],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
