//! Opens a file and unpacks what comes out of it. How it is packed is told by its first bytes: names lie, and the standard
//! input has none.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;

use super::Input;

/// How a file may be packed: how it begins, and what it is called.
const PACKED: [(&[u8], Packed); 6] = [
    (b"\x1f\x8b", Packed::Gzip),
    (b"\x28\xb5\x2f\xfd", Packed::Zstandard),
    (b"BZh", Packed::Bzip2),
    (b"\xfd7zXZ\0", Packed::Not("xz")),
    (b"PK\x03\x04", Packed::Not("zip")),
    (b"\x1f\x9d", Packed::Not("compress")),
];

#[derive(Debug, Clone, Copy)]
enum Packed {
    Gzip,
    Zstandard,
    Bzip2,
    /// By something that is not read here.
    Not(&'static str),
}

/// Zstandard may ask for as much memory as the log of two says; this is what `zstd` itself takes without being told so.
const LARGEST_WINDOW: u32 = 27;

/// How much is asked of a file at once.
const AT_ONCE: usize = 128 << 10;

/// Opens a file, unpacked.
pub(super) fn open(input: &Input) -> io::Result<Box<dyn Read + Send>> {
    let mut reader: Box<dyn Read + Send> = match input {
        Input::File(path) => Box::new(File::open(path)?),
        Input::Stdin => Box::new(io::stdin()),
    };
    let mut begin = Vec::with_capacity(8);
    reader.by_ref().take(8).read_to_end(&mut begin)?;
    let packed = PACKED.iter().find(|(magic, _)| begin.starts_with(magic)).map(|(_, packed)| *packed);
    let whole = Cursor::new(begin).chain(reader);
    Ok(match packed {
        None => Box::new(whole),
        Some(Packed::Gzip) => {
            Box::new(Told("gzip", MultiGzDecoder::new(BufReader::with_capacity(AT_ONCE, whole))))
        }
        Some(Packed::Bzip2) => {
            Box::new(Told("bzip2", MultiBzDecoder::new(BufReader::with_capacity(AT_ONCE, whole))))
        }
        Some(Packed::Zstandard) => {
            let mut decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(AT_ONCE, whole))?;
            decoder.window_log_max(LARGEST_WINDOW)?;
            Box::new(Told("zstd", decoder))
        }
        Some(Packed::Not(name)) => {
            return Err(io::Error::other(format!(
                "it is packed by {name}, which is not read here: unpack it first"
            )));
        }
    })
}

/// Says what a fault of an unpacker means.
struct Told<R>(&'static str, R);

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.read(buffer).map_err(|fault| match fault.kind() {
            io::ErrorKind::Interrupted => fault,
            io::ErrorKind::UnexpectedEof => {
                io::Error::other(format!("the {} file breaks off before its end", self.0))
            }
            _ => io::Error::other(format!("the {} file is damaged ({fault})", self.0)),
        })
    }
}
