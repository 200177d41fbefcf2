//! How fast the dashboard answers when it knows a great deal: `cargo bench --bench pages`.
//!
//! A database is filled with 1,000,000 URLs of 200 sites (`GATECRAWL_PAGES_URLS` for another number), a year of hours and
//! of crawls, and 20,000 outages; the real program serves it on 127.0.0.1, and each page is asked for in turn, by one
//! client and by 16 at a time. The figures are milliseconds from the request to the last byte, with the client on the
//! same machine, and the bytes that cross the wire. With `--busy`, another connection writes five times a second
//! meanwhile, as a crawl would. `alone` is the median of requests more than a second apart: an answer is shared by those
//! who ask within the same second.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, its numbers are small, and it writes what would take a year to observe"
)]

mod fill;
mod serve;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serve::Served;

/// Each page is asked for so often, in all.
const REQUESTS: usize = 320;
const CLIENTS: [usize; 2] = [1, 16];

#[tokio::main]
async fn main() {
    let is_busy = std::env::args().any(|argument| argument == "--busy");
    let urls = std::env::var("GATECRAWL_PAGES_URLS").map_or(1_000_000, |urls| urls.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let filled = fill::fill(folder.path(), urls).await;
    println!("filled in {:.0} s: {filled}", began.elapsed().as_secs_f64());
    let served = Served::start(folder.path()).await;
    let busy = is_busy.then(|| tokio::spawn(fill::write_on(folder.path().to_owned())));
    println!("{:<34} {:>7} {:>10} {:>10} {:>10}", "page", "clients", "median ms", "p99 ms", "bytes");
    for path in pages(&filled) {
        served.get(&path).await;
        println!("{path:<34} {:>7} {:>10.1}", "alone", alone(&served, &path).await);
        for clients in CLIENTS {
            measure(&served, &path, clients, |_| path.clone()).await;
        }
    }
    for path in ["/", "/sites/1", "/sites/150"] {
        // Each request has an address of its own, so that none is shared.
        measure(&served, &format!("{path}, unshared"), 16, |n| format!("{path}?n={n}")).await;
    }
    for path in ["/", "/sites/1"] {
        println!("a first visit of {path}: {} bytes with all that it loads", served.first_visit(path).await);
    }
    if let Some(busy) = busy {
        busy.abort();
    }
}

fn pages(filled: &fill::Filled) -> Vec<String> {
    let fixed = [
        "/",
        "/sites/1",
        "/sites/150",
        "/sites/1/urls",
        "/sites/1/urls?q=99&state=failing",
        "/sites/1/urls?state=gone",
        "/sites/1/outages",
        "/sites/1/crawls",
        "/crawls/1",
        "/urls/1",
    ];
    let outages = [filled.large_outage, filled.small_outage].map(|id| format!("/outages/{id}"));
    fixed.map(str::to_owned).into_iter().chain(outages).collect()
}

/// The median of requests that nobody else has just made: nothing is at hand but what the database has in memory.
async fn alone(served: &Served, path: &str) -> f64 {
    let mut took = Vec::new();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let began = Instant::now();
        served.get(path).await;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    took[2]
}

async fn measure(served: &Served, name: &str, clients: usize, path: impl Fn(usize) -> String) {
    let mut bytes = 0;
    let each = REQUESTS / clients;
    let client = async |number: usize| {
        let mut took = Vec::with_capacity(each);
        for n in 0..each {
            let path = path(number * each + n);
            let began = Instant::now();
            let size = served.get(&path).await;
            took.push((began.elapsed().as_secs_f64() * 1000.0, size));
        }
        took
    };
    let mut took: Vec<f64> = Vec::new();
    for (ms, size) in join_all((0..clients).map(client)).await.concat() {
        took.push(ms);
        bytes = size;
    }
    took.sort_by(f64::total_cmp);
    let (median, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    println!("{name:<34} {clients:>7} {median:>10.1} {p99:>10.1} {bytes:>10}");
}
