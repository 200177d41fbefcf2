//! What search bots met on a site, as its access logs tell: who came and how well that is founded, how often a bot came on
//! each day, its slowdown and return around outages, and the outages that bots saw.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::Shell;
use super::site::find;
use crate::chart::Drawing;
use crate::chart::tone::Tone;
use crate::web::error::{Error, html};
use crate::web::listing::{self, Choice};
use crate::web::state::AppState;
use crate::web::values::Values;
use crate::web::wording::Instant;

mod view;

#[derive(Debug, Template)]
#[template(path = "pages/bots.html")]
pub(crate) struct BotsPage {
    pub(crate) shell: Shell,
    pub(crate) host: String,
    pub(crate) site_href: String,
    /// What there is to know first, in a sentence or two; empty: no log was taken in.
    pub(crate) lede: String,
    /// Which days the tables are of.
    pub(crate) window: String,
    pub(crate) claims: Vec<ClaimRow>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) rate: Option<Rate>,
    pub(crate) paces: Vec<PaceRow>,
    /// What counts as back.
    pub(crate) back_means: String,
    pub(crate) outages: Vec<SeenRow>,
}

/// Hits of a bot, or of those who say they are it.
#[derive(Debug, Clone)]
pub(crate) struct ClaimRow {
    pub(crate) bot: String,
    pub(crate) founded: &'static str,
    pub(crate) hits: String,
    pub(crate) healthy: String,
    pub(crate) gone: String,
    pub(crate) failing: String,
    pub(crate) any_failing: bool,
    pub(crate) share: String,
}

/// How often a bot came.
#[derive(Debug, Clone)]
pub(crate) struct Rate {
    pub(crate) title: String,
    pub(crate) drawing: Drawing,
    pub(crate) values: Values,
    pub(crate) note: String,
}

/// A bot's pace around one outage.
#[derive(Debug, Clone)]
pub(crate) struct PaceRow {
    pub(crate) href: String,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) began: Instant,
    pub(crate) before: String,
    pub(crate) during: String,
    pub(crate) after: String,
    pub(crate) back: String,
}

/// An outage that a bot saw.
#[derive(Debug, Clone)]
pub(crate) struct SeenRow {
    pub(crate) href: String,
    pub(crate) tone: Tone,
    pub(crate) bot: String,
    pub(crate) title: String,
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    pub(crate) lasted: String,
    pub(crate) urls: String,
}

/// What the address asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    bot: Option<String>,
}

/// `GET /sites/{id}/bots`
pub(crate) async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Html<String>, Error> {
    let site = find(&app, &id).await?;
    let wanted = listing::wanted(query)?;
    html(&view::page(&app, site, wanted.bot.as_deref()).await?)
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
