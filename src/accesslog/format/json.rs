//! Lines that are an object of JSON. Keys are looked for while the line is read, so that nothing is built of what is not
//! asked for.
//!
//! The decision that a reader would question: what is not quite JSON is mended once. nginx without `escape=json` writes
//! `\x22`, which JSON does not have, and any server may pass on bytes that are not UTF-8.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::dialects::Dialect;
use super::draft::Draft;
use super::field::{Field, Value};
use super::pattern::is_same_name;
use super::text::Escapes;
use super::{Rejected, Scratch};
use crate::accesslog::client::ClientFrom;
use crate::accesslog::hit::Hit;

/// Reads a line.
pub(super) fn read<'a>(
    dialect: &'static Dialect,
    line: &'a [u8],
    scratch: &mut Scratch,
) -> Result<Hit<'a>, Rejected> {
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(Rejected::Shape);
    }
    match read_exact(dialect, line, scratch) {
        Err(Rejected::Json) => {
            let mended = mended(line).ok_or(Rejected::Json)?;
            read_exact(dialect, mended.as_bytes(), scratch).map(Hit::into_owned)
        }
        read => read,
    }
}

fn read_exact<'a>(
    dialect: &'static Dialect,
    line: &'a [u8],
    scratch: &mut Scratch,
) -> Result<Hit<'a>, Rejected> {
    let mut reading = Reading {
        dialect,
        draft: Draft::by(dialect.gateway, Escapes::None),
        named: name_of(&scratch.client_from),
        scratch,
        fault: None,
        filled: 0,
    };
    reading.draft.overrides = true;
    let mut json = serde_json::Deserializer::from_slice(line);
    let all = Level { reading: &mut reading, depth: 0, rows: u64::MAX, is_named: true };
    let end = all.deserialize(&mut json).and_then(|_| json.end());
    let Reading { draft, scratch, fault, .. } = reading;
    match (fault, end) {
        (Some(fault), _) => Err(fault),
        (None, Err(_)) => Err(Rejected::Json),
        (None, Ok(())) => draft.finish(scratch),
    }
}

/// The line with `\x22` written as JSON writes it, and with bytes that are not UTF-8 replaced; `None`: it has neither.
fn mended(line: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(line);
    if memmem::find(line, br"\x").is_none() {
        return match text {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        };
    }
    Some(text.replace(r"\x", r"\u00"))
}

/// The field that `--client-from` names, by its keys.
fn name_of(from: &ClientFrom) -> Option<Box<str>> {
    match from {
        ClientFrom::Field(name) => Some(name.clone()),
        ClientFrom::Connection | ClientFrom::Forwarded(_) => None,
    }
}

/// A line while it is read.
struct Reading<'a, 's> {
    dialect: &'static Dialect,
    draft: Draft<'a>,
    named: Option<Box<str>>,
    scratch: &'s mut Scratch,
    fault: Option<Rejected>,
    /// The rows of the dialect that something was found for, one bit each.
    filled: u64,
}

/// An object at some depth: which keys of the dialect lead here, one bit each, and whether that of `--client-from` does.
struct Level<'r, 'a, 's> {
    reading: &'r mut Reading<'a, 's>,
    depth: usize,
    rows: u64,
    is_named: bool,
}

impl<'a> DeserializeSeed<'a> for Level<'_, 'a, '_> {
    type Value = Option<Value<'a>>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What a value is, when it is not an object: the values of objects are put into the draft on the way.
impl<'a> Visitor<'a> for Level<'_, 'a, '_> {
    type Value = Option<Value<'a>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let Self { reading, depth, rows, is_named } = self;
        while let Some(key) = map.next_key_seed(Key)? {
            let rows = reading.rows_of(rows, depth, &key);
            let is_named = is_named && reading.leads_to_named(depth, &key);
            if rows == 0 && !is_named {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let level = Level { reading, depth: depth + 1, rows, is_named };
            if let Some(value) = map.next_value_seed(level)? {
                reading.put(rows, depth + 1, is_named, value).map_err(|()| M::Error::custom("a field"))?;
            }
        }
        Ok(None)
    }

    /// Headers are lists of their values; one is enough.
    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        let first = list.next_element_seed(self)?.flatten();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Self::Value, E> {
        Ok(Some(Value::text(text.as_bytes())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Value::Text(Cow::Owned(text.as_bytes().to_vec()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Value::Whole(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(u64::try_from(number).ok().map(Value::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Value::Real(number)))
    }

    fn visit_bool<E>(self, is: bool) -> Result<Self::Value, E> {
        Ok(is.then_some(Value::Text(Cow::Borrowed(b"true"))))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl<'a> Reading<'a, '_> {
    /// Those of the rows that have this key at this depth.
    fn rows_of(&self, rows: u64, depth: usize, key: &str) -> u64 {
        let mut found = 0;
        for (at, (path, _)) in self.dialect.keys.iter().enumerate().take(64) {
            let bit = 1 << at;
            if rows & bit != 0 && path.get(depth) == Some(&key) {
                found |= bit;
            }
        }
        let is_mark = self.dialect.not_if.is_some_and(|(path, _)| path.get(depth) == Some(&key));
        // The last bit stands for the mark of another log.
        if is_mark { found | MARK } else { found }
    }

    /// Whether the field of `--client-from` has this key at this depth; `request.headers.X-Real-Ip` and `x_real_ip` alike.
    fn leads_to_named(&self, depth: usize, key: &str) -> bool {
        let Some(named) = &self.named else { return false };
        is_same_name(named, key) || named.split('.').nth(depth).is_some_and(|part| is_same_name(part, key))
    }

    fn put(&mut self, rows: u64, depth: usize, is_named: bool, value: Value<'a>) -> Result<(), ()> {
        if rows & MARK != 0
            && let (Some((_, mark)), Value::Text(text)) = (self.dialect.not_if, &value)
            && text.starts_with(mark.as_bytes())
        {
            self.fault = Some(Rejected::Foreign("an error log"));
            return Err(());
        }
        if is_named {
            self.draft.put_named(value.clone());
        }
        let row = |(at, (path, _)): &(usize, &(&[&str], Field))| rows & (1 << at) != 0 && path.len() == depth;
        let Some((at, (_, field))) = self.dialect.keys.iter().enumerate().take(63).find(row) else {
            return Ok(());
        };
        let is_better =
            |(other, (_, same)): (usize, &(&[&str], Field))| self.filled & (1 << other) != 0 && same == field;
        if value.is_nothing() || self.dialect.keys.iter().enumerate().take(at).any(is_better) {
            // What is there, but empty, may say that nobody was asked.
            return match field {
                Field::UpstreamStatus | Field::HeaderTime if value.is_nothing() => {
                    self.draft.put(field, value, self.scratch).map_err(|fault| self.fault = Some(fault))
                }
                _ => Ok(()),
            };
        }
        self.filled |= 1 << at;
        self.draft.put(field, value, self.scratch).map_err(|fault| self.fault = Some(fault))
    }
}

/// Stands for the key that marks another log.
const MARK: u64 = 1 << 63;

/// A key, borrowed where it has no escapes.
struct Key;

impl<'a> DeserializeSeed<'a> for Key {
    type Value = Cow<'a, str>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Key {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'a str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}
