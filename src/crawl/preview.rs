//! A look at a site before it is added: whether it answers, what its robots.txt says, and what its sitemaps list.
//!
//! It stores nothing and follows no link: a few requests, one after the other, within a time that a person waits for. What
//! could not be read by then is told as not read, and not guessed.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::entry::{MOST_BYTES as MOST_RULES, ROBOTS_PATH};
use super::frontier::ROBOTS_TOKEN;
use super::sitemaps::USUAL_PATH;
use crate::discover::robots::Robots;
use crate::discover::sitemap;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::page_url::{BadUrl, PageUrl};
use crate::fetch::redirects::{PAGE_HOPS, ROBOTS_HOPS, follow};
use crate::fetch::{Fetch, Fetched, NotFetched, Request};

/// So many sitemap files are read at most.
const MOST_FILES: usize = 20;

/// What is read of one; a larger one is told as not read to its end.
const MOST_SITEMAP: usize = 52_428_801;

/// How long is waited between two requests.
const PAUSE: Duration = Duration::from_millis(200);

/// What a site looks like from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What the start page came to, at the end of its redirects.
    pub start: Option<Outcome>,
    /// Where it redirects to another host.
    pub moved_to: Option<PageUrl>,
    /// What robots.txt came to.
    pub robots: Option<Outcome>,
    /// Its rules let us fetch the start page.
    pub is_allowed: bool,
    /// How long its rules want us to wait between two requests.
    pub crawl_delay: Option<Duration>,
    /// The sitemaps that were read.
    pub sitemaps: Vec<ReadSitemap>,
    /// Distinct URLs of the site that they list.
    pub urls: u64,
    /// Not all of the sitemaps were read.
    pub is_cut: bool,
}

/// A sitemap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadSitemap {
    /// Its address.
    pub url: PageUrl,
    /// What it came to.
    pub outcome: Outcome,
    /// How many URLs or other sitemaps it lists; `None`: it is none.
    pub listed: Option<u64>,
}

impl Preview {
    fn nothing_yet() -> Self {
        Self {
            start: None,
            moved_to: None,
            robots: None,
            is_allowed: true,
            crawl_delay: None,
            sitemaps: Vec::new(),
            urls: 0,
            is_cut: true,
        }
    }
}

/// Why there is nothing to tell.
#[derive(Debug, thiserror::Error)]
pub enum NoPreview {
    /// We do not ask this address, or cannot ask any.
    #[error(transparent)]
    NotFetched(#[from] NotFetched),
    /// An address of the site cannot be formed.
    #[error(transparent)]
    Url(#[from] BadUrl),
}

/// Looks at the site of this page for so long at most.
pub async fn preview(fetch: &dyn Fetch, start: &PageUrl, within: Duration) -> Result<Preview, NoPreview> {
    let deadline = Instant::now() + within;
    let mut preview = Preview::nothing_yet();
    // What is known when the time is over is told.
    match timeout_at(deadline, look(fetch, start, &mut preview)).await {
        Ok(looked) => looked.map(|()| preview),
        Err(_) => Ok(preview),
    }
}

async fn look(fetch: &dyn Fetch, start: &PageUrl, preview: &mut Preview) -> Result<(), NoPreview> {
    let origin = start.origin();
    let request = Request::probe(origin.url(ROBOTS_PATH)?).capped_at(MOST_RULES);
    let robots = last(fetch, request, ROBOTS_HOPS).await?;
    preview.robots = robots.as_ref().map(|answer| answer.outcome);
    let rules = robots.filter(is_file).map_or_else(Robots::allow_all, |answer| Robots::parse(&answer.body));
    preview.is_allowed = rules.allows(ROBOTS_TOKEN, start.path_and_query());
    preview.crawl_delay = rules.crawl_delay(ROBOTS_TOKEN);
    let is_closed = preview.robots.is_some_and(|outcome| outcome.class() == Class::Failing);
    if preview.is_allowed && !is_closed {
        sleep(PAUSE).await;
        let answer = last(fetch, Request::of(start.clone()), PAGE_HOPS).await?;
        preview.moved_to =
            answer.as_ref().map(|answer| answer.url.clone()).filter(|url| url.origin() != origin);
        preview.start = answer.map(|answer| answer.outcome);
    }
    let named = rules.sitemaps().iter().filter_map(|text| start.join(text).ok());
    let mut waiting: Vec<PageUrl> = named.collect();
    if waiting.is_empty() {
        waiting.push(origin.url(USUAL_PATH)?);
    }
    read_sitemaps(fetch, start, waiting, preview).await
}

async fn read_sitemaps(
    fetch: &dyn Fetch,
    start: &PageUrl,
    mut waiting: Vec<PageUrl>,
    preview: &mut Preview,
) -> Result<(), NoPreview> {
    let origin = start.origin();
    let (mut seen, mut urls) = (HashSet::new(), HashSet::new());
    waiting.reverse();
    while let Some(url) = waiting.pop() {
        if preview.sitemaps.len() == MOST_FILES {
            return Ok(());
        }
        if !seen.insert(url.clone()) {
            continue;
        }
        sleep(PAUSE).await;
        let answer = match last(fetch, Request::of(url.clone()).capped_at(MOST_SITEMAP), PAGE_HOPS).await {
            // A word in a robots.txt is no reason to tell nothing.
            Err(NotFetched::Refused(_)) if url.origin() != origin => continue,
            answer => answer?,
        };
        let Some(answer) = answer else { continue };
        let found = is_file(&answer).then(|| sitemap::read(&answer.body, &answer.url, &origin));
        let listed = found.as_ref().map(|found| (found.urls.len() + found.sitemaps.len()) as u64);
        preview.sitemaps.push(ReadSitemap { url, outcome: answer.outcome, listed });
        if let Some(found) = found {
            urls.extend(found.urls);
            waiting.extend(found.sitemaps.into_iter().rev());
        }
        preview.urls = urls.len() as u64;
    }
    preview.is_cut = false;
    Ok(())
}

/// The answer at the end of the redirects, wherever they lead.
async fn last(fetch: &dyn Fetch, request: Request, hops: usize) -> Result<Option<Fetched>, NotFetched> {
    Ok(follow(fetch, request, hops, |_, _| true).await?.hops.pop())
}

fn is_file(answer: &Fetched) -> bool {
    matches!(answer.outcome, Outcome::Status(200..=299))
}
