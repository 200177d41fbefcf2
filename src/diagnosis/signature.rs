//! A signature: what an answer of one gateway looks like, and what it says about the fault. It is data; the one thing that it
//! can do is to hold or not.
//!
//! Every row has a name, a source and a fixture, `tests/fixtures/answers/NAME.http`, on which it is the first to hold: the
//! order of rows matters, and the fixtures keep it.

use super::answer::Seen;
use super::cause::Cause;
use super::gateway::{Gateway, words};

words! {
    /// Who wrote the answer.
    MadeBy {
        /// What stands before the application.
        Gateway = "gateway",
        /// The application's own code.
        Application = "application",
        /// It cannot be told.
        Unknown = "unknown",
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Signature {
    /// `nginx_page`; also the name of its fixture.
    pub name: &'static str,
    /// Who writes such answers.
    pub gateway: Gateway,
    /// What an answer must show; all of it.
    pub signs: &'static [Sign],
    /// The faults that bring it, the likeliest first, with the share of each. A fault that shares these bytes with others
    /// has at most 0.9. Where the first is [`Cause::ApplicationMade`], the application wrote it and this gateway passed it
    /// on.
    pub causes: &'static [(Cause, f32)],
    /// How sure it is that this gateway wrote it, 0 to 1.
    pub confidence: f32,
    /// The body alone proves it, so that it is known behind a status that says all is well, too.
    pub is_page: bool,
    /// What is seen, as a person would say it: "the page is the one built into nginx".
    pub shows: &'static str,
    /// How it is known, and from where.
    pub source: Source,
}

/// How a row is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Seen in answers of the real program, of this version.
    Measured(&'static str),
    /// Read in the program's source.
    Code(&'static str),
    /// Read in its vendor's documentation.
    Documented(&'static str),
    /// Seen in answers that others published.
    Captured(&'static str),
}

/// Something that an answer shows. Names of headers are compared without regard to case; bodies as [`super::answer`] says.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// The status is one of these.
    Status(&'static [u16]),
    /// The reason phrase is this one.
    Reason(&'static str),
    /// There is such a header.
    Header(&'static str),
    /// There is none.
    NoHeader(&'static str),
    /// A header of this name has exactly this value, whatever its case.
    HeaderIs(&'static str, &'static str),
    /// A header of this name begins like this, whatever its case.
    HeaderStarts(&'static str, &'static str),
    /// A header of this name contains this, in this case.
    HeaderHas(&'static str, &'static str),
    /// The body contains this.
    Body(&'static str),
    /// The body does not contain this.
    NotBody(&'static str),
    /// The body begins like this.
    BodyStarts(&'static str),
    /// The body is this.
    BodyIs(&'static str),
    /// The body is at most so many bytes long.
    BodyWithin(usize),
    /// There is no body.
    NoBody,
    /// The headers have these names, in this order and these letters, and there are no others.
    Names(&'static [&'static str]),
    /// The Date is missing, or stands where proxies put one that they had to add: behind all headers of the page.
    DateAddedLater,
    /// One of these holds.
    Any(&'static [Sign]),
    /// All of these hold.
    All(&'static [Sign]),
}

impl Signature {
    /// Who writes such answers: the application, where that is the first fault, and where an application announces its own
    /// maintenance, through whichever gateway.
    pub(super) fn made_by(&self) -> MadeBy {
        match self.causes.first() {
            Some((Cause::ApplicationMade, _)) => MadeBy::Application,
            Some((Cause::Maintenance, _)) if self.gateway == Gateway::Unknown => MadeBy::Application,
            _ => MadeBy::Gateway,
        }
    }

    /// Whether the answer looks like this.
    pub(super) fn holds(&self, seen: &Seen<'_>) -> bool {
        self.signs.iter().all(|sign| sign.holds(seen))
    }
}

impl Sign {
    pub(super) fn holds(&self, seen: &Seen<'_>) -> bool {
        let text = &*seen.text;
        match self {
            Self::Status(statuses) => seen.status().is_some_and(|status| statuses.contains(&status)),
            Self::Reason(reason) => seen.answer.evidence.reason.as_deref() == Some(*reason),
            Self::Header(name) => seen.header(name).is_some(),
            Self::NoHeader(name) => seen.header(name).is_none(),
            Self::HeaderIs(name, value) => seen.headers(name).any(|v| v.eq_ignore_ascii_case(value)),
            Self::HeaderStarts(name, start) => seen.headers(name).any(|v| starts(v, start)),
            Self::HeaderHas(name, part) => seen.headers(name).any(|v| v.contains(part)),
            Self::Body(part) => text.contains(part),
            Self::NotBody(part) => !text.contains(part),
            Self::BodyStarts(start) => text.starts_with(start),
            Self::BodyIs(whole) => text == *whole,
            Self::BodyWithin(bytes) => text.len() <= *bytes,
            Self::NoBody => text.is_empty(),
            Self::Names(names) => seen.has_names(names),
            Self::DateAddedLater => is_date_added_later(&seen.answer.evidence.headers),
            Self::Any(signs) => signs.iter().any(|sign| sign.holds(seen)),
            Self::All(signs) => signs.iter().all(|sign| sign.holds(seen)),
        }
    }
}

fn starts(value: &str, start: &str) -> bool {
    value.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// Who writes a page writes its Date with it. A CDN may put headers in an order of its own, and is known by headers beyond
/// those of the page.
fn is_date_added_later(headers: &[(String, String)]) -> bool {
    let last = |name: &str| headers.iter().rposition(|(n, _)| n.eq_ignore_ascii_case(name));
    let Some(date) = last("date") else { return true };
    let is_of_a_cdn = |name: &str| {
        ["x-cache", "via", "x-served-by"].iter().any(|of| name.eq_ignore_ascii_case(of))
            || starts(name, "x-amz")
            || starts(name, "cf-")
    };
    last("server").is_some_and(|server| server < date)
        && last("content-type").is_some_and(|media| media < date)
        && !headers.iter().any(|(name, _)| is_of_a_cdn(name))
}
