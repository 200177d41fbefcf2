//! One site: what costs it now, what was forgiven, how it went, and what crawls it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};

use super::Shell;
use super::crawl::live::Progress;
use super::crawl::row::CrawlRow;
use crate::chart::tone::Tone;
use crate::chart::{Drawing, Svg};
use crate::domain::crawl::{CrawlKind, CrawlOptions};
use crate::domain::observation::SiteId;
use crate::domain::site::Site;
use crate::report::load;
use crate::report::wording::headline::Headline;
use crate::report::wording::load::GROUND;
use crate::report::wording::silence;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::status::Status;
use crate::web::values::Values;
use crate::web::wording::Tag;

mod begins;
pub(crate) mod view;

pub(crate) use self::begins::Begins;
use view::clock::Clock;
use view::efficiency::{Efficiency, Seen};
use view::makers::{self, Makers};
use view::robots::Ladder;
use view::sections::Sections;
use view::sitemaps::Sitemaps;

/// So many crawls are listed.
const CRAWLS_SHOWN: u32 = 20;

#[derive(Debug, Template)]
#[template(path = "pages/site.html")]
pub(crate) struct SitePage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) host: String,
    pub(crate) paused: bool,
    /// The page that everybody may see; `None`: there is none.
    pub(crate) public_href: Option<String>,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    pub(crate) lede: String,
    /// When our own connection was down lately.
    pub(crate) silence: Option<String>,
    /// The site fails because we ask too fast.
    pub(crate) load: Option<(String, Tag)>,
    pub(crate) running: Option<Progress>,
    /// The crawl waits for the site to come back.
    pub(crate) is_waiting: bool,
    /// Something was fetched; else there is nothing to show but robots.txt and settings.
    pub(crate) has_data: bool,
    /// Outages that go on and cost crawl rate or index.
    pub(crate) costing: Vec<OutageRow>,
    pub(crate) costing_tone: Tone,
    /// Brief ones, whether over or not; the newest.
    pub(crate) forgiven: Vec<OutageRow>,
    /// The older ones, folded away.
    pub(crate) more_forgiven: Vec<OutageRow>,
    pub(crate) more_forgiven_label: String,
    /// Costly ones that are over.
    pub(crate) past: Vec<OutageRow>,
    /// `None`: nothing in the index is threatened.
    pub(crate) clock: Option<Clock>,
    /// `None`: nothing failed.
    pub(crate) sections: Option<Sections>,
    /// `None`: nothing failed.
    pub(crate) makers: Option<Makers>,
    pub(crate) chart: Option<FailingChart>,
    pub(crate) begins: Option<Begins>,
    pub(crate) days: DaysChart,
    pub(crate) robots: Robots,
    /// What a robots.txt that fails does; `None`: it does not fail.
    pub(crate) ladder: Option<Ladder>,
    /// `None`: the site has none.
    pub(crate) sitemaps: Option<Sitemaps>,
    /// `None`: nothing failed.
    pub(crate) efficiency: Option<Efficiency>,
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(crate) crawls: Vec<CrawlRow>,
    /// When the next crawl is due, in a sentence.
    pub(crate) next: String,
}

/// An outage in a list.
#[derive(Debug, Clone)]
pub(crate) struct OutageRow {
    pub(crate) href: String,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) lasted: String,
}

/// URLs failing over time.
#[derive(Debug, Clone)]
pub(crate) struct FailingChart {
    pub(crate) title: String,
    pub(crate) drawing: Drawing,
    pub(crate) legend: Vec<Tone>,
    pub(crate) note: String,
    pub(crate) values: Values,
}

/// The worst of each day.
#[derive(Debug, Clone)]
pub(crate) struct DaysChart {
    pub(crate) strip: Svg,
    /// The day at its left end.
    pub(crate) from: String,
    pub(crate) values: Values,
}

/// What is known of robots.txt.
#[derive(Debug, Clone)]
pub(crate) struct Robots {
    pub(crate) figure: String,
    pub(crate) text: String,
    pub(crate) tag: Option<Tag>,
}

/// `GET /sites/{id}`
pub(crate) async fn show(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let site = find(&app, &id).await?;
    let crawls = app.store.crawls(site.id, CRAWLS_SHOWN).await?;
    let deploys = app.store.deploys(site.id).await?;
    let sitemaps = app.store.sitemaps(site.id).await?;
    let effort = Seen::of(&app, &site).await?;
    let makers = makers::of(&app, &site).await?;
    let status = Status::of(&app, site).await?;
    let mut page = view::page(&status, &crawls, &sitemaps, &effort, &deploys);
    let (silences, zone) = (super::silences(&app).await?, status.site.settings.time_zone);
    page.shell.notice = silence::notice(&silences, zone, status.now);
    page.load = load::told(&app.store, &status.site, status.now).await?.map(|says| (says, Tag::from(GROUND)));
    page.makers = makers;
    page.silence = silence::past(&silences, zone, status.now);
    html(&page)
}

/// `POST /sites/{id}/crawl`
pub(crate) async fn crawl_now(
    State(app): State<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Error> {
    let site = find(&app, &id).await?;
    let options = CrawlOptions { confirm: false, ..CrawlOptions::default() };
    app.store.request_crawl(site.id, CrawlKind::Manual, &options, app.now()).await?;
    app.wake.notify_one();
    Ok(to(&site))
}

/// `POST /sites/{id}/pause`
pub(crate) async fn pause(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    set_paused(&app, &id, true).await
}

/// `POST /sites/{id}/resume`
pub(crate) async fn resume(State(app): State<AppState>, Path(id): Path<String>) -> Result<Redirect, Error> {
    set_paused(&app, &id, false).await
}

async fn set_paused(app: &AppState, id: &str, paused: bool) -> Result<Redirect, Error> {
    let site = Site { paused, ..find(app, id).await? };
    app.store.update_site(&site).await?;
    if paused {
        app.board.interrupt(site.id);
    }
    app.wake.notify_one();
    Ok(to(&site))
}

fn to(site: &Site) -> Redirect {
    Redirect::to(&format!("/sites/{}", site.id))
}

/// The site that an address names.
pub(crate) async fn find(app: &AppState, id: &str) -> Result<Site, Error> {
    let id = id.parse().map(SiteId).map_err(|_| Error::NotFound)?;
    app.store.site(id).await?.ok_or(Error::NotFound)
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::domain::crawl::CrawlState;
    use crate::web::testing::World;

    #[tokio::test]
    async fn costly_and_forgiven_outages_stand_apart() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for path in ["/", "/product/1"] {
            world.fetched(&site, path, 0, "200").await;
        }
        for hour in 1..=60 {
            world.fetched(&site, "/product/1", hour * 60, "502").await;
        }
        for (minute, outcome) in [(3000, "200"), (3002, "503"), (3020, "503"), (3021, "200")] {
            world.fetched(&site, "/about", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::hours(61));
        let page = world.get(&format!("/sites/{}", site.id)).await;
        let costing = page.text(".verdicts section:nth-child(1)");
        assert!(costing.contains("Persistent") && costing.contains("/product/1 answers 502"), "{costing}");
        let forgiven = page.text(".verdicts section:nth-child(2)");
        assert!(forgiven.contains("/about answered 503") && forgiven.contains("18 to 21 min"), "{forgiven}");
        assert!(page.body.contains("t-persistent\" d=\"M"), "the chart shows it");
        assert!(
            page.text(".lede").starts_with("1 of its 3 known URLs is failing now (33 %)."),
            "{}",
            page.text(".lede")
        );
    }

    #[tokio::test]
    async fn a_hostile_path_is_text() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        world.fetched(&site, "/%3Cscript%3E/'\"<b>", 0, "502").await;
        world.fetched(&site, "/%3Cscript%3E/'\"<b>", 5, "502").await;
        for path in [format!("/sites/{}", site.id), "/".to_owned(), "/outages/1".to_owned()] {
            let page = world.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            assert!(
                !page.body.contains("<script>") && page.body.contains("%3Cscript%3E"),
                "{path}: {}",
                page.body
            );
        }
    }

    #[tokio::test]
    async fn crawl_now_asks_for_a_crawl_once_and_wakes_the_driver() {
        let world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        let path = format!("/sites/{}", site.id);
        let woken = world.wake.notified();
        for _ in 0..2 {
            assert_eq!(world.post(&format!("{path}/crawl"), &[]).await.location(), path);
        }
        woken.await;
        let crawls = world.store.crawls(site.id, 9).await.unwrap();
        assert_eq!(crawls.iter().map(|crawl| crawl.state).collect::<Vec<_>>(), [CrawlState::Waiting]);
        let page = world.get(&path).await;
        assert!(page.body.contains("data-busy"));
        assert!(page.text("#crawls").contains("waiting"));
    }

    #[tokio::test]
    async fn a_site_can_be_paused_and_resumed() {
        let world = World::logged_in().await;
        let path = format!("/sites/{}", world.site("https://shop.example/").await.id);
        assert_eq!(world.post(&format!("{path}/pause"), &[]).await.location(), path);
        assert_eq!(world.get(&path).await.text(".flag"), "paused");
        assert!(world.store.sites().await.unwrap()[0].paused);
        world.post(&format!("{path}/resume"), &[]).await;
        assert!(!world.store.sites().await.unwrap()[0].paused);
    }
}
