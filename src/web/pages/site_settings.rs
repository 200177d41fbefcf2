//! The settings of a site as a form: how it is crawled, and by which lines its outages are judged.
//!
//! The fields are the rows of `domain::site::KEYS` and the policy's rules, so that a setting that is added there is on
//! this page, with its basis. All of what was typed is taken, or none.

use std::collections::HashMap;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::site::find;
use super::{Field, Shell};
use crate::domain::policy::{RULES, Rule};
use crate::domain::site::{BadSetting, KEYS, Key, Settings, Site};
use crate::report::wording::number;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::wording::{Tag, host};

#[derive(Debug, Template)]
#[template(path = "pages/site_settings.html")]
pub(crate) struct SiteSettingsPage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) host: String,
    /// The configuration declares the site: it is read here, and changed there.
    pub(crate) is_declared: bool,
    /// What is wrong with the whole of it.
    pub(crate) refusal: Option<String>,
    pub(crate) crawling: Vec<Setting>,
    pub(crate) judging: Vec<Setting>,
}

/// One field.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    /// The key as people say it.
    pub(crate) name: String,
    pub(crate) about: &'static str,
    pub(crate) field: Field,
    pub(crate) default: String,
    /// Where a threshold comes from.
    pub(crate) tag: Option<Tag>,
}

/// `GET /sites/{id}/settings`
pub(crate) async fn show(State(app): State<AppState>, Path(id): Path<String>) -> Result<Html<String>, Error> {
    let site = find(&app, &id).await?;
    html(&page(&site, &HashMap::new(), &HashMap::new()))
}

/// `POST /sites/{id}/settings`
pub(crate) async fn change(
    State(app): State<AppState>,
    Path(id): Path<String>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Result<Response, Error> {
    let Form(typed) = form.map_err(|why| Error::Form(why.to_string()))?;
    let mut site = find(&app, &id).await?;
    if site.declared {
        return Err(Error::Declared);
    }
    let mut changed = site.settings.clone();
    let mut wrong = HashMap::new();
    for (key, value) in &typed {
        match changed.set(key, value.trim()) {
            Ok(()) => {}
            Err(BadSetting::UnknownKey(key)) => {
                return Err(Error::Form(format!("there is no setting {key}")));
            }
            Err(why) => {
                wrong.insert(key.clone(), why.to_string());
            }
        }
    }
    if !wrong.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(&site, &typed, &wrong))?).into_response());
    }
    site.take_settings(changed, app.now());
    app.store.update_site(&site).await?;
    app.wake.notify_one();
    Ok(Redirect::to(&format!("/sites/{}", site.id)).into_response())
}

/// The page with what was typed in place of what is set, and what is wrong with it.
fn page(site: &Site, typed: &HashMap<String, String>, wrong: &HashMap<String, String>) -> SiteSettingsPage {
    let (set, defaults) = (values(&site.settings), values(&Settings::default()));
    let setting = |key: &'static str, about, tag| {
        let value = typed.get(key).or_else(|| set.get(key)).cloned().unwrap_or_default();
        Setting {
            key,
            name: sentence(key),
            about,
            field: Field { value, error: wrong.get(key).cloned() },
            default: defaults.get(key).cloned().unwrap_or_default(),
            tag,
        }
    };
    let need = if wrong.len() == 1 { "field needs" } else { "fields need" };
    let count = number(wrong.len() as u64).to_lowercase();
    SiteSettingsPage {
        shell: Shell::inside(""),
        href: format!("/sites/{}", site.id),
        host: host(&site.origin).to_owned(),
        is_declared: site.declared,
        refusal: (!wrong.is_empty()).then(|| format!("Nothing was changed: {count} {need} another look.")),
        crawling: KEYS.iter().map(|row: &Key| setting(row.key, row.about, None)).collect(),
        judging: RULES
            .iter()
            .map(|rule: &Rule| setting(rule.key, rule.about, Some(Tag::from(rule))))
            .collect(),
    }
}

fn values(settings: &Settings) -> HashMap<&'static str, String> {
    settings.values().into_iter().collect()
}

/// `persistent_after` as `Persistent after`.
pub(super) fn sentence(key: &str) -> String {
    let words = key.replace('_', " ").replace("urls", "URLs").replace("googlebot", "Googlebot");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::domain::observation::SiteId;
    use crate::domain::page_url::PageUrl;

    pub(crate) fn all() -> Vec<(&'static str, SiteSettingsPage)> {
        let start_url = PageUrl::parse("https://shop.example/").unwrap();
        let site = Site {
            id: SiteId(1),
            origin: start_url.origin(),
            start_url,
            settings: Settings::default(),
            paused: false,
            declared: false,
            created_at: chrono::DateTime::UNIX_EPOCH,
            next_crawl_at: None,
        };
        let declared = Site { declared: true, ..site.clone() };
        let typed = HashMap::from([("rate".to_owned(), "<b>fast</b>".to_owned())]);
        let why = "setting rate=<b>fast</b>: give requests a second, from 0 (no limit) to 10000";
        let wrong = HashMap::from([("rate".to_owned(), why.to_owned())]);
        vec![
            ("site-settings", page(&site, &HashMap::new(), &HashMap::new())),
            ("site-settings-declared", page(&declared, &HashMap::new(), &HashMap::new())),
            ("site-settings-refused", page(&site, &typed, &wrong)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedule::Schedule;
    use crate::domain::span::Span;
    use crate::web::testing::World;

    async fn world() -> World {
        let world = World::logged_in().await;
        world.site("https://shop.example/").await;
        world
    }

    async fn settings(world: &World) -> Settings {
        world.store.sites().await.unwrap().remove(0).settings
    }

    #[tokio::test]
    async fn every_setting_is_a_field_and_every_threshold_names_its_basis() {
        let page = world().await.get("/sites/1/settings").await;
        for (key, value) in Settings::default().values() {
            assert!(page.body.contains(&format!("name=\"{key}\" value=\"{value}\"")), "{key}");
        }
        assert_eq!(page.body.matches("class=\"basis\"").count(), RULES.len());
    }

    #[tokio::test]
    async fn what_is_typed_is_taken_and_a_new_schedule_holds_at_once() {
        let world = world().await;
        let form = [("schedule", "every 6h"), ("rate", " 2.5 "), ("persistent_after", "36h")];
        assert_eq!(world.post("/sites/1/settings", &form).await.location(), "/sites/1");
        let settings = settings(&world).await;
        assert_eq!((settings.rate, settings.policy.persistent_after), (2.5, Span::hours(36)));
        assert_eq!(settings.schedule, Schedule::Every(Span::hours(6)));
        let next = world.store.sites().await.unwrap().remove(0).next_crawl_at.unwrap();
        assert_eq!(next - crate::web::testing::start(), chrono::TimeDelta::hours(6));
    }

    #[tokio::test]
    async fn one_wrong_field_changes_nothing_and_keeps_what_was_typed() {
        let world = world().await;
        let before = settings(&world).await;
        let form = [("rate", "9"), ("brief_max", "soon\"><q>"), ("concurrency", "0")];
        let refused = world.post("/sites/1/settings", &form).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.text(".refusal"), "Nothing was changed: two fields need another look.");
        assert!(refused.text("#concurrency-error").contains("1 to 256"));
        assert!(refused.body.contains("name=\"rate\" value=\"9\"") && !refused.body.contains("<q>"));
        assert_eq!(settings(&world).await, before);
        assert_eq!(world.post("/sites/1/settings", &[("speed", "1")]).await.status, 400);
        assert_eq!(world.post("/sites/9/settings", &form).await.status, 404);
    }
}
