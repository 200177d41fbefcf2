//! Lines that are written by a pattern: fields with fixed text between them, as `log_format` of nginx and `LogFormat` of
//! Apache describe them. Most formats of plain text are such patterns.
//!
//! The decision that a reader would question: where a field ends is told by what the pattern has behind it, not by what the
//! field should look like. So a strange value spoils its own field, not the line.

mod apache;
mod nginx;
pub(super) mod trailing;

pub(super) use nginx::variable;

use memchr::{memchr, memchr_iter, memmem};

use super::draft::Draft;
use super::field::{Field, Value};
use super::text::Escapes;
use super::{BadFormat, Rejected, Scratch};
use crate::accesslog::client::ClientFrom;
use crate::accesslog::hit::Hit;
use crate::diagnosis::gateway::Gateway;

/// A pattern, ready to read lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    name: &'static str,
    gateway: Option<Gateway>,
    /// What stands before the first field.
    head: Box<[u8]>,
    steps: Vec<Step>,
    /// Fields that no pattern names may follow, and are guessed at.
    may_go_on: bool,
}

/// A field, and what ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    /// The variable or header, in lower case.
    name: Box<str>,
    field: Field,
    /// What stands behind it; empty at the end of the line.
    until: Box<[u8]>,
    is_quoted: bool,
}

/// A field of a pattern that is being put together.
struct Piece {
    name: String,
    field: Field,
    /// The text that follows.
    until: Vec<u8>,
}

impl Pattern {
    /// From a format string of nginx or Apache, alone or as the whole directive.
    pub(super) fn parse(text: &str) -> Result<Self, BadFormat> {
        let string = strings_of(text);
        let (gateway, (head, pieces)) = if string.contains('$') {
            (Gateway::Nginx, nginx::pieces(&string)?)
        } else if string.contains('%') {
            (Gateway::Apache, apache::pieces(&string)?)
        } else {
            return Err(bad(text, "it has no variable of nginx ($status) and no directive of Apache (%s)"));
        };
        let pattern = Self::of("custom", Some(gateway), head, pieces);
        pattern.check(text)?;
        Ok(pattern)
    }

    /// One of our own, written in the syntax of nginx.
    pub(super) fn named(
        name: &'static str,
        gateway: Option<Gateway>,
        text: &str,
        may_go_on: bool,
    ) -> Result<Self, BadFormat> {
        let (head, pieces) = nginx::pieces(text)?;
        Ok(Self { may_go_on, ..Self::of(name, gateway, head, pieces) })
    }

    fn of(name: &'static str, gateway: Option<Gateway>, head: Vec<u8>, pieces: Vec<Piece>) -> Self {
        let pieces = joined(pieces);
        let mut before = head.last().copied();
        let step = |piece: Piece| {
            let is_quoted = before == Some(b'"') && piece.until.first() == Some(&b'"');
            before = piece.until.last().copied();
            Step {
                name: piece.name.to_ascii_lowercase().into(),
                field: piece.field,
                until: piece.until.into(),
                is_quoted,
            }
        };
        let steps = pieces.into_iter().map(step).collect();
        Self { name, gateway, head: head.into(), steps, may_go_on: false }
    }

    /// A pattern must tell when, what was asked, and what came; and its fields must have ends.
    fn check(&self, text: &str) -> Result<(), BadFormat> {
        let has = |wanted: &[fn(&Field) -> bool]| {
            self.steps.iter().any(|step| wanted.iter().any(|is| is(&step.field)))
        };
        let last = self.steps.len().saturating_sub(1);
        let is_glued = |at: &usize| {
            self.steps[*at].until.is_empty()
                && !matches!(self.steps[at + 1].field, Field::Target | Field::Path)
        };
        let glued = (0..last).find(is_glued).map(|at| &self.steps[at]);
        let missing = if !has(&[|field| matches!(field, Field::Time | Field::TimeBy(_))]) {
            Some("a time, such as $time_local or %t")
        } else if !has(&[|field| *field == Field::Status]) {
            Some("the status, $status or %>s")
        } else if !has(&[|field| matches!(field, Field::Request | Field::Target | Field::Path)]) {
            Some("what was asked for, such as $request or %r")
        } else {
            None
        };
        match (missing, glued) {
            (Some(what), _) => Err(bad(text, &format!("it lacks {what}"))),
            (None, Some(step)) => Err(bad(
                text,
                &format!("nothing stands behind `{}`, so that its end cannot be told", step.name),
            )),
            (None, None) => Ok(()),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Reads a line.
    pub(super) fn read<'a>(&self, line: &'a [u8], scratch: &mut Scratch) -> Result<Hit<'a>, Rejected> {
        let mut draft = Draft::by(self.gateway, Escapes::Backslash);
        let mut rest = line.strip_prefix(&*self.head).ok_or(Rejected::Shape)?;
        let last = self.steps.len().saturating_sub(1);
        for (at, step) in self.steps.iter().enumerate() {
            let end = if step.until.is_empty() && at < last { path_start(rest) } else { step.end(rest) };
            // Servers cut off an agent that is too long for them, and its closing quote with it.
            let is_cut = end.is_none() && at == last && step.is_quoted;
            let end = end.or(is_cut.then_some(rest.len())).ok_or(Rejected::Shape)?;
            let value = &rest[..end];
            if step.field != Field::Other {
                draft.put(&step.field, Value::text(value), scratch)?;
            }
            if let ClientFrom::Field(name) = &scratch.client_from
                && is_same_name(&step.name, name)
            {
                draft.put_named(Value::text(value));
            }
            rest = rest.get(end + step.until.len()..).unwrap_or_default();
        }
        if self.may_go_on && !rest.is_empty() {
            trailing::read(rest, &mut draft, scratch)?;
        } else if !rest.trim_ascii().is_empty() {
            return Err(Rejected::Shape);
        }
        draft.finish(scratch)
    }
}

/// Names differ in case, and headers in a dash where a variable has an underscore and `http_` before it.
pub(super) fn is_same_name(one: &str, asked: &str) -> bool {
    let bare = |name: &str| name.len() - name.strip_prefix("http_").map_or(name.len(), str::len);
    let (one, asked) = (&one[bare(one)..], &asked[bare(asked)..]);
    let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    one.len() == asked.len() && one.bytes().zip(asked.bytes()).all(|(a, b)| plain(a) == plain(b))
}

impl Step {
    /// Where the field ends.
    fn end(&self, rest: &[u8]) -> Option<usize> {
        match &*self.until {
            [] => Some(rest.len()),
            _ if self.is_quoted => quote(rest, &self.until),
            [only] => match self.field {
                // It has a space before its zone.
                Field::Time if *only == b' ' && rest.get(2) == Some(&b'/') => {
                    rest.get(21..).and_then(|rest| memchr(b' ', rest)).map(|end| end + 21)
                }
                Field::UpstreamStatus | Field::HeaderTime | Field::Other if *only == b' ' => list_end(rest),
                Field::Request if *only == b' ' => {
                    let protocol = memmem::find(rest, b" HTTP/").map_or(0, |at| at + 1);
                    memchr(b' ', &rest[protocol..]).map(|end| end + protocol)
                }
                _ => memchr(*only, rest),
            },
            until => memmem_short(rest, until),
        }
    }
}

/// Where the path begins of which nothing parts the host.
fn path_start(rest: &[u8]) -> Option<usize> {
    memchr(b'/', rest)
}

/// Path and query that nothing parts, `$uri$is_args$args` or `%U%q`, are one field.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let is_more = piece.field == Field::Query || piece.name == "is_args";
        match all.last_mut() {
            Some(last)
                if is_more && last.until.is_empty() && matches!(last.field, Field::Path | Field::Target) =>
            {
                last.field = Field::Target;
                last.until = piece.until;
            }
            _ => all.push(piece),
        }
    }
    all
}

/// The closing quote with what follows it; those after a backslash are part of the field.
fn quote(rest: &[u8], until: &[u8]) -> Option<usize> {
    memchr_iter(b'"', rest).find(|at| {
        let backslashes = rest[..*at].iter().rev().take_while(|byte| **byte == b'\\').count();
        backslashes % 2 == 0 && rest[*at..].starts_with(until)
    })
}

/// A list goes on after a comma, and around the colon that nginx sets between groups: `0.1, 0.2 : 0.3`.
fn list_end(rest: &[u8]) -> Option<usize> {
    memchr_iter(b' ', rest).find(|at| {
        let goes_on = matches!(rest[..*at].last(), Some(b',' | b':')) || rest[*at..].starts_with(b" : ");
        !goes_on
    })
}

/// A search for a few bytes, without the cost of setting up one for many.
fn memmem_short(rest: &[u8], until: &[u8]) -> Option<usize> {
    let first = *until.first()?;
    memchr_iter(first, rest).find(|at| rest[*at..].starts_with(until))
}

fn bad(text: &str, why: &str) -> BadFormat {
    BadFormat::Pattern { text: text.to_owned(), why: why.to_owned() }
}

/// The format string of a directive: `log_format main '...' '...';` of nginx, `LogFormat "..." name` of Apache, or the
/// string alone. Quotes that Apache's configuration escapes are plain ones in the log.
fn strings_of(text: &str) -> String {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("log_format") {
        let quote = if rest.contains('\'') { '\'' } else { '"' };
        return rest.split(quote).skip(1).step_by(2).collect();
    }
    let is_directive = ["LogFormat", "CustomLog", "TransferLog"].iter().any(|word| text.starts_with(word));
    let inner = match text.find('"') {
        Some(at) if is_directive => {
            &text[at + 1..unescaped_quote(&text[at + 1..]).map_or(text.len(), |end| at + 1 + end)]
        }
        _ => text,
    };
    inner.replace("\\\"", "\"")
}

fn unescaped_quote(text: &str) -> Option<usize> {
    text.match_indices('"').map(|(at, _)| at).find(|at| !text[..*at].ends_with('\\'))
}
