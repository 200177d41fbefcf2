//! An answer as the diagnosis sees it: the kept evidence, what it came to, and how it came. It borrows; who fetched,
//! pasted or stored it, keeps it.
//!
//! The body is looked at as text without carriage returns and without white space around it, because pages come with
//! either line end and lose their last one when they are copied; a page is the same page in both forms.

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::evidence::Evidence;
use crate::domain::outcome::Outcome;

/// One answer, or the lack of one.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Status line, headers, the start of the body, and what went wrong.
    pub evidence: &'a Evidence,
    /// What it came to. `incomplete`: the body was cut short.
    pub outcome: Outcome,
    /// From the request to the answer's head, or to the error.
    pub elapsed: Option<Duration>,
    /// The names of headers stand in the letters in which they came. HTTP/2 and the libraries of HTTP clients make them
    /// small, and what was read from there says nothing by its letters.
    pub names_as_sent: bool,
    /// An interim answer (1xx) came before it, although none was asked for.
    pub after_interim: bool,
    /// It was asked on a connection that had carried another answer before; `None`: not known.
    pub reused_connection: Option<bool>,
}

impl<'a> Answer<'a> {
    /// An answer of which nothing more is known than what came, byte for byte.
    pub fn of(evidence: &'a Evidence, outcome: Outcome) -> Self {
        Self {
            evidence,
            outcome,
            elapsed: None,
            names_as_sent: true,
            after_interim: false,
            reused_connection: None,
        }
    }

    /// An answer that our own client fetched, or that was kept of one.
    pub fn fetched(evidence: &'a Evidence, outcome: Outcome, elapsed: Option<Duration>) -> Self {
        Self { elapsed, names_as_sent: false, ..Self::of(evidence, outcome) }
    }
}

/// An answer made ready to be looked at by many signatures.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) answer: Answer<'a>,
    /// The body as text, see above.
    pub(super) text: Cow<'a, str>,
}

impl<'a> Seen<'a> {
    pub(super) fn of(answer: Answer<'a>) -> Self {
        Self { answer, text: text(&answer.evidence.body) }
    }

    /// The status that came.
    pub(super) fn status(&self) -> Option<u16> {
        self.answer.evidence.status
    }

    /// Whether the names of the headers begin with these, in this order; in these letters, where letters say something.
    pub(super) fn names_begin(&self, begin: &[&str]) -> bool {
        let headers = &self.answer.evidence.headers;
        let is_same = |(name, _): &(String, String), expected: &str| {
            name == expected || (!self.answer.names_as_sent && name.eq_ignore_ascii_case(expected))
        };
        headers.len() >= begin.len()
            && headers.iter().zip(begin).all(|(header, expected)| is_same(header, expected))
    }

    /// Whether these are the names of all headers.
    pub(super) fn has_names(&self, names: &[&str]) -> bool {
        self.answer.evidence.headers.len() == names.len() && self.names_begin(names)
    }

    /// The first value of this header, whatever the case of its name.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers(name).next()
    }

    /// All values of this header, in their order.
    pub(super) fn headers<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let all = self.answer.evidence.headers.iter();
        all.filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn text(body: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(body) {
        Cow::Borrowed(text) if !text.contains('\r') => Cow::Borrowed(text.trim()),
        text => Cow::Owned(text.replace('\r', "").trim().to_owned()),
    }
}
