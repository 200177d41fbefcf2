//! A page that says that something did not work, and what to do instead.

use askama::Template;

use super::Shell;

#[derive(Debug, Template)]
#[template(path = "pages/message.html")]
pub(crate) struct MessagePage {
    pub(crate) shell: Shell,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    pub(crate) text: String,
    /// A link: where to, and its words.
    pub(crate) way_on: (&'static str, &'static str),
}

#[cfg(test)]
impl MessagePage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |status, title, text: &str| Self {
            shell: Shell::inside(""),
            status,
            title,
            text: text.to_owned(),
            way_on: ("/", "To the overview"),
        };
        vec![
            (
                "message-404",
                page(
                    404,
                    "There is no such page",
                    "The site or outage may have been removed, or the address is incomplete.",
                ),
            ),
            (
                "message-500",
                page(
                    500,
                    "That did not work",
                    "The fault is on our side, and the log of Gatecrawl says more. Trying again does no harm.",
                ),
            ),
        ]
    }
}
