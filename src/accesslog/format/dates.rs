//! The instants of logs. The minute that was read last is kept: the next line is most likely of the same one.
//!
//! A time without a zone is that of the machine that wrote it, which the line does not tell; it is read in a zone that is
//! given. In the hour that comes twice when summer time ends the earlier one is taken, and a time that does not exist
//! when it begins is moved on by the hour.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::field::{Value, whole};

/// Reads instants; keeps the minute that it read last.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    /// The zone of times that name none.
    zone: Tz,
    /// The text up to the minute, and its second since 1970, as if it were UTC.
    minute: [u8; LONGEST],
    length: usize,
    second: i64,
}

/// `17/May/2015:10:05`.
const LONGEST: usize = 17;

/// The first letters of months as logs write them.
const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

impl Dates {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, minute: [0; LONGEST], length: 0, second: 0 }
    }

    /// Reads an instant, however it is written.
    pub(super) fn read(&mut self, value: &Value<'_>) -> Option<DateTime<Utc>> {
        match value {
            Value::Text(raw) => self.read_text(raw),
            Value::Whole(number) => epoch(i64::try_from(*number).ok()?, 0),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a fraction is below one, and what is beyond i64 or below zero is no instant"
            )]
            Value::Real(number) => epoch(number.floor() as i64, (number.fract().abs() * 1e9) as u32),
        }
    }

    fn read_text(&mut self, text: &[u8]) -> Option<DateTime<Utc>> {
        let text = text.trim_ascii();
        match text {
            [_, _, b'/', ..] => self.split(text, LONGEST, apache_minute),
            [_, _, _, _, b'-', ..] => self.split(text, 16, iso_minute),
            _ => {
                let dot = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
                let nanos = fraction(text.get(dot..).unwrap_or_default())?.0;
                epoch(i64::try_from(whole(&text[..dot])?).ok()?, nanos)
            }
        }
    }

    /// Reads an instant whose minute takes the first `length` bytes.
    fn split(
        &mut self,
        text: &[u8],
        length: usize,
        minute: fn(&[u8]) -> Option<i64>,
    ) -> Option<DateTime<Utc>> {
        let (head, rest) = text.split_at_checked(length)?;
        if self.minute.get(..self.length) != Some(head) {
            self.second = minute(head)?;
            self.minute.get_mut(..length)?.copy_from_slice(head);
            self.length = length;
        }
        let [b':', seconds @ ..] = rest else { return None };
        let (seconds, rest) = seconds.split_at_checked(2)?;
        let seconds = i64::try_from(whole(seconds)?).ok().filter(|seconds| *seconds <= 60)?;
        let (nanos, used) = fraction(rest)?;
        let local = self.second + seconds;
        match zone(&rest[used..])? {
            Zone::East(offset) => DateTime::from_timestamp(local - offset, nanos),
            Zone::Missing => self.in_zone(DateTime::from_timestamp(local, nanos)?.naive_utc()),
        }
    }

    fn in_zone(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        if self.zone == Tz::UTC {
            return Some(local.and_utc());
        }
        let hour = TimeDelta::hours(1);
        let at = self.zone.from_local_datetime(&local).earliest();
        let moved =
            || Some(self.zone.from_local_datetime(&local.checked_sub_signed(hour)?).earliest()? + hour);
        at.or_else(moved).map(|at| at.to_utc())
    }

    /// Reads an instant by a pattern of `strftime`.
    pub(super) fn read_by(&self, text: &[u8], pattern: &str) -> Option<DateTime<Utc>> {
        let text = std::str::from_utf8(text).ok()?;
        match DateTime::parse_from_str(text, pattern) {
            Ok(at) => Some(at.to_utc()),
            Err(_) => self.in_zone(NaiveDateTime::parse_from_str(text, pattern).ok()?),
        }
    }
}

/// A number since 1970: of seconds, milliseconds, microseconds or nanoseconds, told by its size. Seconds below
/// 100,000,000,000 last until the year 5138.
fn epoch(number: i64, nanos: u32) -> Option<DateTime<Utc>> {
    match number {
        ..0 => None,
        0..100_000_000_000 => DateTime::from_timestamp(number, nanos),
        100_000_000_000..100_000_000_000_000 => DateTime::from_timestamp_millis(number),
        100_000_000_000_000..100_000_000_000_000_000 => DateTime::from_timestamp_micros(number),
        _ => Some(DateTime::from_timestamp_nanos(number)),
    }
}

/// `17/May/2015:10:05`, as nginx, Apache and HAProxy write it.
fn apache_minute(text: &[u8]) -> Option<i64> {
    let marks = [(2, b'/'), (6, b'/'), (11, b':'), (14, b':')];
    has(text, &marks).then_some(())?;
    let month = MONTHS.iter().position(|name| text[3..6].eq_ignore_ascii_case(*name))?;
    second(&text[7..11], u32::try_from(month + 1).ok()?, &text[..2], &text[12..14], &text[15..17])
}

/// `2026-11-28T13:58`, or with a space.
fn iso_minute(text: &[u8]) -> Option<i64> {
    let is_parted = matches!(text.get(10), Some(b'T' | b't' | b' ' | b':'));
    (is_parted && has(text, &[(4, b'-'), (7, b'-'), (13, b':')])).then_some(())?;
    second(&text[..4], number(&text[5..7])?, &text[8..10], &text[11..13], &text[14..16])
}

fn has(text: &[u8], marks: &[(usize, u8)]) -> bool {
    marks.iter().all(|(at, mark)| text.get(*at) == Some(mark))
}

fn second(year: &[u8], month: u32, day: &[u8], hour: &[u8], minute: &[u8]) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(whole(year)?).ok()?, month, number(day)?)?;
    Some(date.and_hms_opt(number(hour)?, number(minute)?, 0)?.and_utc().timestamp())
}

fn number(digits: &[u8]) -> Option<u32> {
    u32::try_from(whole(digits)?).ok()
}

/// Nanoseconds of a fraction such as `.655`, and how long it is; none is zero.
fn fraction(text: &[u8]) -> Option<(u32, usize)> {
    let [b'.' | b',', digits @ ..] = text else { return Some((0, 0)) };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut nanos = 0;
    for place in 0..9 {
        let digit = digits.get(place).filter(|_| place < length).map_or(0, |byte| u32::from(byte - b'0'));
        nanos = nanos * 10 + digit;
    }
    (length > 0).then_some((nanos, length + 1))
}

/// What stands behind a time.
enum Zone {
    /// So many seconds east of Greenwich.
    East(i64),
    Missing,
}

/// The zone; `None`: what is written is none.
fn zone(text: &[u8]) -> Option<Zone> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, digits) = match text {
        [] => return Some(Zone::Missing),
        b"Z" | b"z" | b"UTC" => return Some(Zone::East(0)),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b, c, d] | [a, b, b':', c, d] => ([*a, *b], [*c, *d]),
        [a, b] => ([*a, *b], [b'0', b'0']),
        _ => return None,
    };
    let (hours, minutes) = (number(&hours)?, number(&minutes)?);
    (hours < 24 && minutes < 60).then_some(Zone::East(sign * i64::from(hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(zone: Tz, text: &str) -> Option<String> {
        let at = Dates::new(zone).read(&Value::text(text.as_bytes()))?;
        Some(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }

    #[test]
    fn instants_are_read_however_servers_write_them() {
        for (text, is) in [
            ("17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03Z"),
            ("31/Dec/2025:23:59:59 -0330", "2026-01-01T03:29:59Z"),
            ("01/Jan/2026:00:00:00 +0100", "2025-12-31T23:00:00Z"),
            ("29/Feb/2024:12:00:60 +0000", "2024-02-29T12:01:00Z"),
            ("06/Feb/2009:12:14:14.655", "2009-02-06T12:14:14.655Z"),
            ("2026-11-28T13:58:00+01:00", "2026-11-28T12:58:00Z"),
            ("2026-11-28T13:58:00.123456Z", "2026-11-28T13:58:00.123456Z"),
            ("2026-11-28 13:58:00", "2026-11-28T13:58:00Z"),
            ("1764338280.123", "2025-11-28T13:58:00.123Z"),
            ("1764338280123", "2025-11-28T13:58:00.123Z"),
            ("1764338280123456789", "2025-11-28T13:58:00.123456789Z"),
        ] {
            assert_eq!(read_in(Tz::UTC, text).as_deref(), Some(is), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in [
            "",
            "-",
            "yesterday",
            "32/May/2015:10:05:03 +0000",
            "30/Feb/2015:10:05:03 +0000",
            "17/Mai/2015:10:05:03 +0000",
            "17/May/2015:25:05:03 +0000",
            "17/May/2015:10:05:61 +0000",
            "17/May/2015:10:05:03 +2500",
            "17/May/2015:10:05:03 CEST",
            "17/May/2015:10:05",
            "2026-13-01T00:00:00Z",
            "2026-11-28T13:58:00.Z",
            "99999999999999999999",
        ] {
            assert_eq!(read_in(Tz::UTC, text), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_read_in_the_one_that_is_given_also_where_summer_begins_and_ends() {
        let berlin = Tz::Europe__Berlin;
        for (text, is) in [
            ("28/Jun/2026:12:00:00.000", "2026-06-28T10:00:00Z"),
            ("25/Oct/2026:02:30:00.000", "2026-10-25T00:30:00Z"),
            ("29/Mar/2026:02:30:00.000", "2026-03-29T01:30:00Z"),
            ("28/Jun/2026:12:00:00 +0000", "2026-06-28T12:00:00Z"),
        ] {
            assert_eq!(read_in(berlin, text).as_deref(), Some(is), "{text}");
        }
    }

    #[test]
    fn the_minute_that_is_kept_is_no_other_minute() {
        let mut dates = Dates::new(Tz::UTC);
        let texts = [
            "25/Oct/2026:02:59:59 +0200",
            "25/Oct/2026:02:00:00 +0100",
            "25/Oct/2026:02:59:58 +0100",
            "2026-10-25T02:59:58Z",
            "24/Oct/2026:02:59:58 +0100",
        ];
        let read: Vec<_> =
            texts.iter().map(|text| dates.read(&Value::text(text.as_bytes())).unwrap().timestamp()).collect();
        let alone: Vec<_> = texts
            .iter()
            .map(|text| Dates::new(Tz::UTC).read(&Value::text(text.as_bytes())).unwrap().timestamp())
            .collect();
        assert_eq!(read, alone);
        assert_eq!(
            read[1] - read[0],
            1,
            "02:59:59 of summer time and 02:00:00 of winter time follow each other"
        );
    }

    #[test]
    fn a_pattern_of_strftime_is_followed() {
        let dates = Dates::new(Tz::UTC);
        let at = dates.read_by(b"28.11.2026 13:58:00 +0100", "%d.%m.%Y %H:%M:%S %z").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-11-28T12:58:00+00:00");
        assert!(dates.read_by(b"28.11.2026", "%d.%m.%Y %H:%M:%S %z").is_none());
    }
}
