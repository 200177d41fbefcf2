//! Gathers a summary from the store: the outages of each site, cut at the instant of judgement, and what crawling came to.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::group::Group;
use super::past::as_of;
use super::{Digest, Efficiency, Entry, SiteDigest, lines};
use crate::chart::timeline::Timeline;
use crate::domain::cadence::Cadence;
use crate::domain::efficiency::{Effort, Part, parts};
use crate::domain::looked::Looked;
use crate::domain::observation::{Observer, SiteId};
use crate::domain::outage::{Outage, Scope};
use crate::domain::outcome::Outcome;
use crate::domain::robots_ladder::Failure;
use crate::domain::site::Site;
use crate::domain::verdict::{Judgement, Verdict};
use crate::report::habit::{self, Habit, Occurrence};
use crate::report::history::{self, Stretch};
use crate::report::json::OutageJson;
use crate::report::wording::{self, habit as habit_words, robots, silence};
use crate::report::{bots, summary};
use crate::store::outages::StoredOutage;
use crate::store::rollups::HourRow;
use crate::store::{Store, StoreError};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How often it comes.
    pub cadence: Cadence,
    /// Where its time begins.
    pub from: DateTime<Utc>,
    /// The instant of judgement.
    pub to: DateTime<Utc>,
    /// In which zone times are written.
    pub zone: Tz,
    /// Of which sites; `None`: of all.
    pub sites: Option<BTreeSet<SiteId>>,
    /// Where the dashboard is, for links.
    pub base: String,
}

/// Of so many outages of one site all is read; of the others only what is stored in their own rows.
const READ_WHOLE: usize = 40;

/// Into how many parts the window of the chart is cut.
const PARTS: i32 = 168;

const WEEK: TimeDelta = TimeDelta::days(7);

/// A site with what its part of the chart is drawn from.
struct Gathered {
    digest: SiteDigest,
    stretches: Vec<Stretch>,
    looked: Looked,
    added: DateTime<Utc>,
}

/// An outage cut at the instant of judgement.
struct Cut {
    stored: StoredOutage,
    judged: Judgement,
    path: String,
}

impl Digest {
    /// Gathers it.
    pub async fn gather(store: &Store, asked: &Asked) -> Result<Self, StoreError> {
        let mut gathered = Vec::new();
        for site in store.sites().await? {
            let is_meant = asked.sites.as_ref().is_none_or(|sites| sites.contains(&site.id));
            if is_meant && site.created_at <= asked.to {
                gathered.push(gather_site(store, &site, asked).await?);
            }
        }
        let chart = chart(&gathered, asked);
        let mut sites: Vec<SiteDigest> = gathered.into_iter().map(|gathered| gathered.digest).collect();
        sites.sort_by_key(rank);
        let silences = store.silences(asked.from).await?;
        let notice = silence::notice(&silences, asked.zone, asked.to)
            .or_else(|| silence::past(&silences, asked.zone, asked.to));
        let Asked { cadence, from, to, zone, base, .. } = asked.clone();
        Ok(Self { cadence, from, to, zone, sites, notice, chart, base })
    }
}

/// The site with the worst news first.
fn rank(site: &SiteDigest) -> impl Ord + use<> {
    let worst = site.entries.iter().map(|entry| (entry.group, Reverse(entry.urls))).min();
    (site.robots.is_none(), worst.is_none(), worst, site.host.clone())
}

async fn gather_site(store: &Store, site: &Site, asked: &Asked) -> Result<Gathered, StoreError> {
    let cuts = outages(store, site, asked).await?;
    let looked = store.looked(site.id, asked.to - window(asked.cadence)).await?;
    let habits = habits(site, &cuts, &looked, asked);
    let (failed, found, hours) = (
        store.failed_times(site.id, asked.from - WEEK, asked.to).await?,
        store.found_times(site.id, asked.from - WEEK).await?,
        store.rollup(site.id, asked.from - WEEK).await?,
    );
    let failing_urls: BTreeSet<_> = failed
        .iter()
        .filter(|one| one.first <= asked.to && one.last >= asked.to)
        .map(|one| one.url)
        .collect();
    let known_urls = found.iter().filter(|found| found.at <= asked.to).map(|found| found.urls).sum();
    let transient = cuts.iter().filter(|cut| is_transient_of(cut, asked)).count() as u64;
    let share = |from, to| mean(&parts(&failed, &found, from, to, 24));
    let efficiency = Efficiency {
        failing_share: share(asked.from, asked.to),
        failing_share_before: share(asked.from - WEEK, asked.from),
        effort: effort(&hours, asked.from, asked.to),
        effort_before: effort(&hours, asked.from - WEEK, asked.from),
    };
    let digest = SiteDigest {
        id: site.id,
        host: host(site),
        origin: site.origin.to_string(),
        is_seen: looked.any_in(asked.from, asked.to),
        known_urls,
        failing_urls: failing_urls.len() as u64,
        entries: entries(store, site, &cuts, &habits, asked).await?,
        transient,
        robots: robots_now(store, site, &cuts, asked).await?,
        efficiency,
        bots: bots::section(store, site, asked.from, asked.to).await?,
    };
    let stretches = cuts.iter().map(|cut| stretch(cut, asked.to)).collect();
    Ok(Gathered { digest, stretches, looked, added: site.created_at })
}

/// A site as people call it.
pub(in crate::report) fn host(site: &Site) -> String {
    site.origin.as_str().split_once("://").map_or(site.origin.as_str(), |(_, host)| host).to_owned()
}

/// Our own outages of the window, as they stood then, worst first.
async fn outages(store: &Store, site: &Site, asked: &Asked) -> Result<Vec<Cut>, StoreError> {
    let mut cuts = Vec::new();
    for stored in store.outages(site.id, Some(asked.to - window(asked.cadence))).await? {
        if stored.outage.observer != Observer::gatecrawl() {
            continue;
        }
        let Some(outage) = as_of(&stored.outage, asked.to) else { continue };
        let judged = outage.judge(asked.to, &site.settings.policy);
        cuts.push(Cut { stored: StoredOutage { outage, ..stored }, judged, path: "/".to_owned() });
    }
    cuts.sort_by_key(|cut| {
        (cut.judged.state, Reverse(cut.judged.verdict), Reverse(cut.stored.outage.url_count))
    });
    for cut in cuts.iter_mut().take(READ_WHOLE).filter(|cut| cut.stored.outage.scope == Scope::Url) {
        let first = store.members(cut.stored.id, 0, 1).await?;
        first.first().map_or("/", |member| member.url.path_and_query()).clone_into(&mut cut.path);
    }
    Ok(cuts)
}

fn habits(site: &Site, cuts: &[Cut], looked: &Looked, asked: &Asked) -> Vec<Habit> {
    let all: Vec<_> = cuts
        .iter()
        .map(|cut| Occurrence { id: cut.stored.id, outage: &cut.stored.outage, path: &cut.path })
        .collect();
    habit::habits(&all, looked, asked.to, &site.settings)
}

fn is_transient_of(cut: &Cut, asked: &Asked) -> bool {
    cut.judged.verdict == Verdict::Transient && cut.stored.outage.bounds.last_failing >= asked.from
}

async fn entries(
    store: &Store,
    site: &Site,
    cuts: &[Cut],
    habits: &[Habit],
    asked: &Asked,
) -> Result<Vec<Entry>, StoreError> {
    let known_urls = store.count_urls(site).await?;
    let mut entries: Vec<Entry> = habits.iter().map(|habit| of_habit(habit, site, cuts)).collect();
    for (nth, cut) in cuts.iter().enumerate() {
        let Some(group) = Group::of(&cut.stored.outage, &cut.judged, asked.from) else { continue };
        let is_of_habit = habits.iter().any(|habit| habit.outages.contains(&cut.stored.id));
        if is_of_habit && matches!(group, Group::Brief | Group::Failing) {
            continue;
        }
        entries.push(if nth < READ_WHOLE {
            whole(store, site, cut, group, known_urls, asked).await?
        } else {
            short(site, cut, group, asked)
        });
    }
    entries.sort_by_key(|entry| (entry.group, Reverse(entry.urls)));
    Ok(entries)
}

fn of_habit(habit: &Habit, site: &Site, cuts: &[Cut]) -> Entry {
    let of_it = cuts.iter().filter(|cut| habit.outages.contains(&cut.stored.id));
    let urls = of_it.map(|cut| cut.stored.outage.url_count).max().unwrap_or(1);
    let rest = habit_words::headline(&habit.flapping, &site.settings.policy);
    Entry {
        group: Group::Intermittent,
        outage: habit.outages.first().copied(),
        urls,
        answer: "failing".to_owned(),
        sentence: format!("{}{rest}", habit.subject),
        lines: vec![habit_words::extent(&habit.flapping, &site.settings.policy)],
        json: None,
    }
}

/// An entry with all that is known of its outage.
async fn whole(
    store: &Store,
    site: &Site,
    cut: &Cut,
    group: Group,
    known_urls: u64,
    asked: &Asked,
) -> Result<Entry, StoreError> {
    let (outage, policy) = (&cut.stored.outage, &site.settings.policy);
    let around = summary::surroundings(store, site, &cut.stored, known_urls).await?;
    let mut entry = short(site, cut, group, asked);
    if let Some(began) = &around.deploy {
        entry.sentence =
            format!("{} {}", entry.sentence, wording::deploys::sentence(began, asked.zone, asked.to));
    }
    entry.lines =
        lines::of_outage(outage, around.indexable_urls, &around.answers, policy, (asked.zone, asked.to));
    let json = OutageJson::of(Some(cut.stored.id), site.origin.as_str(), outage, &around, asked.to, policy);
    entry.json = Some(Box::new(json));
    Ok(entry)
}

/// An entry of what stands in the outage's own row.
fn short(site: &Site, cut: &Cut, group: Group, asked: &Asked) -> Entry {
    let facts = summary::facts(site, &cut.stored.outage, &cut.stored.extent, &cut.path, asked.to);
    let told = wording::headline::Facts { zone: asked.zone, ..facts };
    Entry {
        group,
        outage: Some(cut.stored.id),
        urls: cut.stored.outage.url_count,
        answer: answer(&cut.stored.outage),
        sentence: told.headline().to_string(),
        lines: Vec::new(),
        json: None,
    }
}

/// What nearly all of its URLs answered, in a word.
pub(in crate::report) fn answer(outage: &Outage) -> String {
    /// So many in a hundred are nearly all.
    const NEARLY_ALL: u64 = 90;
    let all: u64 = outage.outcomes.values().sum();
    let main = outage.outcomes.iter().max_by_key(|(_, urls)| **urls);
    match main {
        Some((Outcome::Status(status), urls)) if urls * 100 >= all * NEARLY_ALL => status.to_string(),
        _ => "failing".to_owned(),
    }
}

/// What its robots.txt does to it, when that fails now.
async fn robots_now(
    store: &Store,
    site: &Site,
    cuts: &[Cut],
    asked: &Asked,
) -> Result<Option<String>, StoreError> {
    let Some(copy) = store.robots_copy(site.id).await? else { return Ok(None) };
    // Of a date that is past it is not known any more.
    let is_down = cuts.iter().any(|cut| cut.stored.outage.ongoing && cut.stored.outage.scope == Scope::Site);
    let is_known = |failure: &Failure| failure.since <= asked.to && copy.fetched_at <= asked.to;
    let Some(failure) = copy.failure(!is_down).filter(is_known) else { return Ok(None) };
    let began = wording::instant(failure.since, asked.zone, asked.to);
    let what = robots::consequence(&failure, asked.zone, asked.to);
    Ok(Some(format!("robots.txt cannot be had since {began}. {what}")))
}

/// The mean share of the known URLs that failed; `None`: none was known.
fn mean(parts: &[Part]) -> Option<f64> {
    let shares: Vec<f64> = parts.iter().filter_map(Part::share).collect();
    let count = u32::try_from(shares.len()).ok().filter(|count| *count > 0)?;
    Some(shares.iter().sum::<f64>() / f64::from(count))
}

fn effort(hours: &[HourRow], from: DateTime<Utc>, to: DateTime<Utc>) -> Effort {
    let within = hours.iter().filter(|row| row.hour >= from - TimeDelta::minutes(59) && row.hour < to);
    Effort::of(within.map(|row| (row.outcome, row.fetches, row.elapsed)))
}

/// How far back is looked.
fn window(cadence: Cadence) -> TimeDelta {
    match cadence {
        Cadence::Daily | Cadence::Weekly => TimeDelta::days(8),
        Cadence::Monthly => TimeDelta::days(32),
    }
}

fn stretch(cut: &Cut, now: DateTime<Utc>) -> Stretch {
    let outage = &cut.stored.outage;
    let last = if outage.ongoing { now } else { outage.bounds.last_failing };
    Stretch { first: outage.bounds.first_failing, last, verdict: cut.judged.verdict, urls: outage.url_count }
}

/// The URLs failing on all sites together.
fn chart(sites: &[Gathered], asked: &Asked) -> Option<Timeline> {
    let (days, title) = match asked.cadence {
        Cadence::Daily | Cadence::Weekly => (7, "URLs failing, last 7 days"),
        Cadence::Monthly => (31, "URLs failing, last 31 days"),
    };
    let stretches: Vec<Stretch> = sites.iter().flat_map(|site| site.stretches.iter().copied()).collect();
    // Before the first site was added, there is nothing to see; a window is an hour at the least.
    let added = sites.iter().map(|site| site.added).min()?.min(asked.to - TimeDelta::hours(1));
    let (from, title) = match asked.to - TimeDelta::days(days) {
        from if from >= added => (from, title),
        _ => (added, "URLs failing, since the first site was added"),
    };
    let looked = Looked::of_hours(sites.iter().flat_map(|site| site.looked.since(from).collect::<Vec<_>>()));
    let buckets = history::buckets(&stretches, &looked, from, asked.to, PARTS);
    let total = |bucket: &crate::chart::timeline::Bucket| {
        bucket.failing.iter().map(|(_, n)| u64::from(*n)).sum::<u64>()
    };
    let peak = buckets.iter().map(total).max().filter(|peak| *peak > 0)?;
    let now: u64 = sites.iter().map(|site| site.digest.failing_urls).sum();
    let description = format!(
        "At most {} failed at once; at the end {}.",
        wording::plural(peak, "URL", "URLs"),
        if now == 0 { "none did".to_owned() } else { format!("{} did", wording::count(now)) }
    );
    Some(Timeline {
        from,
        to: asked.to,
        zone: asked.zone,
        buckets,
        deploys: Vec::new(),
        title: title.to_owned(),
        description,
    })
}
