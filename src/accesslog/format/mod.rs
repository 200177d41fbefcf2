//! The formats of access logs: from a line to a [`Hit`]. A file for each family; what their fields mean stands in one table
//! each, and [`draft`] puts a hit together from whatever was found.
//!
//! The decision that a reader would question: a format is found out by trying all of them. Servers are configured by hand, so
//! that a rule about the first bytes would be wrong for somebody; a line that parses in full seldom parses as two formats.

mod alb;
mod dates;
mod dialects;
mod draft;
mod facts;
mod field;
mod foreign;
mod haproxy;
mod head;
mod json;
mod pattern;
mod request;
mod text;
mod w3c;

use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use chrono_tz::Tz;
use thiserror::Error;

use self::dates::Dates;
use self::dialects::{DIALECTS, Dialect};
pub use self::foreign::why;
pub use self::head::{body, wrapped};
use self::pattern::Pattern;
pub use self::w3c::Columns;
use super::client::ClientFrom;
use super::hit::Hit;
use crate::diagnosis::gateway::Gateway;

/// How the lines of a log are written.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// By a pattern: `combined` and its kin, and whatever a format string says.
    Pattern(Arc<Pattern>),
    /// An object of JSON on each line, with the keys of this server.
    Json(&'static Dialect),
    /// `option httplog` of HAProxy.
    Haproxy,
    /// AWS load balancers, application and classic.
    Alb,
    /// The extended format of the W3C: fields are named by a line above, as IIS and CloudFront write it.
    W3c(Arc<Columns>),
}

/// Why a line is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Rejected {
    /// Too long.
    #[error("it is longer than 1 MB")]
    TooLong,
    /// It has bytes that no log has.
    #[error("it is not text: there are zero bytes in it")]
    Binary,
    /// It ends where its file broke off.
    #[error("the file breaks off within it")]
    CutOff,
    /// It belongs to another log.
    #[error("it is a line of {0}, not of an access log")]
    Foreign(&'static str),
    /// The parts that the format has are not there.
    #[error("it does not have the parts of the format")]
    Shape,
    /// No instant.
    #[error("its time is missing or cannot be read")]
    Time,
    /// No status.
    #[error("its status is missing or cannot be read")]
    Status,
    /// Nothing that was asked for.
    #[error("it does not say what was asked for")]
    Request,
    /// Not JSON.
    #[error("it is not whole JSON")]
    Json,
    /// Nothing fits.
    #[error("it is of no known format")]
    Unknown,
}

/// What was given as a format, and is none.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadFormat {
    /// No format has this name.
    #[error("`{0}` is no format of access logs: give one of {names}, or a format string of nginx or Apache", names = names().join(", "))]
    Unknown(String),
    /// A format string that cannot be followed.
    #[error("the format string `{text}` cannot be used: {why}")]
    Pattern {
        /// The string.
        text: String,
        /// What is wrong with it.
        why: String,
    },
}

/// What lines are read with, and what reading one line leaves behind for the next.
#[derive(Debug, Clone)]
pub struct Scratch {
    client_from: ClientFrom,
    dates: Dates,
}

impl Scratch {
    /// For a log where the client stands there, and whose times are of this zone where they name none.
    pub fn new(client_from: ClientFrom, zone: Tz) -> Self {
        Self { client_from, dates: Dates::new(zone) }
    }
}

/// A pattern with a name: the gateway that alone writes it, the pattern in nginx's syntax, and whether more may follow.
struct Named {
    name: &'static str,
    gateway: Option<Gateway>,
    pattern: &'static str,
    may_go_on: bool,
}

macro_rules! combined {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "$our_ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"",
            $after
        )
    };
}

/// The named patterns, those that say more first: a line of one of them is one of those below it, too.
const NAMED: [Named; 6] = [
    // https://doc.traefik.io/traefik/observability/access-logs/
    Named {
        name: "traefik_clf",
        gateway: Some(Gateway::Traefik),
        pattern: combined!("$remote_addr ", " $requests \"$router\" \"$server\" ${our_millis}ms"),
        may_go_on: false,
    },
    // https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
    Named {
        name: "ingress_nginx",
        gateway: Some(Gateway::IngressNginx),
        pattern: combined!(
            "$remote_addr ",
            " $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"
        ),
        may_go_on: false,
    },
    Named {
        name: "vhost_combined",
        gateway: None,
        pattern: combined!("$our_host_and_port $our_client_behind_host ", ""),
        may_go_on: true,
    },
    Named { name: "combined", gateway: None, pattern: combined!("$remote_addr ", ""), may_go_on: true },
    Named {
        name: "vhost_common",
        gateway: None,
        pattern: "$our_host_and_port $our_client_behind_host $our_ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent",
        may_go_on: false,
    },
    Named {
        name: "common",
        gateway: None,
        pattern: "$remote_addr $our_ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent",
        may_go_on: false,
    },
];

/// The formats that have names, in the order in which lines are tried with them.
static FORMATS: LazyLock<Vec<(&'static str, Format)>> = LazyLock::new(|| {
    let named = NAMED.iter().filter_map(|named| {
        let pattern = Pattern::named(named.name, named.gateway, named.pattern, named.may_go_on).ok()?;
        Some((named.name, Format::Pattern(Arc::new(pattern))))
    });
    let json = DIALECTS.iter().map(|dialect| (dialect.name, Format::Json(dialect)));
    let w3c = Columns::KNOWN.map(|(name, fields)| (name, Format::W3c(Arc::new(Columns::of(name, fields)))));
    named.chain(json).chain([("haproxy", Format::Haproxy), ("alb", Format::Alb)]).chain(w3c).collect()
});

/// The names of all formats.
pub fn names() -> Vec<&'static str> {
    FORMATS.iter().map(|(name, _)| *name).collect()
}

/// How many lines decide what a file is.
const SAMPLE: usize = 200;

impl Format {
    /// All formats that have names, in the order in which a line is tried with them.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        FORMATS.iter().map(|(_, format)| format)
    }

    /// The format that most of these lines have; of those that as many have, the one that says most. Lines may have a head
    /// of syslog, and may be directives.
    pub fn sniff(sample: &[&[u8]]) -> Option<Self> {
        let mut scratch = Scratch::new(ClientFrom::default(), Tz::UTC);
        let lines: Vec<&[u8]> = sample.iter().take(SAMPLE).map(|line| body(line).unwrap_or(line)).collect();
        let columns = lines.iter().find_map(|line| Columns::declared(line));
        let declared: Option<Self> = columns.map(|columns| Self::W3c(Arc::new(columns)));
        let mut best: Option<(usize, &Self)> = None;
        for format in declared.iter().chain(FORMATS.iter().map(|(_, format)| format)) {
            let count = lines.iter().filter(|line| format.read(line, &mut scratch).is_ok()).count();
            if count > best.map_or(0, |(most, _)| most) {
                best = Some((count, format));
            }
        }
        best.map(|(_, format)| format.clone()).or(declared)
    }

    /// From a format string of nginx (`$remote_addr ...`) or Apache (`%h ...`), or a whole directive with one.
    pub fn from_log_format(text: &str) -> Result<Self, BadFormat> {
        Pattern::parse(text).map(|pattern| Self::Pattern(Arc::new(pattern)))
    }

    /// The name by which it is asked for; `custom` of a format string.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pattern(pattern) => pattern.name(),
            Self::Json(dialect) => dialect.name,
            Self::Haproxy => "haproxy",
            Self::Alb => "alb",
            Self::W3c(columns) => columns.name(),
        }
    }

    /// Reads a line, without its line feed and without a head of syslog.
    pub fn read<'a>(&self, line: &'a [u8], scratch: &mut Scratch) -> Result<Hit<'a>, Rejected> {
        match self {
            Self::Pattern(pattern) => pattern.read(line, scratch),
            Self::Json(dialect) => json::read(dialect, line, scratch),
            Self::Haproxy => haproxy::read(line, scratch),
            Self::Alb => alb::read(line, scratch),
            Self::W3c(columns) => columns.read(line, scratch),
        }
    }
}

impl FromStr for Format {
    type Err = BadFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains(['$', '%']) {
            return Self::from_log_format(text);
        }
        let named = FORMATS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        named.map(|(_, format)| format.clone()).ok_or_else(|| BadFormat::Unknown(text.to_owned()))
    }
}

/// Whether a bot may have written this line: one of the tokens stands somewhere in it.
pub fn may_be_bot(line: &[u8], tokens: &AhoCorasick) -> bool {
    tokens.is_match(line)
}

#[cfg(test)]
mod tests;
