//! The first page ever seen: it makes the first account. Its address carries a token that is printed once, on the
//! machine itself.

use askama::Template;

use super::Shell;

#[derive(Debug, Template)]
#[template(path = "pages/setup.html")]
pub(crate) struct SetupPage {
    pub(crate) shell: Shell,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) refusal: Option<String>,
}

#[cfg(test)]
impl SetupPage {
    pub(crate) fn samples() -> Vec<(&'static str, Self)> {
        let page = |name: &str, refusal: Option<&str>| Self {
            shell: Shell::outside(),
            token: "0123".to_owned(),
            name: name.to_owned(),
            refusal: refusal.map(str::to_owned),
        };
        vec![
            ("setup", page("", None)),
            ("setup-refused", page("nadia", Some("The password has 6 characters; at least 10 are needed."))),
        ]
    }
}
