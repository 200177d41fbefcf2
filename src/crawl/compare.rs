//! The comparison probe: a sample of a site's URLs, each fetched under our name and under Googlebot's. Off by default, for
//! it sends another's name; what it finds is judged by [`crate::domain::comparison`].
//!
//! What came under Googlebot's name is no observation of ours, and is not recorded as one.

use super::run::Run;
use super::visit::record;
use super::{CrawlError, GOOGLEBOT};
use crate::domain::comparison::{Finding, Pair, compare};
use crate::domain::outcome::Outcome;
use crate::fetch::Request;
use crate::store::urls::KnownUrl;

/// Googlebot's user agent on the desktop, without the browser's part of it.
/// Source: <https://developers.google.com/crawling/docs/crawlers-fetchers/google-common-crawlers>.
const USER_AGENT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// How many URLs are compared: the sentinels first, and then some that fail.
const SAMPLE: usize = 15;

/// How many of them are ones that fail.
const FAILING: u32 = 5;

impl Run<'_> {
    /// Compares, and notes what it shows.
    pub(super) async fn compare_with_googlebot(&mut self) -> Result<(), CrawlError> {
        let mut sample = self.crawler.store.failing_sample(self.site, FAILING).await?;
        for known in self.crawler.chosen(self.site, self.frontier.robots(), true).await? {
            let is_new = sample.iter().all(|other| other.id != known.id);
            if is_new && sample.len() < SAMPLE {
                sample.push(known);
            }
        }
        sample.retain(|known| self.frontier.robots().allows(GOOGLEBOT, known.url.path_and_query()));
        let mut pairs = Vec::new();
        for known in &sample {
            let pair = self.pair(known, false).await?;
            // A difference must show twice, the second time in the other order: it may have been chance.
            pairs.push(if pair.agrees() { pair } else { self.pair(known, true).await? });
        }
        self.notes.extend(compare(&pairs).map(|finding| says(&finding, pairs.len())));
        Ok(())
    }

    async fn pair(&self, known: &KnownUrl, googlebot_first: bool) -> Result<Pair, CrawlError> {
        if googlebot_first {
            let theirs = self.fetch_as(known, Some(USER_AGENT)).await?;
            return Ok(Pair { ours: self.fetch_as(known, None).await?, theirs });
        }
        let ours = self.fetch_as(known, None).await?;
        Ok(Pair { ours, theirs: self.fetch_as(known, Some(USER_AGENT)).await? })
    }

    async fn fetch_as(&self, known: &KnownUrl, user_agent: Option<&str>) -> Result<Outcome, CrawlError> {
        self.manners.pace.turn().await;
        let user_agent = user_agent.map(str::to_owned);
        let request = Request { user_agent, ..Request::probe(known.url.clone()) };
        let fetched = self.crawler.fetch.fetch(&request).await?;
        if request.user_agent.is_none() {
            self.crawler.writer.record(record(self.site.id, known, &fetched, None)).await?;
        }
        Ok(fetched.outcome)
    }
}

fn says(finding: &Finding, of: usize) -> String {
    match finding {
        Finding::BotsOnly { urls, outcome } => format!(
            "{outcome} only for bots: {urls} of {of} URLs failed for a client that calls itself Googlebot, and were healthy for Gatecrawl at the same time; look at the rules for bots of your WAF, CDN or gateway"
        ),
        Finding::UsOnly { urls, outcome } => format!(
            "{outcome} only for Gatecrawl: {urls} of {of} URLs failed for it, and were healthy for a client that calls itself Googlebot; let Gatecrawl through, or its outages are not your site's"
        ),
        Finding::Verified { urls, outcome } => format!(
            "{urls} of {of} URLs answered {outcome} to a client that calls itself Googlebot: the site seems to check who is Googlebot, so what it answers the real one cannot be seen from here (access logs can tell)"
        ),
    }
}
