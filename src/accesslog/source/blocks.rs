//! A file in blocks of whole lines. A line that is longer than any request is cut, so that a file without line ends costs no
//! more memory than one with them.

use std::io::{self, Read};
use std::mem;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::unpack::open;
use super::{Input, Trouble};
use crate::accesslog::format::Format;
use crate::accesslog::parser::LONGEST_LINE;

/// How much is read at once: little enough to stay in the cache of a processor until its lines are read.
const BLOCK: usize = 256 << 10;

/// What says how the lines below it are written.
const DIRECTIVE: &[u8] = b"#Fields:";

/// Lines of one file, one after the other.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Which file.
    pub(super) input: usize,
    /// The number of the first line.
    pub(super) first_line: u64,
    /// What most lines of the file are.
    pub(super) format: Option<Arc<Format>>,
    /// The directive that stands last above the block.
    pub(super) directive: Option<Arc<[u8]>>,
    /// The file broke off in the last line.
    pub(super) breaks_off: bool,
    buffer: Vec<u8>,
    /// How much of the buffer is lines.
    length: usize,
}

impl Block {
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

/// A file that is read block by block.
pub(super) struct Blocks {
    number: usize,
    /// What is opened when the first block is asked for.
    input: Option<Input>,
    reader: Box<dyn Read + Send>,
    sniffs: bool,
    format: Option<Arc<Format>>,
    directive: Option<Arc<[u8]>>,
    line: u64,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    /// The end of a line that is too long is still to come.
    is_within_long: bool,
    is_done: bool,
    trouble: Option<Trouble>,
}

impl Blocks {
    /// A file that is not opened yet.
    pub(super) fn of(number: usize, input: Input, sniffs: bool) -> Self {
        Self {
            number,
            input: Some(input),
            reader: Box::new(io::empty()),
            sniffs,
            format: None,
            directive: None,
            line: 1,
            rest: Vec::new(),
            is_within_long: false,
            is_done: false,
            trouble: None,
        }
    }

    /// Fills the block with the next whole lines; false: there are none.
    pub(super) fn fill(&mut self, block: &mut Block) -> bool {
        if let Some(input) = self.input.take() {
            match open(&input) {
                Ok(reader) => self.reader = reader,
                Err(fault) => self.stop(fault.to_string()),
            }
        }
        block.length = 0;
        while !self.is_done && block.length == 0 {
            self.read_on(block);
        }
        self.describe(block);
        block.length > 0
    }

    /// What went wrong.
    pub(super) fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    fn stop(&mut self, what: String) {
        self.is_done = true;
        self.trouble = Some(Trouble { input: self.number, what });
    }

    /// Reads until the buffer is full, and leaves what stands behind the last line end for the next time.
    fn read_on(&mut self, block: &mut Block) {
        let buffer = &mut block.buffer;
        let begun = self.rest.len();
        buffer.resize(buffer.len().max(begun + BLOCK), 0);
        buffer[..begun].copy_from_slice(&self.rest);
        self.rest.clear();
        let mut filled = begun;
        let read = fill(&mut self.reader, &mut buffer[..begun + BLOCK], &mut filled);
        let start = if self.is_within_long { self.skip_long(&buffer[..filled]) } else { 0 };
        let lines = &buffer[start..filled];
        block.breaks_off = false;
        let length = match (read, memrchr(b'\n', lines)) {
            (Ok(true), Some(end)) => end + 1,
            (Ok(true), None) => self.cut_long(lines.len()),
            (Ok(false), _) => {
                self.is_done = true;
                lines.len()
            }
            (Err(fault), _) => {
                self.stop(format!("{fault}; what came before that was used"));
                block.breaks_off = lines.last().is_some_and(|byte| *byte != b'\n');
                lines.len()
            }
        };
        self.rest.extend_from_slice(&lines[length..]);
        if start > 0 {
            buffer.copy_within(start..start + length, 0);
        }
        block.length = length;
    }

    /// Of lines without an end: how much of them is given out. A line that is too long for a request is, and its rest is
    /// passed over.
    fn cut_long(&mut self, length: usize) -> usize {
        if length > LONGEST_LINE {
            self.is_within_long = true;
            return length;
        }
        0
    }

    /// Where the line behind a long one begins.
    fn skip_long(&mut self, bytes: &[u8]) -> usize {
        match memchr(b'\n', bytes) {
            Some(end) => {
                self.is_within_long = false;
                end + 1
            }
            None => bytes.len(),
        }
    }

    /// Says which lines these are, and what is known of them.
    fn describe(&mut self, block: &mut Block) {
        let bytes = block.buffer.get(..block.length).unwrap_or_default();
        if mem::take(&mut self.sniffs) {
            let sample: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(SAMPLE).collect();
            self.format = Format::sniff(&sample).map(Arc::new);
        }
        block.input = self.number;
        block.first_line = self.line;
        block.format.clone_from(&self.format);
        block.directive.clone_from(&self.directive);
        self.line += memchr_iter(b'\n', bytes).count() as u64 + u64::from(self.is_within_long);
        if let Some(last) = last_directive(bytes) {
            self.directive = Some(last.into());
        }
    }
}

/// How many lines are looked at to tell the format of a file.
const SAMPLE: usize = 300;

/// The last line that says how those below it are written.
fn last_directive(bytes: &[u8]) -> Option<&[u8]> {
    let is_start = |at: &usize| *at == 0 || bytes.get(at - 1) == Some(&b'\n');
    let last = memmem::find_iter(bytes, DIRECTIVE).filter(is_start).last()?;
    let line = &bytes[last..];
    let line = &line[..memchr(b'\n', line).unwrap_or(line.len())];
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// Reads until the buffer is full; false: the file is at its end.
fn fill(reader: &mut impl Read, buffer: &mut [u8], filled: &mut usize) -> io::Result<bool> {
    while *filled < buffer.len() {
        match reader.read(&mut buffer[*filled..]) {
            Ok(0) => return Ok(false),
            Ok(read) => *filled += read,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(true)
}
