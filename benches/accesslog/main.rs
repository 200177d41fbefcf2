//! How fast access logs are read: `cargo bench --bench accesslog`.
//!
//! A combined log of 1,000,000 lines and some 197 MB is made with a fixed seed (see [`generate`]), below
//! `target/tmp/accesslog`. In each round it is read, in turn, by:
//!
//! - `gatecrawl logs`, the release build, which verifies and judges, too; when the program has the command;
//! - `the reader`: this program, which only parses each line in full and counts the agents that name Googlebot;
//! - `goaccess` with a report in JSON, when it is installed (Debian: goaccess);
//! - `grep -c Googlebot`, which is the limit: it looks at each byte once and understands none.
//!
//! Needed: GNU time (Debian: time). The ratios are those of lines per second, of medians. After the rounds, a log ten times
//! as long is read once, to show that memory does not grow with it. Options, after `--`:
//!
//! - `--rounds N`: default 5;
//! - `--lines N`: default 1,000,000;
//! - `--reader`: the reader alone, without building the program;
//! - `--packed`: also the same log packed by gzip, zstd and bzip2, when these are installed.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a benchmark prints, stops where it cannot go on, and its numbers are small"
)]

mod generate;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use gatecrawl::accesslog::hit::Hit;
use gatecrawl::accesslog::parser::Options;
use gatecrawl::accesslog::source::{self, Input};

/// What one run took.
#[derive(Debug, Clone, Copy)]
struct Run {
    seconds: f64,
    cpu: f64,
    mebibytes: f64,
}

/// Who reads the log, and how.
struct Reader {
    name: &'static str,
    command: Vec<String>,
    runs: Vec<Run>,
}

/// How many times as long the log is that shows what memory depends on.
const LONGER: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--read") {
        return read(&arguments[at + 1..]);
    }
    let number = |name: &str, otherwise: usize| {
        let at = arguments.iter().position(|argument| argument == name);
        at.map_or(otherwise, |at| arguments[at + 1].parse().expect("a number"))
    };
    let (rounds, lines) = (number("--rounds", 5), number("--lines", 1_000_000));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp/accesslog");
    fs::create_dir_all(&folder).unwrap();
    let log = folder.join(format!("{lines}.log"));
    let bytes = generate::log(&log, lines, 0);
    println!("{lines} lines, {:.0} MB, {rounds} rounds; medians (least to most)", bytes as f64 / 1e6);

    let is_alone = arguments.iter().any(|argument| argument == "--reader");
    let program = if is_alone { None } else { program() };
    let mut readers = readers(&log, &folder, program);
    for _ in 0..rounds {
        for reader in &mut readers {
            let run = timed(&reader.command, &folder);
            reader.runs.push(run);
        }
    }
    show(&readers, lines);
    if arguments.iter().any(|argument| argument == "--packed") {
        packed(&log, &folder, lines);
    }
    longer(&readers, &folder, lines);
}

/// What this program does as a reader: every line in full, and the agent of each.
fn read(files: &[String]) {
    let inputs: Vec<Input> = files.iter().map(|file| Input::File(file.into())).collect();
    let take = |found: &mut u64, _, hit: Hit<'_>| *found += u64::from(hit.agent.contains("Googlebot"));
    let (found, report) = source::read(&inputs, &Options::default(), || 0, take);
    println!("{} of {} lines, {} rejected", found.iter().sum::<u64>(), report.read, report.rejected);
}

fn readers(log: &Path, folder: &Path, program: Option<PathBuf>) -> Vec<Reader> {
    let log = log.display().to_string();
    let reader = |name, command: &[&str]| Reader {
        name,
        command: command.iter().map(ToString::to_string).collect(),
        runs: Vec::new(),
    };
    let own = std::env::current_exe().unwrap().display().to_string();
    let mut readers = vec![reader("the reader", &[&own, "--read", &log])];
    match program {
        Some(program) => {
            let program = program.display().to_string();
            readers.insert(0, reader("gatecrawl logs", &[&program, "logs", "--format", "json", &log]));
        }
        None => println!("without `gatecrawl logs`: only the reader is measured"),
    }
    let report = folder.join("goaccess.json").display().to_string();
    if is_there("goaccess") {
        let command =
            ["goaccess", "--no-global-config", "--log-format=COMBINED", "--no-progress", "-o", &report, &log];
        readers.push(reader("goaccess", &command));
    } else {
        println!("goaccess is not installed (Debian: goaccess): it is left out");
    }
    readers.push(reader("grep", &["grep", "-c", "Googlebot", &log]));
    readers
}

/// The release build, made now; `None` when it cannot read logs.
fn program() -> Option<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built =
        Command::new(cargo).args(["build", "--release", "--bin", "gatecrawl"]).current_dir(folder).status();
    assert!(built.is_ok_and(|status| status.success()), "the release build is made");
    let program = folder.join("target/release/gatecrawl");
    let help = Command::new(&program).args(["logs", "--help"]).output().unwrap();
    help.status.success().then_some(program)
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Runs a program once. GNU time tells its CPU and memory: a process that is started from here would begin with this
/// program's own peak.
fn timed(command: &[String], folder: &Path) -> Run {
    let told = folder.join("time.txt");
    let began = Instant::now();
    let status = Command::new("/usr/bin/time")
        .args(["-q", "-f", "%U %S %M", "-o"])
        .arg(&told)
        .args(command)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        // Not the null device: grep sees that and stops at the first line that it finds.
        .output()
        .expect("GNU time is installed (Debian: time)")
        .status;
    let seconds = began.elapsed().as_secs_f64();
    // 1: it ran, and found failing URLs.
    assert!(matches!(status.code(), Some(0 | 1)), "{command:?}: {status}");
    let told = fs::read_to_string(told).unwrap();
    let numbers: Vec<f64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [user, system, kibibytes] = numbers[..] else { panic!("GNU time told {told:?}") };
    Run { seconds, cpu: user + system, mebibytes: kibibytes / 1024.0 }
}

fn show(readers: &[Reader], lines: usize) {
    let seconds = |name: &str| {
        let found = readers.iter().find(|reader| reader.name == name)?;
        Some(median(&found.runs, |run| run.seconds))
    };
    println!(
        "{:<16} {:>22} {:>7} {:>9} {:>12} {:>11} {:>8}",
        "reader", "seconds", "CPU s", "RSS MiB", "lines/s", "x goaccess", "x grep"
    );
    for Reader { name, runs, .. } in readers {
        let middle = median(runs, |run| run.seconds);
        let ratio =
            |other: &str| seconds(other).map_or("-".to_owned(), |other| format!("{:.2}", other / middle));
        let all = runs.iter().map(|run| run.seconds);
        let (least, most) = (all.clone().fold(f64::MAX, f64::min), all.fold(0.0, f64::max));
        println!(
            "{name:<16} {:>22} {:>7.2} {:>9.1} {:>12.0} {:>11} {:>8}",
            format!("{middle:.3} ({least:.3} to {most:.3})"),
            median(runs, |run| run.cpu),
            median(runs, |run| run.mebibytes),
            lines as f64 / middle,
            ratio("goaccess"),
            ratio("grep"),
        );
    }
}

fn median(runs: &[Run], what: fn(&Run) -> f64) -> f64 {
    let mut all: Vec<f64> = runs.iter().map(what).collect();
    all.sort_unstable_by(f64::total_cmp);
    all[all.len() / 2]
}

/// The log in its packed forms.
fn packed(log: &Path, folder: &Path, lines: usize) {
    let own = std::env::current_exe().unwrap().display().to_string();
    for (name, program, ending) in [("gz", "gzip", "gz"), ("zst", "zstd", "zst"), ("bz2", "bzip2", "bz2")] {
        let file = folder.join(format!("packed.{ending}"));
        if !is_there(program) {
            continue;
        }
        let packed = Command::new(program).arg("-c").arg(log).output().unwrap();
        fs::write(&file, packed.stdout).unwrap();
        let run = timed(&[own.clone(), "--read".to_owned(), file.display().to_string()], folder);
        println!(
            "the reader, {name}: {:.2} s, {:.0} lines/s, {:.0} MiB",
            run.seconds,
            lines as f64 / run.seconds,
            run.mebibytes
        );
        fs::remove_file(file).unwrap();
    }
}

/// What a log costs that is ten times as long: ours only.
fn longer(readers: &[Reader], folder: &Path, lines: usize) {
    let file = folder.join("longer.log");
    let mut bytes = 0;
    for part in 0..LONGER {
        bytes = generate::log(&file, lines, part);
    }
    for reader in readers.iter().filter(|reader| !matches!(reader.name, "goaccess" | "grep")) {
        let mut command = reader.command.clone();
        *command.last_mut().unwrap() = file.display().to_string();
        let run = timed(&command, folder);
        println!(
            "{}, {LONGER} times as long ({:.1} GB): {:.2} s, {:.1} MiB; {:.1} MiB before",
            reader.name,
            bytes as f64 / 1e9,
            run.seconds,
            run.mebibytes,
            median(&reader.runs, |run| run.mebibytes)
        );
    }
    fs::remove_file(file).unwrap();
}
