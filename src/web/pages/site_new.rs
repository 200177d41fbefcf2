//! The form that adds a site. What cannot be taken comes back with all that was typed, and with the reason beside it.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Field, Shell};
use crate::domain::page_url::PageUrl;
use crate::domain::schedule::Schedule;
use crate::domain::site::{PrivateAddresses, Settings};
use crate::fetch::guard;
use crate::report::wording::number;
use crate::store::sites::{AddSiteError, NewSite};
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use look::Look;

pub(crate) mod look;

#[derive(Debug, Template)]
#[template(path = "pages/site_new.html")]
pub(crate) struct SiteNewPage {
    pub(crate) shell: Shell,
    pub(crate) form: SiteForm,
    /// What a look at the site has shown.
    pub(crate) look: Option<Look>,
    /// Requests a second, by default.
    pub(crate) rate: f64,
    /// Requests at a time, by default.
    pub(crate) concurrency: u32,
}

/// The form as it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteForm {
    pub(crate) url: Field,
    pub(crate) every: Field,
    pub(crate) cron: Field,
    pub(crate) zone: Field,
    pub(crate) allow_private: bool,
    /// What is wrong with the whole of it.
    pub(crate) refusal: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    url: String,
    every: String,
    cron: String,
    zone: String,
    allow_private: Option<String>,
    /// Only to look, and not to add it.
    look: Option<String>,
}

/// `GET /sites/new`
pub(crate) async fn show() -> Result<Html<String>, Error> {
    let every = match Settings::default().schedule {
        Schedule::Every(span) => span.to_string(),
        Schedule::Cron(_) | Schedule::Never => String::new(),
    };
    html(&SiteNewPage::new(SiteForm { every: Field { value: every, error: None }, ..SiteForm::default() }))
}

/// `POST /sites/new`
pub(crate) async fn add(
    State(app): State<AppState>,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Response, Error> {
    let Form(sent) = sent.map_err(|why| Error::Form(why.to_string()))?;
    let new = match read(&sent) {
        Ok(new) => new,
        Err(form) => return refused(StatusCode::UNPROCESSABLE_ENTITY, *form),
    };
    if sent.look.is_some() {
        let look = look::at(&app, &new).await?;
        return Ok(html(&SiteNewPage { look, ..SiteNewPage::new(SiteForm::of(&sent)) })?.into_response());
    }
    match app.store.add_site(&new, app.now()).await {
        Ok(site) => {
            app.wake.notify_one();
            Ok(Redirect::to(&format!("/sites/{}", site.id)).into_response())
        }
        Err(AddSiteError::Exists(site)) => {
            let mut form = SiteForm::of(&sent);
            form.url.error = Some(format!("{} is watched already: look on the overview.", site.origin));
            refused(StatusCode::CONFLICT, form)
        }
        Err(AddSiteError::Store(error)) => Err(error.into()),
    }
}

fn refused(status: StatusCode, mut form: SiteForm) -> Result<Response, Error> {
    let wrong = [&form.url, &form.every, &form.cron, &form.zone].iter().filter(|f| f.error.is_some()).count();
    let need = if wrong == 1 { "field needs" } else { "fields need" };
    let wrong = number(wrong as u64).to_lowercase();
    form.refusal = Some(format!("The site was not added: {wrong} {need} another look."));
    Ok((status, html(&SiteNewPage::new(form))?).into_response())
}

/// The site that was asked for, or the form with what is wrong in it.
fn read(sent: &Sent) -> Result<NewSite, Box<SiteForm>> {
    let mut form = SiteForm::of(sent);
    let mut settings = Settings::default();
    let url = form.url.take(PageUrl::parse(&with_scheme(&sent.url)));
    let schedule = match (sent.cron.trim(), sent.every.trim()) {
        ("", "") => None,
        ("", every) => form.every.take(every.parse::<Schedule>()),
        (cron, _) => form.cron.take(format!("cron {cron}").parse()),
    };
    settings.schedule = schedule.unwrap_or(settings.schedule);
    settings.time_zone = form.zone.take(zone(&sent.zone)).unwrap_or(settings.time_zone);
    if form.allow_private {
        settings.allow_private = PrivateAddresses::Allowed;
    } else if let Some(address) = url.as_ref().and_then(guard::private_literal) {
        form.url.error = Some(format!(
            "{address} is a private or local address: if it is yours, tick the box below that allows it"
        ));
    }
    match url {
        Some(start_url) if form.is_right() => Ok(NewSite { start_url, settings }),
        _ => Err(Box::new(form)),
    }
}

fn zone(name: &str) -> Result<Tz, String> {
    match name.trim() {
        "" => Ok(Tz::UTC),
        name => {
            name.parse().map_err(|_| format!("There is no time zone `{name}`: write it as Europe/Berlin"))
        }
    }
}

/// People type `shop.example`; they mean https.
fn with_scheme(url: &str) -> String {
    let url = url.trim();
    if url.is_empty() || url.contains(':') && !url.contains('.') || url.contains("://") {
        url.to_owned()
    } else {
        format!("https://{url}")
    }
}

impl SiteNewPage {
    fn new(form: SiteForm) -> Self {
        let Settings { rate, concurrency, .. } = Settings::default();
        Self { shell: Shell::inside("/sites/new"), form, look: None, rate, concurrency }
    }
}

impl SiteForm {
    fn of(sent: &Sent) -> Self {
        let field = |value: &String| Field { value: value.clone(), error: None };
        Self {
            url: field(&sent.url),
            every: field(&sent.every),
            cron: field(&sent.cron),
            zone: field(&sent.zone),
            allow_private: sent.allow_private.is_some(),
            refusal: None,
        }
    }

    fn is_right(&self) -> bool {
        [&self.url, &self.every, &self.cron, &self.zone].iter().all(|field| field.error.is_none())
    }
}

#[cfg(test)]
impl SiteNewPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let field = |value: &str, error: Option<&str>| Field {
            value: value.to_owned(),
            error: error.map(str::to_owned),
        };
        let fresh = SiteForm { every: field("6h", None), ..SiteForm::default() };
        let refused = SiteForm {
            url: field(
                "ftp://shop.example/",
                Some("`ftp://shop.example/` uses the scheme `ftp`, but only http and https can be crawled"),
            ),
            every: field("soon", Some("`soon` is not a length of time: write it as 30s, 15m, 24h or 3d")),
            cron: field("0 2 * *", Some("`0 2 * *` has 4 fields; write minute, hour, day, month, weekday")),
            zone: field("Berlin", Some("There is no time zone `Berlin`; write it as Europe/Berlin")),
            allow_private: true,
            refusal: Some("The site was not added: four fields need another look.".to_owned()),
        };
        let looked = SiteForm { url: field("https://shop.example/", None), ..fresh.clone() };
        let page =
            |form, look| Self { shell: Shell::inside("/sites/new"), form, look, rate: 5.0, concurrency: 4 };
        vec![
            ("site-new", page(fresh, None)),
            ("site-new-refused", page(refused, None)),
            ("site-new-looked", page(looked, Some(look::samples::found()))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::schedule::Schedule;
    use crate::domain::site::PrivateAddresses;
    use crate::domain::span::Span;
    use crate::web::testing::World;

    #[tokio::test]
    async fn a_site_is_added_and_shown_at_once() {
        let world = World::logged_in().await;
        assert!(world.get("/sites/new").await.body.contains("name=\"every\" value=\"24h\""));
        let woken = world.wake.notified();
        let answer = world
            .post("/sites/new", &[("url", "shop.example"), ("every", "6h"), ("allow_private", "on")])
            .await;
        let site = world.store.sites().await.unwrap().remove(0);
        assert_eq!(answer.location(), format!("/sites/{}", site.id));
        assert_eq!(site.start_url.as_str(), "https://shop.example/");
        assert_eq!(site.settings.schedule, Schedule::Every(Span::hours(6)));
        assert_eq!(site.settings.allow_private, PrivateAddresses::Allowed);
        assert_eq!(
            world.get(answer.location()).await.text("h1"),
            "The first crawl of shop.example begins in a moment."
        );
        woken.await;
    }

    #[tokio::test]
    async fn times_in_a_zone_take_the_place_of_an_interval() {
        let world = World::logged_in().await;
        let form = [
            ("url", "http://shop.example/start"),
            ("every", "6h"),
            ("cron", "0 2 * * *"),
            ("zone", "Europe/Berlin"),
        ];
        assert_eq!(world.post("/sites/new", &form).await.status, 303);
        let settings = world.store.sites().await.unwrap().remove(0).settings;
        assert_eq!(settings.schedule, Schedule::Cron("0 2 * * *".to_owned()));
        assert_eq!(settings.time_zone, chrono_tz::Europe::Berlin);
        assert_eq!(settings.allow_private, PrivateAddresses::Refused);
    }

    #[tokio::test]
    async fn what_cannot_be_taken_comes_back_with_all_that_was_typed_and_the_reason() {
        let world = World::logged_in().await;
        let form = [
            ("url", "ftp://shop.example/\"><q>"),
            ("every", "soon"),
            ("zone", "Mars"),
            ("allow_private", "on"),
        ];
        let answer = world.post("/sites/new", &form).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.text(".refusal"), "The site was not added: three fields need another look.");
        assert!(answer.text("#url-error").contains("scheme `ftp`"));
        assert!(answer.text("#every-error").contains("`soon`"));
        assert!(answer.text("#zone-error").contains("Europe/Berlin"));
        assert!(answer.body.contains("value=\"soon\"") && answer.body.contains(" checked"));
        assert!(!answer.body.contains("<q>"), "what was typed is no markup");
        assert!(world.store.sites().await.unwrap().is_empty());
        assert!(world.post("/sites/new", &[]).await.text("#url-error").contains("is not a URL"));
    }

    #[tokio::test]
    async fn a_private_address_needs_a_tick_and_the_form_says_so_at_once() {
        let world = World::logged_in().await;
        let answer = world.post("/sites/new", &[("url", "http://127.0.0.1:9100/")]).await;
        assert!(answer.text("#url-error").contains("tick the box"));
        assert!(world.store.sites().await.unwrap().is_empty());
        let ticked = [("url", "http://127.0.0.1:9100/"), ("allow_private", "on")];
        assert_eq!(world.post("/sites/new", &ticked).await.status, 303);
    }

    #[tokio::test]
    async fn a_site_that_is_watched_already_is_not_added_again() {
        let world = World::logged_in().await;
        world.site("https://shop.example/").await;
        let answer = world.post("/sites/new", &[("url", "https://shop.example/other")]).await;
        assert_eq!(answer.status, 409);
        assert!(answer.text("#url-error").contains("watched already"));
    }
}
