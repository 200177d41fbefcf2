//! Text to sections. What the library says of a fault is completed here: by the line and the column, and for a key that it does
//! not know, by the known one that was probably meant.

use std::path::PathBuf;

use serde::de::DeserializeOwned;

use super::Place;
use super::error::BadConfig;
use super::file::File;

/// How alike a key must be to one that is known to be taken for it (Jaro-Winkler, 1 is the same).
const ALIKE: f64 = 0.75;

/// Reads the sections of a file.
pub(super) fn parsed(text: &str, place: &Place) -> Result<File, BadConfig> {
    toml::from_str(text).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        let path = place.file.clone().unwrap_or_else(|| PathBuf::from("the configuration"));
        BadConfig::Line { path, line, column, why: explained(error.message()) }
    })
}

/// Reads sections from a table that stands in no file; the error is in words.
pub(super) fn of_table<T: DeserializeOwned>(table: toml::Table) -> Result<T, String> {
    table.try_into().map_err(|error: toml::de::Error| explained(error.message()))
}

/// What is expected, in the library's words and in ours.
const EXPECTED: [(&str, &str); 6] = [
    ("a string", "a text in quotes"),
    ("path string", "a path in quotes"),
    ("a boolean", "true or false"),
    ("u16", "a whole number up to 65535"),
    ("socket address", "an address with a port in quotes, such as \"127.0.0.1:8502\","),
    ("a sequence", "a list, such as [\"a\", \"b\"],"),
];

/// What the library says of an address that cannot be read.
const NO_ADDRESS: &str = "invalid socket address syntax";

/// The library's words, completed; an unknown key is answered by the nearest that is known.
fn explained(message: &str) -> String {
    let message = message.trim();
    if message == NO_ADDRESS {
        return "it is no address with a port: write it as \"127.0.0.1:8502\", or as \"[::1]:8502\""
            .to_owned();
    }
    let wrong_type = message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "));
    if let Some((given, expected)) = wrong_type {
        let known = EXPECTED.iter().find(|(theirs, _)| *theirs == expected);
        return format!("{given} stands where {} is expected", known.map_or(expected, |(_, ours)| ours));
    }
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return message.to_owned();
    };
    let mut words = rest.split('`').step_by(2);
    let given = words.next().unwrap_or_default();
    let mut known: Vec<&str> = words.collect();
    known.retain(|word| !word.is_empty());
    let likeness = |word: &&str| strsim::jaro_winkler(given, word);
    let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match nearest.filter(|word| likeness(word) >= ALIKE) {
        Some(nearest) => format!("there is no setting `{given}`; did you mean `{nearest}`?"),
        None => format!("there is no setting `{given}`; there are {}", known.join(", ")),
    }
}

/// Line and column of a byte, both counted from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let place = Place { file: Some("gatecrawl.toml".into()) };
        parsed(text, &place).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_is_told_with_its_line_and_column() {
        for (text, told) in [
            ("[mail]\nhost = \"a\"\nport = \"x\"", "line 3, column 8"),
            ("public_url = \"ftp://x\"", "line 1, column 14"),
            ("[mail]\nsecurity = \"ssl\"", "line 2, column 12"),
            ("[mail]\n  timeout = 30", "line 2, column 13"),
            ("[mail\n", "line 1, column 6"),
            ("[mail]\nfrom = \"nobody\"", "line 2, column 8"),
        ] {
            let why = fault(text);
            assert!(
                why.starts_with("gatecrawl.toml cannot be used: ") && why.contains(told),
                "{text}: {why}"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_answered_by_the_nearest_known_one() {
        for (text, nearest) in [
            ("[mail]\nhots = \"a\"", "did you mean `host`?"),
            ("[mail]\npasword = \"a\"", "did you mean `password`?"),
            ("[mial]", "did you mean `mail`?"),
            ("[webhooks]\nallow-private = true", "did you mean `allow_private`?"),
            ("publicurl = \"a\"", "did you mean `public_url`?"),
            ("[mail]\nxyz = 1", "there are host, port, security"),
        ] {
            let why = fault(text);
            assert!(why.contains(nearest), "{text}: {why}");
        }
    }

    #[test]
    fn no_secret_is_in_what_is_told() {
        for text in [
            "[mail]\npassword = 8127461",
            "[mail]\npassword = \"8127461",
            "[secrets]\nchat = 8127461",
            "[secrets]\nchat = { text = \"8127461\" }",
            "[mail]\npassword = \"8127461\"\nhots = \"x\"",
        ] {
            let why = fault(text);
            assert!(!why.contains("8127461"), "{why}");
        }
    }
}
