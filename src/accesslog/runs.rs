//! Records in the order of their instants, however many there are: what does not fit in memory is sorted and written to
//! temporary files, and all of it is merged when it is read. So rotated files may come in any order, and a log of any size
//! needs the same memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

use super::record::{BYTES, Record};

/// How many records one thread holds in memory: 16 MB of them.
const HELD: usize = 400_000;

/// Gathers records.
#[derive(Debug)]
pub struct Runs {
    held: Vec<Record>,
    most: usize,
    written: Vec<File>,
    failed: Option<io::Error>,
}

impl Default for Runs {
    fn default() -> Self {
        Self::holding(HELD)
    }
}

impl Runs {
    /// Runs of which so many records are held in memory.
    pub fn holding(most: usize) -> Self {
        Self { held: Vec::new(), most, written: Vec::new(), failed: None }
    }

    /// Takes in a record. What goes wrong is told by [`Runs::merge`].
    pub fn push(&mut self, record: Record) {
        if self.failed.is_some() {
            return;
        }
        self.held.push(record);
        if self.held.len() >= self.most {
            self.failed = self.write().err();
        }
    }

    fn write(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile()?);
        for record in self.held.drain(..) {
            file.write_all(&record.to_bytes())?;
        }
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.written.push(file);
        Ok(())
    }

    /// All records of all threads, in order.
    pub fn merge(all: Vec<Self>) -> io::Result<Merged> {
        let mut merged = Merged { heads: BinaryHeap::new(), runs: Vec::new() };
        for mut one in all {
            if let Some(error) = one.failed {
                return Err(error);
            }
            one.held.sort_unstable();
            let files =
                one.written.into_iter().map(|file| Run::Written(BufReader::with_capacity(64 << 10, file)));
            for run in files.chain([Run::Held(one.held.into_iter())]) {
                merged.add(run)?;
            }
        }
        Ok(merged)
    }
}

/// Sorted runs as one.
#[derive(Debug)]
pub struct Merged {
    heads: BinaryHeap<Reverse<(Record, usize)>>,
    runs: Vec<Run>,
}

#[derive(Debug)]
enum Run {
    Held(std::vec::IntoIter<Record>),
    Written(BufReader<File>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Record>> {
        let file = match self {
            Self::Held(records) => return Ok(records.next()),
            Self::Written(file) => file,
        };
        let mut bytes = [0; BYTES];
        match file.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(Record::of_bytes(&bytes))),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Merged {
    fn add(&mut self, mut run: Run) -> io::Result<()> {
        if let Some(first) = run.next()? {
            self.heads.push(Reverse((first, self.runs.len())));
            self.runs.push(run);
        }
        Ok(())
    }

    fn advance(&mut self) -> io::Result<Option<Record>> {
        let Some(Reverse((record, place))) = self.heads.pop() else { return Ok(None) };
        if let Some(run) = self.runs.get_mut(place)
            && let Some(next) = run.next()?
        {
            self.heads.push(Reverse((next, place)));
        }
        Ok(Some(record))
    }
}

impl Iterator for Merged {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Kind, NO_TIME, NOTHING, Seen};
    use super::*;

    fn record(at: i64) -> Record {
        let seen = Seen::Unknown;
        Record {
            at,
            key: 7,
            source: 0,
            seen,
            url: 1,
            who: 2,
            elapsed: NO_TIME,
            gateway: NOTHING,
            cause: NOTHING,
            kind: Kind::Fetch,
        }
    }

    #[test]
    fn records_come_in_order_whether_they_fit_in_memory_or_not() {
        for most in [3, 1000] {
            let mut threads = [Runs::holding(most), Runs::holding(most)];
            let mut random = fastrand::Rng::with_seed(7);
            let mut all: Vec<i64> = (0..100).collect();
            random.shuffle(&mut all);
            for at in all {
                threads[random.usize(0..2)].push(record(at));
            }
            let merged = Runs::merge(threads.into()).unwrap();
            let order: Vec<i64> = merged.map(|record| record.unwrap().at).collect();
            assert_eq!(order, (0..100).collect::<Vec<_>>(), "{most}");
        }
    }
}
