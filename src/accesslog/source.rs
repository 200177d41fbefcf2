//! Files of access logs, plain or packed, read on as many threads as there are processors. What a line means is said by
//! [`super::parser`].
//!
//! The decision that a reader would question: there is no thread that only reads. Each takes a block of whole lines from a
//! file that nobody else is taking from, and reads its lines; so one unpacks while another parses, and a plain file is
//! read by all. What is held at once is a block for each thread, however large the files are.

mod blocks;
mod unpack;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

use memchr::memchr_iter;

use self::blocks::{Block, Blocks};
use super::format::Rejected;
use super::hit::Hit;
use super::parser::{Line, Options, Parser};

/// Where lines come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file; whether it is packed is told by its first bytes.
    File(PathBuf),
    /// The standard input, `-`.
    Stdin,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Report {
    /// Lines that should be requests: all but blank ones and directives.
    pub read: u64,
    /// Those that are.
    pub parsed: u64,
    /// Those that are not.
    pub rejected: u64,
    /// The first of those, in the order of files and lines.
    pub first_rejected: Vec<RejectedLine>,
    /// How many lines were of which format, the most frequent first.
    pub formats: Vec<(String, u64)>,
    /// Files that could not be read, or not to their end; what came before was used.
    pub troubles: Vec<Trouble>,
}

/// A line that is no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedLine {
    /// Its file: its place among the inputs.
    pub input: usize,
    /// Its number in the file, from 1.
    pub number: u64,
    /// Why.
    pub why: Rejected,
    /// How it begins, fit to be printed.
    pub excerpt: String,
}

/// What went wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The file: its place among the inputs.
    pub input: usize,
    /// What, in words.
    pub what: String,
}

/// How many rejected lines are shown.
const SHOWN: usize = 5;

/// How much of a rejected line is shown, in characters.
const EXCERPT: usize = 120;

/// More threads than this only wait for each other.
const MOST_THREADS: usize = 16;

/// Reads all inputs: `new` makes what one thread gathers, `take` is given each hit, with the place of its input. The order of hits is not that of the
/// lines; what was gathered comes back, one for each thread.
pub fn read<T: Send>(
    inputs: &[Input],
    options: &Options,
    new: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, usize, Hit<'_>) + Sync,
) -> (Vec<T>, Report) {
    let files = Files::of(inputs, options);
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let work = || {
        let mut worker = Worker { parser: Parser::new(options), count: Count::default() };
        let mut gathered = new();
        let mut block = Block::default();
        while files.next(&mut block) {
            worker.read(&block, |hit| take(&mut gathered, block.input, hit));
        }
        (gathered, worker.count)
    };
    let done: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault)))
            .collect()
    });
    let (gathered, counts): (Vec<T>, Vec<Count>) = done.into_iter().unzip();
    (gathered, report(counts, files.troubles()))
}

/// The files, those that are being read and those that are not yet.
struct Files {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Vec<Arc<Mutex<Blocks>>>,
    waiting: VecDeque<Blocks>,
    troubles: Vec<Trouble>,
}

impl Files {
    fn of(inputs: &[Input], options: &Options) -> Self {
        let waiting = inputs
            .iter()
            .enumerate()
            .map(|(number, input)| Blocks::of(number, input.clone(), options.format.is_none()));
        Self { state: Mutex::new(State { waiting: waiting.collect(), ..State::default() }) }
    }

    /// Fills the block with the next lines of some file; false: all are read.
    fn next(&self, block: &mut Block) -> bool {
        while let Some(file) = self.choose() {
            let mut blocks = lock(&file);
            if blocks.fill(block) {
                return true;
            }
            let trouble = blocks.take_trouble();
            drop(blocks);
            let mut state = lock(&self.state);
            state.open.retain(|open| !Arc::ptr_eq(open, &file));
            state.troubles.extend(trouble);
        }
        false
    }

    /// A file that nobody is taking from; or a new one; or, when there is none, one to wait for.
    fn choose(&self) -> Option<Arc<Mutex<Blocks>>> {
        let mut state = lock(&self.state);
        let is_free = |file: &&Arc<Mutex<Blocks>>| !matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        if let Some(free) = state.open.iter().find(is_free) {
            return Some(Arc::clone(free));
        }
        if let Some(next) = state.waiting.pop_front() {
            let next = Arc::new(Mutex::new(next));
            state.open.push(Arc::clone(&next));
            return Some(next);
        }
        state.open.first().map(Arc::clone)
    }

    fn troubles(self) -> Vec<Trouble> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut troubles = state.troubles;
        troubles.sort_by_key(|trouble| trouble.input);
        troubles
    }
}

/// A thread that panicked has done its harm; the others go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread's part.
struct Worker {
    parser: Parser,
    count: Count,
}

#[derive(Default)]
struct Count {
    parsed: u64,
    rejected: u64,
    /// The first of the rejected, sorted.
    first: Vec<RejectedLine>,
    formats: BTreeMap<&'static str, u64>,
}

impl Worker {
    fn read(&mut self, block: &Block, mut take: impl FnMut(Hit<'_>)) {
        self.parser.begin(block.format.as_deref(), block.directive.as_deref());
        let mut format = ("", 0);
        let mut start = 0;
        let bytes = block.bytes();
        let ends = memchr_iter(b'\n', bytes).chain((bytes.last() != Some(&b'\n')).then_some(bytes.len()));
        for (number, end) in (block.first_line..).zip(ends) {
            let line = &bytes[start..end];
            start = end + 1;
            if end == bytes.len() && block.breaks_off {
                self.count.reject(block.input, number, line, Rejected::CutOff);
                continue;
            }
            match self.parser.read(line) {
                Ok(Line::Hit(hit, name)) => {
                    take(hit);
                    if name != format.0 {
                        self.count.add(format);
                        format = (name, 0);
                    }
                    format.1 += 1;
                }
                Ok(Line::Directive | Line::Blank) => {}
                Err(why) => self.count.reject(block.input, number, line, why),
            }
        }
        self.count.add(format);
    }
}

impl Count {
    fn add(&mut self, (format, lines): (&'static str, u64)) {
        if lines > 0 {
            self.parsed += lines;
            *self.formats.entry(format).or_default() += lines;
        }
    }

    fn reject(&mut self, input: usize, number: u64, line: &[u8], why: Rejected) {
        self.rejected += 1;
        let place = self.first.partition_point(|line| (line.input, line.number) < (input, number));
        if place < SHOWN {
            self.first.insert(place, RejectedLine { input, number, why, excerpt: excerpt(line) });
            self.first.truncate(SHOWN);
        }
    }
}

/// How a line begins, with what a terminal would take as a command made visible.
fn excerpt(line: &[u8]) -> String {
    let begin = String::from_utf8_lossy(line.get(..EXCERPT * 4).unwrap_or(line));
    let mut shown = String::new();
    for character in begin.chars().take(EXCERPT) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

fn report(counts: Vec<Count>, troubles: Vec<Trouble>) -> Report {
    let mut report = Report { troubles, ..Report::default() };
    let mut formats: BTreeMap<&str, u64> = BTreeMap::new();
    for count in counts {
        report.parsed += count.parsed;
        report.rejected += count.rejected;
        report.first_rejected.extend(count.first);
        for (name, lines) in count.formats {
            *formats.entry(name).or_default() += lines;
        }
    }
    report.read = report.parsed + report.rejected;
    report.first_rejected.sort_by_key(|line| (line.input, line.number));
    report.first_rejected.truncate(SHOWN);
    report.formats = formats.into_iter().map(|(name, lines)| (name.to_owned(), lines)).collect();
    report.formats.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    report
}

#[cfg(test)]
mod tests;
