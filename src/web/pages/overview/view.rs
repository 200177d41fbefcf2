//! How the overview is made of what is known of each site.

use super::{OverviewPage, SiteRow};
use crate::chart::strip;
use crate::chart::tone::Tone;
use crate::domain::verdict::Verdict;
use crate::report::habit::Habit;
use crate::report::history;
use crate::report::json::share;
use crate::report::wording;
use crate::report::wording::headline::{Facts, Headline};
use crate::report::wording::overview::Overview;
use crate::report::wording::robots;
use crate::report::wording::{count, number, percent, until};
use crate::web::pages::Shell;
use crate::web::status::{DAYS, Judged, Status};
use crate::web::wording::host;

/// With more healthy sites than this, they are folded away.
const FOLD_BEYOND: usize = 12;

/// The page, of the sites in any order.
pub(super) fn page(mut sites: Vec<Status>, text: &str) -> OverviewPage {
    sites.sort_by_cached_key(Status::rank);
    let overview = counted(&sites);
    let tone = match &overview.worst {
        Some(worst) => Tone::Failing(worst.judgement.verdict),
        None if overview.habit.is_some() => Tone::Failing(Verdict::Intermittent),
        None if overview.unseen < overview.sites => Tone::Healthy,
        None => Tone::Unknown,
    };
    let (headline, lede) = (overview.headline(), overview.lede());
    let well = sites.iter().filter(|site| site.tone() == Tone::Healthy).count();
    let shown = if well > FOLD_BEYOND { sites.len() - well } else { sites.len() };
    let (rows, folded) = if text.is_empty() {
        (sites[..shown].iter().map(row).collect(), sites[shown..].iter().map(row).collect())
    } else {
        let wanted = text.to_lowercase();
        let found = |site: &&Status| site.site.origin.as_str().to_lowercase().contains(&wanted);
        (sites.iter().filter(found).map(row).collect(), Vec::new())
    };
    let shell = Shell { activity: activity(&sites), ..Shell::inside("/") };
    OverviewPage {
        shell,
        headline,
        tone,
        lede,
        is_empty: sites.is_empty(),
        has_search: sites.len() > FOLD_BEYOND,
        text: text.to_owned(),
        rows,
        folded_label: format!("{well} healthy sites"),
        folded,
    }
}

fn counted(sites: &[Status]) -> Overview<'_> {
    let many = |wanted: &dyn Fn(&Status) -> bool| sites.iter().filter(|site| wanted(site)).count() as u64;
    let is_costly = |site: &Status| {
        !site.habits.is_empty() || site.outages.iter().any(|o| o.is_ongoing() && o.is_costly())
    };
    let is_stopped = Status::is_crawling_stopped;
    Overview {
        sites: sites.len() as u64,
        unseen: many(&|site| !site.is_seen()),
        costly: many(&is_costly),
        failing: many(&|site| site.worst().is_some() && !is_costly(site) && !is_stopped(site)),
        stopped: many(&is_stopped),
        recovering: many(&|site| site.recovering().is_some() && !is_costly(site)),
        brief: sites.iter().map(Status::brief_this_week).sum(),
        brief_sites: many(&|site| site.brief_this_week() > 0),
        worst: worst(sites),
        habit: sites.iter().find(|site| !site.habits.is_empty()).and_then(|site| habit(site, true)),
        quiet_days: sites.iter().filter_map(Status::quiet_days).min(),
    }
}

/// The worst outage of all, told with the name of its site.
fn worst(sites: &[Status]) -> Option<Facts<'_>> {
    let worsts = sites.iter().filter_map(|site| site.worst().map(|worst| (site, worst)));
    let (site, worst) = worsts.max_by_key(|(site, worst)| {
        (site.is_crawling_stopped(), worst.judgement.verdict, worst.outage.url_count)
    })?;
    Some(Facts { site: Some(host(&site.site.origin)), ..site.facts(worst) })
}

fn activity(sites: &[Status]) -> Option<String> {
    let crawling: Vec<&Status> = sites.iter().filter(|site| site.is_crawling()).collect();
    match crawling.as_slice() {
        [] => None,
        [site] => {
            let (done, known) = (count(site.crawled.0), count(site.known_urls));
            Some(format!("Crawling {}, {done} of {known}", host(&site.site.origin)))
        }
        many => Some(format!("Crawling {} sites", many.len())),
    }
}

fn row(site: &Status) -> SiteRow {
    let zone = site.site.settings.time_zone;
    let days = history::days(&site.stretches(), &site.looked, DAYS, zone, site.now);
    let (failing, of) = match site.known_urls {
        0 => ("–".to_owned(), String::new()),
        known if !site.is_seen() => ("–".to_owned(), format!("of {}", count(known))),
        known => (percent(share(site.failing_urls, known)), format!("of {}", count(known))),
    };
    SiteRow {
        href: format!("/sites/{}", site.site.id),
        host: host(&site.site.origin).to_owned(),
        tone: site.tone(),
        story: story(site),
        strip: strip::draw(&days),
        tallies: tallies(site),
        failing,
        of,
        next: next(site),
    }
}

/// What is happening on a site, in a sentence; and what its robots.txt does to it, when that fails too.
pub(crate) fn story(site: &Status) -> String {
    let (story, failure) = (of_outages(site), site.robots_failure());
    let Some(failure) = failure.filter(|_| !site.worst().is_some_and(Judged::is_robots)) else {
        return story;
    };
    let consequence = robots::consequence(&failure, site.site.settings.time_zone, site.now);
    format!("{story} Its robots.txt fails too. {consequence}")
}

fn of_outages(site: &Status) -> String {
    if let Some(worst) = site.worst() {
        let more = site.outages.iter().filter(|o| o.is_ongoing() && o.is_costly()).count().saturating_sub(1);
        let headline = site.facts(worst).headline();
        let deploy = deploy(site);
        let more = match more {
            0 => String::new(),
            1 => " And one more outage costs it.".to_owned(),
            n => format!(" And {} more outages cost it.", number(n as u64).to_lowercase()),
        };
        return format!("{headline}{deploy}{more}");
    }
    if !site.is_seen() {
        return match site.is_crawling() {
            true => format!("The first crawl is under way: {} looked at so far.", urls(site.crawled.0)),
            false if site.is_busy() => "The first crawl is about to begin.".to_owned(),
            false => "Not crawled yet.".to_owned(),
        };
    }
    if let Some(headline) = habit(site, false) {
        return headline.to_string();
    }
    match site.recovering() {
        Some(past) => format!("{}{}", site.facts(past).headline(), deploy(site)),
        None => quiet(site),
    }
}

/// The place of a site that fails again and again; `is_named`: with the name of the site.
pub(crate) fn habit(site: &Status, is_named: bool) -> Option<Headline> {
    let (policy, host) = (&site.site.settings.policy, host(&site.site.origin));
    let headline = |habit: &Habit| Headline {
        subject: if is_named { habit.subject_on(host) } else { habit.subject.clone() },
        rest: wording::habit::headline(&habit.flapping, policy),
    };
    site.habits.first().map(headline)
}

/// " It began 3 min after deploy v42.", or nothing.
fn deploy(site: &Status) -> String {
    let (zone, now) = (site.site.settings.time_zone, site.now);
    let hint = site.began_with.as_ref().map(|began| wording::deploys::hint(began, zone, now));
    hint.map(|hint| format!(" It {hint}.")).unwrap_or_default()
}

fn quiet(site: &Status) -> String {
    let brief = site.brief_this_week();
    let watched = (site.now - site.site.created_at).num_days();
    match (brief, site.quiet_days()) {
        (1, _) => "Nothing is failing. One brief outage this week was forgiven.".to_owned(),
        (2.., _) => format!("Nothing is failing. {} brief outages this week were forgiven.", number(brief)),
        (0, Some(days @ 2..)) => format!("Nothing has failed for {days} days."),
        (0, None) if watched >= 2 => format!("Nothing has failed for {} days.", watched.min(i64::from(DAYS))),
        (0, None) => "Nothing has failed since you began to watch it.".to_owned(),
        (0, Some(_)) => "Nothing is failing.".to_owned(),
    }
}

fn urls(n: u64) -> String {
    crate::report::wording::plural(n, "URL", "URLs")
}

/// Outages of the last 90 days by verdict, worst first.
fn tallies(site: &Status) -> Vec<(Tone, String)> {
    let counted = [Verdict::Persistent, Verdict::Intermittent, Verdict::Prolonged, Verdict::Brief];
    let tally = |verdict: Verdict| {
        let recent = site.outages.iter().filter(|o| o.judgement.verdict == verdict).count();
        let n = recent + site.past.iter().filter(|past| past.verdict == verdict).count();
        (n > 0).then(|| (Tone::Failing(verdict), n.to_string()))
    };
    counted.into_iter().filter_map(tally).collect()
}

/// When it is crawled next.
fn next(site: &Status) -> String {
    match (site.site.paused, site.is_crawling(), site.site.next_crawl_at) {
        (true, _, _) => "paused".to_owned(),
        (_, true, _) => "under way".to_owned(),
        (_, _, Some(at)) => until(at, site.now),
        (_, _, None) => "on request".to_owned(),
    }
}
