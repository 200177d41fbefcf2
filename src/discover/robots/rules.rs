//! The rules of a robots.txt that hold for one agent, and whether they allow a path. Rules for other agents are dropped
//! while reading.
//!
//! Google and RFC 9309 read a rule alike but for percent-encoding, so there is one reader with a switch ([`Reading`]).

use std::borrow::Cow;
use std::cmp::Reverse;
use std::time::Duration;

use super::lines::{Key, Line};
use crate::domain::percent::{escaped_byte, is_unreserved, push_escape};

/// How percent-encoding in rules is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// What is not ASCII is encoded in the rule, and then bytes are compared: `/%7Ea` does not forbid `/~a`.
    Google,
    /// Rule and path are brought to one form (RFC 9309, 2.2.2): `/%7Ea` forbids `/~a`.
    Rfc9309,
}

/// The rules for one agent.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    reading: Reading,
    /// The first that matches wins: longest first, and what allows before what forbids (RFC 9309, 2.2.2).
    sorted: Vec<Rule>,
    delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// Without what is not ASCII.
    pattern: Box<str>,
    allow: bool,
}

/// Whom the lines that are being read are for. Agents that follow each other share a group; several groups for one agent
/// are one (RFC 9309, 2.2.1).
#[derive(Debug, Default, Clone, Copy)]
struct Group {
    is_ours: bool,
    is_everybodys: bool,
    /// A rule was read: the next agent begins another group.
    has_rules: bool,
}

/// What one kind of group, ours or everybody's, gave.
#[derive(Debug, Default)]
struct Found {
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

impl Rules {
    /// Reads the rules that hold for `agent`: those of its groups, or, when no group names it, those of `*`.
    pub(super) fn read<'a>(lines: impl Iterator<Item = Line<'a>>, agent: &str, reading: Reading) -> Self {
        let (mut ours, mut everybodys) = (Found::default(), Found::default());
        let (mut group, mut delay_group, mut is_named) = (Group::default(), Group::default(), false);
        for Line { key, value } in lines {
            match key {
                Key::Agent => {
                    group.add(value, agent);
                    delay_group.add(value, agent);
                    is_named |= group.is_ours;
                }
                Key::Allow | Key::Disallow => {
                    delay_group.has_rules = true;
                    let is_allow = key == Key::Allow;
                    group.give(&mut ours, &mut everybodys, |found| found.rule(value, is_allow, reading));
                }
                // It ends no group for Google, which does not know it. For itself it does, or the wait that somebody is
                // asked for, and nothing else, would hold for whoever is named next.
                Key::Delay => delay_group.give(&mut ours, &mut everybodys, |found| found.wait(value)),
                Key::Sitemap => {}
            }
        }
        let Found { mut rules, delay } = if is_named { ours } else { everybodys };
        rules.sort_by_key(|rule| (Reverse(rule.pattern.len()), Reverse(rule.allow)));
        rules.dedup();
        rules.shrink_to_fit();
        Self { reading, sorted: rules, delay }
    }

    pub(super) fn allow(&self, path_and_query: &str) -> bool {
        let path = match self.reading {
            Reading::Google => Cow::Borrowed(path_and_query),
            Reading::Rfc9309 => in_one_form(path_and_query),
        };
        self.sorted.iter().find(|rule| matches(&rule.pattern, &path)).is_none_or(|rule| rule.allow)
    }

    pub(super) fn delay(&self) -> Option<Duration> {
        self.delay
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.sorted.len()
    }
}

impl Group {
    fn add(&mut self, name: &[u8], agent: &str) {
        if self.has_rules {
            *self = Self::default();
        }
        // Google takes a star with a word behind it for a star.
        if name.first() == Some(&b'*') && name.get(1).is_none_or(u8::is_ascii_whitespace) {
            self.is_everybodys = true;
        } else {
            self.is_ours |= token(name).eq_ignore_ascii_case(agent.as_bytes());
        }
    }

    fn give(&mut self, ours: &mut Found, everybodys: &mut Found, give: impl Fn(&mut Found)) {
        self.has_rules = true;
        if self.is_ours {
            give(ours);
        } else if self.is_everybodys {
            give(everybodys);
        }
    }
}

impl Found {
    /// An empty rule says nothing.
    fn rule(&mut self, pattern: &[u8], allow: bool, reading: Reading) {
        let pattern = match reading {
            Reading::Google => encoded(pattern, |_| false, |byte| !byte.is_ascii()),
            Reading::Rfc9309 => encoded(pattern, is_unreserved, |byte| !is_plain(byte)),
        };
        if pattern.is_empty() {
            return;
        }
        // Who allows the index page of a directory allows the directory. Source: Google's parser.
        if allow
            && let Some((directory, _)) =
                pattern.rsplit_once('/').filter(|(_, file)| file.starts_with("index.htm"))
        {
            self.rules.push(Rule { pattern: format!("{directory}/$").into(), allow });
        }
        self.rules.push(Rule { pattern: pattern.into(), allow });
    }

    /// The longest wait that is asked for counts.
    fn wait(&mut self, value: &[u8]) {
        let seconds = std::str::from_utf8(value).ok().and_then(|text| text.parse::<f64>().ok());
        let delay = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        self.delay = self.delay.max(delay);
    }
}

/// The name in a `User-agent` line: `Googlebot` of `Googlebot/2.1 (compatible)`. Source: RFC 9309, 2.2.1.
fn token(name: &[u8]) -> &[u8] {
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
    let end = name.iter().position(|byte| !is_part(byte)).unwrap_or(name.len());
    &name[..end]
}

/// Whether a pattern matches the beginning of a path: `*` stands for anything, `$` at its end for the end of the path.
///
/// Between two stars the first place that fits leaves most to what follows, so there is nothing to try again: the work
/// is of the order of the two lengths.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return !is_whole || rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    if is_whole { rest.ends_with(last) } else { rest.contains(last) }
}

/// A path in the form in which rules are kept.
fn in_one_form(path: &str) -> Cow<'_, str> {
    if path.bytes().all(|byte| is_plain(byte) && byte != b'%') {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(encoded(path.as_bytes(), is_unreserved, |byte| !is_plain(byte)))
    }
}

/// Percent-encodes what must be, decodes of what is encoded what may be, and writes hex digits in upper case.
fn encoded(text: &[u8], decodes: fn(u8) -> bool, encodes: fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let Some(byte) = escaped_byte(rest) else {
            rest = behind;
            if encodes(*first) {
                push_escape(&mut out, *first);
            } else {
                out.push(char::from(*first));
            }
            continue;
        };
        rest = &rest[3..];
        if decodes(byte) { out.push(char::from(byte)) } else { push_escape(&mut out, byte) }
    }
    out
}

/// What may stand in an address unencoded.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}
