//! Joins a crawl that another process is making, for a person who asked for one: never two over one host. It only looks,
//! at what that process stores.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::patrol::Patrols;
use crate::crawl::Ended;
use crate::crawl::progress::{Phase, Progress};
use crate::domain::crawl::{Crawl, CrawlOptions};
use crate::domain::site::Site;

/// How often is looked how far it is.
const POLL: Duration = Duration::from_millis(500);

impl Patrols {
    /// Waits for the crawl of this site that is under way elsewhere, and returns it when it is over. `None`: none is, or it
    /// is not what was asked for.
    pub async fn attach(
        &self,
        site: &Site,
        options: &CrawlOptions,
        stop: &CancellationToken,
        progress: &watch::Sender<Progress>,
    ) -> anyhow::Result<Option<(Crawl, Ended)>> {
        let Some(mut crawl) = self.store.unfinished_crawl(site.id).await? else { return Ok(None) };
        if !options.selects_as(&crawl.options) {
            return Ok(None);
        }
        tracing::warn!(site.origin = %site.origin, crawl.id = %crawl.id, "another process is crawling this site: waiting for that crawl");
        while crawl.finished_at.is_none() && !stop.is_cancelled() {
            progress.send_modify(|progress| tell(progress, &crawl));
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
            }
            let Some(now) = self.store.crawl(crawl.id).await? else { return Ok(None) };
            crawl = now;
        }
        progress.send_modify(|progress| progress.phase = Phase::Done);
        let notes = crawl.note.iter().flat_map(|note| note.lines()).map(str::to_owned).collect();
        Ok(Some((crawl, Ended { notes, ..Ended::default() })))
    }
}

fn tell(progress: &mut Progress, crawl: &Crawl) {
    progress.fetched = crawl.fetches;
    progress.failing =
        crawl.by_outcome.iter().filter(|(outcome, _)| outcome.is_failing()).map(|(_, n)| n).sum();
    progress.phase = if crawl.resume_at.is_some() { Phase::Paused } else { Phase::Crawling };
}
