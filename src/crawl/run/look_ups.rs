//! What a run asks of the store beside its visits: the next URLs of the site, which re-checks are due, and when it is the
//! sentinels' turn. One question at a time, answered while the visits go on; it decides nothing of the visits.

use std::collections::HashSet;

use tokio::task::JoinError;

use super::Run;
use crate::crawl::CrawlError;
use crate::crawl::entry::{Entry, FRESH_FOR};
use crate::crawl::frontier::ROWS_READ;
use crate::crawl::visit::{Purpose, Task};
use crate::domain::observation::UrlId;
use crate::store::urls::KnownUrl;

/// How many re-checks are taken up at a time.
const RECHECK_BATCH: u32 = 50;

/// What was looked up in the store beside the visits.
pub(super) enum LookedUp {
    /// The next URLs of the site, when so many had been found.
    Rows(Vec<KnownUrl>, u64),
    /// What is to be looked at again.
    Due(Vec<KnownUrl>),
    /// What stands for the routes of the site.
    Sentinels(Vec<KnownUrl>),
}

/// How far the look at all sentinels is that follows when a section has gone down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Check {
    /// None is made.
    #[default]
    None,
    /// The store is asked for the sentinels.
    Asked,
    /// They are being probed.
    Probing,
}

impl Run<'_> {
    /// Reads the next URLs of the site when few wait. One look-up at a time.
    pub(super) fn read_on(&mut self) {
        let Some(after) = self.frontier.wants_rows().filter(|_| self.look_ups.is_empty() && self.goes_on())
        else {
            return;
        };
        let (store, writer) = (self.crawler.store.clone(), self.crawler.writer.clone());
        let (site, unseen, found) = (self.site.clone(), self.unseen, self.found);
        self.look_ups.spawn(async move {
            // What was found must be stored, or it would not be read.
            writer.flush(site.id).await?;
            Ok(LookedUp::Rows(store.unseen_urls(&site, unseen, after, ROWS_READ).await?, found))
        });
    }

    pub(super) fn look_for_rechecks(&mut self) {
        if !self.look_ups.is_empty() {
            return;
        }
        let (store, writer) = (self.crawler.store.clone(), self.crawler.writer.clone());
        let (site, now) = (self.site.clone(), self.crawler.clock.now());
        let puts_off = self.manners.puts_off_rechecks();
        self.look_ups.spawn(async move {
            // What was just fetched must be stored, or it would still count as due.
            writer.flush(site.id).await?;
            if puts_off {
                store.put_off_rechecks(&site, now).await?;
            }
            Ok(LookedUp::Due(store.due_rechecks(&site, now, RECHECK_BATCH).await?))
        });
    }

    /// When a section has gone down, asks the sentinels whether the site has.
    pub(super) fn check_the_site(&mut self) {
        if !self.manners.is_checking() {
            return;
        }
        match self.check {
            Check::None if self.look_ups.is_empty() => {
                self.check = Check::Asked;
                self.ask_for_sentinels();
            }
            Check::Probing if self.probes.is_empty() && self.visits.is_empty() => {
                self.check = Check::None;
                self.manners.finish_check(self.crawler.clock.now());
            }
            Check::None | Check::Asked | Check::Probing => {}
        }
    }

    fn ask_for_sentinels(&mut self) {
        let (crawler, site) = (self.crawler.clone(), self.site.clone());
        self.look_ups.spawn(async move {
            let chosen = crawler.store.sentinels(&site).await?;
            // In a first crawl none are chosen yet.
            let chosen = if chosen.is_empty() { crawler.choose_sentinels(&site).await? } else { chosen };
            Ok(LookedUp::Sentinels(chosen))
        });
    }

    /// A long crawl visits each section once; an outage of one is found meanwhile by its sentinel, as between crawls.
    pub(super) fn look_for_sentinels(&mut self) {
        let now = self.crawler.clock.now();
        if self.crawl.is_none() || now < self.sentinels_at || !self.look_ups.is_empty() {
            return;
        }
        self.sentinels_at = now + self.site.settings.policy.sentinel_every.delta();
        self.ask_for_sentinels();
    }

    pub(super) fn take_up(
        &mut self,
        done: Result<Result<LookedUp, CrawlError>, JoinError>,
    ) -> Result<(), CrawlError> {
        match done.map_err(|died| CrawlError::Died(died.to_string()))?? {
            LookedUp::Rows(rows, found) => self.frontier.take_rows(rows, self.found == found),
            LookedUp::Due(mut due) => {
                due.retain(|known| !self.is_confirming || self.unconfirmed.contains(&known.id));
                self.line_up(due, Purpose::Recheck);
            }
            LookedUp::Sentinels(sentinels) => {
                self.line_up(sentinels, Purpose::Sentinel);
                if self.check == Check::Asked {
                    self.check = Check::Probing;
                }
            }
        }
        Ok(())
    }

    fn line_up(&mut self, urls: Vec<KnownUrl>, purpose: Purpose) {
        let waiting: HashSet<UrlId> = self.probes.iter().map(|task| task.known.id).collect();
        let new = urls
            .into_iter()
            .filter(|known| !self.in_flight.contains(&known.id) && !waiting.contains(&known.id));
        self.probes.extend(new.map(|known| Task { known, purpose }));
    }

    /// A crawl that lasts longer than a robots.txt is good for reads it again.
    pub(super) async fn keep_rules_fresh(&mut self) -> Result<(), CrawlError> {
        let now = self.crawler.clock.now();
        if self.crawl.is_none() || now - self.rules_read_at < FRESH_FOR {
            return Ok(());
        }
        self.rules_read_at = now;
        match self.crawler.knock(self.site, self.crawl).await? {
            Entry::Open(robots) => self.frontier.obey(robots),
            Entry::Unreachable { outcome, .. } => {
                let why = format!("robots.txt became unreachable ({outcome}): the crawl paused");
                self.manners.pause_for_robots(now, why);
            }
        }
        Ok(())
    }
}
