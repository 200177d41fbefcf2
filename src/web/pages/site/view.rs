//! How a site's page is made of what is known of the site.

use super::{OutageRow, Robots, SitePage, begins};
use crate::chart::tone::Tone;
use crate::domain::crawl::{Crawl, CrawlState};
use crate::domain::deploy::DeployMark;
use crate::domain::site::PrivateAddresses;
use crate::domain::verdict::{State, Verdict};
use crate::report::habit::Habit;
use crate::report::json::share;
use crate::report::wording;
use crate::report::wording::headline::Headline;
use crate::report::wording::{count, length, number, percent, plural, range, since, until};
use crate::store::sitemaps::StoredSitemap;
use crate::web::pages::Shell;
use crate::web::pages::crawl::{live, row};
use crate::web::pages::overview::view::{habit, story};
use crate::web::status::{DAYS, Judged, Status};
use crate::web::wording::{host, unbroken};

pub(crate) mod charts;
pub(super) mod clock;
pub(super) mod efficiency;
pub(super) mod makers;
pub(super) mod robots;
pub(super) mod sections;
pub(super) mod sitemaps;

/// So many brief outages are shown; older ones are folded away.
const BRIEF_SHOWN: usize = 5;

/// The page.
pub(super) fn page(
    status: &Status,
    crawls: &[Crawl],
    listed: &[StoredSitemap],
    effort: &efficiency::Seen,
    deploys: &[DeployMark],
) -> SitePage {
    let site = &status.site;
    let rows = |wanted: &dyn Fn(&Judged) -> bool| -> Vec<OutageRow> {
        status.outages.iter().filter(|o| wanted(o)).map(|o| outage_row(status, o, deploys)).collect()
    };
    let mut costing = rows(&|o| o.is_ongoing() && is_costing(status, o));
    costing.extend(status.habits.iter().filter_map(|habit| habit_row(status, habit)));
    costing.sort_by_key(|row| std::cmp::Reverse(row.tone));
    let mut forgiven = rows(&|o| !is_costing(status, o));
    let more_forgiven = forgiven.split_off(forgiven.len().min(BRIEF_SHOWN));
    let zone = site.settings.time_zone;
    SitePage {
        shell: Shell::inside(""),
        href: format!("/sites/{}", site.id),
        host: host(&site.origin).to_owned(),
        paused: site.paused,
        public_href: site.settings.public_status.then(|| format!("/status/{}", host(&site.origin))),
        headline: headline(status, crawls.first()),
        tone: status.tone(),
        lede: lede(status),
        silence: None,
        load: None,
        running: live::of(status),
        is_waiting: status.waits_until().is_some(),
        has_data: status.is_seen(),
        costing_tone: costing.first().map_or(Tone::Healthy, |row| row.tone),
        costing,
        forgiven,
        more_forgiven_label: format!("{} more in the last {DAYS} days", more_forgiven.len()),
        more_forgiven,
        past: rows(&|o| o.is_costly() && !o.is_ongoing()),
        clock: clock::told(status),
        sections: sections::told(status),
        makers: None,
        chart: charts::failing(status, deploys),
        begins: begins::told(status, deploys),
        days: charts::days(status),
        robots: status
            .robots
            .as_ref()
            .map_or_else(Robots::unread, |copy| robots::told(copy, zone, status.now)),
        ladder: status.robots_failure().map(|failure| robots::ladder(&failure, zone, status.now)),
        sitemaps: sitemaps::told(listed, &site.origin, zone, status.now),
        efficiency: efficiency::told(site, effort, status.now),
        settings: settings(status),
        crawls: crawls.iter().map(|crawl| row::of(status, crawl)).collect(),
        next: next(status),
    }
}

/// It costs crawl rate or index: by its verdict, or because all crawling stops while robots.txt fails.
fn is_costing(status: &Status, outage: &Judged) -> bool {
    let stops = outage.is_ongoing() && outage.is_robots() && status.is_crawling_stopped();
    outage.is_costly() || stops
}

fn headline(status: &Status, newest: Option<&Crawl>) -> Headline {
    if let Some(worst) = status.worst() {
        return status.facts(worst).headline();
    }
    if let Some(headline) = habit(status, false) {
        return headline;
    }
    if let Some(past) = status.recovering() {
        return status.facts(past).headline();
    }
    let (subject, rest) = if status.is_seen() && status.is_crawling() {
        ("Nothing is failing", " so far.".to_owned())
    } else if status.is_seen() {
        (
            "All is well.",
            format!(" None of its {} is failing.", plural(status.known_urls, "known URL", "known URLs")),
        )
    } else if status.is_crawling() {
        ("The first crawl", format!(" of {} is under way.", host(&status.site.origin)))
    } else if status.is_busy() {
        ("The first crawl", format!(" of {} begins in a moment.", host(&status.site.origin)))
    } else if newest.is_some_and(|crawl| crawl.state == CrawlState::Stopped) {
        ("The first crawl could not be made.", " Below it says why.".to_owned())
    } else {
        ("Not crawled yet.", " There is nothing to tell so far.".to_owned())
    };
    Headline { subject: subject.to_owned(), rest }
}

fn lede(status: &Status) -> String {
    if !status.is_seen() {
        let waits = "The first results are here within a minute; this page brings them by itself.";
        return if status.is_busy() { waits.to_owned() } else { String::new() };
    }
    if status.failing_urls == 0 {
        return if !status.habits.is_empty() || status.worst().or_else(|| status.recovering()).is_some() {
            String::new()
        } else {
            story(status)
        };
    }
    let verb = if status.failing_urls == 1 { "is" } else { "are" };
    let now = format!(
        "{} of its {} {verb} failing now ({}).",
        count(status.failing_urls),
        plural(status.known_urls, "known URL", "known URLs"),
        percent(share(status.failing_urls, status.known_urls))
    );
    let more = status.outages.iter().filter(|o| o.is_ongoing()).count().saturating_sub(1);
    match more {
        0 => now,
        1 => format!("{now} One more outage goes on."),
        n => format!("{now} {} more outages go on.", number(n as u64)),
    }
}

fn outage_row(status: &Status, judged: &Judged, deploys: &[DeployMark]) -> OutageRow {
    let facts = status.facts(judged);
    let bounds = &judged.outage.bounds;
    let (zone, now) = (facts.zone, status.now);
    let urls = plural(judged.outage.url_count, "URL", "URLs");
    let began = since(bounds.first_failing, zone, now);
    let lasted = if judged.is_ongoing() {
        length(bounds.shortest())
    } else {
        range(bounds.shortest(), bounds.longest(now))
    };
    let state = match judged.judgement.state {
        State::Ongoing if judged.is_costly() => format!("{urls}, since {began}"),
        State::Ongoing => format!("{urls}, since {began}, still going on"),
        State::Recovering => format!("{urls}, from {began}, recovering"),
        State::Resolved => format!("{urls}, from {began}"),
    };
    OutageRow {
        href: judged.href(),
        tone: judged.tone(),
        title: facts.title(),
        detail: state + begins::after_deploy(status, judged, deploys).as_str(),
        lasted: unbroken(&lasted),
    }
}

/// A place that fails again and again, with its newest outage.
fn habit_row(status: &Status, habit: &Habit) -> Option<OutageRow> {
    let policy = &status.site.settings.policy;
    Some(OutageRow {
        href: format!("/outages/{}#habit", habit.outages.first()?),
        tone: Tone::Failing(Verdict::Intermittent),
        title: format!("{} fails again and again", habit.subject),
        detail: wording::habit::extent(&habit.flapping, policy),
        lasted: unbroken(&percent(habit.flapping.failing_share)),
    })
}

fn settings(status: &Status) -> Vec<(&'static str, String)> {
    let settings = &status.site.settings;
    let private = match settings.allow_private {
        PrivateAddresses::Refused => "refused",
        PrivateAddresses::OwnHost => "allowed for this host",
        PrivateAddresses::Allowed => "allowed",
    };
    let rate = if settings.rate > 0.0 {
        format!("at most {} requests a second", settings.rate)
    } else {
        "without a limit".to_owned()
    };
    vec![
        ("Start page", status.site.start_url.to_string()),
        ("Crawled", settings.schedule.to_string()),
        ("Speed", format!("{rate}, {} at a time", settings.concurrency)),
        ("Time zone", settings.time_zone.name().to_owned()),
        ("Brief up to", wording::line(settings.policy.brief_max)),
        ("Persistent after", wording::line(settings.policy.persistent_after)),
        ("Private addresses", private.to_owned()),
        ("Public status page", if settings.public_status { "on" } else { "off" }.to_owned()),
    ]
}

/// When the next crawl is due, in a sentence.
pub(crate) fn next(status: &Status) -> String {
    let site = &status.site;
    match (site.paused, status.is_busy(), site.next_crawl_at) {
        (true, _, _) => "The site is paused: nothing is crawled until it is resumed.".to_owned(),
        (_, true, _) if status.waits_until().is_some() => {
            "A crawl waits for the site to come back.".to_owned()
        }
        (_, true, _) if status.crawl.as_ref().is_some_and(Crawl::is_held) => {
            "A crawl is paused, and goes on when it is resumed.".to_owned()
        }
        (_, true, _) => "A crawl is under way.".to_owned(),
        (_, _, Some(at)) => format!("The next crawl begins {}.", until(at, status.now)),
        (_, _, None) => "It is crawled only when you ask for it.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
