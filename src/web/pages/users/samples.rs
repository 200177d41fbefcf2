//! The users, one of them, and the last admin.

use chrono::TimeDelta;

use super::*;

/// As the gallery renders them: two templates.
#[derive(Debug)]
pub(crate) enum Sample {
    Users(UsersPage),
    User(UserPage),
}

impl Sample {
    pub(crate) fn render(&self) -> askama::Result<String> {
        match self {
            Self::Users(page) => page.render(),
            Self::User(page) => page.render(),
        }
    }
}

pub(crate) fn all() -> Vec<(&'static str, Sample)> {
    let now = "2026-11-23T03:00:00Z".parse().unwrap();
    let row = |name: &str, role, is_self, seen: Option<i64>| UserRow {
        href: href(name),
        name: name.to_owned(),
        role,
        is_self,
        since: Instant::minute(now - TimeDelta::days(40), UTC, now),
        seen: seen.map(|hours| Instant::minute(now - TimeDelta::hours(hours), UTC, now)),
    };
    let users = UsersPage {
        shell: Shell::inside("/settings"),
        title: "3 users".to_owned(),
        users: vec![
            row("<b>anna</b>", Role::Viewer, false, None),
            row("nadia", Role::Admin, true, Some(0)),
            row("ola", Role::Viewer, false, Some(30)),
        ],
        refusal: Some("The password has 6 characters; at least 10 are needed.".to_owned()),
        done: None,
        typed: "timur".to_owned(),
    };
    let account =
        Account { id: 1, name: "nadia".to_owned(), password_hash: String::new(), role: Role::Admin };
    let last = user(&account, Some("This is the only admin: nobody could change anything afterwards."));
    vec![("users", Sample::Users(users)), ("user-last-admin", Sample::User(last))]
}
