//! Reads a published list of address ranges, in whatever shape it came: JSON with `ipv4Prefix` and `ipv6Prefix`, with other
//! keys, or plain lists, and lines of text. A shape that nobody foresaw yields what can be found in it; a page that holds
//! no range at all is no list.
//!
//! Ranges that no operator of a bot can have are left out: one line with `0.0.0.0/0` would make every liar a Googlebot.

use std::net::IpAddr;

use chrono::NaiveDate;
use ipnet::IpNet;
use serde_json::Value;
use thiserror::Error;

/// The largest ranges that are believed, by the length of their prefix: an eighth of the IPv4 addresses belong to nobody
/// alone, and registries give out IPv6 as /19 at the most.
const SHORTEST_V4: u8 = 8;
const SHORTEST_V6: u8 = 19;

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The day that it says it was made on; `None`: it does not say.
    pub day: Option<NaiveDate>,
    /// Its ranges, those that touch joined, in order.
    pub ranges: Vec<IpNet>,
}

/// It is no list of address ranges.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("it holds no address range")]
pub struct NoList;

impl Published {
    /// Reads a list.
    pub fn read(bytes: &[u8]) -> Result<Self, NoList> {
        let mut list = Self { day: None, ranges: Vec::new() };
        match serde_json::from_slice(bytes) {
            Ok(value) => list.take_json(None, &value),
            Err(_) => list.take_lines(&String::from_utf8_lossy(bytes)),
        }
        list.ranges = IpNet::aggregate(&list.ranges);
        list.ranges.sort_unstable();
        if list.ranges.is_empty() { Err(NoList) } else { Ok(list) }
    }

    fn take_json(&mut self, key: Option<&str>, value: &Value) {
        match value {
            Value::String(text) => match range(text) {
                Some(range) => self.ranges.push(range),
                None if key.is_some_and(is_date) => self.day = self.day.or_else(|| day(text)),
                None => {}
            },
            Value::Array(all) => all.iter().for_each(|value| self.take_json(key, value)),
            Value::Object(fields) => {
                fields.iter().for_each(|(key, value)| self.take_json(Some(key.as_str()), value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn take_lines(&mut self, text: &str) {
        for line in text.trim_start_matches('\u{feff}').lines() {
            let (line, note) = line.split_once('#').unwrap_or((line, ""));
            if let Some(published) = note.trim().strip_prefix("Published ") {
                self.day =
                    published.split_whitespace().rev().find_map(|word| day(word.trim_end_matches('.')));
            }
            let words = line.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
            self.ranges.extend(words.filter_map(range));
        }
    }
}

/// The keys under which lists say when they were made.
fn is_date(key: &str) -> bool {
    ["creationtime", "creation_time", "created", "updated", "date", "createdate"]
        .contains(&key.to_ascii_lowercase().as_str())
}

fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

/// A range, or one address as the range that it is.
fn range(text: &str) -> Option<IpNet> {
    let text = text.trim().trim_matches('"');
    let range = match text.parse::<IpNet>() {
        Ok(range) => range.trunc(),
        Err(_) => text.parse::<IpAddr>().ok()?.into(),
    };
    let shortest = if range.addr().is_ipv4() { SHORTEST_V4 } else { SHORTEST_V6 };
    (range.prefix_len() >= shortest).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Vec<String>) {
        let list = Published::read(text.as_bytes()).unwrap();
        (list.day.map(|day| day.to_string()), list.ranges.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_list_is_read_in_the_shape_that_google_and_others_share() {
        let text = r#"{"creationTime": "2026-06-09T15:25:10.000", "prefixes": [
            {"ipv6Prefix": "2001:4860:4801:10::/64"}, {"ipv4Prefix": "66.249.64.0/27"}, {"ipv4Prefix": "66.249.64.32/27"}]}"#;
        let ranges = vec!["66.249.64.0/26".to_owned(), "2001:4860:4801:10::/64".to_owned()];
        assert_eq!(read(text), (Some("2026-06-09".to_owned()), ranges));
    }

    #[test]
    fn other_shapes_are_read_for_what_is_in_them() {
        for text in [
            r#"["192.0.2.1", "198.51.100.7/24"]"#,
            r#"{"data": {"search": [{"cidr": "192.0.2.1/32", "region": "us"}], "user": [{"prefix": "198.51.100.0/24"}]}}"#,
            "192.0.2.1 # the first\n# nothing\n198.51.100.0/24, \n",
            "\u{feff}198.51.100.0/24\r\n192.0.2.1\r\n",
        ] {
            assert_eq!(
                read(text),
                (None, vec!["192.0.2.1/32".to_owned(), "198.51.100.0/24".to_owned()]),
                "{text}"
            );
        }
    }

    #[test]
    fn a_page_without_ranges_is_no_list() {
        for text in
            ["", "<html><body>Not found, version 1.2.3</body></html>", "{}", "[]", "{\"prefixes\": 7}"]
        {
            assert_eq!(Published::read(text.as_bytes()), Err(NoList), "{text}");
        }
    }

    #[test]
    fn a_range_that_would_make_everybody_a_bot_is_left_out() {
        assert_eq!(read(r#"["0.0.0.0/0", "::/0", "192.0.2.0/24"]"#).1, ["192.0.2.0/24"]);
        assert_eq!(Published::read(b"0.0.0.0/0\n::/0"), Err(NoList));
    }

    #[test]
    fn our_own_files_say_their_day() {
        let text = "# Published at https://a.example/x.json, https://a.example/y.json on 2026-08-14. Neighbours are joined.\n192.0.2.0/24\n";
        assert_eq!(read(text).0.as_deref(), Some("2026-08-14"));
    }
}
