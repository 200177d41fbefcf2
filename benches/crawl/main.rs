//! How fast a whole site is crawled, and what that costs, beside other crawlers: `cargo bench --bench crawl`.
//!
//! A site of 10,000 pages and some 294 MB (see [`site`]) stands behind nginx on this machine. Our program crawls it as a
//! user would with politeness off, records every observation in its database, and crawls it again; so do the peers that
//! are installed: the crate `spider` (in `spider-peer/`, built on the first run, which takes minutes), wget2, wget and
//! httrack. Needed: nginx and GNU time (Debian: nginx-light, time); welcome: wget2, httrack.
//!
//! Options, after `--`:
//!
//! - `--rounds N`: runs of each crawler, interleaved (default 5);
//! - `--pages N`: another size of the site (default 10,000);
//! - `--only NAME`: this crawler; may be repeated (`gatecrawl`, `spider`, `wget2`, `wget`, `httrack`);
//! - `--ours PATH`: measure this program; otherwise `cargo build --release` builds ours, because the profile `bench` is
//!   not the one that ships;
//! - `--memory`: instead of the race, the memory of crawls over 100,000 and 1,000,000 tiny URLs, and from that the bytes
//!   that a known URL costs; each of the two ends after 30 minutes at the latest; `--urls SMALL LARGE`: other sizes;
//! - `--behaviour`: instead of the race, what a crawl does with URLs that answer 502 always, once, twice, 503 with
//!   Retry-After, 504: tries, gaps, and what it tells (some minutes: it waits between its tries on purpose).
//!
//! Everything that is made stands below `target/tmp/crawl`. Column "others" is the share of the machine that neither the
//! crawler nor nginx used: where it is more than a few percent, wall times are long, and only ratios say something.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a benchmark prints, stops where it cannot go on, and its numbers are small"
)]

mod behaviour;
mod crawlers;
mod measure;
mod memory;
mod nginx;
mod race;
mod rng;
mod site;
mod tiny_server;

use std::path::{Path, PathBuf};

/// Known URLs of the two crawls that tell what one costs.
const MEMORY: [usize; 2] = [100_000, 1_000_000];

fn main() {
    let options = Options::read();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crawl");
    std::fs::create_dir_all(&cache).expect("target can be written");
    let ours = options.ours.clone().unwrap_or_else(crawlers::built_ours);
    let ours = ours.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", ours.display()));
    if let Some(sizes) = options.memory {
        return memory::memory(&ours, sizes, &cache);
    }
    if options.behaviour {
        return behaviour::behaviour(&ours, &cache);
    }
    let crawlers = crawlers::found(&ours, &options.only);
    let site = site::Site::cached(&cache, options.pages);
    race::race(&site, &crawlers, options.rounds, &cache);
}

#[derive(Debug)]
struct Options {
    rounds: usize,
    pages: usize,
    only: Vec<String>,
    ours: Option<PathBuf>,
    memory: Option<[usize; 2]>,
    behaviour: bool,
}

impl Options {
    /// The options of the command line; cargo adds a `--bench`, which says nothing here.
    fn read() -> Self {
        let mut options =
            Self { rounds: 5, pages: 10_000, only: Vec::new(), ours: None, memory: None, behaviour: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(option) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{option} needs a value"));
            let number = |text: String| text.parse().unwrap_or_else(|_| panic!("{text} is no number"));
            match option.as_str() {
                "--rounds" => options.rounds = number(value()),
                "--pages" => options.pages = number(value()),
                "--only" => options.only.push(value()),
                "--ours" => options.ours = Some(value().into()),
                "--memory" => options.memory = Some(MEMORY),
                "--urls" => options.memory = Some([number(value()), number(value())]),
                "--behaviour" => options.behaviour = true,
                "--bench" => {}
                _ => panic!("there is no option {option}: see the head of benches/crawl/main.rs"),
            }
        }
        options
    }
}
