//! The known URLs of a site as a list: searched, narrowed, sorted, a page at a time, and as a file.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use futures_util::stream;
use serde::Deserialize;

use super::Shell;
use super::site::find;
use crate::domain::site::Site;
use crate::report::wording::url::said;
use crate::report::wording::{count, plural};
use crate::store::url_lists::{ListedUrl, UrlFilter, UrlOrder, UrlStanding};
use crate::web::error::{Error, html};
use crate::web::listing::{self, Choice, Cut, PER_PAGE, Pages};
use crate::web::state::AppState;
use crate::web::wording::{Instant, host};

/// So many rows are read at a time for a file.
const BATCH: u64 = 2_000;

#[derive(Debug, Template)]
#[template(path = "pages/urls.html")]
pub(crate) struct UrlsPage {
    pub(crate) shell: Shell,
    pub(crate) host: String,
    pub(crate) site_href: String,
    pub(crate) title: String,
    pub(crate) text: String,
    /// The path template that it is narrowed to, and the way out of it.
    pub(crate) section: Option<(String, String)>,
    /// What a search from here keeps.
    pub(crate) kept: Vec<(&'static str, String)>,
    pub(crate) standings: Vec<Choice>,
    pub(crate) orders: Vec<Choice>,
    pub(crate) rows: Vec<UrlRow>,
    pub(crate) pages: Option<Pages>,
    pub(crate) export: String,
    /// Said when nothing is found.
    pub(crate) none: &'static str,
}

/// One URL.
#[derive(Debug, Clone)]
pub(crate) struct UrlRow {
    pub(crate) href: String,
    pub(crate) path: String,
    pub(crate) answer: String,
    pub(crate) is_failing: bool,
    pub(crate) since: Option<Instant>,
    pub(crate) found: Instant,
    pub(crate) depth: String,
    /// What keeps it out of the index.
    pub(crate) kept_out: String,
}

/// What the address asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: Option<String>,
    section: Option<String>,
    #[serde(rename = "state")]
    standing: Standing,
    sort: Order,
    page: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    #[default]
    #[serde(alias = "")]
    Any,
    Failing,
    Gone,
    KeptOut,
    Unseen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    #[default]
    #[serde(alias = "")]
    Path,
    Found,
    Depth,
}

/// The words of the address, and those of the page.
const STANDINGS: [(Standing, &str, &str); 5] = [
    (Standing::Any, "", "All"),
    (Standing::Failing, "failing", "Failing now"),
    (Standing::Gone, "gone", "Gone (4xx)"),
    (Standing::KeptOut, "kept_out", "Kept out of the index"),
    (Standing::Unseen, "unseen", "Not fetched yet"),
];
const ORDERS: [(Order, &str, &str); 3] = [
    (Order::Path, "", "path"),
    (Order::Found, "found", "newest"),
    (Order::Depth, "depth", "distance from the start page"),
];

/// `GET /sites/{id}/urls`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    let filter = wanted.filter()?;
    let cut = Cut::of(wanted.page, app.store.count_listed_urls(&site, &filter).await?)?;
    let order = match wanted.sort {
        Order::Path => UrlOrder::Path,
        Order::Found => UrlOrder::Found,
        Order::Depth => UrlOrder::Depth,
    };
    let urls = app.store.list_urls(&site, &filter, order, cut.offset(), PER_PAGE).await?;
    html(&wanted.page(&app, &site, cut, &urls))
}

/// `GET /sites/{id}/urls.csv`
pub(crate) async fn export(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Error> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    let filter = wanted.filter()?;
    // A file has no pages; a page that is none is refused all the same.
    Cut::of(wanted.page, 0)?;
    let name = format!("{}-urls.csv", host(&site.origin));
    let head = [
        "url",
        "answer",
        "since",
        "path_template",
        "depth",
        "found_at",
        "noindex",
        "disallowed",
        "canonical",
    ];
    let rows = stream::try_unfold(Some(String::new()), move |after| {
        let (app, site, filter) = (app.clone(), site.clone(), filter.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let urls = app.store.walk_urls(&site, &filter, &after, BATCH).await?;
            let next = urls.last().filter(|_| urls.len() as u64 == BATCH).map(|url| url.path.clone());
            Ok::<_, Error>(Some((urls.iter().map(|url| fields(&site, url)).collect(), next)))
        }
    });
    Ok(listing::csv(&name, &head, rows))
}

fn fields(site: &Site, url: &ListedUrl) -> Vec<String> {
    let (answer, since) = url.newest.unzip();
    vec![
        format!("{}{}", site.origin.as_str(), url.path),
        answer.map(|outcome| outcome.to_string()).unwrap_or_default(),
        since.map(|at| at.to_rfc3339()).unwrap_or_default(),
        url.section.clone(),
        url.depth.to_string(),
        url.found_at.to_rfc3339(),
        url.noindex.to_string(),
        url.disallowed.to_string(),
        url.canonical.clone().unwrap_or_default(),
    ]
}

impl Wanted {
    fn filter(&self) -> Result<UrlFilter, Error> {
        Ok(UrlFilter {
            text: listing::text(self.q.as_deref())?,
            section: self.section.clone().filter(|section| !section.is_empty()),
            standing: match self.standing {
                Standing::Any => None,
                Standing::Failing => Some(UrlStanding::Failing),
                Standing::Gone => Some(UrlStanding::Gone),
                Standing::KeptOut => Some(UrlStanding::KeptOut),
                Standing::Unseen => Some(UrlStanding::Unseen),
            },
        })
    }

    /// The address of this list with other choices, at its first page.
    fn href(&self, path: &str, standing: Standing, order: Order) -> String {
        let word = STANDINGS.iter().find(|(s, _, _)| *s == standing).map_or("", |(_, word, _)| *word);
        let sort = ORDERS.iter().find(|(o, _, _)| *o == order).map_or("", |(_, word, _)| *word);
        let section = self.section.as_deref().unwrap_or_default();
        let text = self.q.as_deref().unwrap_or_default().trim();
        listing::href(path, &[("q", text), ("section", section), ("state", word), ("sort", sort)])
    }

    fn page(&self, app: &AppState, site: &Site, cut: Cut, urls: &[ListedUrl]) -> UrlsPage {
        let path = format!("/sites/{}/urls", site.id);
        let here = self.href(&path, self.standing, self.sort);
        let joint = if here.contains('?') { '&' } else { '?' };
        let without_section = Self { section: None, ..self.clone() };
        let word = STANDINGS.iter().find(|(s, _, _)| *s == self.standing).map_or("", |(_, word, _)| *word);
        UrlsPage {
            shell: Shell::inside(""),
            host: host(&site.origin).to_owned(),
            site_href: format!("/sites/{}", site.id),
            title: plural(cut.count, "URL", "URLs"),
            text: self.q.clone().unwrap_or_default(),
            section: self
                .section
                .clone()
                .filter(|section| !section.is_empty())
                .map(|section| (section, without_section.href(&path, self.standing, self.sort))),
            kept: [("section", self.section.clone().unwrap_or_default()), ("state", word.to_owned())]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
            standings: STANDINGS
                .map(|(standing, _, label)| Choice {
                    label,
                    href: self.href(&path, standing, self.sort),
                    is_chosen: standing == self.standing,
                })
                .into(),
            orders: ORDERS
                .map(|(order, _, label)| Choice {
                    label,
                    href: self.href(&path, self.standing, order),
                    is_chosen: order == self.sort,
                })
                .into(),
            rows: urls.iter().map(|url| row(app, site, url)).collect(),
            pages: cut.pages(|page| format!("{here}{joint}page={page}")),
            export: self.href(&format!("{path}.csv"), self.standing, Order::Path),
            none: if *self == Self::default() {
                "None is known yet. The first crawl finds them, by robots.txt, sitemaps and links."
            } else {
                "No URL is like that. Take a filter away to see more."
            },
        }
    }
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        let asked =
            |w: &Self| (w.q.clone().unwrap_or_default(), w.section.clone().unwrap_or_default(), w.standing);
        asked(self) == asked(other)
    }
}

fn row(app: &AppState, site: &Site, url: &ListedUrl) -> UrlRow {
    let shown = |at| Instant::minute(at, site.settings.time_zone, app.now());
    let kept_out = [
        url.noindex.then(|| "noindex".to_owned()),
        url.disallowed.then(|| "disallowed".to_owned()),
        url.canonical.as_ref().map(|url| format!("canonical is {url}")),
    ];
    UrlRow {
        href: format!("/urls/{}", url.id),
        path: url.path.clone(),
        answer: url.newest.map_or_else(|| "not fetched yet".to_owned(), |(outcome, _)| said(outcome)),
        is_failing: url.newest.is_some_and(|(outcome, _)| outcome.is_failing()),
        since: url.newest.map(|(_, since)| shown(since)),
        found: shown(url.found_at),
        depth: count(url.depth),
        kept_out: kept_out.into_iter().flatten().collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use crate::web::testing::World;

    async fn world() -> World {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for n in 0..120 {
            world.fetched(&site, &format!("/product/{n:03}"), 0, "200").await;
        }
        for (path, outcome) in [("/product/007", "502"), ("/about", "404"), ("/=cmd", "200")] {
            world.fetched(&site, path, 5, outcome).await;
        }
        world
    }

    #[tokio::test]
    async fn urls_are_listed_a_page_at_a_time_and_link_to_their_own_pages() {
        let world = world().await;
        let first = world.get("/sites/1/urls").await;
        assert!(first.text("h1").starts_with("122 URLs"), "{}", first.text("h1"));
        assert_eq!(first.text(".pages span"), "1 to 100 of 122");
        assert!(first.body.contains("href=\"/sites/1/urls?page=2\" rel=\"next\""));
        let second = world.get("/sites/1/urls?page=2").await;
        assert_eq!(second.body.matches("href=\"/urls/").count(), 22);
    }

    #[tokio::test]
    async fn a_search_and_a_filter_narrow_the_list_and_the_file() {
        let world = world().await;
        let failing = world.get("/sites/1/urls?state=failing").await;
        assert!(failing.text("tbody").starts_with("/product/007502"), "{}", failing.text("tbody"));
        assert!(failing.text("h1").starts_with("1 URL"));
        assert!(world.get("/sites/1/urls?q=ABOUT&state=gone").await.text("tbody").starts_with("/about404"));
        let none = world.get("/sites/1/urls?q=%3Cscript%3E").await;
        assert!(none.text(".none").starts_with("No URL is like that."));
        assert!(!none.body.contains("<script>") && none.body.contains("value=\"&#60;script&#62;\""));
        let file = world.get("/sites/1/urls.csv?section=%2Fproduct%2F*").await;
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(
            file.header("content-disposition"),
            Some("attachment; filename=\"shop.example-urls.csv\"")
        );
        assert_eq!(file.body.lines().count(), 121, "a head and 120 rows");
        assert!(
            file.body
                .contains("https://shop.example/product/007,502,2026-11-19T21:43:10+00:00,/product/*,1,")
        );
    }

    #[tokio::test]
    async fn an_address_that_asks_nonsense_is_refused_in_a_sentence() {
        let world = world().await;
        let long = format!("q={}", "x".repeat(301));
        for query in [
            "state=nonsense",
            "sort=%3Cb%3E",
            "page=0",
            "page=-1",
            "page=x",
            "page=99999999999999999999",
            &long,
        ] {
            for list in ["urls", "urls.csv", "outages", "outages.csv"] {
                let answer = world.get(&format!("/sites/1/{list}?{query}")).await;
                assert_eq!(answer.status, 400, "{list}?{query}");
                assert_eq!(answer.text("h1"), "That address asks what there is not");
            }
        }
        assert_eq!(world.get("/sites/2/urls").await.status, 404);
    }
}
