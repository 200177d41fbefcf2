//! What happened in an outage, line by line: the answers that bound it, how it spread and healed, the deploy before it, the
//! crawls that met it, and the lines that it passed or is about to pass.

use chrono::{DateTime, Utc};

use crate::chart::tone::Tone;
use crate::domain::crawl::Crawl;
use crate::domain::deploy::BeganWith;
use crate::domain::observation::OutageId;
use crate::domain::outage::Outage;
use crate::domain::policy::{Policy, rule};
use crate::domain::site::Site;
use crate::domain::verdict::Verdict;
use crate::report::deploys;
use crate::report::wording::plural;
use crate::store::outage_course::Spread;
use crate::web::error::Error;
use crate::web::state::AppState;
use crate::web::wording::{Instant, Tag};

/// So many crawls are named.
const CRAWLS: u32 = 5;

/// With fewer URLs than this, how it spread is no news.
const SPREAD_FROM: u64 = 4;

/// One thing that happened, or will.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) at: Instant,
    pub(crate) text: String,
    pub(crate) link: Option<String>,
    pub(crate) tag: Option<Tag>,
    /// The state that begins with it.
    pub(crate) tone: Option<Tone>,
    /// It happens if the outage goes on.
    pub(crate) is_ahead: bool,
}

/// What it is made of.
#[derive(Debug, Clone)]
pub(super) struct Course {
    spread: Spread,
    crawls: Vec<Crawl>,
    deploy: Option<BeganWith>,
}

/// An event with its instant.
type Timed = (DateTime<Utc>, Event);

impl Course {
    /// Asks the store.
    pub(super) async fn of(
        app: &AppState,
        site: &Site,
        id: OutageId,
        outage: &Outage,
    ) -> Result<Self, Error> {
        let bounds = &outage.bounds;
        let until = bounds.healthy_after.unwrap_or_else(|| app.now());
        Ok(Self {
            spread: app.store.spread(id).await?,
            crawls: app.store.crawls_between(site.id, bounds.first_failing, until, CRAWLS).await?,
            deploy: deploys::began_with(&app.store, site, bounds).await?,
        })
    }

    /// In order of time; what lies ahead stands last.
    pub(super) fn told(&self, outage: &Outage, site: &Site, now: DateTime<Utc>) -> Vec<Event> {
        let told = Told { zone: site.settings.time_zone, now };
        let mut events: Vec<Timed> = told.bounds(outage);
        events.extend(self.deploy.as_ref().map(|began| told.deploy(began)));
        events.extend(self.crawls.iter().map(|crawl| told.crawl(crawl)));
        events.extend(told.spread(&self.spread, outage.url_count));
        if !outage.alternating {
            events.extend(told.lines(outage, &site.settings.policy));
        }
        events.sort_by_key(|(at, _)| *at);
        events.into_iter().map(|(_, event)| event).collect()
    }
}

struct Told {
    zone: chrono_tz::Tz,
    now: DateTime<Utc>,
}

impl Told {
    fn event(&self, at: DateTime<Utc>, text: impl Into<String>) -> Timed {
        let is_ahead = at > self.now;
        let at_shown = Instant::minute(at, self.zone, self.now);
        let event = Event { at: at_shown, text: text.into(), link: None, tag: None, tone: None, is_ahead };
        (at, event)
    }

    fn bounds(&self, outage: &Outage) -> Vec<Timed> {
        let bounds = &outage.bounds;
        let before = bounds.healthy_before.map(|at| self.event(at, "The last good answer before it"));
        let (at, mut first) = self.event(bounds.first_failing, "The first failing answer");
        first.tone = Some(Tone::Failing(Verdict::Transient));
        let last = (bounds.last_failing > bounds.first_failing && !outage.ongoing)
            .then(|| self.event(bounds.last_failing, "The last failing answer"));
        let after = bounds.healthy_after.map(|at| {
            let (at, mut good) = self.event(at, "The first good answer after it");
            good.tone = Some(Tone::Healthy);
            (at, good)
        });
        before.into_iter().chain([(at, first)]).chain(last).chain(after).collect()
    }

    fn deploy(&self, began: &BeganWith) -> Timed {
        let name = began.deploy.name().map_or_else(String::new, |name| format!(" {name}"));
        self.event(began.deploy.at(), format!("Deploy{name}"))
    }

    fn crawl(&self, crawl: &Crawl) -> Timed {
        let text = match crawl.pauses {
            0 => "A crawl began",
            _ => "A crawl began, and waited for the site",
        };
        let (at, mut event) = self.event(crawl.started_at.unwrap_or(crawl.requested_at), text);
        event.link = Some(format!("/crawls/{}", crawl.id));
        (at, event)
    }

    /// When half of its URLs had failed, and when half of them were well again.
    fn spread(&self, spread: &Spread, urls: u64) -> Vec<Timed> {
        let half = urls.div_ceil(2);
        let told = |steps: &[(DateTime<Utc>, u64)], what: &str| -> Option<Timed> {
            let at = reached(steps, half).filter(|at| steps.first().is_some_and(|(first, _)| first < at))?;
            Some(self.event(at, format!("Half of its {} {what}", plural(urls, "URL", "URLs"))))
        };
        if urls < SPREAD_FROM {
            return Vec::new();
        }
        let began = told(&spread.began, "had failed");
        began.into_iter().chain(told(&spread.ended, "were well again")).collect()
    }

    /// The lines that it has passed for certain, and the next one if it goes on.
    fn lines(&self, outage: &Outage, policy: &Policy) -> Vec<Timed> {
        let bounds = &outage.bounds;
        let until = if outage.ongoing { self.now } else { bounds.last_failing };
        let all = [
            ("brief_max", policy.brief_max, "More than brief", Some(Verdict::Prolonged)),
            (
                "persistent_after",
                policy.persistent_after,
                "Persistent: URLs begin to leave the index",
                Some(Verdict::Persistent),
            ),
            (
                "treated_as_gone_after",
                policy.treated_as_gone_after,
                "Treated like pages that are gone (404)",
                None,
            ),
            ("signals_fade_after", policy.signals_fade_after, "What is known of them fades", None),
        ];
        let line = |(key, after, text, verdict): (&str, crate::domain::span::Span, &str, Option<Verdict>)| {
            let (at, mut event) = self.event(bounds.first_failing + after.delta(), text);
            event.tag = rule(key).map(Tag::from);
            event.tone = verdict.map(Tone::Failing);
            (at, event)
        };
        let mut lines: Vec<Timed> = all.into_iter().map(line).collect();
        let passed = lines.iter().filter(|(at, _)| *at <= until).count();
        lines.truncate(if outage.ongoing { passed + 1 } else { passed });
        lines
    }
}

/// When so many had done so.
fn reached(steps: &[(DateTime<Utc>, u64)], wanted: u64) -> Option<DateTime<Utc>> {
    let mut sum = 0;
    steps.iter().find_map(|(at, n)| {
        sum += n;
        (sum >= wanted).then_some(*at)
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::domain::deploy::Deploy;
    use crate::web::testing::{World, start};

    #[tokio::test]
    async fn an_outage_tells_what_happened_in_order_and_what_lies_ahead() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for path in ["/a", "/b", "/c", "/d"] {
            world.fetched(&site, path, 0, "200").await;
        }
        let deploy = Deploy::stored(start() + TimeDelta::minutes(1), "v42");
        world.store.mark_deploy(&[site.id], &deploy, start()).await.unwrap();
        for (path, minute) in [("/a", 3), ("/b", 5), ("/c", 9), ("/d", 10)] {
            world.fetched(&site, path, minute, "502").await;
        }
        for hour in 1..=25 {
            world.fetched(&site, "/a", hour * 60, "502").await;
        }
        world.clock.advance(TimeDelta::hours(25));
        let course = world.get("/outages/1").await.text("#course");
        let order = [
            "The last good answer",
            "Deploy v42",
            "The first failing answer",
            "Half of its 4 URLs had failed",
            "More than brief",
            "Persistent: URLs begin to leave",
        ];
        let mut rest = course.as_str();
        for text in order {
            rest =
                rest.split_once(text).unwrap_or_else(|| panic!("{text} is not next in {rest}: {course}")).1;
        }
        assert!(!course.contains("Treated like"), "only the next line lies ahead: {course}");
    }
}
