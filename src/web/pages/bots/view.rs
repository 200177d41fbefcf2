//! How the page is made of what the store has.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{BotsPage, ClaimRow, PaceRow, Rate, SeenRow};
use crate::accesslog::bots::{Bots, Verification};
use crate::chart::rate::RateChart;
use crate::domain::outcome::{Class, Outcome};
use crate::domain::pace::{Hour, Pace};
use crate::domain::site::Site;
use crate::report::history::midnight;
use crate::report::json::share;
use crate::report::wording::bots as words;
use crate::report::wording::{count, percent, plural, range};
use crate::store::bots::BotHour;
use crate::store::outages::StoredOutage;
use crate::web::error::Error;
use crate::web::listing::Choice;
use crate::web::pages::Shell;
use crate::web::state::AppState;
use crate::web::status::{self, Judged};
use crate::web::values::{Part, Values};
use crate::web::wording::{Instant, host, unbroken};

/// How many days are shown.
const DAYS: u64 = 30;
/// How many outages are shown of each list.
const MOST: usize = 20;

/// Fetches of one hour that had one outcome.
type Fetches = (DateTime<Utc>, Outcome, u64);

/// What is known of a site's bots in the window.
struct Seen {
    site: Site,
    now: DateTime<Utc>,
    /// The first day that is shown, and the one after the last.
    first: NaiveDate,
    behind: NaiveDate,
    /// Up to where the log reaches.
    until: DateTime<Utc>,
    hours: Vec<BotHour>,
    /// The bot whose days are drawn, its judged fetches, and the others that could be.
    chosen: Option<(&'static str, Vec<Fetches>)>,
    bots: Vec<&'static str>,
    theirs: Vec<Judged>,
    ours: Vec<Judged>,
}

pub(super) async fn page(app: &AppState, site: Site, wanted: Option<&str>) -> Result<BotsPage, Error> {
    match Seen::of(app, site.clone(), wanted).await? {
        Some(seen) => Ok(seen.page()),
        None if wanted.is_some() => Err(Error::NotFound),
        None => Ok(nothing(&site)),
    }
}

fn nothing(site: &Site) -> BotsPage {
    BotsPage {
        shell: Shell::inside(""),
        host: host(&site.origin).to_owned(),
        site_href: format!("/sites/{}", site.id),
        lede: String::new(),
        window: String::new(),
        claims: Vec::new(),
        choices: Vec::new(),
        rate: None,
        paces: Vec::new(),
        back_means: String::new(),
        outages: Vec::new(),
    }
}

impl Seen {
    /// Asks the store; `None`: no log was taken in.
    async fn of(app: &AppState, site: Site, wanted: Option<&str>) -> Result<Option<Self>, Error> {
        let Some((begin, last)) = app.store.bots_between(site.id).await? else { return Ok(None) };
        let (now, zone) = (app.now(), site.settings.time_zone);
        let until = last + TimeDelta::hours(1);
        // A log of last year is shown as it was then.
        let last_day = last.min(now).with_timezone(&zone).date_naive();
        let month = last_day.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(last_day);
        let first = month.max(begin.with_timezone(&zone).date_naive());
        let behind = last_day.checked_add_days(Days::new(1)).unwrap_or(last_day);
        let (from, to) = (midnight(first, zone), midnight(behind, zone));
        let sums = app.store.bot_sums(site.id, from, to).await?;
        let bots = by_fetches(&sums);
        let chosen = match wanted {
            Some(name) => Some(bots.iter().copied().find(|bot| *bot == name).ok_or(Error::NotFound)?),
            None => bots.first().copied(),
        };
        // The week before the window is what the first pace is measured by.
        let chosen = match chosen {
            Some(bot) => Some((bot, app.store.bot_fetches(site.id, bot, from - TimeDelta::days(8)).await?)),
            None => None,
        };
        let theirs = judged(app, &site, app.store.bot_outages(site.id, from).await?, to).await?;
        let ours = judged(app, &site, app.store.outages(site.id, Some(from)).await?, to).await?;
        let hours = app.store.bot_hours(site.id, from, to).await?;
        Ok(Some(Self { site, now, first, behind, until, hours, chosen, bots, theirs, ours }))
    }

    fn zone(&self) -> Tz {
        self.site.settings.time_zone
    }

    fn page(&self) -> BotsPage {
        let path = format!("/sites/{}/bots", self.site.id);
        let chosen = self.chosen.as_ref().map(|(bot, _)| *bot);
        let choice = |bot: &&'static str| Choice {
            label: bot,
            href: format!("{path}?bot={bot}"),
            is_chosen: chosen == Some(*bot),
        };
        BotsPage {
            lede: self.lede(),
            window: self.window(),
            claims: claims(&self.hours),
            choices: if self.bots.len() > 1 { self.bots.iter().map(choice).collect() } else { Vec::new() },
            rate: self.chosen.as_ref().map(|(bot, fetches)| self.rate(bot, fetches)),
            paces: self.chosen.as_ref().map(|(bot, fetches)| self.paces(bot, fetches)).unwrap_or_default(),
            back_means: words::back_means(),
            outages: self.theirs.iter().take(MOST).map(|judged| self.seen_row(judged)).collect(),
            ..nothing(&self.site)
        }
    }

    fn lede(&self) -> String {
        let is_real = |hour: &&BotHour| named(hour).is_some_and(Verification::is_real);
        let real: u64 = self.hours.iter().filter(is_real).map(|hour| hour.hits).sum();
        let all: u64 = self.hours.iter().map(|hour| hour.hits).sum();
        let saw = match self.theirs.len() as u64 {
            0 => "No bot saw an outage.".to_owned(),
            n => format!("Bots saw {}.", plural(n, "outage", "outages")),
        };
        format!("{} of {} were by real bots. {saw}", count(real), plural(all, "hit", "hits"))
    }

    fn window(&self) -> String {
        let day = |date: NaiveDate| date.format("%-d %b %Y").to_string();
        let last = self.behind.pred_opt().unwrap_or(self.behind);
        format!("{} to {}, as the access logs tell.", day(self.first), day(last))
    }

    fn rate(&self, bot: &str, fetches: &[Fetches]) -> Rate {
        let days = self.days(fetches);
        let zone = self.zone();
        let part = |(date, sums): &(NaiveDate, Option<(u64, u64)>)| -> Part {
            let next = date.succ_opt().unwrap_or(*date);
            let cells = match sums {
                Some((all, failing)) => vec![count(*all), count(*failing)],
                None => vec!["no log".to_owned(), String::new()],
            };
            (midnight(*date, zone), midnight(next, zone), cells)
        };
        let values = Values::of_days("rate", vec!["Fetches", "of them failed"], days.iter().map(part), zone);
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let sums = || days.iter().filter_map(|(_, sums)| *sums);
        let all: u64 = sums().map(|(all, _)| all).sum();
        let failing: u64 = sums().map(|(_, failing)| failing).sum();
        let note = format!(
            "{}, {} of them failed. Behind the days lie the outages that {bot} or Gatecrawl saw.",
            plural(all, "fetch", "fetches"),
            count(failing)
        );
        let title = format!("Fetches of {bot} by day");
        let marked = self.ours.iter().chain(self.of_bot(bot));
        let chart = RateChart {
            from: midnight(self.first, zone),
            to: midnight(self.behind, zone),
            zone,
            parts: days
                .iter()
                .map(|(_, sums)| sums.map(|(all, failing)| (small(all), small(failing))))
                .collect(),
            outages: marked
                .map(|judged| {
                    let bounds = &judged.outage.bounds;
                    let end = if judged.outage.ongoing { self.until } else { bounds.last_failing };
                    (bounds.first_failing, end, judged.tone())
                })
                .collect(),
            title: title.clone(),
            description: note.clone(),
        };
        Rate { title, drawing: chart.draw(), values, note }
    }

    /// Fetches of each day that is shown, and how many of them failed; `None`: no bot at all came, so there is no log.
    fn days(&self, fetches: &[Fetches]) -> Vec<(NaiveDate, Option<(u64, u64)>)> {
        let dates = self.first.iter_days().take_while(|date| *date < self.behind);
        let date = |hour: DateTime<Utc>| hour.with_timezone(&self.zone()).date_naive();
        let known: BTreeSet<NaiveDate> = self.hours.iter().map(|hour| date(hour.hour)).collect();
        let mut days: BTreeMap<NaiveDate, Option<(u64, u64)>> =
            dates.map(|date| (date, known.contains(&date).then_some((0, 0)))).collect();
        for (hour, outcome, n) in fetches {
            if let Some(Some(day)) = days.get_mut(&date(*hour)) {
                day.0 += n;
                day.1 += if outcome.is_failing() { *n } else { 0 };
            }
        }
        days.into_iter().collect()
    }

    fn of_bot<'a>(&'a self, bot: &'a str) -> impl Iterator<Item = &'a Judged> {
        self.theirs.iter().filter(move |judged| judged.outage.observer.as_str() == bot)
    }

    fn paces(&self, bot: &str, fetches: &[Fetches]) -> Vec<PaceRow> {
        let hours = hourly(fetches, self.until);
        let mut all: Vec<&Judged> = self.ours.iter().chain(self.of_bot(bot)).collect();
        all.sort_by_key(|judged| std::cmp::Reverse(judged.outage.bounds.first_failing));
        let (zone, now) = (self.zone(), self.now);
        let row = |judged: &Judged| {
            let bounds = &judged.outage.bounds;
            let ended = (!judged.outage.ongoing).then(|| bounds.healthy_after.unwrap_or(bounds.last_failing));
            let pace = Pace::around(&hours, bounds.first_failing, ended, self.until)?;
            let of = |a_day: Option<f64>| {
                a_day.map_or_else(|| "-".to_owned(), |a_day| unbroken(&words::pace_of(a_day, pace.before)))
            };
            Some(PaceRow {
                href: format!("/outages/{}", judged.id),
                tone: judged.tone(),
                title: judged.facts(&self.site, now).title(),
                began: Instant::minute(bounds.first_failing, zone, now),
                before: unbroken(&words::pace(pace.before)),
                during: of(pace.during),
                after: of(pace.after),
                back: words::back(&pace, ended, zone, now),
            })
        };
        all.into_iter().filter_map(row).take(MOST).collect()
    }

    fn seen_row(&self, judged: &Judged) -> SeenRow {
        let (bounds, zone, now) = (&judged.outage.bounds, self.zone(), self.now);
        SeenRow {
            href: format!("/outages/{}", judged.id),
            tone: judged.tone(),
            bot: judged.outage.observer.to_string(),
            title: judged.facts(&self.site, now).title(),
            first: Instant::minute(bounds.first_failing, zone, now),
            last: Instant::minute(bounds.last_failing, zone, now),
            lasted: unbroken(&range(bounds.shortest(), bounds.longest(now))),
            urls: count(judged.outage.url_count),
        }
    }
}

/// These outages with their verdicts, of those that began before `to`.
async fn judged(
    app: &AppState,
    site: &Site,
    stored: Vec<StoredOutage>,
    to: DateTime<Utc>,
) -> Result<Vec<Judged>, Error> {
    let mut all = Vec::new();
    for stored in stored.into_iter().filter(|stored| stored.outage.bounds.first_failing < to).take(5 * MOST) {
        all.push(status::judged(app, site, stored).await?);
    }
    Ok(all)
}

fn named(hour: &BotHour) -> Option<Verification> {
    Verification::named(&hour.verification)
}

/// The bots that were judged, the one with the most fetches first.
fn by_fetches(sums: &[(String, Outcome, u64)]) -> Vec<&'static str> {
    let mut fetches: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (bot, _, n) in sums {
        if let Some(bot) = Bots::named(bot) {
            *fetches.entry(bot.name).or_default() += n;
        }
    }
    let mut bots: Vec<_> = fetches.into_iter().collect();
    bots.sort_by_key(|(bot, n)| (std::cmp::Reverse(*n), *bot));
    bots.into_iter().map(|(bot, _)| bot).collect()
}

/// Fetches by the hour, hours without any among them: a bot that stays away is what is to be seen.
fn hourly(fetches: &[Fetches], until: DateTime<Utc>) -> Vec<Hour> {
    let mut sums: BTreeMap<DateTime<Utc>, u64> = BTreeMap::new();
    for (hour, _, n) in fetches {
        *sums.entry(*hour).or_default() += n;
    }
    let Some(mut at) = sums.keys().next().copied() else { return Vec::new() };
    let mut hours = Vec::new();
    while at < until {
        hours.push(Hour { at, fetches: sums.get(&at).copied().unwrap_or_default() });
        at += TimeDelta::hours(1);
    }
    hours
}

/// Hits by bot and by how well the claim is founded, real ones first.
fn claims(hours: &[BotHour]) -> Vec<ClaimRow> {
    type Sums = BTreeMap<Option<Class>, u64>;
    let mut claims: BTreeMap<(Verification, &str), Sums> = BTreeMap::new();
    for hour in hours {
        let Some(verification) = named(hour) else { continue };
        let sums = claims.entry((verification, &hour.bot)).or_default();
        *sums.entry(hour.outcome.map(Outcome::class)).or_default() += hour.hits;
    }
    let row = |((verification, bot), sums): ((Verification, &str), Sums)| {
        let of = |class| sums.get(&class).copied().unwrap_or_default();
        let (failing, unknown) = (of(Some(Class::Failing)), of(None));
        let hits: u64 = sums.values().sum();
        ClaimRow {
            bot: bot.to_owned(),
            founded: words::founded(verification),
            hits: count(hits),
            healthy: count(of(Some(Class::Healthy))),
            gone: count(of(Some(Class::Gone))),
            failing: count(failing),
            any_failing: failing > 0,
            share: percent(share(failing, hits - unknown)),
        }
    };
    claims.into_iter().map(row).collect()
}
