//! All sites at a glance, the worst first: one sentence, and a line for each.
//!
//! With many sites, those that are healthy are folded away: at three in the morning the four that are not should not
//! have to be looked for among two hundred.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::Shell;
use crate::chart::Svg;
use crate::chart::tone::Tone;
use crate::report::wording::headline::Headline;
use crate::web::error::{Error, html};
use crate::web::state::AppState;
use crate::web::status::Status;

pub(crate) mod view;

#[derive(Debug, Template)]
#[template(path = "pages/overview.html")]
pub(crate) struct OverviewPage {
    pub(crate) shell: Shell,
    pub(crate) headline: Headline,
    pub(crate) tone: Tone,
    pub(crate) lede: String,
    /// Worst first.
    pub(crate) rows: Vec<SiteRow>,
    /// Healthy sites, when there are many.
    pub(crate) folded: Vec<SiteRow>,
    pub(crate) folded_label: String,
}

/// One site.
#[derive(Debug, Clone)]
pub(crate) struct SiteRow {
    pub(crate) href: String,
    pub(crate) host: String,
    pub(crate) tone: Tone,
    /// What is happening, in a sentence.
    pub(crate) story: String,
    /// The last 90 days.
    pub(crate) strip: Svg,
    /// Outages in that time, by what they came to.
    pub(crate) tallies: Vec<(Tone, String)>,
    /// The share of its known URLs that fails.
    pub(crate) failing: String,
    /// "of 4,812".
    pub(crate) of: String,
    /// "in 2 h".
    pub(crate) next: String,
}

/// `GET /`
pub(crate) async fn show(State(app): State<AppState>) -> Result<Html<String>, Error> {
    let mut sites = Vec::new();
    for site in app.store.sites().await? {
        sites.push(Status::of(&app, site).await?);
    }
    html(&view::page(sites))
}

#[cfg(test)]
pub(crate) mod samples;
