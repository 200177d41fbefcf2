//! Every outage of a site as a list: searched by the paths that failed, narrowed by verdict, sorted, a page at a time, and
//! as a file.
//!
//! The verdict is not stored, because it changes with time and with the policy; so all outages of the site are judged
//! before the list is cut. A site has thousands of them at most.

use std::cmp::Reverse;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use futures_util::stream;
use serde::Deserialize;

use super::Shell;
use super::site::find;
use crate::chart::tone::Tone;
use crate::domain::site::Site;
use crate::domain::verdict::{Judgement, State as Standing, Verdict};
use crate::report::wording::{count, length, plural, range};
use crate::store::outages::StoredOutage;
use crate::web::error::{Error, html};
use crate::web::listing::{self, Choice, Cut, PER_PAGE, Pages};
use crate::web::state::AppState;
use crate::web::status::{self, Judged};
use crate::web::wording::{Instant, host, unbroken};

#[derive(Debug, Template)]
#[template(path = "pages/outages.html")]
pub(crate) struct OutagesPage {
    pub(crate) shell: Shell,
    pub(crate) host: String,
    pub(crate) site_href: String,
    pub(crate) title: String,
    pub(crate) text: String,
    /// What a search from here keeps.
    pub(crate) kept: Vec<(&'static str, &'static str)>,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) orders: Vec<Choice>,
    pub(crate) rows: Vec<OutageRow>,
    pub(crate) pages: Option<Pages>,
    pub(crate) export: String,
    /// Said when nothing is found.
    pub(crate) none: &'static str,
}

/// One outage.
#[derive(Debug, Clone)]
pub(crate) struct OutageRow {
    pub(crate) href: String,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) began: Instant,
    /// `None`: it goes on.
    pub(crate) ended: Option<Instant>,
    pub(crate) lasted: String,
    pub(crate) urls: String,
}

/// What the address asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
    #[serde(rename = "state")]
    kind: Kind,
    sort: Order,
    page: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    #[serde(alias = "")]
    Any,
    Ongoing,
    Persistent,
    Prolonged,
    Intermittent,
    Brief,
    Transient,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    #[default]
    #[serde(alias = "")]
    Newest,
    Longest,
    Urls,
}

/// The words of the address, and those of the page.
const KINDS: [(Kind, &str, &str); 7] = [
    (Kind::Any, "", "All"),
    (Kind::Ongoing, "ongoing", "Going on"),
    (Kind::Persistent, "persistent", "Persistent"),
    (Kind::Prolonged, "prolonged", "Prolonged"),
    (Kind::Intermittent, "intermittent", "Intermittent"),
    (Kind::Brief, "brief", "Brief"),
    (Kind::Transient, "transient", "Transient"),
];
const ORDERS: [(Order, &str, &str); 3] = [
    (Order::Newest, "", "newest"),
    (Order::Longest, "longest", "longest"),
    (Order::Urls, "urls", "most URLs"),
];

/// An outage as it is judged now.
struct Case {
    stored: StoredOutage,
    judgement: Judgement,
}

/// `GET /sites/{id}/outages`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    let cases = wanted.cases(&app, &site).await?;
    let cut = Cut::of(wanted.page, cases.len() as u64)?;
    let first = usize::try_from(cut.offset()).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    for case in cases.into_iter().skip(first).take(usize::try_from(PER_PAGE).unwrap_or(usize::MAX)) {
        rows.push(row(&app, &site, &status::judged(&app, &site, case.stored).await?));
    }
    html(&wanted.page(&site, cut, rows))
}

/// `GET /sites/{id}/outages.csv`
pub(crate) async fn export(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Error> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    Cut::of(wanted.page, 0)?;
    let cases = wanted.cases(&app, &site).await?;
    let head = [
        "outage",
        "verdict",
        "state",
        "certainty",
        "urls",
        "outcome",
        "healthy_before",
        "first_failing",
        "last_failing",
        "healthy_after",
        "shortest_seconds",
        "longest_seconds",
    ];
    let now = app.now();
    let rows = cases.iter().map(|case| fields(case, now)).collect();
    let name = format!("{}-outages.csv", host(&site.origin));
    Ok(listing::csv(&name, &head, stream::once(async { Ok(rows) })))
}

fn fields(case: &Case, now: chrono::DateTime<chrono::Utc>) -> Vec<String> {
    let (outage, bounds) = (&case.stored.outage, &case.stored.outage.bounds);
    let at = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
    vec![
        case.stored.id.to_string(),
        case.judgement.verdict.word().to_owned(),
        case.judgement.state.word().to_owned(),
        case.judgement.certainty.word().to_owned(),
        outage.url_count.to_string(),
        outage.main_outcome().map(|outcome| outcome.to_string()).unwrap_or_default(),
        at(bounds.healthy_before),
        at(Some(bounds.first_failing)),
        at(Some(bounds.last_failing)),
        at(bounds.healthy_after),
        bounds.shortest().num_seconds().to_string(),
        bounds.longest(now).map(|longest| longest.num_seconds().to_string()).unwrap_or_default(),
    ]
}

impl Kind {
    fn holds(self, judgement: Judgement) -> bool {
        match self {
            Self::Any => true,
            Self::Ongoing => judgement.state == Standing::Ongoing,
            Self::Persistent => judgement.verdict == Verdict::Persistent,
            Self::Prolonged => judgement.verdict == Verdict::Prolonged,
            Self::Intermittent => judgement.verdict == Verdict::Intermittent,
            Self::Brief => judgement.verdict == Verdict::Brief,
            Self::Transient => judgement.verdict == Verdict::Transient,
        }
    }
}

impl Wanted {
    /// The outages that are wanted, in the order that is wanted.
    async fn cases(&self, app: &AppState, site: &Site) -> Result<Vec<Case>, Error> {
        let text = listing::text(self.q.as_deref())?;
        let found = if text.is_empty() { None } else { Some(app.store.outages_of_urls(site, &text).await?) };
        let (now, policy) = (app.now(), &site.settings.policy);
        let outages = app.store.outages(site.id, None).await?.into_iter();
        let mut cases: Vec<Case> = outages
            .filter(|stored| found.as_ref().is_none_or(|found| found.contains(&stored.id)))
            .map(|stored| Case { judgement: stored.outage.judge(now, policy), stored })
            .filter(|case| self.kind.holds(case.judgement))
            .collect();
        match self.sort {
            Order::Newest => {}
            Order::Longest => cases.sort_by_key(|case| Reverse(case.stored.outage.bounds.shortest())),
            Order::Urls => cases.sort_by_key(|case| Reverse(case.stored.outage.url_count)),
        }
        Ok(cases)
    }

    fn href(&self, path: &str, kind: Kind, order: Order) -> String {
        let word = KINDS.iter().find(|(k, _, _)| *k == kind).map_or("", |(_, word, _)| *word);
        let sort = ORDERS.iter().find(|(o, _, _)| *o == order).map_or("", |(_, word, _)| *word);
        let text = self.q.as_deref().unwrap_or_default().trim();
        listing::href(path, &[("q", text), ("state", word), ("sort", sort)])
    }

    fn page(&self, site: &Site, cut: Cut, rows: Vec<OutageRow>) -> OutagesPage {
        let path = format!("/sites/{}/outages", site.id);
        let here = self.href(&path, self.kind, self.sort);
        let joint = if here.contains('?') { '&' } else { '?' };
        let text = self.q.clone().unwrap_or_default();
        let is_narrowed = self.kind != Kind::Any || !text.trim().is_empty();
        let choice = |label, href, is_chosen| Choice { label, href, is_chosen };
        OutagesPage {
            shell: Shell::inside(""),
            host: host(&site.origin).to_owned(),
            site_href: format!("/sites/{}", site.id),
            title: plural(cut.count, "outage", "outages"),
            text,
            kept: KINDS
                .iter()
                .filter(|(kind, word, _)| *kind == self.kind && !word.is_empty())
                .map(|(_, word, _)| ("state", *word))
                .collect(),
            kinds: KINDS
                .map(|(k, _, label)| choice(label, self.href(&path, k, self.sort), k == self.kind))
                .into(),
            orders: ORDERS
                .map(|(o, _, label)| choice(label, self.href(&path, self.kind, o), o == self.sort))
                .into(),
            rows,
            pages: cut.pages(|page| format!("{here}{joint}page={page}")),
            export: self.href(&format!("{path}.csv"), self.kind, self.sort),
            none: if is_narrowed {
                "No outage is like that. Take a filter away to see more."
            } else {
                "Nothing was ever seen failing. When something does, it is kept here for good."
            },
        }
    }
}

fn row(app: &AppState, site: &Site, judged: &Judged) -> OutageRow {
    let (bounds, now) = (&judged.outage.bounds, app.now());
    let shown = |at| Instant::minute(at, site.settings.time_zone, now);
    OutageRow {
        href: judged.href(),
        tone: judged.tone(),
        title: judged.facts(site, now).title(),
        began: shown(bounds.first_failing),
        ended: (!judged.is_ongoing()).then(|| shown(bounds.healthy_after.unwrap_or(bounds.last_failing))),
        lasted: unbroken(&if judged.is_ongoing() {
            format!("{} so far", length(bounds.shortest()))
        } else {
            range(bounds.shortest(), bounds.longest(now))
        }),
        urls: count(judged.outage.url_count),
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::web::testing::World;

    async fn world() -> World {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/product/1", 0, "200").await;
        for (minute, outcome) in [(0, "200"), (2, "503"), (20, "503"), (21, "200")] {
            world.fetched(&site, "/about", minute, outcome).await;
        }
        for hour in 1..=60 {
            world.fetched(&site, "/product/1", hour * 60, "502").await;
        }
        world.clock.advance(TimeDelta::hours(61));
        world
    }

    #[tokio::test]
    async fn outages_are_narrowed_by_verdict_and_found_by_the_paths_that_failed() {
        let world = world().await;
        let all = world.get("/sites/1/outages").await;
        assert!(all.text("h1").starts_with("2 outages"));
        let persistent = world.get("/sites/1/outages?state=persistent").await;
        assert!(persistent.text("h1").starts_with("1 outage of"));
        assert!(persistent.text("tbody").contains("/product/1 answers 502"));
        assert!(world.get("/sites/1/outages?q=about").await.text("tbody").contains("/about answered 503"));
        let none = world.get("/sites/1/outages?q=about&state=ongoing").await;
        assert!(none.text(".none").starts_with("No outage is like that."));
        let longest = world.get("/sites/1/outages?sort=longest").await;
        assert!(longest.text("tbody tr").contains("/product/1"));
    }

    #[tokio::test]
    async fn outages_are_exported_as_they_are_judged() {
        let file = world().await.get("/sites/1/outages.csv?state=brief").await;
        let rows: Vec<&str> = file.body.lines().collect();
        assert_eq!(rows.len(), 2, "{}", file.body);
        assert!(rows[0].starts_with("outage,verdict,state,certainty,urls,outcome"));
        assert!(rows[1].contains(",brief,") && rows[1].contains(",503,"), "{}", rows[1]);
        assert!(rows[1].ends_with(",1080,1260"), "{}", rows[1]);
    }
}
