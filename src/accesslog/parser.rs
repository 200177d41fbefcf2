//! Lines to hits, whatever stands in a log: mixed formats, directives, blank lines, and what is no access log at all.
//!
//! The decision that a reader would question: the format of the line before is not tried first. What a line means must not
//! depend on where a file happens to be cut into pieces, or reading it twice would give two results.

use chrono_tz::Tz;

use super::client::ClientFrom;
use super::format::{Columns, Format, Rejected, Scratch, body, why, wrapped};
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
    /// A request, and the name of the format that it has.
    Hit(Hit<'a>, &'static str),
    /// It says how the following lines are written.
    Directive,
    /// Nothing.
    Blank,
}

/// A longer line is no request; it is never held in memory.
pub const LONGEST_LINE: usize = 1 << 20;

/// Reads the lines of one log, one after the other.
#[derive(Debug)]
pub struct Parser {
    /// Lines are of this format alone.
    is_named: bool,
    /// What most lines are.
    format: Option<Format>,
    /// What the last directive says of those behind it.
    declared: Option<Format>,
    scratch: Scratch,
}

impl Parser {
    /// For a log that is read so.
    pub fn new(options: &Options) -> Self {
        let scratch = Scratch::new(options.client_from.clone(), options.zone);
        Self { is_named: options.format.is_some(), format: options.format.clone(), declared: None, scratch }
    }

    /// Begins with another log, or a piece of it: most of its lines are of this format, and the directive above it is this.
    pub fn begin(&mut self, sniffed: Option<&Format>, directive: Option<&[u8]>) {
        if !self.is_named {
            self.format = sniffed.cloned();
        }
        self.declared = directive.and_then(declared);
    }

    /// Reads a line, without its line feed.
    pub fn read<'a>(&mut self, line: &'a [u8]) -> Result<Line<'a>, Rejected> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.first() {
            None => return Ok(Line::Blank),
            Some(b'#') => {
                self.declared = declared(line).or(self.declared.take());
                return Ok(Line::Directive);
            }
            Some(0xef) if line.starts_with("\u{feff}".as_bytes()) => return self.read(&line[3..]),
            Some(_) if line.len() > LONGEST_LINE => return Err(Rejected::TooLong),
            Some(_) if line.trim_ascii().is_empty() => return Ok(Line::Blank),
            Some(_) => {}
        }
        let inner = body(line).unwrap_or(line);
        let expected = self.declared.as_ref().filter(|_| self.follows()).or(self.format.as_ref());
        let first = match expected {
            Some(format) => match format.read(inner, &mut self.scratch) {
                Ok(hit) => return Ok(Line::Hit(hit, format.name())),
                Err(fault) => fault,
            },
            None => Rejected::Unknown,
        };
        self.read_otherwise(line, inner, first)
    }

    /// Whether directives are followed: not where another format was named.
    fn follows(&self) -> bool {
        !self.is_named || matches!(self.format, Some(Format::W3c(_)))
    }

    /// Reads a line that the expected format does not take, as all other formats; with what seems to carry it at last.
    fn read_otherwise<'a>(
        &mut self,
        line: &'a [u8],
        inner: &'a [u8],
        first: Rejected,
    ) -> Result<Line<'a>, Rejected> {
        let mut fault = first;
        let whole = (line.len() > inner.len()).then_some(line);
        for line in [inner].into_iter().chain(whole) {
            let others = Format::all().filter(|_| !self.is_named);
            for format in self.format.iter().chain(others.map(|format| -> &Format { format })) {
                match format.read(line, &mut self.scratch) {
                    Ok(hit) => return Ok(Line::Hit(hit, format.name())),
                    // What is of an error log is so in every format.
                    Err(foreign @ Rejected::Foreign(_)) => fault = foreign,
                    Err(_) => {}
                }
            }
        }
        match wrapped(inner) {
            // What is in it is no wrapper again, so that this ends.
            Some(carried) if wrapped(carried.as_bytes()).is_none() => self.read_carried(&carried),
            _ => Err(why(inner, fault)),
        }
    }

    /// Reads a line that is not part of its file as it stands.
    fn read_carried(&mut self, line: &str) -> Result<Line<'static>, Rejected> {
        match self.read(line.as_bytes())? {
            Line::Hit(hit, format) => Ok(Line::Hit(hit.into_owned(), format)),
            Line::Directive => Ok(Line::Directive),
            Line::Blank => Ok(Line::Blank),
        }
    }
}

fn declared(line: &[u8]) -> Option<Format> {
    Columns::declared(line).map(|columns| Format::W3c(columns.into()))
}
