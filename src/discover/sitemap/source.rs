//! The text of a sitemap, unpacked and decoded while it is read: a file of a few kilobytes may unpack to gigabytes, and
//! only what is looked at is unpacked. It is told by its first bytes how it is packed and encoded, because the headers of
//! sitemaps often say otherwise.

use std::io::{self, BufRead, BufReader, Cursor, Read, Take};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;

/// How many bytes a file may have once it is unpacked. Source: <https://www.sitemaps.org/protocol.html>.
pub const MOST_BYTES: u64 = 52_428_800;

/// The first bytes of a gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Within so many bytes the XML declaration stands.
const HEAD: u64 = 1024;

/// So much text is decoded at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// The text as UTF-8; what is no text in its encoding becomes U+FFFD.
pub(super) struct Source<'a> {
    raw: Take<Box<dyn BufRead + 'a>>,
    decoder: Decoder,
    text: Box<[u8]>,
    begin: usize,
    end: usize,
    is_over: bool,
}

impl<'a> Source<'a> {
    /// Opens a file; fails when its gzip data cannot be read at all.
    pub(super) fn open(bytes: &'a [u8]) -> io::Result<Self> {
        let mut raw: Box<dyn BufRead + 'a> = if bytes.starts_with(&GZIP_MAGIC) {
            Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(bytes)))
        } else {
            Box::new(bytes)
        };
        let mut head = Vec::new();
        // What breaks behind the first bytes breaks again when it is read.
        if let Err(error) = raw.by_ref().take(HEAD).read_to_end(&mut head)
            && head.is_empty()
        {
            return Err(error);
        }
        let decoder = encoding(&head).new_decoder();
        let raw: Box<dyn BufRead + 'a> = Box::new(Cursor::new(head).chain(raw));
        // The byte behind the limit tells whether there is more.
        let raw = raw.take(MOST_BYTES + 1);
        Ok(Self { raw, decoder, text: vec![0; CHUNK].into(), begin: 0, end: 0, is_over: false })
    }

    /// Whether there was more than a sitemap may have.
    pub(super) fn is_cut(&self) -> bool {
        self.raw.limit() == 0
    }

    /// Skips white space, and returns the beginning of what follows.
    pub(super) fn start(&mut self) -> io::Result<&str> {
        loop {
            let text = self.fill_buf()?;
            let space = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let is_start = space < text.len() || text.is_empty();
            self.consume(space);
            if is_start {
                break;
            }
        }
        // The decoder writes whole characters.
        Ok(str::from_utf8(&self.text[self.begin..self.end]).unwrap_or_default())
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.begin == self.end && !self.is_over {
            let input = self.raw.fill_buf()?;
            let is_last = input.is_empty();
            let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.text, is_last);
            self.raw.consume(read);
            (self.begin, self.end) = (0, written);
            self.is_over = is_last && result == encoding_rs::CoderResult::InputEmpty;
        }
        Ok(&self.text[self.begin..self.end])
    }

    fn consume(&mut self, amount: usize) {
        self.begin = (self.begin + amount).min(self.end);
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// The encoding by the first bytes (XML 1.0, appendix F); a byte order mark overrides it when decoding begins.
fn encoding(head: &[u8]) -> &'static Encoding {
    match head {
        [0, b'<', ..] => UTF_16BE,
        [b'<', 0, ..] => UTF_16LE,
        _ => declared(head).filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(UTF_8),
    }
}

/// What the XML declaration says: `<?xml version="1.0" encoding="ISO-8859-1"?>`.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}
