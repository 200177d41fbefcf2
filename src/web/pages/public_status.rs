//! What everybody may see of a site whose owner wants it: whether it is up, since when it is not, and how the last 90 days
//! went; and the same as a badge for other pages.
//!
//! No path, no gateway and no evidence stands here: what fails is "a part of the site". A site that is not public is, to
//! who asks without an account, a site that is not there.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use super::Shell;
use super::site::DaysChart;
use super::site::view::charts;
use crate::chart::tone::Tone;
use crate::domain::outage::Scope;
use crate::domain::verdict::Verdict;
use crate::report::wording::{length, range};
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::status::{Judged, Status};
use crate::web::wording::{Instant, host, unbroken};

/// So many outages are listed.
const SHOWN: usize = 20;

#[derive(Debug, Template)]
#[template(path = "pages/public_status.html")]
pub(crate) struct PublicStatusPage {
    pub(crate) shell: Shell,
    pub(crate) host: String,
    pub(crate) tone: Tone,
    pub(crate) headline: String,
    pub(crate) days: DaysChart,
    pub(crate) outages: Vec<PublicOutage>,
    /// Where its badge is.
    pub(crate) badge: String,
}

/// An outage, but for what is nobody's business.
#[derive(Debug, Clone)]
pub(crate) struct PublicOutage {
    pub(crate) tone: Tone,
    pub(crate) what: &'static str,
    pub(crate) since: Instant,
    pub(crate) lasted: String,
    pub(crate) goes_on: bool,
}

#[derive(Debug, Template)]
#[template(path = "badge.svg")]
struct Badge<'a> {
    host: &'a str,
    word: &'a str,
    /// Where the second half begins, and how wide all is, in pixels.
    split: usize,
    width: usize,
    colour: &'static str,
}

/// `GET /status/{host}`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(wanted): Path<String>,
) -> Result<Html<String>, Error> {
    html(&page(&find(&app, &wanted).await?))
}

/// `GET /status/{host}/badge.svg`
pub(crate) async fn badge(
    State(app): State<AppState>,
    Path(wanted): Path<String>,
) -> Result<Response, Error> {
    let status = find(&app, &wanted).await?;
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, drawn(host(&status.site.origin), public_tone(&status)).render()?).into_response())
}

async fn find(app: &AppState, wanted: &str) -> Result<Status, Error> {
    let sites = app.store.sites().await?;
    let site = sites.into_iter().find(|site| site.settings.public_status && host(&site.origin) == wanted);
    Status::of(app, site.ok_or(Error::NotFound)?).await
}

fn page(status: &Status) -> PublicStatusPage {
    let told = status.outages.iter().filter(|o| o.judgement.verdict != Verdict::Transient);
    let host = host(&status.site.origin).to_owned();
    PublicStatusPage {
        // Who has an account sees what everybody sees.
        shell: Shell::outside(),
        tone: public_tone(status),
        headline: headline(status),
        days: charts::days(status),
        outages: told.take(SHOWN).map(|judged| outage(status, judged)).collect(),
        badge: format!("/status/{host}/badge.svg"),
        host,
    }
}

/// Of what goes on now; a place that fails again and again is not told here.
fn public_tone(status: &Status) -> Tone {
    match status.worst() {
        Some(worst) => worst.tone(),
        None if status.is_seen() => Tone::Healthy,
        None => Tone::Unknown,
    }
}

fn headline(status: &Status) -> String {
    match status.worst().map(|worst| &worst.outage.scope) {
        Some(Scope::Site) => "fails as a whole.",
        Some(Scope::Section(_) | Scope::Url) => "fails in part.",
        None if status.is_seen() => "is well.",
        None => "has not been looked at yet.",
    }
    .to_owned()
}

fn outage(status: &Status, judged: &Judged) -> PublicOutage {
    let bounds = &judged.outage.bounds;
    let lasted = if judged.is_ongoing() {
        length(bounds.shortest())
    } else {
        range(bounds.shortest(), bounds.longest(status.now))
    };
    PublicOutage {
        tone: judged.tone(),
        what: match judged.outage.scope {
            Scope::Site => "The whole site",
            Scope::Section(_) | Scope::Url => "A part of the site",
        },
        since: Instant::minute(bounds.first_failing, status.site.settings.time_zone, status.now),
        lasted: unbroken(&lasted),
        goes_on: judged.is_ongoing(),
    }
}

/// Letters of a badge are about so wide, and its margins; both in pixels.
const LETTER: usize = 7;
const MARGIN: usize = 16;

fn drawn(host: &str, tone: Tone) -> Badge<'_> {
    let word = tone.word();
    let split = host.chars().count() * LETTER + MARGIN;
    let width = split + word.len() * LETTER + MARGIN;
    // On white letters, each at least 4.5 to 1.
    let colour = match tone {
        Tone::Unknown => "#5f5b54",
        Tone::Healthy => "#33694d",
        Tone::Failing(Verdict::Transient | Verdict::Brief) => "#7a5200",
        Tone::Failing(Verdict::Intermittent) => "#5b3fa0",
        Tone::Failing(Verdict::Prolonged) => "#9a4210",
        Tone::Failing(Verdict::Persistent) => "#b3261e",
    };
    Badge { host, word, split, width, colour }
}

#[cfg(test)]
impl PublicStatusPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let now = "2026-11-23T03:00:00Z".parse().unwrap();
        let mut days = [Tone::Healthy; 90];
        days[86..].fill(Tone::Failing(Verdict::Persistent));
        let first = crate::report::history::first_day(90, chrono_tz::UTC, now);
        let outage = |verdict, what, hours, lasted: &str, goes_on| PublicOutage {
            tone: Tone::Failing(verdict),
            what,
            since: Instant::minute(now - chrono::TimeDelta::hours(hours), chrono_tz::UTC, now),
            lasted: lasted.to_owned(),
            goes_on,
        };
        let page = Self {
            shell: Shell::outside(),
            host: "shop.example".to_owned(),
            tone: Tone::Failing(Verdict::Persistent),
            headline: "fails in part.".to_owned(),
            days: charts::days_chart(&days, first, chrono_tz::UTC),
            outages: vec![
                outage(Verdict::Persistent, "A part of the site", 76, "3 d 4 h", true),
                outage(Verdict::Brief, "The whole site", 300, "39 to 42 min", false),
            ],
            badge: "/status/shop.example/badge.svg".to_owned(),
        };
        vec![("public-status", page)]
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use crate::web::testing::World;

    #[tokio::test]
    async fn a_site_is_public_only_when_its_owner_wants_it() {
        let mut world = World::logged_in().await;
        let site = world.site("https://shop.example/").await;
        for (minute, outcome) in [(0, "200"), (2, "502"), (40, "502")] {
            world.fetched(&site, "/secret-path", minute, outcome).await;
        }
        world.clock.advance(TimeDelta::hours(1));
        for path in ["/status/shop.example", "/status/shop.example/badge.svg"] {
            assert_eq!(world.get(path).await.status, 404, "{path}: off by default");
        }
        let on = [("public_status", "true")];
        assert_eq!(world.post("/sites/1/settings", &on).await.status, 303);
        world.log_out();
        let page = world.get("/status/shop.example").await;
        assert_eq!(page.text("h1"), "shop.example fails in part.");
        assert!(page.text("#outages").contains("A part of the site"), "{}", page.text("#outages"));
        assert!(!page.body.contains("secret-path") && !page.body.contains("nginx"));
        let badge = world.get("/status/shop.example/badge.svg").await;
        assert_eq!(badge.header("content-type"), Some("image/svg+xml"));
        assert!(badge.body.contains(">shop.example<") && badge.body.contains(">brief<"), "{}", badge.body);
        for nobody in ["/status/other.example", "/status/%3Cb%3E", "/status/"] {
            assert_eq!(world.get(nobody).await.status, 404, "{nobody}");
        }
    }
}
