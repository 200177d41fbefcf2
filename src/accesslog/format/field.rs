//! What a column, a variable or a key of a log means, whichever format it stands in, and the values that stand there.

use std::borrow::Cow;

/// What a field tells of a request. Formats name their fields in tables with these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// Who connected: an address, with or without a port.
    Client,
    /// The same where a host stands before it.
    ClientBehindHost,
    /// Who the client says that it is, `%l`: nobody, these days.
    Ident,
    /// `X-Forwarded-For`.
    Forwarded,
    /// The host that was asked.
    Host,
    /// The same with the port that was asked, `%v:%p` of Apache.
    HostAndPort,
    /// The port that was asked; 443 tells that it was HTTPS.
    Port,
    /// `http` or `https`.
    Scheme,
    /// It is there when TLS was used, `-` or empty when not.
    Tls,
    /// The whole line: `GET / HTTP/1.1`.
    Request,
    Method,
    /// Path and query.
    Target,
    /// The path alone.
    Path,
    /// The query alone, with or without its question mark.
    Query,
    Status,
    Bytes,
    Agent,
    /// When: as Apache, HAProxy or ISO 8601 write it, or a number since 1970.
    Time,
    /// When, by a pattern of `strftime`.
    TimeBy(Box<str>),
    /// The date of a line that has the time in a field of its own.
    Date,
    TimeOfDay,
    /// How long the request took, in this unit where the value names none.
    Elapsed(Unit),
    /// What those behind the gateway answered.
    UpstreamStatus,
    /// When the first header of the upstream came, `$upstream_header_time`; `-` where none did.
    HeaderTime,
    /// How the gateway says that it ended.
    Termination,
    /// `sc-substatus` of IIS.
    Substatus,
    /// `sc-win32-status` of IIS.
    Win32,
    RequestId,
    /// It tells nothing that is asked for.
    Other,
}

/// The unit of a duration that is written as a bare number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// What stands in a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Text(Raw<'a>),
    Whole(u64),
    Real(f64),
}

/// Text as it stands in a line, not yet unescaped.
pub(super) type Raw<'a> = Cow<'a, [u8]>;

impl<'a> Value<'a> {
    /// Text of the line itself.
    pub(super) fn text(bytes: &'a [u8]) -> Self {
        Self::Text(Cow::Borrowed(bytes))
    }

    /// As text, unless it is one of the signs for nothing.
    pub(super) fn into_raw(self) -> Option<Raw<'a>> {
        match self {
            Self::Text(raw) => (!is_nothing(&raw)).then_some(raw),
            Self::Whole(number) => Some(Cow::Owned(number.to_string().into_bytes())),
            Self::Real(number) => Some(Cow::Owned(number.to_string().into_bytes())),
        }
    }

    /// Whether it looks like an address, or the name of one.
    pub(super) fn is_address_like(&self) -> bool {
        matches!(self, Self::Text(raw) if **raw != *b"-" && raw.iter().any(|byte| matches!(byte, b'.' | b':')))
    }

    /// Whether it is a sign for nothing.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Text(raw) if is_nothing(raw))
    }

    /// As a whole number; `None`: it is none, or not there.
    pub(super) fn whole(&self) -> Option<u64> {
        match self {
            Self::Text(raw) => whole(raw),
            Self::Whole(number) => Some(*number),
            Self::Real(_) => None,
        }
    }

    /// As a number.
    pub(super) fn real(&self) -> Option<f64> {
        match self {
            Self::Text(raw) => {
                std::str::from_utf8(raw).ok()?.parse().ok().filter(|real: &f64| real.is_finite())
            }
            #[expect(clippy::cast_precision_loss, reason = "durations and sizes of logs are far below 2^53")]
            Self::Whole(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
        }
    }
}

/// `-` and nothing say that there is no value.
pub(super) fn is_nothing(raw: &[u8]) -> bool {
    matches!(raw, b"" | b"-")
}

/// A number of decimal digits alone, up to 19 of them.
pub(super) fn whole(raw: &[u8]) -> Option<u64> {
    if raw.is_empty() || raw.len() > 19 {
        return None;
    }
    let mut number = 0_u64;
    for byte in raw {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}
