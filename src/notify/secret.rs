//! What must not be read over anybody's shoulder: passwords, signing keys, tokens, the addresses of chats. It keeps them out of
//! logs, errors and JSON; it does not keep them out of memory.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is shown in place of a secret.
const HIDDEN: &str = "***";

/// A text that shows itself to nobody who does not ask for it by [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// Where something else than a text stands, it may be a password without its quotes; so it is not told what it is.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer);
        text.map(Self).map_err(|_| D::Error::custom("a secret is a text: put it in quotes"))
    }
}

/// Secrets by the names under which recipients speak of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secrets(BTreeMap<String, Secret>);

impl Secrets {
    /// The secret of this name.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// The names that there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl FromIterator<(String, Secret)> for Secrets {
    fn from_iter<T: IntoIterator<Item = (String, Secret)>>(named: T) -> Self {
        Self(named.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_no_form_but_that_which_was_asked_for() {
        let secret = Secret::new("tiger");
        for shown in [format!("{secret}"), format!("{secret:?}"), serde_json::to_string(&secret).unwrap()] {
            assert!(!shown.contains("tiger"), "{shown}");
            assert!(shown.contains(HIDDEN), "{shown}");
        }
        assert_eq!(secret.expose(), "tiger");
        let all = Secrets::from_iter([("chat".to_owned(), secret)]);
        assert!(!format!("{all:?}").contains("tiger"));
    }
}
