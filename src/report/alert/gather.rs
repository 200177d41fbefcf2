//! Gathers an alert from the store: the newest news of each outage, and of these one line for what is one to a reader.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Alert, Line};
use crate::diagnosis::gateway::Gateway;
use crate::domain::news::News;
use crate::domain::observation::{OutageId, SiteId};
use crate::domain::outage::{Outage, Scope};
use crate::domain::page_url::Section;
use crate::domain::robots_ladder::{Authority, standing};
use crate::domain::site::Site;
use crate::report::digest::{answer, host, lines};
use crate::report::json::{OutageJson, Surroundings};
use crate::report::summary;
use crate::report::wording::headline::Facts;
use crate::report::wording::{self, plural, robots};
use crate::store::news::StoredNews;
use crate::store::outages::StoredOutage;
use crate::store::{Store, StoreError};

/// For whom, and when.
#[derive(Debug, Clone)]
pub struct Asked {
    /// When.
    pub now: DateTime<Utc>,
    /// In which zone times are written.
    pub zone: Tz,
    /// Where the dashboard is.
    pub base: String,
    /// It is told again, because it goes on.
    pub is_reminder: bool,
}

/// Of so many outages all is read, and told as JSON; the others are counted.
const READ_WHOLE: usize = 50;

/// What makes several outages one to a reader.
type Root = (SiteId, News, String, Gateway);

/// An outage with its news.
struct Case {
    site: Site,
    news: News,
    stored: StoredOutage,
    path: String,
    around: Option<Surroundings>,
}

impl Alert {
    /// Gathers what is to be told of this news; what is muted must be left out before.
    pub async fn gather(store: &Store, news: &[StoredNews], asked: &Asked) -> Result<Self, StoreError> {
        let mut lines = Vec::new();
        for (site, newest) in newest_of_robots(news) {
            lines.extend(robots_line(store, site, newest, asked).await?);
        }
        let mut groups: BTreeMap<Root, Vec<Case>> = BTreeMap::new();
        for (nth, (outage, newest)) in newest_of_outages(news).into_iter().enumerate() {
            let Some(case) = case(store, outage, newest, nth < READ_WHOLE).await? else { continue };
            groups.entry(case.root()).or_default().push(case);
        }
        lines.extend(groups.into_values().map(|cases| line(cases, asked)));
        lines.sort_by_key(|line| (line.rank(), Reverse(line.urls), line.host.clone()));
        let Asked { now, zone, base, is_reminder } = asked.clone();
        Ok(Self { is_reminder, lines, now, zone, base })
    }
}

/// What happened last to each outage: who hears of the end need not hear of the lines before it.
fn newest_of_outages(news: &[StoredNews]) -> BTreeMap<OutageId, News> {
    news.iter().filter_map(|one| Some((one.outage?, one.news))).collect()
}

fn newest_of_robots(news: &[StoredNews]) -> BTreeMap<SiteId, News> {
    news.iter().filter(|one| one.outage.is_none()).map(|one| (one.site, one.news)).collect()
}

async fn case(store: &Store, id: OutageId, news: News, is_whole: bool) -> Result<Option<Case>, StoreError> {
    let Some(stored) = store.outage(id).await? else { return Ok(None) };
    let Some(site) = store.site(stored.site).await? else { return Ok(None) };
    let first = store.members(id, 0, 1).await?;
    let path = first.first().map_or("/", |member| member.url.path_and_query()).to_owned();
    let around = if is_whole {
        let known_urls = store.count_urls(&site).await?;
        Some(summary::surroundings(store, &site, &stored, known_urls).await?)
    } else {
        None
    };
    Ok(Some(Case { site, news, stored, path, around }))
}

impl Case {
    fn outage(&self) -> &Outage {
        &self.stored.outage
    }

    fn root(&self) -> Root {
        let place = match &self.outage().scope {
            Scope::Site => String::new(),
            Scope::Section(section) => section.to_string(),
            Scope::Url => Section::of_path(&self.path).to_string(),
        };
        let gateway = self.around.as_ref().map_or(Gateway::Unknown, |around| around.answers.gateway.name);
        (self.site.id, self.news, place, gateway)
    }

    fn sentence(&self, asked: &Asked) -> String {
        let indexable_urls = self.around.as_ref().map(|around| around.indexable_urls);
        let facts = summary::facts(&self.site, self.outage(), &self.stored.extent, &self.path, asked.now);
        let told = Facts { zone: asked.zone, indexable_urls, ..facts }.headline().to_string();
        match self.around.as_ref().and_then(|around| around.deploy.as_ref()) {
            Some(began) => format!("{told} {}", wording::deploys::sentence(began, asked.zone, asked.now)),
            None => told,
        }
    }

    fn json(&self, asked: &Asked) -> Option<OutageJson> {
        let (id, origin, policy) =
            (Some(self.stored.id), self.site.origin.as_str(), &self.site.settings.policy);
        Some(OutageJson::of(id, origin, self.outage(), self.around.as_ref()?, asked.now, policy))
    }
}

/// The line of outages that are one to a reader; there is at least one.
fn line(mut cases: Vec<Case>, asked: &Asked) -> Line {
    cases.sort_by_key(|case| (Reverse(case.outage().url_count), case.outage().bounds.first_failing));
    let worst = &cases[0];
    let mut details = worst.around.as_ref().map_or_else(Vec::new, |around| {
        let policy = &worst.site.settings.policy;
        lines::of_outage(
            worst.outage(),
            around.indexable_urls,
            &around.answers,
            policy,
            (asked.zone, asked.now),
        )
    });
    let urls = cases.iter().map(|case| case.outage().url_count).sum();
    if cases.len() > 1 {
        let all = plural(cases.len() as u64, "outage", "outages");
        details.insert(
            0,
            format!(
                "This is the largest of {all} that look alike, with {} in all.",
                plural(urls, "URL", "URLs")
            ),
        );
    }
    Line {
        news: worst.news,
        site: worst.site.id,
        host: host(&worst.site),
        origin: worst.site.origin.to_string(),
        outages: cases.iter().map(|case| case.stored.id).collect(),
        urls,
        answer: answer(worst.outage()),
        sentence: worst.sentence(asked),
        details,
        json: cases.iter().filter_map(|case| case.json(asked)).collect(),
    }
}

async fn robots_line(
    store: &Store,
    id: SiteId,
    news: News,
    asked: &Asked,
) -> Result<Option<Line>, StoreError> {
    let Some(site) = store.site(id).await? else { return Ok(None) };
    let copy = store.robots_copy(id).await?;
    let going_on = store.outages(id, Some(asked.now)).await?;
    let is_down = going_on.iter().any(|o| o.outage.ongoing && o.outage.scope == Scope::Site);
    let sentence = match copy.and_then(|copy| copy.failure(!is_down)) {
        Some(failure) if !news.is_good() => {
            let source =
                standing(Authority::Google, &failure, asked.now).map_or("", |standing| standing.step.source);
            format!(
                "robots.txt cannot be had since {} ({}). {} Source: {source}",
                wording::instant(failure.since, asked.zone, asked.now),
                wording::url::said(failure.outcome),
                robots::consequence(&failure, asked.zone, asked.now),
            )
        }
        _ => "robots.txt can be had again: crawling goes on by its rules.".to_owned(),
    };
    Ok(Some(Line {
        news,
        site: id,
        host: host(&site),
        origin: site.origin.to_string(),
        outages: Vec::new(),
        urls: 1,
        answer: "failing".to_owned(),
        sentence,
        details: Vec::new(),
        json: Vec::new(),
    }))
}
