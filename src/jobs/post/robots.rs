//! Watches the robots.txt of sites: the steps of its ladder come by time alone, so nothing that is fetched announces them.

use chrono::{DateTime, Utc};

use super::PostOffice;
use crate::domain::news::{News, ROBOTS_TOLD_AFTER};
use crate::domain::observation::SiteId;
use crate::domain::outage::Scope;
use crate::domain::robots_ladder::{Authority, standing};
use crate::domain::site::Site;
use crate::store::robots_copies::RobotsCopy;

impl PostOffice {
    /// Files each step that the robots.txt of a site has come to, and that it can be had again.
    pub(super) async fn watch_robots(&self, now: DateTime<Utc>) -> anyhow::Result<()> {
        for (site, since) in self.store.told_robots().await? {
            self.file_recovery(site, since, now).await?;
        }
        for (site, copy) in self.store.failing_robots().await? {
            if let Some(site) = self.store.site(site).await?.filter(|site| !site.paused) {
                self.file_step(&site, &copy, now).await?;
            }
        }
        Ok(())
    }

    async fn file_step(&self, site: &Site, copy: &RobotsCopy, now: DateTime<Utc>) -> anyhow::Result<()> {
        let Some(since) = copy.failing_since else { return Ok(()) };
        // One look that failed is no news: somebody must have looked again.
        if copy.fetched_at - since < ROBOTS_TOLD_AFTER.delta() {
            return Ok(());
        }
        let going_on = self.store.outages(site.id, Some(now)).await?;
        let is_down = going_on.iter().any(|o| o.outage.ongoing && o.outage.scope == Scope::Site);
        let standing = copy.failure(!is_down).and_then(|failure| standing(Authority::Google, &failure, now));
        if let Some(standing) = standing {
            self.store.file_robots_news(site.id, News::Robots(standing.step.phase), since, now).await?;
        }
        Ok(())
    }

    async fn file_recovery(
        &self,
        site: SiteId,
        told_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let since = self.store.robots_copy(site).await?.and_then(|copy| copy.failing_since);
        if since != Some(told_since) {
            self.store.file_robots_news(site, News::RobotsRecovered, told_since, now).await?;
        }
        Ok(())
    }
}
