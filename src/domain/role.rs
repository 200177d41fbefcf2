//! What an account or a token may do. There are two roles, because two questions are asked: may one look, and may one
//! change something.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What somebody may do; the greater one may do all that the lesser one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// To look at everything, and to change their own password.
    Viewer,
    /// To change everything.
    Admin,
}

/// A word that names no role.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no role `{0}`: it is `viewer` (looks at everything) or `admin` (changes everything)")]
pub struct NoRole(String);

/// The roles and their words.
const ROLES: [(Role, &str); 2] = [(Role::Viewer, "viewer"), (Role::Admin, "admin")];

impl Role {
    /// `viewer` or `admin`.
    pub fn word(self) -> &'static str {
        ROLES.iter().find(|(role, _)| *role == self).map_or("", |(_, word)| word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(word: &str) -> Result<Self, NoRole> {
        let found = ROLES.iter().find(|(_, w)| *w == word).map(|(role, _)| *role);
        found.ok_or_else(|| NoRole(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_admin_may_do_all_that_a_viewer_may() {
        assert!(Role::Admin > Role::Viewer);
        for (role, word) in ROLES {
            assert_eq!((word.parse(), role.to_string()), (Ok(role), word.to_owned()));
        }
        assert!("root".parse::<Role>().unwrap_err().to_string().contains("`viewer`"));
    }
}
