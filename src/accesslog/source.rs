//! Files of access logs, plain or packed, read on as many threads as there are processors.

use std::path::PathBuf;

use super::format::Rejected;
use super::hit::Hit;
use super::parser::Options;

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
#[derive(Debug)]
pub struct Trouble {
    /// The file: its place among the inputs.
    pub input: usize,
    /// What, in words.
    pub what: String,
}

/// Reads all inputs: `new` makes what one thread gathers, `take` is given each hit with its input's place. The order of hits is not that of the
/// lines; what was gathered comes back, one for each thread.
pub fn read<T: Send>(
    _inputs: &[Input],
    _options: &Options,
    _new: impl Fn() -> T + Sync,
    _take: impl Fn(&mut T, usize, Hit<'_>) + Sync,
) -> (Vec<T>, Report) {
    (Vec::new(), Report::default())
}
