//! What can go wrong in a handler, and what the reader is told: a page with a way on. What went wrong inside is logged
//! once, here, and never shown.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use thiserror::Error;

use super::front;
use super::pages::Shell;
use super::pages::message::MessagePage;
use crate::store::{StoreError, Trouble};

/// Why a request did not get what it asked for.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// Nobody is logged in; afterwards the reader goes on to this path.
    #[error("nobody is logged in")]
    LoginNeeded {
        /// Where the reader wanted to go.
        next: String,
    },
    /// Somebody asks for what their role does not allow.
    #[error("the role does not allow it")]
    NotAllowed,
    /// A program brings no token, or one that does not work.
    #[error("there is no token that works")]
    TokenNeeded,
    /// A site is to be changed here that is declared elsewhere.
    #[error("the configuration declares this site")]
    Declared,
    /// There is no such page, site or outage.
    #[error("there is no such page")]
    NotFound,
    /// The one-time link has been used, or never was one.
    #[error("the set-up link is not valid")]
    SetupLink,
    /// The one-time link of a demo has been used, or never was one.
    #[error("the link of the demo is not valid")]
    DemoLink,
    /// A form was sent from another website.
    #[error("the request comes from another website")]
    CrossSite,
    /// The form is not one of ours, or too large.
    #[error("the form cannot be read: {0}")]
    Form(String),
    /// An address asks what there is not; why.
    #[error("the address asks what there is not: {0}")]
    Query(String),
    /// Rows could not be written as CSV.
    #[error("the export could not be written: {0}")]
    Export(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A page could not be put together.
    #[error("a page could not be rendered: {0}")]
    Render(#[from] askama::Error),
    /// What was uploaded is larger than what is taken.
    #[error("the upload is larger than {0} bytes")]
    TooLarge(u64),
    /// What was uploaded is no access log.
    #[error("the upload holds no line of an access log: {0}")]
    NoLog(String),
    /// A log could not be taken in.
    #[error("a log could not be taken in: {0}")]
    Import(String),
    /// A site could not be looked at.
    #[error("a site could not be looked at: {0}")]
    Look(String),
    /// A password could not be hashed, or no random bytes were to be had.
    #[error("a secret could not be made: {0}")]
    Secret(String),
}

impl Error {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::LoginNeeded { .. } => StatusCode::SEE_OTHER,
            Self::NotFound | Self::SetupLink | Self::DemoLink => StatusCode::NOT_FOUND,
            Self::CrossSite | Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::TokenNeeded => StatusCode::UNAUTHORIZED,
            Self::Form(_) | Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::Declared => StatusCode::CONFLICT,
            Self::Store(error) if lacks_room(error) => StatusCode::INSUFFICIENT_STORAGE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoLog(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Store(_)
            | Self::Render(_)
            | Self::Secret(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::Look(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Title and text for the reader.
    pub(crate) fn told(&self) -> (&'static str, &'static str) {
        match self {
            Self::LoginNeeded { .. } => ("Log in first", "This page is for those who have an account."),
            Self::NotAllowed => (
                "That is for admins",
                "Your account or token looks at everything and changes nothing. An admin can give it the other role.",
            ),
            Self::Declared => (
                "The configuration declares this site",
                "It is changed and removed there: Gatecrawl reads the file again at its next start, or at SIGHUP.",
            ),
            Self::Store(error) if lacks_room(error) => (
                "That could not be stored",
                "The disk of Gatecrawl is full, over its quota, or failing. Nothing was changed: make room, and try again.",
            ),
            Self::TokenNeeded => (
                "A token is needed",
                "Send one that works as Authorization: Bearer TOKEN. An admin makes them on the settings page, or with gatecrawl token create.",
            ),
            Self::NotFound => (
                "There is no such page",
                "The site or outage may have been removed, or the address is incomplete.",
            ),
            Self::SetupLink => (
                "This set-up link does not work",
                "It works once, and the newest one alone. If there is an account already, log in; if not, start Gatecrawl again and open the link that it prints.",
            ),
            Self::DemoLink => (
                "This link has been used",
                "It works once. In the browser that opened it, the overview is still open to you; for another one, start the demo again.",
            ),
            Self::CrossSite => (
                "That came from another website",
                "Gatecrawl takes forms from its own pages only. If this was one of them, the proxy in front changes the Host or Origin header: let it pass both on unchanged.",
            ),
            Self::Form(_) => {
                ("That form cannot be read", "Go back, load the page again and send it once more.")
            }
            Self::TooLarge(_) => (
                "That log is too large",
                "Send it packed (gz, zst, bz2), or in pieces: a line that is sent twice counts once. Nothing was taken in.",
            ),
            Self::NoLog(_) => (
                "That is no access log",
                "No line of it is of a known format: name the format with ?format=. Nothing was taken in.",
            ),
            Self::Query(_) => (
                "That address asks what there is not",
                "A filter, an order or a page in it is none that this list has. Go back to the list and choose from it.",
            ),
            Self::Store(_)
            | Self::Render(_)
            | Self::Secret(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::Look(_) => (
                "That did not work",
                "The fault is on our side, and the log of Gatecrawl says more. Trying again does no harm.",
            ),
        }
    }
}

/// A quota and a limit on files are told by the engine as a disk that fails.
fn lacks_room(error: &StoreError) -> bool {
    matches!(error.trouble(), Some(Trouble::Full | Trouble::Disk))
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::LoginNeeded { next } = &self {
            return Redirect::to(&login_path(next)).into_response();
        }
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a page failed");
        }
        let (title, text) = self.told();
        let page = MessagePage {
            shell: Shell::of_caller(),
            status: status.as_u16(),
            title,
            text: text.to_owned(),
            way_on: ("/", "To the overview"),
        };
        // When even this page cannot be rendered, its title is all there is to say.
        let html = page.render().unwrap_or_else(|_| title.to_owned());
        (status, Html(front::moved(html))).into_response()
    }
}

/// The login page that leads back to where one wanted to go.
fn login_path(next: &str) -> String {
    if next == "/" {
        return "/login".to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("/login?{query}")
}

/// A page as an answer.
pub(crate) fn html(page: &impl Template) -> Result<Html<String>, Error> {
    Ok(Html(front::moved(page.render()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_inside_is_not_shown() {
        let error = Error::Secret("/etc/passwd".to_owned());
        assert!(error.to_string().contains("/etc/passwd"));
        assert!(!format!("{:?}", error.told()).contains("/etc/passwd"));
    }

    #[test]
    fn after_the_login_one_is_where_one_wanted_to_be() {
        assert_eq!(login_path("/"), "/login");
        assert_eq!(login_path("/outages/7?page=2"), "/login?next=%2Foutages%2F7%3Fpage%3D2");
    }
}
