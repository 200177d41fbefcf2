//! Asks before a site and its history are thrown away.

use askama::Template;

use super::Shell;

#[derive(Debug, Template)]
#[template(path = "pages/site_remove.html")]
pub(crate) struct SiteRemovePage {
    pub(crate) shell: Shell,
    pub(crate) href: String,
    pub(crate) host: String,
    /// What goes with it: "4,812 URLs and 7 outages."
    pub(crate) loses: String,
}

#[cfg(test)]
impl SiteRemovePage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = Self {
            shell: Shell::inside(""),
            href: "/sites/1".to_owned(),
            host: "shop.example".to_owned(),
            loses: "Its 4,812 URLs and 17 outages go with it.".to_owned(),
        };
        vec![("site-remove", page)]
    }
}
