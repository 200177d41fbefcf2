//! Where in a line the client's address stands when the server that wrote it stood behind proxies: `--client-from`.
//!
//! The decision that a reader would question: `xff` counts from the right. What stands on the left of `X-Forwarded-For`
//! was written by the client itself, who can write there that it is Googlebot; only what own proxies added can be trusted.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Which field names the client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientFrom {
    /// Who connected.
    #[default]
    Connection,
    /// The nth from the right of `X-Forwarded-For`, from 1: as many trusted proxies stand before this server.
    Forwarded(u8),
    /// A field of the log by its name: a key of JSON, a variable of nginx, a header or note of Apache, a field of `#Fields`.
    Field(Box<str>),
}

/// A value of `--client-from` that means nothing.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` does not say where the client stands: give `connection`, `xff`, `xff:N` (the Nth address from the right of X-Forwarded-For, 1 to 255) or the name of a field"
)]
pub struct UnknownClientFrom(pub String);

impl FromStr for ClientFrom {
    type Err = UnknownClientFrom;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownClientFrom(text.to_owned());
        match text.trim() {
            "connection" => Ok(Self::Connection),
            "xff" => Ok(Self::Forwarded(1)),
            "" => Err(unknown()),
            named => match named.strip_prefix("xff:") {
                Some(number) => match number.parse() {
                    Ok(0) | Err(_) => Err(unknown()),
                    Ok(number) => Ok(Self::Forwarded(number)),
                },
                None if named.contains([' ', ':', ',']) => Err(unknown()),
                None => Ok(Self::Field(named.trim_start_matches('$').into())),
            },
        }
    }
}

impl fmt::Display for ClientFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection => f.write_str("connection"),
            Self::Forwarded(number) => write!(f, "xff:{number}"),
            Self::Field(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_say_it_is_read_and_written() {
        for (text, is) in [
            ("connection", ClientFrom::Connection),
            ("xff:1", ClientFrom::Forwarded(1)),
            ("xff:2", ClientFrom::Forwarded(2)),
            ("cf_connecting_ip", ClientFrom::Field("cf_connecting_ip".into())),
        ] {
            assert_eq!(text.parse(), Ok(is.clone()));
            assert_eq!(is.to_string(), text);
        }
        assert_eq!("xff".parse(), Ok(ClientFrom::Forwarded(1)));
        assert_eq!("$http_x_real_ip".parse(), Ok(ClientFrom::Field("http_x_real_ip".into())));
    }

    #[test]
    fn what_means_nothing_is_refused_with_what_would() {
        for text in ["", "xff:0", "xff:256", "xff:two", "a b", "x:1"] {
            let error = text.parse::<ClientFrom>().unwrap_err();
            assert!(error.to_string().contains("xff:N"), "{text}");
        }
    }
}
