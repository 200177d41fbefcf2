//! Why a text is not an address that can be crawled, in words that say how to write one.

use thiserror::Error;

/// Why a text is not an address that can be crawled.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadUrl {
    /// It is not a URL at all.
    #[error("`{text}` is not a URL ({why}): write it as https://www.example.com/")]
    Syntax {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// `mailto:`, `ftp:` and the like.
    #[error("`{text}` uses the scheme `{scheme}`, but only http and https can be crawled")]
    Scheme {
        /// What was given.
        text: String,
        /// Its scheme.
        scheme: String,
    },
    /// `https:///path`.
    #[error("`{text}` has no host: write it as https://www.example.com/")]
    NoHost {
        /// What was given.
        text: String,
    },
}

pub(super) fn syntax(text: &str, error: url::ParseError) -> BadUrl {
    match error {
        url::ParseError::EmptyHost => BadUrl::NoHost { text: text.to_owned() },
        other => BadUrl::Syntax { text: text.to_owned(), why: other.to_string() },
    }
}
