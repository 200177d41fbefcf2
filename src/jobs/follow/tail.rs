//! The end of a file that is being written: whole lines that have not been read yet, one chunk after the other, whatever
//! happens to the file. It knows nothing of what the lines mean.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::DateTime;

use crate::store::log_positions::LogPosition;

/// How many of a file's first bytes tell it from others: more than the first line of any log, which has its time in it.
const HEAD: u64 = 1024;

/// How much is read at one time.
const CHUNK: u64 = 4 << 20;

/// A line that is longer never ends, as far as we wait for it: it is taken as it is.
const LONGEST_LINE: usize = 1 << 20;

/// Reads the end of a file.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    /// Where the next line begins, and in which file; `None`: nothing was read yet.
    at: Option<LogPosition>,
    /// The file that was read last, which may have another name by now.
    open: Option<File>,
}

/// Some lines.
#[derive(Debug)]
pub(super) struct Chunk {
    /// They follow nothing that this process has read.
    pub(super) is_begin: bool,
    /// The first bytes of their file, when they follow nothing and do not stand there themselves.
    pub(super) head: Vec<u8>,
    /// The lines.
    pub(super) bytes: Vec<u8>,
    /// Where the next line begins.
    pub(super) position: LogPosition,
}

impl Tail {
    /// The end of this file behind this position.
    pub(super) fn new(path: PathBuf, at: Option<LogPosition>) -> Self {
        Self { path, at, open: None }
    }

    /// The next lines; `None`: there are none yet. The reader comes back with them.
    pub(super) fn next(mut self) -> (Self, io::Result<Option<Chunk>>) {
        let chunk = self.read();
        (self, chunk)
    }

    fn read(&mut self) -> io::Result<Option<Chunk>> {
        let now = match File::open(&self.path) {
            Ok(file) => Some(file),
            // Between two files of a rotation there is none.
            Err(error) if error.kind() == ErrorKind::NotFound && self.at.is_some() => None,
            Err(error) => return Err(error),
        };
        let Some(at) = self.at.clone() else {
            return now.map_or(Ok(None), |file| self.begin(file));
        };
        let is_same = now.as_ref().map(|file| is_file(file, &at)).transpose()?.unwrap_or(false);
        if is_same {
            return now.map_or(Ok(None), |file| self.go_on(file, &at, false));
        }
        // Another file stands under the name, or none: what is left of the old one comes first.
        let old = self.open.take().filter(|file| is_file(file, &at).unwrap_or(false));
        if let Some(old) = old.or_else(|| neighbour(&self.path, &at)) {
            let chunk = self.go_on(old, &at, true)?;
            if chunk.is_some() {
                return Ok(chunk);
            }
        }
        match now {
            Some(file) => self.begin(file),
            None => Ok(None),
        }
    }

    /// Begins with a file that is not known.
    fn begin(&mut self, file: File) -> io::Result<Option<Chunk>> {
        self.open = None;
        let at = LogPosition {
            path: self.path.display().to_string(),
            identity: digest(&[]),
            length: 0,
            position: 0,
            read_at: DateTime::UNIX_EPOCH,
        };
        self.go_on(file, &at, false)
    }

    /// The lines behind this position of the file. When it is over, what has no line feed is a line, too.
    fn go_on(&mut self, mut file: File, at: &LogPosition, is_over: bool) -> io::Result<Option<Chunk>> {
        let is_begin = self.open.is_none();
        file.seek(SeekFrom::Start(at.position))?;
        let mut bytes = Vec::new();
        (&mut file).take(CHUNK).read_to_end(&mut bytes)?;
        if !(is_over && (bytes.len() as u64) < CHUNK) {
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            if whole > 0 || bytes.len() < LONGEST_LINE {
                bytes.truncate(whole);
            }
        }
        if bytes.is_empty() {
            self.open = Some(file);
            return Ok(None);
        }
        let first = first_bytes(&file, HEAD)?;
        let position = LogPosition {
            identity: digest(&first),
            length: first.len() as u64,
            position: at.position + bytes.len() as u64,
            ..at.clone()
        };
        let head = if is_begin && at.position > 0 { first } else { Vec::new() };
        self.at = Some(position.clone());
        self.open = Some(file);
        Ok(Some(Chunk { is_begin, head, bytes, position }))
    }
}

/// Whether this is the file of the position, and reaches up to it.
fn is_file(file: &File, at: &LogPosition) -> io::Result<bool> {
    let reaches = file.metadata()?.len() >= at.position;
    Ok(reaches && digest(&first_bytes(file, at.length)?) == at.identity)
}

/// The file of the position among those whose names begin alike: `access.log.1`, `access.log-20261128`.
fn neighbour(path: &Path, at: &LogPosition) -> Option<File> {
    let name = path.file_name()?.to_str()?;
    let stem = name.split('.').next().unwrap_or(name);
    let others = path.parent()?.read_dir().ok()?.flatten().map(|entry| entry.path());
    let is_like = |other: &PathBuf| {
        other != path
            && other.is_file()
            && other.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(stem))
    };
    let mut files = others.filter(is_like).filter_map(|other| File::open(other).ok());
    files.find(|file| is_file(file, at).unwrap_or(false))
}

fn first_bytes(mut file: &File, length: u64) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use tempfile::TempDir;

    use super::*;

    struct World {
        directory: TempDir,
        tail: Option<Tail>,
    }

    impl World {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let tail = Some(Tail::new(directory.path().join("access.log"), None));
            Self { directory, tail }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.directory.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            let mut file = File::options().create(true).append(true).open(self.path(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }

        /// All that is new.
        fn read(&mut self) -> String {
            let mut all = String::new();
            loop {
                let (tail, chunk) = self.tail.take().unwrap().next();
                self.tail = Some(tail);
                match chunk.unwrap() {
                    Some(chunk) => all.push_str(std::str::from_utf8(&chunk.bytes).unwrap()),
                    None => return all,
                }
            }
        }

        /// As after a restart: what is known is the position alone.
        fn restart(&mut self) {
            let at = self.tail.take().unwrap().at;
            self.tail = Some(Tail::new(self.path("access.log"), at));
        }
    }

    #[test]
    fn whole_lines_are_read_once_and_a_half_one_when_it_is_whole() {
        let mut world = World::new();
        world.write("access.log", "one\ntwo\nthr");
        assert_eq!(world.read(), "one\ntwo\n");
        assert_eq!(world.read(), "");
        world.write("access.log", "ee\n");
        assert_eq!(world.read(), "three\n");
        world.restart();
        world.write("access.log", "four\n");
        assert_eq!(world.read(), "four\n");
    }

    #[test]
    fn the_rest_of_a_rotated_file_comes_before_the_new_one_even_after_a_restart() {
        for restarts in [false, true] {
            let mut world = World::new();
            world.write("access.log", "one\n");
            assert_eq!(world.read(), "one\n");
            world.write("access.log", "two\n");
            fs::rename(world.path("access.log"), world.path("access.log.1")).unwrap();
            world.write("access.log", "three\n");
            if restarts {
                world.restart();
            }
            assert_eq!(world.read(), "two\nthree\n", "{restarts}");
        }
    }

    #[test]
    fn what_was_copied_before_a_truncation_is_read_from_the_copy() {
        for restarts in [false, true] {
            let mut world = World::new();
            world.write("access.log", "one\n");
            assert_eq!(world.read(), "one\n");
            world.write("access.log", "two\n");
            fs::copy(world.path("access.log"), world.path("access.log.1")).unwrap();
            fs::write(world.path("access.log"), "").unwrap();
            world.write("access.log", "3\n");
            if restarts {
                world.restart();
            }
            assert_eq!(world.read(), "two\n3\n", "{restarts}");
            world.write("access.log", "four\n");
            assert_eq!(world.read(), "four\n", "{restarts}");
        }
    }

    #[test]
    fn a_file_that_was_truncated_and_has_grown_again_is_another_one() {
        let mut world = World::new();
        world.write("access.log", "one\ntwo\n");
        assert_eq!(world.read(), "one\ntwo\n");
        fs::write(world.path("access.log"), "three\nfour\nfive\n").unwrap();
        assert_eq!(world.read(), "three\nfour\nfive\n");
    }

    #[test]
    fn a_file_that_is_not_there_yet_is_waited_for() {
        let mut world = World::new();
        let (tail, chunk) = world.tail.take().unwrap().next();
        assert!(chunk.is_err());
        world.tail = Some(tail);
        world.write("access.log", "one\n");
        assert_eq!(world.read(), "one\n");
    }
}
