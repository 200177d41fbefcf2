//! What curl writes beside an answer: `curl -v` marks lines by `<`, `>` and `*`, and what goes wrong is told as `curl: (52)`.

use super::{Pasted, answered, broken};
use crate::domain::evidence::Evidence;
use crate::domain::outcome::NetworkError::{
    self, ConnectTimeout, Dns, Incomplete, Protocol, ReadTimeout, Refused, Reset, Tls,
};
use crate::domain::outcome::Outcome;

/// An error of curl: its code, a part of its text where the code alone does not tell, and what it comes to. Source:
/// curl(1), "EXIT CODES".
const ERRORS: &[(u32, &str, NetworkError)] = &[
    (1, "HTTP/0.9", Protocol),
    (6, "", Dns),
    (7, "timed out", ConnectTimeout),
    (7, "", Refused),
    (8, "", Protocol),
    (16, "", Protocol),
    (18, "", Incomplete),
    (28, "Connection timed out", ConnectTimeout),
    (28, "", ReadTimeout),
    (35, "", Tls),
    (51, "", Tls),
    (52, "", Reset),
    (53, "", Tls),
    (54, "", Tls),
    (55, "", Reset),
    (56, "", Reset),
    (58, "", Tls),
    (59, "", Tls),
    (60, "", Tls),
    (77, "", Tls),
    (83, "", Tls),
    (90, "", Tls),
    (91, "", Tls),
    (92, "", Incomplete),
    (95, "", Protocol),
];

/// The error that curl told, in its own words.
fn error(text: &str) -> Option<(NetworkError, String)> {
    let line = text.lines().rev().find(|line| line.trim_start().starts_with("curl: ("))?.trim();
    let (code, words) = line.strip_prefix("curl: (")?.split_once(')')?;
    let code: u32 = code.parse().ok()?;
    let row = ERRORS.iter().find(|(of, part, _)| *of == code && words.contains(part))?;
    Some((row.2, words.trim().to_owned()))
}

/// No answer, but curl's reason.
pub(super) fn failed(bytes: &[u8]) -> Option<Pasted> {
    let (error, words) = error(&String::from_utf8_lossy(bytes))?;
    Some(broken(Evidence { detail: Some(words), ..Evidence::default() }, error))
}

/// The output of `curl -v`, and of `curl -i` with an error behind it; `None`: it is neither.
pub(super) fn verbose(bytes: &[u8]) -> Option<Pasted> {
    let text = String::from_utf8_lossy(bytes);
    let is_verbose = text.lines().any(|line| line.starts_with("< HTTP/") || line.starts_with("* "));
    let told = error(&text);
    if !is_verbose && (told.is_none() || !text.starts_with("HTTP/")) {
        return None;
    }
    let parts =
        if is_verbose { parts(&text) } else { Parts { answer: without_errors(&text), ..Parts::default() } };
    let mut pasted = if parts.answer.starts_with("HTTP/") {
        answered(parts.answer.as_bytes(), parts.method.as_deref() == Some("HEAD"))
    } else {
        failed(bytes).unwrap_or_else(|| silent(&parts.talk))
    };
    if let Some((error, words)) = told.or_else(|| cut(&parts.talk))
        && matches!(pasted.outcome, Outcome::Status(200..=299))
    {
        pasted.outcome = Outcome::Network(error);
        pasted.evidence.detail = Some(words);
    }
    pasted.url = parts.host.zip(parts.path).map(|(host, path)| format!("{host}{path}"));
    Some(pasted)
}

/// What `curl -v` told, taken apart.
#[derive(Debug, Default)]
struct Parts {
    /// Head and body, as over the wire.
    answer: String,
    method: Option<String>,
    host: Option<String>,
    path: Option<String>,
    /// What curl said about it.
    talk: Vec<String>,
}

fn parts(text: &str) -> Parts {
    let mut parts = Parts::default();
    let (mut head, mut body) = (String::new(), String::new());
    let mut in_head = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        if let Some(sent) = bare.strip_prefix("> ") {
            parts.take_request(sent);
        } else if let Some(came) =
            bare.strip_prefix("< ").or_else(|| bare.strip_prefix('<').filter(|rest| rest.is_empty()))
        {
            if came.starts_with("HTTP/") && !in_head {
                // A new answer begins, after a redirect or an interim one.
                head.clear();
                body.clear();
            }
            in_head = !came.is_empty();
            head.push_str(came);
            head.push_str("\r\n");
        } else if let Some(said) = bare.strip_prefix("* ") {
            parts.talk.push(said.to_owned());
        } else if !is_talk(bare) {
            body.push_str(line);
        }
    }
    // `curl -iv` shows the head a second time, before the body.
    let body = if body.trim_start().starts_with("HTTP/") {
        body.trim_start().to_owned()
    } else {
        format!("{head}{body}")
    };
    parts.answer = body;
    parts
}

impl Parts {
    fn take_request(&mut self, sent: &str) {
        let mut words = sent.split(' ');
        match (words.next(), words.next(), words.next()) {
            (Some(method), Some(path), Some(version)) if version.starts_with("HTTP/") => {
                (self.method, self.path) = (Some(method.to_owned()), Some(path.to_owned()));
            }
            (Some(name), Some(host), None) if name.eq_ignore_ascii_case("host:") => {
                self.host = Some(host.to_owned());
            }
            _ => {}
        }
    }
}

/// Neither head nor body: counts of bytes, the meter, the prompt's echo, the end of a request, curl's error.
fn is_talk(line: &str) -> bool {
    let starts = ["{ [", "} [", "curl: (", "  % Total", "                                 Dload", "$ ", ">"];
    starts.iter().any(|start| line.starts_with(start)) || line == "*"
}

fn without_errors(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with("curl: (")).collect()
}

/// What curl's talk says of a body that broke off.
fn cut(talk: &[String]) -> Option<(NetworkError, String)> {
    let line = talk.iter().find(|line| line.contains("transfer closed with"))?;
    Some((Incomplete, line.clone()))
}

/// No answer, and no error at the end: the talk has it.
fn silent(talk: &[String]) -> Pasted {
    const SAID: &[(&str, NetworkError)] = &[
        ("Could not resolve", Dns),
        ("Connection refused", Refused),
        ("Connection timed out", ConnectTimeout),
        ("Operation timed out", ReadTimeout),
        ("Empty reply", Reset),
        ("Connection reset", Reset),
        ("SSL", Tls),
        ("certificate", Tls),
    ];
    let found = SAID.iter().find_map(|(part, error)| {
        talk.iter().find(|line| line.contains(part)).map(|line| (*error, line.clone()))
    });
    let (error, words) = found.unwrap_or((Protocol, "curl shows no answer".to_owned()));
    broken(Evidence { detail: Some(words), ..Evidence::default() }, error)
}
