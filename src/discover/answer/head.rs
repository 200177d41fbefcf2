//! The head of a pasted answer: the status line and the headers, in their order and letters.

/// A head beyond this is cut: no server sends one, and nothing in it would name a gateway.
const LONGEST: usize = 1 << 20;
const MOST_LINES: usize = 10_000;

/// A head as it was read.
#[derive(Debug)]
pub(super) struct Head {
    /// The status line.
    pub(super) line: String,
    pub(super) version: String,
    pub(super) status: Option<u16>,
    /// What stands behind the status; `None`: HTTP/2 has no reason phrase.
    pub(super) reason: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    /// Its lines end in a line feed alone: the text went through an editor or a terminal.
    pub(super) is_retyped: bool,
    /// How many bytes it has, with the empty line.
    pub(super) length: usize,
    pub(super) notes: Vec<String>,
}

impl Head {
    /// Reads the head that the text begins with.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let (text, length) = split(bytes);
        let mut notes = Vec::new();
        let taken = text.get(..LONGEST).unwrap_or(text);
        if taken.len() < text.len() {
            notes.push("The head is longer than 1 MB; what lies behind that was not read.".to_owned());
        }
        let mut lines = taken.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let is_retyped = !first.ends_with(b"\r");
        let line = text_of(first);
        let (version, status, reason) = status_line(&line);
        let headers = headers(lines, &mut notes);
        Self { line, version, status, reason, headers, is_retyped, length, notes }
    }

    /// 1xx, but 101, which is final.
    pub(super) fn is_interim(&self) -> bool {
        self.status.is_some_and(|status| (100..=199).contains(&status) && status != 101)
    }

    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The head without its empty line, and where what follows begins.
fn split(bytes: &[u8]) -> (&[u8], usize) {
    let mut at = 0;
    while let Some(end) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
        let line = bytes.get(at..at + end).unwrap_or_default();
        if line.is_empty() || line == b"\r" {
            return (bytes.get(..at).unwrap_or_default(), at + end + 1);
        }
        at += end + 1;
    }
    (bytes, bytes.len())
}

fn status_line(line: &str) -> (String, Option<u16>, Option<String>) {
    let mut parts = line.splitn(3, ' ');
    let version = parts.next().unwrap_or_default().to_owned();
    let code = parts.next().unwrap_or_default();
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    let status = is_code.then(|| code.parse().ok()).flatten();
    let reason = parts.next().map(|reason| reason.trim_end().to_owned());
    let has_reasons = version.starts_with("HTTP/1") || version.starts_with("HTTP/0");
    (
        version,
        status,
        if has_reasons { reason.or_else(|| Some(String::new())) } else { reason.filter(|r| !r.is_empty()) },
    )
}

fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>, notes: &mut Vec<String>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let (mut odd, mut left_out) = (0_usize, 0_usize);
    for (number, line) in lines.enumerate() {
        let line = text_of(line);
        if number >= MOST_LINES {
            left_out += 1;
        } else if line.starts_with([' ', '\t']) && !headers.is_empty() {
            if let Some((_, value)) = headers.last_mut() {
                *value = format!("{value} {}", line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        } else if !line.trim().is_empty() {
            odd += 1;
        }
    }
    if odd > 0 {
        notes.push(format!("{odd} lines of the head are no headers and were left out."));
    }
    if left_out > 0 {
        notes.push(format!("{left_out} lines of the head beyond {MOST_LINES} were left out."));
    }
    headers
}

fn text_of(line: &[u8]) -> String {
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}
