//! Who crawls: our program twice over one data directory, and the peers that are installed, each told to take the whole
//! site as fast as it can at the same concurrency.
//!
//! A peer that is missing is left out and named. wget2, wget and httrack write what they fetch to disk: that is what they
//! are for, and cannot be left out. The crate `spider` stores nothing at all; it is the measure of the others.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Requests at a time.
pub const CONCURRENCY: &str = "32";

/// The peer to which all others are compared.
pub const MEASURE: &str = "spider";

/// The arguments that crawl the site at an address.
type Arguments = fn(&str) -> Vec<String>;

/// A program, and how it is called.
pub struct Crawler {
    pub name: &'static str,
    program: PathBuf,
    arguments: Arguments,
    /// It is run twice in one folder: the second run finds the data of the first.
    pub runs_again: bool,
}

impl Crawler {
    /// The command line that crawls the site at this address into the folder in which it is run.
    pub fn command(&self, url: &str) -> Vec<String> {
        let program = self.program.to_str().expect("paths here are text").to_owned();
        std::iter::once(program).chain((self.arguments)(url)).collect()
    }

    /// The names of its runs.
    pub fn names(&self) -> Vec<String> {
        let again = self.runs_again.then(|| format!("{}, again", self.name));
        std::iter::once(self.name.to_owned()).chain(again).collect()
    }
}

/// Peers that are looked for on the path, with their arguments.
const PEERS: [(&str, Arguments); 3] = [("wget2", wget2), ("wget", wget), ("httrack", httrack)];

/// All that can be run here, ours first; `only` leaves those whose name it holds, or all when it is empty.
pub fn found(ours: &Path, only: &[String]) -> Vec<Crawler> {
    let is_wanted = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    let mut crawlers = Vec::new();
    if is_wanted("gatecrawl") {
        crawlers.push(Crawler {
            name: "gatecrawl",
            program: ours.to_owned(),
            arguments: gatecrawl,
            runs_again: true,
        });
    }
    if is_wanted(MEASURE)
        && let Some(program) = built_spider()
    {
        crawlers.push(Crawler { name: MEASURE, program, arguments: spider, runs_again: false });
    }
    for (name, arguments) in PEERS.into_iter().filter(|(name, _)| is_wanted(name)) {
        match on_path(name) {
            Some(program) => crawlers.push(Crawler { name, program, arguments, runs_again: false }),
            None => println!("{name} is not installed and left out"),
        }
    }
    crawlers
}

/// Our program as it ships. The program that `cargo bench` has built beside this benchmark is not: it is built with the
/// profile `bench`, which does without optimisation over crates, and with the features that only tests switch on.
pub fn built_ours() -> PathBuf {
    cargo(&["build", "--release", "--bin", "gatecrawl"], Path::new(env!("CARGO_MANIFEST_DIR")), &target());
    target().join("release/gatecrawl")
}

/// The peer that is a crate, in the little program that stands beside this benchmark.
fn built_spider() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/crawl/spider-peer");
    let target = target().join("spider-peer");
    let is_built = cargo(&["build", "--release", "--locked"], &folder, &target);
    if !is_built {
        println!("{MEASURE} could not be built and is left out");
    }
    is_built.then(|| target.join("release/spider-peer"))
}

fn cargo(arguments: &[&str], folder: &Path, target: &Path) -> bool {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).arg("--quiet").current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.status().is_ok_and(|status| status.success())
}

/// Where cargo builds; this benchmark's own folder stands in it.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder stands in target").to_owned()
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn gatecrawl(url: &str) -> Vec<String> {
    words(&format!("crawl {url} --data data --rate 0 --concurrency {CONCURRENCY} --format json"))
}

fn spider(url: &str) -> Vec<String> {
    words(&format!("{url} {CONCURRENCY}"))
}

fn wget2(url: &str) -> Vec<String> {
    words(&format!("-q -r -l 0 --max-threads={CONCURRENCY} {url}"))
}

/// It knows no concurrency.
fn wget(url: &str) -> Vec<String> {
    words(&format!("-q -r -l inf {url}"))
}

/// Its limits of speed are for the good of strangers' servers; this one is ours.
fn httrack(url: &str) -> Vec<String> {
    words(&format!("{url} -q -O out -c{CONCURRENCY} -%c0 -A1000000000 --disable-security-limits"))
}
