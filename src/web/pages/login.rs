//! The door: name and password.

use askama::Template;

use super::Shell;

#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub(crate) struct LoginPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    /// Where to go afterwards: a path of this dashboard.
    pub(crate) next: String,
    pub(crate) refusal: Option<String>,
}

#[cfg(test)]
impl LoginPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |name: &str, refusal: Option<&str>| Self {
            shell: Shell::outside(),
            name: name.to_owned(),
            next: "/".to_owned(),
            refusal: refusal.map(str::to_owned),
        };
        vec![
            ("login", page("", None)),
            (
                "login-refused",
                page(
                    "nadia",
                    Some(
                        "That name and password do not go together. Check both, or set a new password on the server.",
                    ),
                ),
            ),
        ]
    }
}
