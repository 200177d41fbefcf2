//! A part of a whole as people write it in a policy: `1%`, `0.5%`. It exists so that a share is read, shown and stored in
//! one form, and is never mistaken for a count.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A part of a whole, in thousandths of a percent; at most the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

/// A text that is not a share.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a share: write it as 1% or 0.5%, from 0% to 100%")]
pub struct BadShare(String);

/// The whole.
const WHOLE: u32 = 100_000;

impl Share {
    /// So many percent; more than 100 are 100.
    pub const fn percent(n: u32) -> Self {
        Self(if n > 100 { WHOLE } else { n * 1000 })
    }

    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }
}

impl FromStr for Share {
    type Err = BadShare;

    fn from_str(text: &str) -> Result<Self, BadShare> {
        let bad = || BadShare(text.to_owned());
        let number = text.trim().strip_suffix('%').ok_or_else(bad)?.trim_end();
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let digits = |part: &str| part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(rest) {
            return Err(bad());
        }
        let thousandths = format!("{whole}{rest:0<3}").parse().map_err(|_| bad())?;
        if thousandths > WHOLE { Err(bad()) } else { Ok(Self(thousandths)) }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1000, self.0 % 1000);
        if rest == 0 {
            return write!(f, "{whole}%");
        }
        write!(f, "{whole}.{}%", format!("{rest:03}").trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_shown_as_people_write_it_and_reads_back() {
        for text in ["0%", "1%", "0.5%", "12.25%", "0.001%", "100%"] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        }
        assert_eq!(" 1.50 % ".parse::<Share>().unwrap().to_string(), "1.5%");
        assert!((Share::percent(1).fraction() - 0.01).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["", "1", "%", "-1%", "100.001%", "101%", "1e1%", "0.0001%", "a%", "1.%.", "½%"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
