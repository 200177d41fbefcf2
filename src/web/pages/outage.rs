//! One outage: what happened, between which instants, why it is judged as it is, who said so, and what to do.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Html;

use super::Shell;
use crate::chart::Drawing;
use crate::chart::tone::Tone;
use crate::domain::observation::OutageId;
use crate::domain::site::Site;
use crate::report::wording::headline::Headline;
use crate::store::outages::StoredOutage;
use crate::web::error::{Error, html};
use crate::web::listing;
use crate::web::state::AppState;
use crate::web::wording::{Instant, Tag};

pub(crate) mod course;
mod deploy;
pub(super) mod evidence;
mod kin;
mod members;
pub(crate) mod mute;
pub(crate) mod sides;
mod view;

pub(crate) use self::deploy::DeployLine;
pub(crate) use self::members::{Members, Wanted, export};
pub(crate) use self::sides::SideRow;
pub(super) use self::view::index::stage;

use course::Event;

#[derive(Debug, Template)]
#[template(path = "pages/outage.html")]
pub(crate) struct OutagePage {
    pub(crate) shell: Shell,
    pub(crate) id: String,
    pub(crate) host: String,
    pub(crate) site_href: String,
    /// In a few words, for the browser's tab.
    pub(crate) title: String,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    /// Certainty, state and extent in a line.
    pub(crate) summary: String,
    /// "At least 39 min 28 s, at most 41 min 55 s".
    pub(crate) lasted: String,
    /// On which day, and in which zone the times are.
    pub(crate) times: String,
    /// The deploy that it began with.
    pub(crate) deploy: Option<DeployLine>,
    pub(crate) mute: mute::Mute,
    pub(crate) axis: Drawing,
    pub(crate) instants: Vec<NamedInstant>,
    /// The verdict, point by point.
    pub(crate) points: Vec<Point>,
    pub(crate) advice: Vec<String>,
    pub(crate) lines: Vec<Line>,
    /// What happened, in order.
    pub(crate) course: Vec<Event>,
    /// What each side met of it: ours, and each bot's. Empty: no log was taken in.
    pub(crate) sides: Vec<SideRow>,
    /// Who said it, and why; a paragraph each.
    pub(crate) diagnosis: Vec<String>,
    pub(crate) outcomes: Vec<(String, String)>,
    pub(crate) evidence: Vec<Answer>,
    /// Said when there is none.
    pub(crate) no_evidence: String,
    pub(crate) members: Members,
}

/// One point of the verdict.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Its place on the page, for links.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) says: Vec<Said>,
}

/// A sentence or two, what they rest on, and another outage that they speak of.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) tag: Option<Tag>,
    /// Address and words.
    pub(crate) link: Option<(String, String)>,
}

/// One of the four instants.
#[derive(Debug, Clone)]
pub(crate) struct NamedInstant {
    pub(crate) name: &'static str,
    pub(crate) at: Option<Instant>,
    /// Said when it was not seen.
    pub(crate) otherwise: &'static str,
}

/// A threshold, and whether this outage has passed it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) tag: Tag,
    pub(crate) reached: bool,
}

/// A failing answer, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) name: &'static str,
    pub(crate) at: Instant,
    pub(crate) url: String,
    pub(crate) timing: String,
    /// What a person would read on it, where it is a page.
    pub(crate) reads: Option<String>,
    pub(crate) status_line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) note: Option<String>,
}

/// `GET /outages/{id}`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let (stored, site) = find(&app, &id).await?;
    let case = view::Case::of(&app, site, stored, listing::wanted(wanted)?).await?;
    html(&case.page())
}

/// The outage that an address names, and its site.
async fn find(app: &AppState, id: &str) -> Result<(StoredOutage, Site), Error> {
    let id = id.parse().map(OutageId).map_err(|_| Error::NotFound)?;
    let stored = app.store.outage(id).await?.ok_or(Error::NotFound)?;
    let site = app.store.site(stored.site).await?.ok_or(Error::NotFound)?;
    Ok((stored, site))
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::domain::cadence::Cadence;
    use crate::report::digest::Digest;
    use crate::report::digest::gather::Asked;
    use crate::web::testing::{World, start};

    #[tokio::test]
    async fn an_outage_is_told_with_bounds_reasons_and_evidence() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502"), (42, "200")] {
            world.fetched(&site, "/search", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::days(4));
        let page = world.get("/outages/1").await;
        assert_eq!(
            page.text("h1"),
            "/search answered 502 for about 40 minutes on Thursday evening. It was brief: no lasting effect."
        );
        assert_eq!(page.text(".when h2"), "At least 38 min, at most 42 min");
        assert_eq!(page.text("main .lede"), "Brief over; certain; 1 URL seen failing");
        assert!(page.text(".lines .reached").starts_with("Brief up to 24 h documented"));
        assert!(page.body.contains("href=\"https://developers.google.com/"));
        assert!(page.text("#members tbody").starts_with("/search502"));
        let evidence = page.text(".evidence");
        assert!(
            evidence.contains("HTTP/1.1 502 Bad Gateway Server: nginx/1.22.1 <script>alert(2)</script>"),
            "{evidence}"
        );
        assert!(evidence.contains("<script>alert(40)</script>"), "{evidence}");
        assert!(!page.body.contains("<script>"));
    }

    #[tokio::test]
    async fn the_verdict_is_told_point_by_point_and_each_threshold_has_its_source() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502"), (42, "200")] {
            world.fetched(&site, "/search", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::days(4));
        let page = world.get("/outages/1").await;
        assert!(page.text("#happened").contains("It began on Thu 19 Nov between 21:38:10 and 21:40:10 UTC"));
        assert!(
            page.text("#long").contains("At least 38 min:") && page.text("#long").contains("At most 42 min:")
        );
        assert!(page.text("#why").contains("longer than 24 h; up to there, an outage is brief. documented"));
        assert!(page.text("#certain").contains("Certain:"));
        assert!(page.text("#google").ends_with("Nothing is dropped from its index. documented"));
        assert!(page.text("#next").contains("it is over, and forgiven"));
    }

    #[tokio::test]
    async fn a_url_that_fails_now_and_then_is_listed_once_with_how_often_it_did() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        // Each path fails at every third look, and answers in between.
        for minute in 0..60 {
            for n in 0..4 {
                let outcome = if minute >= 10 && (minute + n) % 3 == 0 { "502" } else { "200" };
                world.fetched(&site, &format!("/product/{n}"), minute, outcome).await;
            }
        }
        world.clock.advance(TimeDelta::hours(1));
        let page = world.get("/outages/1").await;
        assert!(page.text("h1").contains("by chance, at about one fetch in three"), "{}", page.text("h1"));
        assert_eq!(page.text("#members h2"), "4 URLs");
        assert_eq!(page.body.matches("class=\"url\" data-label=\"URL\"").count(), 4);
        assert!(page.text("#members tbody tr").contains(" times"), "{}", page.text("#members tbody tr"));
        assert!(page.text("#why").contains("Each fetch fails by chance"), "{}", page.text("#why"));
    }

    #[tokio::test]
    async fn what_went_on_after_the_rest_had_recovered_is_linked_from_both_sides() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for minute in (0..600).step_by(5) {
            for n in 0..9 {
                let is_down = (60..180).contains(&minute) || (n == 8 && minute >= 60);
                let outcome = if is_down { "502" } else { "200" };
                world.fetched(&site, &format!("/product/{n}"), minute, outcome).await;
            }
        }
        world.clock.advance(TimeDelta::hours(10));
        let first = world.get("/outages/1").await;
        let said = "When the rest recovered, 1 URL did not. It fails to this moment";
        assert!(first.text("#went-on").contains(said), "{}", first.text("main"));
        let next =
            first.body.split("href=\"/outages/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let second = world.get(&format!("/outages/{next}")).await;
        assert!(second.text("#went-on").contains("It began in a larger outage"), "{}", second.text("main"));
        assert!(second.body.contains("href=\"/outages/1\""));
    }

    #[tokio::test]
    async fn a_brief_outage_that_comes_back_every_night_is_told_as_a_habit_on_every_page() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for hour in 0..7 * 24 {
            let outcome = if hour % 24 < 4 && hour > 4 { "503" } else { "200" };
            for path in ["/", "/a", "/b"] {
                world.fetched(&site, path, hour * 60, outcome).await;
                world.fetched(&site, path, hour * 60 + 30, outcome).await;
            }
        }
        world.clock.advance(TimeDelta::days(7));
        let page = world.get("/outages/1").await;
        let said = page.text("#habit");
        assert!(
            said.contains(
                "The whole site fails again and again: 6 outages on 6 days, 14 % of the observed time in the last seven days."
            ),
            "{said}"
        );
        assert!(said.contains("10 % of the observed time on, that is called intermittent. By itself this outage is forgiven; together they keep crawling slow. model"), "{said}");
        let overview = world.get("/").await;
        assert_eq!(overview.text("tbody .state"), "Intermittent");
        assert!(overview.text("h1").starts_with("All of shop.example fails again and again"));
        assert!(page.text(".todo").contains("But it comes again and again"), "{}", page.text(".todo"));
        assert!(overview.text(".lede").starts_with("One site needs you."), "{}", overview.text(".lede"));
        let site = world.get("/sites/1").await;
        assert!(site.text("h1").starts_with("The whole site fails again and again: 6 outages on 6 days"));
        let to = start() + TimeDelta::days(7);
        let asked = Asked {
            cadence: Cadence::Daily,
            from: to - TimeDelta::days(1),
            to,
            zone: chrono_tz::UTC,
            sites: None,
            base: String::new(),
        };
        let digest = Digest::gather(&world.store, &asked).await.unwrap();
        assert!(digest.subject().ends_with("again and again on shop.example"), "{}", digest.subject());
        assert!(digest.text().contains("shop.example: The whole site fails again and again: 6 outages"));
        assert!(site.text(".verdicts section").contains("The whole site fails again and again"));
    }

    #[tokio::test]
    async fn a_url_that_went_on_in_another_outage_is_not_failing_twice_nor_for_ever() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for minute in (0..960).step_by(5) {
            for n in 0..9 {
                let outcome = if (60..180).contains(&minute) { "502" } else { "200" };
                world.fetched(&site, &format!("/product/{n}"), minute, outcome).await;
            }
            // Looked at rarely, so that it may have been healthy when the others recovered.
            if minute % 120 == 0 {
                let outcome = if (60..900).contains(&minute) { "502" } else { "200" };
                world.fetched(&site, "/product/late", minute, outcome).await;
            }
            if minute == 720 {
                assert_eq!(world.store.count_failing_urls(&site).await.unwrap(), 1);
                assert_eq!(world.store.failing_urls(&site).await.unwrap().len(), 1);
            }
        }
        world.fetched(&site, "/product/late", 960, "200").await;
        assert_eq!(world.store.count_failing_urls(&site).await.unwrap(), 0);
        assert!(world.store.failing_urls(&site).await.unwrap().is_empty());
        let page = world.get("/outages/1").await;
        assert!(page.text("#members tbody").contains(", then on"), "{}", page.text("#members tbody"));
    }

    #[tokio::test]
    async fn a_long_list_of_urls_has_pages() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for n in 0..120 {
            world.fetched(&site, &format!("/product/{n:03}"), 0, "502").await;
            world.fetched(&site, &format!("/product/{n:03}"), 5, "502").await;
        }
        let first = world.get("/outages/1").await;
        assert_eq!(first.text("#members h2"), "120 URLs");
        assert_eq!(first.text(".pages"), "1 to 100 of 120 Next →");
        assert!(first.body.contains("/product/099") && !first.body.contains("/product/100"));
        let second = world.get("/outages/1?page=2").await;
        assert_eq!(second.text(".pages"), "← Previous 101 to 120 of 120");
        assert!(second.body.contains("/product/119") && !second.body.contains("/product/050"));
        assert_eq!(world.get("/outages/1?page=99").await.text(".pages"), second.text(".pages"));
        assert_eq!(world.get("/outages/1?page=x").await.status, 400);
    }

    #[tokio::test]
    async fn urls_of_an_outage_are_searched_and_exported() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for n in 0..20 {
            world.fetched(&site, &format!("/product/{n:03}"), 0, "502").await;
            world.fetched(&site, &format!("/product/{n:03}"), 5 + n, "502").await;
        }
        let found = world.get("/outages/1?q=01&sort=path").await;
        assert_eq!(found.text("#members h2"), "11 of 20 URLs");
        assert!(
            found.text("#members tbody").starts_with("/product/001502"),
            "{}",
            found.text("#members tbody")
        );
        let longest = world.get("/outages/1?sort=longest").await;
        assert!(longest.text("#members tbody").starts_with("/product/019"));
        assert_eq!(
            world.get("/outages/1?q=nothing").await.text("#members .none"),
            "None of them has that in its path."
        );
        let file = world.get("/outages/1/urls.csv?q=01").await;
        assert_eq!(file.body.lines().count(), 12, "{}", file.body);
        assert!(file.body.contains("https://shop.example/product/001,502,1,2026-11-19T21:38:10+00:00,"));
        assert_eq!(world.get("/outages/1?sort=x").await.status, 400);
        assert_eq!(world.get("/outages/2/urls.csv").await.status, 404);
    }
}
