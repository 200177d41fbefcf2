//! How an outage's page is made of what the store has of it.

use super::course::Course;
use super::kin::Relations;
use super::members::{Listed, Wanted};
use super::mute::Mute;
use super::{
    Answer, DeployLine, Line, NamedInstant, OutagePage, Point, Said, SideRow, deploy, evidence, sides,
};
use crate::chart::bounds::OutageAxis;
use crate::domain::bounds::Bounds;
use crate::domain::evidence::Evidence;
use crate::domain::observation::Observer;
use crate::domain::policy::rule;
use crate::domain::site::Site;
use crate::domain::span::Span;
use crate::domain::verdict::Verdict;
use crate::report::diagnosis::{self, OutageDiagnosis};
use crate::report::wording::headline::Facts;
use crate::report::wording::url::said;
use crate::report::wording::{self, plural};
use crate::store::outages::{StoredMember, StoredOutage};
use crate::web::error::Error;
use crate::web::pages::Shell;
use crate::web::state::AppState;
use crate::web::status::{self, Judged};
use crate::web::wording::{Instant, Tag, host};

pub(super) mod index;

use chrono::{DateTime, Utc};

/// An outage with all that its page shows.
pub(super) struct Case {
    site: Site,
    judged: Judged,
    now: DateTime<Utc>,
    known_urls: u64,
    indexable_urls: u64,
    members: Listed,
    /// What came first and last, with the member that met it.
    first: Option<(StoredMember, Evidence)>,
    last: Option<(StoredMember, Evidence)>,
    deploy: Option<DeployLine>,
    mute: Mute,
    told: OutageDiagnosis,
    relations: Relations,
    sides: Vec<SideRow>,
    habit: Option<Point>,
    course: Course,
}

impl Case {
    /// Asks the store.
    pub(super) async fn of(
        app: &AppState,
        site: Site,
        stored: StoredOutage,
        wanted: Wanted,
    ) -> Result<Self, Error> {
        let members = Listed::of(app, &stored, wanted).await?;
        let first = app.store.members(stored.id, 0, 1).await?.into_iter().next();
        let last = app.store.newest_member(stored.id).await?;
        let known_urls = app.store.count_urls(&site).await?;
        let indexable_urls = app.store.indexable_members(stored.id).await?;
        Ok(Self {
            first: evidence::of(app, first.as_ref(), |member| member.first_evidence.as_deref()).await?,
            last: evidence::of(app, last.as_ref(), |member| member.last_evidence.as_deref()).await?,
            told: diagnosis::of_outage(&app.store, stored.id).await?,
            deploy: deploy::line(app, &site, &stored.outage.bounds).await?,
            mute: Mute::of(app, &stored).await?,
            relations: Relations::of(app, &stored).await?,
            sides: sides::rows(app, &site, &stored).await?,
            habit: Relations::habit(app, &site, stored.id).await?,
            course: Course::of(app, &site, stored.id, &stored.outage).await?,
            judged: status::judged(app, &site, stored).await?,
            now: app.now(),
            site,
            known_urls,
            indexable_urls,
            members,
        })
    }

    fn facts(&self) -> Facts<'_> {
        Facts { indexable_urls: Some(self.indexable_urls), ..self.judged.facts(&self.site, self.now) }
    }

    /// The extent, and whose eyes saw it when they were not ours.
    fn summary(&self, facts: &Facts<'_>) -> String {
        let observer = &self.judged.outage.observer;
        if *observer == Observer::gatecrawl() {
            return facts.extent(self.known_urls);
        }
        format!("{}; seen by {observer}, as the access log tells", facts.extent(self.known_urls))
    }

    /// The page.
    pub(super) fn page(&self) -> OutagePage {
        let (facts, outage) = (self.facts(), &self.judged.outage);
        OutagePage {
            shell: Shell::inside(""),
            id: self.judged.id.to_string(),
            host: host(&self.site.origin).to_owned(),
            site_href: format!("/sites/{}", self.site.id),
            title: facts.title(),
            headline: facts.headline(),
            tone: self.judged.tone(),
            summary: self.summary(&facts),
            lasted: facts.lasted_exactly(),
            times: facts.days(),
            deploy: self.deploy.clone(),
            mute: self.mute.clone(),
            axis: OutageAxis {
                bounds: outage.bounds,
                now: self.now,
                zone: facts.zone,
                tone: self.judged.tone(),
                description: facts.between(),
            }
            .draw(),
            instants: self.instants(&outage.bounds),
            points: self.points(&facts),
            advice: self.advice(&facts),
            lines: self.lines(),
            course: self.course.told(outage, &self.site, self.now),
            sides: self.sides.clone(),
            diagnosis: self.diagnosis(),
            outcomes: outage
                .outcomes
                .iter()
                .rev()
                .map(|(o, n)| (said(*o), plural(*n, "URL", "URLs")))
                .collect(),
            evidence: self.evidence(),
            no_evidence: "What came is no longer kept.".to_owned(),
            members: self.members.told(self.judged.id, &self.site, self.now),
        }
    }

    /// The verdict point by point; what becomes of the index stands before what comes next.
    fn points(&self, facts: &Facts<'_>) -> Vec<Point> {
        let mut points: Vec<Point> = facts.points(self.known_urls).into_iter().map(point).collect();
        let next = points.iter().position(|point| point.id == "next").unwrap_or(points.len());
        if self.judged.judgement.verdict != Verdict::Transient {
            let policy = &self.site.settings.policy;
            points.insert(next, index::told(&self.judged.outage, self.indexable_urls, policy));
        }
        points.extend(self.habit.clone());
        points.extend(self.relations.point());
        points
    }

    /// One of many brief outages of its place is not as forgiven as each by itself.
    fn advice(&self, facts: &Facts<'_>) -> Vec<String> {
        let mut advice = facts.advice();
        let outcomes = self.judged.outage.outcomes.iter();
        let commonest = outcomes.max_by_key(|(_, urls)| **urls).map(|(outcome, _)| *outcome);
        let status = commonest.and_then(|outcome| outcome.to_string().parse().ok());
        // Who answered and why says more than the status does.
        if let (Some(told), Some(servers)) =
            (wording::diagnosis::advice_of(&self.told.now, status), advice.get_mut(1))
        {
            *servers = told;
        }
        if let Some(first) = advice.first_mut().filter(|_| self.habit.is_some() && !self.judged.is_ongoing())
        {
            wording::habit::ADVICE.clone_into(first);
        }
        advice
    }

    fn shown(&self, at: DateTime<Utc>) -> Instant {
        Instant::second(at, self.site.settings.time_zone, self.now)
    }

    fn instants(&self, bounds: &Bounds) -> Vec<NamedInstant> {
        let named = |name, at: Option<DateTime<Utc>>, otherwise| NamedInstant {
            name,
            at: at.map(|at| self.shown(at)),
            otherwise,
        };
        vec![
            named("Last good before", bounds.healthy_before, "never seen healthy"),
            named("First failing", Some(bounds.first_failing), ""),
            named("Last failing", Some(bounds.last_failing), ""),
            named("Good again", bounds.healthy_after, "not yet"),
        ]
    }

    /// The lines of the site's policy, each with its basis.
    fn lines(&self) -> Vec<Line> {
        let (policy, outage) = (&self.site.settings.policy, &self.judged.outage);
        let is_brief = self.judged.judgement.verdict != Verdict::Transient;
        if outage.alternating {
            return self.lines_by_chance();
        }
        let mut lines = vec![("brief_max", "Brief up to", policy.brief_max, is_brief)];
        let mut after = |key, text, line: Span| {
            lines.push((key, text, line, outage.bounds.shortest() > line.delta()));
        };
        after("persistent_after", "Persistent after", policy.persistent_after);
        after("treated_as_gone_after", "Treated like a 404 after", policy.treated_as_gone_after);
        after("signals_fade_after", "Signals fade after", policy.signals_fade_after);
        let line = |(key, text, line, reached)| {
            let text = format!("{text} {}", wording::line(line));
            rule(key).map(|rule| Line { text, tag: Tag::from(rule), reached })
        };
        lines.into_iter().filter_map(line).collect()
    }

    /// The lines of an outage in which each fetch fails by chance.
    fn lines_by_chance(&self) -> Vec<Line> {
        let (policy, failed) = (&self.site.settings.policy, self.judged.outage.bounds.shortest());
        let brief = rule("brief_max").map(|rule| Line {
            text: format!("Brief up to {}", wording::line(policy.brief_max)),
            tag: Tag::from(rule),
            reached: true,
        });
        let intermittent = Line {
            text: format!("By chance: intermittent after {}", wording::line(policy.persistent_after)),
            tag: Tag::from(wording::verdict::BY_CHANCE),
            reached: failed > policy.persistent_after.delta(),
        };
        brief.into_iter().chain([intermittent]).collect()
    }

    /// Who answered, and why; the name that the answer gives itself stands below, with the bytes.
    fn diagnosis(&self) -> Vec<String> {
        if self.first.is_none() && self.last.is_none() {
            return vec!["What came is no longer kept, so there is nobody to name.".to_owned()];
        }
        wording::diagnosis::of_outage(&self.told)
    }

    fn evidence(&self) -> Vec<Answer> {
        let first = self.first.as_ref().map(|(member, evidence)| {
            let at = self.shown(member.episode.bounds.first_failing);
            evidence::answer("First failing answer", at, member, member.first_elapsed, evidence)
        });
        let last = self
            .last
            .as_ref()
            .filter(|_| self.judged.outage.bounds.first_failing < self.judged.outage.bounds.last_failing);
        let last = last.map(|(member, evidence)| {
            let at = self.shown(member.episode.bounds.last_failing);
            evidence::answer("Last failing answer", at, member, member.last_elapsed, evidence)
        });
        first.into_iter().chain(last).collect()
    }
}

fn point(point: wording::verdict::Point) -> Point {
    let said =
        |said: wording::verdict::Said| Said { text: said.text, tag: said.ground.map(Tag::from), link: None };
    Point { id: point.key.to_owned(), name: point.name, says: point.says.into_iter().map(said).collect() }
}
