//! Lines to hits, whatever stands in a log: mixed formats, directives, blank lines, and what is no access log at all.

use chrono_tz::Tz;

use super::client::ClientFrom;
use super::format::{Format, Rejected, Scratch};
use super::hit::Hit;

/// How a log is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The format that was named; `None`: each file's is found out, and lines of others are taken too.
    pub format: Option<Format>,
    /// Where the client stands.
    pub client_from: ClientFrom,
    /// The zone of times that name none.
    pub zone: Tz,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: None, client_from: ClientFrom::default(), zone: Tz::UTC }
    }
}

/// What a line is, when it is not rejected.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a line is looked at once and never kept")]
pub enum Line<'a> {
    /// A request.
    Hit(Hit<'a>),
    /// It says how the following lines are written.
    Directive,
    /// Nothing.
    Blank,
}

/// Reads the lines of one log, one after the other.
#[derive(Debug)]
pub struct Parser {
    format: Option<Format>,
    scratch: Scratch,
}

impl Parser {
    /// For a log that is read so.
    pub fn new(options: &Options) -> Self {
        let scratch = Scratch::new(options.client_from.clone(), options.zone);
        Self { format: options.format.clone(), scratch }
    }

    /// Reads a line, without its line feed.
    pub fn read<'a>(&mut self, line: &'a [u8]) -> Result<Line<'a>, Rejected> {
        let format = self.format.as_ref().ok_or(Rejected::Unknown)?;
        format.read(line, &mut self.scratch).map(Line::Hit)
    }
}
