//! The sitemaps of a site: those that robots.txt names, or `/sitemap.xml`, and what their indexes point to. Fetched before
//! the pages, each an observation like any other.

use std::collections::{HashSet, VecDeque};

use super::visit::record;
use super::{CrawlError, Crawler};
use crate::discover::sitemap;
use crate::domain::observation::CrawlId;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_url::PageUrl;
use crate::domain::site::Site;
use crate::fetch::redirects::{PAGE_HOPS, follow};
use crate::fetch::{Fetched, Request};

use super::politeness::Pace;

/// Where a sitemap is when robots.txt names none.
const USUAL_PATH: &str = "/sitemap.xml";

/// How many sitemap files a run reads; an index may name 50,000 (sitemaps.org).
const MOST_FILES: usize = 1000;

/// What the sitemaps of a site gave.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The URLs that they list.
    pub(super) urls: Vec<PageUrl>,
    /// What is wrong with them, in words.
    pub(super) notes: Vec<String>,
    /// Files that could be read.
    pub(super) files: usize,
}

impl Crawler {
    /// Reads the sitemaps of a site, those that `named` lists or the usual one.
    pub(super) async fn read_sitemaps(
        &self,
        site: &Site,
        named: &[String],
        pace: &Pace,
        crawl: Option<CrawlId>,
    ) -> Result<Listed, CrawlError> {
        let mut listed = Listed::default();
        let mut waiting: VecDeque<PageUrl> =
            named.iter().filter_map(|text| site.start_url.join(text).ok()).collect();
        if waiting.is_empty() {
            waiting.push_back(site.origin.url(USUAL_PATH)?);
        }
        let mut seen: HashSet<PageUrl> = waiting.iter().cloned().collect();
        let mut read = 0;
        while let Some(url) = waiting.pop_front().filter(|_| read < MOST_FILES) {
            read += 1;
            pace.turn().await;
            let Some(answer) = self.fetch_sitemap(site, &url, crawl, &mut listed).await? else { continue };
            let found = sitemap::read(&answer.body, &answer.url);
            listed.files += 1;
            listed.notes.extend(found.problems.iter().map(|problem| format!("sitemap {url}: {problem}")));
            listed.urls.extend(found.urls);
            waiting.extend(found.sitemaps.into_iter().filter(|child| seen.insert(child.clone())));
        }
        Ok(listed)
    }

    /// The last answer of the redirects from this address, when it is a file.
    async fn fetch_sitemap(
        &self,
        site: &Site,
        url: &PageUrl,
        crawl: Option<CrawlId>,
        listed: &mut Listed,
    ) -> Result<Option<Fetched>, CrawlError> {
        let request = Request::of(url.clone());
        let mut hops =
            follow(self.fetch.as_ref(), request, PAGE_HOPS, |from, to| from.origin() == to.origin())
                .await?
                .hops;
        if url.origin() == site.origin {
            let urls: Vec<(PageUrl, u32)> = hops.iter().map(|hop| (hop.url.clone(), 0)).collect();
            let known = self.store.add_urls(site, &urls, self.clock.now()).await?;
            for (hop, known) in hops.iter().zip(&known) {
                self.writer.record(record(site.id, known, hop, crawl)).await?;
            }
        }
        let Some(answer) = hops.pop() else { return Ok(None) };
        if answer.outcome.class() == Class::Failing {
            listed.notes.push(format!(
                "sitemap {url} failed ({}): URLs that only it lists are missing",
                answer.outcome
            ));
        }
        Ok(Some(answer).filter(|answer| matches!(answer.outcome, Outcome::Status(200..=299))))
    }
}
