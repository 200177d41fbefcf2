//! The URLs of an outage: searched, sorted, a page of them at a time, and all of them as a file.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::Deserialize;

use super::view::index;
use crate::domain::observation::OutageId;
use crate::domain::site::Site;
use crate::report::wording::url::said;
use crate::report::wording::{count, length, plural, range};
use crate::store::failed_urls::{FailedOrder, FailedUrl};
use crate::store::outages::StoredOutage;
use crate::web::error::Error;
use crate::web::listing::{self, Choice, Cut, PER_PAGE, Pages};
use crate::web::state::AppState;
use crate::web::wording::{Instant, host, unbroken};

/// So many rows are read at a time for a file.
const BATCH: u64 = 2_000;

/// The URLs that failed, a page of them.
#[derive(Debug, Clone)]
pub(crate) struct Members {
    pub(crate) title: String,
    /// Where the search leads.
    pub(crate) action: String,
    pub(crate) text: String,
    pub(crate) sort: &'static str,
    /// There are so many that a search helps.
    pub(crate) is_long: bool,
    pub(crate) orders: Vec<Choice>,
    pub(crate) rows: Vec<Member>,
    pub(crate) pages: Option<Pages>,
    pub(crate) export: String,
}

/// One URL.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) href: String,
    pub(crate) path: String,
    pub(crate) outcome: String,
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    pub(crate) lasted: String,
    /// How far it is out of the index, or what keeps it out anyway.
    pub(crate) index: String,
}

/// What the address asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
    sort: Order,
    page: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    #[default]
    #[serde(alias = "")]
    First,
    Longest,
    Path,
}

/// The words of the address, and those of the page.
const ORDERS: [(Order, &str, &str); 3] = [
    (Order::First, "", "first failing"),
    (Order::Longest, "longest", "longest"),
    (Order::Path, "path", "path"),
];

/// Below this, one sees them all at once.
const LONG: u64 = 10;

/// A page of the members, as it was asked for.
pub(super) struct Listed {
    wanted: Wanted,
    urls: Vec<FailedUrl>,
    cut: Cut,
    /// How many failed in all.
    all: u64,
}

impl Listed {
    /// Asks the store.
    pub(super) async fn of(app: &AppState, outage: &StoredOutage, wanted: Wanted) -> Result<Self, Error> {
        let text = listing::text(wanted.q.as_deref())?;
        let all = outage.outage.url_count;
        let found = if text.is_empty() { all } else { app.store.count_failed_urls(outage.id, &text).await? };
        let cut = Cut::of(wanted.page, found)?;
        let order = wanted.sort.stored();
        let urls = app.store.failed_urls(outage.id, &text, order, cut.offset(), PER_PAGE).await?;
        Ok(Self { wanted: Wanted { q: Some(text), ..wanted }, urls, cut, all })
    }

    /// Ready to be shown.
    pub(super) fn told(&self, id: OutageId, site: &Site, now: DateTime<Utc>) -> Members {
        let text = self.wanted.q.clone().unwrap_or_default();
        let word = |order| ORDERS.iter().find(|(o, _, _)| *o == order).map_or("", |(_, word, _)| *word);
        let path = format!("/outages/{id}");
        let asked = |path: &str, order, page: &str| {
            listing::href(path, &[("q", &text), ("sort", word(order)), ("page", page)])
        };
        let sort = self.wanted.sort;
        let choice = |(order, _, label): (Order, &str, &'static str)| Choice {
            label,
            href: format!("{}#members", asked(&path, order, "")),
            is_chosen: order == sort,
        };
        Members {
            title: match text.as_str() {
                "" => plural(self.all, "URL", "URLs"),
                _ => format!("{} of {}", count(self.cut.count), plural(self.all, "URL", "URLs")),
            },
            action: path.clone(),
            sort: word(sort),
            is_long: self.all > LONG,
            orders: ORDERS.map(choice).into(),
            rows: self.urls.iter().map(|url| row(url, site, now)).collect(),
            pages: self.cut.pages(|page| format!("{}#members", asked(&path, sort, &page.to_string()))),
            export: asked(&format!("{path}/urls.csv"), sort, ""),
            text,
        }
    }
}

impl Order {
    fn stored(self) -> FailedOrder {
        match self {
            Self::First => FailedOrder::First,
            Self::Longest => FailedOrder::Longest,
            Self::Path => FailedOrder::Path,
        }
    }
}

/// `GET /outages/{id}/urls.csv`
pub(crate) async fn export(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Error> {
    let (stored, site) = super::find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    let text = listing::text(wanted.q.as_deref())?;
    let head = [
        "url",
        "outcome",
        "times",
        "first_failing",
        "last_failing",
        "healthy_before",
        "healthy_after",
        "shortest_seconds",
        "longest_seconds",
        "index",
    ];
    let name = format!("{}-outage-{}-urls.csv", host(&site.origin), stored.id);
    let now = app.now();
    let rows = stream::try_unfold(Some(0), move |offset| {
        let (app, site, text, order) = (app.clone(), site.clone(), text.clone(), wanted.sort.stored());
        async move {
            let Some(offset) = offset else { return Ok(None) };
            let urls = app.store.failed_urls(stored.id, &text, order, offset, BATCH).await?;
            let next = (urls.len() as u64 == BATCH).then_some(offset + BATCH);
            Ok::<_, Error>(Some((urls.iter().map(|url| fields(url, &site, now)).collect(), next)))
        }
    });
    Ok(listing::csv(&name, &head, rows))
}

fn fields(url: &FailedUrl, site: &Site, now: DateTime<Utc>) -> Vec<String> {
    let (member, bounds) = (&url.longest, &url.longest.episode.bounds);
    let at = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
    vec![
        member.url.to_string(),
        member.episode.main_outcome().to_string(),
        url.times.to_string(),
        at(Some(url.first_failing)),
        at(Some(url.last_failing)),
        at(bounds.healthy_before),
        at(bounds.healthy_after),
        bounds.shortest().num_seconds().to_string(),
        bounds.longest(now).map(|longest| longest.num_seconds().to_string()).unwrap_or_default(),
        index::of_url(url, &site.settings.policy),
    ]
}

fn row(url: &FailedUrl, site: &Site, now: DateTime<Utc>) -> Member {
    let longest = &url.longest;
    let shown = |at| Instant::second(at, site.settings.time_zone, now);
    Member {
        href: format!("/urls/{}", longest.url_id),
        path: longest.url.path_and_query().to_owned(),
        outcome: said(longest.episode.main_outcome()),
        first: shown(url.first_failing),
        last: shown(url.last_failing),
        lasted: unbroken(&lasted(url, now)),
        index: index::of_url(url, &site.settings.policy),
    }
}

/// How long one URL failed; while it goes on, what was seen of it; when it was healthy in between, how often.
fn lasted(url: &FailedUrl, now: DateTime<Utc>) -> String {
    let bounds = &url.longest.episode.bounds;
    let shortest = bounds.shortest();
    match url.times {
        1 if url.went_on => format!("{}, then on", length(shortest)),
        1 if url.is_failing && shortest.is_zero() => "seen once so far".to_owned(),
        1 if url.is_failing => format!("{} so far", length(shortest)),
        1 => range(shortest, bounds.longest(now)),
        times => format!("{} times", count(times)),
    }
}
