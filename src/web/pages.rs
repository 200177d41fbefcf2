//! The pages, one file each: what it shows, ready as text, and below it how it is made.
//!
//! A page's struct holds strings and drawings; its template holds no arithmetic. The samples are the pages with nothing,
//! a little and a lot on them; the tests in `gallery` render all of them.

pub(crate) mod about;
pub(crate) mod account;
pub(crate) mod bots;
pub(crate) mod crawl;
pub(crate) mod crawls;
pub(crate) mod login;
pub(crate) mod message;
pub(crate) mod messages;
pub(crate) mod outage;
pub(crate) mod outages;
pub(crate) mod overview;
pub(crate) mod public_status;
pub(crate) mod recipients;
pub(crate) mod setup;
pub(crate) mod site;
pub(crate) mod site_new;
pub(crate) mod site_remove;
pub(crate) mod site_settings;
pub(crate) mod storage;
pub(crate) mod tokens;
pub(crate) mod unsubscribe;
pub(crate) mod url;
pub(crate) mod urls;
pub(crate) mod users;

#[cfg(test)]
mod gallery;

use chrono::TimeDelta;

use super::error::Error;
use super::state::AppState;
use super::{auth, demo};
use crate::domain::egress::Silence;
use crate::domain::role::Role;

/// What surrounds every page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shell {
    /// Somebody is logged in: there is a menu.
    pub(crate) signed_in: bool,
    /// Who reads it may change things: there are buttons.
    pub(crate) may_change: bool,
    /// The menu entry that this page is.
    pub(crate) here: &'static str,
    /// What Gatecrawl is doing right now.
    pub(crate) activity: Option<String>,
    /// Gatecrawl cannot do its work; it is said on every page.
    pub(crate) alarm: Option<String>,
    /// What a reader must know of Gatecrawl itself before anything else.
    pub(crate) notice: Option<String>,
}

impl Shell {
    /// Around a page that needs no session.
    pub(crate) fn outside() -> Self {
        Self::default()
    }

    /// Around a page of somebody who is logged in.
    pub(crate) fn inside(here: &'static str) -> Self {
        let may_change = auth::caller_role() == Some(Role::Admin);
        Self { signed_in: true, may_change, here, alarm: auth::alarm(), ..Self::default() }
    }

    /// Whether what it surrounds is a page of a demo.
    #[expect(clippy::unused_self, reason = "the template asks what surrounds it")]
    pub(crate) fn is_demo(&self) -> bool {
        demo::is_on()
    }

    /// Around a page that everybody may get: with a menu for those who are logged in.
    pub(crate) fn of_caller() -> Self {
        if auth::caller_role().is_some() { Self::inside("") } else { Self::outside() }
    }
}

/// When our own connection was down in the last week.
pub(crate) async fn silences(app: &AppState) -> Result<Vec<Silence>, Error> {
    Ok(app.store.silences(app.now() - TimeDelta::days(7)).await?)
}

/// A field of a form: what was typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    /// As it was typed.
    pub(crate) value: String,
    /// Why it cannot be taken.
    pub(crate) error: Option<String>,
}

impl Field {
    /// The value that was read from it; when it could not be, the reason is kept.
    pub(crate) fn take<T, E: std::fmt::Display>(&mut self, read: Result<T, E>) -> Option<T> {
        read.map_err(|why| self.error = Some(why.to_string())).ok()
    }
}
