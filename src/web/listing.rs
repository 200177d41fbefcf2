//! What pages with long lists share: the question in the address, pages of rows, and the export as CSV.
//!
//! A list is filtered, sorted and cut on the server, and its state is its address: it can be linked, and works without
//! JavaScript. An address that asks nonsense is refused, not guessed at, so that nobody reads an unfiltered list as a
//! filtered one.

use axum::body::Body;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use csv::WriterBuilder;
use futures_util::stream::{Stream, StreamExt};
use url::form_urlencoded::Serializer;

use super::error::Error;
use crate::report::wording::count;

/// So many rows are on a page.
pub(crate) const PER_PAGE: u64 = 100;

/// A longer text is looked for nowhere.
const LONGEST_TEXT: usize = 300;

/// The highest page that is counted to: far behind any list.
const LAST_PAGE: u64 = 1_000_000;

/// Where one is in a list of several pages.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) text: String,
}

/// A way to narrow or sort a list: its words, where it leads, and whether it is the present one.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) is_chosen: bool,
}

/// One page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// Counted from 1.
    pub(crate) page: u64,
    /// How many rows there are in all.
    pub(crate) count: u64,
}

/// What an address asks; one that asks what there is not is refused with what is wrong.
pub(crate) fn wanted<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Error> {
    query.map(|Query(wanted)| wanted).map_err(|rejection| Error::Query(rejection.body_text()))
}

/// The text to look for.
pub(crate) fn text(typed: Option<&str>) -> Result<String, Error> {
    let text = typed.unwrap_or_default().trim();
    if text.len() > LONGEST_TEXT {
        return Err(Error::Query(format!("the text to look for has more than {LONGEST_TEXT} letters")));
    }
    Ok(text.to_owned())
}

impl Cut {
    /// The page that is wanted, or the last one when there are not so many.
    pub(crate) fn of(page: Option<u64>, count: u64) -> Result<Self, Error> {
        let page = page.unwrap_or(1);
        if page == 0 || page > LAST_PAGE {
            return Err(Error::Query("pages are counted from 1".to_owned()));
        }
        Ok(Self { page: page.min(count.div_ceil(PER_PAGE).max(1)), count })
    }

    /// How many rows stand before it.
    pub(crate) fn offset(self) -> u64 {
        (self.page - 1) * PER_PAGE
    }

    /// The way to its neighbours; `None`: there is one page only.
    pub(crate) fn pages(self, href: impl Fn(u64) -> String) -> Option<Pages> {
        let last = self.count.div_ceil(PER_PAGE);
        let (from, to) = (self.offset() + 1, (self.offset() + PER_PAGE).min(self.count));
        (last > 1).then(|| Pages {
            previous: (self.page > 1).then(|| href(self.page - 1)),
            next: (self.page < last).then(|| href(self.page + 1)),
            text: format!("{} to {} of {}", count(from), count(to), count(self.count)),
        })
    }
}

/// An address with a question; what is empty is left out.
pub(crate) fn href(path: &str, question: &[(&str, &str)]) -> String {
    let asked = question.iter().filter(|(_, value)| !value.is_empty());
    let query = Serializer::new(String::new()).extend_pairs(asked).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A file of rows under this name, written while it is read: batches of rows, each a list of fields.
pub(crate) fn csv<S>(name: &str, head: &[&'static str], batches: S) -> Response
where
    S: Stream<Item = Result<Vec<Vec<String>>, Error>> + Send + 'static,
{
    let head = lines(&[head.iter().map(|field| (*field).to_owned()).collect()]);
    let rows = batches.map(|batch| batch.and_then(|rows| lines(&rows)).map_err(std::io::Error::other));
    let first = futures_util::stream::once(async { head.map_err(std::io::Error::other) });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(name))),
    ];
    (headers, Body::from_stream(first.chain(rows))).into_response()
}

fn lines(rows: &[Vec<String>]) -> Result<Vec<u8>, Error> {
    let mut writer = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        let fields = row.iter().map(|field| unarmed(field));
        writer.write_record(fields).map_err(|error| Error::Export(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| Error::Export(error.to_string()))
}

/// A spreadsheet computes what begins like a formula; the web's text must not be one.
/// Source: OWASP, CSV Injection, <https://owasp.org/www-community/attacks/CSV_Injection>.
fn unarmed(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}

/// Letters, digits, dots and dashes.
fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        let cut = Cut::of(Some(9), 250).unwrap();
        assert_eq!((cut.page, cut.offset()), (3, 200));
        let pages = cut.pages(|page| format!("?page={page}")).unwrap();
        assert_eq!(pages.previous.as_deref(), Some("?page=2"));
        assert!(pages.next.is_none());
        assert_eq!(pages.text, "201 to 250 of 250");
        assert!(Cut::of(None, 100).unwrap().pages(|_| String::new()).is_none());
        assert!(Cut::of(Some(0), 9).is_err() && Cut::of(Some(u64::MAX), 9).is_err());
    }

    #[test]
    fn an_address_carries_what_was_asked_and_nothing_else() {
        assert_eq!(href("/a", &[("q", ""), ("page", "")]), "/a");
        assert_eq!(href("/a", &[("q", "x&y=<b>"), ("page", "2")]), "/a?q=x%26y%3D%3Cb%3E&page=2");
    }

    #[test]
    fn a_field_never_becomes_a_formula() {
        let written = lines(&[vec!["=1+1".to_owned(), "a,\"b\"".to_owned(), "/x".to_owned()]]).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "'=1+1,\"a,\"\"b\"\"\",/x\n");
        assert_eq!(file_name("shop.example\"; x=\n.csv"), "shop.example---x--.csv");
    }
}
