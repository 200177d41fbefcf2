//! A line half read: fields are put in as a format finds them, and a hit comes out when they are enough for one.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::facts;
use super::field::{Field, Raw, Unit, Value, is_nothing, whole};
use super::request::{asked, relative, without_port};
use super::text::{Escapes, text};
use super::{Rejected, Scratch};
use crate::accesslog::client::ClientFrom;
use crate::accesslog::hit::{Client, GatewayFacts, Hit, Scheme};
use crate::diagnosis::gateway::Gateway;

/// What is known of a request so far.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    at: Option<DateTime<Utc>>,
    date: Option<Raw<'a>>,
    client: Option<Raw<'a>>,
    forwarded: Option<Raw<'a>>,
    /// What stands in the field that `--client-from` names.
    named: Option<Raw<'a>>,
    host: Option<Raw<'a>>,
    port: Option<Raw<'a>>,
    scheme: Option<Scheme>,
    request: Option<Raw<'a>>,
    method: Option<Raw<'a>>,
    target: Option<Raw<'a>>,
    query: Option<Raw<'a>>,
    status: Option<u16>,
    bytes: Option<u64>,
    agent: Option<Raw<'a>>,
    elapsed: Option<Duration>,
    request_id: Option<Raw<'a>>,
    substatus: Option<Raw<'a>>,
    win32: Option<Raw<'a>>,
    /// The format has the field, whether or not something stands in it.
    pub(super) has_upstream_status: bool,
    pub(super) upstream_status: Option<Raw<'a>>,
    /// Where the format has `$upstream_header_time`: whether the last server that was asked sent a head.
    pub(super) has_head: Option<bool>,
    pub(super) termination: Option<Raw<'a>>,
    /// The gateway had no server to send the request to.
    pub(super) has_no_server: bool,
    pub(super) gateway: Option<Gateway>,
    pub(super) escapes: Escapes,
    /// Of two fields that tell the same, the later one is used.
    pub(super) overrides: bool,
}

impl<'a> Draft<'a> {
    /// A draft of a format that is written by this gateway, with these escapes.
    pub(super) fn by(gateway: Option<Gateway>, escapes: Escapes) -> Self {
        Self { gateway, escapes, ..Self::default() }
    }

    /// Puts in what stands in a field. What may be missing is left out where it cannot be read; an instant or a status that
    /// cannot be read is an error, because nothing is known of the request then.
    pub(super) fn put(
        &mut self,
        field: &Field,
        value: Value<'a>,
        scratch: &mut Scratch,
    ) -> Result<(), Rejected> {
        match field {
            Field::Other => {}
            // An address here tells that what was taken for one is the host before it.
            Field::Ident => refuse_unless(!value.is_address_like())?,
            Field::ClientBehindHost => {
                refuse_unless(value.is_address_like())?;
                self.client = value.into_raw();
            }
            Field::Time => self.at = Some(scratch.dates.read(&value).ok_or(Rejected::Time)?),
            Field::TimeBy(pattern) => {
                let raw = value.into_raw().ok_or(Rejected::Time)?;
                self.at = Some(scratch.dates.read_by(&raw, pattern).ok_or(Rejected::Time)?);
            }
            Field::TimeOfDay => self.put_time_of_day(value, scratch)?,
            Field::Status => self.status = Some(status(&value)?),
            Field::Bytes => self.bytes = value.whole(),
            Field::Elapsed(unit) => self.elapsed = duration(&value, *unit).or(self.elapsed),
            Field::HostAndPort => self.put_host_and_port(value),
            Field::Scheme => self.scheme = value.into_raw().and_then(|word| Scheme::named(&word)),
            Field::Tls => {
                self.scheme = Some(if value.into_raw().is_some() { Scheme::Https } else { Scheme::Http });
            }
            Field::UpstreamStatus => {
                self.has_upstream_status = true;
                self.upstream_status = value.into_raw().filter(|raw| **raw != *b"0" && **raw != *b"000");
            }
            Field::HeaderTime => {
                self.has_head = Some(value.into_raw().is_some_and(|times| !times.ends_with(b"-")));
            }
            Field::Request => self.request = Some(value.into_raw().unwrap_or(Cow::Borrowed(b""))),
            _ => self.put_text(field, value),
        }
        Ok(())
    }

    fn put_text(&mut self, field: &Field, value: Value<'a>) {
        let place = match field {
            Field::Client => &mut self.client,
            Field::Forwarded => &mut self.forwarded,
            Field::Host => &mut self.host,
            Field::Port => &mut self.port,
            Field::Method => &mut self.method,
            Field::Target | Field::Path => &mut self.target,
            Field::Query => &mut self.query,
            Field::Agent => &mut self.agent,
            Field::Date => &mut self.date,
            Field::Termination => &mut self.termination,
            Field::Substatus => &mut self.substatus,
            Field::Win32 => &mut self.win32,
            Field::RequestId => &mut self.request_id,
            _ => return,
        };
        // Of two fields that tell the same, the first that tells something is used, unless the reader knows better.
        if place.is_none() || self.overrides {
            *place = value.into_raw().or(place.take());
        }
    }

    /// Puts in what stands in the field that `--client-from` names.
    pub(super) fn put_named(&mut self, value: Value<'a>) {
        self.named = value.into_raw();
    }

    fn put_time_of_day(&mut self, value: Value<'a>, scratch: &mut Scratch) -> Result<(), Rejected> {
        let (date, time) =
            (self.date.as_ref().ok_or(Rejected::Time)?, value.into_raw().ok_or(Rejected::Time)?);
        let mut whole = Vec::with_capacity(24);
        whole.extend_from_slice(date);
        whole.push(b' ');
        whole.extend_from_slice(&time);
        // The format has its times in UTC, and says so nowhere in the line.
        whole.push(b'Z');
        self.at = Some(scratch.dates.read(&Value::text(&whole)).ok_or(Rejected::Time)?);
        Ok(())
    }

    fn put_host_and_port(&mut self, value: Value<'a>) {
        let Some(raw) = value.into_raw() else { return };
        self.scheme = match raw.rsplit(|byte| *byte == b':').next() {
            Some(b"443") => Some(Scheme::Https),
            Some(b"80") => Some(Scheme::Http),
            _ => self.scheme,
        };
        self.host = Some(raw);
    }

    /// Whether a status is known, and which.
    pub(super) fn status(&self) -> u16 {
        self.status.unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// The hit, where enough is known for one: an instant, a status, and what was asked for.
    pub(super) fn finish(mut self, scratch: &Scratch) -> Result<Hit<'a>, Rejected> {
        let at = self.at.ok_or(Rejected::Time)?;
        let status = self.status.ok_or(Rejected::Status)?;
        let client = self.client(scratch);
        self.name_substatus();
        let cause = facts::cause(&self);
        let escapes = self.escapes;
        let (method, target) = self.take_request()?;
        let told = |raw: Raw<'a>| text(raw, escapes);
        let own_port = |host: Raw<'a>, scheme| match (host, scheme) {
            (Cow::Borrowed(host), Some(scheme)) => Cow::Borrowed(without_port(host, scheme)),
            (host, _) => host,
        };
        if self.scheme.is_none() && self.port.is_some_and(|port| *port == *b"443") {
            self.scheme = Some(Scheme::Https);
        }
        Ok(Hit {
            at,
            client,
            host: self.host.map(|host| told(own_port(host, self.scheme))),
            scheme: self.scheme,
            method: told(method),
            target: told(target),
            status,
            agent: self.agent.map_or(Cow::Borrowed(""), told),
            bytes: self.bytes,
            elapsed: self.elapsed,
            facts: GatewayFacts {
                gateway: self.gateway,
                upstream_status: self.upstream_status.map(told),
                termination: self.termination.map(told),
                cause,
            },
            request_id: self.request_id.map(told),
        })
    }

    /// `502.3 12002` of IIS.
    fn name_substatus(&mut self) {
        if let (Some(substatus), Some(status)) = (self.substatus.take(), self.status)
            && status >= 400
        {
            let mut words = format!("{status}.").into_bytes();
            words.extend_from_slice(&substatus);
            words.push(b' ');
            words.extend_from_slice(self.win32.as_deref().unwrap_or(b"0"));
            self.termination = Some(Cow::Owned(words));
        }
    }

    /// Method and target, from the request line or from fields of their own; host and scheme of an absolute address are kept.
    fn take_request(&mut self) -> Result<(Raw<'a>, Raw<'a>), Rejected> {
        let (method, target) = match (self.request.take(), self.target.take()) {
            (Some(Cow::Borrowed(line)), _) => {
                let told = asked(line);
                self.take_origin(told.scheme, told.host.map(Cow::Borrowed));
                (Cow::Borrowed(told.method), Cow::Borrowed(told.target))
            }
            (Some(Cow::Owned(line)), _) => {
                let told = asked(&line);
                self.take_origin(told.scheme, told.host.map(|host| Cow::Owned(host.to_vec())));
                (Cow::Owned(told.method.to_vec()), Cow::Owned(told.target.to_vec()))
            }
            (None, Some(Cow::Borrowed(target))) => {
                let (scheme, host, target) = relative(target);
                self.take_origin(scheme, host.map(Cow::Borrowed));
                (self.method.take().unwrap_or(Cow::Borrowed(b"-")), Cow::Borrowed(target))
            }
            (None, Some(target)) => (self.method.take().unwrap_or(Cow::Borrowed(b"-")), target),
            (None, None) => return Err(Rejected::Request),
        };
        Ok((method, self.with_query(target)))
    }

    fn take_origin(&mut self, scheme: Option<Scheme>, host: Option<Raw<'a>>) {
        self.scheme = scheme.or(self.scheme);
        self.host = host.or(self.host.take());
    }

    fn with_query(&mut self, target: Raw<'a>) -> Raw<'a> {
        let Some(query) = self.query.take() else { return target };
        let mut whole = target.into_owned();
        if !query.starts_with(b"?") {
            whole.push(b'?');
        }
        whole.extend_from_slice(&query);
        Cow::Owned(whole)
    }

    fn client(&self, scratch: &Scratch) -> Client {
        let address = match &scratch.client_from {
            ClientFrom::Connection => self.client.as_deref(),
            ClientFrom::Forwarded(number) => {
                let list = self.forwarded.as_deref();
                list.and_then(|list| nth_from_the_right(list, usize::from(*number)))
            }
            // A header that proxies add to is one more list; its last address was added last.
            ClientFrom::Field(_) => self.named.as_deref().and_then(|list| nth_from_the_right(list, 1)),
        };
        address.and_then(address_of).map_or(Client::Hidden, Client::Address)
    }
}

fn refuse_unless(is_right: bool) -> Result<(), Rejected> {
    is_right.then_some(()).ok_or(Rejected::Shape)
}

/// The nth address of a list that proxies add to, from the right.
fn nth_from_the_right(list: &[u8], number: usize) -> Option<&[u8]> {
    // IIS writes a plus for each space, CloudFront %20.
    let is_between = |byte: &u8| matches!(byte, b',' | b' ' | b'+');
    let entries = list.rsplit(is_between).map(|entry| entry.strip_prefix(b"%20").unwrap_or(entry));
    entries.filter(|entry| !entry.is_empty()).nth(number.checked_sub(1)?)
}

/// An address, with or without a port, in brackets or not.
pub(super) fn address_of(raw: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(raw).ok()?.trim_matches('"');
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']')?.0.parse().ok().map(plain);
    }
    let parsed = text.parse().ok().or_else(|| {
        let (address, port) = text.rsplit_once(':')?;
        port.parse::<u16>().ok()?;
        address.parse().ok()
    });
    parsed.map(plain)
}

/// IPv4 that came through a socket of IPv6, `::ffff:66.249.66.1`, is IPv4.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => Ipv6Addr::to_canonical(&six),
        four @ IpAddr::V4(_) => four,
    }
}

/// A status as the log has it: three digits, or a sign that there was none.
fn status(value: &Value<'_>) -> Result<u16, Rejected> {
    match value {
        Value::Text(raw) if is_nothing(raw) || **raw == *b"-1" => return Ok(0),
        Value::Text(raw) if raw.len() > 3 => return Err(Rejected::Status),
        _ => {}
    }
    let number = value.whole().ok_or(Rejected::Status)?;
    u16::try_from(number).ok().filter(|status| *status < 1000).ok_or(Rejected::Status)
}

/// A duration: a number in this unit, or with a unit of its own.
fn duration(value: &Value<'_>, unit: Unit) -> Option<Duration> {
    let (number, unit) = match value {
        Value::Text(raw) => {
            let end = raw.iter().position(u8::is_ascii_alphabetic).unwrap_or(raw.len());
            let unit = match &raw[end..] {
                b"" => unit,
                b"ns" => Unit::Nanos,
                b"us" => Unit::Micros,
                b"ms" => Unit::Millis,
                b"s" => Unit::Seconds,
                _ => return None,
            };
            (Value::text(raw[..end].strip_prefix(b"+").unwrap_or(&raw[..end])).real()?, unit)
        }
        _ => (value.real()?, unit),
    };
    let scale = match unit {
        Unit::Seconds => 1.0,
        Unit::Millis => 1e3,
        Unit::Micros => 1e6,
        Unit::Nanos => 1e9,
    };
    Duration::try_from_secs_f64(number / scale).ok()
}

/// Whether this is a status, or a list of statuses as nginx writes those of several upstreams: `502, 200 : 504`.
pub(super) fn is_statuses(raw: &[u8]) -> bool {
    let mut parts =
        raw.split(|byte| matches!(byte, b',' | b':' | b' ')).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some()
        && parts.all(|part| {
            *part == *b"-" || (part.len() == 3 && whole(part).is_some_and(|n| (100..600).contains(&n)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_ports_brackets_and_in_both_families() {
        for (text, is) in [
            ("66.249.66.1", "66.249.66.1"),
            ("66.249.66.1:33317", "66.249.66.1"),
            ("2001:4860:4801:10::1", "2001:4860:4801:10::1"),
            ("[2001:4860:4801:10::1]:443", "2001:4860:4801:10::1"),
            ("::ffff:66.249.66.1", "66.249.66.1"),
        ] {
            assert_eq!(address_of(text.as_bytes()), Some(is.parse().unwrap()), "{text}");
        }
        for text in ["-", "", "unix:", "66.249.66.x", "crawl-66-249-66-1.googlebot.com", "1.2.3"] {
            assert_eq!(address_of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_proxies_added_is_counted_from_the_right() {
        let list = b"6.6.6.6, 66.249.66.1, 10.0.0.7";
        assert_eq!(nth_from_the_right(list, 1), Some(&b"10.0.0.7"[..]));
        assert_eq!(nth_from_the_right(list, 2), Some(&b"66.249.66.1"[..]));
        assert_eq!(nth_from_the_right(list, 4), None);
        assert_eq!(nth_from_the_right(b"66.249.66.1,+10.0.0.7", 2), Some(&b"66.249.66.1"[..]));
        assert_eq!(nth_from_the_right(b"66.249.66.1,%2010.0.0.7", 1), Some(&b"10.0.0.7"[..]));
    }

    #[test]
    fn a_status_is_three_digits_or_none() {
        for (text, is) in [("502", Ok(502)), ("000", Ok(0)), ("-1", Ok(0)), ("-", Ok(0))] {
            assert_eq!(status(&Value::text(text.as_bytes())), is, "{text}");
        }
        for text in ["5020", "50x", "-2", "0000502"] {
            assert_eq!(status(&Value::text(text.as_bytes())), Err(Rejected::Status), "{text}");
        }
    }

    #[test]
    fn durations_have_the_unit_of_the_field_or_their_own() {
        let read = |text: &str, unit| duration(&Value::text(text.as_bytes()), unit);
        assert_eq!(read("0.250", Unit::Seconds), Some(Duration::from_millis(250)));
        assert_eq!(read("250", Unit::Millis), Some(Duration::from_millis(250)));
        assert_eq!(read("+250ms", Unit::Seconds), Some(Duration::from_millis(250)));
        assert_eq!(read("-1", Unit::Seconds), None);
        assert_eq!(read("1e400", Unit::Seconds), None);
        assert_eq!(read("-", Unit::Seconds), None);
    }

    #[test]
    fn lists_of_statuses_are_known_from_other_numbers() {
        assert!(is_statuses(b"502, 200") && is_statuses(b"502") && is_statuses(b"502, 504 : 200"));
        assert!(is_statuses(b"-") && !is_statuses(b"0.502") && !is_statuses(b"700") && !is_statuses(b""));
    }
}
