//! Where a pasted body ends, and whether it is whole. Captures keep chunk sizes, curl takes them out; editors take out carriage
//! returns. Only what cannot be explained so is a body that breaks off.

use super::head::Head;

/// A body, by the rules of its head.
#[derive(Debug, Default)]
pub(super) struct Framed {
    /// Without chunk sizes.
    pub(super) body: Vec<u8>,
    /// How many bytes of the text belong to it.
    pub(super) length: usize,
    /// Why it is not whole.
    pub(super) cut: Option<String>,
    pub(super) note: Option<&'static str>,
}

const MAY_BE_HEAD: &str =
    "If this is the answer to a HEAD request (curl -I), nothing is wrong with it; ask with GET.";

impl Framed {
    /// The body that stands behind a head; `to_head`: it answers a HEAD request, and has none.
    pub(super) fn read(head: &Head, behind: &[u8], to_head: bool) -> Self {
        let has_none = to_head || head.status.is_some_and(|status| matches!(status, 101 | 204 | 304));
        let coding = head.header("transfer-encoding").unwrap_or_default();
        if has_none || (behind.starts_with(b"HTTP/") && head.header("content-length").is_none()) {
            return Self::default();
        }
        if coding.to_ascii_lowercase().contains("chunked")
            && let Some(chunked) = chunked(behind)
        {
            return chunked;
        }
        match head.header("content-length").and_then(|length| length.trim().parse().ok()) {
            Some(length) if coding.is_empty() => of_length(head, behind, length),
            _ => Self { body: behind.to_vec(), length: behind.len(), ..Self::default() },
        }
    }
}

fn of_length(head: &Head, behind: &[u8], length: usize) -> Framed {
    if behind.starts_with(b"HTTP/") {
        // A redirect whose body was not kept.
        return Framed::default();
    }
    let is_packed =
        head.header("content-encoding").is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"));
    let Some(body) = behind.get(..length) else {
        let lost = if head.is_retyped { behind.split(|byte| *byte == b'\n').count() + 1 } else { 0 };
        // What was unpacked may be shorter than it was.
        let is_whole = behind.len() + lost >= length || (is_packed && !behind.is_empty());
        let cut = format!("{} of {length} bytes of the body came", behind.len());
        return Framed {
            body: behind.to_vec(),
            length: behind.len(),
            cut: (!is_whole).then_some(cut),
            note: (!is_whole && behind.is_empty()).then_some(MAY_BE_HEAD),
        };
    };
    let next = behind.get(length..).unwrap_or_default();
    if next.starts_with(b"HTTP/") {
        return Framed { body: body.to_vec(), length, ..Framed::default() };
    }
    // What was unpacked is longer than it was.
    Framed { body: behind.to_vec(), length: behind.len(), ..Framed::default() }
}

/// A body in chunks; `None`: it does not begin with a chunk's size, so that somebody has put it together already.
fn chunked(behind: &[u8]) -> Option<Framed> {
    let mut framed = Framed::default();
    let mut rest = behind;
    let mut is_first = true;
    loop {
        let size = chunk_size(rest);
        match size {
            None if is_first && !rest.is_empty() => return None,
            None => {
                let why = if rest.is_empty() {
                    "the last chunk of the body did not come".to_owned()
                } else {
                    "the size of a chunk is no number".to_owned()
                };
                framed.cut = Some(why);
                framed.length = behind.len();
                return Some(framed);
            }
            Some((0, after)) => {
                let end = rest.get(after..).unwrap_or_default();
                let end = end.strip_prefix(b"\r\n").or_else(|| end.strip_prefix(b"\n")).unwrap_or(end);
                framed.length = behind.len() - end.len();
                return Some(framed);
            }
            Some((size, after)) => {
                let data = rest.get(after..).unwrap_or_default();
                framed.body.extend(data.iter().take(size));
                if data.len() < size {
                    framed.cut = Some(format!("{} of {size} bytes of a chunk came", data.len()));
                    framed.length = behind.len();
                    return Some(framed);
                }
                rest = data.get(size..).unwrap_or_default();
                rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
            }
        }
        is_first = false;
    }
}

/// The size of the chunk that begins here, and where its data begin.
fn chunk_size(rest: &[u8]) -> Option<(usize, usize)> {
    /// A size line with extensions is not longer.
    const LONGEST: usize = 256;
    let end = rest.iter().take(LONGEST).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(rest.get(..end)?).ok()?;
    let digits = line.split(';').next()?.trim();
    let is_size =
        !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_size.then(|| usize::from_str_radix(digits, 16).ok()).flatten().map(|size| (size, end + 1))
}
