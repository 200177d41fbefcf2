//! A crawl that a person waits for: made at once, under the same lease as every other work on its site.

use anyhow::Context;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{LEASE, LONGEST_PAUSED, Patrols, Step};
use crate::crawl::progress::{Phase, Progress};
use crate::crawl::{Ended, Pause};
use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions, CrawlState};
use crate::domain::observation::CrawlId;
use crate::domain::site::Site;
use crate::store::leases::Lease;

/// How often is looked for due work while a crawl by hand waits for its site.
const WATCH_POLL: Duration = Duration::from_millis(500);

impl Patrols {
    /// Makes one crawl now, for a person who waits for it, or waits for the one that another process is making of this
    /// site. `None`: another process works on it otherwise.
    pub async fn crawl_now(
        &self,
        site: &Site,
        options: &CrawlOptions,
        stop: &CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> anyhow::Result<Option<(Crawl, Ended)>> {
        let Some(lease) = self.wait_for_lease(site, stop).await? else {
            return self.attach(site, options, stop, &progress).await;
        };
        let made = self.under(&lease, stop, |stop| async move {
            self.drop_unfinished(site).await?;
            let crawl =
                self.store.request_crawl(site.id, CrawlKind::Manual, options, self.clock.now()).await?;
            self.board.put(site.id, progress.subscribe(), stop.clone());
            let made = self.crawl_to_the_end(site, &crawl, &stop, progress).await;
            if let Err(error) = &made {
                self.stop_crawl(&crawl, &format!("{error:#}")).await?;
            } else if stop.is_cancelled() {
                self.stop_crawl(&crawl, "it was interrupted; what it had fetched is kept").await?;
            }
            let ended = made?;
            self.put_off_schedule(site, options).await?;
            let crawl = self.store.crawl(crawl.id).await?;
            Ok((crawl.context("the crawl is no longer there: was its site removed?")?, ended))
        });
        made.await.map(Some)
    }

    /// A whole crawl by hand stands for the scheduled one that would else follow at its heels.
    async fn put_off_schedule(&self, site: &Site, options: &CrawlOptions) -> anyhow::Result<()> {
        let next = site.settings.schedule.next(self.clock.now(), site.settings.time_zone);
        if options.selects_as(&CrawlOptions::default()) && next.is_some() {
            self.store.set_next_crawl(site.id, next).await?;
        }
        Ok(())
    }

    /// The lease of a site. Whoever only probes it gives it back soon.
    async fn wait_for_lease(&self, site: &Site, stop: &CancellationToken) -> anyhow::Result<Option<Lease>> {
        let deadline = self.clock.now() + LEASE.delta();
        loop {
            let now = self.clock.now();
            let lease = self.store.take_lease(site.id, &self.owner, now, LEASE).await?;
            let is_crawled = self.store.unfinished_crawl(site.id).await?.is_some();
            if lease.is_some() || is_crawled || now >= deadline || stop.is_cancelled() {
                return Ok(lease);
            }
            tokio::time::sleep(WATCH_POLL).await;
        }
    }

    /// Makes a crawl and goes on with it when it has paused, as long as its options allow to wait.
    async fn crawl_to_the_end(
        &self,
        site: &Site,
        crawl: &Crawl,
        stop: &CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> anyhow::Result<Ended> {
        let deadline = self.clock.now() + crawl.options.wait.unwrap_or(LONGEST_PAUSED).delta();
        let mut crawl = crawl.clone();
        let mut start_page = None;
        loop {
            let made = self.crawler(site).await?.crawl(site, &crawl, stop, progress.clone()).await;
            self.note_egress(&made).await?;
            let mut ended = made?;
            start_page = start_page.or(ended.start_page.take());
            let Some(pause) = ended.pause.clone().filter(|_| !stop.is_cancelled()) else {
                return Ok(Ended { start_page, ..ended });
            };
            if pause.until > deadline {
                ended.notes.push(left_alone(&pause));
                let notes = ended.notes.join("\n");
                self.store
                    .finish_crawl(crawl.id, CrawlState::Finished, self.clock.now(), Some(&notes))
                    .await?;
                progress.send_modify(|progress| progress.phase = Phase::Done);
                return Ok(Ended { start_page, ..ended });
            }
            crawl = self.keep_watch(site, crawl.id, stop).await?;
        }
    }

    /// Does what else is due for a site until its paused crawl is to be tried again; returns that crawl.
    async fn keep_watch(
        &self,
        site: &Site,
        crawl: CrawlId,
        stop: &CancellationToken,
    ) -> anyhow::Result<Crawl> {
        loop {
            let paused = self.store.crawl(crawl).await?.context("the crawl is no longer there")?;
            if stop.is_cancelled() || paused.resume_at.is_none_or(|at| at <= self.clock.now()) {
                return Ok(paused);
            }
            if self.probe(site, stop).await? != Step::Done {
                tokio::select! {
                    () = tokio::time::sleep(WATCH_POLL) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }

    /// A crawl with other options than the one that is asked for is not gone on with.
    async fn drop_unfinished(&self, site: &Site) -> anyhow::Result<()> {
        if let Some(crawl) = self.store.unfinished_crawl(site.id).await? {
            self.stop_crawl(&crawl, "another crawl was started by hand").await?;
        }
        Ok(())
    }
}

fn left_alone(pause: &Pause) -> String {
    match pause.left {
        0 => "the site did not come back in time".to_owned(),
        left => format!("the site did not come back in time: about {left} URLs were left alone"),
    }
}
