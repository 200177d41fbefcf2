//! The lines of a replay: JSON to observations, sorted by their instants. Unknown fields are ignored; everything else that
//! is wrong rejects the line, never the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead};

use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::diagnosis::cause::Cause;
use crate::diagnosis::gateway::Gateway;
use crate::domain::observation::Observer;
use crate::domain::outcome::Outcome;
use crate::domain::page_url::PageUrl;

/// A longer line is no observation; it is skipped without being kept in memory.
const LONGEST_LINE: usize = 1 << 20;

/// One observation of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) at: DateTime<Utc>,
    /// Its place in [`Recorded::urls`].
    pub(super) url: usize,
    pub(super) observer: Observer,
    pub(super) outcome: Outcome,
    pub(super) named: Named,
}

/// Who made the answer and why, where the line says so. A word that is not known says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) gateway: Option<Gateway>,
    pub(super) cause: Option<Cause>,
}

impl Named {
    fn of(gateway: Option<&str>, cause: Option<&str>) -> Self {
        Self { gateway: gateway.and_then(Gateway::named), cause: cause.and_then(Cause::named) }
    }
}

/// What a file held.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// In the order of their instants.
    pub(super) lines: Vec<Line>,
    /// Each URL once.
    pub(super) urls: Vec<PageUrl>,
    pub(super) read: u64,
    pub(super) used: u64,
    pub(super) rejected: u64,
}

/// Reads all lines; `reject` is told the number and the fault of each that cannot be used.
pub(super) fn read(mut input: impl BufRead, mut reject: impl FnMut(u64, &str)) -> io::Result<Recorded> {
    let mut read = Recorded::default();
    let mut urls = Urls::default();
    let mut buffer = Vec::new();
    let mut found: Vec<(u64, Line)> = Vec::new();
    let mut number = 0;
    while let Some(length) = next_line(&mut input, &mut buffer)? {
        number += 1;
        if length <= LONGEST_LINE && buffer.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        read.read += 1;
        let line = if length > LONGEST_LINE {
            Err(format!("it is longer than {LONGEST_LINE} bytes"))
        } else {
            parse(&buffer, &mut urls)
        };
        match line {
            Ok(line) => found.push((number, line)),
            Err(why) => {
                read.rejected += 1;
                reject(number, &why);
            }
        }
    }
    read.urls = urls.all;
    put_in_order(&mut read, found, reject);
    read.used = read.lines.len() as u64;
    Ok(read)
}

/// Reads a line into the buffer, as much of it as may be kept, and says how long it is; `None` at the end.
fn next_line(input: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
    buffer.clear();
    let (mut length, mut any) = (0, false);
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(any.then_some(length));
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        length += part.len();
        if length <= LONGEST_LINE {
            buffer.extend_from_slice(part);
        }
        let used = end.map_or(chunk.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(length));
        }
    }
}

/// Puts URLs in the order of their addresses and lines in the order of their instants, so that it does not matter how
/// they stood in the file. Of several observations of one URL by one observer at one instant one is used: of those that
/// contradict each other, the one that claims least.
fn put_in_order(recorded: &mut Recorded, mut found: Vec<(u64, Line)>, mut reject: impl FnMut(u64, &str)) {
    let ranks = ranks(&recorded.urls);
    for (_, line) in &mut found {
        line.url = ranks.get(line.url).copied().unwrap_or(line.url);
    }
    recorded.urls.sort();
    found.sort_by(|(a_number, a), (b_number, b)| {
        (a.at, a.url, &a.observer, a.outcome, a_number).cmp(&(b.at, b.url, &b.observer, b.outcome, b_number))
    });
    recorded.lines.reserve(found.len());
    for (number, line) in found {
        let is_same =
            |last: &&Line| (last.at, last.url, &last.observer) == (line.at, line.url, &line.observer);
        match recorded.lines.last().filter(is_same) {
            None => recorded.lines.push(line),
            Some(last) => {
                recorded.rejected += 1;
                let kind = if last.outcome == line.outcome { "repeats" } else { "contradicts" };
                reject(number, &format!("it {kind} another line of the same URL and instant"));
            }
        }
    }
}

/// The place of each URL in the order of their addresses.
fn ranks(urls: &[PageUrl]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..urls.len()).collect();
    order.sort_by(|a, b| urls.get(*a).cmp(&urls.get(*b)));
    let mut ranks = vec![0; urls.len()];
    for (rank, url) in order.into_iter().enumerate() {
        if let Some(place) = ranks.get_mut(url) {
            *place = rank;
        }
    }
    ranks
}

/// A line of which all fields have the types that they should have.
#[derive(Debug, Deserialize)]
struct Plain<'a> {
    #[serde(borrow)]
    at: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    status: u16,
    #[serde(borrow, default)]
    error: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    observer: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    gateway: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cause: Option<Cow<'a, str>>,
}

/// The URLs of a file, each once.
#[derive(Debug, Default)]
struct Urls {
    all: Vec<PageUrl>,
    places: HashMap<PageUrl, usize>,
    /// By the text that stood in a line, so that each text is parsed once.
    texts: HashMap<Box<str>, usize>,
}

impl Urls {
    fn place(&mut self, text: &str) -> Result<usize, String> {
        if let Some(place) = self.texts.get(text) {
            return Ok(*place);
        }
        let url = PageUrl::parse(text).map_err(|error| error.to_string())?;
        let place = *self.places.entry(url.clone()).or_insert_with(|| {
            self.all.push(url);
            self.all.len() - 1
        });
        self.texts.insert(text.into(), place);
        Ok(place)
    }
}

fn parse(bytes: &[u8], urls: &mut Urls) -> Result<Line, String> {
    if let Ok(Plain { at, url, status: status @ 200..=599, error: None, observer, gateway, cause }) =
        serde_json::from_slice(bytes)
        && let Ok(at) = at.parse::<DateTime<Utc>>()
    {
        let observer = observer.map_or_else(Observer::gatecrawl, Observer::named);
        let url = urls.place(&url)?;
        return Ok(Line {
            at: at.trunc_subsecs(3),
            url,
            observer,
            outcome: Outcome::Status(status),
            named: Named::of(gateway.as_deref(), cause.as_deref()),
        });
    }
    parse_with_care(bytes, urls)
}

/// Reads a line field by field, to say which one is wrong.
fn parse_with_care(bytes: &[u8], urls: &mut Urls) -> Result<Line, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON ({error})"))?;
    let object = value.as_object().ok_or("it is not a JSON object")?;
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("`{key}` is not a string")),
    };
    let at = text("at")?.ok_or("`at` is missing")?;
    let at: DateTime<Utc> = at.parse().map_err(|_| format!("`at` is not an RFC 3339 instant: {at}"))?;
    let url = text("url")?.ok_or("`url` is missing")?;
    let outcome = outcome(object.get("status"), text("error")?)?;
    let observer = text("observer")?.map_or_else(Observer::gatecrawl, Observer::named);
    let named = Named::of(text("gateway")?, text("cause")?);
    Ok(Line { at: at.trunc_subsecs(3), url: urls.place(url)?, observer, outcome, named })
}

fn outcome(status: Option<&Value>, error: Option<&str>) -> Result<Outcome, String> {
    match (status.filter(|value| !value.is_null()), error) {
        (Some(_), Some(_)) => Err("it has both `status` and `error`".to_owned()),
        (None, None) => Err("it has neither `status` nor `error`".to_owned()),
        (None, Some(word)) => match word.parse() {
            Ok(outcome @ (Outcome::Network(_) | Outcome::SoftError)) => Ok(outcome),
            _ => Err(format!("`error` is not a network error: {word}")),
        },
        (Some(value), None) => match value.as_u64() {
            Some(status @ 200..=599) => u16::try_from(status).map(Outcome::Status).map_err(|e| e.to_string()),
            _ => Err(format!("`status` is not a final HTTP status, 200 to 599: {value}")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Recorded, Vec<(u64, String)>) {
        let mut rejected = Vec::new();
        let read = read(text.as_bytes(), |number, why| rejected.push((number, why.to_owned()))).unwrap();
        (read, rejected)
    }

    #[test]
    fn it_does_not_matter_in_which_order_the_lines_stand() {
        let lines = [
            r#"{"at":"2026-11-01T09:00:00Z","url":"http://b.example/","status":200}"#,
            r#"{"at":"2026-11-01T09:00:00Z","url":"http://a.example/","status":502}"#,
            r#"{"at":"2026-11-01T09:00:00Z","url":"http://a.example/","status":200}"#,
            r#"{"at":"2026-11-01T08:00:00Z","url":"http://a.example/#top","error":"dns"}"#,
        ];
        let (forth, _) = read_text(&lines.join("\n"));
        let back: Vec<_> = lines.into_iter().rev().collect();
        let (back, _) = read_text(&back.join("\n"));
        assert_eq!((&forth.lines, &forth.urls), (&back.lines, &back.urls));
        let outcomes: Vec<_> = forth.lines.iter().map(|line| line.outcome.to_string()).collect();
        assert_eq!(
            outcomes,
            ["dns", "200", "200"],
            "of two that contradict each other, the one that claims least"
        );
    }

    #[test]
    fn lines_are_read_in_any_order_and_sorted_by_instant() {
        let (read, rejected) = read_text(
            r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/","status":502}
               {"at":"2026-11-01T09:00:00+01:00","url":"http://a.example/","error":"read_timeout","more":1}
               {"at":"2026-11-01T11:00:00.5Z","url":"http://a.example/","status":200,"observer":"googlebot"}"#,
        );
        assert_eq!(rejected, []);
        assert_eq!((read.read, read.used, read.urls.len()), (3, 3, 1));
        let outcomes: Vec<_> = read.lines.iter().map(|line| line.outcome.to_string()).collect();
        assert_eq!(outcomes, ["read_timeout", "502", "200"]);
    }

    #[test]
    fn each_bad_line_is_named_by_its_number_and_its_fault_and_the_others_are_used() {
        let good = r#"{"at":"2026-11-01T09:00:00Z","url":"http://a.example/","status":200}"#;
        for (bad, fault) in [
            ("{", "not JSON"),
            ("[1]", "not a JSON object"),
            (r#"{"url":"http://a.example/","status":200}"#, "`at` is missing"),
            (r#"{"at":"yesterday","url":"http://a.example/","status":200}"#, "RFC 3339"),
            (r#"{"at":5,"url":"http://a.example/","status":200}"#, "not a string"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"a.example","status":200}"#, "not a URL"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/"}"#, "neither"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/","status":200,"error":"dns"}"#, "both"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/","status":"502"}"#, "200 to 599"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/","status":NaN}"#, "not JSON"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/","status":99}"#, "200 to 599"),
            (r#"{"at":"2026-11-01T10:00:00Z","url":"http://a.example/","error":"502"}"#, "network error"),
            (r#"{"at":"2026-11-01T09:00:00Z","url":"http://a.example/","status":502}"#, "contradicts"),
            (good, "repeats"),
        ] {
            let (read, rejected) = read_text(&format!("{good}\n{bad}\n"));
            assert_eq!((read.read, read.used, read.rejected), (2, 1, 1), "{bad}");
            assert_eq!(rejected[0].0, 2);
            assert!(rejected[0].1.contains(fault), "{bad}: {}", rejected[0].1);
        }
    }

    #[test]
    fn a_line_of_any_length_costs_a_bounded_amount_of_memory_and_is_rejected() {
        let long = format!(
            "{}\n{}",
            "x".repeat(3 << 20),
            r#"{"at":"2026-11-01T09:00:00Z","url":"http://a.example/","status":200}"#
        );
        let (read, rejected) = read_text(&long);
        assert_eq!((read.used, rejected.len()), (1, 1));
        assert!(rejected[0].1.contains("longer"));
    }

    #[test]
    fn empty_lines_count_when_a_bad_line_is_named_by_its_number() {
        let (read, rejected) = read_text("\n\n{\n");
        assert_eq!((read.read, rejected[0].0), (1, 3));
    }

    #[test]
    fn an_empty_file_has_no_lines() {
        assert_eq!(read_text("").0.read, 0);
        assert_eq!(read_text("\n\n").0.read, 0);
    }
}
