//! Files on a disk, packed by the real programs' libraries, whole, damaged, and larger than a block.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::accesslog::parser::LONGEST_LINE;

/// A line of a second of its own, so that it can be told which were read.
fn line(number: usize) -> String {
    format!(
        "66.249.66.1 - - [28/Nov/2026:{:02}:{:02}:{:02} +0000] \"GET /product/{number} HTTP/1.1\" 200 5120 \"-\" \"Googlebot/2.1\"\n",
        number / 3600 % 24,
        number / 60 % 60,
        number % 60
    )
}

fn log(lines: std::ops::Range<usize>) -> Vec<u8> {
    lines.map(line).collect::<String>().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Reads files with these contents: the targets of all hits, sorted, and the report.
fn read_all(files: &[Vec<u8>]) -> (Vec<String>, Report) {
    let directory = tempfile::tempdir().unwrap();
    let write = |(number, bytes): (usize, &Vec<u8>)| {
        // Names say nothing of how a file is packed.
        let path = directory.path().join(format!("{number}.log"));
        fs::write(&path, bytes).unwrap();
        Input::File(path)
    };
    read_inputs(&files.iter().enumerate().map(write).collect::<Vec<_>>())
}

fn read_inputs(inputs: &[Input]) -> (Vec<String>, Report) {
    let take = |targets: &mut Vec<String>, _, hit: Hit<'_>| targets.push(hit.target.into_owned());
    let (gathered, report) = read(inputs, &Options::default(), Vec::new, take);
    let mut targets = gathered.concat();
    targets.sort_by_key(|target| target.rsplit('/').next().unwrap().parse::<usize>().ok());
    (targets, report)
}

fn targets(lines: std::ops::Range<usize>) -> Vec<String> {
    lines.map(|number| format!("/product/{number}")).collect()
}

#[test]
fn each_line_of_a_file_of_many_blocks_is_read_once() {
    let (read, report) = read_all(&[log(0..20_000)]);
    assert_eq!(read, targets(0..20_000));
    assert_eq!((report.read, report.parsed, report.rejected), (20_000, 20_000, 0));
    assert_eq!(report.formats, [("combined".to_owned(), 20_000)]);
}

#[test]
fn files_are_unpacked_by_what_they_are_also_when_several_were_joined() {
    let joined = [gzip(&log(0..3_000)), gzip(&log(3_000..6_000))].concat();
    let files = [
        joined,
        [zstandard(&log(6_000..7_000)), zstandard(&log(7_000..8_000))].concat(),
        [bzip2(&log(8_000..9_000)), bzip2(&log(9_000..9_500))].concat(),
        log(9_500..10_000),
    ];
    let (read, report) = read_all(&files);
    assert_eq!(read, targets(0..10_000));
    assert_eq!(report.troubles, []);
}

#[test]
fn a_line_that_goes_on_in_the_next_member_of_an_archive_is_one_line() {
    let whole = log(0..100);
    let (head, tail) = whole.split_at(whole.len() / 2);
    assert_eq!(read_all(&[[gzip(head), gzip(tail)].concat()]).0, targets(0..100));
}

#[test]
fn what_came_before_an_archive_breaks_off_is_used_and_the_line_within_which_it_does_is_not() {
    for (pack, name) in [(gzip as fn(&[u8]) -> Vec<u8>, "gzip"), (zstandard, "zstd")] {
        let mut packed = pack(&log(0..20_000));
        packed.truncate(packed.len() / 2);
        let (read, report) = read_all(&[packed, log(50_000..50_010)]);
        let (cut, whole) = read.split_at(read.len() - 10);
        assert!(cut.len() > 1_000 && cut.len() < 20_000, "{name}: {}", cut.len());
        assert_eq!((cut, whole), (&targets(0..cut.len())[..], &targets(50_000..50_010)[..]), "{name}");
        assert_eq!(report.troubles.len(), 1, "{name}");
        assert!(
            report.troubles[0].what.contains(&format!("the {name} file breaks off")),
            "{:?}",
            report.troubles
        );
        assert!(report.first_rejected.iter().all(|line| line.why == Rejected::CutOff), "{name}");
        assert_eq!(report.rejected, report.first_rejected.len() as u64, "{name}");
    }
}

#[test]
fn a_damaged_archive_and_one_that_is_followed_by_something_else_are_reported_and_used_so_far() {
    let mut damaged = gzip(&log(0..20_000));
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let (read, report) = read_all(&[damaged]);
    assert!(read.len() > 1_000, "{}", read.len());
    assert!(report.troubles[0].what.contains("is damaged"), "{:?}", report.troubles);
    let (read, report) = read_all(&[[gzip(&log(0..100)), b"more".to_vec()].concat()]);
    assert_eq!(read, targets(0..100));
    assert_eq!(report.troubles.len(), 1);
}

#[test]
fn files_that_cannot_be_read_are_named_and_the_others_are_used() {
    let directory = tempfile::tempdir().unwrap();
    let inputs = [
        Input::File(directory.path().join("missing")),
        Input::File(directory.path().join("good")),
        Input::File(directory.path().join("packed")),
        Input::File(directory.path().to_owned()),
        Input::File(directory.path().join("empty")),
    ];
    fs::write(directory.path().join("good"), log(0..10)).unwrap();
    fs::write(directory.path().join("packed"), b"\xfd7zXZ\0and so on").unwrap();
    fs::write(directory.path().join("empty"), b"").unwrap();
    let (read, report) = read_inputs(&inputs);
    assert_eq!(read, targets(0..10));
    let troubles: Vec<usize> = report.troubles.iter().map(|trouble| trouble.input).collect();
    assert_eq!(troubles, [0, 2, 3]);
    assert!(report.troubles[1].what.contains("xz"), "{:?}", report.troubles);
}

#[test]
fn a_line_of_ten_megabytes_is_one_rejected_line_and_costs_a_bounded_amount_of_memory() {
    for length in [LONGEST_LINE + 1, 10 << 20] {
        let long = [b"x".repeat(length), b"\n".to_vec()].concat();
        let whole = [log(0..10), long.clone(), log(10..20), long, log(20..25), b"last".to_vec()].concat();
        let (read, report) = read_all(&[whole]);
        assert_eq!(read, targets(0..25), "{length}");
        let rejected: Vec<(u64, Rejected)> =
            report.first_rejected.iter().map(|line| (line.number, line.why)).collect();
        assert_eq!(
            rejected,
            [(11, Rejected::TooLong), (22, Rejected::TooLong), (28, Rejected::Shape)],
            "{length}"
        );
    }
}

#[test]
fn a_block_holds_no_more_than_a_line_may_have() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    fs::write(&path, b"x".repeat(20 << 20)).unwrap();
    let mut blocks = Blocks::of(0, Input::File(path), true);
    let mut block = Block::default();
    let mut most = 0;
    while blocks.fill(&mut block) {
        most = most.max(block.bytes().len());
    }
    assert!(most > LONGEST_LINE && most < 2 << 20, "{most}");
}

#[test]
fn the_longest_line_that_a_request_may_have_is_read() {
    let head = r#"66.249.66.1 - - [28/Nov/2026:09:00:00 +0000] "GET /"#;
    let tail = r#" HTTP/1.1" 414 1 "-" "Googlebot/2.1""#;
    let line = format!("{head}{}{tail}", "1".repeat(LONGEST_LINE - head.len() - tail.len()));
    assert_eq!(line.len(), LONGEST_LINE);
    let (read, report) = read_all(&[[log(0..5_000), line.into_bytes(), b"\n".to_vec(), log(0..1)].concat()]);
    assert_eq!((read.len(), report.rejected), (5_002, 0));
}

#[test]
fn rejected_lines_are_numbered_as_an_editor_numbers_them_and_shown_without_what_a_terminal_obeys() {
    let bad = b"\n\n\x1b[31mred\x07\r\n".to_vec();
    let files = [[log(0..7_000), bad.clone(), log(7_000..8_000)].concat(), bad.clone()];
    let (_, report) = read_all(&files);
    let told: Vec<(usize, u64, &str)> =
        report.first_rejected.iter().map(|line| (line.input, line.number, &*line.excerpt)).collect();
    assert_eq!(told, [(0, 7_003, r"\u{1b}[31mred\u{7}\r"), (1, 3, r"\u{1b}[31mred\u{7}\r")]);
}

#[test]
fn the_first_rejected_lines_are_shown_however_many_there_are() {
    let (_, report) = read_all(&[b"bad\n".repeat(300_000), log(0..1)]);
    assert_eq!(report.rejected, 300_000);
    let numbers: Vec<u64> = report.first_rejected.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[test]
fn a_directive_holds_for_the_blocks_below_it() {
    let line = |path: &str, n: usize| format!("2026-11-28 09:00:00 66.249.66.1 GET {path}/{n} 200\r\n");
    let head = |fields: &str| format!("#Fields: date time {fields}\r\n");
    let mut log = head("c-ip cs-method cs-uri-stem sc-status");
    log.extend((0..20_000).map(|n| line("/product", n)));
    log.push_str(&head("s-ip cs-method cs-uri-stem sc-status c-ip"));
    log.extend((20_000..40_000).map(|n| line("/product", n).replace(" 200\r", " 200 66.249.66.1\r")));
    let (read, report) = read_all(&[log.into_bytes()]);
    assert_eq!(read, targets(0..40_000));
    assert_eq!(report.rejected, 0);
}

#[test]
fn a_file_that_ends_without_a_line_end_loses_nothing() {
    let mut log = log(0..10);
    log.pop();
    assert_eq!(read_all(&[log]).0, targets(0..10));
}

#[test]
fn what_each_thread_gathers_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let path: &Path = &directory.path().join("log");
    fs::write(path, log(0..10_000)).unwrap();
    let (counts, _) = read(&[Input::File(path.into())], &Options::default(), || 0, |count, _, _| *count += 1);
    assert_eq!(counts.iter().sum::<i32>(), 10_000);
}
