//! "When outages begin", on a site's page: with how many deploys, at which hours and weekdays; and what the rest of the
//! page says of deploys.
//!
//! Only what was more than a single failed fetch counts, and only what our own crawler saw: the same event in an access
//! log is no second one.

use chrono::{DateTime, Utc};

use crate::chart::Drawing;
use crate::chart::week::WeekChart;
use crate::domain::bounds::Bounds;
use crate::domain::deploy::{DeployMark, began_with};
use crate::domain::observation::Observer;
use crate::domain::patterns::{self, Week};
use crate::domain::policy::rule;
use crate::domain::verdict::Verdict;
use crate::report::wording::{self, plural};
use crate::web::status::{DAYS, Judged, Status};
use crate::web::wording::{Tag, host};

/// What the outages of a site have in common.
#[derive(Debug, Clone)]
pub(crate) struct Begins {
    pub(crate) lines: Vec<Line>,
    /// How to record a deploy, where none is recorded.
    pub(crate) command: Option<String>,
    /// When in the week they began; `None`: too few to show anything.
    pub(crate) week: Option<WeekFigure>,
}

/// A sentence, and what it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) tag: Option<Tag>,
}

/// The chart of the week, and the same as a table.
#[derive(Debug, Clone)]
pub(crate) struct WeekFigure {
    pub(crate) drawing: Drawing,
    pub(crate) note: String,
    /// Weekday, hour, and how many; those with any.
    pub(crate) rows: Vec<(&'static str, String, String)>,
}

/// The section; `None`: there was no outage.
pub(super) fn told(status: &Status, deploys: &[DeployMark]) -> Option<Begins> {
    let outages: Vec<Bounds> = status
        .outages
        .iter()
        .filter(|o| o.judgement.verdict != Verdict::Transient && o.outage.observer == Observer::gatecrawl())
        .map(|o| o.outage.bounds)
        .collect();
    if outages.is_empty() {
        return None;
    }
    let policy = &status.site.settings.policy;
    let week = patterns::week(&outages, status.site.settings.time_zone, policy);
    let has_pattern = week.placed >= policy.pattern_least;
    let with_deploys = patterns::deploy_share(&outages, deploys, policy).map(|share| Line {
        text: wording::patterns::deploys(&share, outages.len() as u64, policy.deploy_window),
        tag: rule("deploy_window").map(Tag::from),
    });
    let in_week = has_pattern
        .then(|| Line { text: wording::patterns::week(&week), tag: rule("pattern_chance").map(Tag::from) });
    let unplaced = wording::patterns::unplaced(&week)
        .map(|text| Line { text, tag: rule("begin_known_within").map(Tag::from) });
    let mut lines: Vec<Line> = with_deploys.into_iter().chain(in_week).chain(unplaced).collect();
    if lines.is_empty() {
        let few = plural(outages.len() as u64, "outage", "outages");
        let text = format!("{few} in the last {DAYS} days: too few to have anything in common.");
        lines.push(Line { text, tag: rule("pattern_least").map(Tag::from) });
    }
    Some(Begins {
        lines,
        command: deploys.is_empty().then(|| command(host(&status.site.origin))),
        week: has_pattern.then(|| figure(&week, status.site.settings.time_zone.name())),
    })
}

fn command(host: &str) -> String {
    format!("gatecrawl deploy mark {host} --name v1.2.3")
}

fn figure(week: &Week, zone: &str) -> WeekFigure {
    let chart = WeekChart {
        counts: week.counts,
        hour: week.hour.map(|hour| hour.at),
        weekday: week.weekday.map(|day| day.at.num_days_from_monday()),
        title: "Outages by the weekday and hour at which they began".to_owned(),
        description: format!("{} A table follows.", wording::patterns::week(week)),
    };
    let outages = plural(week.placed, "outage", "outages");
    WeekFigure {
        drawing: chart.draw(),
        note: format!("{outages} of the last {DAYS} days; the larger the square, the more. Hours in {zone}."),
        rows: rows(week),
    }
}

fn rows(week: &Week) -> Vec<(&'static str, String, String)> {
    let mut rows = Vec::new();
    for (day, hours) in (0_u8..).zip(&week.counts) {
        let name = chrono::Weekday::try_from(day).map(wording::patterns::weekday).unwrap_or_default();
        for (hour, count) in hours.iter().enumerate().filter(|(_, count)| **count > 0) {
            let hour = format!("{hour:02}:00 to {:02}:00", hour + 1);
            rows.push((name, hour, wording::count(u64::from(*count))));
        }
    }
    rows
}

/// What a row of the list of outages adds to itself: ", began 3 min after deploy v1.2.3", or nothing.
pub(super) fn after_deploy(status: &Status, judged: &Judged, deploys: &[DeployMark]) -> String {
    let settings = &status.site.settings;
    let began = began_with(&judged.outage.bounds, deploys, settings.policy.deploy_window);
    began.map_or_else(String::new, |began| {
        format!(", {}", wording::deploys::hint(&began, settings.time_zone, status.now))
    })
}

/// The deploys of a chart's window, and what its caption says of them.
pub(super) fn within(
    deploys: &[DeployMark],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> (Vec<DateTime<Utc>>, String) {
    let at = deploys.iter().map(|mark| mark.deploy.at()).filter(|at| (from..=to).contains(at));
    let at: Vec<_> = at.collect();
    let told = match at.len() as u64 {
        0 => String::new(),
        n => format!(" ▾ {}.", plural(n, "deploy", "deploys")),
    };
    (at, told)
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::domain::deploy::Deploy;
    use crate::domain::site::Site;
    use crate::web::testing::{Answer, World, start};

    const DAY: i64 = 24 * 60;

    /// Fails for half an hour, first in this minute; it was last seen healthy five minutes before.
    async fn fails(world: &World, site: &Site, minute: i64) {
        for (after, outcome) in [(-5, "200"), (0, "502"), (20, "502"), (30, "200")] {
            world.fetched(site, "/", minute + after, outcome).await;
        }
    }

    async fn deployed(world: &World, site: &Site, minute: i64, name: &str) {
        let deploy = Deploy::stored(start() + TimeDelta::minutes(minute), name);
        world.store.mark_deploy(&[site.id], &deploy, start()).await.unwrap();
    }

    async fn page(world: &World, site: &Site) -> Answer {
        world.get(&format!("/sites/{}", site.id)).await
    }

    /// Outages on so many days, each at 21:40.
    async fn evenings(days: i64) -> (World, Site) {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for day in 0..days {
            fails(&world, &site, day * DAY + 2).await;
        }
        world.clock.advance(TimeDelta::days(days) + TimeDelta::hours(5));
        (world, site)
    }

    #[tokio::test]
    async fn outages_that_keep_to_an_hour_and_to_deploys_are_told_so() {
        let (world, site) = evenings(5).await;
        // The last three began one to six minutes after one; the two before the first do not count.
        for day in 2..5 {
            deployed(&world, &site, day * DAY - 4, &format!("v{day}")).await;
        }
        let page = page(&world, &site).await;
        let section = page.text(".begins");
        let said = "All 3 outages began within 15 min after a deploy (100 %). \
                    Two earlier outages do not count: no deploy was recorded by then.";
        assert!(section.contains(said), "{section}");
        assert!(section.contains("All 5 outages began between 21:00 and 22:00. model"), "{section}");
        assert!(
            section.contains("Thursday21:00 to 22:001"),
            "the table says it without the picture: {section}"
        );
        assert!(!section.contains("No deploys recorded"), "{section}");
        let newest = page.text(".outage .what");
        assert!(newest.ends_with(", began 1 to 6 min after deploy v4"), "{newest}");
        assert!(page.text(".legend").contains("▾ 3 deploys."), "{}", page.text(".legend"));
    }

    #[tokio::test]
    async fn hours_are_those_of_the_sites_own_clock() {
        let (world, mut site) = evenings(3).await;
        site.settings.set("time_zone", "Asia/Tokyo").unwrap();
        world.store.update_site(&site).await.unwrap();
        let section = page(&world, &site).await.text(".begins");
        assert!(section.contains("between 06:00 and 07:00") && section.contains("Asia/Tokyo"), "{section}");
    }

    #[tokio::test]
    async fn two_outages_have_nothing_in_common_yet_and_how_to_record_a_deploy_is_told() {
        let (world, site) = evenings(2).await;
        let section = page(&world, &site).await.text(".begins");
        let few = "2 outages in the last 90 days: too few to have anything in common.";
        assert!(section.contains(few), "{section}");
        assert!(section.contains("gatecrawl deploy mark shop.example --name v1.2.3"), "{section}");
        assert!(!section.contains("As a table"), "{section}");
    }

    #[tokio::test]
    async fn a_site_without_an_outage_has_no_such_section() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/", 0, "200").await;
        assert!(!page(&world, &site).await.body.contains("When outages begin"));
    }
}
