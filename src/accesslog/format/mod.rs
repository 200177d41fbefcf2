//! The formats of access logs: from a line to a [`Hit`].

use std::str::FromStr;

use aho_corasick::AhoCorasick;
use chrono_tz::Tz;
use thiserror::Error;

use super::client::ClientFrom;
use super::hit::Hit;

/// How the lines of a log are written.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// `combined` of nginx and Apache.
    Combined,
}

/// Why a line is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Rejected {
    /// It is of no known format.
    #[error("it is of no known format")]
    Unknown,
}

/// What was given as a format, and is none.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadFormat {
    /// No format has this name.
    #[error("`{0}` is no format of access logs")]
    Unknown(String),
}

/// What lines are read with, and what reading one line leaves behind for the next.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// Where the client stands.
    pub client_from: ClientFrom,
    /// The zone of times that name none, as HAProxy writes them.
    pub zone: Tz,
}

impl Scratch {
    /// For a log whose lines are read so.
    pub fn new(client_from: ClientFrom, zone: Tz) -> Self {
        Self { client_from, zone }
    }
}

impl Format {
    /// The format that most of these lines have.
    pub fn sniff(_sample: &[&[u8]]) -> Option<Self> {
        None
    }

    /// From a format string of nginx (`$remote_addr ...`) or Apache (`%h ...`).
    pub fn from_log_format(text: &str) -> Result<Self, BadFormat> {
        Err(BadFormat::Unknown(text.to_owned()))
    }

    /// The name by which it is asked for.
    pub fn name(&self) -> &'static str {
        "combined"
    }

    /// Reads a line.
    pub fn read<'a>(&self, _line: &'a [u8], _scratch: &mut Scratch) -> Result<Hit<'a>, Rejected> {
        Err(Rejected::Unknown)
    }
}

impl FromStr for Format {
    type Err = BadFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Err(BadFormat::Unknown(text.to_owned()))
    }
}

/// Whether a bot may have written this line: it has one of the tokens somewhere.
pub fn may_be_bot(line: &[u8], tokens: &AhoCorasick) -> bool {
    tokens.is_match(line)
}
