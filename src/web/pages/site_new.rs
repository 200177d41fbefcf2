//! The form that adds a site. What cannot be taken comes back with all that was typed, and with the reason beside it.

use askama::Template;

use super::{Field, Shell};

#[derive(Debug, Template)]
#[template(path = "pages/site_new.html")]
pub(crate) struct SiteNewPage {
    pub(crate) shell: Shell,
    pub(crate) form: SiteForm,
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
        let page = |form| Self { shell: Shell::inside("/sites/new"), form, rate: 5.0, concurrency: 4 };
        vec![("site-new", page(fresh)), ("site-new-refused", page(refused))]
    }
}
