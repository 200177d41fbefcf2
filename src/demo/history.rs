//! Writes the history of the made-up sites, as if it had been observed: through the writer, in the order of time, so that
//! the judge groups it as it would have then.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::answers::Gateway;
use super::looks::{Plot, ROBOTS, Round};
use super::scenes::{DAYS, SCENES, Scene};
use crate::domain::crawl::{Crawl, CrawlKind, CrawlOptions, CrawlState};
use crate::domain::deploy::Deploy;
use crate::domain::jitter::jitter;
use crate::domain::observation::Observation;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;
use crate::domain::site::{Settings, Site};
use crate::store::Store;
use crate::store::robots_copies::RobotsCopy;
use crate::store::sites::NewSite;
use crate::store::urls::KnownUrl;
use crate::store::writer::{Record, Writer};

/// From one fetch of a round to the next; an answer is there before the next one is asked for.
const PACE: TimeDelta = TimeDelta::milliseconds(200);

/// How long a page takes, and how large it is, more or less.
const ELAPSED: Duration = Duration::from_millis(140);
const BYTES: f64 = 18_000.0;

/// A deploy comes so long before what it breaks.
const BEFORE: TimeDelta = TimeDelta::minutes(2);

/// Who writes, and as of when.
struct Scribe<'a> {
    store: &'a Store,
    writer: &'a Writer,
    now: DateTime<Utc>,
}

/// A made-up site that is being written.
struct Told<'a> {
    site: Site,
    known: Vec<KnownUrl>,
    plot: Plot,
    gateway: Gateway,
    scribe: &'a Scribe<'a>,
}

/// Adds the made-up sites with their last months, and pauses them. Returns how many observations that were.
pub async fn write_history(store: &Store, writer: &Writer, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let scribe = Scribe { store, writer, now };
    let mut observations = 0;
    for scene in &SCENES {
        observations += scribe.write(scene).await?;
    }
    Ok(observations)
}

impl Scribe<'_> {
    async fn write(&self, scene: &Scene) -> anyhow::Result<usize> {
        let told = self.begin(scene).await?;
        let mut observations = 0;
        for (at, round) in &told.plot.rounds {
            observations += round.paths.len();
            told.write_round(*at, round).await?;
        }
        self.writer.flush(told.site.id).await?;
        self.mark_deploys(scene, &told.site).await?;
        told.keep_robots().await?;
        let paused = Site { paused: true, next_crawl_at: None, ..told.site };
        self.store.update_site(&paused).await?;
        self.writer.forget(paused.id).await?;
        Ok(observations)
    }

    async fn begin(&self, scene: &Scene) -> anyhow::Result<Told<'_>> {
        let begin = self.now - TimeDelta::days(DAYS);
        let new = NewSite { start_url: PageUrl::parse(scene.start)?, settings: Settings::default() };
        let site = self.store.add_site(&new, begin).await?;
        let plot = Plot::of(scene, self.now);
        let urls = plot.paths.iter().map(|path| Ok((site.origin.url(path)?, depth(path))));
        let urls: Vec<(PageUrl, u32)> = urls.collect::<anyhow::Result<_>>()?;
        let known = self.store.add_urls(&site, &urls, begin).await?;
        Ok(Told { site, known, plot, gateway: scene.gateway, scribe: self })
    }

    async fn mark_deploys(&self, scene: &Scene, site: &Site) -> anyhow::Result<()> {
        let broken =
            scene.troubles.iter().filter_map(|trouble| Some((trouble.ago + BEFORE, trouble.deploy?)));
        for (ago, name) in scene.deploys.iter().copied().chain(broken) {
            let deploy = Deploy::new(Some(self.now - ago), Some(name), self.now)?;
            self.store.mark_deploy(&[site.id], &deploy, self.now).await?;
        }
        Ok(())
    }
}

impl Told<'_> {
    async fn write_round(&self, at: DateTime<Utc>, round: &Round) -> anyhow::Result<()> {
        let crawl = if round.is_crawl { Some(self.begin_crawl(at).await?) } else { None };
        let mut end = at;
        for (place, known) in round.paths.iter().filter_map(|n| self.known.get(*n)).enumerate() {
            end = at + PACE * i32::try_from(place).unwrap_or(i32::MAX);
            let crawl = crawl.as_ref().map(|crawl| crawl.id);
            self.scribe.writer.record(Record { crawl, ..self.record(known, end) }).await?;
        }
        if let Some(crawl) = crawl {
            self.scribe.writer.flush(self.site.id).await?;
            self.scribe.store.finish_crawl(crawl.id, CrawlState::Finished, end + PACE, None).await?;
        }
        Ok(())
    }

    async fn begin_crawl(&self, at: DateTime<Utc>) -> anyhow::Result<Crawl> {
        let (store, options) = (self.scribe.store, CrawlOptions::default());
        let crawl = store.request_crawl(self.site.id, CrawlKind::Scheduled, &options, at).await?;
        store.start_crawl(crawl.id, at).await?;
        Ok(crawl)
    }

    fn record(&self, known: &KnownUrl, asked_at: DateTime<Utc>) -> Record {
        let fails = self.plot.fails(known.url.path(), asked_at);
        let seed = asked_at.timestamp_millis().cast_unsigned() ^ known.id.0.cast_unsigned();
        let elapsed = ELAPSED.mul_f64(if fails { 0.1 } else { jitter(seed) });
        let at = asked_at + TimeDelta::milliseconds(i64::try_from(elapsed.as_millis()).unwrap_or_default());
        let outcome = Outcome::Status(if fails { self.gateway.status().0 } else { 200 });
        let observation = Observation { asked_at, at, outcome };
        Record {
            elapsed,
            bytes: if fails { self.gateway.body().len() as u64 } else { whole(BYTES * jitter(!seed)) },
            evidence: fails.then(|| self.gateway.evidence(at)),
            ..Record::of(self.site.id, known, observation)
        }
    }

    /// The newest robots.txt, or the last good one of a site whose newest cannot be had.
    async fn keep_robots(&self) -> anyhow::Result<()> {
        let now = self.scribe.now;
        let failing_since = self.plot.failing_since(ROBOTS, now);
        let copy = RobotsCopy {
            fetched_at: now,
            outcome: Outcome::Status(if failing_since.is_some() { self.gateway.status().0 } else { 200 }),
            failing_since,
            good_at: Some(failing_since.unwrap_or(now)),
            good_body: Some(b"User-agent: *\nAllow: /\n".to_vec()),
        };
        Ok(self.scribe.store.put_robots_copy(self.site.id, &copy).await?)
    }
}

/// Links from the start page.
fn depth(path: &str) -> u32 {
    match path {
        "/" | ROBOTS => 0,
        path if path.ends_with("/1") => 1,
        _ => 2,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few kilobytes")]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;
    use crate::domain::verdict::{State, Verdict};
    use crate::store::outages::StoredOutage;

    struct Past {
        store: Store,
        now: DateTime<Utc>,
        _tasks: JoinSet<()>,
        _folder: tempfile::TempDir,
    }

    impl Past {
        async fn written() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path()).await.unwrap();
            let (writer, task) = Writer::new(store.clone());
            let tasks = JoinSet::from_iter([task.run()]);
            let now = "2026-11-28T15:24:11Z".parse().unwrap();
            write_history(&store, &writer, now).await.unwrap();
            Self { store, now, _tasks: tasks, _folder: folder }
        }

        async fn site(&self, host: &str) -> Site {
            let sites = self.store.sites().await.unwrap();
            sites.into_iter().find(|site| site.start_url.host() == host).unwrap()
        }

        async fn outages(&self, site: &Site) -> Vec<StoredOutage> {
            self.store.outages(site.id, None).await.unwrap()
        }

        /// Verdicts with what they are of, newest first.
        async fn verdicts(&self, host: &str) -> Vec<(Verdict, bool, String)> {
            let site = self.site(host).await;
            let judged = |stored: &StoredOutage| {
                let judgement = stored.outage.judge(self.now, &site.settings.policy);
                let goes_on = judgement.state == State::Ongoing;
                (judgement.verdict, goes_on, stored.outage.scope.to_string())
            };
            self.outages(&site).await.iter().map(judged).collect()
        }
    }

    #[tokio::test]
    async fn the_judge_finds_what_the_scenes_hold_and_nothing_else() {
        use Verdict::{Brief, Persistent, Prolonged};
        let past = Past::written().await;
        let shop = past.verdicts("shop.example").await;
        let verdicts: Vec<Verdict> = shop.iter().map(|(verdict, ..)| *verdict).collect();
        assert_eq!(verdicts, [Persistent, Brief, Brief, Brief, Prolonged, Brief, Brief]);
        assert!(shop[0].1 && shop[0].2.contains("/product/*"), "{:?}", shop[0]);
        assert_eq!(past.verdicts("blog.example").await.iter().filter(|(_, goes_on, _)| *goes_on).count(), 0);
        assert_eq!(past.verdicts("docs.example").await.len(), 7, "one, and six of a habit");
        let news = past.verdicts("news.example").await;
        assert_eq!(news.iter().map(|(verdict, ..)| *verdict).collect::<Vec<_>>(), [Brief, Persistent, Brief]);

        for site in past.store.sites().await.unwrap() {
            assert!(site.paused && site.next_crawl_at.is_none(), "{} is not asked", site.origin);
            let crawls = past.store.crawls(site.id, 200).await.unwrap();
            assert_eq!(crawls.len(), 90);
            let known = past.store.known_urls(&site).await.unwrap().len() as u64;
            let odd = crawls.iter().find(|c| c.state != CrawlState::Finished || c.urls != known);
            assert!(odd.is_none(), "{}: {odd:?}", site.origin);
        }
        assert_eq!(past.store.due_sites(past.now + TimeDelta::days(9)).await.unwrap(), []);
        let robots = past.store.robots_copy(past.site("news.example").await.id).await.unwrap().unwrap();
        assert!(robots.failing_since.is_some_and(|since| past.now - since < TimeDelta::hours(6)));
    }
}
