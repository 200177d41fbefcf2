//! How a URL's page is made of what the store has of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{EPISODES_SHOWN, Failure, ObserverRow, SPELLS_SHOWN, Seen, SpellRow, UrlPage};
use crate::chart::lanes::{Band, Kind, Lane, Lanes};
use crate::chart::tone::Tone;
use crate::domain::extent::Extent;
use crate::domain::impact::url_clock;
use crate::domain::indexability::Bar;
use crate::domain::observation::{Observer, OutageId};
use crate::domain::outage::{Outage, Scope};
use crate::domain::outcome::Class;
use crate::domain::site::Site;
use crate::domain::spell::Spell;
use crate::domain::verdict::Verdict;
use crate::report::summary;
use crate::report::wording::headline::Headline;
use crate::report::wording::url::{Quiet, said};
use crate::report::wording::{count, length, plural, range, since};
use crate::store::url_history::{StoredUrl, UrlEpisode};
use crate::web::error::Error;
use crate::web::pages::Shell;
use crate::web::pages::outage::{Answer, evidence, stage};
use crate::web::state::AppState;
use crate::web::status::{self, Judged};
use crate::web::wording::{Instant, Tag, host, unbroken};

/// The chart reaches back so far at most.
const LONGEST_WINDOW: TimeDelta = TimeDelta::days(90);
/// The window of a URL that was just found.
const SHORTEST_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// A URL with all that its page shows.
pub(super) struct Life {
    site: Site,
    url: StoredUrl,
    now: DateTime<Utc>,
    /// Newest first.
    spells: Vec<(Observer, Spell)>,
    /// Newest first.
    episodes: Vec<UrlEpisode>,
    outages: HashMap<OutageId, Judged>,
    evidence: Vec<Answer>,
}

impl Life {
    /// Asks the store.
    pub(super) async fn of(app: &AppState, site: Site, url: StoredUrl) -> Result<Self, Error> {
        let episodes = app.store.url_episodes(url.id, EPISODES_SHOWN).await?;
        let mut outages = HashMap::new();
        for id in episodes.iter().map(|episode| episode.outage).collect::<HashSet<_>>() {
            if let Some(stored) = app.store.outage(id).await? {
                outages.insert(id, status::judged(app, &site, stored).await?);
            }
        }
        let newest = episodes.first().map(|episode| &episode.member);
        Ok(Self {
            spells: app.store.spells(url.id, SPELLS_SHOWN).await?,
            evidence: evidence::of_member(app, newest, site.settings.time_zone).await?,
            now: app.now(),
            site,
            url,
            episodes,
            outages,
        })
    }

    /// The page.
    pub(super) fn page(&self) -> UrlPage {
        let (index, index_tag) = self.index();
        UrlPage {
            shell: Shell::inside(""),
            host: host(&self.site.origin).to_owned(),
            site_href: format!("/sites/{}", self.site.id),
            path: self.path().to_owned(),
            address: self.url.url.to_string(),
            headline: self.headline(),
            tone: self.tone(),
            lede: self.lede(),
            seen: (!self.spells.is_empty()).then(|| self.seen()),
            outages: self.episodes.iter().filter_map(|episode| self.failure(episode)).collect(),
            more_outages: is_full(self.episodes.len(), EPISODES_SHOWN)
                .then(|| format!("The newest {EPISODES_SHOWN} are shown.")),
            index,
            index_tag,
            facts: self.facts(),
            section_href: format!(
                "/sites/{}/urls?{}",
                self.site.id,
                query("section", self.url.section.as_str())
            ),
            evidence: self.evidence.clone(),
            no_evidence: if self.episodes.is_empty() {
                "It was never seen failing, so there is none.".to_owned()
            } else {
                "What came is no longer kept.".to_owned()
            },
        }
    }

    fn path(&self) -> &str {
        self.url.url.path_and_query()
    }

    fn newest(&self) -> Option<&Spell> {
        let ours = self.spells.iter().find(|(observer, _)| *observer == Observer::gatecrawl());
        ours.or_else(|| self.spells.first()).map(|(_, spell)| spell)
    }

    /// The run of failures that goes on.
    fn failing(&self) -> Option<&UrlEpisode> {
        self.episodes.first().filter(|episode| episode.member.episode.is_ongoing())
    }

    fn headline(&self) -> Headline {
        let quiet = || Quiet {
            path: self.path(),
            newest: self.newest().map(|spell| spell.outcome),
            times: self.episodes.len() as u64,
            last: self.episodes.first().map(|episode| episode.member.episode.bounds),
            zone: self.site.settings.time_zone,
            now: self.now,
        };
        let Some(failing) = self.failing() else { return quiet().headline() };
        let (outage, extent) = (alone(failing), Extent::default());
        summary::facts(&self.site, &outage, &extent, self.path(), self.now).headline()
    }

    fn tone(&self) -> Option<Tone> {
        match (self.failing(), self.newest()?.outcome.class()) {
            (Some(failing), _) => Some(self.tone_of(failing)),
            (None, Class::Healthy) => Some(Tone::Healthy),
            (None, Class::Failing) => Some(Tone::Failing(Verdict::Transient)),
            (None, Class::Gone) => None,
        }
    }

    fn tone_of(&self, episode: &UrlEpisode) -> Tone {
        self.outages.get(&episode.outage).map_or(Tone::Failing(Verdict::Transient), Judged::tone)
    }

    fn lede(&self) -> String {
        let zone = self.site.settings.time_zone;
        let found = format!("Known {}", since(self.url.found_at, zone, self.now));
        let fetches: u64 = self.spells.iter().map(|(_, spell)| spell.fetches).sum();
        if is_full(self.spells.len(), SPELLS_SHOWN) {
            return format!("{found}; it changes often.");
        }
        format!("{found}; looked at {} since.", plural(fetches, "time", "times"))
    }

    fn index(&self) -> (String, Option<Tag>) {
        let bars = self.bars();
        if !bars.is_empty() {
            return (
                format!("It cannot be in the index: {}. There is nothing to lose there.", bars.join(", ")),
                None,
            );
        }
        let Some(failing) = self.failing() else {
            if self.newest().is_some_and(|spell| spell.outcome.class() == Class::Gone) {
                return ("It answers 4xx: it is on its way out of the index, or not in it.".to_owned(), None);
            }
            return ("Nothing that it says of itself keeps it out: it can be indexed.".to_owned(), None);
        };
        let clock = url_clock(&failing.member.episode.bounds, true, &self.site.settings.policy);
        let mut says = format!("It can be indexed. Its place there: {}.", stage(clock.stage, true));
        if let Some((next, at)) = clock.next_stage.zip(clock.next_stage_at).filter(|(_, at)| *at > self.now) {
            says = format!("{says} If it goes on, it is {} in {}.", stage(next, true), length(at - self.now));
        }
        (says, clock.rule.map(Tag::from))
    }

    fn bars(&self) -> Vec<String> {
        let elsewhere =
            self.url.canonical.as_ref().filter(|canonical| **canonical != self.url.url.to_string());
        let standing = self.episodes.first().map(|episode| &episode.member.standing);
        if let Some(standing) = standing {
            return standing.bars(&self.url.url).iter().map(Bar::says).collect();
        }
        let bars = [
            self.url.disallowed.then(|| Bar::Disallowed.says()),
            self.url.noindex.then(|| Bar::Noindex.says()),
            elsewhere.map(|url| format!("canonical is {url}")),
        ];
        bars.into_iter().flatten().collect()
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let yes = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
        let url = &self.url;
        vec![
            ("Path template", url.section.as_str().to_owned()),
            ("Links from the start page", count(u64::from(url.depth))),
            ("Asks not to be indexed", yes(url.noindex, "yes (noindex)", "no")),
            ("Canonical address", url.canonical.clone().unwrap_or_else(|| "none named".to_owned())),
            ("robots.txt, for Googlebot", yes(url.disallowed, "disallowed", "allowed")),
            ("The link to it", yes(url.nofollow, "asks not to be followed (nofollow)", "may be followed")),
        ]
    }

    fn seen(&self) -> Seen {
        let observers = self.observers();
        let lanes = observers.iter().map(|observer| self.lane(observer)).collect();
        let oldest = self.spells.iter().map(|(_, spell)| spell.first_seen).min().unwrap_or(self.now);
        let from = oldest.max(self.now - LONGEST_WINDOW).min(self.now - SHORTEST_WINDOW);
        let kinds: Vec<Kind> =
            self.spells.iter().map(|(observer, spell)| self.kind(observer, spell)).collect();
        let has = |tone: &Tone| kinds.contains(&Kind::Tone(*tone));
        Seen {
            drawing: Lanes {
                from,
                to: self.now,
                zone: self.site.settings.time_zone,
                lanes,
                description: format!(
                    "What {} answered over time; the table below has each spell.",
                    self.path()
                ),
            }
            .draw(),
            legend: Tone::ALL.into_iter().rev().filter(has).collect(),
            has_gone: kinds.contains(&Kind::Gone),
            observers: observers.iter().map(|observer| self.observer(observer)).collect(),
            spells: self.spell_rows(),
            more: is_full(self.spells.len(), SPELLS_SHOWN)
                .then(|| format!("The newest {SPELLS_SHOWN} spells are shown.")),
        }
    }

    /// Ours first.
    fn observers(&self) -> Vec<Observer> {
        let mut observers: Vec<Observer> = self.spells.iter().map(|(observer, _)| observer.clone()).collect();
        observers.sort_by_key(|observer| (*observer != Observer::gatecrawl(), observer.as_str().to_owned()));
        observers.dedup();
        observers
    }

    fn seen_by(&self, observer: &Observer) -> impl Iterator<Item = &Spell> {
        self.spells.iter().filter(move |(seen_by, _)| seen_by == observer).map(|(_, spell)| spell)
    }

    fn lane(&self, observer: &Observer) -> Lane {
        let band = |spell: &Spell| Band {
            first: spell.first_seen,
            last: spell.last_seen,
            kind: self.kind(observer, spell),
        };
        Lane { name: name(observer), bands: self.seen_by(observer).map(band).collect() }
    }

    /// How a spell looks: failing ones by the verdict on the outage that they belong to.
    fn kind(&self, observer: &Observer, spell: &Spell) -> Kind {
        match spell.outcome.class() {
            Class::Healthy => Kind::Tone(Tone::Healthy),
            Class::Gone => Kind::Gone,
            Class::Failing => {
                let holds = |episode: &&UrlEpisode| {
                    let bounds = &episode.member.episode.bounds;
                    episode.observer == *observer
                        && bounds.first_failing <= spell.last_seen
                        && bounds.last_failing >= spell.first_seen
                };
                let tone = self.episodes.iter().find(holds).map(|episode| self.tone_of(episode));
                Kind::Tone(tone.unwrap_or(Tone::Failing(Verdict::Transient)))
            }
        }
    }

    fn observer(&self, observer: &Observer) -> ObserverRow {
        let sum = |wanted: &dyn Fn(&Spell) -> bool| {
            self.seen_by(observer).filter(|s| wanted(s)).map(|s| s.fetches).sum()
        };
        let newest = self.seen_by(observer).next();
        ObserverRow {
            name: name(observer),
            now: newest.map(|spell| said(spell.outcome)).unwrap_or_default(),
            fetches: count(sum(&|_| true)),
            failing: count(sum(&|spell| spell.outcome.is_failing())),
            last: self.shown(newest.map_or(self.now, |spell| spell.last_seen)),
        }
    }

    fn spell_rows(&self) -> Vec<SpellRow> {
        let row = |(observer, spell): &(Observer, Spell)| {
            // What the same observer saw just before and just after bounds how long it can have been so.
            let before = self.seen_by(observer).find(|other| other.last_seen < spell.first_seen);
            let after = self.seen_by(observer).filter(|other| other.first_seen > spell.last_seen).last();
            let shortest = spell.last_seen - spell.first_seen;
            let longest = before.zip(after).map(|(before, after)| after.first_seen - before.last_seen);
            SpellRow {
                outcome: said(spell.outcome),
                class: match self.kind(observer, spell) {
                    Kind::Gone => "t-gone",
                    Kind::Tone(tone) => tone.class(),
                },
                observer: name(observer),
                first: self.shown(spell.first_seen),
                last: self.shown(spell.last_seen),
                lasted: match (longest, after) {
                    (Some(longest), _) => unbroken(&range(shortest, Some(longest))),
                    (None, Some(_)) => unbroken(&format!("at least {}", length(shortest))),
                    (None, None) if shortest.is_zero() => "seen once so far".to_owned(),
                    (None, None) => unbroken(&format!("{} so far", length(shortest))),
                },
                fetches: count(spell.fetches),
            }
        };
        self.spells.iter().map(row).collect()
    }

    fn failure(&self, episode: &UrlEpisode) -> Option<Failure> {
        let judged = self.outages.get(&episode.outage)?;
        let (bounds, facts) = (&episode.member.episode.bounds, judged.facts(&self.site, self.now));
        Some(Failure {
            href: judged.href(),
            tone: judged.tone(),
            title: facts.title(),
            detail: format!(
                "{}; this URL failed with {}",
                since(bounds.first_failing, self.site.settings.time_zone, self.now),
                said(episode.member.episode.main_outcome())
            ),
            lasted: unbroken(&if episode.member.episode.is_ongoing() {
                format!("{} so far", length(bounds.shortest()))
            } else {
                range(bounds.shortest(), bounds.longest(self.now))
            }),
        })
    }

    fn shown(&self, at: DateTime<Utc>) -> Instant {
        Instant::second(at, self.site.settings.time_zone, self.now)
    }
}

/// What a URL's run of failures would be as an outage of that URL alone.
fn alone(episode: &UrlEpisode) -> Outage {
    let run = &episode.member.episode;
    let fetches: u64 = run.outcomes.values().sum();
    Outage {
        observer: episode.observer.clone(),
        scope: Scope::Url,
        bounds: run.bounds,
        ongoing: run.is_ongoing(),
        confirmed: fetches > 1,
        alternating: false,
        solid: run.bounds.shortest(),
        url_count: 1,
        outcomes: BTreeMap::from([(run.main_outcome(), 1)]),
        wasted_fetches: fetches,
        wasted: run.wasted,
    }
}

/// An observer as people call it.
fn name(observer: &Observer) -> String {
    match observer.as_str() {
        "gatecrawl" => "Gatecrawl".to_owned(),
        "googlebot" => "Googlebot".to_owned(),
        "bingbot" => "Bingbot".to_owned(),
        other => other.to_owned(),
    }
}

fn is_full(rows: usize, limit: u32) -> bool {
    u32::try_from(rows).is_ok_and(|rows| rows >= limit)
}

fn query(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}
