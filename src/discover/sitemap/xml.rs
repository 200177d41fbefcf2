//! The XML forms of a sitemap: `urlset` and `sitemapindex`, and feeds: RSS 2.0, RSS 1.0 and Atom.
//!
//! Elements are told by their local names: half of the files in use name a wrong namespace or none. What counts is where
//! an element stands: an address is a child of its entry, so `image:loc` and the `link` of an entry's `source` are none.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Finds, Kind, MOST_ADDRESS, Problem};

/// So deep may elements lie in each other; the parser keeps the names of those that are open. Feeds need five or so, and
/// ten more for the XHTML of an entry.
const MOST_DEPTH: usize = 1000;

/// The children of an entry that hold addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    /// `url/loc`, `sitemap/loc`.
    Loc,
    /// `item/link`.
    Link,
    /// `item/guid` that is an address.
    Guid,
}

/// The text of an element that is being read.
#[derive(Debug)]
struct Text {
    field: Field,
    content: String,
    is_whole: bool,
}

/// What is known where the reader stands.
#[derive(Debug, Default)]
struct State {
    kind: Option<Kind>,
    depth: usize,
    /// The depth of the entry that is open.
    entry: Option<usize>,
    text: Option<Text>,
    has_link: bool,
    guid: Option<String>,
}

/// Reads XML to its end, or as far as it goes.
pub(super) fn read(source: impl BufRead, finds: &mut Finds<'_>) {
    let mut reader = Reader::from_reader(source);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let (mut state, mut buffer) = (State::default(), Vec::new());
    while !finds.is_full {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) if state.depth > 0 => {
                return finds.problem(Problem::Broken("it ends inside an element".to_owned()));
            }
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag)) if state.kind.is_none() && tag.local_name().as_ref() == "html" => {
                return finds.problem(Problem::Html);
            }
            Ok(Event::Start(_)) if state.depth == MOST_DEPTH => {
                let why = format!("elements lie in each other more than {MOST_DEPTH} deep");
                return finds.problem(Problem::Broken(why));
            }
            Ok(event) => state.take(&event, finds),
            Err(quick_xml::Error::Io(error)) => return finds.problem(Problem::Gzip(error.to_string())),
            Err(error) => return finds.problem(Problem::Broken(error.to_string())),
        }
    }
    if state.kind.is_none() {
        finds.problem(Problem::NoSitemap);
    }
}

impl State {
    fn take(&mut self, event: &Event<'_>, finds: &mut Finds<'_>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                self.open(tag, finds);
            }
            Event::End(_) => {
                self.close(finds);
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Text(part) => self.append(Some(&part.xml10_content())),
            Event::CData(part) => self.append(Some(&part.xml10_content())),
            Event::GeneralRef(reference) => self.append(character(reference).as_deref()),
            _ => {}
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, finds: &mut Finds<'_>) {
        match (tag.local_name().as_ref(), self.kind) {
            ("urlset", None) => self.kind = Some(Kind::Urlset),
            ("sitemapindex", None) => self.kind = Some(Kind::Index),
            ("rss" | "RDF" | "feed", None) => self.kind = Some(Kind::Feed),
            ("url", Some(Kind::Urlset))
            | ("sitemap", Some(Kind::Index))
            | ("item" | "entry", Some(Kind::Feed)) => self.enter(),
            // Some lists leave out the element around an address.
            ("loc", Some(Kind::Urlset | Kind::Index)) if self.is_field() || self.entry.is_none() => {
                self.begin(Field::Loc);
            }
            ("link", Some(Kind::Feed)) if self.is_field() => self.open_link(tag, finds),
            ("guid", Some(Kind::Feed)) if self.is_field() && is_permalink(tag) => self.begin(Field::Guid),
            _ => {}
        }
    }

    /// An entry begins, or a new one before the old one has ended.
    fn enter(&mut self) {
        *self = Self { kind: self.kind, depth: self.depth, entry: Some(self.depth), ..Self::default() };
    }

    fn is_field(&self) -> bool {
        self.entry.is_some_and(|entry| self.depth == entry + 1)
    }

    fn begin(&mut self, field: Field) {
        self.text = Some(Text { field, content: String::new(), is_whole: true });
    }

    /// The `link` of Atom has its address in an attribute, that of RSS is a text.
    fn open_link(&mut self, tag: &BytesStart<'_>, finds: &mut Finds<'_>) {
        match attribute(tag, "href") {
            Some(href) if leads_to_the_page(tag) => {
                self.has_link = true;
                finds.relative(&href);
            }
            Some(_) => {}
            None => self.begin(Field::Link),
        }
    }

    /// `None`: something that is no text.
    fn append(&mut self, part: Option<&str>) {
        let Some(text) = &mut self.text else { return };
        match part {
            Some(part) if text.content.len() + part.len() <= MOST_ADDRESS => text.content.push_str(part),
            Some(_) | None => text.is_whole = false,
        }
    }

    /// The element at this depth ends.
    fn close(&mut self, finds: &mut Finds<'_>) {
        if let Some(text) = self.text.take() {
            self.found(&text, finds);
        }
        if self.entry == Some(self.depth) {
            if let Some(guid) = self.guid.take().filter(|_| !self.has_link) {
                finds.absolute(Kind::Feed, &guid);
            }
            (self.entry, self.has_link) = (None, false);
        }
    }

    fn found(&mut self, text: &Text, finds: &mut Finds<'_>) {
        let (kind, address) = (self.kind.unwrap_or(Kind::Urlset), text.content.trim());
        match text.field {
            // An address that cannot be read as it was meant is none.
            _ if !text.is_whole => finds.refuse(),
            Field::Loc => finds.absolute(kind, address),
            Field::Link if address.is_empty() => {}
            Field::Link => {
                self.has_link = true;
                finds.relative(address);
            }
            // Many a guid is no address, though it does not say so (RSS 2.0: `isPermaLink` is true if it is not stated).
            Field::Guid if address.starts_with("http") => self.guid = Some(address.to_owned()),
            Field::Guid => {}
        }
    }
}

/// A character reference or one of the five entities of XML. Entities that the file defines are not expanded: a few lines
/// of them can stand for gigabytes.
fn character(reference: &BytesRef<'_>) -> Option<String> {
    let entity = format!("&{};", &**reference);
    quick_xml::escape::unescape(&entity).ok().map(Into::into)
}

/// The value of an attribute by its local name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.html_attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
    let value = quick_xml::escape::unescape(&attribute.value).ok()?;
    Some(value.trim().to_owned())
}

/// RFC 4287, 4.2.7.2: a link without a relation is an alternate, which is the page of the entry.
fn leads_to_the_page(tag: &BytesStart<'_>) -> bool {
    let rel = attribute(tag, "rel").is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"));
    rel && attribute(tag, "type").is_none_or(|media| media.to_ascii_lowercase().contains("html"))
}

fn is_permalink(tag: &BytesStart<'_>) -> bool {
    attribute(tag, "isPermaLink").is_none_or(|value| !value.eq_ignore_ascii_case("false"))
}
