//! Whatever stands in an access log is read, in every format, and never makes one fail; what is read is sound.
//!
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run access_log fuzz/corpus/access_log tests/fixtures/logs`
#![no_main]

use std::cell::RefCell;

use gatecrawl::accesslog::format::{Format, Scratch};
use gatecrawl::accesslog::parser::{Line, Options, Parser};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new(
        "xff:2".parse().expect("it is in the documentation"),
        "Europe/Berlin".parse().expect("it is a zone"),
    ));
}

fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    // As the program reads a file.
    let mut parser = Parser::new(&Options::default());
    parser.begin(Format::sniff(&lines).as_ref(), None);
    for line in &lines {
        if let Ok(Line::Hit(hit, format)) = parser.read(line) {
            assert!(hit.status < 1000, "{format}: a status has three digits");
            assert!(!hit.method.is_empty(), "{format}: nothing is written as a dash");
        }
    }
    // Each line in each format, and the first line as a format string for the second.
    SCRATCH.with_borrow_mut(|scratch| {
        for line in &lines {
            for format in Format::all() {
                let _ = format.read(line, scratch);
            }
        }
        let string = lines.first().and_then(|line| std::str::from_utf8(line).ok());
        if let (Some(string), Some(line)) = (string, lines.get(1))
            && let Ok(format) = Format::from_log_format(string)
        {
            let _ = format.read(line, scratch);
        }
    });
});
