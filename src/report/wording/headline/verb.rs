//! What a failing site does, by its outcomes: it answers 502, refuses connections, breaks off mid-answer.

use std::collections::BTreeMap;

use crate::domain::outcome::{NetworkError, Outcome};

/// One verb with its object, in the four forms that the sentences need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Verb {
    /// They "answer 502".
    pub(in super::super) base: String,
    /// It "answers 502".
    pub(in super::super) third: String,
    /// It "answered 502".
    pub(in super::super) past: String,
    /// It has "answered 502".
    pub(in super::super) perfect: String,
}

/// One kind of failure: the four forms, and its name as a noun among others.
type Row = ([&'static str; 4], &'static str);

impl Verb {
    /// For outcomes and how often each was seen.
    pub(in super::super) fn of(outcomes: &BTreeMap<Outcome, u64>) -> Self {
        let mut by_count: Vec<(Outcome, u64)> = outcomes.iter().map(|(o, n)| (*o, *n)).collect();
        by_count.sort_by_key(|(outcome, n)| (std::cmp::Reverse(*n), *outcome));
        let kinds: Vec<Outcome> = by_count.into_iter().map(|(outcome, _)| outcome).collect();
        match kinds.as_slice() {
            [] => Self::with_object(["fail", "fails", "failed", "failed"], ""),
            [Outcome::Status(status)] => Self::answering(&status.to_string()),
            [one] => Self::with_object(row(*one).0, ""),
            _ if kinds.iter().all(|kind| matches!(kind, Outcome::Status(_))) => {
                Self::answering(&listed(&kinds))
            }
            _ => {
                Self::with_object(["fail with", "fails with", "failed with", "failed with"], &listed(&kinds))
            }
        }
    }

    fn answering(what: &str) -> Self {
        Self::with_object(["answer", "answers", "answered", "answered"], what)
    }

    fn with_object(forms: [&str; 4], object: &str) -> Self {
        let [base, third, past, perfect] = forms.map(|form| format!("{form} {object}").trim_end().to_owned());
        Self { base, third, past, perfect }
    }
}

/// The two most frequent by name, and whether there are more.
fn listed(kinds: &[Outcome]) -> String {
    let name = |kind: &Outcome| match kind {
        Outcome::Status(status) => status.to_string(),
        other => row(*other).1.to_owned(),
    };
    match kinds {
        [a, b] => format!("{} and {}", name(a), name(b)),
        [a, b, ..] => format!("{}, {} and other errors", name(a), name(b)),
        rest => rest.iter().map(name).collect(),
    }
}

fn row(outcome: Outcome) -> Row {
    match outcome {
        Outcome::Status(_) => {
            (["answer an error", "answers an error", "answered an error", "answered an error"], "errors")
        }
        Outcome::SoftError => (
            [
                "show an error page as 200",
                "shows an error page as 200",
                "showed an error page as 200",
                "shown an error page as 200",
            ],
            "error pages served as 200",
        ),
        Outcome::Network(error) => network_row(error),
    }
}

fn network_row(error: NetworkError) -> Row {
    match error {
        NetworkError::Dns => (
            [
                "cannot be found in DNS",
                "cannot be found in DNS",
                "could not be found in DNS",
                "not been found in DNS",
            ],
            "DNS errors",
        ),
        NetworkError::Refused => (
            ["refuse connections", "refuses connections", "refused connections", "refused connections"],
            "refused connections",
        ),
        NetworkError::ConnectTimeout => (
            [
                "accept no connection",
                "accepts no connection",
                "accepted no connection",
                "accepted no connection",
            ],
            "connection timeouts",
        ),
        NetworkError::Tls => (
            [
                "fail the TLS handshake",
                "fails the TLS handshake",
                "failed the TLS handshake",
                "failed the TLS handshake",
            ],
            "TLS errors",
        ),
        NetworkError::Reset => (
            [
                "drop the connection",
                "drops the connection",
                "dropped the connection",
                "dropped the connection",
            ],
            "dropped connections",
        ),
        NetworkError::ReadTimeout => (
            [
                "do not answer in time",
                "does not answer in time",
                "did not answer in time",
                "not answered in time",
            ],
            "timeouts",
        ),
        NetworkError::Incomplete => (
            [
                "break off mid-answer",
                "breaks off mid-answer",
                "broke off mid-answer",
                "broken off mid-answer",
            ],
            "answers cut short",
        ),
        NetworkError::Protocol => (
            ["do not speak HTTP", "does not speak HTTP", "did not speak HTTP", "not spoken HTTP"],
            "answers that are not HTTP",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(outcomes: &[(&str, u64)]) -> String {
        let outcomes = outcomes.iter().map(|(word, n)| (word.parse().unwrap(), *n)).collect();
        Verb::of(&outcomes).past
    }

    #[test]
    fn the_commonest_outcomes_are_named_first_and_the_rest_is_not_hidden() {
        assert_eq!(past(&[("502", 5)]), "answered 502");
        assert_eq!(past(&[("502", 5), ("504", 118)]), "answered 504 and 502");
        assert_eq!(past(&[("500", 1), ("502", 5), ("504", 118)]), "answered 504, 502 and other errors");
        assert_eq!(past(&[("502", 5), ("read_timeout", 2)]), "failed with 502 and timeouts");
        assert_eq!(past(&[("refused", 2)]), "refused connections");
        assert_eq!(past(&[]), "failed");
    }

    #[test]
    fn every_network_error_can_be_said_after_has() {
        for word in
            ["dns", "refused", "connect_timeout", "tls", "reset", "read_timeout", "incomplete", "protocol"]
        {
            let verb = Verb::of(&BTreeMap::from([(word.parse().unwrap(), 1)]));
            assert!(
                !verb.perfect.contains("did ") && !verb.perfect.contains("could "),
                "has {}",
                verb.perfect
            );
        }
    }
}
