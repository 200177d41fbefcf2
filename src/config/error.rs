//! What can be wrong with a configuration, told such that it can be found: the file, the line, the key. No value of a secret is
//! in it, which is why a faulty line is named and not quoted.

use std::path::PathBuf;

use thiserror::Error;

/// Why a configuration is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadConfig {
    /// The file cannot be read.
    #[error("the configuration {} cannot be read ({why}): check --config and GATECRAWL_CONFIG", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A line of it cannot be used.
    #[error("{} cannot be used: line {line}, column {column}: {why}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// A variable of the environment cannot be used.
    #[error("the environment variable {name} cannot be used: {why}")]
    Environment {
        /// Its name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A setting makes no sense without another.
    #[error("[{section}] lacks {key}, without which {other} cannot be used")]
    Missing {
        /// Where.
        section: &'static str,
        /// What is missing.
        key: &'static str,
        /// What there is.
        other: &'static str,
    },
    /// The settings of a section do not fit each other.
    #[error("[{section}] cannot be used: {why}")]
    Section {
        /// Which.
        section: &'static str,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A site that the file declares cannot be used.
    #[error("the [[site]] with url = \"{url}\" cannot be used: {why}")]
    Site {
        /// As it is written.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A secret is not where the configuration says.
    #[error("the secret of {key} is not there: {why}")]
    Secret {
        /// Whose: `mail.password_file`, `secrets.chat`.
        key: String,
        /// Where it was looked for.
        why: String,
    },
}
