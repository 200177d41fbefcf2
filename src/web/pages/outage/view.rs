//! How an outage's page is made of what the store has of it.

use super::{Answer, DeployLine, Line, Member, Members, NamedInstant, OutagePage, PER_PAGE, Pages, deploy};
use crate::chart::bounds::OutageAxis;
use crate::domain::bounds::Bounds;
use crate::domain::evidence::Evidence;
use crate::domain::policy::rule;
use crate::domain::site::Site;
use crate::report::summary;
use crate::report::wording::headline::Facts;
use crate::report::wording::{count, length, plural, range};
use crate::store::outages::{StoredMember, StoredOutage};
use crate::web::error::Error;
use crate::web::pages::Shell;
use crate::web::state::AppState;
use crate::web::status::{self, Judged};
use crate::web::wording::{Instant, Tag, host, unbroken};

mod evidence;
pub(super) mod index;

use chrono::{DateTime, Utc};

/// An outage with all that its page shows.
pub(super) struct Case {
    site: Site,
    judged: Judged,
    now: DateTime<Utc>,
    known_urls: u64,
    indexable_urls: u64,
    /// The members of the page that is wanted.
    members: Vec<StoredMember>,
    /// Its number, counted from 1.
    page: u64,
    /// How many failed, and are listed.
    count: u64,
    /// What came first and last, with the member that met it.
    first: Option<(StoredMember, Evidence)>,
    last: Option<(StoredMember, Evidence)>,
    deploy: Option<DeployLine>,
}

impl Case {
    /// Asks the store.
    pub(super) async fn of(
        app: &AppState,
        site: Site,
        stored: StoredOutage,
        page: u64,
    ) -> Result<Self, Error> {
        let count = stored.outage.url_count;
        let page = page.clamp(1, count.div_ceil(PER_PAGE).max(1));
        let members = app.store.members(stored.id, (page - 1) * PER_PAGE, PER_PAGE).await?;
        let begun = app.store.members(stored.id, 0, PER_PAGE).await?;
        let first = begun.first();
        // Among the first page of members: a later last failing answer elsewhere would show nothing else.
        let last = begun.iter().max_by_key(|member| member.episode.bounds.last_failing);
        let known_urls = app.store.count_urls(&site).await?;
        let indexable_urls = app.store.indexable_members(stored.id).await?;
        Ok(Self {
            first: evidence::of(app, first, |member| member.first_evidence.as_deref()).await?,
            last: evidence::of(app, last, |member| member.last_evidence.as_deref()).await?,
            deploy: deploy::line(app, &site, &stored.outage.bounds).await?,
            judged: status::judged(app, &site, stored.id, stored.outage).await?,
            now: app.now(),
            site,
            known_urls,
            indexable_urls,
            members,
            page,
            count,
        })
    }

    fn facts(&self) -> Facts<'_> {
        summary::facts(&self.site, &self.judged.outage, &self.judged.path, self.now)
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
            summary: facts.extent(self.known_urls),
            lasted: facts.lasted_exactly(),
            times: facts.days(),
            deploy: self.deploy.clone(),
            axis: OutageAxis {
                bounds: outage.bounds,
                now: self.now,
                zone: facts.zone,
                tone: self.judged.tone(),
                description: facts.between(),
            }
            .draw(),
            instants: self.instants(&outage.bounds),
            unknown: facts.unseen(),
            index: index::told(outage, self.indexable_urls, &self.site.settings.policy, facts.zone, self.now),
            advice: facts.advice(),
            why: facts.why(),
            lines: self.lines(),
            diagnosis: self.diagnosis(),
            outcomes: outage
                .outcomes
                .iter()
                .rev()
                .map(|(o, n)| (outcome(&o.to_string()), plural(*n, "URL", "URLs")))
                .collect(),
            evidence: self.evidence(),
            no_evidence: "What came is no longer kept.".to_owned(),
            members: self.members(),
        }
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
        let (policy, failed) = (&self.site.settings.policy, self.judged.outage.bounds.shortest());
        let lines = [
            ("brief_max", format!("Brief up to {}", policy.brief_max), true),
            (
                "persistent_after",
                format!("Persistent after {}", policy.persistent_after),
                failed > policy.persistent_after.delta(),
            ),
            (
                "treated_as_gone_after",
                format!("Treated like a 404 after {}", policy.treated_as_gone_after),
                failed > policy.treated_as_gone_after.delta(),
            ),
            (
                "signals_fade_after",
                format!("Signals fade after {}", policy.signals_fade_after),
                failed > policy.signals_fade_after.delta(),
            ),
        ];
        let line = |(key, text, reached)| rule(key).map(|rule| Line { text, tag: Tag::from(rule), reached });
        lines.into_iter().filter_map(line).collect()
    }

    /// Who answered, as far as the answer itself says.
    fn diagnosis(&self) -> String {
        let Some((_, evidence)) = self.last.as_ref().or(self.first.as_ref()) else {
            return "What came is no longer kept, so there is nobody to name.".to_owned();
        };
        if evidence.status.is_none() {
            return "No answer came, so there is nobody to name.".to_owned();
        }
        match evidence.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("server")) {
            Some((_, server)) => format!("The answer calls itself “{server}”, by its Server header."),
            None => "The answer does not say which server made it: it has no Server header.".to_owned(),
        }
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

    fn members(&self) -> Members {
        let pages = self.count.div_ceil(PER_PAGE);
        let href = |page: u64| format!("/outages/{}?page={page}#members", self.judged.id);
        let from = (self.page - 1) * PER_PAGE + 1;
        let to = (from + PER_PAGE - 1).min(self.count);
        Members {
            title: plural(self.count, "URL", "URLs"),
            rows: self.members.iter().map(|member| self.member(member)).collect(),
            pages: (pages > 1).then(|| Pages {
                previous: (self.page > 1).then(|| href(self.page - 1)),
                next: (self.page < pages).then(|| href(self.page + 1)),
                text: format!("{} to {} of {}", count(from), count(to), count(self.count)),
            }),
        }
    }

    fn member(&self, member: &StoredMember) -> Member {
        let bounds = &member.episode.bounds;
        Member {
            path: member.url.path_and_query().to_owned(),
            outcome: outcome(&member.episode.main_outcome().to_string()),
            first: self.shown(bounds.first_failing),
            last: self.shown(bounds.last_failing),
            lasted: unbroken(&lasted(member.episode.is_ongoing(), bounds, self.now)),
            index: index::of_member(member, &self.site.settings.policy),
        }
    }
}

/// How long one URL failed; while it goes on, what was seen of it.
fn lasted(is_ongoing: bool, bounds: &Bounds, now: DateTime<Utc>) -> String {
    let shortest = bounds.shortest();
    match is_ongoing {
        true if shortest.is_zero() => "seen once so far".to_owned(),
        true => format!("{} so far", length(shortest)),
        false => range(shortest, bounds.longest(now)),
    }
}

/// `read_timeout` as people read it.
fn outcome(word: &str) -> String {
    word.replace('_', " ")
}
